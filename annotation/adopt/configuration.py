"""A foreign labelling configuration read into a scheme, as far as it goes; pure.

Labels become labels, what is asked of a region an attribute, what is asked of the task a question.
What has no place in a scheme is told with its reason.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from corpus.errors import PressmarkError
from corpus.scheme import Scheme, parse_scheme

#: Far apart to the eye; used in turn where a label has no colour of its own that a scheme can hold.
_COLOURS = "#b3261e #005fcc #1b7f3b #8e44ad #b36b00 #00838f #ad1457 #5d4037 #455a64 #6b8e23".split()
_OTHER_OBJECTS = frozenset(
    """
    HyperText Paragraphs Image Audio AudioPlus Video TimeSeries List Table PDF Chat Website Dialog
    MultiMessage RichText
    """.split()
)
_ASKING = {
    "Choices": "choices",
    "Rating": "rating",
    "TextArea": "textarea",
    "Number": "number",
    "DateTime": "datetime",
    "Taxonomy": "taxonomy",
}
_STARS = 5
_WHY = {
    "HyperText": "counts places in a browser's rendering of HTML, which cannot be had from here",
    "Paragraphs": "counts places within each turn of a dialogue, in UTF-16 units",
}

Json = dict[str, Any]


@dataclass(frozen=True)
class Control:
    """What a control of the configuration asks, and what its answers are called in the scheme.

    `asked` names an attribute or a question ('' for labels); `values` maps the spelling of a value
    to its name, and is empty where anything may be answered. `labels` are those it is asked of.
    """

    kind: str
    asked: str
    per_region: bool
    values: Mapping[str, str]
    labels: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Configuration:
    """A configuration as a scheme: which field of a task holds the text, and what is asked how."""

    scheme: Scheme
    field: str
    object: str
    controls: Mapping[str, Control]
    refused: tuple[str, ...]


def read_configuration(xml: str, name: str, citation: str, url: str) -> Configuration:
    """Read a labelling configuration into a scheme called `name`.

    Args:
        xml: the configuration.
        name: the scheme's name; what a scheme's name cannot hold is left out.
        citation: where the guidelines stand that it was labelled by.
        url: the project's address, or the file's name.

    Raises:
        PressmarkError: it is no configuration, or not of one text.
    """
    root = parsed(xml)
    text = _text_of(root)
    found = _Found()
    found.refused += [
        f"<{tag.tag} name={tag.get('name')!r}>: beside the text; what is asked of it is left out"
        for tag in root.iter()
        if tag.tag in _OTHER_OBJECTS
    ]
    for tag in root.iter():
        if tag.get("toName") == text.get("name"):
            _control(tag, found)
        elif tag.get("toName"):
            found.refused.append(f"<{tag.tag} name={tag.get('name')!r}>: asks of something else")
    scheme: Json = {
        "name": name_of(name, (), "adopted"),
        "version": "1",
        "status": "adopted from Label Studio; names only",
        "published": {"citation": citation, "url": url, "licence": "not stated; ask its owner"},
    }
    parts = {
        "labels": found.labels,
        "attributes": found.attributes,
        "questions": found.questions,
    }
    scheme |= {key: rows for key, rows in parts.items() if rows}
    if not found.labels and not found.questions:
        raise PressmarkError("the configuration asks nothing of its text that a scheme can ask")
    source = yaml.safe_dump(scheme, sort_keys=False, allow_unicode=True, width=100)
    return Configuration(
        parse_scheme(source),
        str(text.get("value")).removeprefix("$"),
        str(text.get("name")),
        found.controls,
        tuple(found.refused),
    )


@dataclass
class _Found:
    """What was read so far; names are given once each."""

    labels: list[Json] = field(default_factory=list)
    attributes: list[Json] = field(default_factory=list)
    questions: list[Json] = field(default_factory=list)
    controls: dict[str, Control] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def names(self, rows: Iterable[Json]) -> set[str]:
        return {spelt for row in rows for spelt in (row["name"], *row.get("native", ()))}

    def key(self, tag: ET.Element) -> Json:
        """The tag's hotkey, where a scheme can hold it and no other has it."""
        given = (tag.get("hotkey") or "").lower()
        if not re.fullmatch("[a-z0-9]", given) or given in self.keys:
            return {}
        self.keys.add(given)
        return {"hotkey": given}


def parsed(xml: str) -> ET.Element:
    """Return a configuration's outermost tag.

    Raises:
        PressmarkError: it is no XML, or declares a document type.
    """
    if "<!DOCTYPE" in xml or "<!ENTITY" in xml:
        raise PressmarkError("the configuration declares a document type; take that out")
    try:
        return ET.fromstring(xml)  # noqa: S314  # entities were refused above
    except (ET.ParseError, ValueError) as error:
        raise PressmarkError(f"the configuration is no XML ({error})") from None


def _text_of(root: ET.Element) -> ET.Element:
    """The one <Text> that shows a field of the task.

    Raises:
        PressmarkError: there is none, more than one, or it shows something else.
    """
    texts = [tag for tag in root.iter("Text") if (tag.get("value") or "").startswith("$")]
    others = sorted({tag.tag for tag in root.iter() if tag.tag in _OTHER_OBJECTS})
    if len(texts) != 1:
        what = f"{len(texts)} <Text> of the task" if texts or not others else f"<{others[0]}>"
        why = _WHY.get(others[0], "is no text") if others and not texts else "one is needed"
        raise PressmarkError(f"the configuration shows {what}: it {why}; it cannot be adopted")
    text = texts[0]
    if text.get("valueType", "text") != "text" or text.get("encoding", "none") != "none":
        raise PressmarkError("its <Text> shows what stands elsewhere (valueType, encoding)")
    if not re.fullmatch(r"\$[^\s$]+", text.get("value") or ""):
        raise PressmarkError(f"its <Text> shows {text.get('value')!r}, not one field of the task")
    return text


