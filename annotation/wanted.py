"""Which tasks should stand on whose desk: what push makes true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from annotation.campaign.again import own_labels
from annotation.campaign.exposure import exposed
from annotation.campaign.qualification import learning
from annotation.codec import Json, task_of, uid_of
from annotation.layers import BLOCKS, SPANS, blocks_shown, scheme_of
from annotation.projects import PURPOSES, SECOND, WORK, Desk
from corpus.assignments import rank, read_assignments
from corpus.errors import PressmarkError
from corpus.exposures import Exposure
from corpus.job import Job
from corpus.records import Annotation, Article
from corpus.scheme import Scheme
from corpus.store import iter_versions, read_articles, read_run, runs
from corpus.takedown import is_taken_down, read_takedown


@dataclass(frozen=True)
class Wanted:
    """A task: an article, on which occasion its annotator meets it, and the pre-labels shown.

    `exposure` is what the lot said of showing them, once it was drawn. `made` is the task itself,
    where a desk shows more of an article than pre-labels.
    """

    article: Article
    shown: Annotation | None = None
    occasion: int = 1
    exposure: Exposure | None = None
    made: Json | None = None

    @property
    def uid(self) -> str:
        """The task's stable name in its project."""
        return uid_of(self.article, self.occasion)

    def task(self, scheme: Scheme) -> Json:
        """Return the task as it is sent."""
        return self.made or task_of(self.article, scheme, self.shown, self.occasion)


def wanted(job: Job, layer: str, run: str | None = None) -> dict[Desk, Sequence[Wanted]]:
    """Return what should stand on each desk, in the order of the work.

    A job with people has a desk for each annotator, which holds what the ledger gives them; without
    people it is one for everybody, with every article. Corrections of blocks are everybody's.

    Without `run` the newest one of the job's scheme is shown, if there is any. What is on the
    take-down list is wanted nowhere. The layer 'blocks' shows the articles' own blocks.

    Raises:
        PressmarkError: there are no articles, nothing is assigned, or no such run or layer.
    """
    scheme = scheme_of(job, layer)
    if job.settings.people and layer == SPANS:
        return _assigned(job, _predictions(job, run))
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


def _assigned(job: Job, shown: dict[tuple[str, str], Annotation]) -> dict[Desk, Sequence[Wanted]]:
    """Return each annotator's desk: week after week, in an order of their own.

    Nothing tells which of the tasks everybody gets, or which come again. Who has to qualify first
    has a desk for that, and none for work until they have.
    """
    learners: dict[Desk, Sequence[Wanted]] = {
        desk: [Wanted(each) for each in found] for desk, found in learning(job).items()
    }
    waiting = {desk.owner for desk in learners}
    rows = [row for row in read_assignments(job.assignments) if not row.taken]
    if not rows and not learners:
        raise PressmarkError(f"{job.folder}: nothing is assigned; run 'pressmark assign' first")
    listed, needed = read_takedown(job.takedown), {(row.article, row.sha256) for row in rows}
    articles = {
        (each.id, each.sha256): each
        for each in iter_versions(job)
        if (each.id, each.sha256) in needed and not is_taken_down(each, listed)
    }
    desks: dict[Desk, list[Wanted]] = {}
    for row in sorted(rows, key=lambda row: (row.week, rank(job.settings.campaign.seed, *row.key))):
        version = row.article, row.sha256
        purpose = SECOND if row.kind == "again" else WORK
        tasks = desks.setdefault(Desk(SPANS, purpose, row.annotator), [])
        if version in articles:
            tasks.append(Wanted(articles[version], shown.get(version), row.occasion))
    working = (desk for desk in desks if desk.owner not in waiting)
    ordered = sorted(working, key=lambda desk: (desk.owner, PURPOSES.index(desk.purpose)))
    return learners | {
        desk: _own(job, desk, desks[desk])
        if desk.purpose == SECOND
        else exposed(job, desk, desks[desk])
        for desk in ordered
    }


def _own(job: Job, desk: Desk, tasks: Sequence[Wanted]) -> list[Wanted]:
    """A second look begins with what its annotator said before."""
    said = own_labels(job, desk.owner)
    return [replace(t, shown=said.get((t.article.id, t.article.sha256))) for t in tasks]


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
