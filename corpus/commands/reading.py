"""Commands that bring pages in: init, ingest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, quarantined, work

app = typer.Typer()


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="A new job's folder.")]) -> None:
    """Make a job: a folder with a commented pressmark.yaml."""
    from corpus.init import init as make

    print(f"made {make(folder)}\nput pages into {folder}/pages, then: pressmark ingest -C {folder}")


@app.command()
def ingest(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """Read the pages that pressmark.yaml names into articles."""
    from corpus.ingest import ingest as run

    with work("ingest", job, settings) as (opened, progress):
        result = run(opened, progress)
    told = f"{result.new} new articles, {result.versions} new versions, {result.same} known"
    if result.retyped:
        told += f", {result.retyped} of them with blocks typed anew"
    answer(result, as_json, told)
    quarantined(opened, result.quarantined)
