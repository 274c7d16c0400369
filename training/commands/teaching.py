"""train: a model from what was annotated."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer

if TYPE_CHECKING:
    from training.fit import Trained

app = typer.Typer()


@app.command()
def train(
    *,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start anew, not where a killed training stopped.")
    ] = False,
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Train the model that pressmark.yaml describes on the labels there are."""
    from training.fit import train as fit
    from training.processes import is_main, joint_work

    with joint_work("train", job, settings) as (opened, progress):
        result = fit(opened, progress, fresh=fresh, tell=_tell)
    if is_main():
        answer(result, as_json, _told(result))


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
