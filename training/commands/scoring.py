"""evaluate: how good a model is, beside what is trivial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from corpus.console import HERE, Folder, Json, Settings, work

if TYPE_CHECKING:
    from training.evaluate import Scores

app = typer.Typer()


@app.command()
def evaluate(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """Score the model on its held-out articles, beside the trivial answers."""
    from training.evaluate import evaluate as score

    with work("evaluate", job, settings) as (opened, progress):
        result = score(opened, progress)
    if as_json:
        print(opened.scores.read_text(encoding="utf-8"))
    else:
        print_scores(result)


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
