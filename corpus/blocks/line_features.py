"""What a learned tagger knows of each line: numbers for its words, its place and its markup.

No vocabulary: of words only length, case, signs and what the table of cues says of them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from corpus.blocks.cues import CUES, MARKUP, Cues
from corpus.blocks.line_page import Line
from corpus.blocks.line_words import PERSON, line_key, same_words
from corpus.blocks.places import Piece, Place
from corpus.records import BLOCK_KINDS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LONG = 400
_WORD = re.compile(r"\w[\w’'-]*")
_SENTENCE = re.compile(r"[.!?…][\"”’»)\]]* +[\"“«(]?[A-ZÀ-Þ]")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d\d\b")
_BAR = re.compile(r"\s[|/•·]\s")
_YOU = re.compile(r"\b(?:you|your|yours)\b", re.IGNORECASE)
_WE = re.compile(r"\b(?:we|our|us)\b")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»")
_ENDS = (".", "?", "!", ":", "…", ",")
_SIZES = (1, 2, 4, 7, 12, 20, 40)
#: Tags of which the nearest ones are told apart, and those that are asked for all the way up.
_TAGS = tuple("a span div p li h1 h2 h3 h4 button figcaption time strong em td label".split())
_OWN = tuple("p li h1 h2 h3 h4 h5 h6 dd blockquote".split())
_AROUND = tuple(
    """
    nav header footer article main aside figure ul ol form section button table blockquote a h2 h3
    p figcaption time
    """.split()
)
_HINTS = (*(kind for kind, _ in MARKUP), "aside", "header", "footer")
#: How many flags `of_words` gives.
_FLAGS = len(_SIZES) + len(_ENDS) + 19 + 17
_TAG_BIT, _OWN_BIT, _AROUND_BIT, _HINT_BIT = (
    {name: 1 << bit for bit, name in enumerate(names)} for names in (_TAGS, _OWN, _AROUND, _HINTS)
)
_KIND = {kind: place for place, kind in enumerate(BLOCK_KINDS)}
#: A box holds the article where this share of the page's prose stands in it.
_MOST = 0.6


@dataclass(frozen=True)
class Known:
    """The lines of a page once the rules are done with them.

    `words` are their texts, `kinds` what the rules say, `sure` how sure they are; `pieces` what
    markup the lines are cut from, in order, None for plain text.
    """

    words: Sequence[str]
    lines: Sequence[Line]
    kinds: Sequence[str]
    rules: Sequence[str]
    sure: Sequence[float]
    pieces: Sequence[Piece] | None = None
    cues: Cues = CUES


#: Where in a row the rules' kind stands, from and to: trained with it hidden now and then.
_PLACES = 28
RULES = (6 + _FLAGS + _PLACES, 6 + _FLAGS + _PLACES + len(_KIND))


def features(known: Known) -> NDArray[np.float32]:
    """Return a row of numbers for each line."""
    import numpy as np

    words, lines, kinds, pieces = known.words, known.lines, known.kinds, known.pieces
    # the table of a pack differs in nothing that is asked here
    alone = [of_words(word, CUES) for word in words]
    parts = [
        np.array([measures for measures, _ in alone], np.float32),
        _spread([flags for _, flags in alone], _FLAGS),
        np.array(_places(words, lines, kinds, _recurring(known)), np.float32),
        _spread([1 << _KIND[kind] for kind in kinds], len(_KIND)),
    ]
    if pieces is not None:
        parts += _markup(lines, pieces)
    return np.concatenate(parts, axis=1)


def _spread(masks: Sequence[int], size: int) -> NDArray[np.float32]:
    """The lowest `size` bits of each mask as a row of zeros and ones."""
    import numpy as np

    width = -(-size // 8)
    data = b"".join(mask.to_bytes(width, "little") for mask in masks)
    packed = np.frombuffer(data, np.uint8).reshape(len(masks), width)
    return np.unpackbits(packed, axis=1, count=size, bitorder="little").astype(np.float32)


def _recurring(known: Known) -> list[float] | None:
    """Whether each line is in the publisher's pack; None where there is no pack."""
    if not known.cues.lines and not known.cues.told:
        return None
    return [float(line_key(word) in known.cues.lines) for word in known.words]


@lru_cache(2**14)
def of_words(word: str, cues: Cues) -> tuple[tuple[float, ...], int]:
    """What a line's words say whatever stands around them: measures, and yes or no as bits."""
    text = word[:_LONG].replace("’", "'")
    found = _WORD.findall(text)
    count = max(len(found), 1)
    upper = sum(w[:1].isupper() for w in found)
    measures = (
        math.log1p(len(word.split())) / 5,
        upper / count,
        sum(map(str.isdigit, text)) / max(len(text), 1),
        sum(map(len, found)) / count / 10,
        min(len(_SENTENCE.findall(text)), 4) / 4,
        min(text.count(","), 6) / 6,
    )
    return measures, _bits((*_shape(word, text, upper, len(found)), *_said(word, text, cues)))


