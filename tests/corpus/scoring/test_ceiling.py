"""The human ceiling: worked by hand, and where a simulation puts it."""

from __future__ import annotations

import random

import pytest

from corpus.measures import Measure, contained, overlapping
from corpus.scoring.answers import accuracy, macro_f1
from corpus.scoring.ceiling import Asked, Marked, answer_ceiling, span_ceiling
from corpus.scoring.spans import characters
from tests.corpus.scoring.spans import at

SPANS = pytest.mark.parametrize("measure", [contained, overlapping, characters])


def test_each_annotator_and_the_model_meet_the_others_majority() -> None:
    # ana and ben say yes, cem no. Left out: ana -> (ben, cem) divided, ben the same, cem -> yes
    told = answer_ceiling(
        [Asked("a", ("yes",), {"ana": ("yes",), "ben": ("yes",), "cem": ("no",)})], accuracy
    )
    assert (told.cases, told.open) == (1, 2)
    assert (told.annotators.value, told.model.value, told.difference.value) == (0, 1, 1)
    assert [(p.annotator, p.cases, p.value, p.model) for p in told.people] == [("cem", 1, 0, 1)]


def test_four_annotators_worked_by_hand() -> None:
    four = {"ana": ("yes",), "ben": ("yes",), "cem": ("yes",), "dan": ("no",)}
    told = answer_ceiling([Asked("a", ("no",), four), Asked("b", ("yes",), four)], accuracy)
    # ana, ben and cem are right in both; dan never; the model in 'b'
    assert (told.cases, told.open) == (8, 0)
    assert (told.annotators.value, told.model.value) == (0.75, 0.5)
    assert told.difference.value == -0.25


def test_several_values_are_voted_on_one_by_one() -> None:
    said = {"ana": ("fear",), "ben": ("fear", "enemy"), "cem": ("fear",), "dan": ("fear", "enemy")}
    told = answer_ceiling([Asked("a", ("fear",), said)], accuracy, several=True)
    # Without ana or cem 'enemy' has two of three, without ben or dan one
    assert (told.cases, told.open) == (4, 0)
    assert told.annotators.value == 0
    assert told.model.value == 0.5


def test_a_value_is_held_against_nobody_who_was_not_offered_it() -> None:
    # 'b' came after ana: of the others it is voted on by who was offered it
    said = {"ana": ("a",), "ben": ("a", "b"), "cem": ("a", "b")}
    things = [Asked(str(n), ("a", "b"), said, {"ana": {"b"}}) for n in range(4)]
    told = answer_ceiling(things, macro_f1, several=True)
    assert (told.cases, told.open) == (12, 0)
    assert (told.annotators.value, told.model.value) == (1, 1)
    assert [(p.annotator, p.value, p.model) for p in told.people] == [
        ("ana", 1, 1),
        ("ben", 1, 1),
        ("cem", 1, 1),
    ]


def test_others_who_are_divided_over_what_one_was_not_offered_leave_a_case() -> None:
    said = {"ana": ("a",), "ben": ("a", "b"), "cem": ("a",)}
    told = answer_ceiling([Asked("g", ("a",), said, {"ana": {"b"}})], accuracy, several=True)
    # ben meets cem, who was offered 'b' and left it; cem meets ben, who picked it
    assert (told.cases, told.open) == (3, 0)
    assert {p.annotator: p.value for p in told.people} == {"ana": 1, "ben": 0, "cem": 0}


def test_what_none_of_the_others_was_offered_is_held_against_nobody() -> None:
    said = {"ana": ("a",), "ben": ("a",), "cem": ("a", "b")}
    asked = Asked("g", ("a", "b"), said, {"ana": {"b"}, "ben": {"b"}})
    told = answer_ceiling([asked], accuracy, several=True)
    assert (told.cases, told.annotators.value, told.model.value) == (3, 1, 1)


