"""Where else a span could stand: runs of words that its label allows and nothing of it covers."""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Iterable, Iterator

from corpus.records import Article, Block, Span
from corpus.scheme import Label
from corpus.sentences import sentences

Place = tuple[int, int]
_WORD = re.compile(r"\S+")


def words_in(text: str, start: int, end: int) -> list[Place]:
    """Return the runs without white space in [start, end), in order."""
    return [found.span() for found in _WORD.finditer(text, start, end)]


def rooms(article: Article, label: Label, blocks: Iterable[Block] | None = None) -> Iterator[Place]:
    """Yield the stretches within which a span of `label` stands: blocks, or their sentences.

    Those of all the article's blocks, or of `blocks` alone.
    """
    for block in article.blocks if blocks is None else blocks:
        if label.blocks and block.kind not in label.blocks:
            continue
        if label.within == "sentence":
            yield from _sentences(article, block)
        else:
            yield block.start, block.end


def room_of(article: Article, label: Label, start: int, end: int) -> Place | None:
    """Return the stretch of `label` that holds [start, end), or None."""
    near = rooms(article, label, article.blocks_at(start, end))
    return next((room for room in near if room[0] <= start and end <= room[1]), None)


def sentence_of(article: Article, start: int, end: int) -> Place | None:
    """Return the sentence of a block that holds [start, end), or None where it crosses one."""
    near = (place for b in article.blocks_at(start, end) for place in _sentences(article, b))
    return next((place for place in near if place[0] <= start and end <= place[1]), None)


def elsewhere(
    draw: random.Random, span: Span, article: Article, label: Label, taken: Iterable[Span]
) -> Place | None:
    """Draw a place for as many words as `span` has, where nothing of `taken` stands; None if none.

    Every place is equally likely. A label that takes its whole block gets a whole block.
    """
    size = max(1, len(words_in(article.text, span.start, span.end)))
    covered = [(other.start, other.end) for other in taken]
    found = []
    for start, end in rooms(article, label):
        runs = [(start, end)] if label.snap else _runs(article.text, start, end, size)
        found += [run for run in runs if not any(_touch(run, other) for other in covered)]
    return draw.choice(found) if found else None


def _runs(text: str, start: int, end: int, size: int) -> list[Place]:
    words = words_in(text, start, end)
    if not words:
        return []
    size = min(size, len(words))
    last = len(words) - size + 1
    return [(words[n][0], words[n + size - 1][1]) for n in range(last)]


def _sentences(article: Article, block: Block) -> Iterator[Place]:
    text = article.text[block.start : block.end]
    for start, end in _parted(text, article.language.partition("-")[0]):
        yield block.start + start, block.start + end


@functools.lru_cache(maxsize=1024)
def _parted(text: str, language: str) -> tuple[Place, ...]:
    """The sentences of a block: many spans are asked of the same one."""
    return tuple(sentences(text, language))


def _touch(one: Place, other: Place) -> bool:
    return one[0] < other[1] and other[0] < one[1]
