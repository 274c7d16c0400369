"""What was reached on gold, and a learner's feedback, for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from corpus.errors import PressmarkError
from corpus.looking.display import safe
from corpus.looking.page import page
from corpus.looking.show import Shown
from corpus.qualifying.feedback import figure, outcome
from corpus.qualifying.qualify import Qualified
from corpus.qualifying.scoring import Attempt
from corpus.qualifying.told import heading, rules
from corpus.scheme import Scheme

if TYPE_CHECKING:
    from rich.text import Text

_WIDTH = 80


def lines(result: Qualified, pass_mark: float) -> Iterator[str]:
    """Yield how everybody's attempt stands, and where their pages lie."""
    for each in result.attempts:
        told = f"{safe(each.annotator)}: {outcome(each, pass_mark)}"
        yield from textwrap.wrap(told, _WIDTH, subsequent_indent="  ", break_long_words=False)
        thrown = "" if each.shuffled is None else f", thrown anywhere {each.shuffled:.2f}"
        yield f"  F1 by overlap {figure(each.f1)}{thrown}"
        by = [f"{label} {figure(f1)}" for label, f1 in each.labels]
        by += [f"{r.question} {r.right}/{r.asked}" for r in (*each.attributes, *each.answers)]
        if by:
            yield from _packed([safe(figures) for figures in by])
        yield f"  feedback: {result.pages[each.annotator]}"
    if result.waiting:
        yield f"nothing submitted yet: {safe(', '.join(result.waiting))}"


def _packed(figures: list[str]) -> Iterator[str]:
    """Yield lines of as many figures as they have room for."""
    line = f"  {figures[0]}"
    for each in figures[1:]:
        if len(line) + len(each) + 3 > _WIDTH:
            yield f"{line};"
            line = f"  {each}"
        else:
            line += f"; {each}"
    yield line


def attempt_of(result: Qualified, annotator: str) -> Attempt:
    """Return one annotator's attempt.

    Raises:
        PressmarkError: there is none.
    """
    found = next((each for each in result.attempts if each.annotator == annotator), None)
    if found is None:
        there = ", ".join(each.annotator for each in result.attempts)
        raise PressmarkError(f"{annotator!r} has submitted nothing to qualify; there are: {there}")
    return found


def feedback(attempt: Attempt, scheme: Scheme, width: int) -> Iterator[Text | str]:
    """Yield an annotator's articles with both sides' marks, and what the guidelines say of each."""
    for each in attempt.compared:
        both = each.yours, each.gold
        yield from page(Shown(each.article, both, {}, (), "", (), scheme.colours()), width)
        for number, finding in enumerate(each.findings, 1):
            yield f"{number}. {safe(heading(finding, each.article, scheme))}"
            yield from (f"   {safe(kind)}: {safe(words)}" for kind, words in rules(finding, scheme))
        yield "" if each.findings else "You and gold see this article alike.\n"
