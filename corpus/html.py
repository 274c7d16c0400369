"""A saved web page as one text with typed blocks: every visible character, each in its place.

The page is parsed once (resiliparse). White space collapses within a block like in a browser,
<br> is a line's end, blocks stand a blank line apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from resiliparse.parse.html import ELEMENT, TEXT, HTMLTree

from corpus.cues import CUES, HIDDEN, Cues
from corpus.line_page import same_words
from corpus.lines import Typed, split_cues, typed
from corpus.markup import Piece, Place, place_of, settle
from corpus.metadata import Metadata, metadata_of

_BLOCKS = frozenset(
    """
    address article aside blockquote body button caption center dd details dialog dir div dl dt
    fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing
    main menu nav ol optgroup option p plaintext pre search section summary table tbody td textarea
    tfoot th thead tr ul xmp
    """.split()
)
_UNSEEN = frozenset(
    """
    audio canvas datalist embed frame frameset annotation head iframe link map meta noembed noframes
    noscript object param script source style svg template title track video
    """.split()
)
_PREFORMATTED = frozenset(("pre", "textarea", "listing", "xmp", "plaintext"))
_BREAK = "\0"  # canonical text holds none: it stands for <br> until white space has collapsed
_WHITE = re.compile(r"[ \t\n\r\f]+")
_BREAKS = re.compile(f" ?{_BREAK} ?")
_UNSHOWN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_DROPPED = str.maketrans("", "", "\0\ufeff")


@dataclass(frozen=True)
class Read:
    """What a page holds: its text, the blocks of it, and what its markup says about it."""

    text: str
    typed: Typed
    metadata: Metadata


@dataclass
class _Run:
    """The words of one block while its inline elements are walked."""

    parts: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    linked: int = 0
    bold: int = 0
    size: int = 0


def read_html(source: str, title: str = "", cues: Cues = CUES) -> Read:
    """Read a page's markup, canonical text already; no markup is too broken.

    Args:
        source: the markup.
        title: the headline where it is known from elsewhere.
        cues: the words by which the page names its parts.
    """
    tree = HTMLTree.parse(source)
    metadata = metadata_of(tree)
    pieces = [piece for run in _runs(tree.document) for piece in _pieces(run)]
    text = "\n\n".join(piece.text for piece in pieces)
    head = _headline(pieces, title, metadata)
    lines = split_cues(text, settle(pieces, head), cues)
    found = typed(text, lines, title, cues)
    return Read(text, found, metadata)


def _runs(root: Any) -> Iterator[_Run]:
    """Walk the tree without recursion, yielding the inline run of each block."""
    run, node = _Run(), root
    place = Place(None, "", ())
    while node is not None:
        entered = False
        if node.type == TEXT:
            _add(run, node.value or "", place)
        elif node.type == ELEMENT and (tag := node.tag) and tag not in _UNSEEN:
            if tag == "br":
                _add(run, _BREAK, place)
            elif _seen(node, tag):
                if tag in _BLOCKS:
                    yield run
                    run = _Run()
                if tag == "input":
                    _add(run, _button(node), place)
                place = place_of(node, tag, place)
                entered = True
        elif node is root or node.type not in (TEXT, ELEMENT):
            entered = node is root
        child = node.first_child if entered else None
        if child is not None:
            node = child
            continue
        # climb: the place follows the tree, and a block's end ends the run
        leaving = entered and node is not root
        while node is not None:
            if leaving:
                if place.tag in _BLOCKS:
                    yield run
                    run = _Run()
                assert place.parent is not None
                place = place.parent
            if node is root:
                node = None
                break
            following = node.next
            if following is not None:
                node = following
                break
            node = node.parent
            leaving = node is not None and node.type == ELEMENT
    yield run


def _seen(node: Any, tag: str) -> bool:
    """Tell whether a reader sees the element."""
    if tag == "input" and not _button(node):
        return False
    if node.hasattr("hidden") and node["hidden"] != "until-found":
        return False
    if tag == "dialog" and not node.hasattr("open"):
        return False
    if node.hasattr("style") and _UNSHOWN.search(node["style"] or ""):
        return False
    return not (node.hasattr("class") and HIDDEN.intersection((node["class"] or "").split()))


def _button(node: Any) -> str:
    if (node.getattr("type") or "").casefold() in ("submit", "button"):
        return node.getattr("value") or ""
    return ""


def _add(run: _Run, words: str, place: Place) -> None:
    if not words:
        return
    run.parts.append(words)
    weight = len(words.strip())
    if weight and words != _BREAK:
        run.places.append(place)
        run.size += weight
        run.linked += weight * place.link
        run.bold += weight * place.bold


def _pieces(run: _Run) -> Iterator[Piece]:
    """The run's text with its white space collapsed; an empty line of <br><br> parts it."""
    if not run.size:
        return
    words = "".join(run.parts).replace("\ufeff", "")
    place = _common(run.places)
    if place.preformatted:
        words = words.replace(_BREAK, "\n").replace("\r", "")
    else:
        words = _BREAKS.sub("\n", _WHITE.sub(" ", words))
    parts = [words] if place.preformatted else words.split("\n\n")
    for part in parts:
        inner = part.translate(_DROPPED).strip()
        if inner:
            yield Piece(inner, place, run.linked / run.size > 0.7, run.bold / run.size > 0.9)


def _common(places: list[Place]) -> Place:
    """The innermost place that holds all of `places`."""
    common = places[0]
    for place in places[1:]:
        while place is not common:
            if place.depth > common.depth and place.parent:
                place = place.parent  # noqa: PLW2901  # it climbs
            elif common.parent:
                common = common.parent
            else:
                break
    return common


def _headline(pieces: list[Piece], title: str, metadata: Metadata) -> int | None:
    """Which piece is the page's headline: the h1 that the metadata names, or that stands first."""
    known = {same_words(name) for name in (title, *metadata.titles) if name}
    known.discard("")
    heads = [i for i, piece in enumerate(pieces) if piece.place.within("h1")]
    other = [i for i, piece in enumerate(pieces) if not piece.place.within("nav")]
    for among in (heads, other):
        for i in among:
            if same_words(pieces[i].text) in known:
                return i
    # a title often carries the outlet's name: 'Headline - The Ledger'
    for i in heads:
        plain = same_words(pieces[i].text)
        if len(plain.split()) >= 3 and any(name.startswith(plain) for name in known):
            return i
    heads = [i for i in heads if not pieces[i].place.beside()]
    long = [i for i in heads if len(pieces[i].text.split()) >= 3]
    return next(iter(long or heads), None)
