"""Measures: worked by hand, and what must hold for any two sets of spans."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.measures import (
    Measure,
    Pair,
    Tally,
    bootstrap,
    contained,
    contained_labelled,
    exact,
    majority,
    merged,
    overlapping,
    score,
)
from corpus.records import Span
from tests.corpus.scoring.spans import at, one_side

EVERY = pytest.mark.parametrize(
    "measure", [exact, overlapping, contained, contained_labelled], ids=lambda m: m.__name__
)


def by_trying_all(reference: Sequence[Span], predicted: Sequence[Span]) -> int:
    """The largest one-to-one matching, by trying every assignment."""
    few, many = sorted((reference, predicted), key=len)

    def fits(one: Span, other: Span) -> bool:
        ours, theirs = set(range(one.start, one.end)), set(range(other.start, other.end))
        return one.label == other.label and 2 * len(ours & theirs) >= len(ours | theirs)

    return max(sum(map(fits, few, chosen)) for chosen in permutations(many, len(few)))


def test_si_of_a_prediction_half_of_which_is_right() -> None:
    tally = contained(at((0, 10)), at((5, 15)))
    assert (tally.precision, tally.recall, tally.f1) == (0.5, 0.5, 0.5)


def test_si_counts_a_predicted_span_by_its_own_length() -> None:
    # One of two predictions is right; half of the reference is found
    tally = contained(at((0, 8)), at((2, 6), (20, 30)))
    assert (tally.precision, tally.recall, tally.f1) == (0.5, 0.5, 0.5)


def test_si_merges_overlapping_spans_of_a_side_and_ignores_labels() -> None:
    reference = at((0, 6)) + at((4, 10), label="y")
    assert contained(reference, at((0, 10))) == Tally(1, 1, 1, 1)
    # Unmerged, the two reference spans would make P (6 + 6) / 10
    assert contained(reference, at((0, 5), label="z")).precision == 1


def test_spans_that_only_touch_are_not_merged() -> None:
    assert merged(at((0, 5), (5, 9))) == [(0, 5), (5, 9)]


def test_si_worked_by_hand_over_two_articles() -> None:
    # First: s=[0,10) meets t=[5,25): 5/10 and 5/20. Second: one reference span, none predicted.
    total = contained(at((5, 25)), at((0, 10))) + contained(at((0, 4)), ())
    assert total.precision == pytest.approx(5 / 10)
    assert total.recall == pytest.approx((5 / 20 + 0) / 2)
    assert total.f1 == pytest.approx(2 * 0.5 * 0.125 / 0.625)


def test_flc_counts_a_pair_only_where_labels_are_equal() -> None:
    reference = at((0, 10)) + at((20, 30), label="y")
    predicted = at((0, 10)) + at((20, 30), label="z")
    tally = contained_labelled(reference, predicted)
    assert (tally.precision, tally.recall) == (0.5, 0.5)
    assert contained(reference, predicted).f1 == 1


def test_exact_wants_both_ends_and_the_label() -> None:
    reference = at((0, 5), (10, 15), (20, 25))
    predicted = at((0, 5), (10, 14)) + at((20, 25), label="y")
    assert exact(reference, predicted) == Tally(1, 3, 1, 3)


def test_overlap_counts_half_of_the_union_and_no_less() -> None:
    assert overlapping(at((0, 10)), at((0, 5))).f1 == 1
    assert overlapping(at((0, 11)), at((0, 5))).f1 == 0


def test_overlap_pairs_one_to_one_and_as_many_as_possible() -> None:
    # [0,8) could pair with either; only if it takes the first can [4,12) have the second
    reference = at((0, 8)) + at((4, 12))
    predicted = at((2, 10)) + at((6, 14))
    assert overlapping(reference, predicted) == Tally(2, 2, 2, 2)
    assert overlapping(at((0, 8)), at((0, 8)) + at((0, 7))) == Tally(1, 2, 1, 1)


@EVERY
def test_nothing_on_both_sides_is_none_and_on_one_side_is_zero(measure: Measure) -> None:
    assert measure((), ()).f1 is None
    assert measure((), ()).precision is None
    assert measure(at((0, 3)), ()).f1 == 0
    assert measure((), at((0, 3))).f1 == 0


@EVERY
@given(spans=one_side())
def test_the_same_on_both_sides_is_one(measure: Measure, spans: tuple[Span, ...]) -> None:
    tally = measure(spans, spans)
    assert tally.f1 == (pytest.approx(1) if spans else None)


@EVERY
@given(ours=one_side(), theirs=one_side())
def test_swapping_the_sides_swaps_precision_and_recall(
    measure: Measure, ours: tuple[Span, ...], theirs: tuple[Span, ...]
) -> None:
    there, back = measure(ours, theirs), measure(theirs, ours)
    assert (there.precision, there.recall) == (back.recall, back.precision)
    assert there.f1 == back.f1


@EVERY
@given(ours=one_side(), theirs=one_side(), seed=st.integers(0, 99))
def test_the_order_of_spans_changes_nothing(
    measure: Measure, ours: tuple[Span, ...], theirs: tuple[Span, ...], seed: int
) -> None:
    draw = random.Random(seed)
    mixed = measure(draw.sample(ours, len(ours)), draw.sample(theirs, len(theirs)))
    assert mixed == measure(ours, theirs)


@EVERY
@given(ours=one_side(), theirs=one_side())
def test_every_figure_lies_between_nought_and_one(
    measure: Measure, ours: tuple[Span, ...], theirs: tuple[Span, ...]
) -> None:
    tally = measure(ours, theirs)
    for value in (tally.precision, tally.recall, tally.f1):
        assert value is None or 0 <= value <= 1 + 1e-12


free = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 8), st.sampled_from("xy")), max_size=5
).map(lambda rows: tuple(Span(str(n), s, s + w, x) for n, (s, w, x) in enumerate(rows)))


@given(ours=free, theirs=free)
def test_the_matching_is_the_largest_there_is(
    ours: tuple[Span, ...], theirs: tuple[Span, ...]
) -> None:
    assert overlapping(ours, theirs).precise == by_trying_all(ours, theirs)


def test_of_three_opinions_two_decide_each_character() -> None:
    assert majority([[(0, 10)], [(4, 14)], [(20, 30)]]) == [(4, 10)]


def test_of_two_opinions_either_is_enough() -> None:
    assert majority([[(0, 10)], [(4, 14)]]) == [(0, 14)]
    assert majority([[(0, 10)], []]) == [(0, 10)]


def test_touching_spans_stay_apart_unless_half_carry_one_span_on() -> None:
    assert majority([[(0, 5), (5, 9)]]) == [(0, 5), (5, 9)]
    assert majority([[(0, 5), (5, 9)], [(0, 9)]]) == [(0, 9)]
    assert majority([[(0, 5), (5, 9)], [(0, 5), (5, 9)], [(0, 9)]]) == [(0, 5), (5, 9)]


@given(st.lists(one_side(), min_size=1, max_size=4))
def test_the_majority_is_what_counting_characters_gives(sides: list[tuple[Span, ...]]) -> None:
    opinions = [[(s.start, s.end) for s in side if s.label == "x"] for side in sides]
    counted = {
        place
        for place in range(41)
        if 2 * sum(any(s <= place < e for s, e in o) for o in opinions) >= len(opinions)
        and any(s <= place < e for o in opinions for s, e in o)
    }
    runs = majority(opinions)
    assert {place for start, end in runs for place in range(start, end)} == counted
    assert all(before[1] <= after[0] for before, after in pairwise(runs))


def test_the_interval_holds_the_value_and_is_the_same_again() -> None:
    tallies = [exact(at((0, 3), (5, 8)), at((0, 3 + n % 2))) for n in range(20)]
    figures = bootstrap(tallies)
    for figure in figures:
        assert figure.value is not None
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= figure.value <= figure.high
    assert bootstrap(tallies) == figures
    assert bootstrap(tallies, seed=1) != figures
    assert bootstrap(tallies, samples=7) != figures


def test_one_sample_has_no_width_and_none_no_interval() -> None:
    tallies = [exact(at((0, 3), (5, 8)), at((0, 3 + n % 2))) for n in range(20)]
    assert all(figure.low == figure.high for figure in bootstrap(tallies, samples=1))
    assert {figure.low for figure in bootstrap(tallies, samples=0)} == {None}


def test_articles_that_all_score_the_same_leave_no_doubt() -> None:
    precision, recall, f1 = bootstrap([exact(at((0, 3), (5, 8)), at((0, 3)))] * 5)
    assert (precision.low, precision.high) == (1, 1)
    assert (recall.low, recall.high) == (0.5, 0.5)
    assert (f1.low, f1.high) == (pytest.approx(2 / 3), pytest.approx(2 / 3))


def test_one_group_of_articles_has_no_interval() -> None:
    pairs = [Pair("g", at((0, 3)), at((0, 3))), Pair("g", at((0, 3)), ())]
    found = {s.measure: s for s in score(pairs, ["x"]) if s.label == "x"}["exact"]
    assert (found.f1.value, found.f1.low, found.f1.high) == (pytest.approx(2 / 3), None, None)


def test_scores_come_for_all_labels_together_and_for_each() -> None:
    pairs = [Pair(str(n), at((0, 4)) + at((6, 9), label="y"), at((0, 4))) for n in range(3)]
    found = {(s.label, s.measure): s for s in score(pairs, ["x", "y", "z"])}
    assert found["", "exact"].f1.value == pytest.approx(2 / 3)
    assert found["x", "SI"].f1.value == 1
    assert found["y", "SI"].f1.value == 0
    assert found["z", "SI"].f1.value is None
    assert (found["", "FLC"].predicted, found["", "FLC"].reference) == (3, 6)
    assert len(found) == 4 + 3 * 3


@given(one_side(), one_side())
def test_flc_is_the_sum_over_all_pairs_of_one_label(
    reference: list[Span], predicted: list[Span]
) -> None:
    def shared(one: Span, other: Span) -> int:
        ours, theirs = range(one.start, one.end), range(other.start, other.end)
        return len(set(ours) & set(theirs)) if one.label == other.label else 0

    tally = contained_labelled(reference, predicted)
    pairs = [(s, t, shared(s, t)) for s in predicted for t in reference]
    assert tally.precise == pytest.approx(sum(n / (s.end - s.start) for s, _, n in pairs))
    assert tally.recalled == pytest.approx(sum(n / (t.end - t.start) for _, t, n in pairs))
