"""What the pages on looking and on correcting blocks show is what happens."""

import re
import shlex
from pathlib import Path

import pytest

from annotation import studio
from corpus.init import init
from corpus.job import open_job
from tests.test_command import pressmark

DOCS = Path(__file__).parents[2] / "docs"


def commands(page: str) -> list[list[str]]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return [
        shlex.split(line) for line in re.findall(r"^    \$ pressmark (.*)$", text, re.MULTILINE)
    ]


@pytest.fixture
def at(tmp_path: Path) -> Path:
    init(tmp_path / "mine")
    (tmp_path / "mine/pages/strike.txt").write_text(
        "Maar slams “greedy” dockers\n\nBy Ann Lee\n\nThe strike at Port Ansel goes on, the port"
        " said on Tuesday.\n\nRead more: Ferry to Renn closes\n",
        encoding="utf-8",
    )
    return tmp_path


def run(words: list[str], at: Path) -> str:
    ran = pressmark(*words, at=at, PYTHONPATH=str(DOCS.parent))
    return ran.out + ran.err


def test_looking_shows_what_the_page_on_it_shows(at: Path) -> None:
    run(["ingest", "-C", "mine"], at)
    text = (DOCS / "looking.md").read_text(encoding="utf-8")
    told = "".join(run(words, at) for words in commands("looking.md"))
    session = re.findall(r"^    (?!\$|\s)(\S.*)$", text.partition("Where people")[0], re.MULTILINE)
    assert len(session) >= 9
    for line in session:
        assert line in told, line
    assert "no article 'strkie'; did you mean 'strike'?" in told
    assert '"publishers"' in told


def test_correcting_blocks_runs_as_the_page_on_it_says(at: Path) -> None:
    try:
        for words in commands("correcting-blocks.md"):
            ran = pressmark(*words, at=at, PYTHONPATH=str(DOCS.parent))
            assert ran.code == 0, (words, ran.err)
        assert len(commands("correcting-blocks.md")) == 4
    finally:
        studio.stop(open_job(at / "mine"))
