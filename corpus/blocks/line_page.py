"""The lines of one page: what each says by itself, the headline, and where the body begins."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus.blocks.cues import Cues
from corpus.blocks.line_words import PERSON, is_story, line_key, names_only, same_words
from corpus.blocks.regions import body, menus

#: Lines longer than this are not read for what they say alone, nor remembered.
_LONG = 400
#: So many lines above the body most headlines stand at most.
_HEAD = 12
_SIGNS = re.compile(r"[^\w\s&']+|\b\d[\d.,]*k?\b")
#: What markup may say of a line that recurs and is something else after all.
_OPEN = (None, "chrome", "cue", "teaser", "paragraph", "caption")
_SPACE = re.compile(r"\s+")
_WHOLE_QUOTE = re.compile(
    r"^(?:“[^”]+”|\"[^\"]+\"|«[^»]+»|> .+)(?:\s*[—–-]\s*\S[^.!?]{0,60})?$", re.DOTALL
)
_CLOSED = re.compile(r"[.!?…][\"”’»)\]]*$")
_WORD = re.compile(r"\w[\w’'-]*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page and what is known of it beforehand.

    `gap`: a blank line stands before it. `kind`: settled by markup ('cue' is chrome that announces
    teasers). `prose`, `heading`, `linked`: markup says it is a paragraph, a heading, links;
    `bold`: it heads something by its letters only.
    `loose`: it stands beside the article; `outside`: not in the box that holds the article's body.
    `box`: where in the text the box around it ends.
    """

    start: int
    end: int
    gap: bool = True
    kind: str | None = None
    prose: bool = False
    heading: bool = False
    linked: bool = False
    loose: bool = False
    bold: bool = False
    outside: bool = False
    markup: bool = False
    box: int | None = None


