"""Settling a job: what it writes, that it writes it once, and what it never touches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from corpus.assignments import Assignment, append_assignments
from corpus.errors import PressmarkError
from corpus.files import read_lines
from corpus.job import Job
from corpus.records import Annotation, Article
from corpus.settling.audit import audited
from corpus.settling.decisions import gold_id
from corpus.settling.disputes import (
    append_disputes,
    close_disputes,
    read_disputes,
    to_adjudicate,
)
from corpus.settling.job import read_votes, settle_job
from corpus.store import append_annotations, read_annotations
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark
from tests.test_command import pressmark

PAGE = article()
OTHER = article(id_="a2")


def files(job: Job) -> dict[str, bytes]:
    paths = [job.gold, job.votes, job.disputes]
    return {path.name: path.read_bytes() for path in paths if path.exists()}


def said(job: Job, *annotations: Annotation) -> None:
    append_annotations(job.annotations, annotations)


def both(page: Article = PAGE, *, alike: bool = True) -> list[Annotation]:
    """Ana and Ben on one page, alike or not."""
    other = "naïve" if alike else "dead"
    return [
        mark("ana", ("naïve", "judged"), of=page),
        mark("ben", (other, "judged"), of=page),
    ]


@pytest.fixture
def two(job: MakeJob) -> Job:
    """A job of two articles: on the first the annotators agree, on the second they don't."""
    made = job(PAGE, OTHER, scheme=SCHEME, settling={"audit": 0})
    said(made, *both(), *both(OTHER, alike=False))
    return made


def adjudicate(job: Job, page: Article, *spans: tuple[str, str]) -> Annotation:
    """Gold by a person, as `pressmark adjudicate` writes it."""
    waiting = to_adjudicate(job)[page.id, page.sha256]
    id_ = gold_id(page.id, page.sha256)
    parents = (f"{page.id}-ana", f"{page.id}-ben")
    gold = mark("eva", *spans, of=page, role="gold", id=id_, parents=parents)
    append_annotations(job.gold, [gold])
    close_disputes(job, [d.id for d in waiting], "eva", id_, dict.fromkeys([waiting[0].id], "slip"))
    return gold


def test_what_is_settled_is_gold_and_the_rest_is_in_dispute(two: Job) -> None:
    outcome = settle_job(two)
    assert (outcome.settled, outcome.disputed, outcome.fresh) == (1, 1, 2)
    [gold] = read_annotations(two.gold)
    assert (gold.article, gold.role, gold.author) == ("a1", "gold", "settled")
    assert gold.parents == ("a1-ana", "a1-ben")
    assert {d.disagreement.article for d in read_disputes(two)} == {"a2"}
    assert {d.article for d in read_votes(two)} == {"a1", "a2"}


def test_a_dry_run_tells_the_same_and_writes_nothing(two: Job) -> None:
    told = settle_job(two, dry=True)
    assert files(two) == {}
    assert settle_job(two) == told


def test_the_same_again_changes_nothing(two: Job) -> None:
    settle_job(two)
    before = files(two)
    again = settle_job(two)
    assert files(two) == before
    assert (again.settled, again.disputed, again.fresh, again.gone) == (1, 1, 0, 0)


def test_a_kill_before_the_votes_are_written_is_made_good(two: Job) -> None:
    settle_job(two)
    before = files(two)
    two.votes.unlink()
    settle_job(two)
    assert files(two) == before


def test_a_dispute_whose_line_was_lost_comes_back(two: Job) -> None:
    settle_job(two)
    before = read_disputes(two)
    assert len(before) == 2
    lines = two.disputes.read_bytes().splitlines(keepends=True)
    two.disputes.write_bytes(b"".join(lines[:-1]) + lines[-1][:20])
    settle_job(two)
    assert {each.id for each in read_disputes(two)} == {each.id for each in before}


def test_votes_keep_what_everybody_has(two: Job) -> None:
    settle_job(two)
    [row] = [r for r in read_lines(two.votes) if r["article"] == "a1" and r["label"]]
    assert row["result"] == "stands"
    assert [(v["author"], v["spans"]) for v in row["votes"]] == [
        ("ana", ["ana0"]),
        ("ben", ["ben0"]),
    ]


