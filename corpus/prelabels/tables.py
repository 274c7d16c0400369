"""The effects of pre-labels as tables for a reader."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.looking.stats import Table
from corpus.measures import Figure
from corpus.prelabels.effects import IDLE, Effects

NOTHING = "nobody has submitted anything over pre-labels yet, nor was any arm drawn by lot"
_ALL = "all"


def tables(found: Effects) -> list[Table]:
    """Return a table for each part of the effects that there is anything to say of."""
    if not (found.fates or found.planted or found.rates):
        return []
    return [table for table in _tables(found) if table.rows]


def _tables(found: Effects) -> Iterator[Table]:
    yield Table(
        "Pre-labels",
        ("label", "shown", "kept", "edited", "removed", "added"),
        tuple(
            (f.label or _ALL, f.shown, f.kept, f.edited, f.removed, f.added) for f in found.fates
        ),
        "kept: same place and label, whatever was answered about it; without planted errors",
    )
    yield Table(
        "Planted errors let stand",
        ("error", "shown", "let stand", "share (95%)"),
        tuple((p.sort or _ALL, p.shown, p.stand, _told(p.share)) for p in found.planted),
        "Wilson's interval, as if each error met its annotator by itself",
    )
    yield Table(
        "Agreement",
        ("pages", "pairs", "F1 by overlap (95%)"),
        tuple((t.pages, t.pairs, _told(t.f1)) for t in found.agreement),
        "planted errors that were let stand are taken out; intervals by a bootstrap of stories",
    )
    yield Table(
        "Spans per 1,000 words",
        ("label", "with", "without", "difference (95%)"),
        tuple(
            (r.label or _ALL, _told(r.shown, 1), _told(r.unshown, 1), _told(r.difference, 1))
            for r in found.rates
        ),
        _compared(found),
    )
    yield Table(
        "Lead time",
        ("pages", "annotations", "median seconds"),
        tuple((t.arm, t.annotations, t.seconds and round(t.seconds)) for t in found.times),
        IDLE,
    )


def _compared(found: Effects) -> str:
    with_, without = found.rates[0].annotations if found.rates else (0, 0)
    told = f"as the lot drew them: {with_} annotations with pre-labels, {without} without"
    why = found.rates[0].difference.why if found.rates else ""
    return told + (f"; {why}, so there is no difference to tell" if why else "")


def _told(figure: Figure, digits: int = 2) -> str:
    if figure.value is None:
        return "–"
    value = f"{figure.value:.{digits}f}"
    if figure.low is None or figure.high is None:
        return value
    return f"{value} [{figure.low:.{digits}f}, {figure.high:.{digits}f}]"
