"""The command that makes one of many: settle."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, work

if TYPE_CHECKING:
    from corpus.measures import Figure
    from corpus.settling.audit import Audit
    from corpus.settling.job import Outcome
    from corpus.settling.validate import Check

app = typer.Typer()


@app.command()
def settle(
    check: Annotated[
        bool, typer.Option("--check", help="Measure how far each method can be trusted.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would do, change nothing.")
    ] = False,
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Settle by vote what annotators agree on; adjudicate does it too, and asks people the rest."""
    from corpus.settling.audit import audited
    from corpus.settling.job import settle_job
    from corpus.settling.validate import validate

    with work("settle", job, settings) as (opened, progress):
        if check:
            found = validate(opened)
            answer(found, as_json, _table(found))
            return
        outcome = settle_job(opened, progress, dry=dry_run)
        audit = audited(opened)
    told = "\n".join(_told(outcome, audit, dry=dry_run))
    answer({**asdict(outcome), "audit": audit}, as_json, told)


def _told(outcome: Outcome, audit: Audit, *, dry: bool) -> Iterator[str]:
    yield (
        f"articles: {outcome.settled} settled, {outcome.disputed} in dispute,"
        f" {outcome.adjudicated} adjudicated"
    )
    if outcome.waiting or outcome.single:
        yield (
            f"not settled yet: {outcome.waiting} wait for annotators,"
            f" {outcome.single} have fewer than two"
        )
    count = outcome.decisions.get
    yield (
        f"places and answers: {count('stands', 0)} stand, {count('falls', 0)} fall,"
        f" {count('open', 0)} are open"
    )
    if outcome.reasons:
        told = f"open: {', '.join(f'{why} {n}' for why, n in outcome.reasons.items())}"
        yield from textwrap.wrap(told, 80, subsequent_indent="  ", break_long_words=False)
    yield (
        f"disputes: {outcome.fresh} new, {outcome.gone} gone; {outcome.audits} drawn for the audit"
    )
    yield (
        f"audit: {audit.seen} of {audit.drawn} seen by an adjudicator, {audit.wrong} wrong:"
        f" error {_figure(audit.rate)}"
    )
    if dry:
        yield "nothing was written"


def _table(found: Sequence[Check]) -> str:
    if not found:
        return "nothing to check: no article has annotations by three people, and there is no gold"
    lines = [f"{'settled by':14}{'against':9}{'precision':16}{'F1':16}{'exact F1':16}articles"]
    for each in found:
        figures = "".join(f"{_figure(f):16}" for f in (each.precision, each.f1, each.exact))
        lines.append(f"{each.method:14}{each.against:9}{figures}{each.articles:8}")
    return "\n".join(lines)


def _figure(figure: Figure) -> str:
    def short(value: float) -> str:
        return f"{value:.2f}".removeprefix("0") if value < 1 else "1.00"

    if figure.value is None:
        return "–"
    if figure.low is None or figure.high is None:
        return short(figure.value)
    return f"{short(figure.value)} [{short(figure.low)}, {short(figure.high)}]"
