"""What is labelled: a scheme is one YAML file, read strictly, named by its hash.

From it come the Label Studio interface and its instructions, the labels of the dataset, the model's
heads and the report's legend. Nothing outside configs/ knows a label by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from corpus.records import BlockKind
from corpus.resources import CONFIGS
from corpus.text import sha256_of
from corpus.yamlfile import ConfigError, Loc, Strict, line_of, read_yaml

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_ -]*$", max_length=60)]
Text = Annotated[str, Field(min_length=1)]
Hotkey = Annotated[str, Field(pattern=r"^[a-z0-9]$")]
Names = Annotated[tuple[Name, ...], Field(strict=False)]
Kinds = Annotated[tuple[BlockKind, ...], Field(strict=False)]
Spellings = Annotated[tuple[str, ...], Field(strict=False)]


class Example(Strict):
    """A sentence with the run in question in [[double brackets]], and why (not)."""

    text: Text
    why: str = ""


Examples = Annotated[tuple[Example, ...], Field(strict=False)]


class Value(Strict):
    """One answer that can be picked; `blocks` limits it to spans in these kinds of block.

    `native` is how a published corpus spells it, where that is no name of ours ('2', 'a, b').
    """

    name: Name
    title: str = ""
    native: Spellings = ()
    hotkey: Hotkey | None = None
    hint: str = ""
    blocks: Kinds = ()


class Question(Strict):
    """Asked once of the article.

    Type: pick `one`, pick `several`, write `text`, a `name` picked from those in the article or
    typed, or a `flag` that is 'yes' or unanswered.
    """

    name: Name
    title: str = ""
    native: Spellings = ()
    type: Literal["one", "several", "text", "name", "flag"]
    required: bool = False
    guideline: str = ""
    values: Annotated[tuple[Value, ...], Field(strict=False)] = ()

    @cached_property
    def value_names(self) -> tuple[str, ...]:
        """The names that can be picked; empty where the answer is free text."""
        return tuple(value.name for value in self.values)


class Attribute(Question):
    """Asked of each span of `labels` (of every label where none is named)."""

    labels: Names = ()

    def asked_of(self, label: str) -> bool:
        """Tell whether a span of `label` is asked this."""
        return not self.labels or label in self.labels


class Label(Strict):
    """A label with the guideline an annotator works from.

    `snap: block` widens what was drawn to its block, `within: sentence` reports what crosses one.
    `blocks` are the kinds it may stand in, `unless` the answers under which it is not asked.
    A published scheme's labels may leave the guideline to the publication (see `Published`).
    """

    name: Name
    title: str = ""
    native: Spellings = ()
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    hotkey: Hotkey | None = None
    blocks: Kinds = ()
    snap: Literal["block"] | None = None
    within: Literal["sentence"] | None = None
    unless: dict[Name, Names] = Field(default_factory=dict)
    definition: str = ""
    test: str = ""
    positive: Examples = ()
    negative: Examples = ()


class OwnLabel(Label):
    """A label of a scheme that is not published elsewhere: it can be worked from as it stands."""

    hotkey: Hotkey
    definition: Text
    test: Text
    positive: Annotated[Examples, Field(min_length=3)]
    negative: Annotated[Examples, Field(min_length=3)]


class Published(Strict):
    """Where a scheme's guidelines stand, and the licence of the corpus that was labelled by them.

    `licence` is an SPDX name where there is one, else the publisher's words ('research use').
    """

    citation: Text
    url: Text
    licence: Text
    attribution: str = ""


class HardCase(Strict):
    """A case annotators stumble over, and the rule that decides it."""

    title: Text
    rule: Text
    examples: Examples = ()


class SchemeFile(Strict):
    """The file as it is written; `Scheme` adds the hash and the source."""

    name: Name
    version: Text
    status: str = ""
    language: str = ""
    introduction: str = ""
    published: Published | None = None
    labels: Annotated[tuple[Label, ...], Field(strict=False)] = ()
    attributes: Annotated[tuple[Attribute, ...], Field(strict=False)] = ()
    questions: Annotated[tuple[Question, ...], Field(strict=False)] = ()
    hard_cases: Annotated[tuple[HardCase, ...], Field(strict=False)] = ()


class OwnSchemeFile(SchemeFile):
    """A scheme without `published`: its labels carry their guidelines."""

    labels: Annotated[tuple[OwnLabel, ...], Field(strict=False, min_length=1)]


@dataclass(frozen=True)  # without slots: what is looked up is kept
class Scheme:
    """A scheme and the file it was read from; `hash` is the sha256 of that file's text."""

    hash: str
    source: str
    name: str
    version: str
    status: str
    language: str
    introduction: str
    published: Published | None
    labels: tuple[Label, ...]
    attributes: tuple[Attribute, ...]
    questions: tuple[Question, ...]
    hard_cases: tuple[HardCase, ...]

    @cached_property
    def label_names(self) -> tuple[str, ...]:
        """The labels in the file's order: the order of the model's heads and the release's ids."""
        return tuple(label.name for label in self.labels)

    def label(self, name: str) -> Label | None:
        """Return the label of that name, or None."""
        return self._labels.get(name)

    def attribute(self, name: str) -> Attribute | None:
        """Return the attribute of that name, or None."""
        return self._attributes.get(name)

    def question(self, name: str) -> Question | None:
        """Return the question of that name, or None."""
        return self._questions.get(name)

    def attributes_of(self, label: str) -> tuple[Attribute, ...]:
        """Return what a span of `label` is asked, in the file's order."""
        if label in self._asked:
            return self._asked[label]
        return tuple(a for a in self.attributes if a.asked_of(label))

    def colours(self) -> dict[str, str]:
        """Map each label's name to its colour."""
        return {label.name: label.colour for label in self.labels}

    @cached_property
    def _labels(self) -> dict[str, Label]:
        return {label.name: label for label in self.labels}

    @cached_property
    def _attributes(self) -> dict[str, Attribute]:
        return {attribute.name: attribute for attribute in self.attributes}

    @cached_property
    def _questions(self) -> dict[str, Question]:
        return {question.name: question for question in self.questions}

    @cached_property
    def _asked(self) -> dict[str, tuple[Attribute, ...]]:
        return {
            name: tuple(a for a in self.attributes if a.asked_of(name)) for name in self.label_names
        }


