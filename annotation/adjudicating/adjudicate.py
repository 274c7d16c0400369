"""Adjudication, a step at a time: take over what was decided, settle the rest, put what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from annotation.adjudicating.fetching import Fetched, fetch
from annotation.adjudicating.gaps import Gap, Note, gaps_of, notes_of, reasons_of, write_gaps
from annotation.adjudicating.sending import Waiting, send, waiting
from corpus.agreement.remarks import remarks_of
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.records import Article
from corpus.settling.disputes import read_disputes
from corpus.settling.job import Outcome, settle_job
from corpus.store import iter_versions, read_annotations


@dataclass(frozen=True)
class Adjudication:
    """Where adjudication stands, and what a run of it did.

    `settled` is what settling came to, `fetched` what adjudicators sent back. `sent` counts the
    articles that were put on desks now, by owner, `out` those that stood there before, `later`
    those that wait for a later week, `own` those that had to go to somebody who annotated them.
    `disputes` counts by state, `reasons` why annotators disagreed. `addresses` are the desks'.
    """

    settled: Outcome
    fetched: Fetched
    sent: Mapping[str, int] = field(default_factory=dict)
    out: int = 0
    later: int = 0
    own: int = 0
    disputes: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    notes: tuple[Note, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)


def adjudicate(
    job: Job, progress: Progress = silent, *, dry: bool = False, today: date | None = None
) -> Adjudication:
    """Take over what adjudicators decided, settle what votes settle, put the rest before people.

    Run again it goes on from there: gold that is there stays as it is, and the same again changes
    nothing. Label Studio is needed only once something is in dispute. Whoever `adjudicates` gets a
    week's batch; without people there is one desk for all. Writes report/guideline-gaps.md.

    Args:
        job: the job.
        progress: told how far it is.
        dry: change nothing, here or on a server; what came back is not looked at then.
        today: the day that batches are counted by; without, today's in UTC.

    Raises:
        ServiceError: Label Studio cannot be reached.
        PressmarkError: nobody adjudicates, or a file of the job cannot be read.
    """
    day = today or datetime.now(UTC).date()
    fetched = Fetched() if dry else fetch(job, progress)
    settled = settle_job(job, progress, dry=dry)
    found = waiting(job, day, fetched.alive)
    needed = bool(found.out or found.shares.now) and not dry
    addresses = send(job, found, progress) if needed else {}
    return _told(job, settled, fetched, found, addresses, dry=dry)


def _told(
    job: Job,
    settled: Outcome,
    fetched: Fetched,
    found: Waiting,
    addresses: Mapping[str, str],
    *,
    dry: bool,
) -> Adjudication:
    disputes = read_disputes(job)
    remarks = remarks_of(read_annotations(job.annotations), job.scheme)
    named = {(r.article, r.sha256) for r in remarks} | {d.version for d in disputes}
    articles = _articles(job, named)
    reasons, gaps = reasons_of(disputes), gaps_of(disputes, articles)
    notes = notes_of(remarks, articles, job.scheme)
    if (disputes or notes) and not dry:
        write_gaps(job, reasons, gaps, notes)
    return Adjudication(
        settled=settled,
        fetched=fetched,
        sent={owner: len(some) for owner, some in sorted(found.shares.now.items())},
        out=len({sheet.version for sheet in found.out.values()}),
        later=len(found.shares.later),
        own=len(found.shares.own),
        disputes=dict(Counter(dispute.state for dispute in disputes)),
        reasons=reasons,
        gaps=tuple(gaps),
        notes=tuple(notes),
        addresses=addresses,
    )


def _articles(job: Job, versions: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Article]:
    wanted = set(versions)
    found = iter_versions(job) if wanted else ()
    return {(a.id, a.sha256): a for a in found if (a.id, a.sha256) in wanted}
