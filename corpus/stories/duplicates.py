"""The same story once: articles that are copies or versions of one another, and what says so.

Two articles belong together where one holds much of the other's story in the same words. Text that
stands on most pages of an outlet does not count, for it would join them all.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from corpus.files import read_lines, write_lines
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.records import Article
from corpus.store import digest, iter_articles, latest
from corpus.stories.relations import WHOLE, Facts, Join, join
from corpus.stories.shingles import (
    alike,
    banded,
    body_of,
    roots,
    runs_of,
    sharing,
    standing,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

#: Articles are copies or versions of one story from this share of the smaller one's runs on. In the
#: sample corpus syndicated copies and an updated page share .70 and more, other pairs .03 and less.
SHARED = 0.2
#: So many runs at least, or half of a body too short for that: a stock phrase joins no two briefs.
LEAST = 20
#: A run of words in more than this share of a publisher's articles (and in more than `FEW`) is
#: standing text: keeping its articles together would leave nothing to test a one-outlet corpus on.
STANDING = 0.5
FEW = 3
#: Bodies that resemble each other so much (and share `LEAST`) are the same whatever stands in them:
#: versions of one story that fill most of a small corpus are no standing text. Of two versions of a
#: length that is four fifths of each.
SAME = 0.65
#: A shared passage of less than that counts by its runs in so many articles at most: in the 371
#: articles of SemEval-2020 task 11 the forms of an outlet's polls and newsletters joined up to 22.
RARE = 8


@dataclass(frozen=True, slots=True)
class Clusters:
    """Each article's cluster (the least id of it), and the joins that made them."""

    of: dict[str, str]
    joins: tuple[Join, ...] = ()

    @property
    def several(self) -> dict[str, tuple[str, ...]]:
        """The clusters of more than one article: their ids, sorted."""
        members = defaultdict(list)
        for id_, cluster in self.of.items():
            members[cluster].append(id_)
        return {c: tuple(sorted(ids)) for c, ids in sorted(members.items()) if len(ids) > 1}


@dataclass(frozen=True, slots=True)
class Bodies:
    """Articles by their runs of words, in the order of their ids.

    `own` is without the standing text of the publisher, `common` what more than `RARE` hold.
    """

    facts: tuple[Facts, ...]
    runs: tuple[Hashes, ...]
    own: tuple[Hashes, ...]
    common: Hashes


def clusters(job: Job) -> dict[str, str]:
    """Return each article's cluster: from clusters.jsonl if it is of these articles, else anew."""
    kept = read_clusters(job)
    return find_clusters(iter_articles(job)).of if kept is None else kept


def read_clusters(job: Job) -> dict[str, str] | None:
    """Return each article's cluster from clusters.jsonl; None if the articles are others by now.

    Other blocks or publishers make others of them too.
    """
    rows = list(read_lines(job.clusters))
    state = digest(job)
    try:
        found = {str(row["article"]): str(row["cluster"]) for row in rows if row["state"] == state}
    except KeyError:  # no line of ours: finding the clusters anew mends it
        return None
    return found if found.keys() == latest(job).keys() else None


def duplicates(job: Job, progress: Progress = silent) -> Clusters:
    """Find the articles that tell one story in the same words and write clusters.jsonl."""
    now, state = latest(job), digest(job)
    found = find_clusters(iter_articles(job), progress, len(now))
    joined: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    for each in found.joins:
        row = asdict(each)
        joined[each.other].append({"to": row.pop("one"), **row})
    write_lines(
        job.clusters,
        (
            {
                "article": id_,
                "sha256": now[id_],
                "state": state,
                "cluster": found.of[id_],
                "joined": joined[id_],
            }
            for id_ in sorted(now)
        ),
    )
    return found


def find_clusters(
    articles: Iterable[Article], progress: Progress = silent, total: int = 0
) -> Clusters:
    """Join the articles that share much of a story; in whatever order they come.

    Two belong together that share `SHARED` of the smaller one's runs of words and `LEAST` of them,
    standing text left out, or most of everything; and whoever belongs to either.
    """
    bodies = read_bodies(articles, progress, total)
    joins = tuple(compared(bodies, candidates(bodies)))
    ids = [each.id for each in bodies.facts]
    number = {id_: at for at, id_ in enumerate(ids)}
    least = roots(len(ids), ((number[each.one], number[each.other]) for each in joins))
    return Clusters({id_: ids[root] for id_, root in zip(ids, least, strict=True)}, joins)


