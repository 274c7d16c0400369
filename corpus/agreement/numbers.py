"""Coefficients as papers print them."""

from __future__ import annotations

from corpus.measures import Figure


def figure(cell: Figure, digits: int = 2) -> str:
    """Return '.41 [.33, .49]': a value with its 95% interval, '–' where it is undefined."""
    if cell.value is None:
        return "–"
    value = number(cell.value, digits)
    if cell.low is None or cell.high is None:
        return value
    return f"{value} [{number(cell.low, digits)}, {number(cell.high, digits)}]"


def number(value: float | None, digits: int = 2) -> str:
    """Return '.41', '-.05' or '1.00': as papers print coefficients."""
    if value is None:
        return "–"
    told = f"{value:.{digits}f}"
    if float(told) == 0:
        return f"{0:.{digits}f}".removeprefix("0") or "0"
    return told.replace("0.", ".", 1) if abs(float(told)) < 1 else told
