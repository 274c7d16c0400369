"""serve: the model behind HTTP, for programs and for Label Studio."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from corpus.console import HERE, Folder, Settings, say

if TYPE_CHECKING:
    from corpus.job import Job
    from training.serving.app import LabelStudio


def part(studio: Callable[[Job], LabelStudio]) -> typer.Typer:
    """Return the command, which answers Label Studio through what `studio` makes of a job."""
    app = typer.Typer()

    @app.command()
    def serve(job: Folder = HERE, settings: Settings = None) -> None:
        """Serve the model over HTTP: articles in, spans out; also a Label Studio ML backend."""
        from corpus.errors import PressmarkError
        from corpus.job import open_job

        try:
            from training.serving.run import Serving
            from training.serving.run import serve as run
        except ModuleNotFoundError as missing:
            raise PressmarkError(
                f"serve needs {missing.name}; install it with: pip install 'pressmark[serve]'"
            ) from None

        def ready(serving: Serving) -> None:
            who = "who has the token" if serving.token else "this machine alone"
            say(f"model {serving.version} at {serving.url}, for {who}; Ctrl-C stops it")

        opened = open_job(job, settings or ())
        run(opened, studio(opened), ready)

    return app
