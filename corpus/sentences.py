"""Where sentences begin and end, as offsets into the text."""

from __future__ import annotations

from sentencex import get_sentence_boundaries

#: sentencex takes time by the square of what it is given where there are many quotation marks, so
#: it is given so many characters at once; a longer text is cut where a sentence begins.
PIECE = 10_000


def sentences(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Return the half-open ranges of the sentences of `text`, white space trimmed (sentencex).

    One of more than `PIECE` characters is cut.
    """
    ranges, at = [], 0
    while at < len(text):
        found = [
            (each["start_index"], each["end_index"])
            for each in get_sentence_boundaries(language or "en", text[at : at + PIECE])
        ]
        following = at + PIECE
        if following < len(text) and len(found) > 1:
            # The last one may go on in what is still to come
            following = at + found.pop()[0]
        ranges += [(at + start, at + end) for start, end in found]
        at = following
    return [trimmed for each in ranges if (trimmed := _trimmed(text, *each))]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    inner = text[start:end]
    start += len(inner) - len(inner.lstrip())
    end -= len(inner) - len(inner.rstrip())
    return (start, end) if start < end else None
