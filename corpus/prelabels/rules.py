"""Pre-labels by rules: what a lexicon finds in the articles, as a run that people can be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from corpus.check import snapped
from corpus.errors import PressmarkError
from corpus.files import write_text
from corpus.job import Job, now
from corpus.prelabels.lexicon import Entry, Lexicon, read_lexicon
from corpus.prelabels.places import Place, room_of, sentence_of
from corpus.progress import Progress, silent
from corpus.records import Annotation, Article, Span
from corpus.scheme import Label, Scheme
from corpus.store import iter_articles, latest, write_run


@dataclass(frozen=True, slots=True)
class Prelabelled:
    """A finished run: its name, how many articles it is of, spans by label, finds by entry.

    `finds` counts the spans that each entry gave, named 'LABEL NUMBER'; an entry that found nothing
    has 0.
    """

    run: str
    articles: int
    spans: dict[str, int]
    finds: dict[str, int]


def prelabel(job: Job, progress: Progress = silent) -> Prelabelled:
    """Mark what the job's lexicon finds in the latest version of every article, as a run.

    The run is predictions/RUN.parquet, role 'rule', each span's score its entry's weight; the
    lexicon itself is kept beside it as RUN.yaml. The run's name begins with the time.

    Raises:
        PressmarkError: the lexicon is wrong, or there are no articles.
    """
    scheme = job.scheme
    lexicon = read_lexicon(job.settings.lexicon, scheme, job.folder)
    total = len(latest(job))
    if not total:
        raise PressmarkError(f"{job.articles}: no articles; run 'pressmark ingest'")
    job.keep_scheme()
    when = now()
    run = f"{when.removesuffix('Z').replace(':', '-')}-{lexicon.name}-{lexicon.version}"
    finds = Counter({f"{label} {number}": 0 for label, number, _ in lexicon.numbered()})
    spans = Counter(dict.fromkeys(scheme.label_names, 0))
    predictions = []
    for number, article in enumerate(iter_articles(job), 1):
        found = find(article, lexicon, scheme)
        finds.update(f"{hit.span.label} {hit.entry}" for hit in found)
        spans.update(hit.span.label for hit in found)
        predictions.append(
            Annotation(
                id=f"{run}:{article.id}",
                article=article.id,
                sha256=article.sha256,
                author=f"{lexicon.name}-{lexicon.version}",
                role="rule",
                run=run,
                scheme=scheme.hash,
                spans=tuple(hit.span for hit in found),
                when=when,
            )
        )
        progress("looking up words", number, total)
    write_run(job, run, predictions)
    write_text(job.predictions / f"{run}.yaml", lexicon.source)
    return Prelabelled(run, len(predictions), dict(spans), dict(finds))


@dataclass(frozen=True, slots=True)
class Hit:
    """A span and the number, under its label, of the entry that found it."""

    span: Span
    entry: int
    whole: bool = False


def find(article: Article, lexicon: Lexicon, scheme: Scheme) -> list[Hit]:
    """Return what a lexicon finds in an article: valid spans, none over another of its label.

    A find stands where its label may: in its kinds of block, within a sentence, or the whole block.
    Of finds that overlap the heavier one stays, else the longer one. Whole blocks that follow
    each other are one span where the label does not end at a block. Nothing is found in an article
    of another language. Answers about the article (`unless`) are for people to give.
    """
    languages = {each.partition("-")[0] for each in (lexicon.language, article.language) if each}
    if len(languages) > 1:
        return []
    kept: list[Hit] = []
    for label in scheme.labels:
        hits = [
            hit
            for number, entry in enumerate(lexicon.entries.get(label.name, ()), 1)
            for hit in _hits(article, scheme, label, number, entry)
        ]
        kept += _joined(_heaviest(hits), article, label)
    return sorted(kept, key=lambda hit: (hit.span.start, hit.span.end, hit.span.label))


def _hits(
    article: Article, scheme: Scheme, label: Label, number: int, entry: Entry
) -> Iterator[Hit]:
    for block in article.blocks:
        if (label.blocks and block.kind not in label.blocks) or (
            entry.blocks and block.kind not in entry.blocks
        ):
            continue
        for found in entry.compiled.finditer(article.text[block.start : block.end]):
            words = block.start + found.start(), block.start + found.end()
            place = _taken(article, label, entry, words, (block.start, block.end))
            if place:
                id_ = f"{label.name}:{place[0]}"
                span = snapped(Span(id_, *place, label.name, score=entry.weight), article, scheme)
                bare = replace(span, id=f"{label.name}:{span.start}", drawn=None)
                yield Hit(bare, number, entry.take == "block")


def _taken(
    article: Article, label: Label, entry: Entry, found: Place, block: Place
) -> Place | None:
    """The place that a find takes, without white space at its ends; None where it has none."""
    words = article.text[found[0] : found[1]]
    start = found[0] + len(words) - len(words.lstrip())
    end = found[1] - len(words) + len(words.rstrip())
    if start >= end:
        return None
    if entry.take == "block" and label.within is None:
        return block
    if entry.take == "words":
        return (start, end) if room_of(article, label, start, end) else None
    return sentence_of(article, start, end)


def _heaviest(hits: list[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    order = sorted(hits, key=lambda hit: (-(hit.span.score or 0), *_longest(hit.span), hit.entry))
    for hit in order:
        if not any(hit.span.overlaps(other.span) for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.span.start)


def _longest(span: Span) -> tuple[int, int]:
    return span.start - span.end, span.start


def _joined(hits: list[Hit], article: Article, label: Label) -> list[Hit]:
    """Make one of whole blocks that follow each other, as a plea does from heading to P.S."""
    if label.snap or label.within:
        return hits
    joined: list[Hit] = []
    for hit in hits:
        before = joined[-1] if joined else None
        gap = article.text[before.span.end : hit.span.start] if before else "no"
        if before and before.whole and hit.whole and not gap.strip():
            score = max(before.span.score or 0, hit.span.score or 0)
            span = replace(before.span, end=hit.span.end, score=score)
            joined[-1] = replace(before, span=span)
        else:
            joined.append(hit)
    return joined
