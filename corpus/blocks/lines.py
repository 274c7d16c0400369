"""Typed blocks of plain text, by rules: a page saved from a browser, one line a block.

The same rules settle what markup leaves open (html.py hands its lines in with what it knows).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from corpus.blocks.cues import CUES, Cues
from corpus.blocks.line_features import Known
from corpus.blocks.line_page import Line
from corpus.blocks.line_rules import kinds_of
from corpus.blocks.places import Piece
from corpus.blocks.sureness import sureness
from corpus.blocks.tagger import Tagger, learned
from corpus.records import Block

_LINE = re.compile("[^\n\u2028\u2029]+")
#: Hard-wrapped text: no line is longer, and only one at least so long runs on in the next.
_WRAP, _RUNS_ON = 100, 45


@dataclass(frozen=True)
class Typed:
    """A text's blocks and what they tell of the page: its title, authors and date as written.

    `rules` names the rule that typed each block.
    """

    blocks: tuple[Block, ...]
    title: str = ""
    byline: str = ""
    dateline: str = ""
    rules: tuple[str, ...] = ()


def typed_lines(
    text: str, title: str = "", cues: Cues = CUES, tagger: Tagger | None = learned
) -> Typed:
    """Type every line of `text`; hard-wrapped paragraphs are joined.

    Args:
        text: canonical text.
        title: the page's title where it is known; the line that equals it is the headline.
        cues: the words by which the page names its parts.
        tagger: who is asked where the rules are not certain; None for the rules alone.
    """
    lines = split_cues(text, _unwrapped(list(_lines(text))), cues)
    return typed(text, lines, title, cues, tagger=tagger)


def typed(
    text: str,
    lines: Sequence[Line],
    title: str = "",
    cues: Cues = CUES,
    *,
    pieces: Sequence[Piece] | None = None,
    tagger: Tagger | None = learned,
) -> Typed:
    """Type `lines`, which are slices of `text` in order, cut from `pieces` of markup if any."""
    words = [text[line.start : line.end] for line in lines]
    said = kinds_of(words, lines, title, cues)
    kinds = [kind for kind, _ in said]
    rules = [rule for _, rule in said]
    form = "html" if lines and lines[0].markup else "text"
    sure = [sureness(form, rule, kind) for kind, rule in said]
    other = tagger(Known(words, lines, kinds, rules, sure, pieces, cues)) if tagger else {}
    blocks = []
    for i, line in enumerate(lines):
        if i in other:
            kinds[i], score = other[i]
            blocks.append(Block(line.start, line.end, kinds[i], "model", score))
        else:
            blocks.append(Block(line.start, line.end, kinds[i], score=sure[i]))
    first = {kind: word for word, kind in reversed(list(zip(words, kinds, strict=True)))}
    return Typed(
        tuple(blocks),
        first.get("headline", ""),
        first.get("byline", ""),
        first.get("dateline", ""),
        tuple(rules),
    )


def split_cues(text: str, lines: Sequence[Line], cues: Cues = CUES) -> list[Line]:
    """Cut 'Related: A headline' in two: what announces is one line, what it announces another."""
    result: list[Line] = []
    for line in lines:
        found = line.end - line.start < 300 and cues.cue_with_teaser.match(
            text[line.start : line.end].replace("’", "'")
        )
        # the first line of a page may be a headline of that form
        if not found or not result or line.kind not in (None, "teaser"):
            result.append(line)
            continue
        cut = line.start + found.end(1)
        rest = line.start + found.end() - 1
        result.append(replace(line, end=cut, kind="cue", linked=False))
        result.append(replace(line, start=rest, gap=False, kind="teaser"))
    return result


def _lines(text: str) -> Iterator[Line]:
    """The lines that hold more than white space, trimmed."""
    last = -1
    for found in _LINE.finditer(text):
        inner = found[0].strip()
        if inner:
            start = found.start() + found[0].index(inner)
            gap = text.count("\n", max(last, 0), start) > 1 or last < 0
            yield Line(start, start + len(inner), gap=gap)
            last = start + len(inner)


def _unwrapped(lines: list[Line]) -> list[Line]:
    """Join the lines of hard-wrapped paragraphs; other texts stay as they are."""
    widths = [line.end - line.start for line in lines]
    direct = sum(
        not after.gap and width >= _RUNS_ON for width, after in zip(widths, lines[1:], strict=False)
    )
    wide = sum(width >= _RUNS_ON for width in widths)
    if max(widths, default=0) > _WRAP or direct < 5 or direct * 2 < wide:
        return lines
    joined = lines[:1]
    for before, line in pairwise(lines):
        if line.gap or before.end - before.start < _RUNS_ON:
            joined.append(line)
        else:
            joined[-1] = replace(joined[-1], end=line.end)
    return joined
