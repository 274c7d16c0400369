"""predict: a model's opinion of every article."""

from __future__ import annotations

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, work

app = typer.Typer()


@app.command()
def predict(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """Predict on every article and keep the predictions as a run."""
    from training.predict import predict as run

    with work("predict", job, settings) as (opened, progress):
        result = run(opened, progress)
    answer(result, as_json, f"run {result.run}: {result.spans} spans in {result.articles} articles")
