"""What the page on campaigns shows is what happens."""

import re
import shlex
from pathlib import Path

from annotation import studio
from annotation.rehearse import rehearse
from corpus.assignments import read_assignments
from corpus.init import init_demo
from corpus.job import open_job
from corpus.records import Annotation
from tests.test_command import pressmark

DOCS = Path(__file__).parents[2] / "docs"
SECTION = "people:\n{people}campaign:\n  weekly: 4\n  control: 0.1\n  prelabels: {{exposure: 0}}\n"
FOUR = "  ana: {}\n  ben: {}\n  cleo: {capacity: 0.5}\n  fay: {}\n"


def staffed(folder: Path, people: str) -> None:
    text = folder.joinpath("pressmark.yaml").read_text(encoding="utf-8").partition("people:")[0]
    folder.joinpath("pressmark.yaml").write_text(text + SECTION.format(people=people))


def work_of_the_first_week(folder: Path) -> None:
    """Everybody finishes, but fay, who does one article."""
    job = open_job(folder)
    rows = read_assignments(job.assignments)
    fays = [row for row in rows if row.annotator == "fay"]
    done = [row for row in rows if row not in fays[1:]]
    said = [
        Annotation(
            f"{row.annotator}:{row.article}",
            row.article,
            row.sha256,
            row.annotator,
            role="human",
            scheme=job.scheme.hash,
        )
        for row in done
    ]
    rehearse(job, said)


def plain(text: str) -> str:
    """Without what differs from run to run: ports, the random part of an address, folders."""
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", text)
    return re.sub(r"-[0-9a-f]{6}@", "@", text)


def test_the_session_of_the_page_is_what_happens(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    init_demo(mine)
    staffed(mine, FOUR)
    session = (DOCS / "campaign.md").read_text(encoding="utf-8")
    session = session.partition("## A session")[2].partition("\n## ")[0]
    parts = re.split(r"^    \$ pressmark ", session, flags=re.MULTILINE)[1:]
    assert len(parts) == 9
    assert pressmark("ingest", "-C", "mine", at=tmp_path).code == 0
    assert pressmark("studio", "start", "-C", "mine", at=tmp_path).code == 0
    try:
        for part in parts:
            command, _, shown = part.partition("\n")
            if command.startswith("pull"):
                work_of_the_first_week(mine)
                staffed(
                    mine,
                    FOUR.replace("fay: {}", "fay: {until: 2026-10-11}\n  gus: {since: 2026-10-12}"),
                )
            ran = pressmark(*shlex.split(command), at=tmp_path)
            # an annotation without answers is worth a look, and no fault
            assert ran.code == 0, ran.err
            told = plain(ran.out).replace(str(tmp_path) + "/", "")
            for line in re.findall(r"^    (\S.*)$", plain(shown), re.MULTILINE):
                if line != "…" and not line.startswith(("fay: {until", "gus: {since")):
                    assert line in told, (command, told)
    finally:
        studio.stop(open_job(mine))
