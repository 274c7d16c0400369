"""Commands that keep stories together and apart: duplicates, split, reanchor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, quarantined, work

if TYPE_CHECKING:
    from corpus.stories.duplicates import Clusters
    from corpus.stories.leaks import Checked
    from corpus.stories.placements import Placed
    from corpus.stories.recurring import Recurring
    from corpus.stories.relations import Join

app = typer.Typer()

#: Lines of a report; all of it is in the files and in `--json`.
MOST = 20


@app.command()
def duplicates(
    carry: Annotated[
        bool,
        typer.Option("--carry", help="Carry labels of recurring blocks to their other places."),
    ] = False,
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Find articles that tell one story in the same words, and blocks that recur."""
    from corpus.stories.duplicates import duplicates as find
    from corpus.stories.recurring import carry_over
    from corpus.stories.recurring import recurring as repeated

    with work("duplicates", job, settings) as (opened, progress):
        found = find(opened, progress)
        blocks = repeated(opened)
        carried = carry_over(opened) if carry else None
    told = [*_joined(found), *_repeated(blocks)]
    told += [f"see {opened.clusters} and {opened.recurring}"]
    if carried:
        told.append(
            f"run {carried.run}: {carried.spans} spans carried to {len(carried.annotations)}"
            f" articles; show them with: pressmark push --run {carried.run}"
            if carried.run
            else "nothing to carry: no recurring block is annotated in one article and not in all"
        )
    result = {
        "articles": len(found.of),
        "clusters": found.several,
        "joins": found.joins,
        "recurring": blocks,
        "carried": carried and {"run": carried.run, "spans": carried.spans},
    }
    answer(result, as_json, "\n".join(told))


def _joined(found: Clusters) -> list[str]:
    from corpus.stories.relations import counted

    several = found.several
    stories = len(set(found.of.values()))
    told = [f"{len(found.of)} articles tell {stories} stories; {len(several)} are told repeatedly"]
    relations = ", ".join(f"{count} {name}" for name, count in counted(found.joins).items())
    if found.joins:
        told.append(f"joined pairs: {relations}")
    return [*told, *_some([_line(join) for join in found.joins])]


def _line(join: Join) -> str:
    return f"  {join.relation} {join.similarity:.2f}: {join.one} and {join.other}: {join.reason}"


def _repeated(blocks: list[Recurring]) -> list[str]:
    if not blocks:
        return ["no block recurs"]
    told = [f"{len(blocks)} blocks recur:"]
    return told + _some([f"  {each.kind} in {each.articles} articles" for each in blocks])


def _some(lines: list[str]) -> list[str]:
    if len(lines) <= MOST:
        return lines
    return [*lines[:MOST], f"  and {len(lines) - MOST} more: --json lists them all"]


@app.command()
def split(
    check: Annotated[
        bool, typer.Option("--check", help="Prove that no story stands on two sides.")
    ] = False,
    hold_out: Annotated[
        list[str] | None,
        typer.Option("--hold-out", metavar="ID", help="Take an article from its side for good."),
    ] = None,
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Place articles to train, tune and test on; a placed one never changes sides."""
    from corpus.stories.leaks import check as prove
    from corpus.stories.placements import hold_out as take
    from corpus.stories.placements import split as place

    with work("split", job, settings) as (opened, progress):
        if hold_out:
            count = take(opened, hold_out, "held out by hand")
        if check:
            checked = prove(opened, progress)
        elif not hold_out:
            placed = place(opened, progress)
    if check:
        answer(checked, as_json, "\n".join(_checked(checked)))
        if checked.leaks:
            raise typer.Exit(1)
    elif hold_out:
        answer({"held_out": count}, as_json, f"{count} articles held out")
    else:
        answer(placed, as_json, "\n".join(_placed(placed)))


def _placed(placed: Placed) -> list[str]:
    told = [
        f"{use}: {placed.all[use]} articles, {placed.new[use]} of them new" for use in placed.all
    ]
    told += _some([f"  {id_}: {why}" for id_, why in placed.held_out.items()])
    told += [f"not placed: {count}, {why}" for why, count in placed.waiting.items()]
    if placed.gone:
        told.append(
            f"{placed.gone} placed articles are not in the job any more; they keep their use"
        )
    return told


def _checked(checked: Checked) -> list[str]:
    from collections import Counter

    counts = ", ".join(f"{count} {use}" for use, count in checked.placed.items())
    told = [f"compared {counts}; {checked.unplaced} on no side"]
    if checked.leaks:
        told.append(f"{len(checked.leaks)} near-duplicate pairs stand on two sides:")
        told += _some([_line(join) for join in checked.leaks])
        told.append("take one of each pair out with: pressmark split --hold-out ID")
    else:
        told.append("no near-duplicate article stands on two sides")
    kinds = Counter(block.kind for block in checked.recurring)
    told += [f"recurring on two sides: {count} {kind}" for kind, count in sorted(kinds.items())]
    return told


@app.command()
def reanchor(job: Folder = HERE, settings: Settings = None, as_json: Json = False) -> None:
    """Carry annotations of pages that changed to their new versions."""
    from corpus.stories.reanchor import reanchor as carry

    with work("reanchor", job, settings) as (opened, progress):
        result = carry(opened, progress)
    told = [f"{result.carried} annotations carried, {result.same} were carried before"]
    if result.spans:
        told.append(f"{result.spans} spans: {result.exact} in the same words and surroundings")
    told += _some(
        [
            f"  changed ({each.confidence:.2f}): {each.old!r} is now {each.new!r},"
            f" span {each.span!r} of {each.annotation!r}"
            for each in result.changed
        ]
    )
    if result.anew:
        told.append(f"{result.anew} left alone: their author annotated a later version")
    answer(result, as_json, "\n".join(told))
    quarantined(opened, result.quarantined)
