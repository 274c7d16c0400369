"""What a published corpus says, in its own spelling: the border between a format and our records.

A format's file turns its files into these; labels and values are still the corpus' own strings,
offsets still count the characters of the text as the corpus ships it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled run of characters; `words` is what the corpus says stands there, if it does."""

    where: str
    start: int
    end: int
    label: str
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """An answer to a question, of the whole text or of [start, end) of it."""

    where: str
    question: str
    values: tuple[str, ...]
    start: int | None = None
    end: int | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one author says of a document; `author` is a pseudonym, the same in every file."""

    where: str
    author: str
    role: str
    marks: tuple[Mark, ...] = ()
    answers: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A block of the document's text: [start, end), which may begin or end on white space."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Document:
    """A text of the corpus; without an `id` of its own it is known by its text (and `key`).

    Without `parts` the whole text is one paragraph. `sha256` is that of the file it stands in.
    """

    where: str
    sha256: str
    text: str
    id: str = ""
    key: str = ""
    parts: tuple[Part, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    url: str = ""
    publisher: str = ""
    title: str = ""
    published: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that cannot be read: its file and line, why, and what it held."""

    where: str
    reason: str
    held: Mapping[str, str | int] = field(default_factory=dict)


Found = Document | Refused


def lines_as_parts(text: str) -> tuple[Part, ...]:
    """Return a part for each line that holds something: the first the headline, then paragraphs."""
    parts: list[Part] = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            kind = "paragraph" if parts else "headline"
            parts.append(Part(start, start + len(line), kind))
        start += len(line) + 1
    return tuple(parts)
