"""Prediction: a run of the job's model over all its articles, shard by shard."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import PressmarkError
from corpus.files import write_json
from corpus.job import Job, now
from corpus.progress import Progress, silent
from corpus.records import Annotation
from corpus.store import (
    count_articles,
    digest,
    iter_articles,
    iter_predictions,
    latest_by_shard,
    runs,
    shards,
    write_predictions,
    write_run,
)
from corpus.takedown import is_taken_down, read_takedown
from training.checkpoint import MANIFEST, Checkpoint, load
from training.prediction.choosing import ready
from training.prediction.engines import WEIGHTS, fingerprint
from training.predictions import Author

#: What a kill leaves of a run: its finished parts, and what they are parts of.
_PARTS, _BEGUN = ".parts", "begun.json"


@dataclass(frozen=True, slots=True)
class Predicted:
    """A finished run: its name, how many articles and spans it holds, and what read them.

    `barred` articles stand on the take-down list and were left out; `resumed` says that a run that
    was killed was brought to its end.
    """

    run: str
    articles: int
    spans: int
    barred: int = 0
    backend: str = ""
    resumed: bool = False


def predict(job: Job, progress: Progress = silent) -> Predicted:
    """Let the job's model read the latest version of every article; write predictions/RUN.parquet.

    Spans carry a score and attributes. The run's name begins with the time, so that runs sort by
    age. Each file of articles gives a part; after a kill the same command goes on behind the last
    one that is whole, if model, articles and scheme are as they were.

    Raises:
        PressmarkError: no model, one of another scheme, or no articles.
    """
    count = count_articles(job)
    if not count:
        raise PressmarkError(f"{job.articles}: no articles; run 'pressmark ingest'")
    checkpoint = load_model(job)
    job.keep_scheme()
    run, when, resumed = _begin(job, checkpoint)
    parts = job.predictions / f"{run}{_PARTS}"
    engine = ready(
        checkpoint,
        job.scheme,
        job.settings.prediction,
        lambda: iter_articles(job),
        count,
        progress=progress,
    )
    speaker, listed = author(checkpoint, job), read_takedown(job.takedown)
    counted = _Counted(progress, count)
    for path, articles in latest_by_shard(job):
        part = parts / path.name
        if not part.exists():
            wanted = (article for article in articles if not is_taken_down(article, listed))
            readings = engine.reader.read(wanted, keep=True)
            said = (speaker.says(reading, run, when) for reading in readings)
            write_predictions(part, counted.watch(said))
        else:
            counted.skip(iter_predictions(part))
    whole = (each for path in shards(job) for each in iter_predictions(parts / path.name))
    write_run(job, run, whole)
    shutil.rmtree(parts)
    progress("reading articles", count, count)
    barred = count - counted.articles
    return Predicted(run, counted.articles, counted.spans, barred, engine.told, resumed)


class _Counted:
    """Counts predictions and their spans as they pass, and tells how far they are."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.articles = self.spans = 0
        self._progress, self._total = progress, total

    def watch(self, predictions: Iterable[Annotation]) -> Iterator[Annotation]:
        """Yield them on."""
        for each in predictions:
            self.articles += 1
            self.spans += len(each.spans)
            yield each
            self._progress("reading articles", self.articles, self._total)

    def skip(self, predictions: Iterable[Annotation]) -> None:
        """Count what was written before."""
        for _ in self.watch(predictions):
            pass


def author(checkpoint: Checkpoint, job: Job) -> Author:
    """Return who speaks when the checkpoint reads articles of the job's scheme."""
    manifest = checkpoint.manifest
    weights = checkpoint.reader.weights
    standards = (manifest.thresholds, manifest.calibration, manifest.values)
    return Author(manifest.name, weights, job.scheme, *standards)


def load_model(job: Job) -> Checkpoint:
    """Load the model that the job names.

    Raises:
        PressmarkError: there is none, or it was trained under another scheme.
    """
    checkpoint = load(job.models / job.settings.training.name)
    check_scheme(checkpoint, job)
    return checkpoint


def check_scheme(checkpoint: Checkpoint, job: Job) -> None:
    """Refuse a model that was trained under another scheme than the job's.

    Raises:
        PressmarkError: it was.
    """
    if checkpoint.manifest.scheme != job.scheme.hash:
        raise PressmarkError(
            f"{checkpoint.folder}: trained under scheme {checkpoint.manifest.scheme[:8]}…, the job"
            f" has {job.scheme.hash[:8]}…: run 'pressmark train', or put the scheme's file back"
        )


def _begin(job: Job, checkpoint: Checkpoint) -> tuple[str, str, bool]:
    """Return the name and time of the run, and whether it goes on from one that was killed.

    Parts of another model, scheme or state of the articles are removed.
    """
    told = {
        "weights": fingerprint(checkpoint.folder / WEIGHTS),
        "manifest": fingerprint(checkpoint.folder / MANIFEST),
        "scheme": job.scheme.hash,
        "articles": digest(job),
        "barred": sorted(read_takedown(job.takedown)),
    }
    written = runs(job)
    for folder in sorted(job.predictions.glob(f"*{_PARTS}")):
        run = folder.name.removesuffix(_PARTS)
        begun = _begun(folder)
        if begun.get("told") == told and run not in written:
            return run, begun["when"], True
        shutil.rmtree(folder)
    when = now()
    run = f"{when.removesuffix('Z').replace(':', '-')}-{checkpoint.manifest.name}"
    write_json(job.predictions / f"{run}{_PARTS}" / _BEGUN, {"when": when, "told": told})
    return run, when, False


def _begun(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / _BEGUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found
