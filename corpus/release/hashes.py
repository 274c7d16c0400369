"""Hashes that recognise a passage whose text is not passed on, and resist guessing.

A hash of a short string is no secret: whoever tries all the words of a dictionary finds it, salted
or not, since the salt travels with the release. So nothing short is hashed. A span is recognised by
one hash over the span and `WIDTH` characters of its surroundings together; who wants to check a
guess must guess all of them at once (English prose holds about one bit a character: Shannon 1951,
'Prediction and Entropy of Printed English'). Blocks shorter than `WIDTH` have no hash. The salt is
drawn for each release: hashes of one cannot be looked up in tables made for another. What is not
protected: text that is public or stands alike on every page can be recognised by its hash, which
is what the hash is for.
"""

from __future__ import annotations

import hashlib

#: Characters around a span that its hash covers, and the least that a hashed block holds.
WIDTH = 64


def window(start: int, end: int, size: int) -> tuple[int, int] | None:
    """Return what the hash of [start, end) covers: `WIDTH` characters around it as well.

    Half of them stand before it and half behind; where one side has fewer the other gives more.
    None where the text of `size` characters holds fewer than `WIDTH` besides the span.
    """
    if size - (end - start) < WIDTH:
        return None
    before = min(start, max(WIDTH // 2, WIDTH - (size - end)))
    return start - before, end + WIDTH - before


def context_hash(text: str, start: int, end: int, salt: str) -> str:
    """Return the hash of [start, end) in its surroundings; '' where the text is too short."""
    around = window(start, end, len(text))
    if around is None:
        return ""
    return _hash(salt, f"{start - around[0]}:{end - start}", text[around[0] : around[1]])


def block_hash(text: str, start: int, end: int, salt: str) -> str:
    """Return the hash of a block; '' where it is short enough to be guessed."""
    return _hash(salt, "block", text[start:end]) if end - start >= WIDTH else ""


def places(text: str, span: tuple[int, int], size: int, salt: str, wanted: str) -> list[int]:
    """Return where a span that stood at `span` of a text of `size` characters begins in `text`.

    Every place is tried; of a place the hash of the surroundings is compared.
    """
    start, end = span
    around = window(start, end, size)
    if around is None or not wanted:
        return []
    before, length = start - around[0], around[1] - around[0]
    how = f"{before}:{end - start}"
    return [
        at + before
        for at in range(len(text) - length + 1)
        if _hash(salt, how, text[at : at + length]) == wanted
    ]


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()[:32]
