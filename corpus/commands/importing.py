"""The command that brings a published corpus in: import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, quarantined, work

if TYPE_CHECKING:
    from corpus.imports.run import Imported

app = typer.Typer()


@app.command("import")
def import_(  # noqa: PLR0917  # an option is a keyword to whoever types it
    name: Annotated[str, typer.Argument(help="The corpus; left out: list them.")] = "",
    path: Annotated[Path | None, typer.Argument(help="The folder or file it lies in.")] = None,
    job: Folder = HERE,
    to: Annotated[
        str, typer.Option(help="Map its labels too: a scheme's name, or a mapping's file.")
    ] = "",
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Read a published corpus: its texts as articles, its labels as annotations."""
    from corpus.errors import PressmarkError
    from corpus.imports.catalogue import CORPORA, catalogue, corpus_of
    from corpus.imports.run import import_corpus

    if not name:
        rows = [
            {"name": each.name, "licence": each.licence, "needs": each.needs}
            for each in CORPORA.values()
        ]
        answer(rows, as_json, "\n".join(catalogue()))
        return
    corpus = corpus_of(name)
    if path is None:
        raise PressmarkError(f"import {name}: say where it lies; it needs {corpus.needs}")
    with work("import", job, settings) as (opened, progress):
        result = import_corpus(opened, name, path, to, progress)
    answer(result, as_json, "\n".join(_told(result)))
    quarantined(opened, result.quarantined)


def _told(result: Imported) -> Iterator[str]:
    yield f"{result.new} new articles, {result.versions} new versions, {result.same} known"
    counts = f"{result.spans} spans, {result.answers} answers"
    yield f"{result.annotations} new annotations ({counts}), {result.known} known"
    yield f"licence: {result.licence}"
    if loss := result.mapped:
        lost = sum(loss.lost.values())
        yield (
            f"to {loss.scheme}: {loss.items - lost} of {loss.items} labels mapped,"
            f" {lost} not, {loss.joined} joined with one they overlap"
        )
        yield from (f"  {count} not: {reason}" for reason, count in loss.lost.items())
        if loss.annotations and loss.unreached:
            yield f"  it says nothing of: {', '.join(loss.unreached)}"
