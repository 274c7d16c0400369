"""What the page on pre-labels shows is what happens."""

import re
import shlex
from pathlib import Path

from corpus.prelabels.lexicon import parse_lexicon
from corpus.scheme import read_scheme
from tests.corpus.prelabels.campaign import annotated, made
from tests.test_command import pressmark

PAGE = Path(__file__).parents[3] / "docs" / "prelabels.md"


def told(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def session(command: str) -> list[str]:
    """The lines that the page shows under a command."""
    text = PAGE.read_text(encoding="utf-8")
    shown = re.search(rf"^    \$ {re.escape(command)}\n((?:    .*\n|\n)*)", text, re.MULTILINE)
    assert shown
    return told(shown[1])


def test_the_sessions_of_the_page_run_as_it_shows_them(tmp_path: Path) -> None:
    job = made(tmp_path / "mine")
    commands = re.findall(r"^    \$ pressmark (.*)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert commands == ["prelabel -C mine", "effects -C mine"]
    ran = pressmark(*shlex.split(commands[0]), at=tmp_path, PYTHONPATH=str(PAGE.parents[1]))
    found = re.sub(r"run \S+?-starter", "run 2026-10-05T09-00-00-starter", ran.out)
    assert told(found) == session(f"pressmark {commands[0]}")
    job.predictions.rename(tmp_path / "away")
    annotated(job)
    before = {path: path.read_bytes() for path in job.folder.glob("*.jsonl")}
    ran = pressmark(*shlex.split(commands[1]), at=tmp_path, PYTHONPATH=str(PAGE.parents[1]))
    assert told(ran.out) == session(f"pressmark {commands[1]}")
    assert {path: path.read_bytes() for path in job.folder.glob("*.jsonl")} == before


def test_the_lexicon_of_the_page_is_one() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = re.search(r"^    name: mine\n((?:    .*\n)*)", text, re.MULTILINE)
    assert shown
    source = re.sub(r"^    ", "", shown[0], flags=re.MULTILINE)
    assert len(list(parse_lexicon(source, read_scheme("scheme")).numbered())) == 2
