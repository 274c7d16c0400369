"""Coverage curves: worked by hand, and what must hold for any certainty."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.measures import Pair, overlapping
from corpus.scoring.answers import Answered, accuracy
from corpus.scoring.coverage import answer_coverage, coverage, span_coverage
from tests.corpus.scoring.spans import at


def answered(*rights: bool) -> list[Answered]:
    return [Answered("a", ("yes",), ("yes" if right else "no",)) for right in rights]


rights = st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=30)


def test_the_surest_half_worked_by_hand() -> None:
    curve = answer_coverage(answered(True, False, True, False), [0.9, 0.2, 0.8, 0.4], accuracy, 2)
    assert [(p.share, p.kept, p.least, p.score) for p in curve.points] == [
        (0.5, 2, 0.8, 1),
        (1, 4, 0.2, 0.5),
    ]
    # 1 up to the half, then falling to .5
    assert curve.area == pytest.approx(0.5 * 1 + 0.5 * 0.75)


def test_what_is_equally_certain_is_kept_together() -> None:
    curve = answer_coverage(answered(True, False, True), [0.7, 0.7, 0.7], accuracy)
    assert [(p.share, p.kept) for p in curve.points] == [(1, 3)]
    assert curve.area == curve.points[0].score == pytest.approx(2 / 3)


def test_nothing_predicted_is_a_curve_without_points() -> None:
    assert span_coverage([Pair("a", at((0, 3)), ())], overlapping).points == ()
    assert span_coverage([Pair("a", at((0, 3)), ())], overlapping).area is None


def test_scores_that_are_undefined_are_left_out_of_the_area() -> None:
    curve = coverage([1, 2, 3, 4], lambda least: None if least > 2 else 0.5, steps=4)
    assert [p.score for p in curve.points] == [None, None, 0.5, 0.5]
    assert curve.area == 0.5


def test_spans_are_kept_by_their_scores() -> None:
    right, wrong = (
        replace(span, score=s) for span, s in zip(at((0, 5), (9, 14)), (0.9, 0.4), strict=True)
    )
    pairs = [Pair("a", at((0, 5)), (wrong, right)), Pair("b", at((0, 5)), ())]
    precise = span_coverage(pairs, overlapping, steps=2)
    assert [(p.share, p.least, p.score) for p in precise.points] == [(0.5, 0.9, 1), (1, 0.4, 0.5)]
    recalled = span_coverage(pairs, overlapping, "recall", steps=2)
    assert [p.score for p in recalled.points] == [0.5, 0.5]


def test_a_span_without_a_score_is_refused() -> None:
    with pytest.raises(ValueError, match="no score"):
        span_coverage([Pair("a", (), at((0, 5)))], overlapping)


@given(rights, st.integers(1, 25), st.integers(0, 99))
def test_the_order_of_items_changes_nothing(
    items: list[tuple[bool, int]], steps: int, seed: int
) -> None:
    mixed = random.Random(seed).sample(items, len(items))
    one, other = (
        answer_coverage(answered(*(r for r, _ in of)), [s for _, s in of], accuracy, steps)
        for of in (items, mixed)
    )
    assert one == other


@given(rights, st.integers(1, 25))
def test_the_curve_rises_to_all_and_ends_at_the_score_of_all(
    items: list[tuple[bool, int]], steps: int
) -> None:
    curve = answer_coverage(
        answered(*(r for r, _ in items)), [s for _, s in items], accuracy, steps
    )
    shares = [p.share for p in curve.points]
    assert shares == sorted(set(shares))
    assert (curve.points[-1].kept, shares[-1]) == (len(items), 1)
    assert curve.points[-1].score == pytest.approx(sum(r for r, _ in items) / len(items))
    assert curve.area is not None
    values = [p.score or 0.0 for p in curve.points]
    assert min(values) - 1e-9 <= curve.area <= max(values) + 1e-9


def test_a_better_order_has_a_greater_area() -> None:
    draw = random.Random(3)
    rights_ = [draw.random() < 0.5 for _ in range(200)]
    knowing = [right + draw.random() for right in rights_]
    blind = [draw.random() for _ in rights_]
    best, worst = (
        answer_coverage(answered(*rights_), sure, accuracy).area for sure in (knowing, blind)
    )
    assert (best or 0) > (worst or 1) + 0.2
