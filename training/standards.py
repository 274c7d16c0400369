"""What a model is held to: thresholds and calibration, from articles that it was not taught."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path

import numpy as np

from corpus.job import Job
from corpus.measures import alike
from corpus.progress import Progress, silent
from corpus.scheme import Scheme
from corpus.scoring.reliability import Reliability, reliability
from corpus.settings import TrainingSection
from training import processes
from training.calibration import ABSTAIN, Calibration, Outcome, calibrated
from training.decode import Reading, decode
from training.encoders import Encoder
from training.encoding import words
from training.examples import Example
from training.folds import folds_of, read_fold, told_of
from training.manifest import fingerprint
from training.opinions import chances
from training.rows import Taught
from training.thresholds import tuned
from training.values import Heard, gathered, heard, tuned_values
from training.weights import Weights

#: A calibration is judged on articles that it was not fitted on, in so many folds.
JUDGED = 5
#: What is kept of a fold: another Pressmark may have kept less.
KEPT = "readings and values"
#: What is kept of each choice that was heard.
HEARD = tuple(each.name for each in fields(Heard))


@dataclass(frozen=True, slots=True)
class Standards:
    """Thresholds of labels and of values, calibration, and the articles they are from in words.

    `raw` and `honest` are the reliability of the scores before and after: each span's probability
    is by curves that were not fitted on its group of articles.
    """

    thresholds: dict[str, float]
    calibration: Calibration
    how: str
    raw: Reliability
    honest: Reliability
    values: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Unseen:
    """Readings of articles by a model that was not taught them, and what people said of these.

    Args:
        readings: one for each of the examples, in their order.
        examples: by those who saw no pre-labels.
        groups: the group of each article id.
        how: whose readings these are.
        heard: by the choice's name, what the same model says of values where people answered.
    """

    readings: Sequence[Reading]
    examples: Sequence[Example]
    groups: Mapping[str, str]
    how: str
    heard: Mapping[str, Heard] = field(default_factory=dict)


def standards(job: Job, unseen: Unseen, settings: TrainingSection) -> Standards:
    """Return what readings of articles not taught say of thresholds and scores.

    `evaluation` in the job's settings says what a span is compared with.
    """
    thresholds = tuned(unseen.readings, unseen.examples, job.scheme, settings.objective)
    reference = job.settings.evaluation.reference
    found = outcomes(unseen, job.scheme, thresholds, reference)
    raw, honest = judged(found, settings.seed)
    calibration = replace(
        calibrated(found),
        reference=reference,
        abstain=job.settings.evaluation.abstain or ABSTAIN,
        error=honest.error.value,
        raw_error=raw.error.value,
    )
    values = tuned_values(unseen.heard, job.scheme)
    return Standards(thresholds, calibration, unseen.how, raw, honest, values)


def outcomes(
    unseen: Unseen, scheme: Scheme, thresholds: Mapping[str, float], reference: str = "gold"
) -> list[Outcome]:
    """Return each span that stands at the thresholds with its raw score and what came true.

    With 'gold' that is whether a span of the example's reference overlaps it by half, with
    'annotator' the share of those who were asked who have such a span. Labels that nobody was
    asked are left out.
    """
    found = []
    for reading, example in zip(unseen.readings, unseen.examples, strict=True):
        asked = {label.name: example.asked(label) for label in scheme.labels}
        gold, group = example.reference(scheme), unseen.groups[example.article.id]
        for span in decode(reading, scheme, thresholds):
            opinions = [each.spans for each in asked[span.label]]
            if opinions:
                sides = [gold] if reference == "gold" else opinions
                right = np.mean([any(alike(span, other) for other in side) for side in sides])
                found.append(Outcome(span.label, span.score or 0.0, float(right), group))
    return found


def judged(found: Sequence[Outcome], seed: int = 0) -> tuple[Reliability, Reliability]:
    """Return the reliability of raw scores, and of probabilities by curves of other articles.

    Groups are drawn into `JUDGED` folds; where there are fewer than two groups nothing is judged.
    """
    groups = {each.group: each.group for each in found}
    raw = [each.score for each in found]
    if len(groups) < 2:
        nothing = reliability([], [])
        return nothing, nothing
    said = np.zeros(len(found))
    for fold in folds_of(groups, min(JUDGED, len(groups)), seed):
        here = set(fold)
        learned = calibrated([each for each in found if each.group not in here])
        for number, each in enumerate(found):
            if each.group in here:
                said[number] = learned.chance(each.label, each.score)
    right, of = [each.right for each in found], [each.group for each in found]
    return reliability(raw, right, of), reliability(said.tolist(), right, of)


def cross_read(  # noqa: PLR0917  # what a fit takes, the groups, and where readings are kept
    taught: Taught,
    others: Sequence[Taught],
    groups: Mapping[str, str],
    settings: TrainingSection,
    encoder: Callable[[], Encoder],
    folder: Path,
    progress: Progress = silent,
    *,
    share: float = 1,
) -> Unseen:
    """Return readings out of fold of what people said without pre-labels.

    `share` is how much of their planned steps the folds' models are taught: as much as made the
    model that is held to what is read here.

    Each finished fold's readings are kept in `folder`: a training that was killed reads them there
    if nothing that made them has changed.
    """
    ids = [example.article.id for example in taught.examples]
    folds = folds_of({id_: groups[id_] for id_ in ids}, settings.folds, settings.seed)
    by_id = {example.article.id: example for example in taught.examples}
    key = _key([taught, *others], settings, share)
    paths = [folder / f"fold-{n}-of-{len(folds)}-{key}.npz" for n in range(1, len(folds) + 1)]
    # Asked before any is written: several processes must decide alike
    kept = [_kept(p, [by_id[i] for i in f]) for p, f in zip(paths, folds, strict=True)]
    readings: list[Reading] = []
    told: list[Mapping[str, Heard]] = []
    for number, (fold, path, known) in enumerate(zip(folds, paths, kept, strict=True), 1):
        tell = told_of(progress, number, len(folds))
        made = known or _told(
            taught.scheme,
            read_fold(taught, others, fold, settings, encoder, tell, keep=True, share=share),
        )
        if known is None and processes.is_main():
            _keep(path, *made)
        readings += made[0]
        told.append(made[1])
    bare = [by_id[reading.article.id].unassisted for reading in readings]
    pairs = [(r, e) for r, e in zip(readings, bare, strict=True) if e.opinions]
    how = f"{len(folds)} folds of {len(pairs)} articles, each read by a model not taught it"
    return Unseen([r for r, _ in pairs], [e for _, e in pairs], groups, how, gathered(told))


def _told(
    scheme: Scheme, fold: Iterable[tuple[Example, Reading, Weights]]
) -> tuple[list[Reading], dict[str, Heard]]:
    """A fold's readings without their tokens, which are large, and what these say of values."""
    readings, told = [], []
    for example, reading, weights in fold:
        says = partial(chances, reading, weights)
        told.append(heard(example.unassisted, scheme, weights.heads, says))
        readings.append(replace(reading, tokens=None))
    return readings, gathered(told)


