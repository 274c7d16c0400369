"""Who is taught, tuned on and tested on: by the job's ledger of placements, or drawn."""

from __future__ import annotations

from collections import Counter

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.selection import chosen, read_selection
from corpus.stories.duplicates import clusters
from corpus.stories.placements import HELD_OUT, placements
from corpus.stories.splits import USES, Split, split
from training.examples import Examples


def parted(job: Job, examples: Examples) -> tuple[Examples, Split]:
    """Return the examples that have a use, and their split; stories stay on one side.

    Where the job has a ledger (`pressmark split`) it decides, and what it holds out or has not
    placed is left out. Else articles are drawn by the shares of the training's settings, and those
    that were labelled over pre-labels alone or chosen by a strategy (`pressmark select`) are
    taught. A ledger that only holds out draws no line between the rest.

    Raises:
        PressmarkError: too few articles, or a use that the ledger gives to none of them.
    """
    known = clusters(job)
    groups = {id_: known[id_] for id_ in examples.items}
    settings = job.settings.training
    placed = placements(job)
    left_out = Counter(examples.left_out)
    by_ledger = not {*USES}.isdisjoint(placed.values())
    items = {}
    for id_, example in examples.items.items():
        use = placed.get(id_)
        if use == HELD_OUT:
            left_out["of an article that is held out"] += len(example.opinions)
        elif use is None and by_ledger:
            left_out["of an article without a placement"] += len(example.opinions)
        else:
            items[id_] = example
    if not by_ledger:
        selected = chosen(read_selection(job.selection))
        taught = [i for i, e in items.items() if i in selected or not e.unassisted.opinions]
        groups = {id_: groups[id_] for id_ in items}
        try:
            drawn = split(groups, settings.validation, settings.test, settings.seed, taught)
        except PressmarkError as error:
            raise PressmarkError(f"{job.folder}: {error}") from None
        return Examples(items, dict(left_out)), drawn
    uses = {use: tuple(sorted(i for i in items if placed[i] == use)) for use in USES}
    for use, ids in uses.items():
        if not (ids if use == "train" else examples.unassisted(ids)):
            raise PressmarkError(
                f"{job.placements}: places no article in {use!r} that is annotated"
                f"{'' if use == 'train' else ' without pre-labels'}; annotate some, or run"
                " 'pressmark split' to place new articles"
            )
    teach, tune, try_ = (uses[use] for use in USES)
    used = Split(teach, tune, try_, {id_: groups[id_] for id_ in items})
    return Examples(items, dict(left_out)), used
