"""Blocks that recur: a plea, a biography or a teaser that stands in many articles is one thing.

Known as one it is annotated once: `carry` brings what people said of it to its other places, as a
run of the role 'rule' that names its sources, never as anybody's own first opinion.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain, count
from typing import TYPE_CHECKING

from corpus.files import write_lines
from corpus.job import Job, now
from corpus.records import Annotation, Article, Span
from corpus.store import iter_articles, read_annotations, read_run, runs, write_run
from corpus.stories.shingles import alike, banded, roots, runs_of, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

#: Kinds of block that an outlet repeats and that annotators are asked about.
KINDS = frozenset("caption teaser poll solicitation correction bio comments".split())
#: Two blocks are one from this resemblance of their runs of words on (a date or a name changed in
#: fifty words); shorter ones than `SHORT` runs must be the same but for white space.
NEARLY = 0.6
SHORT = 8
AUTHOR = "recurring"


@dataclass(frozen=True, slots=True)
class Place:
    """One occurrence of a recurring block; `exact` if it is the first one's words and marks."""

    article: str
    sha256: str
    start: int
    end: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Recurring:
    """A block that stands in several articles: its name (a hash), kind and places in order."""

    id: str
    kind: str
    places: tuple[Place, ...]

    @property
    def articles(self) -> int:
        """In how many articles it stands."""
        return len({place.article for place in self.places})


@dataclass(frozen=True, slots=True)
class Carried:
    """What `carry` made: a run, or '' where there was nothing to carry, and what it holds."""

    run: str
    annotations: tuple[Annotation, ...]

    @property
    def spans(self) -> int:
        """How many spans were carried."""
        return sum(len(annotation.spans) for annotation in self.annotations)


def recurring(job: Job) -> list[Recurring]:
    """Find the blocks that stand in several articles and write recurring.jsonl."""
    found = find_recurring(iter_articles(job))
    write_lines(job.recurring, ({**asdict(each), "articles": each.articles} for each in found))
    return found


def find_recurring(articles: Iterable[Article]) -> list[Recurring]:
    """Return the blocks of `KINDS` that stand in two articles and more; their order is free.

    They are the same after normalising white space, or nearly; the kind is that of most.
    """
    places: defaultdict[str, list[tuple[str, Place]]] = defaultdict(list)
    runs: dict[str, Hashes] = {}
    for article in articles:
        for block in article.blocks:
            if block.kind in KINDS:
                text = plain(article.text[block.start : block.end])
                name = hashlib.sha256(text.encode()).hexdigest()
                place = Place(article.id, article.sha256, block.start, block.end, exact=True)
                places[name].append((block.kind, place))
                if name not in runs:
                    runs[name] = runs_of(words_of(text))
    names = sorted(places)
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for name, root in zip(names, roots(len(names), _near([runs[n] for n in names])), strict=True):
        groups[root].append(name)
    found = (_recurring(group, places) for group in groups.values())
    return sorted((f for f in found if f.articles > 1), key=lambda f: (-f.articles, f.id))


def plain(text: str) -> str:
    """Return `text` with its white space normalised."""
    return " ".join(text.split())


def _near(blocks: Sequence[Hashes]) -> Iterator[tuple[int, int]]:
    import numpy as np

    long = np.array([n for n, runs in enumerate(blocks) if len(runs) >= SHORT], dtype=np.int64)
    if not len(long):
        return
    keys = banded([blocks[n] for n in long])
    pairs = {tuple(pair) for found in alike(keys, long) for pair in found.tolist()}
    for one, other in sorted(pairs):
        both = len(np.intersect1d(blocks[one], blocks[other], assume_unique=True))
        if both >= NEARLY * (len(blocks[one]) + len(blocks[other]) - both):
            yield one, other


def _recurring(group: list[str], places: Mapping[str, list[tuple[str, Place]]]) -> Recurring:
    first = min(group, key=lambda name: (-len(places[name]), name))
    kinds = sorted(kind for name in group for kind, _ in places[name])
    stood = [replace(place, exact=name == first) for name in group for _, place in places[name]]
    stood.sort(key=lambda place: (place.article, place.sha256, place.start))
    return Recurring(first[:16], max(kinds, key=kinds.count), tuple(stood))


