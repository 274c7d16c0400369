"""Commands that let data out of the job: takedown."""

from __future__ import annotations

from typing import Annotated

import typer

from corpus.console import HERE, Folder, Json, answer, work

app = typer.Typer()


@app.command()
def takedown(
    addresses: Annotated[list[str], typer.Argument(help="The page's address, or its id.")],
    job: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Bar pages from leaving the job and from coming in again."""
    from corpus.takedown import takedown as bar

    with work("takedown", job, None) as (opened, _):
        result = bar(opened, *addresses)
    told = f"{len(result.added)} new on {opened.takedown}; it bars {result.barred} articles here"
    answer(result, as_json, told)