def test_one_answer_that_somebody_was_not_offered_is_no_case_of_theirs() -> None:
    said = {"ana": ("a",), "ben": ("b",), "cem": ("b",), "dan": ("b",)}
    told = answer_ceiling([Asked("g", ("b",), said, {"ana": {"b"}})], accuracy)
    assert (told.cases, told.open) == (3, 1)
    assert (told.annotators.value, told.model.value) == (1, 1)


@SPANS
def test_of_two_annotators_there_is_no_ceiling_and_it_says_why(measure: Measure) -> None:
    two = {"ana": at((0, 5)), "ben": at((0, 5))}
    told = span_ceiling([Marked("a", at((0, 5)), two)], measure)
    assert (told.annotators.value, told.model.value, told.difference.value) == (None, None, None)
    assert "three annotators" in told.difference.why
    assert (told.p, told.cases, told.people) == (None, 0, ())


def test_others_who_are_always_divided_leave_no_case() -> None:
    told = answer_ceiling(
        [Asked("a", ("x",), {"ana": ("x",), "ben": ("y",), "cem": ("z",)})], macro_f1
    )
    assert (told.cases, told.open, told.model.value) == (0, 3, None)
    assert told.model.why == "the others never had a majority"


def test_spans_meet_what_at_least_half_of_the_others_covered() -> None:
    three = {"ana": at((0, 10)), "ben": at((0, 10)), "cem": ()}
    told = span_ceiling([Marked("a", at((0, 10)), three)], overlapping)
    # Left out: ana and ben meet [0, 10); cem too, and has nothing
    assert told.annotators.value == pytest.approx(2 * 2 / (2 + 3))
    assert told.model.value == 1
    assert [(p.annotator, p.value, p.model) for p in told.people] == [
        ("ana", 1, 1),
        ("ben", 1, 1),
        ("cem", 0, 1),
    ]


def test_labels_are_voted_on_apart() -> None:
    three = {"ana": at((0, 5)), "ben": at((0, 5), label="y"), "cem": at((0, 5), label="y")}
    told = span_ceiling([Marked("a", at((0, 5), label="y"), three)], overlapping)
    # cem's others marked x and y, each by one of two; so did ben's
    assert {p.annotator: p.value for p in told.people} == {
        "ana": 0,
        "ben": pytest.approx(2 / 3),
        "cem": pytest.approx(2 / 3),
    }


@SPANS
def test_a_model_that_says_what_everybody_says_is_as_good(measure: Measure) -> None:
    same = at((0, 5), (8, 20))
    articles = [Marked(str(n), same, dict.fromkeys(("ana", "ben", "cem"), same)) for n in range(5)]
    told = span_ceiling(articles, measure)
    assert (told.annotators.value, told.model.value, told.difference.value) == (1, 1, 0)
    assert told.p == 1


def test_the_order_of_articles_and_annotators_changes_nothing() -> None:
    draw = random.Random(4)
    things = [
        Asked(str(n % 9), (draw.choice("xy"),), {who: (draw.choice("xxy"),) for who in "abcd"})
        for n in range(40)
    ]
    turned = [
        Asked(t.group, t.model, dict(reversed(t.annotators.items()))) for t in reversed(things)
    ]
    assert answer_ceiling(things, macro_f1) == answer_ceiling(turned, macro_f1)


def test_six_annotators_right_at_four_fifths_stand_where_the_simulation_puts_them() -> None:
    # Whoever is left out meets five who err too: .76, an error-free model .94
    draw = random.Random(1)
    things = []
    for n in range(3000):
        truth = draw.choice(("yes", "no"))
        wrong = "no" if truth == "yes" else "yes"
        said = {str(who): (truth if draw.random() < 0.8 else wrong,) for who in range(6)}
        things.append(Asked(str(n), (truth,), said))
    told = answer_ceiling(things, macro_f1, None)
    assert told.annotators.value == pytest.approx(0.76, abs=0.015)
    assert told.model.value == pytest.approx(0.94, abs=0.015)
    assert (told.difference.low or 0) > 0.15
    assert told.p == pytest.approx(2 / 1001)
