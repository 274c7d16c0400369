"""Dates, names and summaries that speak of another story or of the day, not of this article."""

from __future__ import annotations

import re

from corpus.blocks.line_page import Page
from corpus.blocks.line_words import is_story, names_only

#: A date that says what it dates ('Published 4 March') belongs to the article wherever it stands.
_SAYS = re.compile(r"\b(?:published|posted|updated|modified)\b", re.IGNORECASE)
_BY = re.compile(r"^(?:by|words by|written by|reporting by|reported by)\b", re.IGNORECASE)
#: So many lines above the headline a date may stand that is the article's.
_ABOVE = 3
#: A story's card holds no more lines behind its title: section, summary, author, date.
_CARD = 5
#: So many lines from a bio a name stands that belongs to it.
_NEAR = 3


def type_strays(page: Page) -> None:
    """Retype what single lines or markup took for the article's date, name or deck.

    A teaser's box has date, name and summary of its own: behind the body they are the box's.
    """
    if page.head is None:
        return
    _type_cards(page)
    last = page.last_prose()
    for i in range(page.size):
        kind = page.found[i]
        if kind == "dateline" and _other_date(page, i, last):
            page.found[i] = "chrome"
        elif kind == "deck" and (i > page.body or page.lines[i].outside):
            page.found[i] = "teaser"
        elif kind in ("byline", "bio") and i > last >= 0:
            page.found[i] = _name_behind(page, i, kind)


def _type_cards(page: Page) -> None:
    """A linked heading in a small box within the body is another story's, with all of its box."""
    for i in range(page.body, page.size):
        line, end = page.lines[i], page.box[i]
        if not (line.markup and line.linked and line.heading and i < end <= i + _CARD):
            continue
        if page.found[i] not in (None, "teaser") or not is_story(page.words[i], True, True):
            continue
        page.found[i] = "teaser"
        for j in range(i + 1, end):
            if page.found[j] in ("dateline", "byline"):
                page.found[j] = "chrome"
            elif page.found[j] is None and page.count[j] >= 5:
                page.found[j] = "teaser"


def _other_date(page: Page, i: int, last: int) -> bool:
    assert page.head is not None
    if i < page.head:
        return i < page.head - _ABOVE
    outside = page.lines[i].outside or not page.lines[i].markup
    return i > last >= 0 and outside and not _SAYS.search(page.words[i])


def _name_behind(page: Page, i: int, kind: str) -> str:
    """A name behind the body: the bio's heading, the author signing, or another story's author."""
    if kind == "bio":
        return kind
    if page.cues.about.match(page.words[i]) or "@" in page.words[i]:
        return "bio"
    near = page.found[max(i - _NEAR, 0) : i] + page.found[i + 1 : i + 1 + _NEAR]
    if "bio" in near and not _BY.match(page.words[i]):
        return "bio"
    if _BY.match(page.words[i]) and not page.lines[i].outside:
        return kind
    return "chrome" if page.lines[i].outside and names_only(page.words[i]) else kind
