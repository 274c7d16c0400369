"""Which tasks should stand on whose desk: what push makes true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from annotation.campaign.again import own_labels
from annotation.campaign.exposure import exposed
from annotation.campaign.qualification import learning
from annotation.codec import Json, task_of, uid_for, uid_of
from annotation.layers import BLOCKS, SPANS, blocks_shown, scheme_of
from annotation.projects import PURPOSES, SECOND, WORK, Desk
from corpus.assignments import rank, read_assignments
from corpus.errors import PressmarkError
from corpus.exposures import Exposure
from corpus.job import Job
from corpus.records import Annotation, Article
from corpus.scheme import Scheme
from corpus.store import (
    iter_articles,
    iter_named,
    iter_run,
    iter_versions,
    read_run,
    run_scheme,
    run_versions,
    runs,
)
from corpus.takedown import barred, is_taken_down, read_takedown


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

    @property
    def run(self) -> str | None:
        """The run whose pre-labels it shows, or None."""
        return self.shown.run if self.shown else None

    def task(self, scheme: Scheme) -> Json:
        """Return the task as it is sent."""
        return self.made or task_of(self.article, scheme, self.shown, self.occasion)


@dataclass(frozen=True, slots=True)
class Named:
    """A task by name, and the run whose pre-labels it shows: enough to see what has to be sent."""

    uid: str
    run: str | None


@dataclass(frozen=True)
class Everybody:
    """Everybody's tasks, one for each article: read anew from the job whenever they are gone over.

    `run` is whose pre-labels they show, '' for none; `listed` what is on the take-down list.
    """

    job: Job
    layer: str
    run: str
    listed: frozenset[str]

    def __iter__(self) -> Iterator[Wanted]:
        scheme = scheme_of(self.job, self.layer)
        run = _Run(self.job, self.run) if self.run else None
        for article in iter_articles(self.job):
            if not is_taken_down(article, self.listed):
                if self.layer == BLOCKS:
                    shown: Annotation | None = blocks_shown(article, scheme)
                else:
                    shown = run.of(article) if run else None
                yield Wanted(article, shown)

    def named(self) -> Iterator[Named]:
        """Yield the tasks by name, without reading the texts."""
        known = frozenset(run_versions(self.job, self.run) if self.run else ())
        for id_, sha256, url in iter_named(self.job):
            if not barred(id_, url, self.listed):
                run = self.run if (id_, sha256) in known else None
                yield Named(uid_for(id_, sha256), run)


def named(tasks: Iterable[Wanted]) -> Iterable[Wanted | Named]:
    """Return the tasks as a plan wants them: by name where that is enough and quicker.

    It is not in the layer 'blocks', where tasks that show other blocks show the same run.
    """
    if isinstance(tasks, Everybody) and tasks.layer == SPANS:
        return tasks.named()
    return tasks


class _Run:
    """A run's predictions, each asked for once and in about the order in which they stand there."""

    def __init__(self, job: Job, run: str) -> None:
        self._last = {version: n for n, version in enumerate(run_versions(job, run))}
        self._rows = enumerate(iter_run(job, run))
        self._passed: dict[tuple[str, str], Annotation] = {}

    def of(self, article: Article) -> Annotation | None:
        """Return the last prediction of that version of the article, or None."""
        version = article.id, article.sha256
        if version not in self._last:
            return None
        while version not in self._passed:
            number, each = next(self._rows)
            if self._last[each.article, each.sha256] == number:
                self._passed[each.article, each.sha256] = each
        return self._passed.pop(version)


def wanted(job: Job, layer: str, run: str | None = None) -> Mapping[Desk, Iterable[Wanted]]:
    """Return what should stand on each desk, in the order of the work.

    A job with people has a desk for each annotator, which holds what the ledger gives them; without
    people it is one for everybody, with every article. Corrections of blocks are everybody's.

    Without `run` the newest one of the job's scheme is shown, if there is any. What is on the
    take-down list is wanted nowhere. The layer 'blocks' shows the articles' own blocks.

    Raises:
        PressmarkError: there are no articles, nothing is assigned, or no such run or layer.
    """
    if job.settings.people and layer == SPANS:
        return _assigned(job, _predictions(job, run))
    if layer == BLOCKS:
        _refuse_run(run)
    listed = read_takedown(job.takedown)
    tasks = Everybody(job, layer, "" if layer == BLOCKS else _shown_run(job, run), listed)
    if next(tasks.named(), None) is None:
        kept = " that may leave it (takedown.txt)" if listed else ""
        raise PressmarkError(
            f"{job.folder}: there are no articles{kept}; run 'pressmark ingest' first"
        )
    return {Desk(layer): tasks}


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
    name = _shown_run(job, run)
    found = read_run(job, name) if name else []
    return {(shown.article, shown.sha256): shown for shown in found}


def _shown_run(job: Job, run: str | None) -> str:
    """Return the run to show: the one that is named, else the newest of the scheme, or ''."""
    ours = job.scheme.hash
    if run is None:
        return next((name for name in reversed(runs(job)) if run_scheme(job, name) == ours), "")
    if run_scheme(job, run) not in (None, ours):
        raise PressmarkError(
            f"{run}: was predicted under another scheme; run 'pressmark predict' again"
        )
    return run
