"""What kind of block each line of a page is: rules over the whole page, in a stated order.

1. What a line says by itself: controls, cues, bylines, dates, tags, corrections, captions.
2. The headline, and with it where the page's own text begins.
3. What reaches over lines: teasers, comments, bios, appeals, polls.
4. What is left: deck, sub-headings, quotations, paragraphs; furniture above and below.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.cues import Cues

_SIGNS = re.compile(r"[^\w\s&']+|\b\d[\d.,]*k?\b")
_SPACE = re.compile(r"\s+")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»")
_WHOLE_QUOTE = re.compile(
    r"^(?:“[^”]+”|\"[^\"]+\"|«[^»]+»|> .+)(?:\s*[—–-]\s*\S[^.!?]{0,60})?$", re.S
)
_YOU = re.compile(r"\b(?:you|your|yours|(?-i:us)|please)\b|^\W*\w+ (?:it|this)\b", re.IGNORECASE)
_CLOSED = re.compile(r"[.!?…][\"”’»)\]]*$")
_WORD = re.compile(r"\w[\w’'-]*")
_PERSON = re.compile(
    r"^[A-ZÀ-ÞŠŽĐ][\w.’'-]+(?: (?:[A-ZÀ-ÞŠŽĐ][\w.’'-]*|de|van|von|der|la|and|&)){1,5}$"
)
#: How many lines a rule looks ahead at most: the longest appeals we have seen hold twenty.
_REACH = 60
#: What ends an appeal that nothing else ends.
_FOOT = ("tags", "comments", "bio", "correction")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page and what is known of it beforehand.

    `gap`: a blank line stands before it. `kind`: settled by markup ('cue' is chrome that announces
    teasers). `prose`, `heading`, `linked`: markup says it is a paragraph, a heading, links;
    `bold`: it heads something by its letters only.
    `loose`: it stands beside the article. `box`: where in the text the box around
    it ends.
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
    markup: bool = False
    box: int | None = None


def kinds_of(words: Sequence[str], lines: Sequence[Line], title: str, cues: Cues) -> list[str]:
    """Return the kind of each line; `words` are their texts."""
    return _Page(words, lines, title, cues).kinds()


def same_words(text: str) -> str:
    """`text` without case, signs and numbers of white space: equal headlines are equal."""
    return " ".join(_WORD.findall(text.casefold().replace("’", "'")))


class _Page:
    """One page while its lines are typed; `found` fills up rule by rule."""

    def __init__(self, words: Sequence[str], lines: Sequence[Line], title: str, cues: Cues) -> None:
        self.words = [_SPACE.sub(" ", word).replace("’", "'") for word in words]
        self.count = [len(_WORD.findall(word)) for word in words]
        self.raw, self.lines, self.title, self.cues = words, lines, title, cues
        self.found: list[str | None] = [line.kind for line in lines]
        self.size = len(lines)
        starts = [line.start for line in lines]
        #: Index behind the last line of each line's box, 0 where it stands in none.
        self.box = [bisect.bisect_left(starts, line.box) if line.box else 0 for line in lines]

    def kinds(self) -> list[str]:
        for i in range(self.size):
            if self.found[i] is None:
                self.found[i] = self._alone(i)
        self.body = self._first_prose()
        self.head = self._headline()
        self._header()
        self._teasers()
        self._comments()
        self._correct()
        self._bios()
        self._appeals()
        self._polls()
        self._rest()
        return ["chrome" if kind in (None, "cue") else kind for kind in self.found]

    # 1. by itself

    def _alone(self, i: int) -> str | None:
        word, line, cues = self.words[i], self.lines[i], self.cues
        if len(word) > 400:
            return None
        if self._control(word) or cues.furniture.search(word):
            return "chrome"
        if cues.cue.match(word):
            return "cue"
        if cues.comments.match(word):
            return "comments"
        if cues.tags.match(word) or cues.hashtags.match(word):
            return "tags"
        if cues.correction.search(word):
            return "correction"
        if self.count[i] <= 14 and (cues.dateline.match(word) or cues.place.match(word)):
            return "dateline"
        if self.count[i] <= 18 and cues.byline.match(word) and not _CLOSED.search(word):
            return "byline"
        if self.count[i] <= 60 and not line.heading and cues.caption.search(word):
            return "caption"
        return None

    def _control(self, word: str) -> bool:
        """Every part of the line ('Share | Save') is a control or a sign."""
        parts = re.split(r"\s*[|•·/]\s*", word) if len(word) < 80 else [word]
        plain = [_SPACE.sub(" ", _SIGNS.sub(" ", part)).strip().casefold() for part in parts]
        known = sum(not part or part in self.cues.chrome for part in plain)
        # a bar of three or more parts is a menu though some of its sections are unheard of
        return known == len(plain) or (len(plain) > 3 and known * 2 >= len(plain))

    # 2. the headline

    def _is_prose(self, i: int) -> bool:
        """A sentence or more, as bodies have them."""
        if self.found[i] not in (None, "paragraph"):
            return False
        closed = bool(_CLOSED.search(self.words[i]))
        if self.lines[i].markup:
            return self.lines[i].prose and (self.count[i] >= 20 or closed and self.count[i] >= 8)
        question = self.words[i].endswith(("?", "!")) and self.count[i] < 20
        return self.count[i] >= 32 or (closed and self.count[i] >= 8 and not question)

    def _first_prose(self) -> int:
        return next((i for i in range(self.size) if self._is_prose(i)), self.size)

    def _headline(self) -> int | None:
        if "headline" in self.found:
            return self.found.index("headline")
        if self.title:
            known = same_words(self.title)
            for i in range(self.size):
                if known and same_words(self.words[i]) == known and self.found[i] != "cue":
                    return i
        if any(line.markup for line in self.lines):
            return None
        top = [i for i in range(min(self.body, self.size)) if self._may_head(i)]
        return max(top, key=lambda i: (self._heads(i), -i), default=None)

    def _may_head(self, i: int) -> bool:
        return self.found[i] is None and 3 <= self.count[i] <= 40 and not self._is_name(i)

    def _heads(self, i: int) -> int:
        """How much the line looks like the headline among those above the body."""
        after = self.lines[i + 1].gap if i + 1 < self.size else True
        alone = self.lines[i].gap and after
        recurs = sum(self.raw[i] in word for word in self.raw) > 1
        signed = any(kind in ("byline", "dateline") for kind in self.found[i + 1 : i + 4])
        return 2 * alone + 2 * (self.count[i] >= 5) + signed - 3 * recurs

    def _header(self) -> None:
        """Above the headline is furniture; below it deck and names; its repetition is chrome."""
        if self.head is None:
            self._headless()
            return
        self.found[self.head] = "headline"
        known = same_words(self.words[self.head])
        for i in range(self.size):
            repeated = i != self.head and same_words(self.words[i]) == known
            if repeated and self.found[i] in (None, "headline", "subheading", "paragraph", "deck"):
                self.found[i] = "chrome"
            elif (
                i < self.head
                and self.found[i] in (None, "tags", "comments")
                and (self.count[i] < 25 or self.lines[i].linked)
            ):
                self.found[i] = "chrome"
        if self.body < self.head:
            self.body = next(
                (i for i in range(self.head + 1, self.size) if self._is_prose(i)), self.size
            )
        self._below()

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
            self.body = next(
                (i for i in range(deck + 1, self.size) if self._is_prose(i)), self.size
            )
        for i in range(self.head + 1, min(self.body, self.size)):
            if self.found[i] in ("comments", "tags"):
                self.found[i] = "chrome"
            if self.found[i] is None and self._is_name(i) and self._by_a_date(i):
                self.found[i] = "byline"

    def _is_deck(self, i: int) -> bool:
        if self.found[i] is not None or self.lines[i].linked or not 5 <= self.count[i] <= 45:
            return False
        if _WHOLE_QUOTE.match(self.raw[i]) or self.cues.appeal.match(self.words[i]):
            return False
        signed = any(kind in ("byline", "dateline") for kind in self.found[i + 1 : i + 4])
        closed = bool(_CLOSED.search(self.words[i]))
        if signed or (not closed and self.body < self.size):
            return signed or self.count[i] <= 25
        return i + 1 < self.size and self._is_name(i + 1) and self.found[i + 1] is None

    def _by_a_date(self, i: int) -> bool:
        near = self.found[max(0, i - 2) : i + 3]
        return "dateline" in near or "deck" in near

    def _is_name(self, i: int) -> bool:
        return self.count[i] <= 5 and bool(_PERSON.match(self.raw[i].strip()))

    # 3. what reaches over lines

    def _teasers(self) -> None:
        """What a cue announces, up to a blank line or the end of the links or of the box."""
        for i in range(self.size):
            if self.found[i] == "cue":
                self._announce(i)

    def _announce(self, cue: int) -> None:
        apart = None
        stop = self.box[cue] or self.size
        for i in range(cue + 1, self.size):
            line, kind = self.lines[i], self.found[i]
            if kind not in (None, "teaser") or (i >= stop and not line.linked):
                return
            if line.markup:
                if not (line.linked or i == cue + 1 or i < stop) or (line.heading and i >= stop):
                    return
            elif apart is None:
                apart = line.gap
            elif line.gap and not (apart and self._like_title(i)):
                return
            if i == cue + 1 and line.gap and not line.linked and not self._like_title(i):
                return
            if self.count[i] > 45:
                return
            self.found[i] = "chrome" if self.count[i] < 2 else "teaser"
            if apart and self._between_prose(i):
                return

    def _like_title(self, i: int) -> bool:
        word = self.words[i]
        return 3 <= self.count[i] <= 30 and not word.endswith((".", ".”", ":", ",", "…"))

    def _between_prose(self, i: int) -> bool:
        return any(self._is_prose(j) for j in range(i + 1, min(i + 3, self.size)))

    def _comments(self) -> None:
        """From a comments' heading behind the body on, all that nothing else claims."""
        inside = False
        for i in range(self.size):
            if self.found[i] == "comments" and self.lines[i].kind is None:
                inside = i > self.body
                if not inside:
                    self.found[i] = "chrome"
            elif inside and self.found[i] is None and not self.lines[i].markup:
                self.found[i] = "comments"

    def _correct(self) -> None:
        """A bare 'Tags:' or 'Correction' speaks of the line behind it."""
        for i in range(1, self.size):
            if self.found[i - 1] == "tags" and self.lines[i - 1].kind is None:
                bare = self.words[i - 1].rstrip(": ").count(" ") <= 1 and self.count[i - 1] <= 2
                if bare and self.found[i] in (None, "chrome") and self._tag_line(i):
                    self.found[i] = "tags"
            if self.found[i - 1] == "correction" and self.found[i] is None:
                headed = self.count[i - 1] <= 3 and self.words[i - 1].casefold().startswith(
                    ("correction", "clarification")
                )
                if headed and self.count[i] >= 5:
                    self.found[i] = "correction"

    def _tag_line(self, i: int) -> bool:
        return not _CLOSED.search(self.words[i]) and (
            "," in self.words[i] or (self.found[i] is None and self.count[i] <= 6)
        )

    def _bios(self) -> None:
        """Who wrote it, at the foot: read from the end up to the first line that is body."""
        authors = self._authors()
        seen = 0
        for i in reversed(range(min(self.body + 1, self.size), self.size)):
            if self.found[i] is not None or self.lines[i].loose:
                continue
            if self.cues.about.match(self.words[i]):
                self.found[i] = "bio"
            elif self._is_bio(i, authors):
                self.found[i] = "bio"
                seen += 1
            elif self.count[i] > 14 or seen or not self._short_notice(i):
                return

    def _short_notice(self, i: int) -> bool:
        return not self.lines[i].prose or "@" in self.words[i] or self.count[i] < 6

    def _authors(self) -> list[str]:
        names = [
            word for word, kind in zip(self.words, self.found, strict=True) if kind == "byline"
        ]
        return [
            name.strip()
            for line in names
            for name in re.split(
                r"\s*(?:[|,•·\n]|\band\b|\bin\b|&)\s*", re.sub(r"^[Bb]y ", "", line)
            )
            if _PERSON.match(name.strip())
        ]

    def _is_bio(self, i: int, authors: list[str]) -> bool:
        word = self.words[i]
        if self.count[i] > 90 or self.count[i] < 4:
            return False
        if any(word.startswith(name) for name in authors) and not _QUOTED.search(word):
            return True
        return bool(self.cues.bio.match(word) and self.cues.trade.search(word))

    def _appeals(self) -> None:
        i = 0
        while i < self.size:
            end = self._appeal_from(i) if self.found[i] is None and i != self.head else i
            for j in range(i, end):
                if self.found[j] in (None, "chrome", "cue") or self._lost(j, i, end):
                    self.found[j] = "solicitation"
            i = max(end, i + 1)

    def _lost(self, j: int, start: int, end: int) -> bool:
        """A date or caption that a rule for single lines saw within an appeal."""
        return start < j < end and self.lines[j].kind is None and self.found[j] != "correction"

    def _appeal_from(self, i: int) -> int:
        """Index behind the appeal that begins at line `i`; `i` itself where none does."""
        named = self.count[i] <= 14 and bool(self.cues.appeal.match(self.words[i]))
        if named or self._heading(i):
            box = self.box[i]
            end = box or self._boundary(i + 1)
            asking = [j for j in range(i, end) if self._asks(j, plainly=not named)]
            near = 6 if named else 2
            if asking and asking[-1] > i and (asking[0] <= i + near or box):
                return end if box else self._appeal_end(i, end, asking)
            if asking == [i] and named and self._plain_ask(i):
                return i + 1
            return i
        return i + 1 if self._plain_ask(i) else i

    def _appeal_end(self, start: int, end: int, asking: list[int]) -> int:
        for j in range(start + 1, end):
            if self.cues.postscript.match(self.words[j]):
                return j + 1
        last = asking[0]
        for j in asking:
            last = j if j - last <= 4 else last
        foot = end == self.size or self.found[end] in _FOOT
        return end if foot and end - last <= 3 else last + 1

    def _boundary(self, i: int) -> int:
        end = min(i + _REACH, self.size)
        return next((j for j in range(i, end) if self._stops(j)), end)

    def _stops(self, j: int) -> bool:
        return self.found[j] in (*_FOOT, "cue", "headline")

    def _heading(self, i: int) -> bool:
        """A short line without an end, above a paragraph."""
        line = self.lines[i]
        if line.markup:
            return line.heading
        if i <= self.body or i + 1 == self.size or self.found[i + 1] is not None:
            return False
        asked = self.words[i].endswith("?") and self.count[i] <= 6 and self._plain_ask(i + 1)
        return self._bare(i) or asked

    def _bare(self, i: int) -> bool:
        return self.count[i] <= 12 and not re.search(r"[.!?:;,…][\"”’)]*$", self.words[i])

    def _asks(self, j: int, *, plainly: bool) -> bool:
        """The page's own voice asks: what stands in quotation marks was asked by somebody else."""
        own = _QUOTED.sub(" ", self.words[j])
        found = self.cues.ask.search(own)
        return bool(found and (not plainly or found.start() == 0 or _YOU.search(own)))

    def _plain_ask(self, i: int) -> bool:
        own = _QUOTED.sub(" ", self.words[i])
        return (
            i > (self.head or 0)
            and self.count[i] <= 90
            and bool(self.cues.plea.search(own) and _YOU.search(own) or self.cues.plea.match(own))
        )

    def _polls(self) -> None:
        """A short question alone between paragraphs, and the answers to choose from."""
        for i in range(min(self.body + 1, self.size), self.size):
            if self._is_question(i) and self._amid(i):
                self.found[i] = "poll"
                j = i + 1
                while j < self.size and self.cues.choice.match(self.words[j]):
                    self.found[j] = "poll"
                    j += 1

    def _is_question(self, i: int) -> bool:
        word, line = self.words[i], self.lines[i]
        alone = line.gap and (
            i + 1 == self.size
            or self.lines[i + 1].gap
            or bool(self.cues.choice.match(self.words[i + 1]))
        )
        return (
            self.found[i] is None
            and alone
            and not line.heading
            and word.endswith("?")
            and 3 <= self.count[i] <= 20
            and not re.search(r"[.!?:“\"«]", word[:-1])
        )

    def _amid(self, i: int) -> bool:
        after = range(i + 1, min(i + _REACH, self.size))
        return any(self.found[j] == "solicitation" or self._is_prose(j) for j in after)

    # 4. the rest

    def _rest(self) -> None:
        last = max((i for i in range(self.size) if self._is_prose(i)), default=-1)
        for i in range(self.size):
            if self.found[i] is None:
                self.found[i] = self._leftover(i, last)

    def _leftover(self, i: int, last: int) -> str:
        line, raw = self.lines[i], self.raw[i]
        if _WHOLE_QUOTE.match(raw) and self.count[i] >= 4 and i > (self.head or 0):
            return "quote"
        if line.markup:
            return self._marked(i, last)
        if self._bare(i) and 0 <= self.body < i:
            follows = i + 1 < self.size and self.found[i + 1] in (None, "paragraph", "quote")
            return "subheading" if follows and i < last and line.gap else self._scrap(i, last)
        return "paragraph"

    def _scrap(self, i: int, last: int) -> str:
        """Few words without an end: list items in the body, furniture behind it."""
        return "paragraph" if i < last else "chrome"

    def _marked(self, i: int, last: int) -> str:
        line = self.lines[i]
        if line.heading:
            if self.body <= i < last and not line.loose:
                return "subheading"
            return "paragraph" if line.bold and not line.loose and self.body < i else "chrome"
        closed = bool(_CLOSED.search(self.words[i]))
        sentence = self.count[i] >= 12 or (self.count[i] >= 5 and closed)
        if line.linked and (line.loose or not line.prose or not closed):
            return "teaser" if self.count[i] >= 5 else "chrome"
        if line.prose and not line.loose:
            return "paragraph"
        return "paragraph" if sentence else "chrome"
