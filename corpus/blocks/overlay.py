"""What a person says of the parts of a page, laid over what the rules said; pure."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from corpus.records import BLOCK_KINDS, Article, Block, Span

_RULES = -1


@dataclass(frozen=True, slots=True)
class Overlaid:
    """An article's blocks with a person's regions laid over them, and what to look at."""

    blocks: tuple[Block, ...]
    remarks: tuple[str, ...] = ()


def overlay(article: Article, regions: Iterable[Span]) -> Overlaid:
    """Return the blocks of `article` where `regions` (a kind as their label) count and no others.

    Characters in no region keep their block. An edge inside a word moves to the word's end. Where
    regions overlap a drawn one counts before one accepted as it was shown, then the shorter one.
    Inside a region the borders of the blocks under it stay, since one stroke over a list retypes
    each of its lines; drawn over blocks that are all of its kind already it makes one of them.
    """
    usable, remarks = [], []
    for region in regions:
        placed = _placed(region, article.text)
        if placed is None or region.label not in BLOCK_KINDS:
            remarks.append(f"{_told(region)} stands on no words or is no kind of block; left out")
        else:
            usable.append(placed)
    remarks += _conflicts(usable)
    owners = array("i", [_RULES]) * len(article.text)
    usable.sort(key=lambda r: (r.origin != "accepted", r.start - r.end, r.start, r.label, r.origin))
    for number, region in enumerate(usable):
        start, end = region.start, region.end
        owners[start:end] = array("i", [number]) * (end - start)
    return Overlaid(tuple(_blocks(article, usable, owners)), tuple(remarks))


def _placed(region: Span, text: str) -> Span | None:
    """The region from word to word, without white space at its ends; None if it holds no words."""
    start, end = region.start, min(region.end, len(text))
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start >= end:
        return None
    while start and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return replace(region, start=start, end=end)


def _conflicts(regions: Sequence[Span]) -> Iterator[str]:
    """Yield a remark for each two drawn regions of different kinds that cut into each other."""
    drawn = [region for region in regions if region.origin != "accepted"]
    for one, other in combinations(sorted(drawn, key=lambda r: (r.start, r.end)), 2):
        same = (one.start, one.end) == (other.start, other.end)
        nested = not same and (one.end >= other.end or one.start == other.start)
        if one.overlaps(other) and one.label != other.label and not nested:
            counts = "one of them" if same else "the shorter one"
            yield f"{_told(one)} and {_told(other)} overlap; there {counts} counts"


def _blocks(article: Article, regions: Sequence[Span], owners: array[int]) -> Iterator[Block]:
    """Yield the blocks: runs of one owner, cut at the borders of the blocks under them."""
    for start, end, owner in _runs(owners):
        under = article.blocks_at(start, end)
        region = regions[owner] if owner != _RULES else None
        if region and region.origin == "drawn" and {b.kind for b in under} == {region.label}:
            pieces = [(start, end, under[0])]
        else:
            pieces = [(max(start, b.start), min(end, b.end), b) for b in under]
        for first, last, block in pieces:
            text = article.text[first:last]
            if inner := text.strip():
                begin = first + text.index(inner)
                stop = begin + len(inner)
                if region:
                    yield Block(begin, stop, region.label, by="human")
                else:
                    yield replace(block, start=begin, end=stop)


def _runs(owners: array[int]) -> Iterator[tuple[int, int, int]]:
    start = 0
    for at in range(1, len(owners) + 1):
        if at == len(owners) or owners[at] != owners[start]:
            yield start, at, owners[start]
            start = at


def _told(region: Span) -> str:
    return f"{region.label!r} at [{region.start}, {region.end})"
