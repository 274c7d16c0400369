"""What adjudication says of the guidelines, as a report that names nobody."""

from __future__ import annotations

from dataclasses import replace

from annotation.adjudicating.gaps import gaps_of, notes_of, reasons_of, write_gaps
from corpus.agreement.remarks import remarks_of
from tests import speech
from tests.annotation.adjudicating.hand import disputes
from tests.conftest import MakeJob

PAGE = speech.article()
SCHEME = speech.scheme()
ARTICLES = {(PAGE.id, PAGE.sha256): PAGE}
FOUND = disputes(
    SCHEME, speech.mark("ana", ("dead", "judged"), ("slams", "judged")), speech.mark("ben")
)


def test_reasons_are_counted_of_what_was_adjudicated_alone() -> None:
    first, second = FOUND
    ruled = replace(first, state="adjudicated", reason="gap")
    assert reasons_of([ruled, replace(second, reason="slip")]) == {"gap": 1}


def test_a_gap_has_its_passage_and_comment_and_other_reasons_are_none() -> None:
    first, second = FOUND
    gap = replace(first, state="adjudicated", reason="gap", comment="a verb?")
    slip = replace(second, state="adjudicated", reason="slip")
    assert [(g.passage, g.label, g.comment) for g in gaps_of([gap, slip], ARTICLES)] == [
        ("slams", "judged", "a verb?")
    ]


def test_an_article_that_is_gone_leaves_its_gap_without_a_passage() -> None:
    gap = replace(FOUND[0], state="adjudicated", reason="gap")
    assert [g.passage for g in gaps_of([gap], {})] == [""]


def test_the_report_shows_markup_as_it_stands_and_is_written_once(job: MakeJob) -> None:
    made = job(PAGE, scheme=speech.SCHEME)
    gap = replace(FOUND[0], state="adjudicated", reason="gap", comment="<b>*|")
    span = replace(speech.mark("ana", ("dead", "judged")).spans[0], attributes={"unsure": ("yes",)})
    noted = replace(speech.mark("ana"), spans=(span,))
    notes = notes_of(remarks_of([noted], SCHEME), ARTICLES, SCHEME)
    for _ in range(2):
        write_gaps(made, {"gap": 1}, gaps_of([gap], ARTICLES), notes)
    told = (made.folder / "report/guideline-gaps.md").read_text("utf-8")
    assert r"\<b\>\*\|" in told
    assert "“slams”" in told
    assert "“dead” in a1: unsure" in told
    assert "ana" not in told
