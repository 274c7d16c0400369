"""Desks to qualify on: articles of gold come before any other work."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from annotation.layers import SPANS
from annotation.projects import QUALIFICATION, Desk, remembered
from annotation.reader import Reader, opened, withdrawn
from corpus.assignments import read_assignments
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.qualifying.gold import qualified, retries, to_learn_from
from corpus.store import append_annotations, iter_versions, read_annotations
from corpus.takedown import is_taken_down, read_takedown

if TYPE_CHECKING:
    from corpus.records import Annotation, Article


def learning(job: Job) -> dict[Desk, list[Article]]:
    """Return the articles of gold for each of the job's annotators who has not qualified yet.

    Nobody has to where `campaign.qualification` is 0. Articles that are assigned to the learner
    are left out: gold of them would be known before the work. Whoever tries again keeps the
    articles of the attempts before, and gets others.

    Raises:
        PressmarkError: there is less gold than is asked for.
    """
    chosen = _chosen(job)
    if not chosen:
        return {}
    desks: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for retry in retries(job):
        desks[retry.annotator] += retry.versions
    for name, found in chosen.items():
        desks[name] += [(each.article, each.sha256) for each in found]
    needed = {version for name in chosen for version in desks[name]}
    listed = read_takedown(job.takedown)
    articles = {
        (each.id, each.sha256): each
        for each in iter_versions(job)
        if (each.id, each.sha256) in needed and not is_taken_down(each, listed)
    }
    return {
        Desk(SPANS, QUALIFICATION, name): [
            articles[version] for version in desks[name] if version in articles
        ]
        for name in chosen
    }


def learnt(job: Job) -> frozenset[tuple[str, str]]:
    """Return the annotators with the articles that they qualify on, or did: no work of theirs.

    Raises:
        PressmarkError: there is less gold than is asked for.
    """
    done = {(a.author, a.article) for a in read_annotations(job.qualification)}
    coming = {(name, each.article) for name, found in _chosen(job).items() for each in found}
    return frozenset(done | coming)


def _chosen(job: Job) -> dict[str, list[Annotation]]:
    """The gold of each annotator who has to qualify still."""
    if not job.settings.campaign.qualification:
        return {}
    through = qualified(job)
    people = [
        name
        for name, person in sorted(job.settings.people.items())
        if person.annotates and name not in through
    ]
    if not people:
        return {}
    barred, begun = defaultdict(set), defaultdict(set)
    for row in read_assignments(job.assignments):
        if not row.taken:
            barred[row.annotator].add(row.article)
    for retry in retries(job):
        barred[retry.annotator].update(id_ for id_, _ in retry.versions)
    for each in read_annotations(job.qualification):
        begun[each.author].add(each.article)
    return {name: to_learn_from(job, barred[name], begun[name], name) for name in people}


def has_learners(job: Job) -> bool:
    """Tell whether the job has made projects to qualify in."""
    return any(link.desk.purpose == QUALIFICATION for link in remembered(job))


def pull_qualification(job: Job, progress: Progress = silent) -> tuple[int, int]:
    """Append what was done to qualify to qualification.jsonl, whatever else is on the server.

    Returns:
        How many annotations are new or changed, and how many things were set aside.
    """
    if not has_learners(job):
        return 0, 0
    reader = Reader(job)
    with opened(job, SPANS, QUALIFICATION) as desks:
        found = [a for client, link in desks for a in reader.project(client, link, progress)]
    before = read_annotations(job.qualification)
    gone = list(withdrawn(before, reader.seen, (link for _, link in desks)))
    appended = append_annotations(job.qualification, [*found, *gone])
    return len(appended), reader.quarantined
