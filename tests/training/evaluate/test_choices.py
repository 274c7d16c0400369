"""Questions and attributes: what is asked, by whose answers, and beside which baselines."""

from __future__ import annotations

import pytest

from corpus.agreement.estimates import Sampling
from corpus.records import Answer, Article
from corpus.scheme import Scheme
from tests.speech import SCHEME as SMALL
from tests.speech import article, mark, scheme
from training.evaluate.choices import (
    COMMON,
    asking,
    baselines,
    question,
    versus,
)
from training.evaluate.results import MODEL
from training.evaluate.said import Answer as Picked
from training.evaluate.said import Said
from training.examples import Example
from training.heads import Choice
from training.references import opinions

SCHEME = scheme()
GENRE = Choice("genre", "article", exclusive=True, values=("report", "opinion"))
SENTIMENT = Choice("sentiment", "span", True, ("negative", "positive"), ("judged", "loud head"))
FEW = Sampling(50)


def page(number: int) -> Article:
    return article(f"Head {number} 😀\n\nA vile and silly plan.", f"a{number}")


def example(number: int, *genres: str) -> Example:
    said = [
        mark(f"p{n}", of=page(number), answers=(Answer("genre", (genre,)),))
        for n, genre in enumerate(genres)
    ]
    return Example(page(number), tuple(said))


TESTED = [example(0, "report"), example(1, "opinion"), example(2, "report", "opinion")]
GROUPS = {f"a{n}": f"g{n}" for n in range(9)}


def test_what_annotators_are_divided_on_is_not_asked() -> None:
    asked = asking(GENRE, opinions(TESTED, [GENRE], SCHEME), GROUPS)
    assert asked.references == (("report",), ("opinion",))
    assert asked.open == 1


def test_answers_about_places_are_asked_where_gold_stands() -> None:
    place = Answer("genre", ("opinion",), 0, 4)
    one = Example(page(0), (mark("ana", of=page(0), answers=(place,)),))
    asked = asking(GENRE, opinions([one], [GENRE], SCHEME), GROUPS)
    assert asked.where == (("genre", "a0", (0, 4)),)


def test_a_question_is_scored_beside_the_commonest_answer_of_training() -> None:
    asked = asking(GENRE, opinions(TESTED, [GENRE], SCHEME), GROUPS)
    taught = opinions(
        [example(3, "report"), example(4, "report"), example(5, "opinion")], [GENRE], SCHEME
    )
    right = dict(zip(asked.where, asked.references, strict=True))
    systems = {MODEL: right.__getitem__, **baselines(asked, taught)}
    said = Said({}, {at: Picked(values, 0.9) for at, values in right.items()})
    found = question(asked, systems, said, None, FEW)
    assert found.systems[MODEL].macro_f1.value == 1
    assert found.systems[COMMON].accuracy.value == 0.5
    assert found.coverage is not None
    assert found.coverage.area == 1
    (against,) = versus(asked, systems, [COMMON], FEW)
    assert against.paired.difference.value is not None
    assert against.paired.difference.value > 0


def test_f1m_is_told_of_sentiment_alone() -> None:
    polar = Choice("genre", "article", True, ("negative", "neutral", "positive"))
    said = [example(0, "negative"), example(1, "neutral")]
    asked = asking(polar, opinions(said, [polar], SCHEME), GROUPS)
    systems = {MODEL: lambda _: ("negative",)}
    found = question(asked, systems, Said(), None, FEW)
    assert found.f1m[MODEL].value == (2 / 3) / 3
    plain = asking(GENRE, opinions(TESTED, [GENRE], SCHEME), GROUPS)
    assert question(plain, systems, Said(), None, FEW).f1m == {}


TOPICS = Choice("topics", "article", exclusive=False, values=("boats", "money"))
ODD = Choice("odd", "article", exclusive=False, values=("yes",))
MORE = """\
  - {name: topics, type: several, values: [{name: boats}, {name: money}]}
  - {name: odd, type: flag}
"""


def asked_later(number: int, under: Scheme, *answers: Answer) -> Example:
    said = mark("ana", of=page(number), under=under, answers=answers)
    return Example(page(number), (said,), {SCHEME.hash: SCHEME})


