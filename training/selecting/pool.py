"""What can be selected: articles that nobody has annotated and that are not for testing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from corpus.assignments import read_assignments
from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.records import Article
from corpus.selection import read_selection
from corpus.store import iter_articles, read_annotations
from corpus.stories.duplicates import clusters
from corpus.stories.placements import HELD_OUT, placements
from corpus.stories.splits import USES
from corpus.takedown import is_taken_down, read_takedown

#: Characters a second where no annotator's time was measured: 200 words a minute of 6 characters.
PACE = 20.0


@dataclass(frozen=True)
class Pool:
    """Articles to select from, one a story, and what is known already.

    `groups` maps every article of the job to its story; `annotated` holds those that somebody was
    given or has annotated. `passed` counts what cannot be selected, by reason.
    """

    articles: tuple[Article, ...]
    annotated: tuple[Article, ...]
    groups: Mapping[str, str]
    passed: Mapping[str, int]


def pool(job: Job) -> Pool:
    """Return what the job has to select from.

    Of articles that tell one story the longest can be selected, and none where one of them was
    annotated: it would teach little and could not be held out. Where a ledger of placements draws
    a line, just its training articles are selected; what is on the take-down list never is.

    Raises:
        PressmarkError: there are no articles, or none is left.
    """
    articles, listed = list(iter_articles(job)), read_takedown(job.takedown)
    if not articles:
        raise PressmarkError(f"{job.folder}: there are no articles; run 'pressmark ingest' first")
    groups, placed, given = clusters(job), placements(job), _given(job)
    by_ledger = not {*USES}.isdisjoint(placed.values())
    told = {groups[id_] for id_ in given if id_ in groups}
    passed: Counter[str] = Counter()
    free: dict[str, Article] = {}
    for each in sorted(articles, key=lambda a: (-len(a.text), a.id)):
        why = _hindrance(placed.get(each.id), by_ledger)
        if each.id in given:
            continue
        if is_taken_down(each, listed):
            why = "on the take-down list"
        elif not why and groups[each.id] in told:
            why = "telling a story that was annotated or selected already"
        elif not why and groups[each.id] in free:
            why = "telling the story of another that can be selected"
        if why:
            passed[why] += 1
        else:
            free[groups[each.id]] = each
    if not free:
        reasons = "; ".join(f"{count} {why}" for why, count in sorted(passed.items()))
        raise PressmarkError(
            f"{job.folder}: no article is left to select: {len(given)} of {len(articles)} are"
            f" annotated, assigned or selected{'; ' if reasons else ''}{reasons};"
            " ingest more, or annotate what was selected"
        )
    known = tuple(a for a in articles if a.id in given and not is_taken_down(a, listed))
    return Pool(tuple(sorted(free.values(), key=lambda a: a.id)), known, groups, dict(passed))


def pace(job: Job) -> tuple[float, int]:
    """Return how many characters are read in a second, and on how many annotations that rests.

    That is `selection.pace`, else the median over the annotators' own times, else `PACE`.
    """
    if job.settings.selection.pace:
        return job.settings.selection.pace, 0
    length = {(each.id, each.sha256): len(each.text) for each in iter_articles(job)}
    speeds = [
        length[each.article, each.sha256] / each.seconds
        for each in read_annotations(job.annotations)
        if each.seconds and each.status == "submitted" and (each.article, each.sha256) in length
    ]
    return (median(speeds), len(speeds)) if speeds else (PACE, 0)


def _given(job: Job) -> set[str]:
    """The articles that somebody was given, or has annotated, or that were selected before."""
    given = {
        each.article
        for each in (*read_annotations(job.annotations), *read_annotations(job.gold))
        if each.layer == "spans" and each.role in ("human", "gold") and each.status != "withdrawn"
    }
    given |= {row.article for row in read_assignments(job.assignments) if not row.taken}
    return given | {each.article for each in read_selection(job.selection)}


def _hindrance(use: str | None, by_ledger: bool) -> str:
    if use == HELD_OUT:
        return "held out"
    if use in USES[1:]:
        return f"placed in {use}: what is tested on is drawn by lot"
    return "not placed yet: run 'pressmark split'" if by_ledger and use is None else ""
