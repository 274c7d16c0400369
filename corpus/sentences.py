"""Where sentences begin and end, as offsets into the text."""

from __future__ import annotations

from sentencex import get_sentence_boundaries


def sentences(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Return the half-open ranges of the sentences of `text`, white space trimmed (sentencex)."""
    ranges = []
    for boundary in get_sentence_boundaries(language or "en", text):
        start, end = boundary["start_index"], boundary["end_index"]
        inner = text[start:end]
        start += len(inner) - len(inner.lstrip())
        end -= len(inner) - len(inner.rstrip())
        if start < end:
            ranges.append((start, end))
    return ranges
