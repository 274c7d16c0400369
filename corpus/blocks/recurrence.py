"""Lines that recur across pages of one publisher: its furniture, its pleas, its authors' bios.

What stands on several pages of a publisher is not the article's own. The kinds that the rules give
a recurring line on each page vote for one kind; only kinds that can recur are elected.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from corpus.blocks.cues import CUES
from corpus.blocks.line_words import is_story, line_key

#: Kinds of what recurs; a byline, a date or a headline that recurs is still its own article's.
RECURRING = ("chrome", "solicitation", "bio", "correction", "teaser", "poll")
#: Fewer pages prove nothing; the pages that count are a fixed draw of so many, so that memory
#: stays flat, whatever order they come in.
LEAST, MOST = 3, 200
#: The share of pages from which a line recurs, and from which even a title is the page's fixture.
_SHARE, _FIXTURE = 0.05, 0.6
#: Furniture of so many words may be the title of a story that several pages point to.
_TITLE = 6
#: A sentence of so many words in a plea asks for something itself.
_PLEA = 12


@dataclass(frozen=True)
class Recurring:
    """A recurring line: its key, its kind, on how many pages it stands."""

    line: str
    kind: str
    pages: int


@dataclass
class Recurrence:
    """The lines of a publisher's pages, of at most `MOST` of them drawn by hash."""

    #: (negated number of the page's hash, its lines' keys with the kinds that the rules gave)
    _drawn: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    _known: set[int] = field(default_factory=set)

    def add(self, sha256: str, lines: Iterable[tuple[str, str]]) -> None:
        """Count a page: its hash, and the text and kind of each of its lines."""
        number = -int(sha256[:15], 16)
        full = len(self._drawn) >= MOST
        if number in self._known or (full and number < self._drawn[0][0]):
            return
        kinds: dict[str, str] = {}
        for text, kind in lines:
            if key := line_key(text):
                kinds.setdefault(key, kind)
        self._known.add(number)
        if not full:
            heapq.heappush(self._drawn, (number, kinds))
        else:
            self._known.discard(heapq.heapreplace(self._drawn, (number, kinds))[0])

    @property
    def pages(self) -> int:
        """How many pages are counted."""
        return len(self._drawn)

    def lines(self) -> list[Recurring]:
        """Return the lines that recur, most frequent first; none of fewer than `LEAST` pages."""
        if self.pages < LEAST:
            return []
        votes: dict[str, Counter[str]] = {}
        for _, kinds in self._drawn:
            for key, kind in kinds.items():
                votes.setdefault(key, Counter())[kind] += 1
        least = max(2, _SHARE * self.pages)
        found = []
        for key, counts in votes.items():
            total = counts.total()
            chosen = elected(key, counts, total / self.pages) if total >= least else None
            if chosen:
                found.append(Recurring(key, chosen, total))
        return sorted(found, key=lambda line: (-line.pages, line.line))


def elected(key: str, votes: Mapping[str, int], share: float) -> str | None:
    """Return the kind of a recurring line, None where it may be each article's own.

    Args:
        key: the line's key.
        votes: on how many pages the rules gave it which kind.
        share: the share of pages that have it.
    """
    able = {kind: votes[kind] for kind in RECURRING if votes.get(kind)}
    words = len(key.split())
    if CUES.cue.match(key) or (words == 1 and "tags" in votes):
        return "chrome" if CUES.cue.match(key) else None
    if "bio" in able or "correction" in able:
        return "bio" if "bio" in able else "correction"
    if "byline" in votes or "dateline" in votes or ("headline" in votes and share < _FIXTURE):
        return "teaser" if "headline" in votes and "teaser" in able else None
    if able:
        kind = max(able, key=lambda kind: able[kind])
        if kind == "chrome" and words >= _TITLE and is_story(key, linked=True):
            return "teaser" if "teaser" in able else None
        if kind == "solicitation" and words >= _PLEA and not CUES.ask.search(key):
            return None  # the rules took it along with a plea beside it
        others = max((n for k, n in votes.items() if k not in RECURRING), default=0)
        # a tag or a caption that some pages have in their furniture
        own = others > able[kind] and not (votes.get("paragraph", 0) or votes.get("subheading", 0))
        return None if own else kind
    if CUES.correction.search(key):
        return "correction"
    if CUES.plea.search(key) and CUES.reader.search(key):
        return "solicitation"
    if not set(votes) <= {"paragraph", "subheading", "quote"}:
        return None
    if share < _FIXTURE:
        return "teaser" if is_story(key, linked=True) and words <= 25 else None
    return "chrome"
