"""docs/importing.md: its session runs as shown, its example of a mapping is ours."""

from __future__ import annotations

import shlex
from pathlib import Path

import yaml

from corpus.resources import CONFIGS
from tests.corpus.imports.made import ptc, row
from tests.test_command import pressmark

PAGE = (CONFIGS.parent / "docs/importing.md").read_text(encoding="utf-8")


def session() -> list[tuple[list[str], list[str]]]:
    """Each command of the page with the lines shown under it."""
    found: list[tuple[list[str], list[str]]] = []
    for line in PAGE.splitlines():
        if line.startswith("    $ pressmark "):
            found.append((shlex.split(line)[2:], []))
        elif found and line.startswith("    "):
            found[-1][1].append(line[4:])
        elif "## What you get" in line:
            break
    return found


def test_the_session_runs_as_it_is_shown(tmp_path: Path) -> None:
    labels = row("111", "Loaded_Language", "cowardly") + row("111", "Doubt", "met")
    ptc(tmp_path / "ptc", labels + "111\tDoubt\t3\t9000\n")
    commands = session()
    assert len(commands) == 4
    for words, shown in commands:
        ran = pressmark(*words, at=tmp_path, PYTHONPATH=str(CONFIGS.parent))
        told = [line for line in ran.err.splitlines() if "quarantined" in line]
        printed = ran.out.splitlines() + told
        assert [line.replace(f"{tmp_path}/", "") for line in printed] == shown


def test_the_example_of_a_mapping_is_the_shipped_one() -> None:
    lines = PAGE[PAGE.index("    from: corpora/basil") :].split("\n\n")[0]
    example = yaml.safe_load(lines)
    shipped = yaml.safe_load((CONFIGS / "mappings/basil.yaml").read_text(encoding="utf-8"))
    assert example["rules"][0] == shipped["rules"][0]
    del shipped["rules"][1]["attributes"]
    assert example["rules"][1] == shipped["rules"][1]


def test_every_shipped_corpus_is_described() -> None:
    for path in (CONFIGS / "corpora").glob("*.yaml"):
        assert PAGE.count(path.stem) >= 2
