"""What is in dispute, to the desks of those who adjudicate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from annotation.adjudicating.codec import RUN, task_of_sheet
from annotation.adjudicating.sharing import Given, Shares, Version, adjudicates, share
from annotation.adjudicating.sheet import Sheet, append_sheets, can_be_put, read_sheets, sheet_of
from annotation.adjudicating.starting import Starts
from annotation.connection import connected
from annotation.layers import SPANS
from annotation.projects import ADJUDICATION, Desk, current_project
from annotation.push import push_desk
from annotation.wanted import Wanted
from corpus.errors import PressmarkError
from corpus.job import Job, now
from corpus.progress import Progress
from corpus.records import Article
from corpus.scheme import Scheme
from corpus.settling.disputes import Dispute, to_adjudicate
from corpus.store import iter_versions, read_annotations
from corpus.takedown import is_taken_down, read_takedown


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is in dispute and on nobody's desk, and how it would be shared out.

    `occasions` says how often each article will have been put then, `out` are the sheets that stand
    on a desk, by project and uid.
    """

    disputes: Mapping[Version, Sequence[Dispute]]
    occasions: Mapping[Version, int]
    shares: Shares
    out: Mapping[tuple[str, str], Sheet]


def waiting(job: Job, today: date, alive: Collection[str] | None = None) -> Waiting:
    """Return what has to be put before an adjudicator; reads the job's files and nothing else.

    An article whose sheet is not settled yet waits for it, unless its adjudicator has left: what
    has come up since is put on another sheet afterwards.

    Args:
        job: the job.
        today: the day, for the week's batches and for who works now.
        alive: the projects that are there still; a sheet in another is lost. None: all are.

    Raises:
        PressmarkError: something is in dispute, there are people, and none of them adjudicates.
    """
    settings = job.settings
    open_ = {
        version: each for version, found in to_adjudicate(job).items() if (each := _put(found))
    }
    staff = {who for who, person in settings.people.items() if adjudicates(person, today)} or {""}
    if open_ and settings.people and "" in staff:
        raise PressmarkError(
            f"{job.folder}: nobody adjudicates now; say of one of the 'people' in pressmark.yaml:"
            " 'adjudicates: true'"
        )
    sheets: defaultdict[Version, list[Sheet]] = defaultdict(list)
    out: dict[tuple[str, str], Sheet] = {}
    for (project, uid), sheet in read_sheets(job).items():
        sheets[sheet.version].append(sheet)
        here = alive is None or project in alive
        at_issue = {each.id for each in open_.get(sheet.version, ())}
        if here and sheet.owner in staff and sheet.disputes & at_issue:
            out[project, uid] = sheet
    busy = {sheet.version for sheet in out.values()}
    free = {version: found for version, found in open_.items() if version not in busy}
    given = [Given(s.owner, s.version, s.when) for each in sheets.values() for s in each]
    weekly = settings.adjudication.weekly
    shares = share(free, settings.people, _authors(job), given, weekly, today)
    occasions = {version: len(sheets[version]) + 1 for version in free}
    return Waiting(free, occasions, shares, out)


def send(job: Job, found: Waiting, progress: Progress) -> dict[str, str]:
    """Put everybody's share on their desk; return the desks' addresses by owner.

    What is sent is written down first, and what was written down before a failure is sent now.

    Raises:
        ServiceError: Label Studio cannot be reached.
    """
    versions = {version for some in found.shares.now.values() for version in some}
    versions |= {sheet.version for sheet in found.out.values()}
    articles = _articles(job, versions)
    starts, when = Starts(job), now()
    fresh: dict[str, list[Sheet]] = {sheet.owner: [] for sheet in found.out.values()}
    for owner, some in found.shares.now.items():
        for version in some:
            if article := articles.get(version):
                told = {"owner": owner, "occasion": found.occasions[version], "when": when}
                sheet = sheet_of(starts.of(article), found.disputes[version], job.scheme, **told)
                fresh.setdefault(owner, []).append(sheet)
    return {
        owner: _send(job, owner, sheets, found.out, articles, progress)
        for owner, sheets in fresh.items()
    }


def _send(  # noqa: PLR0917  # one desk: what is new on it and what stands on it
    job: Job,
    owner: str,
    fresh: Sequence[Sheet],
    out: Mapping[tuple[str, str], Sheet],
    articles: Mapping[Version, Article],
    progress: Progress,
) -> str:
    """Put the sheets on a desk that are new, and those that should stand on it; its address."""
    desk = Desk(SPANS, ADJUDICATION, owner)
    client = connected(job, owner)
    try:
        link = current_project(job, client, desk)
        append_sheets(job, link.name, fresh)
        mine = [sheet for (project, _), sheet in out.items() if project == link.name]
        tasks = [
            _task(sheet, article, job.scheme)
            for sheet in (*mine, *fresh)
            if (article := articles.get(sheet.version))
        ]
        address = push_desk(job, desk, tasks, progress)
        client.update_project(link.id, model_version=RUN)
    finally:
        client.close()
    return address


def _task(sheet: Sheet, article: Article, scheme: Scheme) -> Wanted:
    made = task_of_sheet(sheet, article, scheme)
    return Wanted(article, occasion=sheet.occasion, made=made)


def _put(found: Sequence[Dispute]) -> list[Dispute]:
    return [dispute for dispute in found if can_be_put(dispute.disagreement)]


def _articles(job: Job, versions: Collection[Version]) -> dict[Version, Article]:
    """Return the articles that may be shown, by version."""
    listed = read_takedown(job.takedown)
    found = (article for article in iter_versions(job) if (article.id, article.sha256) in versions)
    return {(a.id, a.sha256): a for a in found if not is_taken_down(a, listed)}


def _authors(job: Job) -> dict[Version, set[str]]:
    authors: defaultdict[Version, set[str]] = defaultdict(set)
    for annotation in read_annotations(job.annotations):
        if annotation.role == "human" and annotation.layer == SPANS:
            authors[annotation.article, annotation.sha256].add(annotation.author)
    return authors
