"""A learning curve as an SVG that a browser shows and a paper can use; no library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from training.selecting.forecast import Point

_WIDE, _HIGH, _LEFT, _TOP, _RIGHT, _FOOT = 640, 400, 56, 36, 120, 48
#: Names of curves that end alike stand this far below each other.
_LINE = 16
#: Distinguishable with every kind of colour vision (Okabe and Ito 2008).
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")


def chart(title: str, curves: Mapping[str, Sequence[Point]]) -> str:
    """Return the curves by name: lines with their intervals, F1 from 0 to 1 over articles."""
    most = max((p.articles for points in curves.values() for p in points), default=1.0)

    def x(articles: float) -> float:
        return round(_LEFT + articles / most * (_WIDE - _LEFT - _RIGHT), 1)

    def y(value: float) -> float:
        return round(_TOP + (1 - value) * (_HIGH - _TOP - _FOOT), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" role="img">',
        f"<title>{escape(title)}</title><style>text {{font: 12px sans-serif}}</style>",
        f'<rect width="{_WIDE}" height="{_HIGH}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20" font-size="14">{escape(title)}</text>',
    ]
    for tenth in range(0, 11, 2):
        level = y(tenth / 10)
        parts.append(f'<path d="M{_LEFT} {level}H{_WIDE - _RIGHT}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{_LEFT - 8}" y="{level + 4}" text-anchor="end">{tenth / 10:g}</text>'
        )
    ticks = sorted({round(p.articles) for points in curves.values() for p in points})
    parts += [
        f'<text x="{x(tick)}" y="{_HIGH - _FOOT + 18}" text-anchor="middle">{tick}</text>'
        for tick in ticks
    ]
    middle = (_LEFT + _WIDE - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{_HIGH - 10}" text-anchor="middle">articles</text>')
    names: list[tuple[float, str, str]] = []
    for number, (name, points) in enumerate(curves.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        known = [(x(p.articles), y(p.value), p) for p in points if p.value is not None]
        for across, _, p in known:
            if p.low is not None and p.high is not None:
                parts.append(f'<path d="M{across} {y(p.low)}V{y(p.high)}" stroke="{colour}"/>')
        line = " ".join(f"{across},{level}" for across, level, _ in known)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{a}" cy="{b}" r="3" fill="{colour}"/>' for a, b, _ in known]
        if known:
            names.append((known[-1][1], name, colour))
    below = 0.0
    for level, name, colour in sorted(names):
        below = max(level, below + _LINE)
        parts.append(
            f'<text x="{_WIDE - _RIGHT + 8}" y="{below + 4}" fill="{colour}">{escape(name)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])
