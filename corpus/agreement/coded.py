"""Agreement on values: attributes of matched spans, and answers to questions."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from corpus.agreement.alpha import distance_table, nominal, numbered, weighted
from corpus.agreement.estimates import Statistic
from corpus.agreement.kappa import kappa
from corpus.agreement.matching import matched, overlaps
from corpus.agreement.opinions import ArticleOpinions
from corpus.agreement.table import Table
from corpus.records import Annotation
from corpus.scheme import Question

if TYPE_CHECKING:
    from corpus.agreement.estimates import Floats, Ints

#: The types of question whose values are compared; free text is not.
COMPARED = ("one", "several", "name", "flag")
FLAGGED, UNFLAGGED = "yes", "no"


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Values by number: rows x sides, -1 where there is none.

    The sides are `annotators`, a row's own: for a question all of them, for matched spans the two
    that were matched. `weights` are what a row counts.
    """

    codes: Ints
    annotators: Ints
    weights: Floats
    cluster: Ints
    clusters: int
    values: tuple[Hashable, ...]
    metric: str

    def silenced(self, annotator: int) -> Coded:
        """Return the same with one annotator's values taken out."""
        import numpy as np

        codes = np.where(self.annotators == annotator, -1, self.codes)
        return replace(self, codes=codes)

    def compared(self) -> int:
        """Count the rows that two annotators gave a value."""
        return int(((self.codes >= 0).sum(axis=1) > 1).sum())

    def alpha(self) -> Statistic:
        """Return nominal alpha, or that by MASI for sets of values."""
        given = self.codes, self.weights, self.cluster, self.clusters
        if self.metric == "nominal":
            return nominal(*given, len(self.values))
        return weighted(
            *given, distance_table([v for v in self.values if isinstance(v, frozenset)])
        )

    def answered_by(self, one: int, other: int) -> int:
        """Count the rows that both annotators gave a value."""
        return int(((self._side(one) >= 0) & (self._side(other) >= 0)).sum())

    def kappa(self, one: int, other: int) -> Statistic:
        """Return the kappa of two annotators; a set of values counts as one value."""
        sides = self._side(one), self._side(other)
        return kappa(*sides, self.cluster, self.clusters, len(self.values))

    def _side(self, annotator: int) -> Ints:
        """That annotator's value in each row, -1 where there is none."""
        import numpy as np

        mine = self.annotators == annotator
        found: Ints = np.where(mine, self.codes, -1).max(axis=1, initial=-1)
        return found


def metric_of(question: Question) -> str:
    """Say how the values of a question are compared."""
    return "MASI" if question.type == "several" else "nominal"


def value_of(question: Question, given: tuple[str, ...], *, asked: bool = True) -> Hashable | None:
    """Return what was answered as one comparable value; None is no answer.

    A flag that is not set says no. No value of several is no answer: a scheme in which none may
    apply offers it as a value.
    """
    if question.type == "flag":
        return (FLAGGED if given else UNFLAGGED) if asked else None
    if not given:
        return None
    return frozenset(given) if question.type == "several" else given[0]


def answers(table: Table, question: Question) -> Coded:
    """Return the annotators' answers; a unit is an article, or a place of it (a sentence)."""
    import numpy as np

    keys: list[int] = []
    rows: list[list[Hashable | None]] = []
    for article, opinion in enumerate(table.opinions):
        for row in _answered(opinion, table.annotators, question):
            keys.append(article)
            rows.append(row)
    codes, values = numbered(rows)
    count, width = len(rows), len(table.annotators)
    return Coded(
        codes.reshape(count, width),
        np.tile(np.arange(width), (count, 1)),
        np.ones(count),
        table.continuum.cluster[np.array(keys, dtype=np.int64)],
        table.continuum.clusters,
        tuple(values),
        metric_of(question),
    )


