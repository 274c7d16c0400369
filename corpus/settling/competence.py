"""How far each annotator can be trusted: a model of competence, fitted to all their work at once.

Two latent truths a cluster of matched spans. Whether there is a span at all, after Dawid and Skene
(1979, 'Maximum likelihood estimation of observer error-rates using the EM algorithm'): each
annotator finds a true span, and marks one where there is none, at rates of their own for each
label. And where it starts and ends, after Hovy et al. (2013, 'Learning whom to trust with MACE'):
an annotator hits the true end with some probability, or sets any other. Rates lean on the
annotator's own over all labels, and those on everybody's (Beta priors, as in Simpson and Gurevych
2019), so that few spans say little. Fitted by EM in numpy; no place is left to chance.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.prelabels.planted import Plants
from corpus.records import Annotation, Article, Span
from corpus.scheme import Scheme
from corpus.settling.quorum import verdict
from corpus.settling.units import Unit, by_spans
from corpus.settling.voters import NOTHING, ballots

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Before anything is seen: found true spans, marks where there is none, ends that are hit.
FOUND, INVENTED, HIT = 0.8, 0.02, 0.8
#: What the priors are worth: everybody's in spans or places, an annotator's and one label's in true
#: spans, and in places that are none (of which there are ten times as many). A team of which one
#: takes too much lost .01 of exact F1 with 10 for SPANS, and .002 with 30 for SITES: single marks
#: were taken for true.
EVERYBODY, SPANS, SITES = 5.0, 30.0, 200.0
ROUNDS = 50
#: How often trust in ends is weighed anew, and the share of it that decides one: with .5 the better
#: by a hair of two has the last word, which cost .07 exact F1 where one of three takes too much.
TURNS = 5
CLEAR = 0.55


@dataclass(frozen=True, slots=True)
class Skill:
    """One annotator's rates for one label.

    `found` is the share of true spans that are marked, `invented` that of marks among places where
    somebody marked what is none, `hit` that of ends that are right.
    """

    found: float = FOUND
    invented: float = INVENTED
    hit: float = HIT

    def weight(self, *, marked: bool) -> float:
        """Return the log-likelihood ratio of a vote: how much it speaks for a span."""
        if marked:
            return math.log(self.found / self.invented)
        return math.log((1 - self.found) / (1 - self.invented))


@dataclass(frozen=True, slots=True)
class Competence:
    """The fitted model: skills by annotator and label, and the share of clusters that are spans."""

    skills: Mapping[tuple[str, str], Skill]
    priors: Mapping[str, float]

    def skill(self, author: str, label: str) -> Skill:
        """Return an annotator's skill; that of nobody in particular where there is no work."""
        return self.skills.get((author, label), Skill())

    def judge(self, unit: Unit, threshold: float) -> tuple[Unit, dict[str, float]]:
        """Decide a cluster by the model; return it with the weight of each vote.

        Where only two were asked the rule for two stays: what they have alike stands, the rest is
        open. Otherwise the probability decides, and the ends are the likeliest.
        """
        weights = {
            author: self.skill(author, unit.label).weight(marked=author in unit.by)
            for author in unit.asked
        }
        if len(unit.asked) < 3:
            return unit, weights
        prior = self.priors.get(unit.label, 0.5)
        odds = math.fsum([math.log(prior / (1 - prior)), *sorted(weights.values())])
        share = 1 / (1 + math.exp(-odds))
        result = verdict(share, threshold)
        spans = {author: found[0] for author, found in unit.by.items()}
        start, end = unit.start, unit.end
        if result == "stands":
            trust = {author: self.skill(author, unit.label).hit for author in spans}
            start, end = trusted_ends(spans, trust)
        else:
            start = min(s.start for s in spans.values())
            end = max(s.end for s in spans.values())
        why = "tie" if result == "open" else ""
        return replace(unit, start=start, end=end, result=result, why=why, share=share), weights


