"""Appeals among the lines of a page: from a heading, or a plea alone, to the P.S. or the end."""

from __future__ import annotations

import re
from functools import lru_cache

from corpus.blocks.cues import Cues
from corpus.blocks.line_page import Page

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»")
_YOU = re.compile(r"\b(?:you|your|yours|(?-i:us)|please)\b|^\W*\w+ (?:it|this)\b", re.IGNORECASE)
#: How many lines a rule looks ahead at most: the longest appeals we have seen hold twenty.
_REACH = 60
#: What ends an appeal that nothing else ends.
_FOOT = ("tags", "comments", "bio", "correction")


def type_appeals(page: Page) -> None:
    """Type the lines of every appeal as solicitation."""
    i = 0
    while i < page.size:
        end = _appeal_from(page, i) if page.found[i] is None and i != page.head else i
        for j in range(i, end):
            if page.found[j] in (None, "chrome", "cue") or _lost(page, j, i, end):
                page.found[j] = "solicitation"
        if end > i:
            _take_button(page, i, end)
        i = max(end, i + 1)


def _take_button(page: Page, start: int, end: int) -> None:
    """The field and the button behind a plea, and the bare heading over it, are its own."""
    while end < page.size and end < start + _REACH and page.count[end] <= 4:
        if page.found[end] not in (None, "chrome") or not page.cues.button.match(page.words[end]):
            break
        page.found[end] = "solicitation"
        end += 1
    while start > page.body + 1 and _field(page, start - 1):
        start -= 1
        page.found[start] = "solicitation"
    over = start - 1
    short = over > page.body and page.found[over] is None and page.count[over] <= 8
    if short and "newsletter" in page.words[over].lower():
        page.found[over] = "solicitation"


def _field(page: Page, i: int) -> bool:
    """A field or button over the small print, or the few words that stand over such a field."""
    if page.found[i] not in (None, "chrome", "cue") or page.is_prose(i):
        return False
    below = page.found[i + 1] == "solicitation" and page.cues.button.match(page.words[i + 1])
    named = below and page.found[i] is None and page.count[i] <= 12
    return bool(page.cues.button.match(page.words[i]) or named)


def _lost(page: Page, j: int, start: int, end: int) -> bool:
    """A date or caption that a rule for single lines saw within an appeal."""
    return start < j < end and page.lines[j].kind is None and page.found[j] != "correction"


def _appeal_from(page: Page, i: int) -> int:
    """Index behind the appeal that begins at line `i`; `i` itself where none does."""
    named = page.count[i] <= 14 and bool(page.cues.appeal.match(page.words[i]))
    if named or _heading(page, i):
        box = page.box[i]
        end = box or _boundary(page, i + 1)
        asking = [j for j in range(i, end) if _asks(page, j, plainly=not (named or box))]
        near = 6 if named else 2
        if asking and asking[-1] > i and (asking[0] <= i + near or box):
            return end if box else _appeal_end(page, i, end, asking)
        if asking == [i] and named and _plain_ask(page, i):
            return i + 1
        return i
    return i + 1 if _plain_ask(page, i) else i


def _appeal_end(page: Page, start: int, end: int, asking: list[int]) -> int:
    for j in range(start + 1, end):
        if page.cues.postscript.match(page.words[j]):
            return j + 1
    last = asking[0]
    for j in asking:
        last = j if j - last <= 4 else last
    foot = end == page.size or page.found[end] in _FOOT
    return end if foot and end - last <= 3 else last + 1


def _boundary(page: Page, i: int) -> int:
    end = min(i + _REACH, page.size)
    return next((j for j in range(i, end) if _stops(page, j)), end)


def _stops(page: Page, j: int) -> bool:
    return page.found[j] in (*_FOOT, "cue", "headline")


def _heading(page: Page, i: int) -> bool:
    """A short line without an end, above a paragraph."""
    line = page.lines[i]
    if line.markup:
        return line.heading
    if i <= page.body or i + 1 == page.size or page.found[i + 1] is not None:
        return False
    asked = page.words[i].endswith("?") and page.count[i] <= 6 and _plain_ask(page, i + 1)
    return page.is_bare(i) or asked


def _asks(page: Page, j: int, *, plainly: bool) -> bool:
    """The page's own voice asks: what stands in quotation marks was asked by somebody else."""
    return _asking(page.words[j], page.cues, plainly=plainly)


def _plain_ask(page: Page, i: int) -> bool:
    return i > (page.head or 0) and page.count[i] <= 90 and _pleading(page.words[i], page.cues)


# rules look at the same lines again and again, and pages of one publisher share many
@lru_cache(2**12)
def _asking(word: str, cues: Cues, *, plainly: bool) -> bool:
    own = _QUOTED.sub(" ", word)
    found = cues.ask.search(own)
    return bool(found and (not plainly or found.start() == 0 or _YOU.search(own)))


@lru_cache(2**12)
def _pleading(word: str, cues: Cues) -> bool:
    own = _QUOTED.sub(" ", word)
    return bool((cues.plea.search(own) and _YOU.search(own)) or cues.plea.match(own))
