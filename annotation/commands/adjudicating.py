"""The command that makes gold of annotations: adjudicate."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, quarantined, work

if TYPE_CHECKING:
    from annotation.adjudicating.adjudicate import Adjudication

app = typer.Typer()

#: Gaps, notes and remarks that are printed; the report has them all.
MOST = 10

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what it would do, change nothing.")]


@app.command()
def adjudicate(
    dry_run: DryRun = False, job: Folder = HERE, settings: Settings = None, as_json: Json = False
) -> None:
    """Settle what annotators agree on, put the rest before adjudicators, fetch what they decide."""
    from annotation.adjudicating.adjudicate import adjudicate as go_on

    with work("adjudicate", job, settings) as (opened, progress):
        result = go_on(opened, progress, dry=dry_run)
    answer(result, as_json, "\n".join(_told(result, dry=dry_run)))
    quarantined(opened, result.fetched.quarantined)


def _told(result: Adjudication, *, dry: bool) -> Iterator[str]:
    settled, back = result.settled, result.fetched
    if back.new or back.changed or back.withdrawn:
        yield f"came back: {back.new} new gold, {back.changed} changed, {back.withdrawn} withdrawn"
    yield (
        f"articles: {settled.settled} settled automatically, {settled.disputed} in dispute,"
        f" {settled.adjudicated} adjudicated"
    )
    if settled.waiting or settled.single:
        yield (
            f"not settled yet: {settled.waiting} wait for annotators,"
            f" {settled.single} have fewer than two"
        )
    if dry:
        yield f"would come up: {settled.fresh} disputes, {settled.audits} audits"
    yield from _disputes(result)
    would = "would go" if dry else "went"
    for owner, count in result.sent.items():
        yield f"{count} articles {would} to {owner or 'the adjudicators'}"
    yield from _standing(result)
    yield from _guidelines(result, dry=dry)
    yield from sorted(set(result.addresses.values()))
    if dry:
        yield "nothing was written, and what came back was not looked at"


def _disputes(result: Adjudication) -> Iterator[str]:
    from annotation.adjudicating.page import TOLD

    count = result.disputes.get
    open_, audits, done = count("open", 0), count("audit", 0), count("adjudicated", 0)
    yield f"disputes: {open_} open, {audits} to be audited, {done} adjudicated"
    if result.reasons:
        named = (f"{TOLD.get(name, name).lower()} {n}" for name, n in result.reasons.items())
        yield f"reasons: {', '.join(named)}"


def _standing(result: Adjudication) -> Iterator[str]:
    if result.out:
        yield f"{result.out} articles stand on adjudicators' desks"
    if result.later:
        yield f"{result.later} articles wait for a later week (adjudication.weekly)"
    if result.own:
        yield f"{result.own} articles went to an adjudicator who annotated them: nobody else can"
    yield from (f"look at {remark}" for remark in result.fetched.remarks[:MOST])


def _guidelines(result: Adjudication, *, dry: bool) -> Iterator[str]:
    from annotation.adjudicating.gaps import FILE

    if result.gaps:
        yield f"guideline gaps, candidates for the next version ({len(result.gaps)}):"
    for gap in result.gaps[:MOST]:
        what = ": ".join(part for part in (gap.label, gap.question) if part)
        there = " ".join(gap.passage.split())
        passage = f" “{shorten(there, 50, placeholder=' …')}”" if there else ""
        yield f"  {what}{passage}: {gap.comment or '(no comment)'}"
    words = [note for note in result.notes if note.words]
    if result.notes:
        flags = len(result.notes) - len(words)
        yield f"annotators noted: {len(words)} questions and comments, {flags} flags"
    if (result.gaps or result.notes) and not dry:
        yield f"all of them: report/{FILE}"
