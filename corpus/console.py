"""What every command shares: its options, the job's lock, progress, answers and exit codes."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from corpus.job import Job
    from corpus.progress import Progress

Folder = Annotated[Path, typer.Option("--job", "-C", help="The job's folder.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="A one-off setting: training.epochs=5."),
]
Json = Annotated[bool, typer.Option("--json", help="Print a machine's answer.")]
HERE = Path()


@contextlib.contextmanager
def work(name: str, folder: Path, settings: list[str] | None) -> Iterator[tuple[Job, Progress]]:
    """Open the job, hold its lock for the command `name`, and show how far the work is."""
    from corpus.job import open_job

    job = open_job(folder, settings or ())
    job.scheme  # noqa: B018  # a scheme that is wrong is told before anything is written
    with job.locked(name), bars() as progress:
        yield job, progress


@contextlib.contextmanager
def bars() -> Iterator[Progress]:
    """Show progress on standard error: bars in a terminal, lines elsewhere (see `_lines`)."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn()
    shown = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True))
    tasks: dict[str, Any] = {}

    def progress(what: str, done: int, total: int) -> None:
        if not tasks:
            shown.start()
        if what not in tasks:
            tasks[what] = shown.add_task(what, total=None)
        shown.update(tasks[what], completed=done, total=total or None)
        if total and done >= total:
            shown.stop_task(tasks[what])

    try:
        yield progress
    finally:
        if tasks:
            shown.stop()


#: Seconds after which a log is told how far slow work is, quarter or not.
PATIENCE = 60


def _lines() -> Progress:
    """Tell of each step when it begins, at every quarter of it and each minute, for a log."""
    told: dict[str, tuple[int, float]] = {}

    def progress(what: str, done: int, total: int) -> None:
        now, quarter = time.monotonic(), 4 * done // total if total else 0
        before, when = told.get(what, (-1, now))
        if before < quarter or now - when >= PATIENCE:
            told[what] = quarter, now
            print(f"{what}: {done}/{total}" if total else what, file=sys.stderr, flush=True)

    return progress


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


def answer(result: object, as_json: bool, told: str) -> None:
    """Print what a person or (`--json`) a machine wants to know."""
    if as_json:
        print(json.dumps(result, default=_plain, ensure_ascii=False))
    else:
        print(told)


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


def quarantined(job: Job, count: int) -> None:
    """Say what could not be used, and end with exit code 1 if there was any."""
    if count:
        print(f"pressmark: {count} quarantined, see {job.quarantine}", file=sys.stderr)
        raise typer.Exit(1)