def test_a_new_annotation_reopens_its_article_and_no_other(two: Job) -> None:
    settle_job(two)
    adjudicate(two, OTHER, ("naïve", "judged"))
    settle_job(two)
    before = [d for d in read_disputes(two) if d.disagreement.article == "a2"]
    said(two, mark("eva", ("dead", "judged")), mark("kim"))
    outcome = settle_job(two)
    assert [d for d in read_disputes(two) if d.disagreement.article == "a2"] == before
    assert outcome.fresh == 1
    assert {version[0] for version in to_adjudicate(two)} == {"a1"}


def test_what_is_no_longer_settled_is_withdrawn_from_gold(two: Job) -> None:
    settle_job(two)
    said(two, replace(both(alike=False)[1]))
    settle_job(two)
    [gold] = read_annotations(two.gold)
    assert (gold.status, gold.revision) == ("withdrawn", 2)
    said(two, both()[1])
    settle_job(two)
    [gold] = read_annotations(two.gold)
    assert (gold.status, gold.revision) == ("submitted", 3)
    assert not {v for v in to_adjudicate(two) if v[0] == "a1"}


def test_a_dispute_that_fell_away_is_gone(two: Job) -> None:
    settle_job(two)
    said(two, both(OTHER)[1])
    outcome = settle_job(two)
    assert (outcome.gone, outcome.disputed) == (2, 0)
    assert {d.state for d in read_disputes(two)} == {"gone"}


def test_gold_that_a_person_adjudicated_is_never_overwritten(two: Job) -> None:
    settle_job(two)
    gold = adjudicate(two, OTHER, ("dead", "judged"))
    for more in ([], both(OTHER), [mark("kim", ("naïve", "judged"), of=OTHER)]):
        said(two, *more)
        outcome = settle_job(two)
        kept = {g.article: g for g in read_annotations(two.gold)}
        assert kept["a2"] == gold
    assert outcome.adjudicated == 1


def test_a_new_voice_against_adjudicated_gold_is_a_new_dispute(two: Job) -> None:
    settle_job(two)
    adjudicate(two, OTHER, ("dead", "judged"))
    assert not to_adjudicate(two)
    said(two, mark("kim", ("café", "judged"), of=OTHER), mark("leo", ("café", "judged"), of=OTHER))
    settle_job(two)
    assert {version[0] for version in to_adjudicate(two)} == {"a2"}


def test_reasons_and_who_decided_are_kept(two: Job) -> None:
    settle_job(two)
    adjudicate(two, OTHER, ("dead", "judged"))
    found = read_disputes(two)
    assert {(d.state, d.adjudicator, d.gold) for d in found} == {
        ("adjudicated", "eva", gold_id("a2", OTHER.sha256))
    }
    assert sorted(d.reason for d in found) == ["", "slip"]


def test_an_unknown_dispute_cannot_be_closed(two: Job) -> None:
    with pytest.raises(PressmarkError, match="there is no dispute nope"):
        close_disputes(two, ["nope"], "eva", "gold")


def test_an_article_waits_until_everybody_it_was_given_to_is_done(two: Job) -> None:
    given = [Assignment(who, "a1", PAGE.sha256, when="x") for who in ("ana", "ben", "kim")]
    append_assignments(two.assignments, given)
    assert (settle_job(two).waiting, settle_job(two).settled) == (1, 0)
    said(two, mark("kim", status="skipped"))
    assert (settle_job(two).waiting, settle_job(two).settled) == (0, 1)
    append_assignments(two.assignments, [Assignment("leo", "a1", PAGE.sha256, when="y")])
    assert settle_job(two).waiting == 1
    assert read_annotations(two.gold)[0].status == "submitted"


def test_an_article_that_one_annotator_has_is_told_apart(job: MakeJob) -> None:
    made = job(PAGE, scheme=SCHEME)
    said(made, both()[0])
    said(made, replace(both()[1], status="skipped", spans=(), answers=()))
    assert settle_job(made).single == 1
    assert not made.gold.exists()
    ran = pressmark("settle", "-C", made.folder)
    assert "0 wait for annotators, 1 have fewer than two" in ran.out


