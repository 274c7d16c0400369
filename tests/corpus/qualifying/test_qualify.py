"""Qualifying on gold: what counts, who is admitted, and what a learner reads."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.campaign.qualification import learning
from annotation.projects import QUALIFICATION, Desk
from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.qualifying.feedback import page
from corpus.qualifying.gold import decisions, gold, qualified, to_learn_from
from corpus.qualifying.qualify import qualify, try_again
from corpus.qualifying.scoring import Attempt, attempt
from corpus.qualifying.text import feedback, lines
from corpus.records import Annotation, Answer, Article
from corpus.store import append_annotations
from corpus.text import canonical
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark, scheme
from tests.test_command import pressmark

TEXT = (
    "Maar slams dockers 😀\n\nThe vile plan is dead. Renn, a silly man, left. The dull day ended."
    "\n\nA loud <script>alert(1)</script> line & more."
)
WITH_CASE = (
    SCHEME
    + """\
hard_cases:
  - {title: A word that is judged by none, rule: "Leave it. Only a judged word is marked."}
"""
)
PAGE = article(TEXT, title="Strike & <b>peace</b>")
ANSWER = ("vile plan", "judged"), ("silly", "judged"), ("Maar slams dockers 😀", "loud head")


def golden(of: Article = PAGE, *quotes: tuple[str, str], **fields: Any) -> Annotation:
    said = mark("uma", *(quotes or ANSWER), of=of, id=f"g-{of.id}", role="gold")
    return replace(said, parents=("x",), **fields)


def tried(*quotes: tuple[str, str], of: Article = PAGE, **fields: Any) -> Attempt:
    said = mark("ana", *quotes, of=of, **fields)
    return attempt("ana", [(of, said, golden(of))], 1, scheme(), 0.5)


def test_the_same_as_gold_is_1_and_chance_is_far_below() -> None:
    found = tried(*ANSWER)
    assert (found.f1.value, found.passed, found.compared[0].findings) == (1, True, ())
    assert found.shuffled is not None
    assert found.shuffled < 0.6
    assert dict(found.labels)["judged"].value == 1


def test_each_finding_says_what_was_missed_too_much_moved_or_called_otherwise() -> None:
    found = tried(("vile plan is dead", "judged"), ("dull", "judged"))
    told = {(f.sort, f.label) for f in found.compared[0].findings}
    assert told == {("missed", "loud head"), ("boundary", "judged"), ("missed", "judged")}
    said = "\n".join(str(line) for line in feedback(found, scheme(WITH_CASE), 80))
    assert "Missed: gold has “silly” as judged." in said
    assert "Not in gold: you have “dull” as judged." in said
    assert "Boundary of judged: you have “vile plan is dead”, gold has “vile plan”." in said
    assert "judged: a judgement" in said
    assert "Test of judged: is it one?" in said


def test_attributes_count_on_spans_that_both_have_and_answers_on_the_article() -> None:
    said = mark("ana", ("vile plan", "judged"), of=PAGE, answers=(Answer("genre", ("opinion",)),))
    wrong = replace(said.spans[0], attributes={"sentiment": ("positive",)})
    found = attempt("ana", [(PAGE, replace(said, spans=(wrong,)), golden())], 1, scheme(), 0.5)
    assert [(r.question, r.right, r.asked) for r in found.attributes] == [("sentiment", 0, 1)]
    assert [(r.question, r.right, r.asked) for r in found.answers] == [("genre", 0, 1)]


def test_half_of_the_articles_is_no_attempt_yet() -> None:
    found = attempt("ana", [(PAGE, mark("ana", *ANSWER, of=PAGE), golden())], 2, scheme(), 0.5)
    assert (found.passed, found.f1.value) == (None, 1)


def test_gold_without_a_span_is_gold_too() -> None:
    bare = replace(golden(), spans=())
    found = attempt("ana", [(PAGE, mark("ana", of=PAGE), bare)], 1, scheme(), 0.5)
    assert (found.f1.value, found.shuffled, found.passed) == (None, None, True)
    found = attempt("ana", [(PAGE, mark("ana", *ANSWER, of=PAGE), bare)], 1, scheme(), 0.5)
    assert (found.f1.value, found.passed) == (0, False)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        assert not {name for name, _ in attrs if name.startswith("on") or name in ("src", "href")}

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    tags.close()
    return tags


def test_the_page_shows_both_sides_in_the_article_and_runs_nothing() -> None:
    hostile = SCHEME.replace("a judgement", "a <img src=x onerror=alert(2)> judgement")
    said = mark("ana", ("vile", "judged"), ("loud <script>", "judged"), of=PAGE)
    under = scheme(hostile)
    html = page(attempt("ana<i>", [(PAGE, said, golden())], 1, under, 0.5), under, 0.5)
    tags = read(html)
    allowed = {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "table", "tr",
        "td", "section", "div", "span", "sup", "ol", "li", "b", "blockquote", "br",
    }  # fmt: skip
    assert set(tags.found) <= allowed
    assert "alert(1)</script> line & more" in tags.text
    assert "a <img src=x onerror=alert(2)> judgement" in tags.text
    assert '<span class="y0 g0">vile</span><span class="g0"> plan</span>' in html
    assert "default-src 'none'" in html
    assert "Qualification of ana<i>" in tags.text


def test_hard_cases_that_name_the_label_stand_on_the_page_once() -> None:
    under = scheme(WITH_CASE)
    html = page(attempt("ana", [(PAGE, mark("ana", of=PAGE), golden())], 1, under, 0.5), under, 0.5)
    assert html.count("Leave it. Only a judged word is marked.") == 1
    assert html.count("Test of judged") == 2


def test_what_steers_a_page_is_told_and_not_done() -> None:
    odd = article("Maar \u202eslams\u2066 \x1b[2J\n\nThe vile\u200b plan\nis dead.")
    said = [(odd, mark("ana", of=odd), golden(odd, ("dead", "judged")))]
    html = page(attempt("ana", said, 1, scheme(), 0.5), scheme(), 0.5)
    assert not re.search("[\u202e\u2066\x1b\u200b]", html)
    assert "⟨202E⟩" in html


@settings(max_examples=25)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_is_shown_with_all_of_its_letters(text: str) -> None:
    found = article(canonical(f"Maar speaks\n\nA {text} Z")[0])
    said = Annotation("a", found.id, found.sha256, "ana", "human", "")
    html = page(attempt("ana", [(found, said, said)], 1, scheme(), 0.5), scheme(), 0.5)
    shown = _letters(read(html).text)
    assert all(_letters(found.text[b.start : b.end]) in shown for b in found.blocks)


def _letters(text: str) -> str:
    """What no sign stands for on a page: letters of plain English."""
    return re.sub("⟨[^⟩]*⟩|[^A-Za-z]", "", text)


def campaign(job: MakeJob, number: int = 1, **people: dict[str, Any]) -> Job:
    staff = people or {"ana": {}, "ben": {}, "cleo": {"qualified": True}}
    home = job(PAGE, article(id_="a2"), scheme=SCHEME, people=staff,
               campaign={"qualification": number, "pass_mark": 0.6})  # fmt: skip
    append_annotations(home.gold, [golden()])
    return home


def test_who_reaches_the_mark_is_admitted_for_good_and_nobody_else(job: MakeJob) -> None:
    home = campaign(job)
    ana = mark("ana", *ANSWER, of=PAGE, id="q1")
    ben = mark("ben", ("dull", "judged"), of=PAGE, id="q2")
    append_annotations(home.qualification, [ana, ben])
    result = qualify(home)
    assert (result.admitted, result.waiting) == (("ana",), ())
    assert qualified(home) == {"ana", "cleo"}
    append_annotations(home.gold, [golden(PAGE, ("dull", "judged"))])
    again = qualify(home)
    assert [each.passed for each in again.attempts] == [False, True]
    assert [each.annotator for each in decisions(home)] == ["ana", "ben"]
    assert qualify(home).admitted == ()


def test_the_first_submission_counts_not_what_was_mended_after_the_feedback(job: MakeJob) -> None:
    home = campaign(job)
    ben = mark("ben", ("dull", "judged"), of=PAGE, id="q2")
    append_annotations(home.qualification, [ben])
    append_annotations(home.qualification, [mark("ben", *ANSWER, of=PAGE, id="q2")])
    assert qualify(home).attempts[0].f1.value == 0


def test_deleting_the_first_attempt_and_drawing_anew_is_no_second_one(job: MakeJob) -> None:
    home = campaign(job)
    first = mark("ben", ("dull", "judged"), of=PAGE, id="q2", when="2026-10-05T09:00:00Z")
    append_annotations(home.qualification, [first])
    again = mark("ben", *ANSWER, of=PAGE, id="q3", when="2026-10-06T09:00:00Z")
    append_annotations(home.qualification, [replace(first, status="withdrawn"), again])
    assert qualify(home).attempts[0].f1.value == 0


def test_a_second_attempt_is_on_other_gold_and_is_told_as_the_second(job: MakeJob) -> None:
    home = campaign(job)
    other = article(id_="a2")
    with pytest.raises(PressmarkError, match="ben has submitted 0 of 1 articles"):
        try_again(home, "ben")
    append_annotations(home.qualification, [mark("ben", ("dull", "judged"), of=PAGE, id="q2")])
    with pytest.raises(PressmarkError, match="1 articles of gold, and 0 are new to ben"):
        try_again(home, "ben")
    with pytest.raises(PressmarkError, match="cleo has qualified"):
        try_again(home, "cleo")
    append_annotations(home.gold, [golden(other, ("slams", "judged"))])
    ran = pressmark("qualify", "--again", "ben", "-C", home.folder)
    assert (ran.code, "ben may try again on other gold" in ran.out) == (0, True)
    desk = learning(home)[Desk("spans", QUALIFICATION, "ben")]
    assert [each.id for each in desk] == ["a1", "a2"]
    # what was failed on stays failed: it is not scored again
    append_annotations(home.qualification, [mark("ben", *ANSWER, of=PAGE, id="q9")])
    with pytest.raises(PressmarkError, match="ben may try again and has submitted nothing new"):
        qualify(home)
    append_annotations(home.qualification, [mark("ben", ("slams", "judged"), of=other, id="q3")])
    result = qualify(home)
    assert result.admitted == ("ben",)
    assert [(each.number, each.passed) for each in result.attempts] == [(2, True)]
    assert "ben: attempt 2: 1 of 1 articles submitted: qualified" in "\n".join(lines(result, 0.6))
    assert [each.attempt for each in decisions(home)] == [2]


def test_more_gold_does_not_change_what_a_learner_has_begun(job: MakeJob) -> None:
    home = campaign(job)
    other = article(id_="a2")
    append_annotations(home.gold, [replace(golden(), spans=()), golden(other, ("slams", "judged"))])
    assert [each.article for each in to_learn_from(home)] == ["a2"]
    assert [each.article for each in to_learn_from(home, begun={"a1"})] == ["a1"]


def test_a_page_holds_nobody_elses_work(job: MakeJob) -> None:
    home = campaign(job)
    ana = mark("ana", ("vile", "judged"), of=PAGE, id="q1")
    ben = mark("ben", ("dull day", "judged"), of=PAGE, id="q2")
    append_annotations(home.qualification, [ana, ben])
    pages = qualify(home).pages
    html = pages["ana"].read_text(encoding="utf-8")
    assert pages["ana"] == home.folder / "qualification" / "ana.html"
    assert not re.search(r"\b(ben|uma)\b", html)
    assert "dull day" not in read(html.partition("otherwise")[2]).text


def test_gold_to_learn_from_has_spans_first_and_nothing_the_learner_will_meet(
    job: MakeJob,
) -> None:
    other = article(id_="a2")
    home = campaign(job)
    append_annotations(home.gold, [replace(golden(other, ("slams", "judged")), spans=())])
    append_annotations(home.annotations, [mark("ana", of=PAGE)])
    assert [each.article for each in gold(home)] == ["a1", "a2"]
    assert [each.article for each in to_learn_from(home, set())] == ["a1"]
    assert [each.article for each in to_learn_from(home, {"a1"})] == ["a2"]


def test_less_gold_than_is_asked_for_is_told(job: MakeJob) -> None:
    with pytest.raises(PressmarkError, match="asks for 3 articles of gold, there are 1"):
        to_learn_from(campaign(job, 3), set())


def test_gold_of_a_lost_label_or_a_part_of_an_article_is_none(job: MakeJob) -> None:
    home = job(PAGE, scheme=SCHEME)
    append_annotations(home.gold, [golden(PAGE, ("vile", "lost label"))])
    append_annotations(home.gold, [golden(PAGE, covers=((0, 5),), id="part")])
    assert gold(home) == []


def test_the_command_prints_figures_feedback_and_json(job: MakeJob) -> None:
    home = campaign(job)
    ran = pressmark("qualify", "-C", home.folder)
    assert (ran.code, "nobody has submitted anything" in ran.err) == (2, True)
    append_annotations(home.qualification, [mark("ana", ("vile", "judged"), of=PAGE)])
    ran = pressmark("qualify", "-C", home.folder)
    assert ran.code == 0
    assert (
        "ana: 1 of 1 articles submitted: not yet qualified (an F1 of 0.60 is asked for)" in ran.out
    )
    assert "nothing submitted yet: ben" in ran.out
    ran = pressmark("qualify", "-C", home.folder, "--annotator", "ana")
    assert "Missed: gold has “silly” as judged." in ran.out
    answer = json.loads(pressmark("qualify", "-C", home.folder, "--json").out)
    assert answer["attempts"][0]["passed"] is False
    assert "text" not in answer["attempts"][0]
    assert pressmark("qualify", "-C", home.folder, "--annotator", "bne").code == 2


def test_the_lines_of_the_terminal_name_each_page(job: MakeJob) -> None:
    home = campaign(job)
    append_annotations(home.qualification, [mark("ana", *ANSWER, of=PAGE)])
    told = "\n".join(lines(qualify(home), 0.6))
    assert all(len(line) <= 80 for line in told.splitlines() if "feedback: " not in line)
    assert "ana: 1 of 1 articles submitted: qualified" in told
    assert "qualification/ana.html" in told
