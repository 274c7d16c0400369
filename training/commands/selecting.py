"""curve, select, label-errors: what more annotation brings, where, and what to look at again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, work
from corpus.looking.display import safe

if TYPE_CHECKING:
    from corpus.suspects import Suspect
    from training.selecting.curve import Curve, Curves
    from training.selecting.select import Selection
    from training.selecting.simulation import Simulation

app = typer.Typer()


@app.command()
def curve(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """Train on growing parts of the articles, and say what the next hundred should bring."""
    from training.selecting.curve import curve as grow

    with work("curve", job, settings) as (opened, progress):
        found = grow(opened, progress)
    if as_json:
        answer(found, as_json, "")
        return
    sizes = tuple(f"{p.articles:.0f}" for p in found.curves[0].points)
    head = ("system", "measure", *sizes, "95% at last")
    _printed("learning curve: F1 on held-out articles, by articles", head, _curves(found))
    print("\n".join(map(_next, found.curves)))
    print("\n".join(found.notes))
    print(f"{opened.folder / 'report' / 'curve.svg'}")


def _curves(found: Curves) -> Sequence[tuple[str, ...]]:
    rows = []
    for each in found.curves:
        last, values = each.points[-1], [_short(point.value) for point in each.points]
        ends = f"[{_short(last.low)}, {_short(last.high)}]"
        rows.append((each.system, each.measure, *values, ends))
    return rows


def _next(each: Curve) -> str:
    """What the next articles should bring, or why that cannot be told."""
    ahead, what = each.next, f"{each.system}, {each.measure}"
    if ahead.gain is None:
        return f"{what}: {ahead.why}"
    return (
        f"{what}: {ahead.more} more articles should bring {ahead.gain:+.3f}"
        f" [{ahead.low:+.3f}, {ahead.high:+.3f}]"
    )


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".removeprefix("0")


@app.command()
def select(
    job: Folder = HERE,
    only_simulate: Annotated[
        bool,
        typer.Option("--simulate", help="Show on annotated articles whether a strategy pays."),
    ] = False,
    settings: Settings = None,
    *,
    as_json: Json = False,
) -> None:
    """Choose the articles to annotate next, a control slice by lot among them."""
    with work("select", job, settings) as (opened, progress):
        if only_simulate:
            from training.selecting.frozen import frozen_items
            from training.selecting.simulation import simulate

            section = opened.settings.selection
            items, exclusive = frozen_items(opened, progress)
            shown = simulate(
                items,
                exclusive=exclusive,
                seeds=section.draws,
                seed=section.seed,
                worth=section.worth,
                progress=progress,
            )
        else:
            from training.selecting.select import select as choose

            chosen = choose(opened, progress)
    if only_simulate:
        if as_json:
            answer(shown, as_json, "")
        else:
            print_simulation(shown)
    else:
        answer(chosen, as_json, "\n".join(_selected(chosen)))


def _selected(found: Selection) -> list[str]:
    asked = f" with {found.model}" if found.model else ""
    count, minutes = len(found.articles), found.seconds / 60
    lot = f"{found.control} of them by lot as a control slice"
    lines = [
        f"{count} articles selected by {found.strategy}{asked}, {lot}",
        f"reading time of one person: {minutes:.0f} min at {found.pace:g} characters a second",
    ]
    lines += [f"note: {note}" for note in found.notes]
    return [*lines, "pressmark assign gives them out first"]


def print_simulation(found: Simulation) -> None:
    """Print the strategies beside random, and whether another batch is likely to pay."""
    rows = [
        (
            each.strategy,
            f"{each.f1:.3f}",
            f"{each.last:.3f}",
            "" if each.strategy == "random" else f"{each.difference:+.3f}",
            "" if each.strategy == "random" else f"[{each.low:+.3f}, {each.high:+.3f}]",
            each.verdict,
        )
        for each in found.compared
    ]
    _printed("strategies at equal reading time", _SIMULATION, rows)
    stop = found.stopping
    print(
        f"{found.items} articles, {found.seeds} beginnings, {found.steps} batches of"
        f" {found.seconds / 60:.1f} min reading time\n"
        "learner: a logistic regression on the encoder as it is"
    )
    print(
        f"the last batch: {stop.gain:+.3f} [{stop.low:+.3f}, {stop.high:+.3f}],"
        f" {stop.changed:.1%} of decisions changed\n{stop.told}"
    )


@app.command(name="label-errors")
def label_errors(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """List the labels that models which were not taught them doubt, the worst first."""
    from training.selecting.label_errors import label_errors as doubt

    with work("label-errors", job, settings) as (opened, progress):
        found = doubt(opened, progress)
    if as_json:
        answer(found, as_json, "")
        return
    from corpus.store import read_articles

    texts = {each.id: each.text for each in read_articles(opened)}
    if found.suspects:
        print("the most suspicious\n")
    for each in found.suspects[:_SHOWN]:
        print("\n".join(_doubted(each, texts[each.article])))
    if found.suspects:
        print("…" if len(found.suspects) > _SHOWN else "")
    counts = ", ".join(f"{name} {count}" for name, count in found.faults.items())
    for note in found.notes:
        print(f"note: {note}")
    print(f"{len(found.suspects)} suspects in {found.articles} articles: {counts or 'none'}")
    if found.suspects:
        print(f"all: {opened.suspects}\nto have them looked at: pressmark push --again")


_SIMULATION = ("strategy", "mean F1", "at last", "to random", "95%", "")
#: Suspects that are printed; the file holds all.
_SHOWN = 15


def _doubted(suspect: Suspect, text: str) -> list[str]:
    """A suspect in two lines: where, the id whole, so that it can be copied; and who says what."""
    about = [suspect.name] if suspect.fault == "answer" else []
    if suspect.start is not None:
        about.append(f"“{_quoted(text[suspect.start : suspect.end])}”")
    said = f"annotators: {suspect.says or '–'} · model: {suspect.model or '–'}"
    return [
        f"{suspect.score:.2f}  {suspect.fault:8}  {safe(suspect.article)}",
        f"      {safe(' '.join(about))} · {safe(said)}",
    ]


def _quoted(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 30 else f"{plain[:29]}…"


def _printed(name: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    from corpus.looking.stats import Table
    from corpus.looking.tables import printed

    printed(Table(name, head, tuple(rows)))
