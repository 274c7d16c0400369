"""The reliability diagram: what came true over what the score said, as an SVG file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from corpus.scoring.reliability import Reliability

#: Units of the drawing: a square with room for axes, and the lines beneath it.
SIDE, LEFT, TOP, BELOW = 300, 56, 16, 84
INK, GREY, RULE = "#1c1b1a", "#6b6862", "#dcd8d0"
#: Told apart by shape too: calibrated scores are filled, raw ones hollow.
BLUE, RUST = "#005fcc", "#b3541e"


def diagram(calibrated: Reliability, raw: Reliability) -> str:
    """Return the diagram of calibrated and raw scores: a point a bin, with its 95% interval.

    On the dashed diagonal a score means what it says. A point's area grows with its bin's spans.
    """
    width, height = LEFT + SIDE + 24, TOP + SIDE + BELOW
    parts = [
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *_axes(),
        *_points(raw, RUST, filled=False),
        *_points(calibrated, BLUE, filled=True),
        *_legend(calibrated, raw),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" font-family="system-ui, sans-serif" font-size="12">'
        f"<title>Reliability of span scores</title>{''.join(parts)}</svg>\n"
    )


def _axes() -> Iterator[str]:
    for tick in (0, 0.25, 0.5, 0.75, 1):
        yield f'<path d="M{_x(0)} {_y(tick)}H{_x(1)}" stroke="{RULE}"/>'
        yield _text(LEFT - 8, _y(tick) + 4, f"{tick:g}", "end", GREY)
        yield _text(_x(tick), _y(0) + 18, f"{tick:g}", "middle", GREY)
    yield f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="{GREY}" stroke-dasharray="4 4"/>'
    yield _text(_x(0.5), _y(0) + 36, "score of a span", "middle", INK)
    up = _text(0, 0, "share that the reference has", "middle", INK)
    yield f'<g transform="translate(16 {_y(0.5)}) rotate(-90)">{up}</g>'


def _points(found: Reliability, colour: str, *, filled: bool) -> Iterator[str]:
    for each in found.bins:
        seen = each.observed
        if seen.value is None:
            continue
        x, y = _x(each.score), _y(seen.value)
        if seen.low is not None and seen.high is not None:
            yield (
                f'<path d="M{x:.1f} {_y(seen.low):.1f}V{_y(seen.high):.1f}" stroke="{colour}"'
                ' stroke-opacity=".45" stroke-width="2"/>'
            )
        size = 2 + 7 * (each.count / found.count) ** 0.5
        told = f"score {each.score:.2f}: {seen.value:.2f} of {each.count} spans"
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" stroke="{colour}" stroke-width="1.5"'
            f' fill="{colour if filled else "#fff"}"><title>{escape(told)}</title></circle>'
        )


def _legend(calibrated: Reliability, raw: Reliability) -> Iterator[str]:
    rows = (("calibrated", calibrated, BLUE, True), ("raw", raw, RUST, False))
    for number, (name, found, colour, filled) in enumerate(rows):
        y = _y(0) + 58 + 18 * number
        fill = colour if filled else "#fff"
        yield f'<circle cx="22" cy="{y - 4}" r="4.5" stroke="{colour}" fill="{fill}"/>'
        yield _text(34, y, f"{name}{_told(found)}", "start", INK)


def _told(found: Reliability) -> str:
    error = found.error
    if error.value is None:
        return ": too few articles to judge"
    ends = f" [{error.low:.3f}, {error.high:.3f}]" if error.low is not None else ""
    return f": error {error.value:.3f}{ends}, {found.count} spans"


def _text(x: float, y: float, told: str, anchor: str, colour: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}">{escape(told)}</text>'


def _x(share: float) -> float:
    return LEFT + share * SIDE


def _y(share: float) -> float:
    return TOP + (1 - share) * SIDE
