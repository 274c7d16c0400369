"""docs/scoring-files.md: what the page shows is what the command prints."""

from __future__ import annotations

import re
from pathlib import Path

from tests.test_command import pressmark

PAGE = Path(__file__).parents[3] / "docs/scoring-files.md"
#: The files whose faults the page tells of; those it shows are made as shown.
FAULTY = {
    "far.labels": "444\tDoubt\t0\t9\n",
    "bad.labels": "444\tDoubt\t0\t9\n222\tDoubt\t99\t90\n222\tDoubt\tx\t7\n222\tDoubt\n",
}


def sessions() -> list[tuple[str, str]]:
    """Every command of the page and what stands beneath it."""
    blocks = re.findall(r"(?:^(?: {4}.*)?\n)+", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    shown = "".join(re.sub(r"^ {4}", "", block, flags=re.MULTILINE) for block in blocks)
    return re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", shown, re.MULTILINE)


def plain(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def test_the_pages_commands_print_what_it_shows(tmp_path: Path) -> None:
    for name, text in FAULTY.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    ran = 0
    for command, shown in sessions():
        program, *words = command.split()
        if program == "cat":
            (tmp_path / words[0]).write_text(shown, encoding="utf-8")
            continue
        told = pressmark(*words, at=tmp_path, COLUMNS="80")
        assert plain(told.out or told.err) == plain(shown)
        assert all(len(line) <= 80 for line in told.out.splitlines())
        ran += 1
    assert ran == 3
