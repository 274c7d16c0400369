"""Adjudication on a real Label Studio: disputes go there and come back as gold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from annotation.adjudicating.adjudicate import Adjudication, adjudicate
from annotation.adjudicating.codec import task_of_sheet
from annotation.adjudicating.page import LEAVE, TAKE
from annotation.adjudicating.sheet import Sheet, read_sheets
from annotation.client import Client, connect
from annotation.people import add_annotator
from annotation.projects import ADJUDICATION, linked
from annotation.studio import Running, read_login
from corpus.errors import PressmarkError, ServiceError
from corpus.files import read_lines
from corpus.job import Job
from corpus.records import Annotation, Article
from corpus.settling.disputes import read_disputes
from corpus.store import append_annotations, read_annotations, version
from tests import speech
from tests.annotation.adjudicating.hand import Hand
from tests.conftest import MakeJob

#: What was sent is dated by the clock, so that weeks are counted from it.
TODAY = datetime.now(UTC).date()
NO_AUDIT = {"audit": 0}
PEOPLE = {
    "ana": {"adjudicates": True},
    "ben": {},
    "cleo": {"annotates": False, "adjudicates": True},
}


@pytest.fixture
def admin(studio: Running) -> Iterator[Client]:
    client = connect(studio.url, read_login(studio.login).token)
    yield client
    client.close()


@pytest.fixture
def disputed(studio_job: MakeJob) -> Callable[..., Job]:
    """Make jobs in which ana and ben disagree on every article."""

    def make(count: int = 1, **sections: Any) -> Job:
        pages = [speech.article(id_=f"a{n}") for n in range(1, count + 1)]
        job = studio_job(*pages, scheme=speech.SCHEME, **{"settling": NO_AUDIT, **sections})
        for page in pages:
            differ(job, page)
        return job

    return make


def differ(job: Job, page: Article) -> None:
    """Ana and ben mark one span alike, one with other ends, and one that ana alone sees."""
    ana = speech.mark(
        "ana", ("slams", "judged"), ("naïve plan", "judged"), ("dead", "judged"), of=page
    )
    ben = speech.mark("ben", ("slams", "judged"), ("naïve plan, he said", "judged"), of=page)
    under = {"scheme": job.keep_scheme(), "when": "2026-10-01T09:00:00Z"}
    append_annotations(job.annotations, [replace(ana, **under), replace(ben, **under)])


def work(job: Job, admin: Client, who: str, decide: Callable[[Hand, Sheet], None]) -> int:
    """Have an adjudicator work through the desk; return how many tasks it held."""
    client, count = connect(admin.url, add_annotator(job, who).token), 0
    for link in linked(job, admin, "spans", ADJUDICATION):
        for task in admin.tasks(link.id):
            sheet = read_sheets(job)[link.name, task.data["uid"]]
            if link.desk.owner not in ("", who) or task.touched:
                continue
            page = version(job, *sheet.version)
            assert page
            hand = Hand(task_of_sheet(sheet, page, job.scheme))
            decide(hand, sheet)
            client.annotate(task.id, result=hand.results, lead_time=30.5)
            count += 1
    client.close()
    return count


def prefer(author: str, reason: str = "slip", note: str = "") -> Callable[[Hand, Sheet], None]:
    """Take this annotator's version everywhere."""

    def decide(hand: Hand, sheet: Sheet) -> None:
        for region in hand.versions():
            mine = author in {sheet.letters[letter] for letter in Hand.letters(region)}
            hand.rule(region, TAKE if mine else LEAVE, reason, note)

    return decide


def quotes(annotation: Annotation) -> list[str]:
    return [speech.PAGE[span.start : span.end] for span in annotation.spans]


def files(job: Job) -> dict[str, str]:
    names = (
        "gold.jsonl",
        "disputes.jsonl",
        "votes.jsonl",
        "adjudication.jsonl",
        "annotations.jsonl",
    )
    found = {name: job.folder / name for name in names}
    return {name: path.read_text("utf-8") for name, path in found.items() if path.exists()}


def go_on(job: Job, today: date = TODAY) -> Adjudication:
    return adjudicate(job, today=today)


def test_a_dispute_goes_to_label_studio_and_comes_back_as_gold_with_parents(
    disputed: Callable[..., Job], admin: Client
) -> None:
    job = disputed()
    sent = go_on(job)
    assert (sent.settled.disputed, sent.sent) == (1, {"": 1})
    assert read_annotations(job.gold) == []
    assert work(job, admin, "cleo", prefer("ana", "gap", "where does it end?")) == 1
    back = go_on(job)
    (gold,) = read_annotations(job.gold)
    assert quotes(gold) == ["slams", "naïve plan", "dead"]
    assert (gold.author, gold.role, gold.status, gold.seconds) == (
        "cleo",
        "gold",
        "submitted",
        30.5,
    )
    assert gold.parents == ("a1-ana", "a1-ben")
    assert [span.source for span in gold.spans][1:] == ["ana1", "ana2"]
    assert [(a.question, a.values) for a in gold.answers] == [("genre", ("report",))]
    assert (back.fetched.new, back.fetched.settled) == (1, 2)
    assert back.disputes == {"adjudicated": 2}
    assert back.reasons == {"gap": 2}
    ruled = {(d.adjudicator, d.reason, d.comment, d.gold) for d in read_disputes(job)}
    assert ruled == {("cleo", "gap", "where does it end?", gold.id)}
    assert back.settled.adjudicated == 1


