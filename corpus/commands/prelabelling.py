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


@app.command()
def effects(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """Tell what pre-labels did to the labels, by the lot that decided who saw them."""
    from corpus.looking.tables import printed
    from corpus.prelabels.effects import effects as measure
    from corpus.prelabels.tables import NOTHING, tables

    with work("effects", job, settings) as (opened, _):
        result = measure(opened)
    if as_json:
        answer(result, as_json, "")
        return
    found = tables(result)
    for table in found:
        printed(table)
    if not found:
        print(NOTHING)
