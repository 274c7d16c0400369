"""Where a passage of one text stands in a later version of it: exact context first, then alignment.

A passage is found by its own words with those around it (the text quote of the W3C's Web Annotation
Data Model), and where they do not settle it by aligning the two texts. What neither can tell is
not guessed: a passage that was deleted or that may be one of several has no place.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise

#: Characters before and behind a passage that are looked for with it: first few, then more.
CONTEXT = 32
CONTEXTS = (CONTEXT, 4 * CONTEXT, 16 * CONTEXT)
#: From so many characters on a passage is known by its own words; a shorter one needs `BESIDE` of
#: what stood around it.
TELLING = 24
BESIDE = 0.25
#: A passage whose words changed is carried from this resemblance on (2 M / T, Ratcliff and
#: Metzener 1988), and its confidence is never above `CHANGED`.
ALIKE = 0.75
CHANGED = 0.7
#: Stretches with more pairs of equal words than this are not aligned: it would take minutes.
PAIRS = 1_000_000

_TOKEN = re.compile(r"\w+|[^\w\s]")
_LINE = re.compile(r"[^\n]*\S[^\n]*")


@dataclass(frozen=True, slots=True)
class Found:
    """A place in the new text, how sure it is (to 1), and whether the words changed."""

    start: int
    end: int
    confidence: float
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A stretch that both texts have: where in the old, where in the new, its length."""

    old: int
    new: int
    size: int