def test_run_again_nothing_changes(disputed: Callable[..., Job], admin: Client) -> None:
    job = disputed()
    go_on(job)
    before = files(job)
    again = go_on(job)
    assert files(job) == before
    assert (again.sent, again.out) == ({}, 1)
    work(job, admin, "cleo", prefer("ben"))
    go_on(job)
    before = files(job)
    again = go_on(job)
    assert files(job) == before
    assert (again.fetched.new, again.fetched.changed, again.out) == (0, 0, 0)


def test_a_changed_decision_is_a_new_revision_and_a_deleted_one_is_withdrawn(
    disputed: Callable[..., Job], admin: Client
) -> None:
    job = disputed()
    go_on(job)
    work(job, admin, "cleo", prefer("ana"))
    go_on(job)
    (link,) = linked(job, admin, "spans", ADJUDICATION)
    (task,) = admin.snapshot(link.id)
    (made,) = task.annotations
    sheet = next(iter(read_sheets(job).values()))
    hand = Hand(task_of_sheet(sheet, speech.article(), job.scheme))
    prefer("ben", "ambiguity")(hand, sheet)
    admin._ask("PATCH", f"/api/annotations/{made.id}", {"result": hand.results})
    changed = go_on(job)
    (gold,) = read_annotations(job.gold)
    assert quotes(gold) == ["slams", "naïve plan, he said"]
    assert (gold.revision, changed.fetched.changed) == (2, 1)
    assert changed.reasons == {"ambiguity": 2}
    admin._ask("DELETE", f"/api/annotations/{made.id}")
    gone = go_on(job)
    (gold,) = read_annotations(job.gold)
    assert (gold.status, gold.revision) == ("withdrawn", 3)
    assert (gone.fetched.withdrawn, gone.fetched.reopened) == (1, 2)
    assert {dispute.state for dispute in read_disputes(job)} == {"open"}


def test_nobody_adjudicates_their_own_articles_and_weeks_hold_a_batch(
    disputed: Callable[..., Job], admin: Client
) -> None:
    job = disputed(3, people=PEOPLE, adjudication={"weekly": 2})
    sent = go_on(job)
    assert (sent.sent, sent.later) == ({"cleo": 2}, 1)
    assert go_on(job).sent == {}
    later = go_on(job, TODAY + timedelta(days=7))
    assert (later.sent, later.later) == ({"cleo": 1}, 0)
    (link,) = linked(job, admin, "spans", ADJUDICATION, "cleo")
    assert len(list(admin.tasks(link.id))) == 3


def test_no_annotator_is_named_on_the_adjudicators_desk(
    disputed: Callable[..., Job], admin: Client
) -> None:
    job = disputed()
    go_on(job)
    (link,) = linked(job, admin, "spans", ADJUDICATION)
    project = admin.project(link.id)
    (task,) = admin._ask("GET", "/api/tasks", query={"project": link.id, "fields": "all"})["tasks"]
    assert project
    assert "ana" not in repr(task["predictions"])
    assert {value for value in task["data"].values() if isinstance(value, str)} & {
        "ana",
        "ben",
    } == set()


def test_an_audit_looks_like_a_dispute(disputed: Callable[..., Job], admin: Client) -> None:
    job = disputed(settling={"audit": 1.0})
    sent = go_on(job)
    assert sent.disputes["audit"] >= 1
    (sheet,) = read_sheets(job).values()
    assert "slams" in {speech.PAGE[v.span.start : v.span.end] for v in sheet.versions}
    assert "audit" not in repr(task_of_sheet(sheet, speech.article(), job.scheme)).lower()
    work(job, admin, "cleo", decide_all)
    back = go_on(job)
    assert set(back.disputes) == {"adjudicated"}
    (gold,) = read_annotations(job.gold)
    assert "slams" in quotes(gold)


def decide_all(hand: Hand, sheet: Sheet) -> None:
    prefer("ana")(hand, sheet)
    for number, case in enumerate(case for case in sheet.cases if case.told):
        hand.reason(number, "slip")
        hand.answer(case.question, ["report"])


def test_a_new_annotation_after_adjudication_is_put_on_another_sheet(
    disputed: Callable[..., Job], admin: Client
) -> None:
    job = disputed(settling={"audit": 0, "threshold": 1.0})
    go_on(job)
    work(job, admin, "cleo", prefer("ana"))
    go_on(job)
    dan = speech.mark("dan", ("goes on", "judged"))
    append_annotations(job.annotations, [replace(dan, scheme=job.scheme.hash)])
    sent = go_on(job)
    assert sent.sent == {"": 1}
    assert [sheet.occasion for sheet in read_sheets(job).values()] == [1, 2]
    (gold,) = read_annotations(job.gold)
    assert gold.status == "submitted"
    work(job, admin, "cleo", prefer("dan", "ambiguity"))
    go_on(job)
    (gold,) = read_annotations(job.gold)
    assert "goes on" in quotes(gold)
    assert {d.state for d in read_disputes(job)} <= {"adjudicated", "gone"}


