"""The command as a person types it: what it prints, and with which exit code."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.init import init
from corpus.job import open_job
from corpus.store import read_articles


def pressmark(*words: str | Path, at: Path | None = None, **environment: str) -> "Ran":
    done = subprocess.run(
        [sys.executable, "-m", "pressmark", *map(str, words)],
        cwd=at,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        assert "Traceback" not in err, err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    init(tmp_path / "mine")
    (tmp_path / "mine/pages/one.txt").write_text(
        "Maar slams dockers 😀\n\nBy Ann Lee\n\nThe strike goes on, the port said.\n"
    )
    return tmp_path / "mine"


#: The command where `pip install 'pressmark[train]'` was never run.
BARE = """
import sys
names = "accelerate cleanlab optuna peft scipy sklearn torch transformers"
sys.modules |= dict.fromkeys(names.split())
from pressmark import main
main()
"""


@pytest.mark.parametrize(
    "command",
    ["train", "predict", "evaluate", "curve", "label-errors", "export-model --to x", "upload a/b"],
)
def test_what_needs_torch_says_how_to_get_it(folder: Path, command: str) -> None:
    given = [sys.executable, "-c", BARE, *command.split(), "-C", str(folder)]
    environment = {**os.environ, "HF_TOKEN": "hf_0"}
    done = subprocess.run(given, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(
        r"pressmark: this needs \w+; install it with: pip install 'pressmark\[train\]'\n",
        done.stderr,
    )


def test_help_names_every_command() -> None:
    ran = pressmark("--help")
    assert ran.code == 0
    for command in ("demo", "init", "doctor", "ingest", "studio", "push", "pull", "train"):
        assert f"  {command} " in ran.out


def test_a_word_that_is_no_command_is_answered_with_exit_2() -> None:
    ran = pressmark("ingets")
    assert ran.code == 2
    assert "ingets" in ran.err


def test_ingest_tells_what_is_new_and_the_second_time_that_it_is_known(folder: Path) -> None:
    ran = pressmark("ingest", "-C", folder)
    assert (ran.code, ran.out) == (0, "1 new articles, 0 new versions, 0 known\n")
    ran = pressmark("ingest", "-C", folder)
    assert (ran.code, ran.out) == (0, "0 new articles, 0 new versions, 1 known\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_a_line_that_says_what_to_do(folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "pressmark", "stats", "-C", str(folder)]
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr == "pressmark: a file: the disk is full; free some, then run it again\n"


def test_a_machine_is_answered_in_json(folder: Path) -> None:
    ran = pressmark("ingest", "-C", folder, "--json")
    counts = {"new": 1, "versions": 0, "same": 0, "quarantined": 0, "retyped": 0}
    counts |= {"reasons": {}, "passed": {}}
    assert json.loads(ran.out) == counts


def test_what_cannot_be_read_is_counted_and_the_rest_is_read(folder: Path) -> None:
    (folder / "pages/empty.txt").write_text("")
    ran = pressmark("ingest", "-C", folder)
    assert ran.code == 1
    assert f"1 quarantined, see {folder / 'quarantine.jsonl'}" in ran.err
    assert len(read_articles(open_job(folder))) == 1


def test_a_misspelt_job_file_is_exit_2_a_line_a_problem_and_nothing_written(folder: Path) -> None:
    path = folder / "pressmark.yaml"
    path.write_text("shceme: scheme\nsources: [{path: pages, langauge: en}]\n")
    before = sorted(folder.rglob("*"))
    ran = pressmark("ingest", "-C", folder)
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 2
    assert "did you mean 'scheme'?" in ran.err
    assert "did you mean 'language'?" in ran.err
    assert sorted(folder.rglob("*")) == before


def test_a_scheme_with_a_doubled_hotkey_is_exit_2(folder: Path) -> None:
    from tests.speech import SCHEME

    (folder / "mine.yaml").write_text(SCHEME.replace('hotkey: "2"', 'hotkey: "1"'))
    (folder / "pressmark.yaml").write_text("scheme: mine.yaml\nsources: [{path: pages}]\n")
    ran = pressmark("push", "-C", folder)
    assert ran.code == 2
    assert "the hotkey '1' stands twice" in ran.err


def test_a_locked_job_is_exit_2_and_says_who_holds_it(folder: Path) -> None:
    with open_job(folder).locked("push"):
        ran = pressmark("ingest", "-C", folder)
    assert ran.code == 2
    assert f"held by 'pressmark push' (pid {os.getpid()}" in ran.err


def test_a_csv_without_the_mapped_column_is_exit_2_and_nothing_is_written(folder: Path) -> None:
    (folder / "pages/rows.csv").write_text("id,boddy\n1,Some text\n")
    (folder / "pressmark.yaml").write_text(
        "sources: [{path: pages/rows.csv, columns: {text: body, id: id}}]\n"
    )
    ran = pressmark("ingest", "-C", folder)
    assert ran.code == 2
    assert "rows.csv" in ran.err
    assert "'body'" in ran.err
    assert "boddy" in ran.err
    assert not (folder / "articles").exists()


@pytest.mark.parametrize("command", ["push", "pull"])
def test_no_label_studio_is_exit_3_and_says_how_to_start_one(folder: Path, command: str) -> None:
    pressmark("ingest", "-C", folder)
    ran = pressmark(command, "-C", folder)
    assert ran.code == 3
    assert "pressmark studio start" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["push", "pull"])
def test_a_server_that_is_not_there_is_exit_3(folder: Path, command: str) -> None:
    pressmark("ingest", "-C", folder)
    ran = pressmark(
        command,
        "-C",
        folder,
        "--set",
        "studio.url=http://127.0.0.1:9",
        LABEL_STUDIO_API_KEY="f" * 40,
    )
    assert ran.code == 3
    assert "http://127.0.0.1:9" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["train", "evaluate", "predict"])
def test_training_on_nothing_is_exit_2_and_says_what_comes_first(
    folder: Path, command: str
) -> None:
    pressmark("ingest", "-C", folder)
    ran = pressmark(command, "-C", folder)
    assert ran.code == 2
    assert "run 'pressmark " in ran.err
    assert len(ran.err.splitlines()) == 1


def test_the_doctor_says_what_there_is(folder: Path) -> None:
    ran = pressmark("doctor", "-C", folder)
    assert ran.code == 0
    for what in ("python", "torch", "job", "scheme", "Label Studio"):
        assert what in ran.out


@pytest.mark.parametrize("command", ["push", "pull"])
def test_a_layer_that_is_none_is_exit_2_with_those_there_are(folder: Path, command: str) -> None:
    pressmark("ingest", "-C", folder)
    ran = pressmark(command, "--layer", "block", "-C", folder)
    assert ran.code == 2
    assert "'block' is no layer; there are: spans, blocks" in ran.err
