"""The sample corpus as a campaign: annotators at their pages, an adjudicator, the agreement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from annotation import studio
from annotation.adjudicating.adjudicate import adjudicate
from annotation.adjudicating.codec import task_of_sheet
from annotation.adjudicating.page import LEAVE, TAKE
from annotation.adjudicating.sheet import read_sheets
from annotation.campaign.assign import assign
from annotation.client import connect
from annotation.people import add_annotator
from annotation.projects import ADJUDICATION, linked
from annotation.pull import pull
from annotation.push import push
from annotation.rehearse import rehearse
from annotation.status import status
from annotation.studio import read_login
from corpus.agreement.agree import agree
from corpus.assignments import read_assignments
from corpus.job import Job, open_job
from corpus.reading.ingest import ingest
from corpus.records import Annotation
from corpus.resources import SAMPLE
from corpus.sample import sample_annotations
from corpus.settling.disputes import read_disputes
from corpus.store import read_annotations, read_articles, version
from tests.annotation.adjudicating.hand import Hand
from tests.browser.annotator import Annotator
from tests.browser.passes import can_click, on_screen, work_through

if TYPE_CHECKING:
    from playwright.sync_api import Browser

JOB = """\
scheme: scheme
sources:
  - path: pages
    id: name
studio: {project: sample campaign}
people: {ana: {}, ben: {}, cleo: {}, dora: {annotates: false, adjudicates: true}}
campaign: {per_article: 2, control: 0.2, repeat: 0, weekly: 40}
adjudication: {weekly: 100}
"""
#: Articles that each of the three works through in a browser.
EACH = 4
PEOPLE = ("ana", "ben", "cleo")


@dataclass(frozen=True)
class Campaign:
    """What was meant and by whom, and which of it was done at Label Studio's own pages."""

    job: Job
    meant: dict[tuple[str, str], Annotation]
    by_hand: frozenset[tuple[str, str]]


@pytest.fixture(scope="module")
def campaign(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    """Two annotators a page and a control slice for all three, annotated and pulled."""
    folder = tmp_path_factory.mktemp("campaign") / "job"
    folder.mkdir()
    (folder / "pressmark.yaml").write_text(JOB, encoding="utf-8")
    (folder / "pages").symlink_to(SAMPLE / "pages")
    job = open_job(folder)
    ingest(job)
    studio.start(job)
    try:
        assign(job)
        push(job)
        passes = sample_annotations(read_articles(job), SAMPLE / "passes", job.scheme)
        given = {(row.annotator, row.article) for row in read_assignments(job.assignments)}
        meant = {(a.author, a.article): a for a in passes if (a.author, a.article) in given}
        by_hand = {(who, id_) for who in PEOPLE for id_ in at_the_page(browser, job, who, meant)}
        rehearse(job, [meant[key] for key in sorted(meant) if key not in by_hand])
        pull(job)
        yield Campaign(job, meant, frozenset(by_hand))
    finally:
        studio.stop(job)


def at_the_page(
    browser: Browser, job: Job, who: str, meant: dict[tuple[str, str], Annotation]
) -> Iterator[str]:
    """Sit down at one's own project and work through what comes, in the order it comes."""
    running = studio.status(job)
    assert running
    admin = connect(running.url, read_login(running.login).token)
    (link,) = linked(job, admin, owner=who)
    admin.close()
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    annotator = Annotator(page, running.url, add_annotator(job, who))
    annotator.label_all(f"{running.url}/projects/{link.id}")
    articles = read_articles(job)
    for _ in range(EACH):
        article = on_screen(annotator, articles)
        said = meant[who, article.id]
        assert can_click(said)
        work_through(annotator, said, article, job.scheme)
        yield article.id
    assert annotator.outward == []
    page.close()


def opinion(said: Annotation) -> object:
    spans = [
        (s.start, s.end, s.label, {name: set(values) for name, values in s.attributes.items()})
        for s in said.spans
    ]
    return spans, said.answers


def test_what_was_done_at_the_pages_is_what_was_meant_to_the_character(
    campaign: Campaign,
) -> None:
    pulled = {(a.author, a.article): a for a in read_annotations(campaign.job.annotations)}
    assert len({article for _, article in campaign.by_hand}) >= 10
    for key in campaign.by_hand:
        assert (key, opinion(pulled[key])) == (key, opinion(campaign.meant[key]))
        assert pulled[key].seconds


def test_everybody_did_what_was_assigned_two_a_page_and_all_on_the_control_slice(
    campaign: Campaign,
) -> None:
    said = read_annotations(campaign.job.annotations)
    assert {(a.author, a.article): opinion(a) for a in said} == {
        key: opinion(a) for key, a in campaign.meant.items()
    }
    voices = Counter(a.article for a in said)
    control = {r.article for r in read_assignments(campaign.job.assignments) if r.kind == "control"}
    assert len(voices) == len(read_articles(campaign.job))
    assert {voices[id_] for id_ in control} == {3}
    assert {voices[id_] for id_ in set(voices) - control} == {2}
    assert status(campaign.job).problems == ()


def test_disputes_go_to_the_adjudicator_and_come_back_as_gold(campaign: Campaign) -> None:
    job = campaign.job
    sent = adjudicate(job)
    assert sent.disputes["open"] > 0
    assert set(sent.sent) == {"dora"}
    running = studio.status(job)
    assert running
    admin = connect(running.url, read_login(running.login).token)
    dora = connect(running.url, add_annotator(job, "dora").token)
    (link,) = linked(job, admin, purpose=ADJUDICATION, owner="dora")
    sheets = read_sheets(job)
    for task in admin.tasks(link.id):
        sheet = sheets[link.name, task.data["uid"]]
        article = version(job, *sheet.version)
        assert article
        hand = Hand(task_of_sheet(sheet, article, job.scheme))
        for region in hand.versions():
            authors = {sheet.letters[letter] for letter in Hand.letters(region)}
            hand.rule(region, TAKE if "ana" in authors else LEAVE, "boundary")
        for number, _ in enumerate(case for case in sheet.cases if case.told and not case.agreed):
            hand.reason(number, "ambiguity")
        dora.annotate(task.id, result=hand.results, lead_time=60.0)
    admin.close()
    dora.close()
    back = adjudicate(job)
    assert (back.disputes.get("open", 0), back.fetched.quarantined) == (0, 0)
    gold = read_annotations(job.gold)
    assert {g.article for g in gold} == {a.id for a in read_articles(job)}
    # what all agree on is settled by itself, unless the audit draws it
    assert {g.author for g in gold} - {"settled"} == {"dora"}
    assert all(g.parents for g in gold)
    assert {d.state for d in read_disputes(job)} == {"adjudicated"}


def test_the_agreement_of_the_docs_is_the_campaigns(
    campaign: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    from rich.console import Console

    from corpus.agreement.told import heading, printed, tables

    found = agree(campaign.job).found
    console = Console(width=80, markup=False, emoji=False, highlight=False)
    printed(tables(found), console)
    told = [line.rstrip() for line in (*heading(found), *capsys.readouterr().out.splitlines())]
    page = (Path(__file__).parents[2] / "docs" / "sample-campaign.md").read_text("utf-8")
    shown = [line[4:].rstrip() for line in page.splitlines() if line.startswith("    ")]
    table = shown[shown.index("$ pressmark agree") + 1 :]
    missing = [line for line in table if line.strip() and line not in told]
    assert len([line for line in table if line.strip()]) > 20
    assert missing == []
