"""Spans by characters and by words: worked by hand, and what must hold for any spans."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.agreement.estimates import Sampling, figures
from corpus.agreement.opinions import words_of
from corpus.measures import Measure, Pair, Tally, contained, exact, overlapping, score
from corpus.records import Span
from corpus.scoring.spans import characters, in_words, score_spans, span_f1, tokens
from tests.corpus.scoring.spans import at, one_side

TEXT = "Maar slams 😀 dockers, again."
WORDS = words_of(TEXT)


def on(*quotes: str, label: str = "x") -> tuple[Span, ...]:
    return at(*((TEXT.index(q), TEXT.index(q) + len(q)) for q in quotes), label=label)


def test_characters_worked_by_hand() -> None:
    tally = characters(at((0, 10)), at((5, 9), (20, 30)))
    assert tally == Tally(4, 14, 4, 10)


def test_a_character_counts_once_a_label_however_many_spans_cover_it() -> None:
    twice = at((0, 6)) + at((4, 10))
    assert characters(twice, at((0, 10))) == Tally(10, 10, 10, 10)
    assert characters(at((0, 5)), at((0, 5), label="y")) == Tally(0, 5, 0, 5)
    both = at((0, 5)) + at((0, 5), label="y")
    assert characters(both, at((0, 5))) == Tally(5, 5, 5, 10)


def test_a_word_counts_where_a_span_covers_some_of_it() -> None:
    # 'slam' is slams; the emoji is a word of its own
    assert [TEXT[s:e] for s, e in WORDS] == ["Maar", "slams", "😀", "dockers", ",", "again", "."]
    assert [(s.start, s.end) for s in in_words(on("slam", "😀 dock"), WORDS)] == [(1, 2), (2, 4)]
    assert tokens(on("slams 😀"), on("lams 😀 dockers"), WORDS) == Tally(2, 3, 2, 2)


def test_a_span_between_words_counts_nothing() -> None:
    assert in_words(on(" "), WORDS) == ()
    assert tokens(on(" "), (), WORDS).f1 is None


def test_scores_hold_characters_and_words_beside_the_others() -> None:
    pairs = [Pair(str(n), on("slams"), on("slams 😀 dockers")) for n in range(3)]
    found = {(s.label, s.measure): s for s in score_spans(pairs, ["x", "y"], [WORDS] * 3)}
    assert {measure for label, measure in found if not label} == {
        "exact",
        "overlap",
        "SI",
        "FLC",
        "character",
        "token",
    }
    assert (found["x", "token"].precision.value, found["x", "token"].recall.value) == (1 / 3, 1)
    assert found["x", "character"].precision.value == pytest.approx(5 / 15)
    assert (found["", "token"].predicted, found["", "token"].reference) == (9, 3)
    assert found["y", "token"].f1.value is None
    assert "token" not in {s.measure for s in score_spans(pairs, ["x"])}


def test_the_scores_of_before_are_the_same_beside() -> None:
    pairs = [Pair(str(n), at((0, 5), (7, 9)), at((n, n + 4))) for n in range(6)]
    assert set(score(pairs, ["x"])) <= set(score_spans(pairs, ["x"], [[(0, 5)]] * 6))


@pytest.mark.parametrize("measure", [exact, overlapping, contained, characters])
def test_a_coefficient_over_groups_is_what_the_tallies_give(measure: Measure) -> None:
    pairs = [Pair(str(n % 4), at((0, 5), (7, 9)), at((n, n + 4), (20, 22))) for n in range(9)]
    total = sum((measure(p.reference, p.predicted) for p in pairs), Tally())
    figure = figures([span_f1(measure)(pairs)], Sampling())[0]
    assert figure.value == pytest.approx(total.f1)
    assert (figure.low or 0) <= (figure.value or 0) <= (figure.high or 1)


@given(ours=one_side(), theirs=one_side(), seed=st.integers(0, 99))
def test_order_and_side_change_nothing(
    ours: tuple[Span, ...], theirs: tuple[Span, ...], seed: int
) -> None:
    draw = random.Random(seed)
    there, back = characters(ours, theirs), characters(theirs, ours)
    assert (there.precision, there.recall) == (back.recall, back.precision)
    mixed = characters(draw.sample(ours, len(ours)), draw.sample(theirs, len(theirs)))
    assert mixed == there


@given(one_side(), one_side())
def test_characters_are_what_counting_them_gives(
    ours: tuple[Span, ...], theirs: tuple[Span, ...]
) -> None:
    mine, other = (
        {(s.label, at) for s in side for at in range(s.start, s.end)} for side in (ours, theirs)
    )
    assert characters(theirs, ours) == Tally(
        len(mine & other), len(mine), len(mine & other), len(other)
    )


@given(one_side())
def test_the_same_on_both_sides_is_one(spans: tuple[Span, ...]) -> None:
    assert characters(spans, spans).f1 == (1 if spans else None)


@given(one_side(), one_side())
def test_words_of_one_character_are_characters(
    ours: tuple[Span, ...], theirs: tuple[Span, ...]
) -> None:
    letters = [(n, n + 1) for n in range(41)]
    assert tokens(ours, theirs, letters) == characters(ours, theirs)