def fit(
    work: Iterable[tuple[Article, Sequence[Annotation]]], scheme: Scheme, plants: Plants = NOTHING
) -> Competence:
    """Fit the model to articles and their annotations, in any order.

    The probability of a cluster starts as the share of its votes, so that what the majority says is
    what competence is measured by at first. With no work at all everybody is as the priors say.
    """
    units, sites = _units(work, scheme, plants)
    if not units:
        return Competence({}, {})
    votes = _Votes(units, sites)
    rates = votes.rates(votes.shares)
    for _ in range(ROUNDS):
        chances = votes.chances(*rates)
        rates = votes.rates(chances)
    hits = votes.hits(units, chances)
    found, invented, priors = rates
    skills = {
        cell: Skill(float(found[n]), float(invented[n]), float(hits[n]))
        for n, cell in enumerate(votes.cells)
    }
    return Competence(skills, {name: float(priors[n]) for n, name in enumerate(votes.labels)})


#: Annotators who were asked, and the label: of how many places nobody marked.
_Sites = Mapping[tuple[tuple[str, ...], str], float]


def _units(
    work: Iterable[tuple[Article, Sequence[Annotation]]], scheme: Scheme, plants: Plants
) -> tuple[list[Unit], _Sites]:
    """Clusters that at least two annotators were asked about, in an order of their own.

    And the places where nobody marked anything: as many as spans of the label's mean length would
    fill the texts.
    """
    found = []
    lengths: defaultdict[tuple[tuple[str, ...], str], list[int]] = defaultdict(list)
    for article, said in work:
        voters = ballots(article, said, scheme, plants)
        everybody = tuple(v.author for v in voters if not v.annotation.covers)
        for label in scheme.label_names:
            units = [u for u in by_spans(label, voters, 0.5) if len(u.asked) > 1]
            found += [((article.id, article.sha256, label, unit.start), unit) for unit in units]
            if len(everybody) > 1:
                lengths[everybody, label].append(len(article.text))
    # sums of floats depend on their order in the last digit
    found.sort(key=lambda pair: (pair[0], sorted(pair[1].by)))
    units = [unit for _, unit in found]
    sites = {}
    for label in sorted({unit.label for unit in units}):
        spans = [s for u in units if u.label == label for own in u.by.values() for s in own]
        mean = sum(s.end - s.start for s in spans) / len(spans)
        for (asked, name), texts in sorted(lengths.items()):
            if name == label:
                marked = sum(u.label == label and u.asked == asked for u in units)
                sites[asked, label] = max(0.0, sum(texts) / mean - marked)
    return units, sites


