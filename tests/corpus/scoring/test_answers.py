"""Classification: worked by hand, beside scikit-learn, and what must hold for any answers."""

from __future__ import annotations

import random
from itertools import starmap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.preprocessing import MultiLabelBinarizer

from corpus.agreement.estimates import Sampling
from corpus.scoring.answers import (
    POLARITIES,
    Answered,
    AnswerMeasure,
    accuracy,
    answer_figure,
    f1m,
    macro_f1,
    mean_f1,
    micro_f1,
    score_answers,
)

MEASURES = pytest.mark.parametrize("measure", [macro_f1, micro_f1, accuracy, f1m])
VALUES = ("negative", "neutral", "positive", "mixed")
group = st.sampled_from("abcd")
single = st.builds(
    lambda g, r, p: Answered(g, (r,), (p,)), group, st.sampled_from(VALUES), st.sampled_from(VALUES)
)
several = st.builds(
    lambda g, r, p: Answered(g, tuple(sorted(r)), tuple(sorted(p))),
    group,
    st.sets(st.sampled_from(VALUES)),
    st.sets(st.sampled_from(VALUES)),
)
either = st.one_of(st.lists(single, min_size=1), st.lists(several, min_size=1))


def said(*pairs: tuple[str, str]) -> list[Answered]:
    """One article each: the reference's values and the system's, separated by blanks."""
    return [
        Answered(str(n), tuple(one.split()), tuple(other.split()))
        for n, (one, other) in enumerate(pairs)
    ]


def value(measure: AnswerMeasure, answers: list[Answered]) -> float | None:
    return measure(answers, ()).value()[0]


def test_macro_f1_worked_by_hand() -> None:
    # report: 1 hit of 1 given and 2 there, F1 2/3; opinion: 1 hit of 2 and 1, F1 2/3
    answers = said(("report", "report"), ("report", "opinion"), ("opinion", "opinion"))
    found = score_answers(answers)
    assert found.macro_f1.value == pytest.approx(2 / 3)
    assert found.accuracy.value == pytest.approx(2 / 3)
    opinion, report = found.values
    assert (opinion.value, opinion.precision.value, opinion.recall.value) == ("opinion", 0.5, 1)
    assert (report.value, report.precision.value, report.recall.value) == ("report", 1, 0.5)
    assert (report.predicted, report.reference) == (1, 2)


def test_a_value_that_only_the_system_gives_is_not_averaged_but_costs_recall() -> None:
    answers = said(("report", "report"), ("report", "satire"))
    found = score_answers(answers)
    assert found.macro_f1.value == pytest.approx(2 / 3)
    satire = next(each for each in found.values if each.value == "satire")
    assert (satire.precision.value, satire.recall.value, satire.f1.value) == (0, 0, 0)


def test_f1m_counts_a_polarity_that_never_occurs_as_nought() -> None:
    answers = said(("negative", "negative"), ("neutral", "neutral"))
    assert value(f1m, answers) == pytest.approx(2 / 3)
    assert value(macro_f1, answers) == 1


def test_several_values_are_counted_each_and_accuracy_wants_them_all() -> None:
    answers = said(("fear enemy", "fear"), ("", ""), ("enemy", "enemy fear"))
    found = score_answers(answers)
    # fear: 1 of 2 and 1; enemy: 1 of 1 and 2
    assert found.macro_f1.value == pytest.approx(2 / 3)
    assert found.micro_f1.value == pytest.approx(2 * 2 / 6)
    assert found.accuracy.value == pytest.approx(1 / 3)


def test_values_come_in_the_order_asked_for_and_the_unused_have_no_figure() -> None:
    found = score_answers(said(("b", "b"), ("z", "b")), values=("c", "b"))
    assert [each.value for each in found.values] == ["c", "b", "z"]
    assert found.values[0].f1.value is None
    assert found.values[0].f1.why == "neither side has the value"


def test_no_answer_at_all_has_no_figure_and_says_so() -> None:
    found = score_answers([])
    assert (found.answers, found.macro_f1.value, found.accuracy.value) == (0, None, None)
    assert found.accuracy.why == "nothing was asked"


def test_a_reference_without_any_value_has_no_macro_f1() -> None:
    found = score_answers(said(("", "fear"), ("", "")))
    assert (found.macro_f1.value, found.micro_f1.value) == (None, 0)
    assert found.macro_f1.why == "the reference holds no value"
    assert found.accuracy.value == 0.5


