"""evaluate --gold --predictions as a person types it, without a job and without torch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_command import pressmark


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    file = tmp_path / "gold.labels"
    file.write_text("1\tDoubt\t0\t10\n1\tSlogans\t20\t30\n")
    return file


def test_two_files_are_scored_without_a_job(gold: Path, tmp_path: Path) -> None:
    ran = pressmark("evaluate", "--gold", gold, "--predictions", gold, at=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[:2] for line in ran.out.splitlines()[4:8]] == [
        ["SI", "2/2"],
        ["FLC", "2/2"],
        ["Doubt", "1/1"],
        ["Slogans", "1/1"],
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["gold.labels"]


def test_a_machine_gets_every_figure(gold: Path) -> None:
    ran = pressmark("evaluate", "--gold", gold, "--predictions", gold, "--json")
    found = json.loads(ran.out)
    assert found["articles"] == 1
    assert [(s["measure"], s["label"], s["f1"]["value"]) for s in found["scores"]] == [
        ("SI", "", 1),
        ("FLC", "", 1),
        ("FLC", "Doubt", 1),
        ("FLC", "Slogans", 1),
    ]


def test_one_file_alone_is_refused(gold: Path) -> None:
    for words in (["--gold", gold], ["--predictions", gold], ["--articles", gold.parent]):
        ran = pressmark("evaluate", *words)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == (
            "pressmark: --gold FILE and --predictions FILE come together; give both\n"
        )


def test_a_malformed_file_is_a_line_with_its_place(gold: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.tsv"
    bad.write_text("1\tDoubt\t0\t10\n1\tDoubt\t10\t4\n")
    ran = pressmark("evaluate", "--gold", gold, "--predictions", bad)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"pressmark: {bad}:2: start 10 is not before end 4\n"


def test_the_folder_of_articles_makes_spans_elsewhere_wrong(gold: Path, tmp_path: Path) -> None:
    for id_ in "12":
        (tmp_path / f"article{id_}.txt").write_text("Maar slams dockers. 😀\n" * 3)
    mine = tmp_path / "mine.labels"
    mine.write_text(gold.read_text() + "2\tDoubt\t0\t4\n")
    assert pressmark("evaluate", "--gold", gold, "--predictions", mine).code == 2
    ran = pressmark("evaluate", "--gold", gold, "--predictions", mine, "--articles", tmp_path)
    assert ran.code == 0
    assert "2 articles" in ran.out
    assert ".667" in ran.out


def test_neither_torch_nor_transformers_is_loaded(gold: Path) -> None:
    words = ["pressmark", "evaluate", "--gold", str(gold), "--predictions", str(gold)]
    script = (
        f"import sys, pressmark\nsys.argv = {words!r}\npressmark.app(standalone_mode=False)\n"
        "assert not {'torch', 'transformers', 'sklearn'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
