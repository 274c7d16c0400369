"""Where annotators of one text disagree, and of which sort each disagreement is.

Spans of one label that share characters, whoever drew them, are one group (if through a third
span). A group is looked at in this order, so that each gives one sort and no other:

- somebody has nothing in it: `label`, where that somebody has a span of another label on the same
  characters in a group that lacks an author of this one; all groups so tied are one disagreement.
  Otherwise `missed`;
- somebody has several spans in it: `split` (or, seen from the other side, merged);
- everybody has one, with other ends: `boundary`;
- everybody has the same one: an `attribute` for each attribute whose values differ.

Besides, each question that was answered otherwise is an `answer`. Texts and flags are notes to the
reader (a comment, 'unsure'), not opinions of the text: they are not compared, `remarks_of` lists
them. Nothing depends on the order of annotators or spans.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from corpus.errors import PressmarkError
from corpus.records import Annotation, Span
from corpus.scheme import Question, Scheme

Sort = Literal["missed", "boundary", "label", "split", "attribute", "answer"]
SORTS: tuple[str, ...] = get_args(Sort)
#: Types of what annotators note down for others.
NOTES = ("text", "flag")
#: No older scheme lacked a label.
NOTHING: Mapping[str, frozenset[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Side:
    """What one annotator has at a disagreement: spans, or values of an attribute or question.

    `annotation` is the id of the annotation. An annotator who has nothing there is a side too.
    """

    author: str
    annotation: str
    spans: tuple[Span, ...]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing that the annotators of one text see otherwise.

    [`start`, `end`) is all that any side has there, None where the whole article is meant. `label`
    is the label at issue; of sort 'label' the one that most sides have (of equally many the first
    by name). `question` names the question, or the attribute. One side an annotator, by name.
    """

    article: str
    sha256: str
    sort: Sort
    start: int | None
    end: int | None
    label: str
    question: str
    sides: tuple[Side, ...]


def disagreements(
    annotations: Sequence[Annotation],
    scheme: Scheme,
    older: Mapping[str, frozenset[str]] = NOTHING,
) -> list[Disagreement]:
    """Return what the annotators of one article version and occasion disagree on, in text order.

    Only what was submitted counts; with fewer than two authors there is nothing to disagree on. Of
    several annotations by one author the earliest counts. An annotator who was shown a part of the
    article has no side where all of it lay outside that part; nor has one whose scheme, by its
    hash in `older`, did not have the label yet.

    Raises:
        PressmarkError: the annotations are not of one version.
    """
    given = _by_author(annotations)
    if len(given) < 2:
        return []
    found = [*_spans(given, scheme, older), *_answers(given, scheme)]
    return sorted(found, key=_order)


@dataclass(frozen=True, slots=True)
class _Group:
    """Spans of one label joined by overlap; their union is [start, end) without a gap."""

    label: str
    start: int
    end: int
    by: Mapping[str, tuple[Span, ...]]


def _by_author(annotations: Iterable[Annotation]) -> dict[str, Annotation]:
    given: dict[str, Annotation] = {}
    said = [a for a in annotations if a.status == "submitted"]
    for annotation in sorted(said, key=lambda a: (a.author, a.when, a.id)):
        given.setdefault(annotation.author, annotation)
    versions = {(a.article, a.sha256, a.occasion) for a in given.values()}
    if len(versions) > 1:
        told = "; ".join(f"{id_!r} {sha[:8]} #{n}" for id_, sha, n in sorted(versions))
        raise PressmarkError(f"annotations of several versions cannot be compared: {told}")
    return given


def _spans(
    everybody: Mapping[str, Annotation], scheme: Scheme, older: Mapping[str, frozenset[str]]
) -> Iterator[Disagreement]:
    lacking = []
    for group in _groups(everybody):
        given = _asked_for(everybody, [group], older)
        asked = _asked(given, group.start, group.end)
        if any(author not in group.by for author in asked):
            lacking.append(group)
        elif any(len(spans) > 1 for spans in group.by.values()):
            yield _disagreement(given, "split", [group])
        elif len({(s.start, s.end) for spans in group.by.values() for s in spans}) > 1:
            yield _disagreement(given, "boundary", [group])
        else:
            yield from _attributes(given, group, scheme)
    for tied in _tied(lacking):
        given = _asked_for(everybody, tied, older)
        yield _disagreement(given, "label" if len(tied) > 1 else "missed", tied)


def _asked_for(
    given: Mapping[str, Annotation], groups: Sequence[_Group], older: Mapping[str, frozenset[str]]
) -> dict[str, Annotation]:
    """Leave out whose scheme had none of the groups' labels yet, unless they marked one."""
    labels = {group.label for group in groups}
    having = {author for group in groups for author in group.by}
    return {
        who: a
        for who, a in given.items()
        if who in having or not labels <= older.get(a.scheme, frozenset())
    }


def _groups(given: Mapping[str, Annotation]) -> Iterator[_Group]:
    """Yield the groups: one sweep a label."""
    spans: defaultdict[str, list[tuple[int, int, str, Span]]] = defaultdict(list)
    for author, annotation in given.items():
        for span in annotation.spans:
            spans[span.label].append((span.start, span.end, author, span))
    for label, rows in sorted(spans.items()):
        rows.sort(key=lambda row: row[:3])
        joined: list[tuple[int, int, str, Span]] = []
        reach = 0
        for row in rows:
            if joined and row[0] >= reach:
                yield _group(label, joined)
                joined, reach = [], 0
            joined.append(row)
            reach = max(reach, row[1])
        yield _group(label, joined)


