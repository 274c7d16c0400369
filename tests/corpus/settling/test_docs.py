"""What the page on settling shows is what happens."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from corpus.agreement.disagreements import SORTS
from corpus.init import init_demo
from corpus.job import Job, open_job
from corpus.reading.ingest import ingest
from corpus.resources import SAMPLE
from corpus.sample import sample_annotations
from corpus.settings import SettlingSection
from corpus.settling.decisions import Decision
from corpus.settling.disputes import Dispute
from corpus.store import append_annotations, read_articles
from tests.test_command import pressmark

PAGE = (Path(__file__).parents[3] / "docs/settling.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """The demo's job as its annotators left it."""
    folder = tmp_path_factory.mktemp("docs") / "pressmark-demo"
    init_demo(folder)
    job = open_job(folder)
    with job.locked("test"):
        ingest(job)
        articles = read_articles(job)
        annotated = articles[: -(len(articles) // 6)]
        job.keep_scheme()
        append_annotations(
            job.annotations, sample_annotations(annotated, SAMPLE / "passes", job.scheme)
        )
    return job


def test_the_session_prints_what_the_page_shows(demo: Job) -> None:
    sessions = re.findall(r"^    \$ pressmark (.*)\n((?:    .*\n)+)", PAGE, re.MULTILINE)
    assert len(sessions) == 2
    for command, shown in sessions:
        ran = pressmark(*shlex.split(command), at=demo.folder.parent, PYTHONPATH=str(Path.cwd()))
        assert ran.code == 0
        assert ran.out.splitlines() == [line[4:].rstrip() for line in shown.splitlines()]
        assert max(map(len, ran.out.splitlines())) <= 80


def test_a_machine_is_told_the_same_and_a_dry_run_writes_nothing(demo: Job) -> None:
    before = {path.name: path.read_bytes() for path in demo.folder.glob("*.jsonl")}
    ran = pressmark("settle", "--dry-run", "--json", at=demo.folder, PYTHONPATH=str(Path.cwd()))
    assert ran.code == 0
    told = json.loads(ran.out)
    assert told["settled"] + told["disputed"] == 30
    assert told["audit"]["rate"]["value"] is None
    assert {path.name: path.read_bytes() for path in demo.folder.glob("*.jsonl")} == before


def test_the_settings_of_the_page_are_the_defaults() -> None:
    [block] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert SettlingSection(**yaml.safe_load(block)["settling"]) == SettlingSection()


def test_a_threshold_below_a_half_is_refused(demo: Job) -> None:
    ran = pressmark(
        "settle", "--set", "settling.threshold=0.4", at=demo.folder, PYTHONPATH=str(Path.cwd())
    )
    assert ran.code == 2
    assert "threshold" in ran.err


def test_the_page_names_every_field_and_sort() -> None:
    files = PAGE.partition("## Files")[2]
    for name in (*Decision.__dataclass_fields__, *Dispute.__dataclass_fields__):
        assert f"`{name}`" in files, name
    for sort in SORTS:
        assert sort in files
