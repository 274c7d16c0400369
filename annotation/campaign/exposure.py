"""Who is shown pre-labels on which article: drawn by lot once, hidden from the annotator.

Nothing in a task says in which arm it is. That there are pre-labels can be seen, of course.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from corpus.assignments import read_assignments
from corpus.exposures import Exposure, append_exposures, read_exposures
from corpus.job import Job, now
from corpus.prelabels.planting import as_shown, plant, veiled
from corpus.stories.placements import placements

if TYPE_CHECKING:
    from annotation.projects import Desk
    from annotation.wanted import Wanted

Key = tuple[str, str, str, int]
#: Sizes of a block of assignments; of each the stated share is shown, as exactly as it can be.
_SIZES = range(4, 11)


def exposed(job: Job, desk: Desk, tasks: Sequence[Wanted]) -> list[Wanted]:
    """Return a desk's tasks with the pre-labels that its owner is to see, as far as any.

    An arm in exposures.jsonl stands; for other tasks it is drawn here and written down when `push`
    sends them (see `record`). The control slice, repeats, articles placed for test, and those
    that the run says nothing of are never shown pre-labels.

    Args:
        job: its `campaign.prelabels` says which share is shown, and which is planted.
        desk: whose tasks they are.
        tasks: each with the run's annotation of its article, if there is one.
    """
    rows: dict[Key, Exposure] = {}
    for row in read_exposures(job.exposures):
        rows[row.key] = row
    barred = _barred(job, desk.owner, tasks)
    lot = []
    for task in tasks:
        key = _key(desk, task)
        if key in rows:
            continue
        if reason := barred.get(key) or ("" if task.shown else "no pre-labels"):
            rows[key] = Exposure(*key, reason=reason)
        else:
            lot.append(task)
    rows |= {row.key: row for row in _drawn(job, desk, lot)}
    return [_as_exposed(job, task, rows[_key(desk, task)]) for task in tasks]


def record(job: Job, tasks: Iterable[Wanted]) -> None:
    """Write down the arms of tasks that are about to be sent; what is written stays."""
    when = now()
    rows = [replace(task.exposure, when=when) for task in tasks if task.exposure]
    append_exposures(job.exposures, rows)


def _key(desk: Desk, task: Wanted) -> Key:
    return desk.owner, task.article.id, task.article.sha256, task.occasion


def _barred(job: Job, owner: str, tasks: Iterable[Wanted]) -> dict[Key, str]:
    """Why some assignments of the owner's are never shown pre-labels."""
    test = {id_ for id_, use in placements(job).items() if use == "test"}
    kinds = {each.key: each.kind for each in read_assignments(job.assignments)}
    found: dict[Key, str] = {}
    for task in tasks:
        key = (owner, task.article.id, task.article.sha256, task.occasion)
        kind = kinds.get(key, "repeat" if task.occasion > 1 else "work")
        if kind != "work" or task.article.id in test:
            found[key] = kind if kind != "work" else "placed for test"
    return found


def _drawn(job: Job, desk: Desk, tasks: Sequence[Wanted]) -> Iterator[Exposure]:
    """Draw the arms of new assignments, block by block (permuted blocks within strata)."""
    section = job.settings.campaign
    share = section.prelabels.exposure
    for block in _blocks(tasks, _size(share)):
        name = f"{desk.owner}:{block[0].uid}"
        draw = random.Random(f"{section.seed}:{name}")  # noqa: S311  # repeatable, no secret
        # a share of 0.7 of 10 is 7 and not 7.000000000000001; what is left of a share goes by lot
        count = int(round(len(block) * share, 6) + draw.random())
        shown = set(draw.sample(range(len(block)), count))
        for number, task in enumerate(block):
            row = Exposure(*_key(desk, task), block=name)
            if number in shown and task.shown:
                row = replace(row, arm="shown", run=task.shown.run)
            yield row


def _size(share: float) -> int:
    """The least size of a block whose share is whole; else the largest."""
    exact = Fraction(share).limit_denominator(100)
    return next((size for size in _SIZES if (size * exact).denominator == 1), _SIZES[-1])


def _blocks(tasks: Sequence[Wanted], size: int) -> Iterator[list[Wanted]]:
    """Yield blocks of one publisher's articles of like length, then of what is left over of all.

    Blocks are stratified in this way: within each, arms differ in neither publisher nor length.
    """
    strata: defaultdict[str, list[Wanted]] = defaultdict(list)
    for task in sorted(tasks, key=lambda each: (len(each.article.text), each.uid)):
        strata[task.article.publisher].append(task)
    rest: list[Wanted] = []
    for publisher in sorted(strata):
        whole = len(strata[publisher]) // size * size
        for start in range(0, whole, size):
            yield strata[publisher][start : start + size]
        rest += strata[publisher][whole:]
    rest.sort(key=lambda each: (len(each.article.text), each.uid))
    for start in range(0, len(rest), size):
        yield rest[start : start + size]


def _as_exposed(job: Job, task: Wanted, row: Exposure) -> Wanted:
    """The task as its arm says, with the errors that this run's pre-labels get."""
    if row.arm == "unshown" or task.shown is None:
        return replace(task, shown=None, exposure=row)
    if not row.when or row.run != task.shown.run:
        campaign = job.settings.campaign
        share, seed = campaign.prelabels.planted, campaign.seed
        errors = plant(veiled(task.shown), task.article, job.scheme, share, seed)
        row = replace(row, run=task.shown.run, planted=errors)
    return replace(task, shown=as_shown(task.shown, row.planted, job.scheme), exposure=row)
