"""train: a model from what was annotated."""

from __future__ import annotations

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, work

app = typer.Typer()


@app.command()
def train(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """Train the model that pressmark.yaml describes on the labels there are."""
    from training.fit import train as fit

    with work("train", job, settings) as (opened, progress):
        result = fit(opened, progress)
    answer(result, as_json, f"trained {result.folder} in {result.seconds:.0f} s")
