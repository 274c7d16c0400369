"""Disagreements counted by sort, label and pair, and the passages that hold most of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from corpus.agreement.disagreements import Disagreement, disagreements
from corpus.agreement.selection import Selection, Version
from corpus.records import Annotation

#: With more annotators than that, pairs are too many to be told apart: a crowd has thousands.
CROWD = 20


@dataclass(frozen=True, slots=True)
class Count:
    """How many disagreements of a sort: `what` is a label, an attribute, a question or a pair."""

    what: str
    sort: str
    count: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A block of an article on which annotators disagree, with what they disagree on.

    `characters` are those of the block that some but not all of them gave a label.
    """

    article: str
    sha256: str
    start: int
    end: int
    characters: int
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class Sorted:
    """All disagreements, counted: `labels` of all annotators together, `pairs` of each two alone.

    In `labels` attributes and questions are counted under their own names. What three people
    disagree on is one disagreement in `labels`, and one in each pair that differs; of more than
    `CROWD` annotators pairs are not told apart.
    """

    labels: tuple[Count, ...]
    pairs: tuple[Count, ...]
    found: tuple[Disagreement, ...]


def sort_out(selection: Selection, said: Mapping[Version, Mapping[str, Annotation]]) -> Sorted:
    """Return what annotators of the same versions disagree on."""
    labels: Counter[tuple[str, str]] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    found: list[Disagreement] = []
    people = {author for by in said.values() for author in by}
    for _, by in sorted(said.items()):
        here = disagreements(list(by.values()), selection.scheme, selection.older)
        found += here
        labels.update((each.question or each.label, each.sort) for each in here)
        for one, other in combinations(sorted(by), 2) if len(people) <= CROWD else ():
            two = [by[one], by[other]]
            apart = here if len(by) == 2 else disagreements(two, selection.scheme, selection.older)
            pairs.update((f"{one} and {other}", each.sort) for each in apart)
    return Sorted(_counts(labels), _counts(pairs), tuple(found))


def worst(
    selection: Selection, said: Mapping[Version, Mapping[str, Annotation]], found: Sorted, most: int
) -> list[Passage]:
    """Return the `most` blocks with most disagreements on what stands in them, the worst first.

    Of two with as many the one with more characters in dispute comes first, then the earlier one.
    A disagreement that reaches over several blocks counts where it begins.
    """
    held: defaultdict[tuple[Version, int, int], list[Disagreement]] = defaultdict(list)
    for each in found.found:
        if each.start is None or each.end is None:
            continue
        version = each.article, each.sha256
        blocks = selection.articles[version].blocks_at(each.start, each.end)
        if blocks:
            held[version, blocks[0].start, blocks[0].end].append(each)
    passages = [
        Passage(*version, start, end, _disputed(said[version].values(), start, end), tuple(here))
        for (version, start, end), here in held.items()
    ]
    passages.sort(key=lambda p: (-len(p.disagreements), -p.characters, p.article, p.start))
    return passages[:most]


def _counts(counter: Counter[tuple[str, str]]) -> tuple[Count, ...]:
    return tuple(Count(what, sort, count) for (what, sort), count in sorted(counter.items()))


def _disputed(annotations: Iterable[Annotation], start: int, end: int) -> int:
    """Count the characters of [start, end) under a label that some gave them and some did not."""
    said = list(annotations)
    edges: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for annotation in said:
        for span in annotation.spans:
            if span.start < end and start < span.end:
                edges[span.label] += [(max(span.start, start), 1), (min(span.end, end), -1)]
    disputed: set[int] = set()
    for marks in edges.values():
        depth, before = 0, start
        for at, step in sorted(marks):
            if 0 < depth < len(said):
                disputed.update(range(before, at))
            depth, before = depth + step, at
    return len(disputed)
