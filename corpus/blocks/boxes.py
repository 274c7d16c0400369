"""The boxes of a page by what they hold: which is the article's body, which ask the reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.blocks.cues import CUES

if TYPE_CHECKING:
    from corpus.blocks.places import Piece, Place

#: The body is the innermost box with this share of the page's prose (tuning pages: .7, .8 and .9
#: give the same mean F1, .911).
_BODY = 0.8
#: A box that asks holds few lines and few words: above that it is a page's foot or a column.
_LINES, _WORDS = 9, 130


@dataclass(frozen=True)
class Prose:
    """How many characters of prose each place holds, and the place of the article's body."""

    sizes: Counter[Place]
    total: int
    body: Place | None

    def outside(self, pieces: Sequence[Piece], head: int | None) -> list[bool]:
        """Tell of each piece whether it stands neither in the body nor between headline and it."""
        if self.body is None:
            return [False] * len(pieces)
        within = [_stands_in(piece.place, self.body) for piece in pieces]
        first = within.index(True)
        return [
            not inside and (i > first or (head is not None and i < head))
            for i, inside in enumerate(within)
        ]


def _stands_in(place: Place | None, box: Place) -> bool:
    while place is not None and place.depth > box.depth:
        place = place.parent
    return place is box


def prose_of(pieces: Sequence[Piece]) -> Prose:
    """Find where the page's prose stands: long pieces that are no links, in paragraphs or not."""
    sizes: Counter[Place] = Counter()
    inner: Counter[Place] = Counter()
    total = all_of_it = 0
    for piece in pieces:
        size = len(piece.text)
        if size <= 80 or piece.linked or piece.place.within("footer") or piece.place.within("nav"):
            continue
        all_of_it += size
        paragraph = piece.place.within("p")
        total += size * paragraph
        for place in piece.place.chain():
            inner[place] += size
            if paragraph:
                sizes[place] += size
    boxes = [p for p, size in inner.items() if size >= _BODY * all_of_it and p.tag != "p"]
    return Prose(sizes, total, max(boxes, key=lambda place: place.depth, default=None))


def asking(pieces: Sequence[Piece], prose: Prose) -> set[int]:
    """Return the pieces in small boxes of which one piece asks the reader in words of its own."""
    plain = [i for i, piece in enumerate(pieces) if _asks(piece)]
    if not plain:
        return set()
    inside: dict[Place, list[int]] = {}
    wanted = {place for i in plain for place in pieces[i].place.chain()}
    for i, piece in enumerate(pieces):
        for place in piece.place.chain():
            if place in wanted:
                inside.setdefault(place, []).append(i)
    found: set[int] = set()
    for i in plain:
        found.add(i)
        for place in pieces[i].place.chain():
            box = inside[place]
            small = len(box) <= _LINES and sum(len(pieces[j].text.split()) for j in box) <= _WORDS
            if not small or prose.sizes.get(place, 0) > 0.2 * prose.total:
                break
            if len(box) > 1:
                found.update(box)
                break
    return found


def _asks(piece: Piece) -> bool:
    words = len(piece.text.split())
    if piece.linked or not 5 <= words <= 60:
        return False
    return bool(CUES.plea.search(piece.text) and CUES.reader.search(piece.text))
