"""Commands about the people who annotate: annotator."""

from __future__ import annotations

from typing import Annotated

import typer

from corpus.console import HERE, Folder, Settings, work

app = typer.Typer()


@app.command()
def annotator(
    name: Annotated[str, typer.Argument(help="A pseudonym; it names the annotations.")],
    job: Folder = HERE,
    settings: Settings = None,
) -> None:
    """Make an annotator's account on the job's Label Studio, without a browser."""
    from annotation.people import add_annotator

    with work("annotator", job, settings) as (opened, _):
        login = add_annotator(opened, name)
    print(f"{name} signs in as {login.email}\nthe password is in {opened.studio_data}/people.json")
