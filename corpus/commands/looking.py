"""Commands that look at what there is: show, stats."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings

if TYPE_CHECKING:
    from corpus.job import Job

app = typer.Typer()


@app.command()
def show(  # noqa: PLR0917  # typer reads a command's options from its parameters
    article: Annotated[str, typer.Argument(help="The article's id, or how it begins.")],
    annotator: Annotated[
        list[str] | None, typer.Option(help="Only this one's annotations; may be repeated.")
    ] = None,
    run: Annotated[str | None, typer.Option(help="Predictions to show beside them.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Only blocks of this kind; may be repeated.")
    ] = None,
    version: Annotated[
        str, typer.Option(help="How the sha256 of an older version of the text begins.")
    ] = "",
    width: Annotated[int | None, typer.Option(min=40, help="Columns; else the terminal's.")] = None,
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Show an article: its words, what each part is, and who marked what."""
    from corpus.looking.show import show as find

    opened = _opened(job, settings)
    shown = find(
        opened, article, annotators=annotator or (), run=run, kinds=kind or (), version=version
    )
    if as_json:
        from corpus.dataset import annotation_row, article_row

        rows = [annotation_row(annotation) for annotation in shown.annotations]
        told = {"article": article_row(shown.article), "annotations": rows}
        told |= {"elsewhere": shown.elsewhere, "split": shown.use, "runs": shown.runs}
        # pure ASCII: what a page holds could steer the terminal
        print(json.dumps(told))
        return
    from rich.console import Console

    from corpus.looking.page import page

    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    columns = width or shutil.get_terminal_size().columns
    console = Console(width=max(columns, 40), markup=False, emoji=False, highlight=False)
    for line in page(shown, console.width):
        console.print(line, crop=False, soft_wrap=True)


@app.command()
def stats(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """Count the corpus: articles, outlets, dates, kinds of block, duplicates, labels."""
    from corpus.looking.stats import stats as count

    tables = count(_opened(job, settings))
    if as_json:
        told = {
            table.name: [dict(zip(table.head, row, strict=True)) for row in table.rows]
            for table in tables
        }
        print(json.dumps(told))
        return
    from corpus.looking.tables import printed

    for table in tables:
        printed(table)


def _opened(folder: Path, settings: list[str] | None) -> Job:
    """Open a job to look at it, which needs no lock, once its files are of the present format."""
    from corpus.job import FORMAT, open_job

    job = open_job(folder, settings or ())
    job.scheme  # noqa: B018  # a scheme that is wrong is told in full
    if job.state()["format"] != FORMAT:
        with job.locked("show"):
            pass
    return job
