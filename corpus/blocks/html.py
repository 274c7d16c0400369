"""A saved web page as one text with typed blocks: every visible character, each in its place.

The page is parsed once (corpus.blocks.dom). White space collapses within a block like in a browser,
<br> is a line's end, blocks stand a blank line apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from corpus.blocks.cues import CUES, HIDDEN, Cues
from corpus.blocks.dom import VOID, Token, attributes, plain, tokens
from corpus.blocks.line_words import same_words
from corpus.blocks.lines import Typed, split_cues, typed
from corpus.blocks.markup import settle
from corpus.blocks.metadata import Metadata, metadata_of
from corpus.blocks.places import Piece, Place, place_of
from corpus.blocks.tagger import Tagger, learned

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
#: End tags of blocks; what is no start tag; blocks whose content is no markup.
_EDGES = frozenset("/" + tag for tag in _BLOCKS)
_NO_START = ("", "/")
_LITERAL = ("xmp", "plaintext")
_BUTTONS = ("submit", "button")
_BREAK = "\0"  # canonical text holds none: it stands for <br> until white space has collapsed
_WHITE = re.compile(r"[ \t\n\r\f]+")
_BREAKS = re.compile(f" ?{_BREAK} ?")
#: What hides an element; the last two leave it to screen readers ('opens in a new tab').
_UNSHOWN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden"
    r"|clip\s*:\s*rect\((?:[01](?:px)?[\s,]*){4}\)|clip-path\s*:\s*inset\(50%\)",
    re.IGNORECASE,
)
#: Elements deeper than this say nothing of their own: Chromium's parser nests no deeper either.
_DEEPEST = 512
#: What stands in the attributes of an element that may be hidden.
_HIDING = (' style="', ' hidden="', *HIDDEN)


@dataclass(frozen=True)
class Read:
    """What a page holds: its text, the blocks of it, and what its markup says about it."""

    text: str
    typed: Typed
    metadata: Metadata


@dataclass(slots=True)
class _Run:
    """The words of one block while its inline elements are walked."""

    parts: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    linked: int = 0
    bold: int = 0
    size: int = 0

    def add(self, words: str, place: Place) -> None:
        """Append words that stand in `place`."""
        self.parts.append(words)
        weight = len(words.strip())
        if not weight:
            return
        self.places.append(place)
        self.size += weight
        if place.link:
            self.linked += weight
        if place.bold:
            self.bold += weight


class _Path:
    """The open elements around the reader; a place is made of one once it holds words."""

    def __init__(self, cues: Cues) -> None:
        self._cues = cues
        self.ends: list[str] = ["/"]
        self._written: list[str] = [""]
        self._places: list[Place] = [Place(None, "", ())]

    def open(self, tag: str, written: str) -> None:
        """Step into an element."""
        self.ends.append("/" + tag)
        self._written.append(written)

    def close(self) -> None:
        """Step out of the innermost element."""
        del self.ends[-1], self._written[-1], self._places[len(self.ends) :]

    def place(self) -> Place:
        """Return the place that the innermost element makes."""
        places = self._places
        for i in range(len(places), len(self.ends)):
            place = places[-1]
            if i <= _DEEPEST:
                place = place_of(self.ends[i][1:], self._written[i], place, self._cues)
            places.append(place)
        return places[-1]


def read_html(
    source: str,
    title: str = "",
    cues: Cues | Callable[[Metadata], Cues] = CUES,
    tagger: Tagger | None = learned,
) -> Read:
    """Read a page's markup, canonical text already; no markup is too broken.

    Args:
        source: the markup.
        title: the headline where it is known from elsewhere.
        cues: the words by which the page names its parts, or what finds them by its metadata.
        tagger: who is asked where the rules are not certain; None for the rules alone.

    Raises:
        UnreadableError: markup that was made to take the parser for ever.
    """
    stream = tokens(source)
    metadata = metadata_of(stream)
    if not isinstance(cues, Cues):
        cues = cues(metadata)
    pieces = [piece for run in _runs(stream, cues) for piece in _pieces(run)]
    text = "\n\n".join(piece.text for piece in pieces)
    head = _headline(pieces, title, metadata)
    lines = split_cues(text, settle(pieces, head), cues)
    found = typed(text, lines, title, cues, pieces=pieces, tagger=tagger)
    return Read(text, found, metadata)


def _runs(stream: Iterable[Token], cues: Cues) -> Iterator[_Run]:
    """Yield the inline run of each block that holds words."""
    run, path = _Run(), _Path(cues)
    ends = path.ends
    unseen, end, depth = "", "", 0  # what is passed over, its end tag, and how many are open
    for raw, outer, inner, tag, written, text in stream:
        edge = False
        if unseen:
            if tag == end:
                depth -= 1
            elif tag == unseen:
                depth += 1
            if depth:
                continue
            unseen = ""
        elif tag == ends[-1]:
            edge = tag in _EDGES
            path.close()
        elif tag in _UNSEEN or ((written or tag == "dialog") and _hidden(tag, written)):
            if tag not in VOID:
                unseen, end, depth = tag, "/" + tag, 1
                continue
        elif tag == "br":
            run.parts.append(_BREAK)
        elif tag[:1] not in _NO_START:
            edge = tag in _BLOCKS
            if tag == "input" and (words := _button(written)):
                run.add(words, path.place())
            if tag not in VOID:
                path.open(tag, written)
        elif raw in _LITERAL:
            if run.size:
                yield run
            run = _Run()
            path.open(raw, outer)
            run.add(inner, path.place())
            path.close()
            edge = True
        if edge and run.parts:
            if run.size:
                yield run
                run = _Run()
            else:
                run.parts.clear()
        if not text:
            continue
        if text.isspace():
            run.parts.append(text)
        else:
            run.add(plain(text), path.place())
    if run.size:
        yield run


def _hidden(tag: str, written: str) -> bool:
    """Tell whether a reader does not see the element."""
    if tag == "dialog" and "open" not in attributes(written):
        return True
    for mark in _HIDING:
        if mark in written:
            break
    else:
        return False
    said = attributes(written)
    return (
        said.get("hidden", "until-found") != "until-found"
        or bool(_UNSHOWN.search(said.get("style", "")))
        or not HIDDEN.isdisjoint(said.get("class", "").split())
    )


def _button(written: str) -> str:
    said = attributes(written)
    return said.get("value", "") if said.get("type", "").casefold() in _BUTTONS else ""


def _pieces(run: _Run) -> Iterator[Piece]:
    """The run's text with its white space collapsed; an empty line of <br><br> parts it."""
    words = "".join(run.parts).replace("\ufeff", "")
    place = _common(run.places)
    if place.preformatted:
        parts = [words.replace(_BREAK, "\n").replace("\r", "")]
    else:
        if "  " in words or not words.isprintable():  # of white space it lets spaces pass alone
            words = _WHITE.sub(" ", words)
        parts = _BREAKS.sub("\n", words).split("\n\n") if _BREAK in words else [words]
    linked, bold = run.linked / run.size > 0.7, run.bold / run.size > 0.9
    for part in parts:
        inner = part.strip()
        if inner:
            yield Piece(inner, place, linked, bold)


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
