"""The alpha-U family: agreement on where units begin and end, and on their values.

Krippendorff, Mathet, Bouvry and Widlöcher (2016), 'On the reliability of unitizing textual
continua: further developments', Quality & Quantity 50: uα of sections, |uα of units against gaps,
cuα of the values of intersecting units, (k)uα of one value. It is not the coefficient of 1995,
whose D_o squares the lengths of differences: the two are never mixed.

What two annotators coincide on is the length of the intersections of their sections, over m - 1;
what a section cannot be paired with by chance is itself: a unit of length l leaves out l squared, a
gap, which has no structure, only its own length. Both are sums over articles, since no unit crosses
the border of one: a bootstrap round adds up the drawn clusters' sums and computes D_e from them.

The definition takes every coder to have read the whole continuum. Where articles have different
annotators, each article counts with its own m, as a unit with missing values does in alpha; with
the same annotators everywhere this is the definition as it stands.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.agreement.alpha import NOTHING_VARIES, chance_corrected
from corpus.agreement.estimates import Statistic, by_cluster
from corpus.agreement.table import Continuum, Units

if TYPE_CHECKING:
    from corpus.agreement.estimates import Floats, Ints

#: What one coder says of one continuum: (start, end, value) in any order, gaps left out.
Marks = Sequence[tuple[int, int, Hashable]]


@dataclass(frozen=True, slots=True, eq=False)
class Lengths:
    """Lengths for each cluster and value, clusters x values; value 0 is the gap.

    `missed` coincides with another value, `margin` with any (l_c. of the paper), `own` is what
    pairs with itself. The same of intersecting units alone, gaps left out, is `coded`: there a
    unit's length is what of it can be paired, sum over the others of its intersections / (m - 1).
    """

    missed: Floats
    margin: Floats
    own: Floats
    coded: tuple[Floats, Floats, Floats]


def lengths(continuum: Continuum, units: Units, values: int) -> Lengths:
    """Measure the coincidences of the units' values (1 to `values`) and of the gaps (0)."""
    import numpy as np

    borders, article, codes = _sections(continuum, units)
    size = np.diff(borders)[:, None] if len(borders) else np.zeros((0, 1))
    asked = continuum.asked.sum(axis=1)
    others = np.maximum(asked - 1, 1)[article][:, None]
    size = size * (asked > 1)[article][:, None]
    given = np.stack([(codes == value).sum(axis=1) for value in range(values + 1)], axis=1)
    marked = given[:, 1:].sum(axis=1, keepdims=True)
    cluster, clusters = continuum.cluster[article], continuum.clusters
    margin = by_cluster(size * given, cluster, clusters)
    missed = by_cluster(
        size * given * (asked[article][:, None] - given) / others, cluster, clusters
    )
    pairable = size * np.maximum(marked - 1, 0) / others
    coded = given[:, 1:]
    reach = np.concatenate([[0.0], np.cumsum(pairable[:, 0])])
    met = reach[np.searchsorted(borders, units.end)] - reach[np.searchsorted(borders, units.start)]
    span = (units.end - units.start) * (asked > 1)[units.article]
    own = _squares(continuum, units, span.astype(np.float64), values)
    own[:, 0] = margin[:, 0]
    return Lengths(
        missed,
        margin,
        own,
        (
            by_cluster(size * coded * (marked - coded) / others, cluster, clusters),
            by_cluster(pairable * coded, cluster, clusters),
            _squares(continuum, units, met, values)[:, 1:],
        ),
    )


def _sections(continuum: Continuum, units: Units) -> tuple[Ints, Ints, Ints]:
    """The borders that any annotator drew, and between them each one's value; -1 is not asked.

    Returns:
        Borders; the article of each section; sections x annotators.
    """
    import numpy as np

    stops = continuum.begins + continuum.lengths
    borders = np.unique(np.concatenate([continuum.begins, stops, units.start, units.end]))
    number = np.arange(len(continuum.begins))
    article = np.repeat(
        number, np.searchsorted(borders, stops) - np.searchsorted(borders, continuum.begins)
    )
    annotators = continuum.asked.shape[1]
    steps = np.zeros((max(len(borders), 1), annotators), dtype=np.int64)
    np.add.at(steps, (np.searchsorted(borders, units.start), units.annotator), units.value)
    np.subtract.at(steps, (np.searchsorted(borders, units.end), units.annotator), units.value)
    codes = np.cumsum(steps, axis=0)[:-1]
    codes[~continuum.asked[article]] = -1
    return borders, article, codes


