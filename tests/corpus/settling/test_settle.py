"""Many into one: what annotators settle by vote, what is left open, what never becomes gold."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.check import faults, misanswered
from corpus.errors import PressmarkError
from corpus.exposures import Exposure, Planted
from corpus.prelabels.planted import Plants
from corpus.records import Annotation, Answer, Span
from corpus.settings import SettlingSection
from corpus.settling.competence import Competence, fit
from corpus.settling.decisions import Settled, gold_id
from corpus.settling.settle import settle
from tests.speech import article, mark, scheme

#: A label without rules of its own, and one that is not asked of opinion.
PLAIN = """\
name: plain
version: "1"
labels:
  - name: x
    colour: "#b3261e"
    hotkey: "1"
    definition: it
    test: is it?
    positive: [{text: "[[a]]"}, {text: "[[b]]"}, {text: "[[c]]"}]
    negative: [{text: "d"}, {text: "e"}, {text: "f"}]
  - name: y
    colour: "#005fcc"
    hotkey: "2"
    unless: {genre: [opinion]}
    definition: another
    test: is it?
    positive: [{text: "[[a]]"}, {text: "[[b]]"}, {text: "[[c]]"}]
    negative: [{text: "d"}, {text: "e"}, {text: "f"}]
attributes:
  - name: tone
    type: one
    required: true
    values: [{name: bad}, {name: good}]
  - name: device
    type: several
    values: [{name: verb}, {name: noun}]
  - {name: target, type: name}
  - {name: comment, type: text}
questions:
  - name: genre
    type: one
    required: true
    values: [{name: report}, {name: opinion}]
  - name: second
    type: one
    values: [{name: money}, {name: law}]
