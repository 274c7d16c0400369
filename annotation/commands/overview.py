"""Commands that look over a campaign: status, scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from annotation.campaign.progress import Worker
    from annotation.status import Skip, Status
    from corpus.agreement.remarks import Remark
    from corpus.measures import Figure

app = typer.Typer()

HEAD = f"{'given':>7}{'done':>6}{'skipped':>9}{'begun':>7}{'left':>6}{'a week':>8}"
#: Lines of each list, and of people; all of it is in `--json`.
MOST, PEOPLE = 10, 20
WIDTH = 80


@app.command()
def status(
    offline: Annotated[
        bool, typer.Option("--offline", help="By what was pulled alone: do not ask Label Studio.")
    ] = False,
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Show on one screen how the campaign stands: progress, agreement, questions, problems."""
    from annotation.status import status as look
    from corpus.job import open_job

    found = look(open_job(job, settings or ()), offline=offline)
    answer(found, as_json, "\n".join(_fitting(_screen(found))))


def _fitting(lines: Iterable[str]) -> Iterator[str]:
    """No line wider than a terminal of 80 columns, and nothing in it that would move the cursor."""
    from textwrap import wrap

    from corpus.looking.display import safe

    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        told = indent + safe(line)
        hang = f"{indent}  "
        yield from wrap(told, WIDTH, subsequent_indent=hang) if len(told) > WIDTH else [told]


def _screen(found: Status) -> Iterator[str]:
    p = found.progress
    yield f"{found.scheme} {found.version}; {found.independence}"
    yield ""
    yield f"{'':<16}{HEAD}  done by"
    yield from _workers(p.workers)
    end = p.done_by or "–"
    yield f"{p.finished} of {p.needed} annotations, {p.weekly:g} a week; expected end: {end}"
    yield f"{p.overlap} of {p.articles} articles have all their annotators"
    yield ""
    yield from _agreement(found)
    for count, told in (
        (found.again, "annotations to look at again under this version: push --again"),
        (found.disputes, "disputes wait for an adjudicator: adjudicate"),
    ):
        if count:
            yield f"{count} {told}"
    yield from _listed(
        "skipped", [f"{s.article} by {s.annotator}: {_reason(s)}" for s in found.skipped]
    )
    yield from _listed(
        "questions and doubts",
        [f"{r.article} by {r.author}: {_noted(r)}" for r in found.questions],
    )
    yield from _listed("problems", list(found.problems))


def _workers(workers: Sequence[Worker]) -> Iterator[str]:
    """A line each; of many those with most left, and of these any that cannot be told."""
    shown = sorted(workers, key=lambda w: (w.left is not None, -(w.left or 0), w.annotator))
    kept = {w.annotator for w in shown[:PEOPLE]}
    yield from (_worker(w) for w in workers if w.annotator in kept)
    if len(workers) > PEOPLE:
        yield f"and {len(workers) - PEOPLE} more with no more left: --json lists them all"


def _worker(w: Worker) -> str:
    given, left = ("–" if n is None else str(n) for n in (w.given, w.left))
    name = w.annotator if len(w.annotator) < 16 else f"{w.annotator[:14]}…"
    counts = f"{given:>7}{w.submitted:>6}{w.skipped:>9}{w.begun:>7}{left:>6}{w.weekly:>8g}"
    return f"{name:<16}{counts}  {w.done_by or '–'}"


def _agreement(found: Status) -> Iterator[str]:
    if found.why:
        yield f"agreement so far: – ({found.why})"
        return
    yield f"{'agreement so far':<24}{'F1 by overlap':>20}{'by chance':>12}{'uα':>20}"
    for each in found.agreement:
        name = (each.label or "all labels")[:23]
        shuffled = _value(each.shuffled.value)
        yield f"{name:<24}{_figure(each.overlap):>20}{shuffled:>12}{_figure(each.u):>20}"


def _figure(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return _value(figure.value)
    return f"{_value(figure.value)} [{_value(figure.low)}, {_value(figure.high)}]"


def _value(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _reason(skip: Skip) -> str:
    if skip.said:
        return _short(" ".join(skip.said))
    answered = f" (had answered {'; '.join(skip.answered)})" if skip.answered else ""
    return _short(f"no reason given{answered}")


def _noted(remark: Remark) -> str:
    where = f" ({remark.label})" if remark.label else ""
    return f"{remark.name}{where}: {_short(' '.join(remark.values))}"


def _short(said: str) -> str:
    told = " ".join(said.split())
    return told if len(told) <= 60 else f"{told[:59]}…"


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"{title}: {len(lines)}"
        yield from (f"  {line}" for line in lines[:MOST])
    if len(lines) > MOST:
        yield f"  and {len(lines) - MOST} more: --json lists them all"


@app.command()
def scheme(
    bump: Annotated[
        bool, typer.Option("--bump", help="Write the version that the changes ask for.")
    ] = False,
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Show how the scheme changed since it was pushed, and the version that this asks for."""
    from annotation.campaign.again import bump as write
    from annotation.campaign.again import revision

    with work("scheme", job, settings) as (opened, _):
        found = write(opened) if bump else revision(opened)
    told = [f"{found.name} {found.version}, pushed as {found.pushed or '–'}"]
    told += [f"  {change.level}: {change.told}" for change in found.changes]
    if found.needed:
        told.append(f"its version must be {found.needed} or later: pressmark scheme --bump")
    answer(found, as_json, "\n".join(told))