def read_scheme(name_or_path: str | Path, folder: Path = Path()) -> Scheme:
    """Read a scheme: a path, beside `folder`, or the name of one that we ship.

    Raises:
        ConfigError: no such scheme, or every problem of the file, each with its line.
    """
    path = folder / name_or_path
    shipped = CONFIGS / f"{name_or_path}.yaml"
    if not path.is_file() and not shipped.is_file():
        names = ", ".join(sorted(p.stem for p in CONFIGS.glob("*.yaml") if _is_scheme(p)))
        raise ConfigError([f"{path}: no such scheme; give a file, or one of ours: {names}"])
    path = path if path.is_file() else shipped
    try:
        return parse_scheme(path.read_text(encoding="utf-8-sig"), path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: cannot be read as UTF-8 text ({error})"]) from None


def parse_scheme(source: str, path: Path = Path("scheme.yaml")) -> Scheme:
    """Read a scheme from its file's text; `path` names it in messages."""
    model = SchemeFile if _PUBLISHED.search(source) else OwnSchemeFile
    file = read_yaml(model, path, source)
    problems = [
        f"{path}:{line_of(source, loc)}: {message}" for loc, message in _contradictions(file)
    ]
    if problems:
        raise ConfigError(problems)
    fields = {name: getattr(file, name) for name in SchemeFile.model_fields}
    return Scheme(hash=sha256_of(source), source=source, **fields)


def extends(new: Scheme, old: Scheme) -> bool:
    """Tell whether every answer that `old` allows stands under `new` too."""
    if not set(old.label_names) <= set(new.label_names):
        return False
    for before in (*old.attributes, *old.questions):
        after = (
            new.attribute(before.name) if before in old.attributes else new.question(before.name)
        )
        if after is None or after.type != before.type:
            return False
        if not set(before.value_names) <= set(after.value_names):
            return False
    asked = {(label, a.name) for label in old.label_names for a in old.attributes_of(label)}
    still = {(label, a.name) for label in new.label_names for a in new.attributes_of(label)}
    return asked <= still


_PUBLISHED = re.compile(r"^published:", re.MULTILINE)


def _is_scheme(path: Path) -> bool:
    return bool(re.search(r"^labels:", path.read_text(encoding="utf-8"), re.MULTILINE))


def _contradictions(file: SchemeFile) -> Iterator[tuple[Loc, str]]:
    """Yield what no single key shows, each with its place: doubled names, references to nothing."""
    if not file.labels and not file.questions:
        yield ("labels",), "neither a label nor a question; a scheme asks for something"
    labels: dict[Loc, Label] = {("labels", n): each for n, each in enumerate(file.labels)}
    attributes: dict[Loc, Attribute] = {
        ("attributes", n): each for n, each in enumerate(file.attributes)
    }
    asked: dict[Loc, Question] = {
        **attributes,
        **{("questions", n): each for n, each in enumerate(file.questions)},
    }
    yield from _twice("the label", {(*at, "name"): each.name for at, each in labels.items()})
    yield from _twice(
        "the attribute or question", {(*at, "name"): each.name for at, each in asked.items()}
    )
    yield from _twice("the spelling", _spellings(labels))
    keys: dict[Loc, str] = {
        (*at, "hotkey"): label.hotkey for at, label in labels.items() if label.hotkey
    }
    for at, question in asked.items():
        values: dict[Loc, Value] = {
            (*at, "values", n): value for n, value in enumerate(question.values)
        }
        keys |= {(*place, "hotkey"): v.hotkey for place, v in values.items() if v.hotkey}
        names = {(*place, "name"): value.name for place, value in values.items()}
        yield from _twice(f"the value of {question.name!r},", names)
        yield from _twice(f"the spelling of {question.name!r},", _spellings(values))
        picked = question.type in ("one", "several")
        if picked != bool(question.values):
            needs = "needs values" if picked else "takes no values"
            yield (*at, "type"), f"{question.name!r}: type {question.type} {needs}"
    yield from _twice("the hotkey", keys)
    known = {label.name for label in file.labels}
    for at, attribute in attributes.items():
        for name in set(attribute.labels) - known:
            told = f"{attribute.name!r} is asked of {name!r}, which is no label"
            yield (*at, "labels"), f"{told}; there are: {', '.join(sorted(known))}"
    offers = {question.name: question.value_names for question in file.questions}
    for at, label in labels.items():
        for name, barred in label.unless.items():
            what = f"{label.name!r}: unless names"
            if name not in offers:
                yield (*at, "unless"), f"{what} {name!r}, which is no question"
            for value in set(barred) - set(offers.get(name, barred)):
                yield (*at, "unless"), f"{what} {value!r}, which {name!r} does not offer"


def _spellings(items: Mapping[Loc, Label | Value]) -> dict[Loc, str]:
    """Every spelling that stands for an item, its name included, with its place."""
    found: dict[Loc, str] = {}
    for at, item in items.items():
        others = [each for each in item.native if each != item.name]
        found |= {(*at, "native", n): each for n, each in enumerate(others)}
        found[(*at, "name")] = item.name
    return found


def _twice(what: str, names: Mapping[Loc, str]) -> Iterator[tuple[Loc, str]]:
    """Yield the places of names that another has already; each must be given once."""
    seen: set[str] = set()
    for at, name in names.items():
        if name in seen:
            yield at, f"{what} {name!r} stands twice; choose another here"
        seen.add(name)
