"""From a published corpus' labels to a scheme of ours: rules in a file, and what they lose.

A mapping covers every label and every value that can be picked; what has no counterpart says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from corpus.check import faults, misanswered
from corpus.job import Job
from corpus.records import Span
from corpus.resources import CONFIGS
from corpus.scheme import Kinds, Name, Names, Question, Scheme, read_scheme
from corpus.yamlfile import ConfigError, Loc, Strict, line_of, read_yaml

_PICKED = ("one", "several")


class Carry(Strict):
    """Take an attribute along as `to`: its values by this table, or as they are without one."""

    to: Name
    values: dict[str, Name] = Field(default_factory=dict)


class Rule(Strict):
    """What becomes of spans of `labels`, or of answers `values` to `question`.

    `when` (attribute: values) and `blocks` narrow it; the first rule that fits counts. It leads to
    a label (`to`, with `attributes` and what `carry` takes along), to answers (`answer`), to
    nothing that a span would stand for (`none`, a 'no' that is itself an opinion), or nowhere, with
    the reason (`not_mapped`).
    """

    labels: Names = ()
    question: Name | None = None
    values: Names = ()
    when: dict[Name, Names] = Field(default_factory=dict)
    blocks: Kinds = ()
    to: Name | None = None
    attributes: dict[Name, Names] = Field(default_factory=dict)
    carry: dict[Name, Carry] = Field(default_factory=dict)
    answer: dict[Name, Names] = Field(default_factory=dict)
    none: bool = False
    not_mapped: str = ""


class MappingFile(Strict):
    """The file as it is written."""

    source: Annotated[str, Field(alias="from", min_length=1)]
    to: Annotated[str, Field(min_length=1)]
    note: str = ""
    rules: Annotated[tuple[Rule, ...], Field(strict=False, min_length=1)]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping that was checked against both its schemes."""

    source: Scheme
    to: Scheme
    note: str
    rules: tuple[Rule, ...]

    @property
    def leads(self) -> bool:
        """Whether any rule leads anywhere."""
        return any(rule.to or rule.answer for rule in self.rules)

    @property
    def unreached(self) -> tuple[str, ...]:
        """The labels that no rule leads to: the corpus says nothing of them."""
        reached = {rule.to for rule in self.rules}
        return tuple(name for name in self.to.label_names if name not in reached)


def mapping_to(to: str, name: str, job: Job) -> Mapping:
    """Return the mapping of corpus `name` to a scheme of ours, or the one in the file `to`.

    Raises:
        ConfigError: there is none, or every problem of the file, each with its line.
    """
    path = job.folder / to
    if path.suffix not in (".yaml", ".yml"):
        path = CONFIGS / "mappings" / f"{name}.yaml"
        shipped = read_yaml(MappingFile, path).to if path.is_file() else None
        if shipped != to:
            there = f"there is one to {shipped!r}" if shipped else "there is none of ours"
            raise ConfigError([f"--to {to}: no mapping from {name} to {to!r}; {there}"])
    mapping = read_mapping(path, job)
    if mapping.source.name != name:
        raise ConfigError([f"{path}: maps {mapping.source.name!r}, not {name!r}"])
    return mapping


def read_mapping(path: Path, job: Job | None = None) -> Mapping:
    """Read and check a mapping; `to` is the job's own scheme where both are called the same.

    Raises:
        ConfigError: every problem of the file, each with its line.
    """
    file = read_yaml(MappingFile, path)
    if job and job.settings.scheme == file.to:
        to = job.scheme
    else:
        to = read_scheme(file.to, job.folder if job else path.parent)
    mapping = Mapping(read_scheme(file.source), to, file.note, file.rules)
    text = path.read_text(encoding="utf-8-sig")
    problems = [f"{path}:{line_of(text, loc)}: {told}" for loc, told in _problems(mapping)]
    if problems:
        raise ConfigError(problems)
    return mapping


def _problems(mapping: Mapping) -> Iterator[tuple[Loc, str]]:
    """Yield what the schemes do not have, and what no rule covers."""
    for number, rule in enumerate(mapping.rules):
        at: Loc = ("rules", number)
        yield from ((at, told) for told in _rule_problems(rule, mapping))
    covered = {label for rule in mapping.rules for label in rule.labels}
    for label in mapping.source.label_names:
        if label not in covered:
            yield ("rules",), f"no rule for the label {label!r}; say where to, or why not_mapped"
    for question in mapping.source.questions:
        rules = [rule for rule in mapping.rules if rule.question == question.name]
        if question.type not in _PICKED or any(not rule.values for rule in rules):
            continue
        for value in question.value_names:
            if not any(value in rule.values for rule in rules):
                told = f"no rule for {question.name!r}: {value!r}; say where to, or why not_mapped"
                yield ("rules",), told


def _rule_problems(rule: Rule, mapping: Mapping) -> Iterator[str]:
    source = mapping.source
    if bool(rule.labels) == bool(rule.question):
        yield "a rule is for labels or for a question, one of the two"
    leads = [bool(rule.to or rule.answer), rule.none, bool(rule.not_mapped)]
    if sum(leads) != 1:
        yield "a rule leads to a label or answer, to none: true, or is not_mapped with a reason"
    for label in rule.labels:
        if source.label(label) is None:
            yield f"{source.name} has no label {label!r}"
    question = source.question(rule.question) if rule.question else None
    if rule.question and question is None:
        yield f"{source.name} has no question {rule.question!r}"
    if question:
        yield from _unoffered(question, rule.values)
    for name, values in rule.when.items():
        attribute = source.attribute(name)
        if attribute is None:
            yield f"{source.name} has no attribute {name!r}"
        else:
            yield from _unoffered(attribute, values)
    yield from _target_problems(rule, mapping)


def _target_problems(rule: Rule, mapping: Mapping) -> Iterator[str]:
    """Yield what is wrong with where a rule leads."""
    to = mapping.to
    given = {name: tuple(values) for name, values in rule.attributes.items()}
    for name, carry in rule.carry.items():
        attribute = mapping.source.attribute(name)
        if attribute is None:
            yield f"{mapping.source.name} has no attribute {name!r} to carry"
        elif wrong := set(carry.values) - set(attribute.value_names or carry.values):
            yield f"{name!r} does not offer {', '.join(sorted(wrong))}"
        for value in carry.values.values() or ("",):
            given_to = to.attribute(carry.to)
            if given_to is None:
                yield f"{to.name} has no attribute {carry.to!r}"
                break
            if value:
                yield from misanswered(given_to, (value,))
    if rule.to and to.label(rule.to) is None:
        yield f"{to.name} has no label {rule.to!r}; there are: {', '.join(to.label_names)}"
    elif rule.to:
        yield from faults(Span("rule", 0, 1, rule.to, given), to)
    elif given or rule.carry:
        yield "attributes and carry belong to a label: say to"
    for name, values in rule.answer.items():
        asked = to.question(name)
        if asked is None:
            yield f"{to.name} has no question {name!r}"
        else:
            yield from misanswered(asked, values)


def _unoffered(question: Question, values: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with values of which any may have been picked."""
    for value in values:
        yield from misanswered(question, (value,))
