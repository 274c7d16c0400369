"""What markup says about the lines of a page: tags, class words, links, and whom to believe."""

from __future__ import annotations

import functools
import re
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, pairwise

from corpus.cues import CUES, MARKUP
from corpus.line_page import Line

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
_BOLD = frozenset(("b", "strong"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_PROSE = frozenset(("p", "li", "dd", "blockquote"))
#: Elements whose classes speak of the whole page ('single-post tag-tolls has-sidebar').
_WHOLE = frozenset(("html", "body", "main", "article"))
#: Class words on these speak of a part of a sentence, not of a block.
_INLINE = frozenset(("a", "em", "i", "b", "strong", "u", "s", "sup", "sub", "mark", "br", "img"))
_WORDS = re.compile(r"[^a-z0-9]+")
_NAMES = re.compile(r" (?:class|id)=\"([^\"]+)\"")
_PAIRS = frozenset(pair for _, names in MARKUP for pair in names if "-" in pair)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
#: A box said to hold a newsletter or related links that holds more of the page's prose than this
#: holds the article (classes such as 'body with-newsletter').
_SHARE = 0.4


@dataclass(eq=False, slots=True)
class Place:
    """An element with visible content: where a piece of text stands."""

    parent: Place | None
    tag: str
    hints: tuple[str, ...]
    depth: int = 0
    link: bool = False
    bold: bool = False
    preformatted: bool = False

    def within(self, tag: str) -> bool:
        """Tell whether the place is a `tag` or stands in one."""
        return any(place.tag == tag for place in self.chain())

    def beside(self) -> bool:
        """Tell whether the place is in the page's own head, foot or menu, not in an article's."""
        tags = {place.tag for place in self.chain()}
        return bool(tags & {"nav", "header", "footer"}) and not tags & {"article", "main"}

    def chain(self) -> list[Place]:
        """The place and what it stands in, innermost first."""
        places, place = [], self
        while place.parent is not None:
            places.append(place)
            place = place.parent
        return places


@dataclass(frozen=True, slots=True)
class Piece:
    """A block of visible text, where it stands, and whether it is all links or all bold."""

    text: str
    place: Place
    linked: bool = False
    bold: bool = False


def place_of(tag: str, written: str, parent: Place) -> Place:
    """Return the place that an element makes within `parent`; its attributes are as in a token."""
    names = ""
    if written and tag not in _WHOLE and tag not in _INLINE:
        names = " ".join(_NAMES.findall(written))
    return Place(
        parent,
        tag,
        _hints(tag, names),
        parent.depth + 1,
        parent.link or tag == "a",
        parent.bold or tag in _BOLD,
        parent.preformatted or tag in ("pre", "textarea", "listing", "xmp", "plaintext"),
    )


@functools.lru_cache(4096)
def _hints(tag: str, names: str) -> tuple[str, ...]:
    """What tag, class and id say, the tag first."""
    said = [_TAGS[tag]] if tag in _TAGS else []
    words = set()
    for name in names.split():
        parts = [part for part in _WORDS.split(_CAMEL.sub("-", name).casefold()) if part]
        pairs = {f"{a}-{b}" for a, b in pairwise(parts)}
        words |= pairs | {part for part in parts if not _paired(part, pairs)}
    said += [kind for kind, known in MARKUP if words & known]
    return tuple(said)


def _paired(part: str, pairs: set[str]) -> bool:
    """A word of a known pair says nothing by itself: 'author-box' is no byline."""
    return any(part in pair.split("-") for pair in pairs & _PAIRS)


def settle(pieces: list[Piece], head: int | None) -> list[Line]:
    """Return the pieces as lines, joined by blank lines, with what their markup settles."""
    doubted = _doubted(pieces, head)
    starts = list(accumulate((len(piece.text) + 2 for piece in pieces), initial=0))[:-1]
    ends = _box_ends(pieces, starts, doubted)
    start_of_body = head if head is not None else -1
    lines: list[Line] = []
    for i, (piece, start) in enumerate(zip(pieces, starts, strict=True)):
        kind, loose = ("headline", False) if i == head else _kind(piece, doubted)
        if kind == "deck" and i < start_of_body:
            kind = None
        tag = _own_tag(piece.place)
        bold = piece.bold and len(piece.text.split()) <= 12
        lines.append(
            Line(
                start,
                start + len(piece.text),
                kind=kind,
                prose=tag in _PROSE and not bold,
                heading=tag in _HEADINGS or (tag == "p" and bold and not piece.linked),
                linked=piece.linked,
                bold=tag == "p" and bold,
                loose=loose,
                markup=True,
                box=ends[i],
            )
        )
    return lines


def _doubted(pieces: list[Piece], head: int | None) -> set[Place]:
    """Places whose hints are not believed: what holds the headline or most of the prose."""
    doubted = set(pieces[head].place.chain()) if head is not None else set()
    prose: Counter[Place] = Counter()
    total = 0
    for piece in pieces:
        if len(piece.text) > 80 and not piece.linked and piece.place.within("p"):
            total += len(piece.text)
            for place in piece.place.chain():
                prose[place] += len(piece.text)
    doubted |= _asks_nothing(pieces)
    for place, size in prose.items():
        if size > _SHARE * total and "comments" not in place.hints and place.tag != "p":
            doubted.add(place)
    return doubted


def _asks_nothing(pieces: list[Piece]) -> set[Place]:
    """Boxes said to ask for something that hardly do: 'paywall' is where many a body begins."""
    asked: Counter[Place] = Counter()
    prose: Counter[Place] = Counter()
    for piece in pieces:
        asks = bool(CUES.ask.search(piece.text))
        for place in piece.place.chain():
            if "solicitation" in place.hints:
                asked[place] += asks
                prose[place] += len(piece.text) > 80
    return {place for place, count in prose.items() if asked[place] * 6 < count}


def _box_ends(pieces: list[Piece], starts: list[int], doubted: set[Place]) -> list[int | None]:
    """For each piece where in the text the small box that it stands in ends."""
    last: dict[Place, int] = {}
    for piece, start in zip(pieces, starts, strict=True):
        for place in piece.place.chain():
            last[place] = start + len(piece.text)
    ends: list[int | None] = []
    for piece in pieces:
        boxes = [p for p in piece.place.chain() if p.tag in ("div", "section", "aside", "form")]
        inner = next((box for box in boxes if box not in doubted), None)
        ends.append(None if inner is None else last[inner])
    return ends


def _own_tag(place: Place) -> str:
    """The nearest tag that says what the block is: a paragraph, a heading, a list's item."""
    for outer in place.chain():
        if outer.tag in _HEADINGS or outer.tag in _PROSE:
            return outer.tag
        if outer.tag in ("div", "section", "article", "td", "body", "aside", "form"):
            return outer.tag
    return ""


def _kind(piece: Piece, doubted: set[Place]) -> tuple[str | None, bool]:
    """What markup settles of a piece, and whether it stands beside the article."""
    loose, nearest = False, None
    chain = piece.place.chain()
    inside = {hint for place in chain if place not in doubted for hint in place.hints}
    if "comments" in inside:
        return "comments", False
    if any(place.tag in ("nav", "menu") for place in chain):
        return "chrome", False
    for place in chain:
        if place in doubted:
            continue
        for hint in place.hints:
            if hint in ("aside", "header", "footer"):
                site = hint != "aside" and not any(p.tag in ("article", "main") for p in chain)
                if site and nearest is None:
                    return "chrome", False
                loose = True
            elif nearest is None and (kind := _fits(hint, piece)):
                nearest = kind
    if "solicitation" in inside and nearest in ("deck", "byline", "dateline", "caption"):
        return "solicitation", loose
    if "related" in inside and nearest not in ("solicitation", "correction", "chrome"):
        return _related(piece), True
    return nearest, loose


def _related(piece: Piece) -> str:
    words = len(piece.text.split())
    heading = piece.place.within("h2") or piece.place.within("h3") or piece.place.within("h4")
    if piece.linked or (words >= 8 and not heading):
        return "teaser" if words >= 3 else "chrome"
    return "cue" if heading or words < 5 else "teaser"


def _fits(hint: str, piece: Piece) -> str | None:
    """The hint as a kind, where the piece is of a size that such a thing has."""
    words = len(piece.text.split())
    if hint == "byline":
        return "bio" if words > 20 else "byline" if words > 0 else None
    if hint == "dateline":
        return "dateline" if words <= 14 and any(c.isdigit() for c in piece.text) else None
    if hint == "deck":
        return "deck" if words <= 60 else None
    if hint == "poll":
        return "poll" if words <= 30 else None
    return hint