def _squares(continuum: Continuum, units: Units, size: Floats, values: int) -> Floats:
    """Sum the squared sizes of the units of each cluster and value, clusters x values with 0."""
    import numpy as np

    at = continuum.cluster[units.article] * (values + 1) + units.value
    summed = np.bincount(at, size * size, minlength=continuum.clusters * (values + 1))
    return summed.reshape(continuum.clusters, values + 1).astype(np.float64)


def u_alpha(found: Lengths) -> Statistic:
    """Return uα of all sections, units by their value and gaps (equation 5)."""
    return _of(found.missed, found.margin, found.own)


def coded_alpha(found: Lengths) -> Statistic:
    """Return cuα of the values of intersecting units (equation 11)."""
    return _of(*found.coded)


def character_alpha(found: Lengths) -> Statistic:
    """Return nominal alpha of characters: uα, but that only a character pairs with itself."""
    return _of(found.missed, found.margin, found.margin)


def relevant_alpha(found: Lengths) -> Statistic:
    """Return |uα of units, whatever their value, against gaps (equation 6)."""
    import numpy as np

    gaps, total, own = found.margin[:, 0], found.margin.sum(axis=1), found.own.sum(axis=1)

    def formula(sums: Floats) -> Floats:
        missed, gap, every, paired = sums.T
        result: Floats = 1 - missed * (every * every - paired) / (every * gap * (every - gap))
        return result

    def why(sums: Floats) -> str:
        return _why(sums[2], bool(sums[1]))

    return Statistic(np.column_stack([found.missed[:, 0], gaps, total, own]), formula, why)


def value_alpha(found: Lengths, value: int) -> Statistic:
    """Return (k)uα of one value, counted from 1 (equation 13b)."""
    import numpy as np

    missed, margin, own = (part[:, value - 1] for part in found.coded)
    columns = np.column_stack([missed, margin, own, found.coded[1].sum(axis=1)])

    def formula(sums: Floats) -> Floats:
        apart, mine, paired, total = sums.T
        result: Floats = 1 - (mine * total - paired) * apart / (mine * mine * (total - mine))
        return result

    def why(sums: Floats) -> str:
        return NOTHING_VARIES if sums[1] else "no unit of it meets another annotator's unit"

    return Statistic(columns, formula, why)


def coverage(found: Lengths, value: int) -> float | None:
    """Return the share of a value's length that meets other annotators' units; None without any."""
    total = float(found.margin[:, value].sum())
    return float(found.coded[1][:, value - 1].sum()) / total if total else None


@dataclass(frozen=True, slots=True)
class Family:
    """The coefficients of one continuum; None where undefined. `values` maps k to (k)uα."""

    u: float | None
    relevant: float | None
    coded: float | None
    values: dict[Hashable, float | None]
    coverage: dict[Hashable, float | None]


def family(coders: Sequence[Marks], length: int) -> Family:
    """Return the whole family for coders of one continuum of that length."""
    import numpy as np

    names = sorted({value for marks in coders for _, _, value in marks}, key=str)
    number = {name: n for n, name in enumerate(names, 1)}
    rows = [
        (0, coder, start, end, number[value])
        for coder, marks in enumerate(coders)
        for start, end, value in sorted(marks, key=lambda mark: mark[:2])
    ]
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 5).T
    units = Units(columns[0], columns[1], columns[2], columns[3], columns[4], np.arange(len(rows)))
    one = np.zeros(1, dtype=np.int64)
    asked = np.ones((1, len(coders)), dtype=bool)
    found = lengths(Continuum(one, np.array([length]), one, 1, asked), units, len(names))
    return Family(
        u_alpha(found).value()[0],
        relevant_alpha(found).value()[0],
        coded_alpha(found).value()[0],
        {name: value_alpha(found, n).value()[0] for name, n in number.items()},
        {name: coverage(found, n) for name, n in number.items()},
    )


def _of(missed: Floats, margin: Floats, own: Floats) -> Statistic:
    import numpy as np

    columns = np.column_stack([missed.sum(axis=1), own.sum(axis=1), margin])

    def formula(sums: Floats) -> Floats:
        return chance_corrected(sums[:, 0], sums[:, 2:], sums[:, 1])

    def why(sums: Floats) -> str:
        return _why(float(sums[2:].sum()), bool(sums[2:3].sum()))

    return Statistic(columns, formula, why)


def _why(total: float, gaps: bool) -> str:
    if not total:
        return "no two annotators can be compared"
    return f"{NOTHING_VARIES}: nobody marked anything" if gaps else NOTHING_VARIES
