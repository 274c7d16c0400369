"""evaluate: how good a model is, beside what is trivial."""

from __future__ import annotations

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


@app.command()
def evaluate(
    job: Folder = HERE,
    gold: Gold = None,
    predictions: Predictions = None,
    articles: Articles = None,
    settings: Settings = None,
    *,
    as_json: Json = False,
) -> None:
    """Score the model on its held-out articles, beside the trivial answers; or score two files."""
    if gold or predictions or articles:
        print_files(gold, predictions, articles, as_json)
        return
    from training.evaluate import evaluate as score

    with work("evaluate", job, settings) as (opened, progress):
        result = score(opened, progress)
    if as_json:
        print(opened.scores.read_text(encoding="utf-8"))
    else:
        print_scores(result)


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
    """Print the table of scores, as wide as it needs to be up to the terminal's width."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from training.evaluate import table

    head, *rows = table(scores)
    shown = Table(*head[1:], box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for before, row in zip([head, *rows], rows, strict=False):
        if before[0] != row[0]:
            shown.add_section()
            shown.add_row(f"[bold]{row[0]}")
        shown.add_row(*row[1:])
    Console().print(shown)
    print("\n".join(scores.notes))
