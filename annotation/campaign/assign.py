"""`assign`: who annotates what in the next week, written to the ledger."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime

from annotation.campaign.draw import items
from annotation.campaign.plan import Key, Known, Plan, plan
from annotation.campaign.qualification import learnt
from annotation.campaign.weeks import quotas
from corpus.assignments import append_assignments, read_assignments
from corpus.errors import PressmarkError
from corpus.job import Job, now
from corpus.selection import order, read_selection
from corpus.store import iter_articles, read_annotations
from corpus.stories.duplicates import clusters
from corpus.takedown import is_taken_down, read_takedown


@dataclass(frozen=True)
class Assigned:
    """What `assign` did: by annotator, how much was given and taken back, and why.

    `week` is the last one that is open, from the day `opens` on. `control` articles are the week's
    own, `late` assignments are of control articles of earlier weeks. `waiting` articles were given
    to fewer people than they should be, `left` to nobody yet. `notes` are worth knowing.
    """

    week: int
    opens: str
    given: dict[str, int]
    taken: dict[str, int]
    reasons: dict[str, int]
    control: int
    repeats: int
    waiting: int
    left: int
    notes: tuple[str, ...] = ()
    late: int = 0


def assign(job: Job, week: int | None = None, today: date | None = None) -> Assigned:
    """Give the job's people work for another week, and pass on what somebody cannot do.

    What was given before stays, but for what nobody has begun and its annotator has left, has no
    time for, or would do on a text that is out of date: that is taken back with the reason, and
    given to others. What people have begun is known from the last `pull`.

    Args:
        job: its `people` and `campaign` say who has how much time.
        week: open the weeks up to this one; one that is open already is brought up to date.
        today: the day to plan on.

    Raises:
        PressmarkError: there are no people who annotate, no articles, or less gold than people
            have to qualify on.
    """
    known = _known(job)
    ledger = read_assignments(job.assignments)
    day = today or datetime.now(UTC).date()
    made = plan(ledger, known, day, week, now())
    append_assignments(job.assignments, made.rows)
    return _told(made, known)


def _known(job: Job) -> Known:
    people = job.settings.people
    if not any(person.annotates for person in people.values()):
        raise PressmarkError(
            f"{job.folder}: nobody annotates; name the annotators in pressmark.yaml, such as"
            " 'people: {ana: {}, ben: {capacity: 0.5}}'"
        )
    listed = read_takedown(job.takedown)
    articles = [each for each in iter_articles(job) if not is_taken_down(each, listed)]
    if not articles:
        raise PressmarkError(f"{job.folder}: there are no articles; run 'pressmark ingest' first")
    begun: set[Key] = set()
    submitted: dict[Key, str] = {}
    for each in read_annotations(job.annotations):
        if each.role == "human" and each.layer == "spans" and each.status != "withdrawn":
            key = (each.author, each.article, each.sha256, each.occasion)
            begun.add(key)
            if each.status == "submitted":
                submitted[key] = each.when
    found = items(articles, clusters(job), order(read_selection(job.selection)))
    section = job.settings.campaign
    return Known(found, people, section, frozenset(begun), submitted, learnt(job))


def _told(made: Plan, known: Known) -> Assigned:
    given = [row for row in made.rows if not row.taken]
    taken = [row for row in made.rows if row.taken]
    return Assigned(
        week=made.week.number,
        opens=made.week.opens.isoformat(),
        given=dict(sorted(Counter(row.annotator for row in given).items())),
        taken=dict(sorted(Counter(row.annotator for row in taken).items())),
        reasons=dict(sorted(Counter(row.reason for row in taken).items())),
        control=len({row.article for row in given if row.kind == "control" and not row.reason}),
        late=sum(row.kind == "control" and bool(row.reason) for row in given),
        repeats=sum(row.kind == "repeat" for row in given),
        waiting=len(made.waiting),
        left=made.new,
        notes=tuple(_notes(made, known)),
    )


def _notes(made: Plan, known: Known) -> list[str]:
    """What the lead should know: too few people, or a story that somebody meets twice."""
    quota = quotas(known.people, made.week, known.section.weekly)
    notes = []
    if len(quota) < known.section.per_article:
        notes.append(
            f"{len(quota)} annotators have time in week {made.week.number}, and"
            f" campaign.per_article is {known.section.per_article}: articles wait for others"
        )
    kept = {article for _, article in known.learnt} & known.items.keys()
    if kept:
        notes.append(f"to qualify on, and nobody's new work: {len(kept)}")
    return notes
