"""The command about qualifying on gold: qualify."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, work

if TYPE_CHECKING:
    from corpus.qualifying.qualify import Qualified

app = typer.Typer()


@app.command()
def qualify(
    annotator: Annotated[
        str, typer.Option(help="Print this one's feedback, article by article.")
    ] = "",
    again: Annotated[
        str, typer.Option(help="Let this one, who failed, try again on other articles of gold.")
    ] = "",
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Score annotators on gold; admit who reached the mark, and write each a page of feedback."""
    from corpus.qualifying.qualify import qualify as score
    from corpus.qualifying.qualify import try_again
    from corpus.qualifying.text import attempt_of, feedback

    if again:
        with work("qualify", job, settings) as (opened, _):
            retry = try_again(opened, again)
        told = f"{again} may try again on other gold: 'pressmark push' sends it"
        answer(retry, as_json, told)
        return
    with work("qualify", job, settings) as (opened, _):
        result = score(opened)
    if as_json:
        answer(_plain(result), as_json, "")
        return
    if annotator:
        from rich.console import Console

        columns = max(shutil.get_terminal_size().columns, 40)
        console = Console(width=columns, markup=False, emoji=False, highlight=False)
        found = attempt_of(result, annotator)
        for line in feedback(found, opened.scheme, console.width):
            console.print(line, crop=False, soft_wrap=True)
        return
    from corpus.qualifying.text import lines

    print("\n".join(lines(result, opened.settings.campaign.pass_mark)))


def _plain(result: Qualified) -> dict[str, object]:
    return {
        "attempts": list(_attempts(result)),
        "admitted": result.admitted,
        "pages": {name: str(path) for name, path in result.pages.items()},
        "waiting": result.waiting,
    }


def _attempts(result: Qualified) -> Iterator[dict[str, object]]:
    """Yield the figures of each attempt, without the articles' texts."""
    from dataclasses import asdict

    for each in result.attempts:
        row = {
            name: getattr(each, name)
            for name in ("annotator", "number", "articles", "of", "shuffled", "passed")
        }
        row |= {"f1": asdict(each.f1), "labels": {name: asdict(f1) for name, f1 in each.labels}}
        for what in ("attributes", "answers"):
            row[what] = [asdict(right) for right in getattr(each, what)]
        yield row
