"""The commands as a person types them, and every command that docs/releasing.md shows."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.init import init_demo
from corpus.job import open_job
from corpus.reading.ingest import ingest
from corpus.resources import SAMPLE
from corpus.sample import sample_annotations
from corpus.store import append_annotations, read_articles
from corpus.yamlfile import ConfigError

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/releasing.md").read_text(encoding="utf-8")


def run(words: str, at: Path) -> subprocess.CompletedProcess[str]:
    program = shlex.split(words)
    if program[0] == "pressmark":
        program = [sys.executable, "-m", *program]
    done = subprocess.run(
        program,
        cwd=at,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's job in it, annotated by the rehearsed annotators."""
    folder = tmp_path_factory.mktemp("place")
    init_demo(folder / "pressmark-demo")
    job = open_job(folder / "pressmark-demo")
    ingest(job)
    job.keep_scheme()
    said = sample_annotations(read_articles(job), SAMPLE / "passes", job.scheme)
    append_annotations(job.annotations, said)
    return folder


def test_every_command_the_page_shows_prints_what_it_says(place: Path) -> None:
    sessions = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    shown = [part for part in re.split(r"^\$ ", "".join(sessions), flags=re.MULTILINE) if part]
    assert len(shown) >= 6
    for part in shown:
        command, _, printed = part.partition("\n")
        done = run(command, place)
        assert done.returncode in (0, 1), (command, done.stderr)
        told = done.stdout + "".join(
            line + "\n" for line in done.stderr.splitlines() if line.startswith("pressmark:")
        )
        told = told.replace(f"{place.resolve()}/", "")
        # how many blocks the sample's pages have is for the rules to better
        assert re.sub(r"\d+ typed", "N typed", told) == re.sub(r"\d+ typed", "N typed", printed)


def test_a_release_without_its_section_is_exit_2_in_one_line(tmp_path: Path) -> None:
    run("pressmark init mine", tmp_path)
    done = run("pressmark publish -C mine", tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("whom to write to")
    assert not (tmp_path / "mine/releases").exists()


def test_a_version_that_is_no_version_is_told_with_its_line(tmp_path: Path) -> None:
    run("pressmark init mine", tmp_path)
    path = tmp_path / "mine/pressmark.yaml"
    path.write_text('scheme: scheme\nrelease:\n  version: "../../up"\n  nmae: x\n')
    done = run("pressmark publish -C mine", tmp_path)
    assert done.returncode == 2
    assert "pressmark.yaml:3: release.version" in done.stderr
    assert "did you mean 'name'?" in done.stderr


def test_what_is_missing_is_exit_1_with_counts(place: Path, tmp_path: Path) -> None:
    run("pressmark publish -C pressmark-demo --set release.version=7.0.0", place)
    release = place / "pressmark-demo/releases/port-ansel-7.0.0"
    few = SAMPLE / "pages/wire"
    done = run(f"pressmark rehydrate {release} --from {few} --to back", tmp_path)
    assert done.returncode == 1
    assert re.search(r"3\d articles missing, 0 refused, 0 spans not placed", done.stderr)


def test_a_version_that_yaml_takes_for_a_number_is_told_to_be_quoted(tmp_path: Path) -> None:
    (tmp_path / "pressmark.yaml").write_text("release: {version: 1.1}\n")
    with pytest.raises(ConfigError, match=r"release.version: .*write it in quotes, '1.1'"):
        open_job(tmp_path)