def test_what_cannot_be_used_is_set_aside_and_stays_in_dispute(
    disputed: Callable[..., Job], admin: Client
) -> None:
    job = disputed()
    go_on(job)
    work(job, admin, "cleo", lambda hand, _: hand.rule_all(TAKE))
    back = go_on(job)
    assert back.fetched.quarantined >= 1
    assert read_annotations(job.gold) == []
    assert back.disputes == {"open": 2}
    (row,) = [row for row in read_lines(job.quarantine) if "overlaps" in row["reason"]]
    assert row["command"] == "adjudicate"


def test_a_dry_run_changes_nothing(disputed: Callable[..., Job], admin: Client) -> None:
    job = disputed()
    projects = admin._ask("GET", "/api/projects")["count"]
    before = {path: path.read_bytes() for path in job.folder.rglob("*") if path.is_file()}
    told = adjudicate(job, dry=True, today=TODAY)
    assert (told.settled.disputed, told.settled.fresh) == (1, 2)
    after = {path: path.read_bytes() for path in job.folder.rglob("*") if path.is_file()}
    assert after == before
    assert admin._ask("GET", "/api/projects")["count"] == projects


def test_the_report_lists_guideline_gaps_and_what_annotators_noted(
    disputed: Callable[..., Job], admin: Client
) -> None:
    job = disputed()
    (first, *_) = read_annotations(job.annotations)
    noted = replace(first.spans[0], attributes={**first.spans[0].attributes, "unsure": ("yes",)})
    append_annotations(job.annotations, [replace(first, spans=(noted, *first.spans[1:]))])
    go_on(job)
    work(job, admin, "cleo", prefer("ana", "gap", "say *where* it ends"))
    back = go_on(job)
    assert [(gap.label, gap.passage, gap.comment) for gap in back.gaps] == [
        ("judged", "dead", "say *where* it ends"),
        ("judged", "naïve plan, he said", "say *where* it ends"),
    ]
    told = (job.folder / "report" / "guideline-gaps.md").read_text("utf-8")
    assert "| Guideline gap | 2 |" in told
    assert "“naïve plan, he said”" in told
    assert r"say \*where\* it ends" in told
    assert "unsure" in told
    assert "ana" not in told.replace("annotators", "")


def test_what_needs_label_studio_says_so_and_what_does_not_goes_on_without(
    job: MakeJob, tmp_path: Path
) -> None:
    alone = job(speech.article(), scheme=speech.SCHEME, settling=NO_AUDIT)
    both = [
        speech.mark(who, ("slams", "judged"), scheme=alone.keep_scheme()) for who in ("ana", "ben")
    ]
    append_annotations(alone.annotations, both)
    assert adjudicate(alone).settled.settled == 1
    (gold,) = read_annotations(alone.gold)
    assert gold.author == "settled"
    differ(alone, speech.article())
    with pytest.raises(ServiceError, match="Label Studio does not run"):
        adjudicate(alone)


def test_where_nobody_adjudicates_that_is_told(disputed: Callable[..., Job]) -> None:
    job = disputed(people={"ana": {}, "ben": {}})
    with pytest.raises(PressmarkError, match="nobody adjudicates"):
        go_on(job)


def test_what_was_written_down_before_a_failure_is_sent_by_the_next_run(
    disputed: Callable[..., Job], admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = disputed()

    def cut(*_: object) -> str:
        raise ServiceError("the connection broke off")

    with monkeypatch.context() as fault:
        fault.setattr("annotation.adjudicating.sending.push_desk", cut)
        with pytest.raises(ServiceError):
            go_on(job)
    again = go_on(job)
    assert (again.sent, again.out) == ({}, 1)
    (link,) = linked(job, admin, "spans", ADJUDICATION)
    assert [task.data["article"] for task in admin.tasks(link.id)] == ["a1"]
    assert len(read_sheets(job)) == 1


def test_what_stood_in_a_project_that_was_deleted_is_sent_again(
    disputed: Callable[..., Job], admin: Client
) -> None:
    job = disputed()
    go_on(job)
    (lost,) = linked(job, admin, "spans", ADJUDICATION)
    admin._ask("DELETE", f"/api/projects/{lost.id}")
    assert go_on(job).sent == {"": 1}
    assert work(job, admin, "cleo", prefer("ana")) == 1
    assert go_on(job).fetched.new == 1


def test_a_damaged_file_of_sheets_is_told(disputed: Callable[..., Job]) -> None:
    job = disputed()
    (job.folder / "adjudication.jsonl").write_text('{"uid": "a1"}\n', encoding="utf-8")
    with pytest.raises(PressmarkError, match="is no sheet"):
        go_on(job)
