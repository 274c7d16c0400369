"""Commands that keep a local Label Studio: studio start, stop, status, logs."""

from __future__ import annotations

from typing import Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, bars

app = typer.Typer()
studio = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(studio, name="studio", help="Keep a local Label Studio: start, stop, status, logs.")


@studio.command("start")
def studio_start(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """Start the job's Label Studio; the first time it is installed."""
    from annotation.studio import start
    from corpus.job import open_job

    with bars() as progress:
        running = start(open_job(job, settings or ()), progress)
    answer(running, as_json, f"Label Studio: {running.url}\nlog-in: {running.login}")


@studio.command("stop")
def studio_stop(job: Folder = HERE) -> None:
    """Stop the job's Label Studio."""
    from annotation.studio import stop
    from corpus.job import open_job

    print("stopped" if stop(open_job(job)) else "was not running")


@studio.command("status")
def studio_status(job: Folder = HERE, as_json: Json = False) -> None:
    """Tell whether the job's Label Studio runs, and where."""
    from annotation.studio import status
    from corpus.job import open_job

    opened = open_job(job)
    if opened.settings.studio.url:
        print(f"this job works with {opened.settings.studio.url}, which is not ours to start")
        return
    running = status(opened)
    answer(
        running,
        as_json,
        f"running at {running.url} (pid {running.pid}), log-in: {running.login}"
        if running
        else "not running; start it with 'pressmark studio start'",
    )


@studio.command("logs")
def studio_logs(
    job: Folder = HERE, lines: Annotated[int, typer.Option(help="How many, from the end.")] = 40
) -> None:
    """Print the end of Label Studio's log."""
    from annotation.studio import logs, tail
    from corpus.job import open_job

    path = logs(open_job(job))
    print(f"{path}:")
    print("\n".join(tail(path, lines)))