def read_bodies(articles: Iterable[Article], progress: Progress = silent, total: int = 0) -> Bodies:
    """Hash the bodies of `articles`, which may come one by one: no text is kept."""
    read = []
    for done, article in enumerate(articles, 1):
        words = body_of(article)
        whole = hashlib.sha256((" ".join(words) or article.text).encode()).digest()
        facts = Facts(article.id, whole, article.publisher, article.published, article.url)
        read.append((facts, runs_of(words)))
        if done % 100 == 0 or done == total:
            progress("reading bodies", done, total)
    read.sort(key=lambda each: each[0].id)
    facts_, runs = tuple(each[0] for each in read), tuple(each[1] for each in read)
    return Bodies(facts_, runs, _distinctive(facts_, runs), standing(runs, RARE))


def compared(bodies: Bodies, pairs: Iterable[tuple[int, int]]) -> Iterator[Join]:
    """Yield the joins among `pairs` of numbers, lesser first: by all of their runs of words."""
    for one, other in pairs:
        here, there = bodies.facts[one], bodies.facts[other]
        if here.whole == there.whole:
            yield join(here, there, 1.0, "the same words from first to last")
            continue
        smaller = min(len(bodies.own[one]), len(bodies.own[other]))
        both = _both(bodies.own[one], bodies.own[other])
        shared = len(both)
        if shared < WHOLE * smaller:
            shared -= len(_both(both, bodies.common))
        if shared and shared >= asked(smaller):
            share = f"{shared} of the shorter one's {smaller} runs of words are in both"
            yield join(here, there, shared / smaller, share)
            continue
        lengths = [len(bodies.runs[one]), len(bodies.runs[other])]
        shared = len(_both(bodies.runs[one], bodies.runs[other]))
        union = sum(lengths) - shared
        if shared >= max(SAME * union, LEAST):
            share = f"{shared} of {union} runs of words are in both, most of them on most pages"
            yield join(here, there, shared / min(lengths), share)


def asked(smaller: int) -> float:
    """Return how many runs two bodies must share, the smaller of which has `smaller`."""
    return max(SHARED * smaller, min(LEAST, smaller / 2))


def candidates(bodies: Bodies) -> list[tuple[int, int]]:
    """Return the pairs of numbers that are worth comparing, lesser first, in order."""
    import numpy as np

    found = same_words(bodies)
    filled = np.array([n for n, body in enumerate(bodies.runs) if len(body)], dtype=np.int64)
    if len(filled):
        for pairs in alike(banded([bodies.runs[n] for n in filled]), filled):
            found.update(map(tuple, pairs.tolist()))
    pairs, counts = sharing(bodies.own)
    sizes = np.array([len(body) for body in bodies.own], dtype=np.int64)
    if len(pairs):
        smaller = np.minimum(sizes[pairs[:, 0]], sizes[pairs[:, 1]])
        least = np.maximum(SHARED * smaller, np.minimum(LEAST, smaller / 2))
        # half of what is asked: the count is an estimate from a sample
        found.update(map(tuple, pairs[counts >= least / 2].tolist()))
    return sorted(found)


def same_words(bodies: Bodies) -> set[tuple[int, int]]:
    """Return each article that is word for word an earlier one, with the first of those."""
    first: dict[bytes, int] = {}
    numbered = list(enumerate(bodies.facts))
    return {(at, n) for n, each in numbered if (at := first.setdefault(each.whole, n)) != n}


def _distinctive(facts: Sequence[Facts], runs: Sequence[Hashes]) -> tuple[Hashes, ...]:
    """The bodies without the standing text of their publishers."""
    import numpy as np

    outlets: defaultdict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(facts):
        outlets[each.publisher].append(number)
    own = list(runs)
    for numbers in outlets.values():
        most = max(FEW, STANDING * len(numbers))
        stood = standing([runs[n] for n in numbers], most)
        if len(stood):
            for n in numbers:
                own[n] = np.setdiff1d(runs[n], stood, assume_unique=True)
    return tuple(own)


def _both(one: Hashes, other: Hashes) -> Hashes:
    """The hashes in both; the longer one is only looked into."""
    import numpy as np

    short, long = sorted((one, other), key=len)
    if not len(long):
        return short
    at = np.searchsorted(long, short)
    both: Hashes = short[long[np.minimum(at, len(long) - 1)] == short]
    return both
