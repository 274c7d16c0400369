"""Bios among the lines of a page: who wrote the article, at its foot."""

from __future__ import annotations

import re

from corpus.blocks.line_page import Page
from corpus.blocks.line_words import PERSON

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»")
#: How far behind the body's end a bio is looked for.
_BEHIND = 30


def type_bios(page: Page) -> None:
    """Who wrote it, at the foot: read from the end up to the first line that is body."""
    authors = _authors(page)
    if not page.marked:
        _bios_of_text(page, authors)
    seen = 0
    for i in reversed(range(min(page.body + 1, page.size), page.size)):
        if page.found[i] is not None or page.lines[i].loose:
            continue
        if page.cues.about.match(page.words[i]):
            page.found[i] = "bio"
        elif _is_bio(page, i, authors):
            page.found[i] = "bio"
            seen += 1
        elif page.count[i] > 14 or seen or not _short_notice(page, i):
            return


def _bios_of_text(page: Page, authors: list[str]) -> None:
    """In plain text furniture may stand between the end of the body and the bio."""
    for i in range(max(page.body + 1, page.foot - 4), min(page.foot + _BEHIND, page.size)):
        if page.found[i] is None and (
            page.cues.about.match(page.words[i]) or _is_bio(page, i, authors)
        ):
            page.found[i] = "bio"
            if page.found[i - 1] in (None, "byline") and page.is_name(i - 1):
                page.found[i - 1] = "bio"


def _short_notice(page: Page, i: int) -> bool:
    return not page.lines[i].prose or "@" in page.words[i] or page.count[i] < 6


def _authors(page: Page) -> list[str]:
    names = [word for word, kind in zip(page.words, page.found, strict=True) if kind == "byline"]
    return [
        name.strip()
        for line in names
        for name in re.split(r"\s*(?:[|,•·\n]|\band\b|\bin\b|&)\s*", re.sub(r"^[Bb]y ", "", line))
        if PERSON.match(name.strip())
    ]


def _is_bio(page: Page, i: int, authors: list[str]) -> bool:
    word = page.words[i]
    if page.count[i] > 90 or page.count[i] < 4:
        return False
    if any(word.startswith(name) for name in authors) and not _QUOTED.search(word):
        return True
    return bool(page.cues.bio.match(word) and page.cues.trade.search(word))
