"""What the pages on versions and on status show is what happens."""

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

from annotation import studio
from annotation.rehearse import rehearse
from corpus.assignments import read_assignments
from corpus.init import SAMPLE, init_demo
from corpus.job import open_job
from corpus.sample import sample_annotations
from corpus.store import read_articles
from tests.test_command import Ran, pressmark

DOCS = Path(__file__).parents[2] / "docs"
CAMPAIGN = """\
people:
  ana: {}
  ben: {}
campaign: {per_article: 2, weekly: 6, control: 0, repeat: 0, prelabels: {exposure: 0}}
"""
REWORDED = ("A plea by which the page asks", "A plea, and no mere notice, by which the page asks")


def job_in(mine: Path) -> None:
    """The sample's job as a campaign of two, its scheme a file of its own."""
    init_demo(mine)
    text = (mine / "pressmark.yaml").read_text("utf-8").partition("people:")[0]
    text = text.replace("scheme: scheme", "scheme: mine.yaml")
    (mine / "pressmark.yaml").write_text(text + CAMPAIGN, "utf-8")
    shipped = (DOCS.parent / "configs/scheme.yaml").read_text("utf-8")
    (mine / "mine.yaml").write_text(shipped, "utf-8")


def work_of_the_first_week(mine: Path) -> None:
    """Everybody does what they were given; ben skips the last."""
    job = open_job(mine)
    given = {(row.annotator, row.article) for row in read_assignments(job.assignments)}
    said = sample_annotations(read_articles(job), SAMPLE / "passes", job.scheme)
    *done, last = [a for a in said if (a.author, a.article) in given]
    rehearse(job, [*done, replace(last, status="skipped", spans=())])


def shown(page: str) -> list[tuple[str, list[str]]]:
    """The page's commands, each with the lines under it."""
    blocks = re.findall(
        r"^    \$ pressmark (.*)\n((?:    .*\n|\n(?=    [^$]))*)", page, re.MULTILINE
    )
    return [
        (command, [line.strip() for line in under.splitlines() if line.strip()])
        for command, under in blocks
    ]


def ran(words: str, at: Path) -> Ran:
    return pressmark(*shlex.split(words), at=at, COLUMNS="80")


def test_the_sessions_of_both_pages_are_what_happens(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    job_in(mine)
    versions = shown((DOCS / "versions.md").read_text("utf-8"))
    screen, as_json = shown((DOCS / "status.md").read_text("utf-8"))
    assert len(versions) == 7
    assert ran("ingest -C mine", tmp_path).code == 0
    assert ran("studio start -C mine", tmp_path).code == 0
    try:
        assert ran("assign -C mine", tmp_path).code == 0
        assert ran("push -C mine", tmp_path).code == 0
        work_of_the_first_week(mine)
        assert ran("pull -C mine", tmp_path).code == 0
        found = ran(screen[0], tmp_path)
        assert max(map(len, found.out.splitlines())) <= 80
        for line in screen[1]:
            assert line.rstrip("…").strip() in found.out, found.out
        told = json.loads(ran(as_json[0], tmp_path).out)
        for row in re.findall(
            r"^\| (`.*?) \|", (DOCS / "status.md").read_text("utf-8"), re.MULTILINE
        ):
            for key in re.findall(r"`([a-z]+)`", row):
                assert key in told, key
        text = (mine / "mine.yaml").read_text("utf-8")
        assert REWORDED[0] in text
        (mine / "mine.yaml").write_text(text.replace(*REWORDED), "utf-8")
        for command, lines in versions:
            done = ran(command, tmp_path)
            for line in lines:
                assert line in done.out + done.err, (command, done.out, done.err)
    finally:
        studio.stop(open_job(mine))
