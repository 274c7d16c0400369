"""Commands on what people agree on: agree."""

from __future__ import annotations

import shutil
import sys
from typing import Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, work

app = typer.Typer()


@app.command()
def agree(
    show: Annotated[int, typer.Option(min=0, metavar="N", help="Print the N worst passages.")] = 0,
    gamma: Annotated[
        bool, typer.Option("--gamma", help="Measure gamma too: slow, and an extra of its own.")
    ] = False,
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Measure how far annotators agree, and sort what they disagree on."""
    from corpus.agreement.agree import agree as measure
    from corpus.agreement.file import told, write

    with work("agree", job, settings) as (opened, progress):
        agreed = measure(opened, progress, passages=show, with_gamma=gamma)
        page = write(opened, agreed)
    if as_json:
        print(told(agreed.found))
        return
    from rich.console import Console
    from rich.text import Text

    from corpus.agreement.passages import passages
    from corpus.agreement.told import heading, printed, tables
    from corpus.looking.display import safe

    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    columns = max(shutil.get_terminal_size().columns, 40)
    console = Console(width=columns, markup=False, emoji=False, highlight=False)
    for line in (*heading(agreed.found), *map(safe, agreed.found.notes), ""):
        console.print(Text(line))
    printed(tables(agreed.found), console)
    for row in passages(agreed, show, columns):
        console.print(row, crop=False, soft_wrap=True)
    print(f"written: {opened.agreement.name}, {page.relative_to(opened.folder)}")
