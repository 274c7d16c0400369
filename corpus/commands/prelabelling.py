"""Commands about pre-labels that need no model: prelabel, effects."""

from __future__ import annotations

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, work

app = typer.Typer()


@app.command()
def prelabel(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """Mark what the job's lexicon finds, as a run that 'push' shows to annotators."""
    from corpus.prelabels.rules import prelabel as look

    with work("prelabel", job, settings) as (opened, progress):
        result = look(opened, progress)
    total = sum(result.spans.values())
    told = [f"run {result.run}: {total} spans in {result.articles} articles"]
    told += [f"  {label} {count}" for label, count in result.spans.items()]
    idle = sum(1 for count in result.finds.values() if not count)
    told += [f"  {idle} of {len(result.finds)} entries found nothing"] if idle else []
    answer(result, as_json, "\n".join(told))
