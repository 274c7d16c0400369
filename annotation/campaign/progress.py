"""How far the work is: by annotator, in all, and when it will be done at this pace. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from corpus.assignments import Assignment
from corpus.records import Annotation

#: The pace is that of these last days: holidays pass, and so does a beginner's slowness.
RECENT = 21
Version = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Worker:
    """One annotator's work: articles given (None where all are everybody's), and what became of it.

    `begun` were started and not submitted. `weekly` is how many a week were finished of late,
    `done_by` the day on which what is left will be done at that pace ('' where it cannot be told).
    """

    annotator: str
    given: int | None
    submitted: int
    skipped: int
    begun: int
    left: int | None
    weekly: float
    done_by: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Everybody's work, and how many of the `articles` have as many annotators as they need.

    `needed` annotations are asked for in all, `finished` of them were submitted (who skips leaves
    one to be made), `overlap` articles have all of theirs.
    """

    workers: tuple[Worker, ...]
    articles: int
    overlap: int
    needed: int
    finished: int
    weekly: float
    done_by: str


def progress_of(
    annotations: Iterable[Annotation],
    ledger: Sequence[Assignment],
    articles: Collection[Version],
    each: int,
    people: Iterable[str],
    *,
    now: datetime,
) -> Progress:
    """Count the work.

    Args:
        annotations: the last revision of each, as pulled.
        ledger: who was given what; empty where every article is everybody's.
        articles: the versions to be annotated.
        each: how many annotators an article needs.
        people: annotators who must be listed, with articles or without.
        now: the moment that pace is told for.
    """
    work: defaultdict[str, dict[tuple[str, str, int], Annotation]] = defaultdict(dict)
    for one in annotations:
        if one.role == "human" and one.layer == "spans" and one.status != "withdrawn":
            key = one.article, one.sha256, one.occasion
            before = work[one.author].get(key)
            if before is None or before.status == "draft":
                work[one.author][key] = one
    given: defaultdict[str, set[tuple[str, str, int]]] = defaultdict(set)
    for row in ledger:
        if not row.taken:
            given[row.annotator].add((row.article, row.sha256, row.occasion))
    names = sorted({*work, *given, *people})
    workers = tuple(
        _worker(name, work[name].values(), given[name] if ledger else None, now) for name in names
    )
    finished = Counter(
        (one.article, one.sha256)
        for done in work.values()
        for one in done.values()
        if one.status == "submitted" and one.occasion == 1
    )
    needed = each * len(articles)
    made = sum(min(each, finished[version]) for version in articles)
    weekly = sum(worker.weekly for worker in workers)
    return Progress(
        workers=workers,
        articles=len(articles),
        overlap=sum(finished[version] >= each for version in articles),
        needed=needed,
        finished=made,
        weekly=round(weekly, 1),
        done_by=_done_by(needed - made, weekly, now) if needed else "",
    )


def _worker(
    name: str,
    done: Iterable[Annotation],
    given: Collection[tuple[str, str, int]] | None,
    now: datetime,
) -> Worker:
    mine = list(done)
    count = Counter(one.status for one in mine)
    finished = {(one.article, one.sha256, one.occasion) for one in mine if one.status != "draft"}
    left = len({*given} - finished) if given is not None else None
    weekly = _weekly([one.when for one in mine if one.status != "draft" and one.when], now)
    return Worker(
        annotator=name,
        given=len(given) if given is not None else None,
        submitted=count["submitted"],
        skipped=count["skipped"],
        begun=count["draft"],
        left=left,
        weekly=round(weekly, 1),
        done_by=_done_by(left, weekly, now) if left is not None and given else "",
    )


def _weekly(moments: Iterable[str], now: datetime) -> float:
    """How many a week of late; by the days since the first if that is not long ago."""
    times = sorted(datetime.fromisoformat(moment).astimezone(UTC) for moment in moments)
    since = now - timedelta(days=RECENT)
    recent = [time for time in times if since <= time <= now]
    if not recent:
        return 0.0
    days = min(RECENT, max(1.0, (now - times[0]) / timedelta(days=1)))
    return len(recent) / days * 7


def _done_by(left: int, weekly: float, now: datetime) -> str:
    """The day on which `left` are done; today if none are, '' if nobody is at work."""
    if left <= 0:
        return now.date().isoformat()
    if not weekly:
        return ""
    return (now + timedelta(days=ceil(left / weekly * 7))).date().isoformat()
