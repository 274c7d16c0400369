"""Curves as SVG within the page: coverage, and the reliability of scores. No script, no library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from corpus.agreement.numbers import number
from corpus.scoring.coverage import Coverage
from corpus.scoring.reliability import Reliability

#: Pixels: the square that is drawn in, and the room for the axes.
SIDE, LEFT, BELOW = 260, 44, 40
INK, GREY, RULE, LINE = "#1c1b1a", "#6b6862", "#dcd8d0", "#005fcc"
#: The least radius of a bin's point; its area grows with what the bin holds.
RADIUS = 3


def coverage_curve(found: Coverage) -> str:
    """Draw precision over the share of spans that are kept, the surest first."""
    points = [(p.share, p.score) for p in found.points if p.score is not None]
    line = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    dots = (_dot(x, y, RADIUS, f"{number(x)} kept: {number(y)}") for x, y in points)
    drawn = f'<polyline points="{line}" fill="none" stroke="{LINE}" stroke-width="2"/>'
    name = "Precision of the surest spans"
    return _figure(name, "share of spans kept", "precision (overlap)", [drawn, *dots])


def reliability_diagram(found: Reliability) -> str:
    """Draw what was observed over what the score said, with 95% intervals, beside the diagonal."""
    parts = [f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="{GREY}" stroke-dasharray="4 4"/>']
    for each in found.bins:
        seen = each.observed
        if seen.value is None:
            continue
        if seen.low is not None and seen.high is not None:
            at = f"{_x(each.score):.1f}"
            parts.append(
                f'<line x1="{at}" x2="{at}" y1="{_y(seen.low):.1f}" y2="{_y(seen.high):.1f}"'
                f' stroke="{LINE}" stroke-opacity=".5" stroke-width="2"/>'
            )
        size = RADIUS + 6 * (each.count / found.count) ** 0.5
        told = f"score {number(each.score)}, right {number(seen.value)}, {each.count} spans"
        parts.append(_dot(each.score, seen.value, size, told))
    return _figure("Reliability of span scores", "mean score", "share that is right", parts)


def _figure(name: str, across: str, up: str, drawn: Iterable[str]) -> str:
    ticks = [n / 4 for n in range(5)]
    grid = [
        f'<line x1="{_x(0)}" x2="{_x(1)}" y1="{_y(t)}" y2="{_y(t)}" stroke="{RULE}"/>'
        f"{_text(LEFT - 6, _y(t) + 4, number(t), 'end')}"
        f"{_text(_x(t), SIDE + 24, number(t), 'middle')}"
        for t in ticks
    ]
    labels: Sequence[str] = (
        _text(_x(0.5), SIDE + 46, across, "middle"),
        f'<g transform="rotate(-90 10 {_y(0.5)})">{_text(10, _y(0.5), up, "middle")}</g>',
    )
    box = f"0 0 {LEFT + SIDE + 16} {SIDE + BELOW + 14}"
    size = f'width="{LEFT + SIDE + 16}" height="{SIDE + BELOW + 14}"'
    return (
        f"<figure><figcaption>{escape(name)}</figcaption>"
        f'<svg role="img" aria-label="{escape(name)}" viewBox="{box}" {size}>'
        f"{''.join((*grid, *drawn, *labels))}</svg></figure>"
    )


def _dot(x: float, y: float, radius: float, told: str) -> str:
    return (
        f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="{radius:.1f}" fill="{LINE}">'
        f"<title>{escape(told)}</title></circle>"
    )


def _text(x: float, y: float, told: str, anchor: str) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-size="11" fill="{GREY}"'
        f' font-family="system-ui, sans-serif">{escape(told)}</text>'
    )


def _x(share: float) -> float:
    return LEFT + share * SIDE


def _y(share: float) -> float:
    return 8 + (1 - share) * SIDE
