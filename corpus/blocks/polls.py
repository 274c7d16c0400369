"""Polls among the lines of a page: a question put to the readers, and the answers offered."""

from __future__ import annotations

import re

from corpus.blocks.line_page import Page

#: What bids to vote stands behind a poll's question; what else makes more than a question of it.
_VOTE = re.compile(r"\?\s+(?:vote|tell us|take our poll)\b.{0,60}$", re.IGNORECASE)
_SAYS_MORE = re.compile(r"[.!?]\s+[A-ZÀ-Þ“]|[!?:“\"«]")
#: So many questions, each with a paragraph under it, are questions and answers and no polls.
_ANSWERS = 3
#: How many lines a rule looks ahead at most: the longest appeals we have seen hold twenty.
_REACH = 60


def type_polls(page: Page) -> None:
    """A short question alone between paragraphs, and the answers to choose from."""
    asked = [i for i in range(page.body + 1, page.foot) if _is_question(page, i)]
    if len(asked) >= _ANSWERS and all(page.is_prose(i + 1) for i in asked if i + 1 < page.size):
        for i in asked:
            page.found[i] = "subheading"
    for i in range(min(page.body + 1, page.size), page.size):
        if page.cues.poll.match(page.words[i]) and page.found[i] in (None, "chrome", "cue"):
            _headed_poll(page, i)
        elif i < page.foot and _is_question(page, i) and _amid(page, i):
            page.found[i] = "poll"
            j = i + 1
            while j < page.size and page.cues.choice.match(page.words[j]):
                page.found[j] = "poll"
                j += 1


def _headed_poll(page: Page, i: int) -> None:
    """A poll's heading, its question, and the answers or what else its small box holds."""
    question = next(
        (j for j in range(i + 1, min(i + 4, page.size)) if page.words[j].endswith("?")), None
    )
    if question is None:
        return
    j = question + 1
    while j < page.size and page.cues.choice.match(page.words[j]):
        j += 1
    box = page.box[question]
    for k in range(i, box if question < box <= question + 8 else j):
        page.found[k] = "poll"


def _is_question(page: Page, i: int) -> bool:
    word, line = _VOTE.sub("?", page.words[i]), page.lines[i]
    alone = line.gap and (
        i + 1 == page.size
        or page.lines[i + 1].gap
        or bool(page.cues.choice.match(page.words[i + 1]))
    )
    return (
        page.found[i] is None
        and alone
        and not line.heading
        and not line.linked
        and word.endswith("?")
        and 3 <= page.count[i] <= 20
        and not _SAYS_MORE.search(word[:-1])
    )


def _amid(page: Page, i: int) -> bool:
    after = range(i + 1, min(i + _REACH, page.size))
    return any(page.found[j] in ("solicitation", "correction") or page.is_prose(j) for j in after)
