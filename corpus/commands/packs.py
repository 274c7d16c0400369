"""Commands on packs, the data about one publisher's pages: pack propose."""

from __future__ import annotations

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, work

app = typer.Typer()
pack = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(pack, name="pack", help="Keep what is known of one publisher's pages as data.")


@pack.command("propose")
def pack_propose(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """Write a pack for each publisher: the lines that recur on its pages, for you to edit."""
    from corpus.blocks.propose import propose

    with work("pack propose", job, settings) as (opened, progress):
        result = propose(opened, progress)
    told = []
    for made in result.packs:
        kinds = ", ".join(f"{count} {kind}" for kind, count in made.kinds.items())
        told.append(f"{made.path.relative_to(opened.folder)}: {made.pages} pages; {kinds}")
        if made.beside:
            told.append("  the pack there was edited, so this one stands beside it; it is not read")
    if result.few:
        told.append(f"too few pages or nothing that recurs: {', '.join(result.few)}")
    answer(result, as_json, "\n".join(told) or "no page names its publisher: set one in 'sources'")