class Page:
    """One page while its lines are typed; `found` fills up rule by rule."""

    def __init__(self, words: Sequence[str], lines: Sequence[Line], title: str, cues: Cues) -> None:
        read = [_read(word) if len(word) < _LONG else _read.__wrapped__(word) for word in words]
        self.words = [plain for plain, _ in read]
        self.count = [count for _, count in read]
        self.raw, self.lines, self.title, self.cues = words, lines, title, cues
        self.found: list[str | None] = [line.kind for line in lines]
        self.size = len(lines)
        #: Which rule typed each line last.
        self.rules = ["markup"] * self.size
        self._before = list(self.found)
        stories = self._recall() if cues.lines or cues.told else []
        self.by("pack")
        starts = [line.start for line in lines]
        #: Index behind the last line of each line's box, 0 where it stands in none.
        self.box = [bisect.bisect_left(starts, line.box) if line.box else 0 for line in lines]
        self.start = 0
        for i in range(self.size):
            if self.found[i] is None:
                self.found[i] = self.read_alone(i)
        self.by("words")
        self.marked = any(line.markup for line in lines)
        #: Index behind the last line of the body of plain text; markup has boxes instead.
        self.foot = self.size
        if not self.marked:
            self._find_regions()
        #: The first line of the body, and the headline's, where there is one.
        self.body = self._first_prose(self.start)
        self.head = self._headline()
        self.read_header()
        known = same_words(self.words[self.head]) if self.head is not None else ""
        for i in stories:
            if i != self.head and self.found[i] in (None, "chrome", "subheading"):
                again = same_words(self.words[i]) == known
                self.found[i] = "chrome" if again else "teaser"
        self.by("head")

    def by(self, rule: str) -> None:
        """Note that `rule` typed what has another kind now than when this was last asked."""
        for i, (before, kind) in enumerate(zip(self._before, self.found, strict=True)):
            if before != kind:
                self.rules[i] = rule
                self._before[i] = kind

    def _recall(self) -> list[int]:
        """Type the lines that the publisher's pack knows; return the titles among them."""
        stories, lines, told = [], self.cues.lines, self.cues.told
        for i, line in enumerate(self.raw):
            key = line_key(line) if len(line) < 4 * _LONG else ""
            kind = told.get(key) or lines.get(key)
            if key in told:
                self.found[i] = kind
            elif kind == "teaser":
                if is_story(line, linked=True):
                    stories.append(i)  # one of them may be this page's own headline
            elif kind and self.found[i] in _OPEN and (kind == "bio" or not names_only(line)):
                self.found[i] = kind
        return stories

    def _find_regions(self) -> None:
        """Menus are chrome whatever their entries say; between them lies the body."""
        closed = [bool(_CLOSED.search(word)) for word in self.words]
        listed = menus(self.count, closed)
        for i, menu in enumerate(listed):
            if menu and self.found[i] in (None, "cue", "correction", "comments"):
                if self.lines[i].gap and self._may_head(i) and self._signed(i):
                    continue  # a short headline under the menu
                self.found[i] = "chrome"
        prose = [self.is_prose(i) for i in range(self.size)]
        # a sentence too short for prose, a question, a cue: they cost a body nothing
        known = [
            (kind is not None or shut) and not menu
            for kind, shut, menu in zip(self.found, closed, listed, strict=True)
        ]
        self.start, self.foot = body(self.count, prose, known)

    def read_alone(self, i: int) -> str | None:
        """Return the kind that the line's own words say, or None."""
        if len(self.words[i]) > _LONG:
            return None
        return read_alone(self.words[i], self.count[i], self.lines[i].heading, self.cues)

    def is_prose(self, i: int) -> bool:
        """A sentence or more, as bodies have them."""
        if self.found[i] not in (None, "paragraph"):
            return False
        closed = bool(_CLOSED.search(self.words[i]))
        if self.lines[i].markup:
            long = self.count[i] >= 20 or (closed and self.count[i] >= 8)
            return self.lines[i].prose and long and not self.lines[i].outside
        question = self.words[i].endswith(("?", "!")) and self.count[i] < 20
        return self.count[i] >= 32 or (closed and self.count[i] >= 8 and not question)

    def last_prose(self) -> int:
        """Index of the last line that is prose, -1 where none is."""
        return next((i for i in reversed(range(self.size)) if self.is_prose(i)), -1)

    def _first_prose(self, start: int = 0) -> int:
        return next((i for i in range(start, self.size) if self.is_prose(i)), self.size)

    def _headline(self) -> int | None:
        if "headline" in self.found:
            return self.found.index("headline")
        if self.title:
            known = same_words(self.title)
            for i in range(self.size):
                if known and same_words(self.words[i]) == known and self.found[i] != "cue":
                    return i
        if self.marked:
            return None
        top = [i for i in range(min(self.body, self.size)) if self._may_head(i)]
        return max(top, key=lambda i: (self._heads(i), -i), default=None)

    def _may_head(self, i: int) -> bool:
        return self.found[i] is None and 3 <= self.count[i] <= 40 and not self.is_name(i)

    def _signed(self, i: int) -> bool:
        """A byline or a date stands close below."""
        return any(kind in ("byline", "dateline") for kind in self.found[i + 1 : i + 4])

    def _heads(self, i: int) -> int:
        """How much the line looks like the headline among those above the body."""
        after = self.lines[i + 1].gap if i + 1 < self.size else True
        alone = self.lines[i].gap and after
        recurs = self.count[i] < 5 and sum(self.raw[i] in word for word in self.raw) > 1
        stops = self.words[i].endswith((".", ".'", '."', ".”"))
        signed = self._signed(i)
        near = 2 * (i >= self.body - _HEAD)
        return 2 * alone + 2 * (self.count[i] >= 5) + 2 * signed + near - 3 * recurs - 2 * stops

    def read_header(self) -> None:
        """Above the headline is furniture; below it deck and names; its repetition is chrome."""
        if self.head is None:
            self._headless()
            return
        self.found[self.head] = "headline"
        known = same_words(self.words[self.head])
        for i in range(self.size):
            if self._repeats(i, known) or (i < self.head and self._above(i)):
                self.found[i] = "chrome"
        if self.body < self.head:
            self.body = self._first_prose(self.head + 1)
        self._below()

    def _repeats(self, i: int, known: str) -> bool:
        free = (None, "headline", "subheading", "paragraph", "deck", "teaser")
        claimed = self.found[i] not in free
        return i != self.head and not claimed and same_words(self.words[i]) == known

    def _above(self, i: int) -> bool:
        """Too short for a lead that some pages have above their headline."""
        short = self.count[i] < 25 or self.lines[i].linked
        return short and self.found[i] in (None, "tags", "comments")

    def _headless(self) -> None:
        for i in range(min(self.body, self.size)):
            if self.found[i] is None and self.body < self.size and self.count[i] < 25:
                self.found[i] = "chrome"

    def _below(self) -> None:
        """Deck, author's name and controls between the headline and the body."""
        assert self.head is not None
        deck = next((i for i in range(self.head + 1, self.size) if self.found[i] != "chrome"), None)
        if deck is not None and self._is_deck(deck):
            self.found[deck] = "deck"
            self.body = self._first_prose(deck + 1)
        for i in range(self.head + 1, min(self.body, self.size)):
            if self.found[i] in ("comments", "tags"):
                self.found[i] = "chrome"
            if self.found[i] is None and self.is_name(i) and self._by_a_date(i):
                self.found[i] = "byline"
        if "byline" not in self.found:
            self._unsigned()

    def _unsigned(self) -> None:
        """A person's name in the article's head signs it, though its box says 'social'."""
        assert self.head is not None
        for i in range(self.head + 1, min(self.body, self.size, self.head + 6)):
            line, known = self.lines[i], self.words[i].casefold() in self.cues.chrome
            free = self.found[i] in (None, "chrome") and not known and not line.heading
            if free and self.is_name(i):
                self.found[i] = "byline"
                return

    def _is_deck(self, i: int) -> bool:
        if self.found[i] is not None or self.lines[i].linked or not 5 <= self.count[i] <= 45:
            return False
        if _WHOLE_QUOTE.match(self.raw[i]) or self.cues.appeal.match(self.words[i]):
            return False
        signed = self._signed(i)
        closed = bool(_CLOSED.search(self.words[i]))
        if signed or (not closed and self.body < self.size):
            return signed or self.count[i] <= 25
        return i + 1 < self.size and self.is_name(i + 1) and self.found[i + 1] is None

    def _by_a_date(self, i: int) -> bool:
        near = self.found[max(0, i - 2) : i + 3]
        return "dateline" in near or "deck" in near

    def is_name(self, i: int) -> bool:
        """Tell whether the line is a person's name and nothing else."""
        return self.count[i] <= 5 and bool(PERSON.match(self.raw[i].strip()))

    def is_bare(self, i: int) -> bool:
        """Tell whether the line is a few words without an end, as headings are."""
        return self.count[i] <= 12 and not re.search(r"[.!?:;,…][\"”’)]*$", self.words[i])


