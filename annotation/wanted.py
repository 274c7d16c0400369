"""Which tasks should stand on whose desk: what push makes true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from annotation.codec import uid_of
from annotation.layers import BLOCKS, blocks_shown, scheme_of
from annotation.projects import Desk
from corpus.errors import PressmarkError
from corpus.exposures import Exposure
from corpus.job import Job
from corpus.records import Annotation, Article
from corpus.store import read_articles, read_run, runs
from corpus.takedown import is_taken_down, read_takedown


@dataclass(frozen=True)
class Wanted:
    """A task: an article, on which occasion its annotator meets it, and the pre-labels shown.

    `exposure` is what the lot said of showing them, once it was drawn.
    """

    article: Article
    shown: Annotation | None = None
    occasion: int = 1
    exposure: Exposure | None = None

    @property
    def uid(self) -> str:
        """The task's stable name in its project."""
        return uid_of(self.article, self.occasion)


def wanted(job: Job, layer: str, run: str | None = None) -> dict[Desk, Sequence[Wanted]]:
    """Return what should stand on each desk: the same for everybody, in the order of arrival.

    Without `run` the newest one of the job's scheme is shown, if there is any. What is on the
    take-down list is wanted nowhere. The layer 'blocks' shows the articles' own blocks.

    Raises:
        PressmarkError: there are no articles, or no such run or layer.
    """
    scheme = scheme_of(job, layer)
    listed = read_takedown(job.takedown)
    articles = [article for article in read_articles(job) if not is_taken_down(article, listed)]
    if not articles:
        kept = " that may leave it (takedown.txt)" if listed else ""
        raise PressmarkError(
            f"{job.folder}: there are no articles{kept}; run 'pressmark ingest' first"
        )
    if layer == BLOCKS:
        _refuse_run(run)
        return {Desk(layer): [Wanted(each, blocks_shown(each, scheme)) for each in articles]}
    shown = _predictions(job, run)
    return {Desk(layer): [Wanted(each, shown.get((each.id, each.sha256))) for each in articles]}


def _refuse_run(run: str | None) -> None:
    if run is not None:
        raise PressmarkError(
            f"{run}: the layer '{BLOCKS}' shows the articles' own blocks; leave --run out"
        )


def _predictions(job: Job, run: str | None) -> dict[tuple[str, str], Annotation]:
    """Return what to show, by version of article."""
    if run is not None:
        found = read_run(job, run)
        if found and not _ours(found, job):
            raise PressmarkError(
                f"{run}: was predicted under another scheme; run 'pressmark predict' again"
            )
    else:
        newest = (read_run(job, name) for name in reversed(runs(job)))
        found = next((each for each in newest if _ours(each, job)), [])
    return {(shown.article, shown.sha256): shown for shown in found}


def _ours(predictions: list[Annotation], job: Job) -> bool:
    return bool(predictions) and predictions[0].scheme == job.scheme.hash