class _Votes:
    """Every vote as a row of arrays: of which cluster, by whom on which label (a cell), marked."""

    def __init__(self, units: Sequence[Unit], sites: _Sites) -> None:
        import numpy as np

        nobody: frozenset[str] = frozenset()
        votes = [(u.label, u.asked, frozenset(u.by)) for u in units]
        votes += [(label, asked, nobody) for asked, label in sites]
        self.times: Array = np.array([1.0] * len(units) + list(sites.values()))
        self.labels = sorted({unit.label for unit in units})
        self.authors = sorted({author for _, asked, _ in votes for author in asked})
        self.cells = [(author, label) for author in self.authors for label in self.labels]
        cell = {name: n for n, name in enumerate(self.cells)}
        rows = [
            (n, cell[author, label], author in by)
            for n, (label, asked, by) in enumerate(votes)
            for author in asked
        ]
        self.unit, self.cell, self.marked = np.array(rows, dtype=np.int64).T
        self.label = np.array([self.labels.index(label) for label, _, _ in votes])
        asked = np.bincount(self.unit, minlength=len(votes))
        yes = np.bincount(self.unit, self.marked, minlength=len(votes))
        odds = (yes / np.maximum(asked - yes, 0.1)) ** 3
        self.shares: Array = np.where(yes > 0, odds / (1 + odds), 0.001)

    def rates(self, chances: Array) -> tuple[Array, Array, Array]:
        """What annotators do with true and with false clusters, given each one's probability."""
        import numpy as np

        true, false = (chances * self.times)[self.unit], ((1 - chances) * self.times)[self.unit]
        found = self._rate(true * self.marked, true, FOUND, SPANS)
        invented = self._rate(false * self.marked, false, INVENTED, SITES)
        size = len(self.labels)
        spans = np.bincount(self.label, chances * self.times, minlength=size)
        priors = (spans + 1) / (np.bincount(self.label, self.times, minlength=size) + 2)
        return found, invented, priors

    def chances(self, found: Array, invented: Array, priors: Array) -> Array:
        """The probability that each cluster is a span, given what annotators do."""
        import numpy as np

        marked = np.log(found[self.cell] / invented[self.cell])
        missed = np.log((1 - found[self.cell]) / (1 - invented[self.cell]))
        speaks = np.where(self.marked == 1, marked, missed)
        prior = priors[self.label]
        odds = np.log(prior / (1 - prior)) + np.bincount(self.unit, speaks, len(self.label))
        return np.asarray(1 / (1 + np.exp(-odds)))

    def hits(self, units: Sequence[Unit], chances: Array) -> Array:
        """How often annotators hit the settled end, where three or more marked a place.

        Where two are never of one mind it would be a coin which of them is right.
        """
        import numpy as np

        cell = {name: n for n, name in enumerate(self.cells)}
        many = [(u, float(c)) for u, c in zip(units, chances, strict=False) if len(u.by) > 2]
        hit: Array = np.full(len(self.cells), HIT)
        if not many:
            return hit
        who = np.array([cell[a, u.label] for u, _ in many for a in u.by])
        weight = np.array([chance for u, chance in many for _ in u.by])
        for _ in range(TURNS):
            right = []
            for unit, _ in many:
                spans = {author: own[0] for author, own in unit.by.items()}
                trust = {author: float(hit[cell[author, unit.label]]) for author in spans}
                start, end = trusted_ends(spans, trust)
                right += [((s.start == start) + (s.end == end)) / 2 for s in spans.values()]
            hit = self._rate(np.array(right) * weight, weight, HIT, SPANS, who)
        return hit

    def _rate(  # hits of trials, then what they lean on
        self,
        hits: Array,
        trials: Array,
        prior: float,
        worth: float,
        cells: NDArray[np.int64] | None = None,
    ) -> Array:
        """Rates by cell that lean on the author's, and those on everybody's."""
        import numpy as np

        where = self.cell if cells is None else cells
        of = (len(self.authors), len(self.labels))
        got = np.bincount(where, hits, minlength=len(self.cells)).reshape(of)
        tried = np.bincount(where, trials, minlength=len(self.cells)).reshape(of)
        all_ = (got.sum() + EVERYBODY * prior) / (tried.sum() + EVERYBODY)
        own = (got.sum(axis=1) + worth * all_) / (tried.sum(axis=1) + worth)
        rate = (got + worth * own[:, None]) / (tried + worth)
        return np.asarray(np.clip(rate, 0.001, 0.99)).ravel()


def trusted_ends(spans: Mapping[str, Span], trust: Mapping[str, float]) -> tuple[int, int]:
    """Return the weighted median of starts and of ends; where it is a tie, the inner one.

    A start stands where annotators with more than half of the trust (and a little more, so that
    what is nearly equal is a tie) have begun, an end where as many have not yet ended. Every two
    of the spans share a character, so that the start comes before the end.
    """
    needed = CLEAR * math.fsum(sorted(trust[author] for author in spans))

    def middle(ends: list[tuple[int, float]]) -> int:
        reached = 0.0
        for place, weight in ends:
            reached += weight
            if reached > needed:
                return place
        return ends[-1][0]

    return (
        middle(sorted((s.start, trust[author]) for author, s in spans.items())),
        middle(sorted(((s.end, trust[author]) for author, s in spans.items()), reverse=True)),
    )
