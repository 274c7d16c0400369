"""docs/splits.md: what the page shows is what the commands print."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from corpus.job import open_job
from corpus.resources import SAMPLE
from corpus.sample import sample_annotations
from corpus.store import append_annotations, read_articles

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/splits.md"
RUN = re.compile(r"\d{8}T\d{6}Z")


def sessions() -> list[str]:
    return re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def shown(command: str, at: Path) -> str:
    """What a terminal shows of `command`, without progress; paths below the job are its own."""
    line = command.replace("pressmark ", f"{sys.executable} -m pressmark ", 1)
    done = subprocess.run(
        line if command.startswith("pressmark") else command,
        shell=True,
        cwd=at,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    told = done.stdout + "".join(
        f"{line}\n" for line in done.stderr.splitlines() if line.startswith("pressmark: ")
    )
    return RUN.sub("20261124T150000Z", told.replace(f"{at}/", ""))


def job_with_one_annotated_article(at: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (at / "pressmark.yaml").write_text(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0])
    shutil.copytree(SAMPLE / "pages", at / "pages")
    shown("pressmark ingest", at)
    job = open_job(at)
    passes = at / "passes" / job.scheme.name
    passes.mkdir(parents=True)
    shutil.copy(SAMPLE / "passes" / job.scheme.name / "ledger/grimmel-pit.yaml", passes)
    job.keep_scheme()
    found = sample_annotations(read_articles(job), passes.parent, job.scheme)
    append_annotations(job.annotations, found)
    shutil.rmtree(job.articles)


def session(at: Path) -> list[str]:
    """The page's sessions as they run now."""
    job_with_one_annotated_article(at)
    ran = []
    for old in sessions():
        commands = re.findall(r"^\$ (.*)$", old, re.MULTILINE)
        ran.append("".join(f"$ {command}\n{shown(command, at)}" for command in commands))
    return ran


def test_the_pages_sessions_are_what_the_commands_print(tmp_path: Path) -> None:
    assert session(tmp_path) == sessions()


if __name__ == "__main__":  # writes the sessions into the page
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        new = iter(session(Path(folder).resolve()))
    page = PAGE.read_text(encoding="utf-8")
    page = re.sub(
        r"```console\n.*?```", lambda _: f"```console\n{next(new)}```", page, flags=re.DOTALL
    )
    PAGE.write_text(page, encoding="utf-8")
