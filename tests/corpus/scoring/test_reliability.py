"""Reliability: worked by hand, and what must hold for any scores."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.agreement.estimates import Sampling
from corpus.scoring.reliability import reliability

shares = st.sampled_from([0.0, 0.125, 0.3, 0.5, 0.7, 0.9, 1.0])
items = st.lists(st.tuples(shares, st.sampled_from([0.0, 1.0])), min_size=1, max_size=40)


def test_the_error_worked_by_hand() -> None:
    # Two bins of two: means .2 and .9, observed .5 and 1: (2 * .3 + 2 * .1) / 4
    found = reliability([0.1, 0.3, 0.8, 1.0], [0, 1, 1, 1], bins=2)
    assert [(b.count, b.score, b.observed.value) for b in found.bins] == [
        (2, pytest.approx(0.2), 0.5),
        (2, pytest.approx(0.9), 1),
    ]
    assert [(b.low, b.high) for b in found.bins] == [(0.1, 0.3), (0.8, 1.0)]
    assert found.error.value == pytest.approx(0.2)
    assert found.count == 4


def test_scores_that_are_all_the_same_share_one_bin() -> None:
    found = reliability([0.75] * 8, [1, 1, 1, 0] * 2)
    assert [b.count for b in found.bins] == [8]
    assert found.error.value == 0


def test_scores_that_all_differ_make_bins_of_equal_mass() -> None:
    found = reliability([n / 100 for n in range(100)], [0] * 100)
    assert [b.count for b in found.bins] == [10] * 10


def test_shares_of_annotators_are_outcomes_too() -> None:
    found = reliability([0.5, 0.5], [1 / 3, 2 / 3])
    assert found.error.value == pytest.approx(0)
    assert found.by_chance is None


def test_nothing_scored_has_no_error_and_says_so() -> None:
    found = reliability([], [])
    assert (found.count, found.error.value, found.bins) == (0, None, ())
    assert found.error.why == "nothing was scored"


@pytest.mark.parametrize(
    ("scores", "observed"), [([1.2], [1]), ([0.5], [-1]), ([float("nan")], [1]), ([0.5], [])]
)
def test_numbers_that_are_no_probabilities_are_refused(
    scores: list[float], observed: list[float]
) -> None:
    with pytest.raises(ValueError, match=r"\[0, 1\]|outcomes"):
        reliability(scores, observed)


@given(items, st.integers(1, 12), st.integers(0, 99))
def test_the_order_of_items_changes_nothing(
    found: list[tuple[float, float]], bins: int, seed: int
) -> None:
    mixed = random.Random(seed).sample(found, len(found))
    once = reliability(*zip(*found, strict=True), bins=bins, sampling=Sampling(0))
    again = reliability(*zip(*mixed, strict=True), bins=bins, sampling=Sampling(0))
    assert once.bins == again.bins
    assert once.error.value == pytest.approx(again.error.value)


@given(items, st.integers(1, 12))
def test_the_error_is_what_its_bins_say(found: list[tuple[float, float]], bins: int) -> None:
    said = reliability(*zip(*found, strict=True), bins=bins, sampling=Sampling(0))
    assert sum(b.count for b in said.bins) == len(found)
    assert len(said.bins) <= bins
    gaps = [b.count * abs(b.score - (b.observed.value or 0)) for b in said.bins]
    assert said.error.value == pytest.approx(sum(gaps) / len(found))
    assert all(one.high < other.low for one, other in zip(said.bins, said.bins[1:], strict=False))


@given(items)
def test_turning_scores_and_outcomes_round_leaves_the_error(
    found: list[tuple[float, float]],
) -> None:
    scores, outcomes = zip(*found, strict=True)
    one = reliability(scores, outcomes, bins=1, sampling=Sampling(0))
    other = reliability([1 - s for s in scores], [1 - o for o in outcomes], bins=1)
    assert one.error.value == pytest.approx(other.error.value, abs=1e-12)


def test_what_was_observed_has_an_interval_even_where_it_never_came_true() -> None:
    # Brown, Cai and DasGupta 2001: none of ten is [0, .28]
    observed = reliability([0.1] * 10, [0] * 10).bins[0].observed
    assert (observed.value, observed.low) == (0, 0)
    assert observed.high == pytest.approx(0.2775, abs=5e-4)


def test_perfect_scores_err_by_chance_about_as_told() -> None:
    draw = random.Random(5)
    errors, told = [], 0.0
    for _ in range(200):
        scores = [draw.random() for _ in range(300)]
        found = reliability(scores, [draw.random() < s for s in scores], sampling=Sampling(0))
        errors.append(found.error.value or 0.0)
        told = found.by_chance or 0.0
    assert sum(errors) / len(errors) == pytest.approx(told, rel=0.1)


def test_articles_are_resampled_as_one() -> None:
    # In 'a' all came true, in 'b' nothing: items seem certain, articles are not
    scores, outcomes = [0.5] * 40, [1] * 20 + [0] * 20
    alone = reliability(scores, outcomes).error
    by_article = reliability(scores, outcomes, ["a"] * 20 + ["b"] * 20).error
    assert by_article.value == alone.value == 0
    assert by_article.high == 0.5
    assert (alone.high or 1) < 0.25
    assert reliability(scores, outcomes, ["a"] * 40).error.high is None
