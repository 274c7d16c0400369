"""Two systems compared: what the tests must say where the answer is known."""

from __future__ import annotations

import random
from itertools import product

import pytest

from corpus.agreement.estimates import Sampling
from corpus.measures import Pair, Tally, overlapping
from corpus.scoring.answers import Answered, accuracy, macro_f1
from corpus.scoring.paired import Paired, paired_answers, paired_spans
from tests.corpus.scoring.spans import at


def answered(rights: list[bool], per_group: int = 1) -> list[Answered]:
    return [
        Answered(str(n // per_group), ("yes",), ("yes" if right else "no",))
        for n, right in enumerate(rights)
    ]


def found(one: list[bool], other: list[bool], per_group: int = 1) -> Paired:
    return paired_answers(answered(one, per_group), answered(other, per_group), accuracy)


def test_a_system_beside_itself_differs_by_nothing() -> None:
    same = [True, False] * 10
    told = found(same, same)
    assert (told.difference.value, told.difference.low, told.difference.high) == (0, 0, 0)
    assert (told.p_bootstrap, told.p_randomised) == (1, 1)


def test_turning_the_systems_round_turns_the_difference_and_keeps_p() -> None:
    draw = random.Random(2)
    one, other = ([draw.random() < share for _ in range(60)] for share in (0.8, 0.6))
    there, back = found(one, other), found(other, one)
    assert there.difference.value == pytest.approx(-(back.difference.value or 0))
    assert there.difference.low == pytest.approx(-(back.difference.high or 0))
    assert there.p_bootstrap == back.p_bootstrap
    assert there.p_randomised == back.p_randomised


def test_a_system_that_is_always_better_is_better_beyond_chance() -> None:
    told = found([True] * 40, [True, False] * 20)
    assert told.difference.value == 0.5
    assert (told.difference.low or 0) > 0
    assert told.p_bootstrap == pytest.approx(2 / 1001)
    assert told.p_randomised == pytest.approx(1 / 1001, abs=2e-3)


def test_randomisation_approaches_the_exact_test_of_all_swaps() -> None:
    one, other = [True] * 5 + [False] + [True] * 4, [False] * 5 + [True] + [True] * 4
    apart = [a - b for a, b in zip(one, other, strict=True)]
    swaps = list(product((1, -1), repeat=len(apart)))
    seen = abs(sum(apart))
    exact = sum(
        abs(sum(s * d for s, d in zip(swap, apart, strict=True))) >= seen for swap in swaps
    ) / len(swaps)
    told = paired_answers(answered(one), answered(other), accuracy, Sampling(4000))
    assert told.p_randomised == pytest.approx(exact, abs=0.03)


def test_systems_that_are_equally_good_are_seldom_called_different() -> None:
    draw = random.Random(7)
    called = 0
    for _ in range(100):
        one, other = ([draw.random() < 0.7 for _ in range(80)] for _ in range(2))
        told = paired_answers(answered(one), answered(other), accuracy, Sampling(200))
        called += (told.p_randomised or 1) <= 0.05
    assert called <= 12


def test_articles_of_one_group_are_one_piece_of_evidence() -> None:
    one, other = [True] * 20 + [False] * 2, [False] * 20 + [True] * 2
    assert (found(one, other).p_randomised or 1) < 0.01
    assert (found(one, other, per_group=11).p_randomised or 0) > 0.3


def test_a_single_group_has_a_difference_and_no_test() -> None:
    told = found([True, True], [True, False], per_group=2)
    assert (told.difference.value, told.difference.low) == (0.5, None)
    assert (told.p_bootstrap, told.p_randomised) == (None, None)
    assert told.why == "1 group of articles: nothing can be drawn anew"


def test_spans_are_compared_on_the_same_draws() -> None:
    reference = at((0, 10), (20, 30))
    good = [Pair(str(n), reference, at((0, 9), (20, 29))) for n in range(12)]
    poor = [Pair(str(n), reference, at((0, 9))) for n in range(12)]
    told = paired_spans(good, poor, overlapping)
    assert (told.one.value, told.other.value) == (1, pytest.approx(2 / 3))
    assert (
        told.other.value == sum((overlapping(p.reference, p.predicted) for p in poor), Tally()).f1
    )
    assert told.difference.low == told.difference.high == pytest.approx(1 / 3)
    assert told.groups == 12


def test_values_that_only_one_system_gives_do_not_upset_the_columns() -> None:
    one = [Answered(str(n), ("a",), ("a",)) for n in range(4)]
    other = [Answered(str(n), ("a",), ("zz" if n else "a",)) for n in range(4)]
    told = paired_answers(one, other, macro_f1)
    assert (told.one.value, told.other.value) == (1, pytest.approx(0.4))


def test_nothing_to_compare_says_why() -> None:
    told = paired_spans(
        [Pair("a", (), ()), Pair("b", (), ())], [Pair("a", (), ()), Pair("b", (), ())], overlapping
    )
    assert told.difference.value is None
    assert told.why == told.difference.why == "neither side has a span"


def test_a_reference_without_a_value_leaves_nothing_to_test() -> None:
    one, other = ([Answered(g, (), said) for g in "ab"] for said in (("x",), ()))
    told = paired_answers(one, other, macro_f1)
    assert (told.one.value, told.difference.value, told.p_randomised) == (None, None, None)
    assert told.why == "the reference holds no value"


def test_systems_on_different_articles_are_refused() -> None:
    with pytest.raises(ValueError, match="same articles"):
        found([True], [True, False])
    with pytest.raises(ValueError, match="same articles"):
        paired_spans([Pair("a", at((0, 1)), ())], [Pair("a", at((0, 2)), ())], overlapping)
