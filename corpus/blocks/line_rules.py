"""What kind of block each line of a page is: rules over the whole page, in a stated order.

1. What a line says by itself: controls, cues, bylines, dates, tags, corrections, captions.
2. The headline, and with it where the page's own text begins.
3. What reaches over lines: teasers, comments, bios, appeals, polls.
4. What is left: deck, sub-headings, quotations, paragraphs; furniture above and below.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from corpus.blocks.appeals import type_appeals
from corpus.blocks.bios import type_bios
from corpus.blocks.cues import Cues
from corpus.blocks.line_page import Line, Page
from corpus.blocks.line_words import is_story, names_only, same_words
from corpus.blocks.polls import type_polls
from corpus.blocks.strays import type_strays

_WHOLE_QUOTE = re.compile(
    r"^(?:“[^”]+”|\"[^\"]+\"|«[^»]+»|> .+)(?:\s*[—–-]\s*\S[^.!?]{0,60})?$", re.DOTALL
)
_CLOSED = re.compile(r"[.!?…][\"”’»)\]]*$")
#: So many short lines in a row are no comments but the page's foot.
_FRAME = 3
#: How far under the headline its key points begin; how many words a bare credit has.
_NEAR_HEAD, _CREDIT = 15, 8
#: The number of an article's part, alone on its line.
_PART = re.compile(r"^(?:part )?(?:\d{1,2}|[IVX]{1,5})\.?$", re.IGNORECASE)
#: How many lines a rule looks ahead at most: the longest appeals we have seen hold twenty.
_REACH = 60


class Said(NamedTuple):
    """The kind of a line and the rule that typed it."""

    kind: str
    rule: str


def kinds_of(words: Sequence[str], lines: Sequence[Line], title: str, cues: Cues) -> list[Said]:
    """Return the kind of each line and which rule says so; `words` are their texts."""
    page = Page(words, lines, title, cues)
    for rule, apply in _RULES.items():
        apply(page)
        page.by(rule)
    return [
        Said("chrome" if kind in (None, "cue") else str(kind), rule)
        for kind, rule in zip(page.found, page.rules, strict=True)
    ]


def _teasers(page: Page) -> None:
    """What a cue announces, up to a blank line or the end of the links or of the box."""
    for i in range(page.size):
        if page.found[i] == "cue":
            _announce(page, i)


def _announce(page: Page, cue: int) -> None:
    apart = None
    stop = page.box[cue] or page.size
    for i in range(cue + 1, page.size):
        line, kind = page.lines[i], page.found[i]
        if kind not in (None, "teaser") or (i >= stop and not line.linked):
            return
        if line.markup:
            if not (line.linked or i == cue + 1 or i < stop) or (line.heading and i >= stop):
                return
        elif apart is None:
            apart = line.gap
        elif line.gap and not (apart and _like_title(page, i)):
            return
        if i == cue + 1 and line.gap and not line.linked and not _like_title(page, i):
            return
        if page.count[i] > 45:
            return
        named = line.linked and not line.heading and names_only(page.raw[i])
        page.found[i] = "chrome" if page.count[i] < 2 or named else "teaser"
        if apart and _between_prose(page, i):
            return


def _like_title(page: Page, i: int) -> bool:
    word = page.words[i]
    return 3 <= page.count[i] <= 30 and not word.endswith((".", ".”", ":", ",", "…"))


def _between_prose(page: Page, i: int) -> bool:
    return any(page.is_prose(j) for j in range(i + 1, min(i + 3, page.size)))


def _points(page: Page) -> None:
    """The list under 'Key points' in plain text, where no class says that it is one."""
    if page.marked or page.head is None:
        return
    for i in range(page.head + 1, min(page.head + _NEAR_HEAD, page.size - 1)):
        if not page.cues.points.match(page.words[i]):
            continue
        page.found[i] = "deck"
        j = i + 1
        while j < page.size and (j == i + 1 or not page.lines[j].gap) and page.count[j] >= 5:
            page.found[j] = "deck"
            j += 1
        return


def _captions(page: Page) -> None:
    """What stands right above a bare credit in plain text is said of the same picture."""
    for i in range(1, page.size):
        credit = page.found[i] == "caption" and page.count[i] <= _CREDIT and not page.lines[i].gap
        if credit and not page.marked and page.found[i - 1] is None and page.count[i - 1] <= 60:
            page.found[i - 1] = "caption"


def _comments(page: Page) -> None:
    """From a comments' heading behind the body on, all that nothing else claims."""
    inside = False
    short = 0
    for i in range(page.size):
        short = short + 1 if page.count[i] < 5 else 0
        if short >= _FRAME:
            inside = False
        if page.found[i] == "comments" and page.lines[i].kind is None:
            inside = i > page.body
            if not inside:
                page.found[i] = "chrome"
        elif inside and page.found[i] is None and not page.lines[i].markup:
            page.found[i] = "comments"