def _bits(flags: Iterable[object]) -> int:
    return sum(1 << place for place, flag in enumerate(flags) if flag)


def _shape(word: str, text: str, upper: int, count: int) -> tuple[object, ...]:
    """Yes or no: how long a line is, how it begins and ends, what signs it holds."""
    full = word.count(" ") + 1
    first, last = word[:1], word.rstrip('"”’»)]')[-1:]
    return (
        *(full <= size for size in _SIZES),
        *(last == end for end in _ENDS),
        last.isdigit(),
        last.isalpha(),
        word[-1:] in '"”’»',
        first.isupper(),
        first.islower(),
        first.isdigit(),
        first in "\"“«'‘",
        first in "#@©•*>→»|",
        not first.isalnum(),
        upper == count > 1,
        word.isupper(),
        _YEAR.search(text),
        _CLOCK.search(text),
        _BAR.search(text),
        "@" in text or "www." in text or "http" in text,
        PERSON.match(word),
        _QUOTED.search(text),
        ":" in text,
        "(" in text,
    )


def _said(word: str, text: str, cues: Cues) -> tuple[object, ...]:
    """Yes or no: what the table of cues says that the rules' own kind does not tell already."""
    own = _QUOTED.sub(" ", text)
    alone = len(word) <= _LONG
    return (
        _YOU.search(own),
        _WE.search(own),
        alone and cues.ask.search(own),
        alone and cues.plea.search(own),
        *(
            alone and pattern.match(text)
            for pattern in (
                cues.cue,
                cues.comments,
                cues.tags,
                cues.hashtags,
                cues.dateline,
                cues.place,
                cues.byline,
                cues.appeal,
                cues.postscript,
                cues.choice,
                cues.bio,
                cues.about,
            )
        ),
        text.strip(" :").casefold() in cues.chrome,
    )


@lru_cache(2**12)
def _near(value: int) -> float:
    """A distance in lines as a number between -1 and 1: near ones are told apart."""
    return math.copysign(min(math.log1p(abs(value)) / 5, 1), value)


def _places(
    words: Sequence[str],
    lines: Sequence[Line],
    kinds: Sequence[str],
    recurs: Sequence[float] | None,
) -> list[tuple[float, ...]]:
    """Where each line stands on the page, by what the rules found."""
    size = len(lines)
    head = kinds.index("headline") if "headline" in kinds else -1
    prose = [i for i, kind in enumerate(kinds) if kind == "paragraph" and len(words[i]) > 80]
    first, last = (prose[0], prose[-1]) if prose else (size, -1)
    before, after = _distances(prose, size)
    times = Counter(words)
    title = _plain(words[head]) if head >= 0 else frozenset()
    names = {
        name for i, kind in enumerate(kinds) if kind == "byline" for name in _capitals(words[i])
    }
    rows: list[tuple[float, ...]] = []
    for i, line in enumerate(lines):
        met = _plain(words[i][:_LONG]) if title else frozenset()
        said = _capitals(words[i][:_LONG]) if names else frozenset()
        gap_after = i + 1 == size or lines[i + 1].gap
        rows.append(
            (
                float(line.gap),
                float(gap_after),
                float(line.prose),
                float(line.heading),
                float(line.linked),
                float(line.loose),
                float(line.bold),
                float(line.outside),
                i / size,
                float(head >= 0),
                _near(i - head) if head >= 0 else 0.0,
                float(head >= 0 and 0 < i - head <= 3),
                float(i < head),
                float(i < first),
                float(first <= i <= last),
                float(i > last),
                _near(i - first),
                _near(i - last),
                _near(before[i]),
                _near(after[i]),
                len(prose) / size,
                math.log1p(size) / 8,
                min(times[words[i]] - 1, 4) / 4,
                len(title & met) / max(len(title | met), 1),
                len(names & said) / max(len(names), 1),
                0.0 if recurs is None else recurs[i],
                float(recurs is None),
                0.0 if recurs is None else float(recurs[i] == 0),
            )
        )
    return rows


@lru_cache(2**14)
def _plain(word: str) -> frozenset[str]:
    return frozenset(same_words(word).split())


@lru_cache(2**14)
def _capitals(word: str) -> frozenset[str]:
    return frozenset(
        found for found in _WORD.findall(word) if found[:1].isupper() and len(found) > 2
    )


def _distances(prose: Sequence[int], size: int) -> tuple[list[int], list[int]]:
    """How many lines above and below each line the next prose stands."""
    marks = set(prose)
    before, after = [size] * size, [size] * size
    seen = -size
    for i in range(size):
        before[i] = min(i - seen, size)
        seen = i if i in marks else seen
    seen = 2 * size
    for i in reversed(range(size)):
        after[i] = min(seen - i, size)
        seen = i if i in marks else seen
    return before, after


