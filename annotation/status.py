"""`status`: how a campaign stands, on one screen; what the job knows, and what the server adds."""

from __future__ import annotations

import base64
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from annotation.campaign.again import to_look_at
from annotation.campaign.progress import Progress, Version, progress_of
from annotation.plan import Plan
from annotation.push import plans
from corpus.agreement.disagreements import NOTES
from corpus.agreement.measure import measure
from corpus.agreement.remarks import Remark, remarks_of
from corpus.agreement.selection import select
from corpus.assignments import read_assignments
from corpus.errors import PressmarkError
from corpus.files import read_lines
from corpus.independence import independence
from corpus.job import Job
from corpus.measures import Figure
from corpus.records import Annotation
from corpus.scheme import Scheme
from corpus.settling.disputes import read_disputes
from corpus.store import iter_articles, latest, read_annotations
from corpus.takedown import is_taken_down, read_takedown
from corpus.versions import is_repeat, standing

#: Days before its end from which on a token is a problem.
SOON = 14
#: Bootstrap rounds: an interval for a screen, not for a paper.
_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Label:
    """Agreement so far on a label ('' for all): F1 by overlap, beside chance, and uα."""

    label: str
    overlap: Figure
    shuffled: Figure
    u: Figure


@dataclass(frozen=True, slots=True)
class Skip:
    """An article that somebody skipped: what they wrote, if they did, and what they had answered.

    Label Studio asks nobody why they skip: what was `answered` is no reason.
    """

    annotator: str
    article: str
    said: tuple[str, ...]
    answered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """How the campaign stands.

    `agreement` is of first submissions without pre-labels, `why` says why there is none yet.
    `again` counts what has to be looked at again under the present guidelines, `disputes` what
    waits for an adjudicator. `problems` are for the lead to mend, a line each.
    """

    when: str
    scheme: str
    version: str
    independence: str
    progress: Progress
    agreement: tuple[Label, ...]
    why: str
    again: int
    disputes: int
    skipped: tuple[Skip, ...]
    questions: tuple[Remark, ...]
    problems: tuple[str, ...]


def status(job: Job, *, offline: bool = False) -> Status:
    """Return how the campaign stands by what was pulled, and what is amiss on the server.

    Args:
        job: nothing of it is written.
        offline: do not ask the server.
    """
    now = datetime.now(UTC)
    annotations = read_annotations(job.annotations)
    said = [a for a in annotations if a.layer == "spans" and a.role == "human"]
    ledger = read_assignments(job.assignments)
    problems = [*_of_the_job(job), *([] if offline else _of_the_server(job, now))]
    agreement, why = _agreement(job)
    settings = job.settings
    return Status(
        when=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        scheme=job.scheme.name,
        version=job.scheme.version,
        independence=independence(job),
        progress=progress_of(
            said,
            ledger,
            _versions(job),
            settings.campaign.per_article if settings.people else settings.studio.annotators,
            [name for name, who in settings.people.items() if who.annotates],
            now=now,
        ),
        agreement=agreement,
        why=why,
        again=len(to_look_at(job)),
        disputes=sum(each.state in ("open", "audit") for each in read_disputes(job)),
        skipped=tuple(_skipped(job, said)),
        questions=tuple(_questions(job, said)),
        problems=tuple(problems),
    )


def _versions(job: Job) -> list[Version]:
    """The latest version of every article that may be sent."""
    listed = read_takedown(job.takedown)
    return [(a.id, a.sha256) for a in iter_articles(job) if not is_taken_down(a, listed)]


def _agreement(job: Job) -> tuple[tuple[Label, ...], str]:
    selection = select(job)
    opinions = selection.opinions(selection.unassisted())
    if not opinions:
        return (), "no article has two annotators yet who saw no pre-labels"
    found = measure(opinions, selection.scheme, _ROUNDS, job.settings.agreement.seed)
    labels = (Label(x.label, x.f1.overlap, x.f1.overlap_shuffled, x.u) for x in found.labels)
    return tuple(labels), ""


def _skipped(job: Job, said: Sequence[Annotation]) -> Iterator[Skip]:
    skipped = [a for a in said if a.status == "skipped"]
    words: defaultdict[str, list[str]] = defaultdict(list)
    for remark in remarks_of(skipped, job.scheme):
        words[remark.annotation] += remark.values if _is_text(remark, job.scheme) else ()
    noted = {q.name for q in job.scheme.questions if q.type in NOTES}
    for one in skipped:
        answered = (
            f"{answer.question}: {', '.join(answer.values)}"
            for answer in one.answers
            if answer.question not in noted
        )
        yield Skip(one.author, one.article, tuple(words[one.id]), tuple(answered))


def _questions(job: Job, said: Sequence[Annotation]) -> list[Remark]:
    """What was written comes before what was flagged; a second look repeats the first."""
    stand = {a.id for a in standing(said)}
    kept = [a for a in said if a.status != "skipped" and (a.id in stand or is_repeat(a))]
    return sorted(remarks_of(kept, job.scheme), key=lambda r: not _is_text(r, job.scheme))


def _is_text(remark: Remark, scheme: Scheme) -> bool:
    asked = scheme.attribute(remark.name) or scheme.question(remark.name)
    return asked is not None and asked.type == "text"


def _of_the_job(job: Job) -> Iterator[str]:
    """What the job's own files say is amiss."""
    aside = Counter(
        row.get("reason", "?") for row in read_lines(job.quarantine) if row.get("command") == "pull"
    )
    for reason, count in aside.most_common():
        yield f"pull set aside {count}, see {job.quarantine.name}: {reason}"
    newest = latest(job)
    old = {
        row.article
        for row in read_assignments(job.assignments)
        if not row.taken and newest.get(row.article, row.sha256) != row.sha256
    }
    if old:
        yield f"{len(old)} assigned articles have a newer text: run 'pressmark reanchor'"


def _of_the_server(job: Job, now: datetime) -> Iterator[str]:
    """What the server says is amiss; that it cannot be asked is a problem like another."""
    yield from expiring(job, now)
    try:
        for each in plans(job):
            yield from _of_a_plan(each)
    except PressmarkError as error:
        yield str(error)


def _of_a_plan(plan: Plan) -> Iterator[str]:
    whose = f"{plan.desk.owner or 'the project'}: "
    told = {
        "not pushed yet": len(plan.new),
        "with a text that is no longer the latest": len(plan.stale),
        "with a text that was changed in Label Studio": len(plan.altered),
        "that are not ours or not wanted there": len(plan.unknown),
        "that stand there twice and were begun twice": len(plan.contested),
        "of a push that was broken off": plan.unresolved,
    }
    for what, count in told.items():
        if count:
            yield f"{whose}{count} tasks {what}"


def expiring(job: Job, now: datetime) -> Iterator[str]:
    """Say it if the token of the team's server has run out or soon will; legacy ones never do."""
    settings = job.settings.studio
    ends = token_ends(os.environ.get(settings.token_env, "")) if settings.url else None
    if ends and ends <= now + timedelta(days=SOON):
        told = "has run out" if ends <= now else f"runs out on {ends.date().isoformat()}"
        yield f"the token in {settings.token_env} {told}: make a new one in Label Studio"


def token_ends(token: str) -> datetime | None:
    """Return when a personal access token (a JWT) runs out; None for one that is none."""
    parts = token.strip().split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None