def test_the_interval_is_over_groups_of_articles() -> None:
    right = [Answered("a", ("x",), ("x",))] * 30
    wrong = [Answered("b", ("x",), ("y",))] * 30
    by_article = score_answers([*right, *wrong]).accuracy
    assert (by_article.low, by_article.value, by_article.high) == (0, 0.5, 1)
    alone = [Answered(str(n), a.reference, a.predicted) for n, a in enumerate([*right, *wrong])]
    assert (score_answers(alone).accuracy.low or 0) > 0.3
    assert score_answers(right).accuracy.low is None


@given(st.lists(single, min_size=1))
def test_single_choices_are_scored_as_scikit_learn_does(answers: list[Answered]) -> None:
    true, said_ = [a.reference[0] for a in answers], [a.predicted[0] for a in answers]
    for measure, labels in ((macro_f1, sorted(set(true))), (f1m, list(POLARITIES))):
        theirs = metrics.f1_score(true, said_, labels=labels, average="macro", zero_division=0)
        assert value(measure, answers) == pytest.approx(theirs)
    assert value(accuracy, answers) == pytest.approx(metrics.accuracy_score(true, said_))
    assert value(micro_f1, answers) == pytest.approx(metrics.accuracy_score(true, said_))
    found = score_answers(answers, sampling=Sampling(0)).values
    theirs = metrics.precision_recall_fscore_support(
        true, said_, labels=[each.value for each in found], zero_division=0
    )
    for each, *expected in zip(found, *theirs, strict=True):
        ours = (each.precision.value, each.recall.value, each.f1.value, each.reference)
        assert ours == pytest.approx(tuple(expected))


@given(st.lists(several, min_size=1))
def test_multiple_choices_are_scored_as_scikit_learn_does(answers: list[Answered]) -> None:
    table = MultiLabelBinarizer(classes=VALUES).fit([])
    true = table.transform([a.reference for a in answers])
    given_ = table.transform([a.predicted for a in answers])
    there = [n for n in range(len(VALUES)) if true[:, n].any()]
    if there:
        theirs = metrics.f1_score(true, given_, labels=there, average="macro", zero_division=0)
        assert value(macro_f1, answers) == pytest.approx(theirs)
    if true.any() or given_.any():
        theirs = metrics.f1_score(true, given_, average="micro", zero_division=0)
        assert value(micro_f1, answers) == pytest.approx(theirs)
    assert value(accuracy, answers) == pytest.approx(metrics.accuracy_score(true, given_))


@MEASURES
@given(answers=either, seed=st.integers(0, 99))
def test_the_order_of_answers_changes_nothing(
    measure: AnswerMeasure, answers: list[Answered], seed: int
) -> None:
    mixed = random.Random(seed).sample(answers, len(answers))
    sampling = Sampling(50)
    assert answer_figure(measure, answers, sampling) == answer_figure(measure, mixed, sampling)


@given(either)
def test_swapping_the_sides_swaps_precision_and_recall(answers: list[Answered]) -> None:
    turned = [Answered(a.group, a.predicted, a.reference) for a in answers]
    there, back = (score_answers(side, VALUES, Sampling(0)) for side in (answers, turned))
    assert (there.micro_f1, there.accuracy) == (back.micro_f1, back.accuracy)
    for one, other in zip(there.values, back.values, strict=True):
        assert (one.precision, one.recall, one.f1) == (other.recall, other.precision, other.f1)


@MEASURES
@given(answers=either)
def test_the_same_on_both_sides_is_one(measure: AnswerMeasure, answers: list[Answered]) -> None:
    same = [Answered(a.group, a.reference, a.reference) for a in answers]
    occurring = {v for a in same for v in a.reference}
    if measure is f1m:
        expected = len(occurring & set(POLARITIES)) / 3
    else:
        expected = 1 if occurring or measure is accuracy else None
    assert value(measure, same) == (None if expected is None else pytest.approx(expected))


def test_a_mean_over_chosen_values_leaves_the_others_out() -> None:
    answers = said(("negative", "negative"), ("positive", "neutral"), ("neutral", "neutral"))
    assert value(mean_f1(("positive", "negative")), answers) == 0.5


def test_a_seed_draws_the_same_interval_again() -> None:
    answers = list(starmap(Answered, [(str(n), ("x",), ("xy"[n % 3 == 0],)) for n in range(30)]))
    one = score_answers(answers, sampling=Sampling(200, seed=1))
    assert one == score_answers(answers, sampling=Sampling(200, seed=1))
    assert one.accuracy != score_answers(answers, sampling=Sampling(200, seed=2)).accuracy