def _answered(
    opinion: ArticleOpinions, annotators: Sequence[str], question: Question
) -> list[list[Hashable | None]]:
    """One row of values for the article as a whole (if any) and for each place, in order."""
    given: dict[tuple[int, int], dict[str, Hashable | None]] = {}
    for author, annotation in opinion.annotations.items():
        found = _values(annotation, question)
        if question.type == "flag" and not any(start >= 0 for start, _ in found):
            found.setdefault((-1, -1), UNFLAGGED)
        for place, value in found.items():
            given.setdefault(place, {})[author] = value
    return [[given[place].get(author) for author in annotators] for place in sorted(given)]


def _values(annotation: Annotation, question: Question) -> dict[tuple[int, int], Hashable | None]:
    return {
        (-1 if a.start is None else a.start, -1 if a.end is None else a.end): value_of(
            question, a.values
        )
        for a in annotation.answers
        if a.question == question.name
    }


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Matched spans of two annotators of one label: rows of the table of spans, whose, where."""

    label: int
    left: Ints
    right: Ints
    annotators: Ints
    article: Ints


def matches(table: Table, number: int) -> Matches:
    """Match the spans of one label, each pair of annotators by `matching.matched`."""
    import numpy as np

    _, units = table.of(number)
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    for one, other in pairs_of(len(table.annotators)):
        ours, theirs = units.only(units.annotator == one), units.only(units.annotator == other)
        edges = overlaps(ours.start, ours.end, theirs.start, theirs.end)
        chosen = matched(*edges)
        left, right = edges[0][chosen], edges[1][chosen]
        who = np.tile(np.array([one, other]), (len(chosen), 1))
        parts.append((ours.row[left], theirs.row[right], who, ours.article[left]))
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return Matches(number, none, none, none.reshape(0, 2), none)
    return Matches(number, *(np.concatenate(each) for each in zip(*parts, strict=True)))


@dataclass(frozen=True, slots=True, eq=False)
class AttributeValues:
    """An attribute's value of each span of the table by number, -1 where it has none."""

    question: Question
    codes: Ints
    values: tuple[Hashable, ...]


def attribute_values(table: Table, question: Question) -> AttributeValues:
    """Number the values of an attribute."""
    import numpy as np

    given = [span.attributes.get(question.name, ()) for span in table.spans]
    found = {each: value_of(question, each) for each in set(given)}
    codes, values = numbered([[value] for value in found.values()])
    number = dict(zip(found, codes[:, 0].tolist(), strict=True)) if found else {}
    spans = np.array([number[each] for each in given], dtype=np.int64)
    return AttributeValues(question, spans, tuple(values))


def attribute(
    table: Table, given: AttributeValues, found: Sequence[Matches], left_out: int | None = None
) -> Coded:
    """Return an attribute's values on matched spans, without those of one annotator if asked.

    A span can be matched with one span of each of the m - 1 other annotators who were asked: a
    match weighs 1 / (m - 1), so that a span weighs as much as a value of a unit does in alpha.
    """
    import numpy as np

    codes, annotators, weights, cluster = [], [], [], []
    for each in found:
        asked = table.asked[each.label]
        others = asked.sum(axis=1) - 1
        kept = np.ones(len(each.left), dtype=bool)
        if left_out is not None:
            others = others - asked[:, left_out]
            kept = (each.annotators != left_out).all(axis=1)
        sides = np.stack([given.codes[each.left], given.codes[each.right]], axis=1)
        codes.append(sides[kept])
        annotators.append(each.annotators[kept])
        weights.append(1 / others[each.article[kept]])
        cluster.append(table.continuum.cluster[each.article[kept]])
    return Coded(
        np.concatenate(codes),
        np.concatenate(annotators),
        np.concatenate(weights),
        np.concatenate(cluster),
        table.continuum.clusters,
        given.values,
        metric_of(given.question),
    )


def pairs_of(count: int) -> list[tuple[int, int]]:
    """Return all pairs of annotators by number."""
    return list(combinations(range(count), 2))
