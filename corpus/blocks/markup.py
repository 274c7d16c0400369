"""What markup says about the lines of a page: tags, class words, links, and whom to believe."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate

from corpus.blocks.boxes import Prose, asking, prose_of
from corpus.blocks.cues import CUES
from corpus.blocks.line_page import Line
from corpus.blocks.line_words import is_story, names_only
from corpus.blocks.places import BOXES, HEADED, HEADINGS, MENU, PROSE, STORY, Piece, Place

#: What a box that asks the reader holds beside its plea.
_KEPT = ("headline", "comments", "correction", "caption", "bio", "byline")
#: Words of a story's title in a list or menu of other entries, where sections have long names too.
_IN_LIST, _IN_MENU = 6, 8
#: A box said to hold a newsletter or related links that holds more of the page's prose than this
#: holds the article (classes such as 'body with-newsletter').
_SHARE = 0.4


def settle(pieces: list[Piece], head: int | None) -> list[Line]:
    """Return the pieces as lines, joined by blank lines, with what their markup settles."""
    prose = prose_of(pieces)
    doubted = _doubted(pieces, head, prose)
    asked = asking(pieces, prose)
    outside = prose.outside(pieces, head)
    starts = list(accumulate((len(piece.text) + 2 for piece in pieces), initial=0))[:-1]
    ends = _box_ends(pieces, starts, doubted)
    start_of_body = head if head is not None else -1
    lines: list[Line] = []
    for i, (piece, start) in enumerate(zip(pieces, starts, strict=True)):
        kind, loose = ("headline", False) if i == head else _kind(piece, doubted)
        if kind == "deck" and i < start_of_body:
            kind = None
        tag = piece.place.own
        if i in asked and kind not in _KEPT:
            kind = "solicitation"
        if outside[i] and (piece.linked or tag in HEADINGS):
            kind = _beside(piece, kind, tag)
        bold = piece.bold and len(piece.text.split()) <= 12
        lines.append(
            Line(
                start,
                start + len(piece.text),
                kind=kind,
                prose=tag in PROSE and not bold,
                heading=tag in HEADINGS or (tag == "p" and bold and not piece.linked),
                linked=piece.linked,
                bold=tag == "p" and bold,
                loose=loose,
                outside=outside[i],
                markup=True,
                box=ends[i],
            )
        )
    return lines


def _doubted(pieces: list[Piece], head: int | None, prose: Prose) -> set[Place]:
    """Places whose hints are not believed: what holds the headline or most of the prose."""
    doubted = set(pieces[head].place.chain()) if head is not None else set()
    doubted |= _asks_nothing(pieces)
    for place, size in prose.sizes.items():
        if size > _SHARE * prose.total and "comments" not in place.hints and place.tag != "p":
            doubted.add(place)
    return doubted


def _asks_nothing(pieces: list[Piece]) -> set[Place]:
    """Boxes said to ask for something that hardly do: 'paywall' is where many a body begins."""
    asked: Counter[Place] = Counter()
    prose: Counter[Place] = Counter()
    for piece in pieces:
        boxes = [place for place in piece.place.believed(()) if "solicitation" in place.hints]
        if not boxes:
            continue
        asks = bool(CUES.ask.search(piece.text))
        other = len(piece.text) > 80 or is_story(piece.text, piece.linked)
        for place in boxes:
            asked[place] += asks
            prose[place] += other
    return {place for place, count in prose.items() if asked[place] * 6 < count}


def _box_ends(pieces: list[Piece], starts: list[int], doubted: set[Place]) -> list[int | None]:
    """For each piece where in the text the small box that it stands in ends."""
    ends: list[int | None] = []
    last: dict[Place, int] = {}
    # from the foot up: who first names a place ends it, and all that it stands in are known
    for piece, start in zip(reversed(pieces), reversed(starts), strict=True):
        inner, place = None, piece.place
        while place.parent is not None:
            if inner is None and place.tag in BOXES and place not in doubted:
                inner = place
            if place not in last:
                last[place] = start + len(piece.text)
            elif inner is not None:
                break
            place = place.parent
        ends.append(None if inner is None else last[inner])
    return ends[::-1]


def _kind(piece: Piece, doubted: set[Place]) -> tuple[str | None, bool]:
    """What markup settles of a piece, and whether it stands beside the article."""
    if piece.place.hinted is None:
        return None, False
    loose, nearest = False, None
    around = piece.place.inside
    places = list(piece.place.believed(doubted))
    inside = {hint for place in places for hint in place.hints}
    if "comments" in inside:
        return "comments", False
    if around & MENU:
        return "chrome", False
    for place in places:
        for hint in place.hints:
            if hint in ("aside", "header", "footer"):
                site = hint != "aside" and not around & STORY
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


def _beside(piece: Piece, kind: str | None, tag: str) -> str | None:
    """A link or heading beside the article: no caption, and if it is long another story's title."""
    if kind == "caption":
        return None
    if kind != "chrome" or not is_story(piece.text, piece.linked, tag in HEADINGS):
        return kind
    least = _IN_MENU if piece.place.inside & MENU else _IN_LIST if tag == "li" else 0
    return "teaser" if len(piece.text.split()) >= least else kind


def _related(piece: Piece) -> str:
    words = len(piece.text.split())
    heading = bool(piece.place.inside & HEADED)
    if piece.linked or (words >= 8 and not heading):
        return "teaser" if is_story(piece.text, piece.linked or words >= 8, heading) else "chrome"
    if names_only(piece.text) and not heading:
        return "chrome"
    return "cue" if heading or words < 5 else "teaser"


def _fits(hint: str, piece: Piece) -> str | None:
    """The hint as a kind, where the piece is of a size that such a thing has."""
    words = len(piece.text.split())
    if hint == "byline":
        return "bio" if words > 20 else "byline" if words > 0 else None
    other = not names_only(piece.text) or CUES.cue.match(piece.text)
    if hint == "bio" and piece.linked and words <= 3 and other:
        return "chrome"
    if hint == "dateline":
        return "dateline" if words <= 14 and any(c.isdigit() for c in piece.text) else None
    if hint == "deck":
        return "deck" if words <= 60 else None
    if hint == "poll":
        return "poll" if words <= 30 else None
    return hint
