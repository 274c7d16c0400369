"""A share of independent cases with its interval."""

from __future__ import annotations

import math

from corpus.measures import Figure

#: The standard normal's 97.5% quantile.
_Z = 1.959964


def share(hits: float, cases: int) -> Figure:
    """Return hits / cases with Wilson's 95% score interval (1927), which holds for few cases too.

    None where there is no case. A case may be a hit in part: `hits` is then a sum of shares.
    """
    if not cases:
        return Figure(None)
    rate, square = hits / cases, _Z * _Z
    middle = (rate + square / (2 * cases)) / (1 + square / cases)
    spread = _Z * math.sqrt(rate * (1 - rate) / cases + square / (4 * cases * cases))
    spread /= 1 + square / cases
    return Figure(rate, max(0.0, min(rate, middle - spread)), min(1.0, max(rate, middle + spread)))
