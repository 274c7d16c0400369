"""All labels on one continuum: a stretch's value is the set of the labels that cover it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from corpus.agreement.table import Continuum, Units

if TYPE_CHECKING:
    from corpus.agreement.estimates import Ints


def combined(
    continuum: Continuum, units: Units, label: Ints, names: Sequence[str]
) -> tuple[Units, list[str]]:
    """Cut each annotator's spans at every border of their own, so that they overlap no more.

    The alpha-U family takes one value a section, and spans of two labels may overlap: where they
    do, 'a + b' is a value of its own, as far from 'a' as from a gap. Where none overlap, these are
    the annotator's spans as they stand.

    Returns:
        The stretches, and the names of their values: value n is the name at n - 1.
    """
    import numpy as np

    parts = []
    for annotator in range(continuum.asked.shape[1]):
        mine = units.annotator == annotator
        parts.append(_stretches(continuum, units.only(mine), label[mine], len(names)))
    starts, ends, covers = (np.concatenate(each) for each in zip(*parts, strict=True))
    owner = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    values, value = np.unique(covers, axis=0, return_inverse=True)
    told = [" + ".join(name for name, on in zip(names, row, strict=True) if on) for row in values]
    article = np.searchsorted(continuum.begins, starts, side="right") - 1
    return Units(article, owner, starts, ends, value.ravel() + 1, np.arange(len(starts))), told


def _stretches(continuum: Continuum, units: Units, label: Ints, labels: int) -> tuple[Ints, ...]:
    """One annotator's stretches: starts, ends, stretches x labels."""
    import numpy as np

    stops = continuum.begins + continuum.lengths
    borders = np.unique(np.concatenate([continuum.begins, stops, units.start, units.end]))
    steps = np.zeros((max(len(borders), 1), labels), dtype=np.int64)
    np.add.at(steps, (np.searchsorted(borders, units.start), label), 1)
    np.subtract.at(steps, (np.searchsorted(borders, units.end), label), 1)
    covers = np.cumsum(steps, axis=0)[:-1]
    marked = covers.any(axis=1)
    return borders[:-1][marked], borders[1:][marked], covers[marked]