def _correct(page: Page) -> None:
    """A bare 'Tags:' or 'Correction' speaks of the line behind it."""
    for i in range(1, page.size):
        if page.found[i - 1] == "tags" and page.lines[i - 1].kind is None:
            bare = page.words[i - 1].rstrip(": ").count(" ") <= 1 and page.count[i - 1] <= 2
            if bare and page.found[i] in (None, "chrome") and _tag_line(page, i):
                page.found[i] = "tags"
                _tag_list(page, i)
        if page.found[i - 1] == "correction" and page.found[i] is None:
            headed = page.count[i - 1] <= 3 and page.words[i - 1].casefold().startswith(
                ("correction", "clarification")
            )
            if headed and page.count[i] >= 5:
                page.found[i] = "correction"


def _tag_list(page: Page, first: int) -> None:
    """Topics one a line: to the end of their box or of the lines without a gap."""
    stop = page.box[first - 1] or page.size
    for i in range(first + 1, min(first + _REACH, page.size)):
        line = page.lines[i]
        apart = i >= stop or not line.linked if line.markup else line.gap
        known = page.words[i].casefold() in page.cues.chrome
        if apart or known or page.found[i] not in (None, "chrome") or page.count[i] > 5:
            return
        page.found[i] = "tags"


def _tag_line(page: Page, i: int) -> bool:
    return not _CLOSED.search(page.words[i]) and (
        "," in page.words[i] or (page.found[i] is None and page.count[i] <= 6)
    )


def _rest(page: Page) -> None:
    last = page.last_prose()
    for i in range(max(page.body, 1), last):
        if _PART.match(page.words[i]) and page.is_prose(i + 1) and page.is_prose(i - 1):
            page.found[i] = "subheading"
    for i in range(page.size):
        if page.found[i] is None:
            page.found[i] = _leftover(page, i, last)


def _leftover(page: Page, i: int, last: int) -> str:
    line, raw = page.lines[i], page.raw[i]
    if line.heading and line.markup and not line.bold:
        return _marked(page, i, last)
    if _WHOLE_QUOTE.match(raw) and page.count[i] >= 4 and i > (page.head or 0):
        return "quote"
    if line.markup:
        return _marked(page, i, last)
    if i >= page.foot or i < page.start:
        return _beside(page, i)
    if _doubled(page.words[i]):
        return "teaser"
    if page.is_bare(i) and 0 <= page.body < i:
        alone = page.count[i - 1] > 12 or page.found[i - 1] not in (None, "paragraph")
        follows = i + 1 < page.size and page.found[i + 1] in (None, "paragraph", "quote")
        named = page.is_name(i) and page.count[i] <= 3
        if follows and i < last and line.gap and page.is_prose(i + 1) and alone and not named:
            return "subheading"
        return _scrap(i, last)
    return "paragraph"


def _beside(page: Page, i: int) -> str:
    """A line of plain text above or below the body: another story's title, or furniture."""
    if i < (page.head or 0) or page.count[i] < 5 or page.cues.legal.search(page.words[i]):
        return "chrome"
    if page.count[i] < 12 or not _CLOSED.search(page.words[i]):
        return "teaser" if is_story(page.words[i], linked=True) else "chrome"
    if "teaser" in page.found[max(i - 3, 0) : i]:
        return "teaser"
    beside = (i - 1, i + 1) if i + 1 < page.size else (i - 1,)
    return "paragraph" if any(page.is_prose(j) for j in beside) else "chrome"


def _doubled(word: str) -> bool:
    """The line says everything twice, as a card whose picture has the story's title too."""
    known = same_words(word).split()
    half = len(known) // 2
    return half >= 4 and len(known) == 2 * half and known[:half] == known[half:]


def _scrap(i: int, last: int) -> str:
    """Few words without an end: list items in the body, furniture behind it."""
    return "paragraph" if i < last else "chrome"


def _marked(page: Page, i: int, last: int) -> str:
    line = page.lines[i]
    closed = bool(_CLOSED.search(page.words[i]))
    if line.heading:
        if page.body <= i < last and not line.loose and not (line.outside and line.linked):
            return "subheading"
        if line.bold:
            inside = not line.loose and not line.outside and page.body < i
            return "paragraph" if inside else "chrome"
        return "teaser" if is_story(page.words[i], line.linked, heading=True) else "chrome"
    sentence = page.count[i] >= 12 or (page.count[i] >= 5 and closed)
    if line.linked and (line.loose or line.outside or not line.prose or not closed):
        return "teaser" if is_story(page.words[i], line.linked) else "chrome"
    if line.outside:
        return "teaser" if sentence and _by_teaser(page, i) else "chrome"
    if line.prose and not line.loose:
        return "paragraph"
    return "paragraph" if sentence else "chrome"


def _by_teaser(page: Page, i: int) -> bool:
    """The line before is another story's title, of which this is the summary."""
    return i > 0 and page.found[i - 1] == "teaser"


#: What reaches over lines, in order; `Page` has read each line by itself.
_RULES: dict[str, Callable[[Page], None]] = {
    "cue": _teasers,
    "points": _points,
    "captions": _captions,
    "comments": _comments,
    "behind": _correct,
    "bio": type_bios,
    "stray": type_strays,
    "plea": type_appeals,
    "poll": type_polls,
    "rest": _rest,
}
