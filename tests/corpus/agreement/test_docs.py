"""What the page on agreement shows is what happens."""

import json
import re
import shlex
from pathlib import Path

import pytest

from corpus.init import init_demo
from corpus.job import open_job
from corpus.reading.ingest import ingest
from corpus.resources import SAMPLE
from corpus.sample import sample_annotations
from corpus.store import append_annotations, read_articles
from tests.test_command import pressmark

PAGE = (Path(__file__).parents[3] / "docs/agreement.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's job as its annotators left it."""
    folder = tmp_path_factory.mktemp("docs")
    init_demo(folder / "pressmark-demo")
    job = open_job(folder / "pressmark-demo")
    with job.locked("test"):
        ingest(job)
        articles = read_articles(job)
        annotated = articles[: -(len(articles) // 6)]
        job.keep_scheme()
        said = sample_annotations(annotated, SAMPLE / "passes", job.scheme)
        append_annotations(job.annotations, said)
    return folder


def told(line: str) -> str:
    return " ".join(line.split())


def test_agree_prints_what_the_page_shows(at: Path) -> None:
    (command,) = re.findall(r"^    \$ pressmark (.*)$", PAGE, re.MULTILINE)
    ran = pressmark(*shlex.split(command), at=at, COLUMNS="80", PYTHONPATH=str(Path.cwd()))
    assert ran.code == 0
    printed = {told(line) for line in ran.out.splitlines()}
    session = [told(line) for line in re.findall(r"^    ([^$\n].*)$", PAGE, re.MULTILINE)]
    assert len(session) >= 30
    assert [line for line in session if line and line not in printed] == []


def test_the_options_of_the_page_are_understood(at: Path) -> None:
    ran = pressmark(
        "agree", "-C", "pressmark-demo", "--set", "agreement.samples=20", "--json",
        at=at, PYTHONPATH=str(Path.cwd()),
    )  # fmt: skip
    assert ran.code == 0
    found = json.loads(ran.out)
    assert found["measured"]["samples"] == 20
    shape = PAGE.partition("## agreement.json")[2]
    keys = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", shape, re.MULTILINE)
    named = {name for key in keys for name in re.findall(r"`(\w+)`", key)}
    assert named == set(found)


def test_no_address_of_anybody_is_written(at: Path) -> None:
    ran = pressmark("agree", "-C", "pressmark-demo", at=at, PYTHONPATH=str(Path.cwd()))
    assert ran.code == 0
    job = at / "pressmark-demo"
    for path in (job / "agreement.json", job / "report/agreement.html"):
        assert not re.search(r"[\w.]+@[\w.]+\.\w+", path.read_text(encoding="utf-8"))