def _key(taught: Sequence[Taught], settings: TrainingSection, share: float) -> str:
    """Names what makes the readings what they are."""
    kin = [sorted(part.kin.items()) for part in taught]
    made = f"{settings.model_dump_json()}{fingerprint(taught)}{kin}{share}{KEPT}"
    return hashlib.sha256(made.encode()).hexdigest()[:16]


def _keep(path: Path, readings: Sequence[Reading], told: Mapping[str, Heard]) -> None:
    arrays = {
        f"{name}{number}": getattr(reading, name)
        for number, reading in enumerate(readings)
        for name in ("inside", "begins")
    }
    for name, each in told.items():
        arrays |= {f"{part}:{name}": getattr(each, part) for part in HEARD}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _kept(path: Path, examples: Sequence[Example]) -> tuple[list[Reading], dict[str, Heard]] | None:
    """What `_keep` wrote; None where there is nothing, or it is damaged."""
    found = []
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            for number, example in enumerate(examples):
                on = tuple(words(example.article))
                inside, begins = (arrays[f"{name}{number}"] for name in ("inside", "begins"))
                if len(inside) != len(on):
                    return None
                found.append(Reading(example.article, on, inside, begins))
            names = [name[len("chance:") :] for name in arrays if name.startswith("chance:")]
            told = {n: Heard(*(arrays[f"{part}:{n}"] for part in HEARD)) for n in names}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return found, told
