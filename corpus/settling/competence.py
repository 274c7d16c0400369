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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.prelabels.planted import Plants
from corpus.records import Annotation, Article
from corpus.scheme import Scheme
from corpus.settling.quorum import verdict
from corpus.settling.units import Unit, by_spans
from corpus.settling.voters import NOTHING, ballots

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Before anything is seen: found true spans, marks where there is none, ends that are hit.
FOUND, INVENTED, HIT = 0.8, 0.3, 0.8
#: How many spans the prior is worth: everybody's rates, an annotator's, and those of one label.
EVERYBODY, ANNOTATOR, LABEL = 5.0, 10.0, 10.0
#: Over how many places an end goes that is not hit.
PLACES = 4
ROUNDS = 50


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
            start = self._end(unit.label, {a: s.start for a, s in spans.items()}, inner=max)
            end = self._end(unit.label, {a: s.end for a, s in spans.items()}, inner=min)
        else:
            start = min(s.start for s in spans.values())
            end = max(s.end for s in spans.values())
        why = "tie" if result == "open" else ""
        return replace(unit, start=start, end=end, result=result, why=why, share=share), weights

    def _end(self, label: str, said: Mapping[str, int], inner: Callable[..., int]) -> int:
        """The likeliest of the places that annotators give; of equals the inner one."""
        scores = {
            place: math.fsum(
                sorted(_trust(self.skill(a, label).hit) for a, p in said.items() if p == place)
            )
            for place in set(said.values())
        }
        most = max(scores.values())
        return inner(place for place, score in scores.items() if score > most - 1e-9)


def fit(
    work: Iterable[tuple[Article, Sequence[Annotation]]], scheme: Scheme, plants: Plants = NOTHING
) -> Competence:
    """Fit the model to articles and their annotations, in any order.

    The probability of a cluster starts as the share of its votes, so that what the majority says is
    what competence is measured by at first. With no work at all everybody is as the priors say.
    """
    units = _units(work, scheme, plants)
    if not units:
        return Competence({}, {})
    votes = _Votes(units)
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


def _units(
    work: Iterable[tuple[Article, Sequence[Annotation]]], scheme: Scheme, plants: Plants
) -> list[Unit]:
    """Clusters that at least two annotators were asked about, in an order of their own."""
    found = [
        ((article.id, article.sha256, label, unit.start), unit)
        for article, said in work
        for voters in [ballots(article, said, scheme, plants)]
        for label in scheme.label_names
        for unit in by_spans(label, voters, 0.5)
        if len(unit.asked) > 1
    ]
    # sums of floats depend on their order in the last digit
    found.sort(key=lambda pair: (pair[0], sorted(pair[1].by)))
    return [unit for _, unit in found]


class _Votes:
    """Every vote as a row of arrays: of which cluster, by whom on which label (a cell), marked."""

    def __init__(self, units: Sequence[Unit]) -> None:
        import numpy as np

        self.labels = sorted({unit.label for unit in units})
        self.authors = sorted({author for unit in units for author in unit.asked})
        self.cells = [(author, label) for author in self.authors for label in self.labels]
        cell = {name: n for n, name in enumerate(self.cells)}
        rows = [
            (n, cell[author, unit.label], author in unit.by)
            for n, unit in enumerate(units)
            for author in unit.asked
        ]
        self.unit, self.cell, self.marked = np.array(rows, dtype=np.int64).T
        self.label = np.array([self.labels.index(unit.label) for unit in units])
        asked = np.bincount(self.unit, minlength=len(units))
        yes = np.bincount(self.unit, self.marked, minlength=len(units))
        self.shares: Array = np.clip(yes / asked, 0.02, 0.98)

    def rates(self, chances: Array) -> tuple[Array, Array, Array]:
        """What annotators do with true and with false clusters, given each one's probability."""
        import numpy as np

        each = chances[self.unit]
        found = self._rate(each * self.marked, each, FOUND)
        invented = self._rate((1 - each) * self.marked, 1 - each, INVENTED)
        size = len(self.labels)
        true = np.bincount(self.label, chances, minlength=size)
        priors = (true + 1) / (np.bincount(self.label, minlength=size) + 2)
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
        """How often annotators hit the true end, where several marked a place."""
        import numpy as np

        cell = {name: n for n, name in enumerate(self.cells)}
        rows: list[tuple[float, ...]] = []
        groups: list[int] = []
        for unit, chance in zip(units, chances, strict=True):
            if len(unit.by) < 2:
                continue
            for side in ("start", "end"):
                said = {author: getattr(found[0], side) for author, found in unit.by.items()}
                places = sorted(set(said.values()))
                base = len(groups)
                groups += places
                rows += [
                    (cell[a, unit.label], base + places.index(p), base, len(places), chance)
                    for a, p in sorted(said.items())
                ]
        if not rows:
            return np.full(len(self.cells), HIT)
        table = np.array(rows)
        who, where, first = (
            table[:, 0].astype(int),
            table[:, 1].astype(int),
            table[:, 2].astype(int),
        )
        weight = table[:, 4]
        family = np.zeros(len(groups), dtype=int)
        family[where] = first
        hit: Array = np.full(len(self.cells), HIT)
        for _ in range(ROUNDS):
            trust = np.log(hit * PLACES / (1 - hit))
            score = np.bincount(where, trust[who], minlength=len(groups))
            top = np.full(len(groups), -np.inf)
            np.maximum.at(top, family, score)
            odds: Array = np.exp(score - top[family])
            total = np.bincount(family, odds, minlength=len(groups))
            chance = odds / total[family]
            hit = self._rate(chance[where] * weight, weight, HIT, who)
        return hit

    def _rate(
        self, hits: Array, trials: Array, prior: float, cells: NDArray[np.int64] | None = None
    ) -> Array:
        """Rates by cell that lean on the author's, and those on everybody's."""
        import numpy as np

        where = self.cell if cells is None else cells
        of = (len(self.authors), len(self.labels))
        got = np.bincount(where, hits, minlength=len(self.cells)).reshape(of)
        tried = np.bincount(where, trials, minlength=len(self.cells)).reshape(of)
        all_ = (got.sum() + EVERYBODY * prior) / (tried.sum() + EVERYBODY)
        own = (got.sum(axis=1) + ANNOTATOR * all_) / (tried.sum(axis=1) + ANNOTATOR)
        rate = (got + LABEL * own[:, None]) / (tried + LABEL)
        return np.asarray(np.clip(rate, 0.01, 0.99)).ravel()


def _trust(hit: float) -> float:
    return math.log(hit * PLACES / (1 - hit))