class _Box:
    """What an element holds and what it stands in."""

    __slots__ = ("around", "heads", "hints", "lines", "linked", "path", "prose", "words")

    def __init__(self, place: Place, outer: _Box | None) -> None:
        self.lines = self.words = self.linked = self.prose = self.heads = 0
        self.around: int = (outer.around if outer else 0) | _AROUND_BIT.get(place.tag, 0)
        self.hints: int = outer.hints if outer else 0
        for hint in place.hints:
            self.hints |= _HINT_BIT.get(hint, 0)
        self.path: int = hash((outer.path if outer else 0, place.tag))


def _markup(lines: Sequence[Line], pieces: Sequence[Piece]) -> list[NDArray[np.float32]]:
    """What markup says of each line: tags, hints, and how its boxes are filled."""
    import numpy as np

    boxes, order = _boxes(pieces)
    top = max((box.prose for box in boxes.values()), default=0) or 1
    paths = Counter(boxes[piece.place].path for piece in pieces)
    main = {place for place in order if boxes[place].prose >= _MOST * top}
    deepest = max((place.depth for place in main), default=0)
    memo: dict[Place, tuple[tuple[float, ...], int]] = {}
    rows = []
    for at in _origins(lines, pieces):
        place = pieces[at].place
        if place not in memo:
            measures = _of_place(place, boxes, main, deepest, top)
            measures += (math.log1p(paths[boxes[place].path]) / 5, place.depth / 30)
            memo[place] = measures, _flags(place, boxes[place])
        measures, flags = memo[place]
        rows.append((measures, flags << 1 | pieces[at].bold))
    size = 1 + 2 * len(_HINTS) + len(_AROUND) + len(_OWN) + len(_TAGS)
    return [
        np.array([measures for measures, _ in rows], np.float32),
        _spread([flags for _, flags in rows], size),
    ]


def _origins(lines: Sequence[Line], pieces: Sequence[Piece]) -> Iterator[int]:
    """For each line the number of the piece that it is cut from."""
    at, end = -1, -2
    for line in lines:
        while line.start >= end and at + 1 < len(pieces):
            at += 1
            end += 2 + len(pieces[at].text)
        yield at


def _flags(place: Place, box: _Box) -> int:
    hints = place.hinted.hints if place.hinted else ()
    nearest = sum(_HINT_BIT[hint] for hint in set(hints) if hint in _HINT_BIT)
    mask = _TAG_BIT.get(place.tag, 0)
    for bits, names in (
        (_OWN_BIT.get(place.own, 0), _OWN),
        (box.around, _AROUND),
        (box.hints, _HINTS),
        (nearest, _HINTS),
    ):
        mask = mask << len(names) | bits
    return mask


def _boxes(pieces: Sequence[Piece]) -> tuple[dict[Place, _Box], list[Place]]:
    boxes: dict[Place, _Box] = {}
    order: list[Place] = []

    def box_of(place: Place) -> _Box:
        climbed = []
        while place not in boxes:
            climbed.append(place)
            if place.parent is None:
                break
            place = place.parent
        for inner in reversed(climbed):
            boxes[inner] = _Box(inner, boxes[inner.parent] if inner.parent else None)
            order.append(inner)
        return boxes[climbed[0] if climbed else place]

    for piece in pieces:
        box = box_of(piece.place)
        count = piece.text.count(" ") + 1
        box.lines += 1
        box.words += count
        box.linked += count if piece.linked else 0
        box.prose += len(piece.text) if len(piece.text) > 80 and not piece.linked else 0
        box.heads += piece.place.own[:1] == "h"
    for place in sorted(order, key=lambda p: -p.depth):
        if place.parent is not None:
            inner, outer = boxes[place], boxes[place.parent]
            outer.lines += inner.lines
            outer.words += inner.words
            outer.linked += inner.linked
            outer.prose += inner.prose
            outer.heads += inner.heads
    return boxes, order


def _of_place(
    place: Place, boxes: dict[Place, _Box], main: set[Place], deepest: int, top: int
) -> tuple[float, ...]:
    """How far the place is from the article's body, and what the boxes around it hold."""
    up, outer = 0, place
    while outer not in main and outer.parent is not None:
        outer = outer.parent
        up += 1
    told: list[float] = []
    inner, climbed = place, 0
    for _ in range(3):
        count = boxes[inner].lines
        while inner.parent is not None and boxes[inner].lines <= count:
            inner = inner.parent
            climbed += 1
        holds = boxes[inner]
        told += (
            math.log1p(holds.lines) / 6,
            math.log1p(holds.words) / 8,
            holds.linked / max(holds.words, 1),
            holds.prose / top,
            holds.heads / max(holds.lines, 1),
            min(climbed, 10) / 10,
            float(inner in main),
        )
    return (min(up, 12) / 12, float(up <= 1), (outer.depth - deepest) / 10, *told)
