"""predict, export-model: a model's opinion of articles, and a model that needs no torch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, work
from corpus.errors import PressmarkError

app = typer.Typer()


@app.command()
def predict(
    job: Folder = HERE,
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="FILES", help="Parquet files or globs; may be repeated."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="The folder for their predictions.")
    ] = None,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Predict on every article and keep the predictions as a run.

    With --input the articles come from Parquet files (a column 'text', or the columns of our own
    articles) and the predictions go to --output, a file for each thousand rows. What was killed
    goes on where it stood when the same command is given again.
    """
    if bool(inputs) != bool(output):
        raise PressmarkError("predict: --input and --output go together; give both, or neither")
    if inputs and output:
        _files(job, inputs, output, settings, as_json)
        return
    from training.predict import predict as run

    with work("predict", job, settings) as (opened, progress):
        result = run(opened, progress)
    told = [f"run {result.run}: {result.spans} spans in {result.articles} articles"]
    if result.resumed:
        told.append("went on from a run that was stopped")
    if result.barred:
        told.append(f"left out: {result.barred} on the take-down list")
    told.append(f"backend {result.backend}")
    answer(result, as_json, "\n".join(told))


def _files(
    job: Path, inputs: list[str], output: Path, settings: list[str] | None, as_json: bool
) -> None:
    import sys

    from training.prediction.files import predict_files

    with work("predict", job, settings) as (opened, progress):
        result = predict_files(opened, inputs, output, progress)
    told = [f"wrote {output}: {result.spans} spans in {result.articles} articles"]
    if result.kept:
        told.append(f"kept: {result.kept} files that were whole")
    if result.barred:
        told.append(f"left out: {result.barred} on the take-down list")
    told.append(f"backend {result.backend}")
    answer(result, as_json, "\n".join(told))
    if result.quarantined:
        print(
            f"pressmark: {result.quarantined} rows quarantined, see {output}/*.quarantine.jsonl",
            file=sys.stderr,
        )
        raise typer.Exit(1)


@app.command("export-model")
def export_model(
    to: Annotated[Path, typer.Option("--to", help="A new folder.")],
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Write the job's model as a folder that predicts without torch."""
    from training.prediction.exporting import export_model as run

    with work("export-model", job, settings) as (opened, progress):
        result = run(opened, to, progress)
    answer(result, as_json, f"wrote {result.folder}: {result.bytes / 1e6:.0f} MB, no torch needed")
