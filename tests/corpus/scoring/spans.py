"""Spans as these tests speak of them, and any spans of one author for properties."""

from __future__ import annotations

from hypothesis import strategies as st

from corpus.records import Span


def at(*places: tuple[int, int], label: str = "x") -> tuple[Span, ...]:
    return tuple(Span(f"{label}{n}", s, e, label) for n, (s, e) in enumerate(places))


@st.composite
def one_side(draw: st.DrawFn) -> tuple[Span, ...]:
    """One author's spans: those of one label do not overlap, those of two may."""
    found: tuple[Span, ...] = ()
    for label in ("x", "y"):
        edges = sorted(draw(st.sets(st.integers(0, 40), max_size=10)))
        found += at(*zip(edges[::2], edges[1::2], strict=False), label=label)
    return found
