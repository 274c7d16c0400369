"""Commands that bring pages in: init, ingest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, quarantined, work

if TYPE_CHECKING:
    from corpus.reading.ingest import Ingested

app = typer.Typer()


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="A new job's folder.")]) -> None:
    """Make a job: a folder with a commented pressmark.yaml."""
    from corpus.init import init as make

    print(f"made {make(folder)}\nput pages into {folder}/pages, then: pressmark ingest -C {folder}")


def _left_out(result: Ingested) -> Iterator[str]:
    """What was left out and why, counted."""
    if result.passed:
        told = ", ".join(f"{count} {reason}" for reason, count in result.passed.items())
        yield f"passed over, no pages: {told}"
    if result.quarantined:
        yield f"left out: {result.quarantined}"
        yield from (f"{count:>7}  {reason}" for reason, count in result.reasons.items())


@app.command()
def ingest(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """Read the pages that pressmark.yaml names into articles."""
    from corpus.reading.ingest import ingest as run

    with work("ingest", job, settings) as (opened, progress):
        result = run(opened, progress)
    told = f"{result.new} new articles, {result.versions} new versions, {result.same} known"
    if result.retyped:
        told += f", {result.retyped} of them with blocks typed anew"
    answer(result, as_json, "\n".join([told, *_left_out(result)]))
    quarantined(opened, result.quarantined)


@app.command()
def fetch(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """Fetch the addresses that pressmark.yaml lists, as their sites allow; ingest reads them."""
    from corpus.reading.fetched import fetch as run

    with work("fetch", job, settings) as (opened, progress):
        result = run(opened, progress)
    told = [f"{result.new} pages fetched, {result.same} were there"]
    if result.refused:
        told.append(f"not fetched: {result.refused}")
        told += [f"{count:>7}  {reason}" for reason, count in result.reasons.items()]
    answer(result, as_json, "\n".join(told))
    quarantined(opened, result.refused)
