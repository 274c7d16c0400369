"""A foreign project's tasks as a corpus says it, region by region; pure.

Of a region its place alone is read: a <Text> counts code points of the text as the task holds it,
and the words that a region brings along are not to be relied on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from annotation.adopt.configuration import Configuration, Control
from annotation.raw import RawUser, to_second
from corpus.imports.native import Document, Found, Mark, Opinion, Refused, Said

Json = dict[str, Any]
Author = Callable[[RawUser], str]


@dataclass(frozen=True)
class Made:
    """When and how an annotation was made: what an opinion does not say."""

    status: str
    when: str
    seconds: float | None


@dataclass(frozen=True)
class Tasks:
    """Reads tasks of one project; `made` holds, by place, when and how annotations were made."""

    configuration: Configuration
    author: Author
    made: dict[str, Made]

    def read(self, tasks: Iterable[object]) -> Iterator[Found]:
        """Yield each task as a document with its annotations, and what cannot be read."""
        for number, row in enumerate(tasks, 1):
            task = row if isinstance(row, dict) else {}
            data = task.get("data")
            where = f"task {task.get('id', number)}" if task else f"row {number}"
            if not isinstance(data, dict):
                yield Refused(where, "no task: it has no 'data'")
                continue
            text = _at(data, self.configuration.field)
            if not isinstance(text, str) or not text.strip():
                told = f"its field {self.configuration.field!r} holds no text"
                yield Refused(where, told)
                continue
            yield from self._document(where, task, data, text)

    def _document(self, where: str, task: Json, data: Json, text: str) -> Iterator[Found]:
        opinions = []
        annotations = [each for each in _list(task.get("annotations")) if isinstance(each, dict)]
        # of two by one author the later one counts
        for each in sorted(annotations, key=_changed, reverse=True):
            at = f"{where}, annotation {each.get('id', '?')}"
            author = self.author(_user(each.get("completed_by")))
            items = [item for item in _list(each.get("result")) if isinstance(item, dict)]
            marks, answers, refused = self._opinion(at, items)
            yield from refused
            status = "skipped" if each.get("was_cancelled") else "submitted"
            seconds = each.get("lead_time")
            seconds = float(seconds) if isinstance(seconds, int | float) else None
            self.made[at] = Made(status, _moment(_changed(each)), seconds)
            opinions.append(Opinion(at, author, "human", tuple(marks), tuple(answers)))
        for each in _list(task.get("drafts")):
            number = each.get("id", "?") if isinstance(each, dict) else each
            yield Refused(f"{where}, draft {number}", "a draft, never submitted")
        yield Document(
            where,
            "",
            text,
            opinions=tuple(opinions),
            url=_told(data, "url"),
            publisher=_told(data, "publisher"),
            title=_told(data, "title"),
            published=_told(data, "published"),
        )

    def _opinion(self, at: str, items: list[Json]) -> tuple[list[Mark], list[Said], list[Refused]]:
        controls = self.configuration.controls
        regions: dict[str, list[tuple[Control, Json]]] = {}
        answers: list[Said] = []
        refused: list[Refused] = []
        for item in items:
            control = controls.get(str(item.get("from_name")))
            if item.get("type") == "relation":
                refused.append(Refused(at, "a relation between regions: a scheme has none"))
            elif control is None:
                told = f"the control {item.get('from_name')!r} was not read into the scheme"
                refused.append(Refused(at, told))
            elif control.per_region or control.kind == "labels":
                regions.setdefault(str(item.get("id")), []).append((control, item))
            elif values := _values(control, item):
                answers.append(Said(f"{at}, {control.asked}", control.asked, values))
        marks = []
        for id_, parts in regions.items():
            made, wrong = _region(f"{at}, region {id_}", parts)
            marks += made
            refused += wrong
        return marks, answers, refused


def _region(at: str, parts: list[tuple[Control, Json]]) -> tuple[list[Mark], list[Refused]]:
    """A region is a mark for each of its labels, with what was answered about it."""
    drawn = [(control, item) for control, item in parts if control.kind == "labels"]
    if not drawn:
        return [], [Refused(at, "answers about a region that has no label")]
    refused, marks = [], []
    answered: dict[str, tuple[Control, tuple[str, ...]]] = {}
    for control, item in parts:
        if control.kind == "labels" or not (values := _values(control, item)):
            continue
        unknown = [value for value in values if control.values and value not in _names(control)]
        if unknown:
            refused.append(Refused(at, f"{control.asked!r} does not offer {unknown[0]!r}"))
        else:
            answered[control.asked] = (control, values)
    for control, item in drawn:
        value = item.get("value")
        read = value if isinstance(value, dict) else {}
        start, end = _offset(read.get("start")), _offset(read.get("end"))
        labels = [each for each in _list(read.get("labels")) if isinstance(each, str)]
        if start is None or end is None or not labels:
            told = f"[{read.get('start')!r}, {read.get('end')!r}) with {labels!r} is no span"
            refused.append(Refused(at, told))
            continue
        for spelt in labels:
            label = control.values.get(spelt, spelt)
            kept = {
                name: values
                for name, (asked, values) in answered.items()
                if not asked.labels or label in asked.labels
            }
            marks.append(Mark(f"{at} ({label})", start, end, label, kept))
    return marks, refused


def _values(control: Control, item: Json) -> tuple[str, ...]:
    """What was answered, by the scheme's names; what it does not offer as it was spelt."""
    value = item.get("value")
    read = value if isinstance(value, dict) else {}
    given = read.get("text" if control.kind == "textarea" else control.kind)
    found = []
    for each in given if isinstance(given, list) else [given]:
        # a path into nested choices counts by its end
        last = each[-1] if isinstance(each, list) and each else each
        if isinstance(last, float) and last.is_integer():
            last = int(last)
        if isinstance(last, str | int) and str(last).strip():
            spelt = str(last).encode("utf-8", "ignore").decode()
            found.append(control.values.get(spelt, spelt))
    if found and control.kind == "textarea":
        return ("\n".join(found),)
    return tuple(dict.fromkeys(found))


def _names(control: Control) -> set[str]:
    return set(control.values.values())


def _at(data: Json, path: str) -> object:
    """The field of that name, or the one at that path of names."""
    if path in data:
        return data[path]
    value: object = data
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _told(data: Json, key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _offset(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    return value if type(value) is int else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _changed(annotation: Json) -> str:
    return str(annotation.get("updated_at") or annotation.get("created_at") or "")


def _moment(told: str) -> str:
    try:
        return to_second(told)
    except ValueError:
        return ""


def _user(given: object) -> RawUser:
    match given:
        case {"id": int(id_), **rest}:
            return RawUser(id=id_, email=str(rest.get("email") or ""))
        case int(id_):
            return RawUser(id=id_)
    return RawUser(id=0)
