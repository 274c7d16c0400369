"""Spans per 1,000 words with pre-labels and without, compared as the lot drew them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.measures import SAMPLES, Figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Spans are told per so many words.
_PER = 1000


@dataclass(frozen=True, slots=True)
class Worked:
    """One assignment whose arm was drawn by lot: how long the text is and what was marked in it."""

    annotator: str
    article: str
    arm: str
    words: int
    labels: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rates:
    """Spans of a label ('' is all) per 1,000 words: with pre-labels, without, and the difference.

    `annotations` are those with pre-labels and those without.
    """

    label: str
    annotations: tuple[int, int]
    shown: Figure
    unshown: Figure
    difference: Figure


def rates(
    worked: Sequence[Worked], labels: Sequence[str], groups: Mapping[str, str], seed: int = 0
) -> tuple[Rates, ...]:
    """Compare the arms: for all labels together (first) and for each that somebody used.

    The difference is that within each annotator, their arms weighed as Mantel and Haenszel do
    (Greenland and Robins 1985): sum_i (a_i m_i - b_i n_i) / t_i over sum_i n_i m_i / t_i, with
    a_i spans in n_i words shown, b_i in m_i words unshown, t_i = n_i + m_i. Who has one arm alone
    adds nothing to it. Intervals are of 95%, by a bootstrap of stories (`groups`). Where nobody
    marked anything there is no difference to tell, and where one arm has no span its rate is 0
    without an interval, since a bootstrap of noughts knows none.
    """
    if not worked:
        return ()
    used = [label for label in labels if any(each.labels.get(label) for each in worked)]
    return tuple(_rates(worked, label, groups, seed) for label in ("", *used))


def _rates(worked: Sequence[Worked], label: str, groups: Mapping[str, str], seed: int) -> Rates:
    import numpy as np

    people = sorted({each.annotator for each in worked})
    stories = sorted({groups.get(each.article, each.article) for each in worked})
    sums = np.zeros((len(stories), len(people), 4))
    for each in worked:
        row = stories.index(groups.get(each.article, each.article))
        at = 0 if each.arm == "shown" else 2
        spans = sum(each.labels.values()) if not label else each.labels.get(label, 0)
        sums[row, people.index(each.annotator), at : at + 2] += spans, each.words
    drawn = np.random.default_rng(seed).multinomial(
        len(stories), np.full(len(stories), 1 / len(stories)), SAMPLES
    )
    samples = np.tensordot(drawn, sums, axes=1).astype(np.float64)
    total: NDArray[np.float64] = sums.sum(axis=0)[None]
    arms = [each.arm for each in worked]
    shown, unshown, difference = [
        _figure(measure(total)[0], measure(samples), len(stories), why)
        for measure, why in (
            (_rate_shown, "nobody was shown pre-labels"),
            (_rate_unshown, "everybody was shown pre-labels"),
            (_difference, "nobody has both"),
        )
    ]
    if not (total[..., 0].any() or total[..., 2].any()):
        difference = Figure(None, why="nobody marked anything")
    return Rates(label, (arms.count("shown"), arms.count("unshown")), shown, unshown, difference)


def _rate_shown(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return _divided(sums[..., 0].sum(-1), sums[..., 1].sum(-1))


def _rate_unshown(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return _divided(sums[..., 2].sum(-1), sums[..., 3].sum(-1))


def _difference(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    shown, words, unshown, others = (sums[..., n] for n in range(4))
    both = np.maximum(words + others, 1)
    above = (shown * others - unshown * words) / both
    return _divided(above.sum(-1), (words * others / both).sum(-1))


def _divided(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    """The quotient per 1,000 words; not a number where there are none."""
    import numpy as np

    return np.where(below > 0, _PER * above / np.where(below > 0, below, 1), np.nan)


def _figure(value: float, samples: NDArray[np.float64], units: int, why: str) -> Figure:
    import numpy as np

    if np.isnan(value):
        return Figure(None, why=why)
    kept = samples[~np.isnan(samples)]
    if units < 2 or not kept.any():
        return Figure(float(value))
    low, high = np.quantile(kept, (0.025, 0.975))
    return Figure(float(value), float(low), float(high))