@pytest.mark.parametrize("choice", [TOPICS, ODD])
def test_none_is_an_answer_of_whoever_was_asked(choice: Choice) -> None:
    grown = scheme(SMALL + MORE)
    picked = Answer(choice.name, choice.values[:1])
    said = [asked_later(0, grown, picked), asked_later(1, grown), asked_later(2, SCHEME)]
    found = asking(choice, opinions(said, [choice], grown), GROUPS)
    assert dict(zip(found.where, found.references, strict=True)) == {
        (choice.name, "a0", None): choice.values[:1],
        (choice.name, "a1", None): (),
    }
    always_yes = question(found, {MODEL: lambda _: choice.values[:1]}, Said(), None, FEW)
    assert always_yes.systems[MODEL].answers == 2
    assert always_yes.systems[MODEL].accuracy.value == 0.5
    assert always_yes.systems[MODEL].macro_f1.value == pytest.approx(2 / 3)


def test_what_must_be_answered_and_is_not_is_not_asked() -> None:
    must = scheme(SMALL + MORE.replace("type: several,", "type: several, required: true,"))
    found = asking(TOPICS, opinions([asked_later(0, must)], [TOPICS], must), GROUPS)
    assert found.where == ()


LATER = scheme(SMALL + MORE.replace("{name: money}", "{name: money}, {name: late}"))
THREE = Choice("topics", "article", exclusive=False, values=("boats", "money", "late"))
BEFORE = scheme(SMALL + MORE)


def told(number: int, *said: tuple[Scheme, tuple[str, ...]]) -> Example:
    """Each annotator's topics, under the scheme of the day."""
    opinions_ = tuple(
        mark(f"p{n}", of=page(number), under=under, answers=(Answer("topics", topics),))
        for n, (under, topics) in enumerate(said)
    )
    return Example(page(number), opinions_, {BEFORE.hash: BEFORE})


def test_a_value_is_not_scored_where_nobody_was_offered_it() -> None:
    said = [
        told(0, (BEFORE, ("boats",))),
        told(1, (LATER, ("late",))),
        told(2, (LATER, ("boats",))),
    ]
    found = asking(THREE, opinions(said, [THREE], LATER), GROUPS)
    assert found.references == (("boats",), ("late",), ("boats",))
    scored = question(found, {MODEL: lambda _: ("boats", "late")}, Said(), None, FEW)
    boats, _, late = scored.systems[MODEL].values
    assert (boats.predicted, boats.reference) == (3, 2)
    assert (late.predicted, late.reference) == (2, 1)
    assert scored.systems[MODEL].accuracy.value == pytest.approx(1 / 3)


def test_only_those_who_were_offered_a_value_vote_on_it() -> None:
    said = [told(0, (BEFORE, ("boats",)), (BEFORE, ("boats",)), (LATER, ("boats", "late")))]
    found = asking(THREE, opinions(said, [THREE], LATER), GROUPS)
    assert found.references == (("boats", "late"),)
    halved = [told(0, (BEFORE, ("money",)), (LATER, ("late",)), (LATER, ("money",)))]
    assert asking(THREE, opinions(halved, [THREE], LATER), GROUPS).open == 1


def test_the_ceiling_does_not_hold_a_value_against_the_model_that_nobody_was_offered() -> None:
    said = [told(n, *[(BEFORE, ("boats",))] * 3) for n in range(2)]
    raw = opinions(said, [THREE], LATER)
    found = asking(THREE, raw, GROUPS)
    scored = question(found, {MODEL: lambda _: ("boats", "late")}, Said(), raw, FEW)
    assert scored.ceiling
    assert scored.ceiling.model.value == scored.ceiling.annotators.value == 1


def test_the_ceiling_holds_no_value_against_an_annotator_who_was_not_offered_it() -> None:
    both = ("boats", "late")
    said = [told(n, (BEFORE, ("boats",)), (LATER, both), (LATER, both)) for n in range(4)]
    raw = opinions(said, [THREE], LATER)
    found = asking(THREE, raw, GROUPS)
    scored = question(found, {MODEL: lambda _: both}, Said(), raw, FEW)
    assert scored.ceiling
    assert (scored.ceiling.cases, scored.ceiling.open) == (12, 0)
    assert scored.ceiling.model.value == scored.ceiling.annotators.value == 1
