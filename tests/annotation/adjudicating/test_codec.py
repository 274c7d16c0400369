"""Sheets to tasks, and what comes back to gold: nothing of a layer leaks into it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from annotation.adjudicating.codec import gold_of, task_of_sheet
from annotation.adjudicating.page import LEAD, LEAVE, REASONS, TAKE
from annotation.adjudicating.sheet import Sheet, Version, sheet_of
from corpus.agreement.disagreements import Disagreement, Side
from corpus.records import Annotation, Answer, Span
from corpus.scheme import Scheme
from corpus.settling.settle import AGREED
from tests.annotation.adjudicating.hand import Hand, dispute, disputes
from tests.speech import PAGE, article, mark, scheme

PAGE_OF = article()
SCHEME = scheme()
SETTLED = mark("settled", role="gold", id="gold-1", parents=("a1-ana", "a1-ben"))


def sheet(*annotations: Annotation, start: Annotation = SETTLED, of: Scheme = SCHEME) -> Sheet:
    return sheet_of(start, disputes(of, *annotations), of)


def hand(given: Sheet, of: Scheme = SCHEME) -> Hand:
    return Hand(task_of_sheet(given, PAGE_OF, of))


def gold(by: Hand, given: Sheet, of: Scheme = SCHEME) -> Annotation:
    made = gold_of(by.submitted(), given, PAGE_OF, of, "cleo")
    assert made.gold, made.reasons
    return made.gold


def said(annotation: Annotation) -> list[tuple[str, str]]:
    return [(PAGE[span.start : span.end], span.label) for span in annotation.spans]


ANA = mark("ana", ("naïve plan", "judged"), ("dead", "judged"))
BEN = mark("ben", ("naïve plan, he said", "judged"))


def test_each_version_is_a_region_with_the_letters_of_those_who_have_it() -> None:
    cleo = mark("cleo", ("naïve plan", "judged"))
    given = sheet(ANA, BEN, cleo)
    shown = {
        frozenset(given.letters[letter] for letter in Hand.letters(region)): PAGE[
            region["value"]["start"] : region["value"]["end"]
        ]
        for region in hand(given).versions()
    }
    assert shown == {
        frozenset({"ana", "cleo"}): "naïve plan",
        frozenset({"ben"}): "naïve plan, he said",
        frozenset({"ana"}): "dead",
    }


def test_no_name_stands_in_the_task() -> None:
    task = repr(task_of_sheet(sheet(ANA, BEN), PAGE_OF, SCHEME))
    assert "ana" not in task
    assert "ben" not in task


def test_letters_are_drawn_anew_for_each_article() -> None:
    drawn = set()
    for number in range(20):
        page = article(id_=f"a{number}")
        both = [mark(who, ("dead", "judged"), of=page) for who in ("ana", "ben")]
        alone = replace(both[1], spans=())
        start = replace(SETTLED, article=page.id)
        given = sheet_of(start, disputes(SCHEME, both[0], alone), SCHEME)
        drawn.add(given.letters["A"])
    assert drawn == {"ana", "ben"}


def test_a_forgotten_version_is_not_gold() -> None:
    given = sheet(ANA, BEN)
    by = hand(given)
    for region in by.versions():
        by.rule(region, LEAVE)
    assert gold(by, given).spans == ()
    by = hand(given)
    by.rule_all(LEAVE)
    by.results = [item for item in by.results if item["from_name"] != "verdict"]
    assert gold(by, given).spans == ()


def test_a_taken_version_is_gold_with_the_id_of_the_span_it_was_copied_from() -> None:
    given = sheet(ANA, BEN)
    by = hand(given)
    for region in by.versions():
        mine = given.letters[Hand.letters(region)] == "ana"
        by.rule(region, TAKE if mine else LEAVE)
    made = gold(by, given)
    assert said(made) == [("naïve plan", "judged"), ("dead", "judged")]
    assert [(s.id, s.source, s.origin) for s in made.spans] == [
        ("ana0", "ana0", "accepted"),
        ("ana1", "ana1", "accepted"),
    ]
    assert [span.attributes for span in made.spans] == [span.attributes for span in ANA.spans]
    assert (made.id, made.author, made.role) == ("gold-1", "cleo", "gold")
    assert made.parents == ("a1-ana", "a1-ben")


def test_a_version_can_be_changed_when_it_is_taken() -> None:
    given = sheet(ANA, mark("ben"))
    by = hand(given)
    plan, dead = by.versions()
    by.rule(plan)
    by.attribute(plan, "sentiment", ["positive"])
    by.rule(dead)
    by.move(dead, dead["value"]["start"] - 1, dead["value"]["end"] + 1)
    made = gold(by, given)
    assert said(made) == [("naïve plan", "judged"), ("“dead”", "judged")]
    assert [span.origin for span in made.spans] == ["edited", "edited"]
    assert [span.source for span in made.spans] == ["ana0", "ana1"]
    assert made.spans[0].attributes == {"sentiment": ("positive",)}


def test_a_version_can_be_given_another_label() -> None:
    given = sheet(mark("ana", ("Maar slams “greedy” dockers 😀", "loud head")), mark("ben"))
    by = hand(given)
    (head,) = by.versions()
    by.rule(head)
    by.relabel(head, "judged")
    (span,) = gold(by, given).spans
    assert (span.label, span.origin, span.source) == ("judged", "edited", "ana0")


def test_what_is_settled_stands_and_what_is_drawn_is_added() -> None:
    start = mark("settled", ("slams", "judged"), role="gold", id="gold-1")
    given = sheet(ANA, BEN, start=start)
    by = hand(given)
    by.rule_all(LEAVE)
    by.draw("new", PAGE.index("Will"), len(PAGE), "judged", sentiment=["positive"])
    made = gold(by, given)
    assert said(made) == [("slams", "judged"), ("Will it ever end?", "judged")]
    assert [span.origin for span in made.spans] == ["accepted", "drawn"]
    assert made.spans[0].id == "settled0"


def test_settled_spans_that_a_version_says_anew_do_not_stand_twice() -> None:
    start = mark("settled", ("plan", "judged"), ("slams", "judged"), role="gold", id="gold-1")
    assert said(sheet(ANA, BEN, start=start).start) == [("slams", "judged")]


def test_two_taken_versions_of_one_label_that_overlap_are_no_gold() -> None:
    given = sheet(ANA, BEN)
    by = hand(given)
    by.rule_all(TAKE)
    made = gold_of(by.submitted(), given, PAGE_OF, SCHEME, "cleo")
    assert made.gold is None
    assert made.rulings == ()
    assert "overlaps another span of 'judged'" in " ".join(made.reasons)


def test_each_dispute_comes_back_with_its_reason_and_comment() -> None:
    given = sheet(ANA, BEN)
    by = hand(given)
    first, second, third = by.versions()
    by.rule(first, TAKE, "gap", "say where a span ends")
    by.rule(second, LEAVE, "gap", "say where a span ends")
    by.rule(third, TAKE, "ambiguity")
    made = gold_of(by.submitted(), given, PAGE_OF, SCHEME, "cleo")
    assert [(r.reason, r.comment) for r in made.rulings] == [
        ("gap", "say where a span ends"),
        ("ambiguity", ""),
    ]
    named = {id_ for ruling in made.rulings for id_ in ruling.disputes}
    assert named == {d.id for d in disputes(SCHEME, ANA, BEN)}


def test_a_dispute_without_a_reason_is_told_and_nothing_is_taken_over() -> None:
    given = sheet(ANA, BEN)
    by = hand(given)
    by.rule_all(LEAVE, "a mood")
    made = gold_of(by.submitted(), given, PAGE_OF, SCHEME, "cleo")
    assert made.gold is None
    assert made.reasons == ("2 of 2 disputes have no reason; name each",)


def test_an_attribute_in_dispute_is_two_versions_of_one_span_and_one_case() -> None:
    (span,) = mark("ben", ("dead", "judged")).spans
    other = replace(span, attributes={"sentiment": ("positive",), "target": ("Renn",)})
    ben = mark("ben", ("dead", "judged"))
    ana = replace(mark("ana"), spans=(other,))
    given = sheet(ana, ben)
    assert len(given.cases) == 1
    assert len(given.cases[0].disputes) == 2
    by = hand(given)
    for region in by.versions():
        mine = given.letters[Hand.letters(region)] == "ana"
        by.rule(region, TAKE if mine else LEAVE)
    (made,) = gold(by, given).spans
    assert made.attributes == {"sentiment": ("positive",), "target": ("Renn",)}


def test_notes_make_no_other_version_but_are_shown_with_the_letter() -> None:
    (span,) = mark("ana", ("dead", "judged")).spans
    ana = replace(
        mark("ana"), spans=(replace(span, attributes={**span.attributes, "unsure": ("yes",)}),)
    )
    given = sheet(ana, mark("ben", ("dead", "judged")), mark("cleo"))
    (version,) = given.versions
    letter = next(letter for letter, who in given.letters.items() if who == "ana")
    assert version.notes == (f"{letter}: unsure",)
    (region,) = hand(given).versions()
    assert region["meta"]["text"] == [f"{letter}: unsure"]
    by = hand(given)
    by.rule_all()
    assert gold(by, given).spans[0].attributes == {"sentiment": ("negative",)}


def test_a_question_in_dispute_is_told_by_letter_and_left_open_on_the_page() -> None:
    ana = mark("ana", answers=(Answer("genre", ("opinion",)),))
    given = sheet(ana, mark("ben"))
    letters = {who: letter for letter, who in given.letters.items()}
    (case,) = given.cases
    told = {f"{letters['ana']}: opinion", f"{letters['ben']}: report"}
    assert case.told.startswith("genre ")
    assert set(case.told.removeprefix("genre ").split("; ")) == told
    assert given.start.answers == ()
    by = hand(given)
    by.answer("genre", ["opinion"])
    by.reason(0, "gap", "what is a column?")
    made = gold_of(by.submitted(), given, PAGE_OF, SCHEME, "cleo")
    assert made.gold
    assert made.gold.answers == (Answer("genre", ("opinion",)),)
    assert [(r.reason, r.comment) for r in made.rulings] == [("gap", "what is a column?")]


def test_where_all_agree_nobody_is_asked_why() -> None:
    both = [mark(who, ("dead", "judged")) for who in ("ana", "ben")]
    sides = tuple(Side(a.author, a.id, a.spans) for a in both)
    (span,) = both[0].spans
    alike = Disagreement("a1", PAGE_OF.sha256, AGREED, span.start, span.end, "judged", "", sides)
    answered = tuple(Side(a.author, a.id, (), ("report",)) for a in both)
    asked = Disagreement("a1", PAGE_OF.sha256, AGREED, None, None, "", "genre", answered)
    given = sheet_of(SETTLED, [dispute(alike), dispute(asked)], SCHEME)
    by = hand(given)
    (region,) = by.versions()
    assert LEAD not in region["value"]["labels"]
    assert by.task["data"]["disputed"] == []
    assert by.task["data"]["agreed"] == [{"told": "genre A, B: report"}]
    by.rule_all()
    by.answer("genre", ["report"])
    made = gold_of(by.submitted(), given, PAGE_OF, SCHEME, "cleo")
    assert made.gold
    assert said(made.gold) == [("dead", "judged")]
    assert [ruling.reason for ruling in made.rulings] == ["", ""]


def test_drafts_and_what_was_skipped_are_neither_gold_nor_a_fault() -> None:
    given = sheet(ANA, BEN)
    by = hand(given)
    by.rule_all()
    for raw in (by.submitted(draft=True), by.submitted(was_cancelled=True)):
        made = gold_of(raw, given, PAGE_OF, SCHEME, "cleo")
        assert (made.gold, made.rulings, made.reasons) == (None, (), ())


words = st.integers(0, len(PAGE) - 1)


@st.composite
def marked(draw: st.DrawFn, author: str) -> Annotation:
    """Spans anywhere in a page full of emoji; snapped labels stand on whole blocks."""
    edges = sorted(draw(st.sets(words, max_size=8)))
    spans = [
        Span(
            f"{author}-{start}é/😀",
            start,
            end,
            "judged",
            {"sentiment": (draw(st.sampled_from(["negative", "positive"])),)},
        )
        for start, end in zip(edges[::2], edges[1::2], strict=False)
    ]
    return replace(mark(author), spans=tuple(spans))


@given(marked("ana"), marked("ben"), marked("cleo"), st.data())
def test_gold_is_what_was_taken_and_what_was_settled_whatever_the_page(
    ana: Annotation, ben: Annotation, cleo: Annotation, data: st.DataObject
) -> None:
    given_sheet = sheet(ana, ben, cleo)
    by = hand(given_sheet)
    wanted: list[tuple[int, int, object]] = []
    for region, version in zip(by.versions(), _by_place(given_sheet), strict=True):
        assert region["id"] == version.region
        span = version.span
        clash = any(start < span.end and span.start < end for start, end, _ in wanted)
        verdict = LEAVE if clash else data.draw(st.sampled_from([TAKE, LEAVE]))
        by.rule(region, verdict, data.draw(st.sampled_from(REASONS)))
        if verdict == TAKE:
            wanted.append((span.start, span.end, dict(span.attributes)))
    made = gold_of(by.submitted(), given_sheet, PAGE_OF, SCHEME, "cleo")
    assert made.gold is not None
    assert [(s.start, s.end, dict(s.attributes)) for s in made.gold.spans] == sorted(
        wanted, key=lambda each: each[:2]
    )
    assert {s.origin for s in made.gold.spans} <= {"accepted"}
    sources = {span.id for each in (ana, ben, cleo) for span in each.spans}
    assert {s.source for s in made.gold.spans} <= sources
    assert len(made.rulings) == len(given_sheet.cases)


def _by_place(given: Sheet) -> list[Version]:
    return sorted(given.versions, key=lambda v: (v.span.start, v.span.end))
