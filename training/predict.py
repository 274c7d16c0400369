"""Prediction: a run of the job's model over all its articles."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.errors import PressmarkError
from corpus.job import Job, now
from corpus.progress import Progress, silent
from corpus.records import Annotation
from corpus.store import read_articles, write_run
from training.checkpoint import Checkpoint, load
from training.decode import Reading
from training.opinions import answers, spans


@dataclass(frozen=True, slots=True)
class Predicted:
    """A finished run: its name, and how many articles and spans it holds."""

    run: str
    articles: int
    spans: int


def predict(job: Job, progress: Progress = silent) -> Predicted:
    """Let the job's model read the latest version of every article; write predictions/RUN.parquet.

    Spans carry a score and attributes. The run's name begins with the time, so that runs sort by
    age.

    Raises:
        PressmarkError: no model, one of another scheme, or no articles.
    """
    articles = read_articles(job)
    if not articles:
        raise PressmarkError(f"{job.articles}: no articles; run 'pressmark ingest'")
    checkpoint = load_model(job)
    job.keep_scheme()
    when = now()
    run = f"{when.removesuffix('Z').replace(':', '-')}-{checkpoint.manifest.name}"
    readings = checkpoint.reader.read(articles, progress, keep=True)
    predictions = [_annotation(job, checkpoint, reading, run, when) for reading in readings]
    write_run(job, run, predictions)
    return Predicted(run, len(predictions), sum(len(each.spans) for each in predictions))


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


def _annotation(
    job: Job, checkpoint: Checkpoint, reading: Reading, run: str, when: str
) -> Annotation:
    weights, manifest = checkpoint.reader.weights, checkpoint.manifest
    return Annotation(
        id=f"{run}:{reading.article.id}",
        article=reading.article.id,
        sha256=reading.article.sha256,
        author=manifest.name,
        role="model",
        run=run,
        scheme=job.scheme.hash,
        spans=spans(reading, weights, job.scheme, manifest.thresholds, manifest.calibration),
        answers=answers(reading, weights, job.scheme),
        when=when,
    )
