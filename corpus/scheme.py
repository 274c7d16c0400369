"""What is labelled: a scheme is one YAML file, read strictly, named by its hash.

From it come the Label Studio interface and its instructions, the dataset's features, the model's
heads and the report's legend. Nothing outside configs/ knows a label by name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import pydantic
from pydantic import Field

from corpus.records import BlockKind
from corpus.resources import CONFIGS
from corpus.text import sha256_of
from corpus.yamlfile import ConfigError, Strict, read_yaml

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_ -]*$", max_length=60)]
Text = Annotated[str, Field(min_length=1)]
Hotkey = Annotated[str, Field(pattern=r"^[a-z0-9]$")]
Names = Annotated[tuple[Name, ...], Field(strict=False)]
Kinds = Annotated[tuple[BlockKind, ...], Field(strict=False)]


class Example(Strict):
    """A sentence with the run in question in [[double brackets]], and why (not)."""

    text: Text
    why: str = ""


Examples = Annotated[tuple[Example, ...], Field(strict=False)]


class Value(Strict):
    """One answer that can be picked; `blocks` limits it to spans in these kinds of block."""

    name: Name
    title: str = ""
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
    type: Literal["one", "several", "text", "name", "flag"]
    required: bool = False
    guideline: str = ""
    values: Annotated[tuple[Value, ...], Field(strict=False)] = ()

    @property
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
    """

    name: Name
    title: str = ""
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    hotkey: Hotkey
    blocks: Kinds = ()
    snap: Literal["block"] | None = None
    within: Literal["sentence"] | None = None
    unless: dict[Name, Names] = Field(default_factory=dict)
    definition: Text
    test: Text
    positive: Annotated[Examples, Field(min_length=3)]
    negative: Annotated[Examples, Field(min_length=3)]


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
    labels: Annotated[tuple[Label, ...], Field(strict=False, min_length=1)]
    attributes: Annotated[tuple[Attribute, ...], Field(strict=False)] = ()
    questions: Annotated[tuple[Question, ...], Field(strict=False)] = ()
    hard_cases: Annotated[tuple[HardCase, ...], Field(strict=False)] = ()

    @pydantic.model_validator(mode="after")
    def _agrees(self) -> SchemeFile:
        if problems := list(_contradictions(self)):
            raise ValueError("; ".join(problems))
        return self


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme and the file it was read from; `hash` is the sha256 of that file's text."""

    hash: str
    source: str
    name: str
    version: str
    status: str
    language: str
    introduction: str
    labels: tuple[Label, ...]
    attributes: tuple[Attribute, ...]
    questions: tuple[Question, ...]
    hard_cases: tuple[HardCase, ...]

    @property
    def label_names(self) -> tuple[str, ...]:
        """The labels in the file's order: the order of the model's heads and the release's ids."""
        return tuple(label.name for label in self.labels)

    def label(self, name: str) -> Label | None:
        """Return the label of that name, or None."""
        return next((label for label in self.labels if label.name == name), None)

    def attribute(self, name: str) -> Attribute | None:
        """Return the attribute of that name, or None."""
        return next((a for a in self.attributes if a.name == name), None)

    def question(self, name: str) -> Question | None:
        """Return the question of that name, or None."""
        return next((q for q in self.questions if q.name == name), None)

    def attributes_of(self, label: str) -> tuple[Attribute, ...]:
        """Return what a span of `label` is asked, in the file's order."""
        return tuple(a for a in self.attributes if a.asked_of(label))

    def colours(self) -> dict[str, str]:
        """Map each label's name to its colour."""
        return {label.name: label.colour for label in self.labels}


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
    file = read_yaml(SchemeFile, path, source)
    fields = {name: getattr(file, name) for name in SchemeFile.model_fields}
    return Scheme(hash=sha256_of(source), source=source, **fields)


def _is_scheme(path: Path) -> bool:
    return bool(re.search(r"^labels:", path.read_text(encoding="utf-8"), re.MULTILINE))


def _contradictions(file: SchemeFile) -> Iterator[str]:
    """Yield what no single key shows: doubled names and hotkeys, references to nothing."""
    for what, names in (
        ("label", [label.name for label in file.labels]),
        ("attribute or question", [a.name for a in (*file.attributes, *file.questions)]),
    ):
        yield from (f"the {what} {name!r} stands twice" for name in _twice(names))
    asked = (*file.attributes, *file.questions)
    keys = [label.hotkey for label in file.labels]
    keys += [value.hotkey for question in asked for value in question.values if value.hotkey]
    yield from (f"the hotkey {key!r} is given twice" for key in _twice(keys))
    for question in asked:
        yield from (
            f"{question.name!r}: the value {value!r} stands twice"
            for value in _twice(list(question.value_names))
        )
        picked = question.type in ("one", "several")
        if picked != bool(question.values):
            yield f"{question.name!r}: type {question.type} " + (
                "needs values" if picked else "takes no values"
            )
    labels = {label.name for label in file.labels}
    for attribute in file.attributes:
        for name in attribute.labels:
            if name not in labels:
                yield f"{attribute.name!r} is asked of {name!r}, which is no label"
    questions = {question.name: question.value_names for question in file.questions}
    for label in file.labels:
        for name, values in label.unless.items():
            if name not in questions:
                yield f"{label.name!r}: unless names {name!r}, which is no question"
            for value in set(values) - set(questions.get(name, values)):
                yield f"{label.name!r}: unless names {value!r}, which {name!r} does not offer"


def _twice(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