@dataclass(frozen=True)
class Versions:
    """Two versions of a text, and the way of passages from the old to the new one."""

    old: str
    new: str

    def place(self, start: int, end: int) -> Found | str:
        """Return where the old [start, end) stands in the new text, or the reason why nowhere."""
        if self.old == self.new:
            return Found(start, end, 1.0)
        quote = self.old[start:end]
        found = self._by_context(start, end) or self._by_alignment(start, end)
        if found:
            return found
        for first, last in (self._line(start, end), (start, end)):
            needle = self.old[first:last]
            if len(needle) >= TELLING and _times(self.old, needle) == _times(self.new, needle) == 1:
                at = self.new.index(needle) + start - first
                return Found(at, at + end - start, 0.8)
        if quote in self.new:
            return "its words are there, but what stands around them does not say which they are"
        return self._reworded(start, end) or "its words are gone"

    def seen(self, start: int, end: int) -> bool:
        """Tell whether nearly all of the new [start, end) stood in the old text."""
        if self.new[start:end] in self.old:
            return True
        shares = (min(end, k.new + k.size) - max(start, k.new) for k in self.kept)
        return sum(share for share in shares if share > 0) >= 0.9 * (end - start)

    def _by_context(self, start: int, end: int) -> Found | None:
        """Words that stand with their surroundings exactly once in both texts."""
        for size in CONTEXTS:
            first, last = max(0, start - size), min(len(self.old), end + size)
            needle = self.old[first:last]
            if len(needle) < TELLING:
                return None
            times = _times(self.new, needle)
            if times == _times(self.old, needle) == 1:
                at = self.new.index(needle) + start - first
                return Found(at, at + end - start, 1.0)
            if not times:
                return None
        return None

    def _by_alignment(self, start: int, end: int) -> Found | None:
        """A stretch that both texts have in the same order, which holds all of the passage."""
        for kept in self.kept:
            if kept.old <= start and end <= kept.old + kept.size:
                at = start + kept.new - kept.old
                before, behind = self._around(start, end, at)
                there = min(CONTEXT, start) + min(CONTEXT, len(self.old) - end)
                around = (before + behind) / there if there else 0.0
                if end - start < TELLING and around < BESIDE:
                    return None
                # one of several that look the same, and there are more or fewer of them now
                alike = self.old[start - before : end + behind]
                if _times(self.old, alike) != _times(self.new, alike):
                    return None
                return Found(at, at + end - start, round(0.7 + 0.25 * around, 2))
        return None

    def _line(self, start: int, end: int) -> tuple[int, int]:
        """The passage with what stands around it in its own line, which may have moved."""
        first, last = max(0, start - CONTEXT), min(len(self.old), end + CONTEXT)
        before = self.old.rfind("\n", first, start)
        behind = self.old.find("\n", end, last)
        return max(first, before + 1), last if behind < 0 else behind

    def _around(self, start: int, end: int, at: int) -> tuple[int, int]:
        """How many characters before and behind the old passage are the same around the new one."""
        last, before, behind = at + end - start, 0, 0
        most = min(CONTEXT, start, at)
        while before < most and self.old[start - before - 1] == self.new[at - before - 1]:
            before += 1
        most = min(CONTEXT, len(self.old) - end, len(self.new) - last)
        while behind < most and self.old[end + behind] == self.new[last + behind]:
            behind += 1
        return before, behind

    def _reworded(self, start: int, end: int) -> Found | None:
        """The passage between what still stands before and behind it, a little changed."""
        before = (k.new + min(k.size, start - k.old) for k in self.kept if k.old <= start)
        behind = (k.new + max(0, end - k.old) for k in self.kept if k.old + k.size >= end)
        first, last = max(before, default=0), min(behind, default=len(self.new))
        while first < last and self.new[first].isspace():
            first += 1
        while last > first and self.new[last - 1].isspace():
            last -= 1
        if first >= last or last - first > 2 * (end - start):
            return None
        quote, words = self.old[start:end].split(), self.new[first:last].split()
        if quote == words:
            return Found(first, last, 0.9, changed=True)
        tokens = [_TOKEN.findall(" ".join(each)) for each in (quote, words)]
        if _pairs(*tokens) > PAIRS:
            return None
        alike = SequenceMatcher(None, tokens[0], tokens[1], autojunk=False).ratio()
        if alike < ALIKE:
            return None
        return Found(first, last, round(CHANGED * alike, 2), changed=True)

    @cached_property
    def kept(self) -> tuple[Kept, ...]:
        """What both texts have in the same order: by lines, and by words where lines changed."""
        least = min(len(self.old), len(self.new))
        head = next((n for n in range(least) if self.old[n] != self.new[n]), least)
        rest = least - head
        tail = next((n for n in range(rest) if self.old[-1 - n] != self.new[-1 - n]), rest)
        parts = [Kept(0, 0, head)]
        ends = len(self.old) - tail, len(self.new) - tail
        for old, new in _aligned(self.old, self.new, _LINE, (head, head), ends):
            parts.append(Kept(old[0], new[0], old[1] - old[0]))
        parts.append(Kept(*ends, tail))
        filled = [
            Kept(0, 0, 0),
            *(p for p in parts if p.size),
            Kept(len(self.old), len(self.new), 0),
        ]
        for before, after in pairwise(filled):
            begins = before.old + before.size, before.new + before.size
            for old, new in _aligned(self.old, self.new, _TOKEN, begins, (after.old, after.new)):
                parts.append(Kept(old[0], new[0], old[1] - old[0]))
        return self._joined(sorted((p for p in parts if p.size), key=lambda p: p.old))

    def _joined(self, parts: list[Kept]) -> tuple[Kept, ...]:
        """The same with what lies between two stretches, where that is the same too."""
        joined: list[Kept] = []
        for part in parts:
            if joined:
                last = joined[-1]
                gap = part.old - last.old - last.size
                same = gap == part.new - last.new - last.size
                if (
                    same
                    and self.old[part.old - gap : part.old] == self.new[part.new - gap : part.new]
                ):
                    joined[-1] = Kept(last.old, last.new, last.size + gap + part.size)
                    continue
            joined.append(part)
        return tuple(joined)


def _aligned(
    old: str, new: str, unit: re.Pattern[str], begins: tuple[int, int], ends: tuple[int, int]
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The units that two stretches have in the same order: where in the old, where in the new."""
    olds = list(unit.finditer(old, begins[0], ends[0]))
    news = list(unit.finditer(new, begins[1], ends[1]))
    words = [match[0] for match in olds], [match[0] for match in news]
    if not words[0] or not words[1] or _pairs(*words) > PAIRS:
        return []
    blocks = SequenceMatcher(None, words[0], words[1], autojunk=False).get_matching_blocks()
    return [(olds[i + n].span(), news[k + n].span()) for i, k, size in blocks for n in range(size)]


def _pairs(olds: list[str], news: list[str]) -> int:
    """How many pairs of equal units there are: what aligning them takes."""
    counts = Counter(news)
    return sum(times * counts[word] for word, times in Counter(olds).items())


def _times(text: str, quote: str) -> int:
    """How often `quote` stands in `text`, overlaps counted; a thousand is as good as more."""
    times, at = 0, text.find(quote)
    while at >= 0 and times < 1000:
        times, at = times + 1, text.find(quote, at + 1)
    return times
