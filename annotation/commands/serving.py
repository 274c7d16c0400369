"""Commands that keep a local Label Studio: studio start, stop, status, logs."""

from __future__ import annotations

from typing import Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, bars

app = typer.Typer()
studio = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(studio, name="studio", help="Keep a local Label Studio: start, stop, status, logs.")


@studio.command("start")
def studio_start(
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
    private: Annotated[
        bool,
        typer.Option(
            "--allow-private-addresses",
            help="Let it ask ML backends on this machine and in this network (pressmark serve).",
        ),
    ] = False,
) -> None:
    """Start the job's Label Studio, or everybody's own; the first time it is installed."""
    from annotation.connection import homes
    from annotation.studio import start
    from corpus.job import open_job

    with bars() as progress:
        found = homes(open_job(job, settings or ()))
        running = {owner: start(home, progress, private=private) for owner, home in found.items()}
    told = [
        f"Label Studio{_of(who)}: {each.url}\nlog-in: {each.login}" for who, each in running.items()
    ]
    answer(running if len(running) > 1 else running[""], as_json, "\n".join(told))


@studio.command("stop")
def studio_stop(job: Folder = HERE) -> None:
    """Stop the job's Label Studio, and those of its people."""
    from annotation.connection import all_homes
    from annotation.studio import stop
    from corpus.job import open_job

    stopped = [stop(home) for home in all_homes(open_job(job)).values()]
    print("stopped" if any(stopped) else "was not running")


@studio.command("status")
def studio_status(job: Folder = HERE, as_json: Json = False) -> None:
    """Tell whether the job's Label Studio runs, and where."""
    from annotation.connection import homes
    from annotation.studio import status
    from corpus.job import open_job

    opened = open_job(job)
    if opened.settings.studio.url:
        print(f"this job works with {opened.settings.studio.url}, which is not ours to start")
        return
    running = {owner: status(home) for owner, home in homes(opened).items()}
    told = [
        f"{who}: " * bool(who)
        + (
            f"running at {each.url} (pid {each.pid}), log-in: {each.login}"
            if each
            else "not running; start it with 'pressmark studio start'"
        )
        for who, each in running.items()
    ]
    answer(running if len(running) > 1 else running[""], as_json, "\n".join(told))


def _of(owner: str) -> str:
    return f" of {owner}" if owner else ""


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
