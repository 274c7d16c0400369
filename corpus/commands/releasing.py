"""Commands that let data out of the job: publish, rehydrate, takedown."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, bars, quarantined, say, work
from corpus.errors import PressmarkError

app = typer.Typer()


@app.command()
def takedown(
    addresses: Annotated[list[str], typer.Argument(help="The page's address, or its id.")],
    job: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Bar pages from leaving the job and from coming in again."""
    from corpus.takedown import takedown as bar

    with work("takedown", job, None) as (opened, _):
        result = bar(opened, *addresses)
    told = f"{len(result.added)} new on {opened.takedown}; it bars {result.barred} articles here"
    answer(result, as_json, told)


@app.command()
def publish(
    to_hub: Annotated[
        str, typer.Option("--to-hub", metavar="REPO", help="Upload it as well: owner/name.")
    ] = "",
    public: Annotated[
        bool, typer.Option("--public", help="Make the repository public; else it is private.")
    ] = False,
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Write a release that others can load, cite and check."""
    from corpus.release.hub import standing, token, upload
    from corpus.release.publish import publish as run

    key = token() if to_hub else ""
    with work("publish", job, settings) as (opened, progress):
        folder = standing(opened) if to_hub else None
        result = None if folder else run(opened, progress)
    if result:
        folder = result.folder
        told = [
            f"published {result.folder}",
            f"{result.articles} articles, {result.texts} of them with text",
            f"{result.annotations} annotations, {result.spans} spans",
        ]
        told += [f"without text: {count} articles: {why}" for why, count in result.refused.items()]
        told += [f"left out: {count} {what}" for what, count in result.left_out.items()]
        answer(result, as_json, "\n".join(told))
    if to_hub and folder:
        address = upload(folder, to_hub, key, public=public)
        say(f"uploaded to {address}" if not as_json else f'{{"uploaded": "{address}"}}')
    if result:
        quarantined(opened, result.quarantined)


@app.command()
def rehydrate(
    release: Annotated[Path, typer.Argument(help="The release's folder.")],
    *,
    to: Annotated[Path, typer.Option("--to", help="The new job's folder.")],
    source: Annotated[
        Path | None, typer.Option("--from", help="Your copies: a folder of pages, or a job.")
    ] = None,
    contact: Annotated[
        str,
        typer.Option("--fetch", metavar="CONTACT", help="Fetch the pages; how sites reach you."),
    ] = "",
    takedown: Annotated[
        Path | None, typer.Option("--takedown", help="A later take-down list to honour.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Rebuild a stand-off release from your own copies of its pages, or from their addresses."""
    from corpus.release.copies import fetch_copies
    from corpus.release.rehydrate import rehydrate as run

    if bool(source) == bool(contact):
        raise PressmarkError("rehydrate: give --from (your copies) or --fetch (a contact), one")
    with bars() as progress:
        if source is None:
            pages = to.with_name(f"{to.name}-pages")
            source = fetch_copies(release, pages, contact, takedown, progress)
        result = run(release, source, to, takedown, progress)
    told = [
        f"made {result.folder}",
        f"as published: {result.exact} of {result.articles} articles",
        f"as published: {result.spans_exact} of {result.spans} spans",
    ]
    if result.reanchored:
        changed = f"{result.reanchored} articles have changed: {result.spans_reanchored} spans"
        told.append(f"{changed} found again by their surroundings")
    answer(result, as_json, "\n".join(told))
    if not result.whole:
        print(
            f"pressmark: {result.missing} articles missing, {result.refused} refused,"
            f" {result.spans_lost} spans not placed, see {to}/quarantine.jsonl",
            file=sys.stderr,
        )
        raise typer.Exit(1)


@app.command()
def export(
    format_: Annotated[str, typer.Argument(metavar="FORMAT", help="ptc, brat or jsonl.")],
    to: Annotated[Path, typer.Option("--to", help="A new folder.")],
    author: Annotated[
        list[str] | None, typer.Option("--author", help="Only this author's; may be repeated.")
    ] = None,
    job: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Write articles and annotations for another tool, and say what it has no room for."""
    from corpus.release.export import export as run

    with work("export", job, None) as (opened, progress):
        result = run(opened, format_, to, author or (), progress)
    told = [
        f"wrote {result.folder}",
        f"{result.articles} articles, {result.annotations} annotations, {result.spans} spans",
    ]
    told += [f"not in it: {count} {what}" for what, count in result.losses.items()]
    answer(result, as_json, "\n".join(told))
