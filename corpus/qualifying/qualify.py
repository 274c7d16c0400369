"""Who reached the mark on gold, and a page of feedback for each annotator."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.errors import PressmarkError
from corpus.files import write_text
from corpus.job import Job
from corpus.qualifying.feedback import page
from corpus.qualifying.gold import (
    Decision,
    Retry,
    admit,
    gold,
    let_try_again,
    qualified,
    retries,
)
from corpus.qualifying.scoring import Attempt, attempt
from corpus.records import Annotation, Article
from corpus.release.filenames import file_names
from corpus.store import iter_versions, read_annotations, read_first_submissions


@dataclass(frozen=True, slots=True)
class Qualified:
    """What `qualify` found: attempts by name, who is newly admitted, where each one's page lies.

    `waiting` are the annotators of the job who have submitted nothing to qualify.
    """

    attempts: tuple[Attempt, ...]
    admitted: tuple[str, ...]
    pages: dict[str, Path]
    waiting: tuple[str, ...]


def qualify(job: Job) -> Qualified:
    """Score everybody's first submissions on gold; admit who reached the mark, once and for good.

    Each annotator's page is written to qualification/NAME.html. Later changes of an annotation or
    of gold change the page, and take back no admission.

    Raises:
        PressmarkError: nothing was submitted to qualify.
    """
    campaign = job.settings.campaign
    pairs = dict(_pairs(job))
    before = Counter(each.annotator for each in retries(job))
    if not pairs:
        raise PressmarkError(f"{job.qualification}: {_nothing(sorted(before))}")
    attempts = [
        replace(
            attempt(who, pairs[who], campaign.qualification, job.scheme, campaign.pass_mark),
            number=1 + before[who],
        )
        for who in sorted(pairs)
    ]
    names = file_names(pairs)
    pages = {}
    for each in attempts:
        path = job.folder / "qualification" / f"{names[each.annotator]}.html"
        write_text(path, page(each, job.scheme, campaign.pass_mark))
        pages[each.annotator] = path
    reached = [_decision(job, each) for each in attempts if each.passed]
    fresh = admit(job, reached)
    known = {*pairs, *qualified(job)}
    people = (name for name, person in job.settings.people.items() if person.annotates)
    return Qualified(
        attempts=tuple(attempts),
        admitted=tuple(each.annotator for each in fresh),
        pages=pages,
        waiting=tuple(name for name in people if name not in known),
    )


def try_again(job: Job, annotator: str) -> Retry:
    """Let somebody who did not reach the mark try again, on gold that they have not seen.

    Raises:
        PressmarkError: they have not tried, are not through with it, have qualified, or there is
            not enough gold that is new to them.
    """
    if annotator not in job.settings.people:
        there = ", ".join(sorted(job.settings.people))
        raise PressmarkError(
            f"{annotator}: nobody of that name in the job file; there are: {there}"
        )
    if annotator in qualified(job):
        raise PressmarkError(f"{annotator} has qualified")
    campaign = job.settings.campaign
    pairs = dict(_pairs(job)).get(annotator, [])
    found = attempt(annotator, pairs, campaign.qualification, job.scheme, campaign.pass_mark)
    if found.passed is None:
        raise PressmarkError(
            f"{annotator} has submitted {found.articles} of {found.of} articles: all of them come"
            " before another attempt"
        )
    if found.passed:
        raise PressmarkError(f"{annotator} has reached the mark: run 'pressmark qualify'")
    versions = tuple((article.id, article.sha256) for article, _, _ in pairs)
    retry = Retry(annotator, versions, found.f1.value or 0.0)
    let_try_again(job, retry)
    return retry


def _pairs(job: Job) -> Iterator[tuple[str, list[tuple[Article, Annotation, Annotation]]]]:
    """Yield each annotator's submissions beside gold, in the order of the articles."""
    there = {(each.article, each.sha256): each for each in gold(job)}
    said: defaultdict[str, dict[tuple[str, str], Annotation]] = defaultdict(dict)
    # what was deleted once the feedback was read was a first attempt all the same
    deleted = (a for a in read_annotations(job.qualification) if a.status == "withdrawn")
    tried = [*read_first_submissions(job.qualification), *deleted]
    over = {(r.annotator, *version) for r in retries(job) for version in r.versions}
    for each in sorted(tried, key=lambda a: a.when):
        if (each.author, each.article, each.sha256) in over:
            continue
        if (each.article, each.sha256) in there and each.layer == "spans":
            said[each.author].setdefault((each.article, each.sha256), each)
    needed = {version for given in said.values() for version in given}
    articles = {(a.id, a.sha256): a for a in iter_versions(job) if (a.id, a.sha256) in needed}
    for author, given in said.items():
        yield author, [(articles[v], given[v], there[v]) for v in sorted(given) if v in articles]


def _nothing(again: list[str]) -> str:
    """What to do where there is nothing to score; `again` were let try again."""
    if again:
        return (
            f"{', '.join(again)} may try again and has submitted nothing new: push, have the"
            " articles annotated, and pull"
        )
    return (
        "nobody has submitted anything to qualify: set 'campaign.qualification', then push, have"
        " the articles annotated, and pull"
    )


def _decision(job: Job, each: Attempt) -> Decision:
    f1 = each.f1.value if each.f1.value is not None else 1.0
    return Decision(
        each.annotator,
        f1,
        job.settings.campaign.pass_mark,
        each.articles,
        job.scheme.hash,
        attempt=each.number,
    )