def test_an_empty_job_settles_nothing(job: MakeJob) -> None:
    made = job(PAGE, scheme=SCHEME)
    assert settle_job(made).settled == 0
    assert files(made) == {}


@pytest.mark.parametrize("method", ["majority", "matched", "competence"])
def test_every_method_settles_a_job(job: MakeJob, method: str) -> None:
    made = job(PAGE, OTHER, scheme=SCHEME, settling={"method": method, "audit": 0})
    for page in (PAGE, OTHER):
        said(made, *both(page), mark("eva", ("dead", "judged"), of=page))
    assert settle_job(made).settled == 2
    before = files(made)
    settle_job(made)
    assert files(made) == before


def test_a_new_annotation_changes_no_other_article_under_competence_either(job: MakeJob) -> None:
    made = job(PAGE, OTHER, scheme=SCHEME, settling={"method": "competence", "audit": 0})
    for page in (PAGE, OTHER):
        said(made, *both(page), mark("eva", ("dead", "judged"), of=page))
    settle_job(made)
    before = [d for d in read_votes(made) if d.article == "a2"]
    said(made, mark("kim", ("dead", "judged")))
    settle_job(made)
    assert [d for d in read_votes(made) if d.article == "a2"] == before


def test_a_share_of_what_was_settled_is_audited(job: MakeJob) -> None:
    pages = [article(id_=f"p{n}") for n in range(40)]
    made = job(*pages, scheme=SCHEME, settling={"audit": 0.25})
    said(made, *(a for page in pages for a in both(page)))
    outcome = settle_job(made)
    waiting = [d for ds in to_adjudicate(made).values() for d in ds]
    # two decisions an article: the genre and the span
    assert 8 <= len(waiting) == outcome.audits <= 32
    assert {d.state for d in waiting} == {"audit"}
    assert outcome.settled == 40
    before = files(made)
    settle_job(made)
    assert files(made) == before


def test_the_error_of_automatic_settling_is_counted_on_the_audited(job: MakeJob) -> None:
    pages = [article(id_=f"p{n}") for n in range(10)]
    made = job(*pages, scheme=SCHEME, settling={"audit": 1})
    said(made, *(a for page in pages for a in both(page)))
    settle_job(made)
    assert audited(made).rate.value is None
    for n, page in enumerate(pages[:5]):
        adjudicate(made, page, ("naïve plan" if n == 0 else "naïve", "judged"))
    found = audited(made)
    assert (found.drawn, found.seen, found.wrong) == (20, 10, 1)
    assert found.rate.value == 0.1
    assert found.rate.low is not None
    assert found.rate.high is not None
    assert found.rate.low < 0.1 < found.rate.high
    settle_job(made)
    assert audited(made) == found


def test_disputes_are_read_as_they_were_written(two: Job) -> None:
    settle_job(two)
    disputes = read_disputes(two)
    assert append_disputes(two, disputes) == []
    assert all(d.disagreement.sides for d in disputes)


@pytest.mark.parametrize("line", ["{}", '{"id": "x", "state": "odd", "disagreement": {}}'])
def test_a_line_that_is_no_dispute_is_told_with_its_number(two: Job, line: str) -> None:
    two.disputes.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(PressmarkError, match=r"disputes\.jsonl:1: no dispute"):
        read_disputes(two)


def test_a_line_that_is_no_decision_is_told_with_its_number(two: Job) -> None:
    two.votes.write_text('{"basis": "x"}\n', encoding="utf-8")
    with pytest.raises(PressmarkError, match=r"votes\.jsonl:1: no decision"):
        settle_job(two)


def test_another_version_of_the_text_is_settled_by_itself(two: Job, tmp_path: Path) -> None:
    from corpus.store import add_articles

    settle_job(two)
    newer = article("Maar slams nobody\n\nThe naïve plan.")
    add_articles(two, [newer])
    said(two, *(replace(a, id=f"{a.id}-2") for a in both(newer)[:1]))
    settle_job(two)
    assert {g.sha256 for g in read_annotations(two.gold)} == {PAGE.sha256}