"""
UNDER = scheme(PLAIN)
TEXT = "Maar keeps the toll of the northern harbour bridge in Port Ansel for another year"
PAGE = article(TEXT)
METHODS = ("majority", "matched", "competence")
EVERY = pytest.mark.parametrize("method", METHODS)
Place = tuple[int, int] | tuple[int, int, str]


def says(author: str, *places: Place, **fields: object) -> Annotation:
    """An annotation with spans (start, end) of label x, or (start, end, label)."""
    spans = tuple(
        Span(f"{author}{n}", p[0], p[1], p[2] if len(p) > 2 else "x", {"tone": ("bad",)})
        for n, p in enumerate(places)
    )
    answers = (Answer("genre", ("report",)),)
    given = {"spans": spans, "answers": answers, **fields}
    return replace(mark(author, of=PAGE, under=UNDER), **given)  # type: ignore[arg-type]


def judged(said: Sequence[Annotation], method: str = "majority", **more: object) -> Settled:
    plants = more.pop("plants", Plants())
    settings = SettlingSection(method=method, **more)  # type: ignore[arg-type]
    model = fit([(PAGE, said)], UNDER) if method == "competence" else None
    return settle(PAGE, said, UNDER, settings, model, plants)  # type: ignore[arg-type]


def places(settled: Settled) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in settled.spans]


def whys(settled: Settled) -> list[str]:
    return [decision.why for decision in settled.votes if decision.result == "open"]


# What two settle


@EVERY
def test_two_who_agree_exactly_settle_an_article(method: str) -> None:
    settled = judged([says("ana", (0, 4), (9, 14)), says("ben", (0, 4), (9, 14))], method)
    assert places(settled) == [(0, 4), (9, 14)]
    assert settled.gold is not None
    assert settled.gold.role == "gold"
    assert settled.gold.author == "settled"
    assert settled.gold.parents == ("a1-ana", "a1-ben")
    assert settled.gold.id == gold_id("a1", PAGE.sha256)
    assert not settled.disputes


@EVERY
@pytest.mark.parametrize("other", [(0, 10), (2, 4), (20, 24)])
def test_whatever_two_do_not_have_alike_is_in_dispute(method: str, other: tuple[int, int]) -> None:
    settled = judged([says("ana", (0, 4), (30, 38)), says("ben", other, (30, 38))], method)
    assert settled.gold is None
    assert places(settled) == [(30, 38)]
    assert settled.disputes


@EVERY
def test_two_who_call_one_place_differently_have_one_dispute(method: str) -> None:
    settled = judged([says("ana", (0, 4)), says("ben", (0, 4, "y"))], method)
    assert [dispute.sort for dispute in settled.disputes] == ["label"]


@EVERY
def test_two_with_other_attributes_are_in_dispute_over_the_attribute(method: str) -> None:
    other = Span("b0", 0, 4, "x", {"tone": ("good",)})
    settled = judged([says("ana", (0, 4)), says("ben", spans=(other,))], method)
    assert [(d.sort, d.question) for d in settled.disputes] == [("attribute", "tone")]
    assert whys(settled) == ["attribute tone"]


def test_one_annotator_settles_nothing() -> None:
    assert judged([says("ana", (0, 4))]) == Settled(None, (), ())


@EVERY
def test_nobody_who_marks_anything_makes_empty_gold(method: str) -> None:
    settled = judged([says("ana"), says("ben"), says("eva")], method)
    assert settled.gold is not None
    assert settled.gold.spans == ()


# What three settle


@EVERY
def test_two_of_three_outvote_the_third(method: str) -> None:
    said = [says("ana", (0, 4)), says("ben", (0, 4)), says("eva", (20, 24))]
    settled = judged(said, method)
    assert places(settled) == [(0, 4)]
    assert [(d.start, d.result) for d in settled.votes if d.label] == [(0, "stands"), (20, "falls")]


def test_characters_that_more_than_half_cover_stand() -> None:
    settled = judged([says("ana", (0, 10)), says("ben", (5, 14)), says("eva", (5, 10), (20, 24))])
    assert places(settled) == [(5, 10)]


def test_a_matched_span_has_the_median_of_its_ends() -> None:
    said = [says("ana", (0, 10)), says("ben", (2, 14)), says("eva", (5, 24))]
    assert places(judged(said, "matched")) == [(2, 14)]


def test_spans_that_touch_stay_apart_where_most_drew_two() -> None:
    said = [says("ana", (0, 5), (5, 10)), says("ben", (0, 5), (5, 10)), says("eva", (0, 10))]
    assert places(judged(said)) == [(0, 5), (5, 10)]


def test_spans_that_touch_are_one_where_most_drew_one() -> None:
    said = [says("ana", (0, 5), (5, 10)), says("ben", (0, 10)), says("eva", (0, 10))]
    assert places(judged(said)) == [(0, 10)]


@pytest.mark.parametrize("method", ["majority", "matched"])
def test_a_tie_of_four_is_in_dispute(method: str) -> None:
    said = [says("ana", (0, 4)), says("ben", (0, 4)), says("eva"), says("kim")]
    settled = judged(said, method)
    assert whys(settled) == ["tie"]
    assert [d.sort for d in settled.disputes] == ["missed"]


@pytest.mark.parametrize("method", ["majority", "matched"])
def test_a_tie_over_an_end_is_in_dispute(method: str) -> None:
    said = [says(who, (0, 4)) for who in "ab"] + [says(who, (0, 10)) for who in "cd"]
    assert [d.sort for d in judged(said, method).disputes] == ["boundary"]


@pytest.mark.parametrize("method", ["majority", "matched"])
def test_a_threshold_of_two_thirds_asks_as_much_of_a_no_as_of_a_yes(method: str) -> None:
    five = [says(who, *([(0, 4)] if n < 3 else []), *([(9, 14)] if n < 4 else []),
                 *([(20, 24)] if n < 1 else [])) for n, who in enumerate("abcde")]  # fmt: skip
    settled = judged(five, method, threshold=0.67)
    assert [(d.start, d.result) for d in settled.votes if d.label] == [
        (0, "open"),
        (9, "stands"),
        (20, "falls"),
    ]


def test_two_thirds_of_three_are_two() -> None:
    said = [says("ana", (0, 4)), says("ben", (0, 4)), says("eva")]
    assert places(judged(said, threshold=0.67)) == [(0, 4)]
    assert places(judged(said, threshold=0.7)) == []


# Attributes and answers


def with_tone(author: str, *tones: str, **attributes: tuple[str, ...]) -> Annotation:
    return says(author, spans=(Span(f"{author}0", 0, 4, "x", {"tone": tones, **attributes}),))


def test_attributes_are_those_of_the_majority() -> None:
    said = [
        with_tone("ana", "bad", device=("verb", "noun")),
        with_tone("ben", "bad", device=("verb",)),
        with_tone("eva", "good", device=("verb",)),
    ]
    assert judged(said).spans[0].attributes == {"tone": ("bad",), "device": ("verb",)}


def test_a_name_counts_however_it_is_spelt_and_a_comment_is_no_dispute() -> None:
    said = [
        with_tone("ana", "bad", target=("Maar",), comment=("sure",)),
        with_tone("ben", "bad", target=("maar",)),
        with_tone("eva", "bad", target=("Maar",), comment=("hm",)),
    ]
    settled = judged(said)
    assert settled.spans[0].attributes == {"tone": ("bad",), "target": ("Maar",)}
    assert settled.gold is not None


def answering(author: str, *answers: tuple[str, str], **fields: object) -> Annotation:
    given = tuple(Answer(question, (value,)) for question, value in answers)
    return says(author, answers=given, **fields)


def test_answers_are_those_of_the_majority_and_a_tie_is_in_dispute() -> None:
    genres = {"ana": "report", "ben": "opinion", "eva": "report"}
    said = [answering(who, ("genre", genre)) for who, genre in genres.items()]
    assert judged(said).answers == (Answer("genre", ("report",)),)
    tied = judged(said[:2])
    assert tied.gold is None
    assert [(d.sort, d.question) for d in tied.disputes] == [("answer", "genre")]


def test_a_question_that_most_left_open_is_left_open() -> None:
    said = [
        answering("ana", ("genre", "report"), ("second", "law")),
        answering("ben", ("genre", "report")),
        answering("eva", ("genre", "report")),
    ]
    assert [a.question for a in judged(said).answers] == ["genre"]


def test_a_label_that_the_settled_answer_rules_out_falls() -> None:
    said = [
        answering("ana", ("genre", "opinion")),
        answering("ben", ("genre", "opinion")),
        says("eva", (0, 4, "y")),
    ]
    settled = judged(said)
    assert settled.spans == ()
    assert [d.why for d in settled.votes if d.label] == [""]
    both = [replace(a, spans=says(a.author, (0, 4, "y")).spans) for a in said]
    assert [d.why for d in judged(both).votes if d.label] == ["not asked"]
    assert judged(both).gold is not None


def test_a_span_waits_for_the_answer_that_may_rule_it_out() -> None:
    ana = answering("ana", ("genre", "opinion"), spans=says("ana", (0, 4, "y")).spans)
    settled = judged([ana, says("ben", (0, 4, "y"))])
    assert sorted(whys(settled)) == ["question genre", "tie"]


# Who votes


def test_skipped_drafts_withdrawn_and_other_versions_are_no_votes() -> None:
    said = [says("ana", (0, 4)), says("ben", (0, 4))]
    others = [
        says("eva", status="skipped"),
        says("kim", status="draft"),
        says("leo", status="withdrawn"),
        says("mia", sha256="0" * 64),
        says("pre", role="model"),
        says("sam", layer="blocks"),
        says("tom", article="a2"),
    ]
    assert judged([*said, *others]) == judged(said)


def test_one_author_has_one_vote_on_the_first_occasion() -> None:
    again = says("ana", (20, 24), id="again", occasion=2)
    said = [says("ana", (0, 4)), says("ben", (0, 4))]
    assert judged([again, *said]) == judged(said)


def test_who_was_shown_another_part_has_no_vote_there() -> None:
    said = [says("ana", (0, 4)), says("ben", (0, 4))]
    elsewhere = says("eva", covers=((30, 60),))
    settled = judged([*said, elsewhere])
    assert places(settled) == [(0, 4)]
    assert {v.author for d in settled.votes if d.label for v in d.votes} == {"ana", "ben"}


def accepting(author: str, **fields: object) -> Annotation:
    span = Span("p1", 0, 4, "x", {"tone": ("bad",)}, origin="accepted", source="p1")
    return says(author, spans=(span,), shown="run", **fields)


@EVERY
def test_pre_labels_that_everybody_took_over_are_looked_at_by_a_person(method: str) -> None:
    settled = judged([accepting(who) for who in ("ana", "ben", "eva")], method)
    assert settled.gold is None
    assert whys(settled) == ["accepted"]
    assert [d.sort for d in settled.disputes] == ["agreed"]


@EVERY
def test_a_pre_label_that_somebody_found_alone_stands(method: str) -> None:
    said = [accepting("ana"), accepting("ben"), says("eva", (0, 4))]
    assert places(judged(said, method)) == [(0, 4)]


def planting(*authors: str) -> Plants:
    error = Planted("p1", "place", 0, 4, "x", (20, 24, "x"))
    return Plants(
        tuple(
            Exposure(who, "a1", PAGE.sha256, arm="shown", run="run", planted=(error,))
            for who in authors
        )
    )


@EVERY
def test_a_planted_error_that_everybody_lets_stand_does_not_become_gold(method: str) -> None:
    said = [accepting(who) for who in ("ana", "ben", "eva")]
    settled = judged(said, method, plants=planting("ana", "ben", "eva"))
    assert settled.spans == ()
    assert settled.gold is not None
    assert [d.why for d in settled.votes if d.label] == ["planted"]


def test_who_lets_a_planted_error_stand_has_no_vote_there() -> None:
    said = [accepting("ana"), says("ben"), says("eva"), says("kim", (0, 4))]
    settled = judged(said, plants=planting("ana"))
    [fallen] = [d for d in settled.votes if d.label and d.why != "planted"]
    assert (fallen.result, {v.author for v in fallen.votes}) == ("falls", {"ben", "eva", "kim"})


def test_competence_without_a_model_is_refused() -> None:
    with pytest.raises(PressmarkError, match="needs a model"):
        settle(PAGE, [], UNDER, SettlingSection(method="competence"))


def test_snapped_labels_are_settled_block_by_block() -> None:
    page = article()
    said = [
        mark("ana", ("slams", "loud head")),
        mark("ben", ("greedy", "loud head")),
        mark("eva"),
    ]
    settled = settle(page, said, scheme(), SettlingSection())
    head = page.blocks[0]
    assert places(settled) == [(head.start, head.end)]


# Properties


@st.composite
def voices(draw: st.DrawFn, most: int = 5) -> list[Annotation]:
    """Annotators of one text who mark what they like of two labels."""
    found = []
    for author in "abcde"[: draw(st.integers(2, most))]:
        marked: list[Place] = []
        for label in ("x", "y"):
            edges = sorted(draw(st.sets(st.integers(0, len(TEXT)), max_size=8)))
            touching = draw(st.booleans())
            pairs = pairwise(edges) if touching else zip(edges[::2], edges[1::2], strict=False)
            marked += [(start, end, label) for start, end in pairs]
        found.append(says(author, *marked))
    return found


@EVERY
@given(said=voices(), seed=st.integers(0, 99))
def test_settling_does_not_depend_on_any_order(
    method: str, said: list[Annotation], seed: int
) -> None:
    mixed = list(said)
    random.Random(seed).shuffle(mixed)
    mixed = [replace(a, spans=tuple(reversed(a.spans))) for a in mixed]
    assert judged(mixed, method) == judged(said, method)


@EVERY
@given(said=voices())
def test_what_stands_lies_within_the_votes_and_does_not_overlap(
    method: str, said: list[Annotation]
) -> None:
    settled = judged(said, method)
    covered = {(s.label, at) for a in said for s in a.spans for at in range(s.start, s.end)}
    for span in settled.spans:
        assert {(span.label, at) for at in range(span.start, span.end)} <= covered
        assert not faults(span, UNDER)
    for one, other in permutations(settled.spans, 2):
        assert one.label != other.label or not one.overlaps(other)
    if settled.gold:
        assert settled.gold.spans == tuple(
            sorted(settled.spans, key=lambda s: (s.start, s.end, s.label))
        )


@EVERY
@given(one=voices(most=2), count=st.integers(2, 6))
def test_what_all_say_is_what_stands(method: str, one: list[Annotation], count: int) -> None:
    said = [replace(one[0], author=f"n{n}", id=f"a1-n{n}") for n in range(count)]
    settled = judged(said, method)
    assert settled.gold is not None
    opinions = [(s.start, s.end, s.label, s.attributes) for s in one[0].spans]
    assert [(s.start, s.end, s.label, s.attributes) for s in settled.gold.spans] == opinions
    assert settled.gold.answers == one[0].answers
    assert not [m for a in settled.answers if (m := misanswered(UNDER.questions[0], a.values))]


@pytest.mark.parametrize("method", ["majority", "matched"])
@given(said=voices(), pick=st.integers(0, 4))
def test_another_who_says_the_same_removes_no_agreed_span(
    method: str, said: list[Annotation], pick: int
) -> None:
    settled = judged(said, method)
    copied = said[pick % len(said)]
    more = judged([*said, replace(copied, author="zoe", id="a1-zoe")], method)
    stood = {(s.start, s.end, s.label) for s in settled.spans}
    agreed = stood & {(s.start, s.end, s.label) for s in copied.spans}
    assert agreed <= {(s.start, s.end, s.label) for s in more.spans}


@EVERY
@given(said=voices())
def test_every_mark_of_everybody_stands_in_the_votes(method: str, said: list[Annotation]) -> None:
    settled = judged(said, method)
    voted = {(v.annotation, id_) for d in settled.votes for v in d.votes for id_ in v.spans}
    assert voted == {(a.id, s.id) for a in said for s in a.spans}


@EVERY
@given(said=voices())
def test_there_is_gold_or_there_are_disputes(method: str, said: list[Annotation]) -> None:
    settled = judged(said, method)
    open_ = [d for d in settled.votes if d.result == "open"]
    assert bool(open_) == bool(settled.disputes) == (settled.gold is None)
    assert len(set(settled.disputes)) == len(settled.disputes)


def test_nobody_in_particular_has_the_skills_of_the_prior() -> None:
    assert fit([], UNDER) == Competence({}, {})
