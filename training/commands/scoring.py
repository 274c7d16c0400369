"""evaluate: how good a model is, beside what is trivial."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, work
from corpus.errors import PressmarkError

if TYPE_CHECKING:
    from training.evaluate import Scores

app = typer.Typer()


Gold = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="SemEval spans to score against; needs no job."),
]
Predictions = Annotated[
    Path | None, typer.Option(metavar="FILE", help="SemEval spans that are scored.")
]
Articles = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="All articles of --gold, also those without a span."),
]
Against = Annotated[
    str, typer.Option(metavar="NAME", help="Another model of the job, on the same articles.")
]


@app.command()
def evaluate(
    job: Folder = HERE,
    gold: Gold = None,
    predictions: Predictions = None,
    articles: Articles = None,
    settings: Settings = None,
    *,
    against: Against = "",
    as_json: Json = False,
) -> None:
    """Score the model on its held-out articles, beside the trivial answers; or score two files."""
    if gold or predictions or articles:
        print_files(gold, predictions, articles, as_json)
        return
    from training.evaluate import evaluate as score
    from training.evaluate.run import PAGE

    with work("evaluate", job, settings) as (opened, progress):
        result = score(opened, progress, against=against)
    if as_json:
        print(opened.scores.read_text(encoding="utf-8"))
        return
    print_scores(result)
    print(f"written: {opened.scores.name}, {PAGE}")


def print_files(
    gold: Path | None, predictions: Path | None, articles: Path | None, as_json: bool
) -> None:
    """Score a file of spans against another, and print the figures."""
    from corpus.looking.tables import printed
    from corpus.scoring.files import article_ids, file_table, score_files

    if gold is None or predictions is None:
        raise PressmarkError("--gold FILE and --predictions FILE come together; give both")
    found = score_files(gold, predictions, article_ids(articles) if articles else None)
    if as_json:
        answer(found, as_json, "")
    else:
        printed(file_table(found))


def print_scores(scores: Scores) -> None:
    """Print the tables of systems, the essential ones first, no wider than the terminal."""
    from rich.console import Console
    from rich.text import Text

    from corpus.agreement.told import printed
    from training.evaluate.told import asides, essential, headline

    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    columns = max(shutil.get_terminal_size().columns, 40)
    console = Console(width=columns, markup=False, emoji=False, highlight=False)
    for line in headline(scores):
        console.print(Text(line))
    console.print()
    printed(essential(scores), console)
    for line in (*asides(scores), *scores.notes):
        console.print(Text(line))
