"""train: a model from what was annotated; upload: to the hub."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, work

if TYPE_CHECKING:
    from training.fit import Trained

app = typer.Typer()


@app.command()
def train(
    *,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start anew, not where a killed training stopped.")
    ] = False,
    search: Annotated[
        bool,
        typer.Option("--search", help="Try the settings of training.search; train no model."),
    ] = False,
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Train the model that pressmark.yaml describes on the labels there are."""
    if search:
        _search(job, settings, as_json=as_json)
        return
    from training.fit import train as fit
    from training.processes import is_main, joint_work

    with joint_work("train", job, settings) as (opened, progress):
        result = fit(opened, progress, fresh=fresh, tell=_tell)
    if is_main():
        answer(result, as_json, _told(result))


@app.command()
def upload(
    repo: Annotated[str, typer.Argument(metavar="OWNER/NAME", help="The hub's repository.")],
    *,
    public: Annotated[
        bool, typer.Option("--public", help="Make a new repository public; else it is private.")
    ] = False,
    despite: Annotated[
        str,
        typer.Option("--despite", metavar="REASON", help="Why a licence that forbids it is moot."),
    ] = "",
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Upload the job's model to the Hugging Face hub, if the licences of its texts let it."""
    from corpus.release.hub import token
    from training.uploading import upload as send

    key = token("upload")
    with work("upload", job, settings) as (opened, _):
        result = send(opened, repo, key, public=public, despite=despite)
    lines = [f"uploaded to {result.address}"]
    lines += [f"  although {each}" for each in result.overridden]
    answer(result, as_json, "\n".join(lines))


def _search(job: Path, settings: list[str] | None, *, as_json: bool) -> None:
    from training.searching import search

    with work("train", job, settings) as (opened, progress):
        result = search(opened, progress, tell=_tell)
    lines = [f"the best of {result.trials} trials reached {result.reached:.3f}: {result.file}"]
    lines += [f"  training.{name}: {value}" for name, value in result.best.items()]
    answer(result, as_json, "\n".join(lines))


def _tell(line: str) -> None:
    print(f"pressmark: {line}", file=sys.stderr, flush=True)


def _told(result: Trained) -> str:
    lines = [f"trained {result.folder} in {result.seconds:.0f} s"]
    if result.reached is not None:
        lines.append(f"on the articles it was tuned on: {result.reached:.3f}")
    if result.seeds:
        lines = [lines[0], *(f"  {each.name}: {_figure(each.reached)}" for each in result.seeds)]
        lines.append(f"  mean {_figure(result.mean)}, spread {_figure(result.spread)}")
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
