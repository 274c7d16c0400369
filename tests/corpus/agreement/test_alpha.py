"""Alpha and kappa: the examples of the literature, and two packages beside ours."""

from __future__ import annotations

import warnings

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from corpus.agreement.alpha import alpha, alpha_of_sets, masi
from corpus.agreement.kappa import cohen

#: Krippendorff (2011), 'Computing Krippendorff's Alpha-Reliability', section C: four observers,
#: twelve units, some not answered.
OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)

values = st.one_of(st.none(), st.sampled_from("abcd"))


@st.composite
def answered(draw: st.DrawFn) -> list[list[str | None]]:
    """Units x annotators, some values missing."""
    width = draw(st.integers(2, 4))
    row = st.lists(values, min_size=width, max_size=width)
    return draw(st.lists(row, min_size=1, max_size=12))


def rows(*observers: str) -> list[list[str | None]]:
    columns = [[None if value == "." else value for value in each.split()] for each in observers]
    return [list(row) for row in zip(*columns, strict=True)]


def test_nominal_data_of_krippendorff_2011_section_c() -> None:
    assert alpha(rows(*OBSERVERS)) == pytest.approx(0.743, abs=0.0005)


def test_binary_data_of_krippendorff_2011_section_a() -> None:
    meg, owen = "0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"
    assert alpha(rows(meg, owen)) == pytest.approx(0.095, abs=0.0005)


def test_nominal_data_of_krippendorff_2011_section_b() -> None:
    ben = "a a b b d c c c e d d a"
    gerry = "b a b b b c c c e d d d"
    assert alpha(rows(ben, gerry)) == pytest.approx(0.692, abs=0.0005)


@given(answered())
def test_alpha_is_the_krippendorff_packages(units: list[list[str | None]]) -> None:
    codes = [["" if v is None else v for v in row] for row in units]
    pairable = [row for row in units if sum(v is not None for v in row) > 1]
    varied = {v for row in pairable for v in row if v is not None}
    if len(varied) < 2:
        assert alpha(units) is None
        return
    number = {"": np.nan, "a": 0.0, "b": 1.0, "c": 2.0, "d": 3.0}
    data = np.array([[number[v] for v in row] for row in codes]).T
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
    assert alpha(units) == pytest.approx(theirs, abs=1e-12)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_kappa_is_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    one, other = zip(*pairs, strict=True)
    assume(len({*one, *other}) > 1)
    assert cohen(one, other) == pytest.approx(cohen_kappa_score(one, other), abs=1e-12)


def test_where_nothing_varies_nothing_is_said() -> None:
    assert alpha([["a", "a"], ["a", "a"]]) is None
    assert cohen("aa", "aa") is None


def test_without_two_values_of_one_unit_nothing_is_said() -> None:
    assert alpha([["a", None], [None, "b"]]) is None
    assert alpha([]) is None
    assert cohen([], []) is None
    assert cohen(["a", None], [None, "a"]) is None


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=30), st.integers(2, 5))
def test_who_says_the_same_agrees_exactly(said: list[str], annotators: int) -> None:
    assume(len(set(said)) > 1)
    assert alpha([[value] * annotators for value in said]) == 1
    assert cohen(said, said) == 1
    assert alpha_of_sets([[frozenset(value)] * annotators for value in said]) == 1


@given(answered(), st.randoms(use_true_random=False))
def test_the_order_of_units_and_annotators_makes_no_difference(
    units: list[list[str | None]], random: object
) -> None:
    before = alpha(units)
    order = list(range(len(units[0])))
    random.shuffle(units)  # type: ignore[attr-defined]
    random.shuffle(order)  # type: ignore[attr-defined]
    after = alpha([[row[n] for n in order] for row in units])
    assert after == (before if before is None else pytest.approx(before, abs=1e-12))


def test_chance_is_about_zero() -> None:
    draw = np.random.default_rng(1)
    one, other = draw.choice(list("abc"), (2, 4000), p=[0.7, 0.2, 0.1]).tolist()
    assert alpha(list(zip(one, other, strict=True))) == pytest.approx(0, abs=0.03)
    assert cohen(one, other) == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("ab", "ab", 0),
        ("ab", "abcd", 1 - 2 / 3 * 2 / 4),
        ("abc", "bcd", 1 - 1 / 3 * 2 / 4),
        ("ab", "cd", 1),
    ],
    ids=["equal", "one holds the other", "overlapping", "disjoint"],
)
def test_masi_of_passonneau_2006(one: str, other: str, distance: float) -> None:
    assert masi(frozenset(one), frozenset(other)) == pytest.approx(distance)
    assert masi(frozenset(other), frozenset(one)) == pytest.approx(distance)


@given(answered())
def test_sets_of_one_are_nominal_values(units: list[list[str | None]]) -> None:
    sets = [[None if v is None else frozenset(v) for v in row] for row in units]
    expected = alpha(units)
    found = alpha_of_sets(sets)
    assert found == (expected if expected is None else pytest.approx(expected, abs=1e-12))


def test_sets_that_overlap_agree_more_than_sets_that_do_not() -> None:
    near = [[frozenset("ab"), frozenset("a")], [frozenset("c"), frozenset("c")]]
    far = [[frozenset("ab"), frozenset("d")], [frozenset("c"), frozenset("c")]]
    # Worked by hand: D_o = 2 d(ab, a) / 4, D_e = sum n_c n_k d / (4 * 3), d(ab, a) = 2 / 3
    assert alpha_of_sets(near) == pytest.approx(1 - (4 / 3) * 3 / (2 * (2 / 3 + 2 + 2)))
    assert (alpha_of_sets(near) or 0) > (alpha_of_sets(far) or 0)