def carry(
    articles: Mapping[str, Article], found: Iterable[Recurring], annotations: Iterable[Annotation]
) -> list[Annotation]:
    """Return what `annotations` say of recurring blocks, for the other articles that hold them.

    One annotation an article: of the role 'rule', its `parents` the annotations it is from, its
    `covers` the blocks, each span's `source` the span it came from. Of several people who saw a
    block gold counts, then the first. A span is carried only where the block holds the same words
    once, and only to articles that no person has annotated; that nothing was found in a block is
    carried too.
    """
    said: defaultdict[tuple[str, str], list[Annotation]] = defaultdict(list)
    for each in annotations:
        if each.role in ("human", "gold") and each.status == "submitted" and each.layer == "spans":
            said[each.article, each.sha256].append(each)
    made: dict[str, Annotation] = {}
    for block in found:
        origins = [
            (source.role != "gold", source.when, source.id, origin, source)
            for origin in block.places
            for source in said[origin.article, origin.sha256]
            if _covered(source, origin) and origin.article in articles
        ]
        if not origins:
            continue
        *_, origin, source = min(origins, key=lambda each: each[:3])
        for place in block.places:
            article = articles.get(place.article)
            if article and article.sha256 == place.sha256 and not said[place.article, place.sha256]:
                old = articles[origin.article]
                spans, seen = _at(source, origin, old, place, article)
                if seen:
                    before = made.get(article.id) or _empty(source, article)
                    made[article.id] = _joined(before, source, spans, seen)
    return [made[id_] for id_ in sorted(made)]


def carry_over(job: Job) -> Carried:
    """Carry what people said of recurring blocks and keep it as a run, to be pushed or compared.

    Where the last such run says the same there is no new one.
    """
    articles = {article.id: article for article in iter_articles(job)}
    said = [a for a in read_annotations(job.annotations) if a.scheme == job.scheme.hash]
    made = carry(articles, recurring(job), said)
    if not made:
        return Carried("", ())
    before = [run for run in runs(job) if re.fullmatch(rf"\d+T\d+Z-{AUTHOR}(-\d+)?", run)]
    if before:
        kept = read_run(job, before[-1])
        if kept == [replace(annotation, run=before[-1]) for annotation in made]:
            return Carried(before[-1], tuple(kept))
    run = f"{now().replace(':', '').replace('-', '')}-{AUTHOR}"
    numbered = chain([run], (f"{run}-{number}" for number in count(2)))
    run = next(name for name in numbered if name not in before)
    made = [replace(annotation, run=run) for annotation in made]
    write_run(job, run, made)
    return Carried(run, tuple(made))


def _covered(annotation: Annotation, place: Place) -> bool:
    """Whether its author saw all of the block."""
    ranges = annotation.covers
    return not ranges or any(s <= place.start and place.end <= e for s, e in ranges)


def _empty(source: Annotation, article: Article) -> Annotation:
    return Annotation(
        id=f"{AUTHOR}:{article.id}:{article.sha256[:12]}",
        article=article.id,
        sha256=article.sha256,
        author=AUTHOR,
        role="rule",
        scheme=source.scheme,
    )


def _joined(
    made: Annotation, source: Annotation, spans: list[Span], seen: list[tuple[int, int]]
) -> Annotation:
    # a span over two recurring blocks comes with both
    new = [s for s in spans if not any(s.label == t.label and s.overlaps(t) for t in made.spans)]
    return replace(
        made,
        spans=(*made.spans, *new),
        covers=tuple(sorted({*made.covers, *seen})),
        parents=tuple(sorted({*made.parents, source.id})),
    )


def _at(
    source: Annotation, origin: Place, old: Article, place: Place, new: Article
) -> tuple[list[Span], list[tuple[int, int]]]:
    """What `source` says of `origin`, at `place`: spans, and of which ranges that is all."""
    there = [s for s in source.spans if s.start < origin.end and origin.start < s.end]
    moved = [_moved(span, origin, place, old.text, new.text) for span in there]
    spans = [span for span in moved if span]
    if len(spans) == len(there):
        return spans, [(place.start, place.end)]
    # a block of which a span stays behind is no block with nothing else in it
    return spans, [(span.start, span.end) for span in spans]


def _moved(span: Span, origin: Place, place: Place, old: str, new: str) -> Span | None:
    """The span at the same words of the other block; None where they are not there just once.

    A plea's heading is a block of its own: a span may reach beyond the block, over the same words.
    """
    shift = place.start - origin.start
    start, end = span.start + shift, span.end + shift
    words = old[span.start : span.end]
    if place.exact and origin.exact and start >= 0 and new[start:end] == words:
        return _copy(span, start, end, place)
    pattern = r"\s+".join(map(re.escape, words.split()))
    # what it has beyond the block, and room for other white space
    before, behind = max(0, origin.start - span.start), max(0, span.end - origin.end)
    first = max(0, place.start - 2 * before)
    met = list(re.compile(pattern).finditer(new, first, place.end + 2 * behind))
    if not pattern or len(met) != 1 or met[0].start() >= place.end or met[0].end() <= place.start:
        return None
    return _copy(span, *met[0].span(), place)


def _copy(span: Span, start: int, end: int, place: Place) -> Span:
    id_ = f"{span.id}@{place.sha256[:12]}:{start}"
    return replace(span, id=id_, start=start, end=end, source=span.id, drawn=None, score=None)