def _control(tag: ET.Element, found: _Found) -> None:
    name = tag.get("name") or ""
    if tag.tag in ("Labels", "HyperTextLabels"):
        found.controls[name] = Control("labels", "", True, _labels(tag, found))
    elif tag.tag in _ASKING:
        _asked(tag, name, found)
    else:
        found.refused.append(f"<{tag.tag} name={name!r}>: has no place in a scheme")


def _labels(tag: ET.Element, found: _Found) -> dict[str, str]:
    values: dict[str, str] = {}
    for label in tag.iter("Label"):
        spelt = label.get("alias") or label.get("value") or ""
        row: Json = {"name": name_of(spelt, found.names(found.labels), "label")}
        row |= _title(label, row["name"]) | _native(spelt, row["name"], found.labels)
        colour = (label.get("background") or "").lower()
        plain = re.fullmatch("#[0-9a-f]{6}", colour)
        row["colour"] = colour if plain else _COLOURS[len(found.labels) % len(_COLOURS)]
        found.labels.append(row | found.key(label))
        values |= _spelt(label, row["name"])
    return values


def _asked(tag: ET.Element, name: str, found: _Found) -> None:
    per_region = (tag.get("perRegion") or "").lower() == "true"
    rows = found.attributes if per_region else found.questions
    taken = found.names([*found.attributes, *found.questions])
    row: Json = {"name": name_of(name, taken, "question")}
    row |= _native(name, row["name"], [*found.attributes, *found.questions])
    offered, values = _offered(tag, found)
    several = tag.get("choice") == "multiple" or tag.tag == "Taxonomy"
    if offered:
        row["type"] = "several" if several else "one"
    else:
        row["type"] = "name" if tag.tag in ("Choices", "Taxonomy") else "text"
    if (tag.get("required") or "").lower() == "true":
        row["required"] = True
    labels = _only_of(tag, found) if per_region else ()
    if labels:
        row["labels"] = list(labels)
    if offered:
        row["values"] = offered
    rows.append(row)
    kind = _ASKING[tag.tag]
    found.controls[name] = Control(kind, row["name"], per_region, values, frozenset(labels))


def _only_of(tag: ET.Element, found: _Found) -> tuple[str, ...]:
    """The labels whose regions it is asked of; none named is all."""
    control = found.controls.get(tag.get("whenTagName") or "")
    told = (tag.get("whenLabelValue") or "").split(",")
    if control is None:
        return ()
    return tuple(
        dict.fromkeys(control.values[v.strip()] for v in told if v.strip() in control.values)
    )


def _offered(tag: ET.Element, found: _Found) -> tuple[list[Json], dict[str, str]]:
    """The values that can be picked, and the name of each spelling."""
    rows: list[Json] = []
    values: dict[str, str] = {}
    for spelt, element in _choices(tag):
        row: Json = {"name": name_of(spelt, found.names(rows), "value")}
        row |= _native(spelt, row["name"], rows)
        if element is not None:
            row = row | _title(element, row["name"]) | found.key(element)
            values |= _spelt(element, row["name"])
        values[spelt] = row["name"]
        rows.append(row)
    return rows, values


def _choices(tag: ET.Element) -> Iterator[tuple[str, ET.Element | None]]:
    if tag.tag == "Rating":
        stars = tag.get("maxRating") or ""
        for number in range(1, (int(stars) if stars.isdecimal() else _STARS) + 1):
            yield str(number), None
        return
    seen = set()
    for choice in tag.iter("Choice"):
        spelt = choice.get("alias") or choice.get("value") or ""
        if spelt and spelt not in seen:
            seen.add(spelt)
            yield spelt, choice


def _spelt(tag: ET.Element, name: str) -> dict[str, str]:
    """Map how the answers may spell a value, by alias or as it is shown, to its name."""
    return {spelt: name for spelt in (tag.get("alias", ""), tag.get("value", "")) if spelt}


def _title(tag: ET.Element, name: str) -> Json:
    """What annotators read, where it is not the name."""
    shown = " ".join((tag.get("value") or "").split())
    return {"title": shown} if shown and shown != name else {}


def _native(spelt: str, name: str, others: Iterable[Json]) -> Json:
    taken = {each for row in others for each in (row["name"], *row.get("native", ()))}
    return {"native": [spelt]} if spelt != name and spelt and spelt not in taken else {}


def name_of(spelt: str, taken: Iterable[str], kind: str) -> str:
    """Return a scheme's name for what a project calls `spelt`: none of those `taken`."""
    plain = " ".join(re.sub(r"[^A-Za-z0-9_-]+", " ", spelt).split()).strip("-_ ")
    if not re.match("[A-Za-z]", plain):
        plain = f"{kind} {plain}".strip()
    plain, used = plain[:50].strip(), set(taken)
    names = (plain if n == 1 else f"{plain} {n}" for n in range(1, 10_000))
    return next(name for name in names if name not in used)
