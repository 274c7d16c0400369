"""Commands that keep what a server holds, or bring it in: backup, restore, adopt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, quarantined, work

app = typer.Typer()


@app.command()
def backup(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """Write what the job's projects on Label Studio hold into one file under backups/."""
    from annotation.backup import backup_all

    with work("backup", job, settings) as (opened, progress):
        result = backup_all(opened, progress=progress)
    told = f"{result.projects} projects, {result.tasks} tasks, {result.annotations} annotations"
    told += f", {result.drafts} drafts, {result.predictions} pre-labels"
    answer(result, as_json, f"{told}\n{result.file}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup, of this job.")],
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Make projects anew from a backup, and prove that they hold what it holds."""
    from annotation.restore import restore as remake

    with work("restore", job, settings) as (opened, progress):
        result = remake(opened, file, progress)
    lines = []
    for made in result:
        lines.append(
            f"{made.url}: {made.tasks} tasks, {made.annotations} annotations, {made.drafts} drafts,"
            f" {made.predictions} pre-labels, read back and the same"
        )
        if made.lent:
            lines.append(f"{made.lent} drafts stand under this token's account: no token of theirs")
        lines.append(
            f"the job goes on with it as {made.known_as}: pull finds nothing new in it"
            if made.known_as
            else "its original still stands, so the job goes on with that"
        )
    answer(result, as_json, "\n".join(lines))


@app.command()
def adopt(  # noqa: PLR0917  # typer reads a command's options from its parameters
    what: Annotated[
        str, typer.Argument(help="A project's number on the job's server, or a JSON export.")
    ],
    configuration: Annotated[
        Path | None, typer.Option(help="An export's labelling interface (XML).")
    ] = None,
    name: Annotated[str, typer.Option(help="What to call it; else its title.")] = "",
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Read a project that others made in Label Studio: its scheme, articles and annotations."""
    from annotation.adopt.adopt import adopt as take

    with work("adopt", job, settings) as (opened, progress):
        result = take(opened, what, configuration, name, progress)
    counts = f"{result.spans} spans, {result.answers} answers"
    lines = (
        f"{result.new} new articles, {result.versions} new versions, {result.same} known",
        f"{result.annotations} new annotations ({counts}), {result.known} known",
        f"its scheme: {result.scheme}",
    )
    answer(result, as_json, "\n".join(lines))
    quarantined(opened, result.quarantined)