@lru_cache(2**14)
def _read(word: str) -> tuple[str, int]:
    """A line's words as the patterns want them, and how many there are."""
    return _SPACE.sub(" ", word).replace("’", "'"), len(_WORD.findall(word))


# the furniture of a publisher's pages recurs on each of them: three lines of four are known
@lru_cache(2**14)
def read_alone(word: str, count: int, heading: bool, cues: Cues) -> str | None:
    """Return the kind that a line's own words say, or None."""
    if _control(word, cues) or cues.furniture.search(word):
        return "chrome"
    if cues.cue.match(word):
        return "cue"
    if cues.comments.match(word):
        return "comments"
    if cues.tags.match(word) or cues.hashtags.match(word):
        return "tags"
    if cues.correction.search(word):
        return "correction"
    if count <= 14 and (cues.dateline.match(word) or cues.place.match(word)):
        return "dateline"
    if count <= 18 and cues.byline.match(word) and not _CLOSED.search(word):
        return "byline"
    if count <= 60 and not heading and cues.caption.search(word):
        return "caption"
    return None


def _control(word: str, cues: Cues) -> bool:
    """Every part of the line ('Share | Save') is a control or a sign."""
    parts = re.split(r"\s*[|•·/]\s*", word) if len(word) < 80 else [word]
    plain = [_SPACE.sub(" ", _SIGNS.sub(" ", part)).strip().casefold() for part in parts]
    known = sum(not part or part in cues.chrome for part in plain)
    # a bar of three or more parts is a menu though some of its sections are unheard of
    return known == len(plain) or (len(plain) > 3 and known * 2 >= len(plain))
