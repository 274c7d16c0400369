"""serve: the model behind HTTP, for programs and for Label Studio."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.console import HERE, Folder, Settings, say

if TYPE_CHECKING:
    from corpus.job import Job
    from training.serving.app import LabelStudio
    from training.serving.served import Served


def part(studio: Callable[[Job], LabelStudio]) -> typer.Typer:
    """Return the command, which answers Label Studio through what `studio` makes of a job."""
    app = typer.Typer()

    @app.command()
    def serve(
        model: Annotated[
            Path | None,
            typer.Option(
                "--model",
                metavar="FOLDER",
                help="An exported model instead of the job's own; it needs no torch.",
            ),
        ] = None,
        job: Folder = HERE,
        settings: Settings = None,
    ) -> None:
        """Serve the model over HTTP: articles in, spans out; also a Label Studio ML backend."""
        from corpus.errors import PressmarkError
        from corpus.job import open_job

        try:
            from training.serving.run import Serving
            from training.serving.run import serve as run

            load = _loads(model)
        except ModuleNotFoundError as missing:
            extras = "fast,serve" if model else "train,serve"
            raise PressmarkError(
                f"serve needs {missing.name}; install it with: pip install 'pressmark[{extras}]'"
            ) from None

        def ready(serving: Serving) -> None:
            who = "who has the token" if serving.token else "this machine alone"
            say(f"model {serving.version} at {serving.url}, for {who}; Ctrl-C stops it")

        opened = open_job(job, settings or ())
        run(opened, partial(load, opened), studio(opened), ready)

    return app


def _loads(exported: Path | None) -> Callable[[Job], Served]:
    """What loads the model that is asked for; that of the job's own imports torch."""
    if exported:
        from training.serving.served import exported as load

        return partial(load, folder=exported)
    from training.serving.trained import trained

    return trained
