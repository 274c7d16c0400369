"""Where a piece of a page's text stands: its elements, and what tags and class words hint at."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from corpus.blocks.cues import CUES, Cues

_TAGS = {
    "nav": "chrome",
    "menu": "chrome",
    "header": "header",
    "footer": "footer",
    "aside": "aside",
    "figcaption": "caption",
    "figure": "caption",
    "caption": "caption",
    "blockquote": "quote",
    "time": "dateline",
    "amp-img": "caption",
}
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "summary"))
PROSE = frozenset(("p", "li", "dd", "blockquote"))
BOXES = ("div", "section", "aside", "form")
#: What says what a block is, and what says that nothing within it does.
_OWN = {tag: tag for tag in (*HEADINGS, *PROSE)} | dict.fromkeys(
    (*BOXES, "article", "td", "body"), ""
)
#: Tags that rules ask for, each with its bit.
_ASKED = {
    tag: 1 << bit
    for bit, tag in enumerate(
        """
        p h1 h2 h3 h4 h5 h6 nav menu header footer article main a b strong pre textarea listing xmp
        plaintext
        """.split()
    )
}
_LINK = _ASKED["a"]
HEADED = sum(_ASKED[f"h{level}"] for level in range(1, 7))
_HEAVY = _ASKED["b"] | _ASKED["strong"]
_AS_WRITTEN = sum(_ASKED[tag] for tag in ("pre", "textarea", "listing", "xmp", "plaintext"))
MENU = _ASKED["nav"] | _ASKED["menu"]
STORY = _ASKED["article"] | _ASKED["main"]
_BESIDE = _ASKED["nav"] | _ASKED["header"] | _ASKED["footer"]
#: Elements whose classes speak of the whole page ('single-post tag-tolls has-sidebar').
_WHOLE = frozenset(("html", "body", "main", "article"))
#: Class words on these speak of a part of a sentence, not of a block.
_INLINE = frozenset(("a", "em", "i", "b", "strong", "u", "s", "sup", "sub", "mark", "br", "img"))
_WORDS = re.compile(r"[^a-z0-9]+")
_NAMES = re.compile(r" (?:class|id)=\"([^\"]+)\"")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(eq=False, slots=True)
class Place:
    """An element with visible content: where a piece of text stands.

    `hinted` is the innermost place that hints at what it holds, this one or one around it; `own`
    the nearest tag that says what a block is; `inside` which of the tags of _ASKED stand around.
    """

    parent: Place | None
    tag: str
    hints: tuple[str, ...]
    depth: int = 0
    hinted: Place | None = None
    own: str = ""
    inside: int = 0

    @property
    def link(self) -> bool:
        """Words here are part of a link."""
        return bool(self.inside & _LINK)

    @property
    def bold(self) -> bool:
        """Words here are bold by their tag."""
        return bool(self.inside & _HEAVY)

    @property
    def preformatted(self) -> bool:
        """White space here stands as it is written."""
        return bool(self.inside & _AS_WRITTEN)

    def within(self, tag: str) -> bool:
        """Tell whether the place is a `tag` or stands in one."""
        flag = _ASKED.get(tag)
        return bool(self.inside & flag) if flag else any(p.tag == tag for p in self.chain())

    def beside(self) -> bool:
        """Tell whether the place is in the page's own head, foot or menu, not in an article's."""
        return bool(self.inside & _BESIDE) and not self.inside & STORY

    def chain(self) -> list[Place]:
        """The place and what it stands in, innermost first."""
        places, place = [], self
        while place.parent is not None:
            places.append(place)
            place = place.parent
        return places

    def believed(self, doubted: Collection[Place]) -> Iterator[Place]:
        """The places with hints around a piece, innermost first, without the doubted ones."""
        place = self.hinted
        while place is not None:
            if place not in doubted:
                yield place
            place = place.parent and place.parent.hinted


class Piece(NamedTuple):
    """A block of visible text, where it stands, and whether it is all links or all bold."""

    text: str
    place: Place
    linked: bool = False
    bold: bool = False


def place_of(tag: str, written: str, parent: Place, cues: Cues = CUES) -> Place:
    """Return the place that an element makes within `parent`; its attributes are as in a token."""
    names = ""
    if written and tag not in _WHOLE and tag not in _INLINE:
        names = " ".join(_NAMES.findall(written))
    hints = _hints(tag, names, cues)
    place = Place(
        parent,
        tag,
        hints,
        parent.depth + 1,
        parent.hinted,
        _OWN.get(tag, parent.own),
        parent.inside | _ASKED.get(tag, 0),
    )
    if hints:
        place.hinted = place
    return place


@functools.lru_cache(4096)
def _hints(tag: str, names: str, cues: Cues) -> tuple[str, ...]:
    """What tag, class and id say, the tag first."""
    said = [_TAGS[tag]] if tag in _TAGS else []
    words = set()
    for name in names.split():
        parts = [part for part in _WORDS.split(_CAMEL.sub("-", name).casefold()) if part]
        pairs = {f"{a}-{b}" for a, b in pairwise(parts)}
        words |= pairs | {part for part in parts if not _paired(part, pairs, cues)}
    said += [kind for kind, known in cues.markup if words & known]
    return tuple(said)


@functools.lru_cache(16)
def _known_pairs(cues: Cues) -> frozenset[str]:
    return frozenset(pair for _, names in cues.markup for pair in names if "-" in pair)


def _paired(part: str, pairs: set[str], cues: Cues) -> bool:
    """A word of a known pair says nothing by itself: 'author-box' is no byline."""
    return any(part in pair.split("-") for pair in pairs & _known_pairs(cues))
