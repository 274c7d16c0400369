"""Commands between a job and Label Studio: push, pull."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, quarantined, work

app = typer.Typer()

#: Remarks that are printed; a guideline misread by one annotator can make hundreds.
MOST = 20

Layer = Annotated[
    str, typer.Option(help="What is annotated: 'spans', or 'blocks' to correct the parts of pages.")
]


@app.command()
def push(
    run: Annotated[str | None, typer.Option(help="Which predictions to show.")] = None,
    layer: Layer = "spans",
    *,
    only_plan: Annotated[
        bool, typer.Option("--plan", help="Show what would change, and change nothing.")
    ] = False,
    again: Annotated[
        bool,
        typer.Option(
            "--again", help="Ask annotators to look again: the scheme changed, or a model doubts."
        ),
    ] = False,
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Send articles to Label Studio, with a run's predictions as pre-labels."""
    from annotation.campaign.again import ask_again, require_version
    from annotation.push import plans
    from annotation.push import push as send
    from annotation.telling import left_alone, told_plan
    from corpus.job import open_job

    if only_plan:
        found = plans(open_job(job, settings or ()), run, layer)
        answer(found, as_json, "\n".join(line for plan in found for line in told_plan(plan)))
        return
    with work("push", job, settings) as (opened, progress):
        asked: Counter[str] = Counter()
        if again:
            require_version(opened, layer)
            asked = Counter(row.annotator for row in ask_again(opened))
        result = send(opened, run, progress, layer)
    told = f"{result.new} new tasks" if result.new else "nothing new"
    lines = [f"{told}, {result.same} were there, {result.prelabelled} given pre-labels"]
    if result.removed:
        lines.append(f"doubles that nobody had begun, removed: {result.removed}; see backups/")
    lines += [f"left alone: {each}" for each in left_alone(result)]
    if again:
        each = ", ".join(f"{who} {count}" for who, count in sorted(asked.items()))
        lines.insert(0, f"asked to look again: {each or 'nobody, nothing is left to ask'}")
    own = layer == "spans" and opened.settings.people
    lines.append("everybody's project: pressmark people" if own else result.url)
    answer(result, as_json, "\n".join(lines))


@app.command()
def pull(  # noqa: PLR0917  # typer reads a command's options from its parameters
    layer: Layer = "spans",
    everything: Annotated[
        bool, typer.Option("--all", help="Read everything, not what changed since the last pull.")
    ] = False,
    accept: Annotated[
        bool,
        typer.Option("--accept-withdrawals", help="Mark whatever is gone there as withdrawn."),
    ] = False,
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Fetch the annotators' labels from Label Studio."""
    from annotation.pull import pull as fetch

    with work("pull", job, settings) as (opened, progress):
        result = fetch(opened, progress, layer, everything=everything, accept=accept)
    told = [f"{result.new} new annotations, {result.changed} changed, {result.same} as before"]
    if result.corrected:
        told.append(f"{result.corrected} articles have corrected blocks now")
    if result.qualifying:
        told.append(f"{result.qualifying} to qualify with: 'pressmark qualify' scores them")
    told += [f"look at {remark}" for remark in result.remarks[:MOST]]
    if len(result.remarks) > MOST:
        told.append(f"and {len(result.remarks) - MOST} more to look at: --json lists them all")
    answer(result, as_json, "\n".join(told))
    quarantined(opened, result.quarantined)
