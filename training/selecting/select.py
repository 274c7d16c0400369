"""`select`: which articles to annotate next, and a slice by lot that stays out of training."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corpus.errors import PressmarkError
from corpus.job import Job, now
from corpus.progress import Progress, silent
from corpus.records import Article
from corpus.selection import Selected, append_selection
from corpus.stories.placements import hold_out
from training.selecting.pool import Pool, pace, pool
from training.selecting.strategies import disagreement, spread, uncertainty
from training.units import Floats

if TYPE_CHECKING:
    from training.checkpoint import Checkpoint

WHY = "control slice of a selection: drawn by lot, measures and never teaches"


@dataclass(frozen=True)
class Selection:
    """What `select` chose: `articles` in order; nobody but the ledger knows the `control` slice.

    `seconds` is how long one person reads them, at `pace` characters a second. `notes` say what a
    lead should know.
    """

    strategy: str
    seed: int
    model: str
    articles: tuple[str, ...]
    control: int
    seconds: float
    pace: float
    notes: tuple[str, ...] = ()


def select(job: Job, progress: Progress = silent) -> Selection:
    """Choose articles by `selection` of the job's settings; append them to selection.jsonl.

    A share `control` of them is drawn by lot before the strategy chooses, stands at places by lot
    among the rest, and is held out for good, with every article of its story. `pressmark assign`
    gives out what was selected first.

    Raises:
        PressmarkError: nothing is left to select, or the strategy has no model to ask.
    """
    settings = job.settings.selection
    there, (speed, timed) = pool(job), pace(job)
    lot = random.Random(f"select:{settings.seed}:{len(there.annotated)}")  # noqa: S311  # no secret
    count = min(settings.count, len(there.articles))
    held = lot.sample(there.articles, round(settings.control * count))
    free = tuple(each for each in there.articles if each not in held)
    scored, model = _scored(job, free, there, speed, lot, progress)
    order: list[tuple[Article, float | None]] = list(scored[: count - len(held)])
    for each in held:
        order.insert(lot.randrange(len(order) + 1), (each, None))
    when, ids = now(), {each.id for each in held}
    rows = [
        Selected(
            article=each.id,
            sha256=each.sha256,
            place=place,
            strategy=settings.strategy,
            seed=settings.seed,
            model=model,
            score=None if value is None else round(value, 6),
            control=each.id in ids,
            when=when,
        )
        for place, (each, value) in enumerate(order, 1)
    ]
    stories = {there.groups[id_] for id_ in ids}
    hold_out(job, [id_ for id_, story in there.groups.items() if story in stories], WHY)
    append_selection(job.selection, rows)
    return Selection(
        settings.strategy,
        settings.seed,
        model,
        tuple(each.article for each in rows),
        len(held),
        round(sum(len(each.text) for each, _ in order) / speed, 1),
        round(speed, 1),
        tuple(_notes(job, there, timed)),
    )


def _scored(  # noqa: PLR0917  # what a strategy may rest on
    job: Job,
    free: Sequence[Article],
    there: Pool,
    speed: float,
    lot: random.Random,
    progress: Progress,
) -> tuple[list[tuple[Article, float | None]], str]:
    """The articles in the strategy's order with their scores, and the models that were asked."""
    strategy = job.settings.selection.strategy
    if strategy == "random":
        return [(each, None) for each in lot.sample(free, len(free))], ""
    models = _models(job, strategy)
    name = ", ".join(each.manifest.name for each in models)
    if strategy == "diversity":
        means = [_means(models[0], each, progress) for each in (free, there.annotated)]
        taken = spread(means[0], means[1], len(free))
        return [(free[at], value) for at, value in taken], name
    values: list[float] = []
    if strategy == "uncertainty":
        weights = models[0].reader.weights
        readings = models[0].reader.read(free, progress, keep=True)
        values = [uncertainty(each, weights) for each in readings]
    else:
        streams = [model.reader.read(free, progress) for model in models]
        values = [disagreement(each) for each in zip(*streams, strict=True)]
    gains = [v * speed / len(a.text) for v, a in zip(values, free, strict=True)]
    ranked = sorted(zip(free, gains, strict=True), key=lambda each: (-each[1], each[0].id))
    return [(each, gain) for each, gain in ranked], name


def _models(job: Job, strategy: str) -> list[Checkpoint]:
    """The models to ask: the job's own, or those of its seeds for disagreement."""
    from training.checkpoint import MANIFEST, load, read_manifest
    from training.predict import load_model

    name, ours = job.settings.training.name, job.scheme.hash
    if strategy != "disagreement":
        if not (job.models / name / MANIFEST).exists():
            raise PressmarkError(
                f"{job.models / name}: no model there, and {strategy} asks one; run 'pressmark"
                " train', or select by lot with '--set selection.strategy=random'"
            )
        return [load_model(job)]
    folders = sorted(path.parent for path in job.models.glob(f"{name}-seed*/{MANIFEST}"))
    alike = [folder for folder in folders if read_manifest(folder).scheme == ours]
    if len(alike) < 2:
        raise PressmarkError(
            f"{job.models}: disagreement needs the models of several seeds, and there are"
            f" {len(alike)} of {name!r}; train with 'training.seeds: [0, 1, 2]', or select by"
            " uncertainty"
        )
    return [load(folder) for folder in alike]


def _means(model: Checkpoint, articles: Sequence[Article], progress: Progress) -> Floats:
    """The encoder's mean state of each article, articles x d."""
    rows = [
        each.tokens.states.mean(axis=0)
        for each in model.reader.read(articles, progress, keep=True)
        if each.tokens is not None
    ]
    return np.array(rows, np.float32) if rows else np.zeros((0, 0), np.float32)


def _notes(job: Job, there: Pool, timed: int) -> list[str]:
    settings = job.settings.selection
    notes = [f"passed over: {count} {why}" for why, count in sorted(there.passed.items())]
    if settings.count > len(there.articles):
        notes.insert(
            0, f"asked for {settings.count}, and only {len(there.articles)} can be selected"
        )
    if not math.isclose(settings.control, 0) and not round(
        settings.control * min(settings.count, len(there.articles))
    ):
        notes.append("no control slice: its share of so few articles is none")
    if not timed and not settings.pace:
        notes.append("nobody's time was measured: reading time goes by characters")
    if not job.settings.people:
        notes.append("nobody is named under 'people': 'assign' needs them to give these out first")
    return notes
