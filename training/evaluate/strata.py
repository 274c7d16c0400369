"""The model's spans by publisher, time, kind of block, length, and whether the block was taught.

A span falls where it itself stands, whichever side marked it: into its article's publisher and
time, the kind of the block that it begins in, the number of words it covers, and among the blocks
seen in training if the words of the block it begins in stand in an article that was taught.
Precision of a stratum is over the predicted spans that fall into it and recall over the
reference's, each credited by all spans of the other side: one that finds the right words with a
word too many is not punished by falling into another stratum of length.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.agreement.estimates import Sampling
from corpus.measures import OVERLAP, Pair, Tally, bootstrap
from corpus.records import Article, Span
from corpus.stories.recurring import plain
from training.evaluate.results import Stratum
from training.evaluate.systems import Test
from training.examples import Example

#: Bounds of a span's length, in words: up to and including.
LENGTHS = ((3, "1-3"), (8, "4-8"), (25, "9-25"))
LONGER = "more than 25"
UNKNOWN = "not known"
#: The most publishers that are told apart; those with fewest spans are told as one.
MOST = 20
REST = "others"


@dataclass(frozen=True, slots=True)
class _Falls:
    """A span of one side, where it falls, and its credit by overlap and by FLC."""

    group: str
    predicted: bool
    strata: dict[str, str]
    overlap: float
    flc: float


def strata(
    test: Test, pairs: Sequence[Pair], taught: Sequence[Example], sampling: Sampling
) -> tuple[Stratum, ...]:
    """Return the model's F1 in each stratum that holds a span of either side."""
    seen = {text for example in taught for text in _texts(example.article)}
    months = _by_month(test)
    falls = [
        each
        for example, pair in zip(test.examples, pairs, strict=True)
        for each in _falling(example.article, pair, test, seen, months)
    ]
    found: list[Stratum] = []
    for by in ("publisher", "time", "block", "words", "block seen in training"):
        held: defaultdict[str, list[_Falls]] = defaultdict(list)
        for fall in falls:
            held[fall.strata[by]].append(fall)
        if by == "publisher" and len(held) > MOST:
            held = _fewer(held)
        found += [_stratum(by, name, held[name], sampling) for name in sorted(held, key=_order)]
    return tuple(found)


def _by_month(test: Test) -> bool:
    """Whether months tell articles apart: all that are dated are of one year."""
    dated = {e.article.published[:4] for e in test.examples if e.article.published}
    return len(dated) == 1


def _falling(
    article: Article, pair: Pair, test: Test, seen: set[str], months: bool
) -> Iterator[_Falls]:
    starts = [start for start, _ in test.words[article.id]]
    ends = [end for _, end in test.words[article.id]]
    when = article.published[: 7 if months else 4]
    for predicted, side in ((False, pair.reference), (True, pair.predicted)):
        others = pair.reference if predicted else pair.predicted
        for span in side:
            blocks = article.blocks_at(span.start, span.end)
            words = bisect_left(starts, span.end) - bisect_right(ends, span.start)
            text = plain(article.text[blocks[0].start : blocks[0].end]) if blocks else ""
            where = {
                "publisher": article.publisher or UNKNOWN,
                "time": when or UNKNOWN,
                "block": blocks[0].kind if blocks else UNKNOWN,
                "words": next((name for most, name in LENGTHS if words <= most), LONGER),
                "block seen in training": "seen" if text in seen else "new",
            }
            yield _Falls(pair.group, predicted, where, *_credit(span, others))


def _credit(span: Span, others: Sequence[Span]) -> tuple[float, float]:
    """Return 1 where another overlaps it by half, and the share of it that others cover."""
    met, covered = 0.0, 0.0
    for other in others:
        shared = min(span.end, other.end) - max(span.start, other.start)
        if other.label != span.label or shared <= 0:
            continue
        union = max(span.end, other.end) - min(span.start, other.start)
        met = max(met, float(shared >= OVERLAP * union))
        covered += shared / (span.end - span.start)
    return met, covered


def _stratum(by: str, name: str, falls: Sequence[_Falls], drawn: Sampling) -> Stratum:
    overlap: defaultdict[str, Tally] = defaultdict(Tally)
    flc: defaultdict[str, Tally] = defaultdict(Tally)
    for fall in falls:
        for tally, credit in ((overlap, fall.overlap), (flc, fall.flc)):
            mine = Tally(credit, 1, 0, 0) if fall.predicted else Tally(0, 0, credit, 1)
            tally[fall.group] += mine
    predicted = sum(fall.predicted for fall in falls)
    figures = (
        bootstrap(list(each.values()), drawn.seed, drawn.samples)[2] for each in (overlap, flc)
    )
    return Stratum(by, name, len(falls) - predicted, predicted, *figures)


def _fewer(held: defaultdict[str, list[_Falls]]) -> defaultdict[str, list[_Falls]]:
    most = sorted(held, key=lambda name: (-len(held[name]), name))
    found: defaultdict[str, list[_Falls]] = defaultdict(list)
    for name in most:
        found[name if name in most[:MOST] else REST] += held[name]
    return found


def _order(name: str) -> tuple[int, str]:
    lengths = [told for _, told in LENGTHS] + [LONGER]
    return (lengths.index(name) if name in lengths else 0, name)


def _texts(article: Article) -> Iterator[str]:
    for block in article.blocks:
        yield plain(article.text[block.start : block.end])