def _group(label: str, rows: Sequence[tuple[int, int, str, Span]]) -> _Group:
    by: defaultdict[str, tuple[Span, ...]] = defaultdict(tuple)
    for _, _, author, span in rows:
        by[author] += (span,)
    return _Group(label, rows[0][0], max(row[1] for row in rows), dict(by))


def _tied(groups: Sequence[_Group]) -> list[list[_Group]]:
    """Put groups together in which different authors have other labels on the same characters."""
    root = list(range(len(groups)))

    def find(n: int) -> int:
        while root[n] != n:
            root[n] = root[root[n]]
            n = root[n]
        return n

    order = sorted(range(len(groups)), key=lambda n: (groups[n].start, groups[n].end))
    open_: list[int] = []
    for n in order:
        open_ = [m for m in open_ if groups[m].end > groups[n].start]
        for m in open_:
            if _exchanged(groups[m], groups[n]):
                root[find(n)] = find(m)
        open_.append(n)
    parts: defaultdict[int, list[_Group]] = defaultdict(list)
    for n in order:
        parts[find(n)].append(groups[n])
    return list(parts.values())


def _exchanged(one: _Group, other: _Group) -> bool:
    """Tell whether someone has this label where someone else has the other one, neither both."""
    if one.label == other.label:
        return False
    ours = [s for author, spans in one.by.items() if author not in other.by for s in spans]
    theirs = [s for author, spans in other.by.items() if author not in one.by for s in spans]
    return any(span.overlaps(each) for span in ours for each in theirs)


def _disagreement(
    given: Mapping[str, Annotation], sort: Sort, groups: Sequence[_Group]
) -> Disagreement:
    start, end = min(group.start for group in groups), max(group.end for group in groups)
    votes: defaultdict[str, int] = defaultdict(int)
    for group in groups:
        votes[group.label] += len(group.by)
    label = min(votes, key=lambda name: (-votes[name], name))
    sides = []
    having = {author for group in groups for author in group.by}
    for author in sorted({*_asked(given, start, end), *having}):
        spans = [span for group in groups for span in group.by.get(author, ())]
        spans.sort(key=lambda s: (s.start, s.end, s.label))
        sides.append(Side(author, given[author].id, tuple(spans)))
    return _at(given, sort, (start, end), label, "", sides)


def _attributes(
    given: Mapping[str, Annotation], group: _Group, scheme: Scheme
) -> Iterator[Disagreement]:
    spans = {author: found[0] for author, found in group.by.items()}
    names = {name for span in spans.values() for name in span.attributes}
    for name in sorted(names):
        if _noted(scheme.attribute(name)):
            continue
        values = {author: span.attributes.get(name, ()) for author, span in spans.items()}
        if len({_folded(said) for said in values.values()}) > 1:
            sides = [
                Side(author, given[author].id, (spans[author],), values[author])
                for author in sorted(spans)
            ]
            yield _at(given, "attribute", (group.start, group.end), group.label, name, sides)


def _answers(given: Mapping[str, Annotation], scheme: Scheme) -> Iterator[Disagreement]:
    """Yield the questions on which answers differ.

    Who left a question open has no opinion, unless it may be left open: then that is one.
    """
    said: defaultdict[tuple[str, int | None, int | None], dict[str, tuple[str, ...]]]
    said = defaultdict(dict)
    for author, annotation in given.items():
        for answer in annotation.answers:
            said[answer.question, answer.start, answer.end][author] = answer.values
    for (name, start, end), values in said.items():
        question = scheme.question(name)
        if _noted(question):
            continue
        opinions = {_folded(each) for each in values.values()}
        open_ = question is not None and not question.required and start is None
        if len(opinions) > 1 or (open_ and len(values) < len(given)):
            place = None if start is None or end is None else (start, end)
            asked = given if place is None else {*_asked(given, *place), *values}
            sides = [Side(who, given[who].id, (), values.get(who, ())) for who in sorted(asked)]
            yield _at(given, "answer", place, "", name, sides)


def _at(  # noqa: PLR0917  # the fields in their order
    given: Mapping[str, Annotation],
    sort: Sort,
    place: tuple[int, int] | None,
    label: str,
    question: str,
    sides: Sequence[Side],
) -> Disagreement:
    one = next(iter(given.values()))
    start, end = place or (None, None)
    return Disagreement(one.article, one.sha256, sort, start, end, label, question, tuple(sides))


def _asked(given: Mapping[str, Annotation], start: int, end: int) -> list[str]:
    """Who was shown any of [start, end): an annotation without `covers` was shown all."""
    return sorted(
        author
        for author, a in given.items()
        if not a.covers or any(left < end and start < right for left, right in a.covers)
    )


def _noted(question: Question | None) -> bool:
    return question is not None and question.type in NOTES


def _folded(values: Iterable[str]) -> tuple[str, ...]:
    """Values as they are compared: their order, capitals and white space say nothing."""
    return tuple(sorted(" ".join(value.split()).casefold() for value in values))


def _order(found: Disagreement) -> tuple[int, int, str, str, str]:
    start = -1 if found.start is None else found.start
    end = -1 if found.end is None else found.end
    return start, end, found.sort, found.label, found.question
