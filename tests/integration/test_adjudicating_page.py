"""docs/adjudicating.md: what the page shows is what the command prints."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from annotation.adjudicating.codec import task_of_sheet
from annotation.adjudicating.page import LEAVE, TAKE
from annotation.adjudicating.sheet import Sheet, read_sheets
from annotation.client import connect
from annotation.connection import connected
from annotation.people import add_annotator
from annotation.projects import ADJUDICATION, linked
from annotation.studio import Running
from corpus.init import init_demo
from corpus.job import Job, open_job
from corpus.reading.ingest import ingest
from corpus.records import Span
from corpus.resources import SAMPLE
from corpus.sample import sample_annotations
from corpus.settling.disputes import Dispute, read_disputes
from corpus.store import append_annotations, read_articles, version
from tests.annotation.adjudicating.hand import Hand
from tests.test_command import pressmark

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/adjudicating.md").read_text(encoding="utf-8")
REASON = {"boundary": "gap", "missed": "slip"}
NOTE = "say where such a run of words begins"


@pytest.fixture
def demo(studio_home: Job, studio: Running, tmp_path: Path) -> Job:
    """The demo's job as its three annotators left it, with the people that the page names."""
    assert studio
    init_demo(tmp_path / "demo")
    path = tmp_path / "demo/pressmark.yaml"
    (people,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    said = {**yaml.safe_load(path.read_text("utf-8")), **yaml.safe_load(people)}
    said["studio"] = {"data": str(studio_home.studio_data), "project": tmp_path.name}
    path.write_text(yaml.safe_dump(said), encoding="utf-8")
    job = open_job(path.parent)
    with job.locked("test"):
        ingest(job)
        articles = read_articles(job)
        job.keep_scheme()
        passes = sample_annotations(articles, SAMPLE / "passes", job.scheme)
        append_annotations(job.annotations, passes)
    return job


def session(job: Job) -> None:
    """Run each command of the page; after the first that sends, dora works through her desk."""
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 3
    for number, block in enumerate(blocks):
        command, *told = block.strip().splitlines()
        ran = pressmark(*command.removeprefix("$ pressmark ").split(), at=job.folder)
        assert ran.code == 0, ran.err
        printed = re.sub(r"127.0.0.1:\d+/projects/\d+", "127.0.0.1:8095/projects/4", ran.out)
        assert printed.splitlines() == told
        if number == 1:
            work(job)


def work(job: Job) -> None:
    owner = add_annotator(job, "dora")
    admin = connected(job)
    client = connect(admin.url, owner.token)
    disputes = {each.id: each for each in read_disputes(job)}
    (link,) = linked(job, admin, "spans", ADJUDICATION, "dora")
    for task in admin.tasks(link.id):
        sheet = read_sheets(job)[link.name, task.data["uid"]]
        page = version(job, *sheet.version)
        assert page
        hand = Hand(task_of_sheet(sheet, page, job.scheme))
        decide(hand, sheet, disputes)
        client.annotate(task.id, result=hand.results, lead_time=60)
    client.close()
    admin.close()


def decide(hand: Hand, sheet: Sheet, disputes: dict[str, Dispute]) -> None:
    """Take what most have, wherever it clashes with nothing; name a reason by sort."""
    by_region = {region["id"]: region for region in hand.versions()}
    taken: list[Span] = list(sheet.start.spans)
    for each in sorted(sheet.versions, key=lambda v: (-len(v.letters), v.region)):
        sort = disputes[sheet.cases[each.case].disputes[0]].disagreement.sort
        clash = any(t.label == each.span.label and t.overlaps(each.span) for t in taken)
        taken += [] if clash else [each.span]
        reason = REASON.get(sort, "ambiguity")
        note = NOTE if reason == "gap" else ""
        hand.rule(by_region[each.region], LEAVE if clash else TAKE, reason, note)
    asked = [case for case in sheet.cases if case.told]
    for number, _ in enumerate(case for case in asked if not case.agreed):
        hand.reason(number, "ambiguity")
    for case in asked:
        sides = disputes[case.disputes[0]].disagreement.sides
        values = Counter(side.values for side in sides if side.values)
        hand.answer(case.question, list(max(values, key=lambda each: (values[each], each))))


def test_the_commands_print_what_the_page_shows(demo: Job) -> None:
    session(demo)
