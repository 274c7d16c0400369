"""What the words of one line are: a name, another story's title, a key to find it again."""

from __future__ import annotations

import re
from functools import lru_cache

from corpus.blocks.cues import CUES

_WORD = re.compile(r"\w[\w’'-]*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
#: A person's name and nothing else.
PERSON = re.compile(
    r"^[A-ZÀ-ÞŠŽĐ][\w.’'-]+(?: (?:[A-ZÀ-ÞŠŽĐ][\w.’'-]*|de|van|von|der|la|and|&)){1,5}$"
)
_AMONG = re.compile(r",\s*|\s+(?:and|&)\s+")
_CLOCK = re.compile(r"^[\s—–-]*(?:\d{1,2}:\d\d|\w{3,9}\.? \d{1,2}\b)[\s,\d:apm.]*$", re.IGNORECASE)
#: No title has more characters.
_LONGEST = 500


def same_words(text: str) -> str:
    """`text` without case, signs and numbers of white space: equal headlines are equal."""
    return " ".join(_WORD.findall(text.casefold().replace("’", "'")))


def line_key(text: str) -> str:
    """Return what a line is known by in a pack: its words without case and signs, numbers as 0."""
    return same_words(_NUMBER.sub("0", text))


def names_only(text: str) -> bool:
    """Tell whether a line is names of people and nothing else."""
    return len(text) <= 120 and all(
        len(name.split()) <= 5 and PERSON.match(name.strip()) for name in _AMONG.split(text)
    )


def is_story(text: str, linked: bool, heading: bool = False) -> bool:
    """Tell whether a link or heading outside the article reads as another story's title.

    Four words in a heading, five in a link: what is shorter is a section, a control or a name.
    """
    return (linked or heading) and len(text) <= _LONGEST and _is_title(text, heading=heading)


# titles recur on the pages of a publisher, and several rules ask of each
@lru_cache(2**13)
def _is_title(text: str, *, heading: bool) -> bool:
    words = len(_WORD.findall(text))
    if not (4 if heading else 5) <= words <= 45:
        return False
    if CUES.legal.search(text) or CUES.furniture.search(text) or CUES.plea.search(text):
        return False
    if CUES.dateline.match(text.strip(" -–—|·")) or _CLOCK.match(text):
        return False
    kicker = words <= 8 and re.search(r"\s[/|]\s", text) is not None
    return not kicker and (heading or not names_only(text))
