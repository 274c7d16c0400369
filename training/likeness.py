"""Versions of what a model was taught, told by signatures in its manifest: the texts are not there.

A signature is a MinHash of the article's runs of words, of which each least hash is cut to a byte
(b-bit MinHash: Li and König 2010): 128 bytes an article, 172 characters as text. What it tells is
an estimate of the resemblance by which `pressmark duplicates` joins two bodies whatever stands in
them (`SAME`), its standard error .04: of versions that share .75 of their runs it misses fewer than
one in a hundred, and half of those that share just `SAME`. A short copy inside a long page is not
found.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.records import Article
from corpus.stories.duplicates import LEAST, SAME
from corpus.stories.shingles import BANDS, ROWS, body_of, cut, runs_of

#: Shorter bodies have no signature: sharing `SAME` of so many runs is to share `LEAST` of them.
SHORTEST = math.ceil(LEAST / SAME)
#: How many values a byte has: so often two differ and are cut to the same.
_BYTES = 256


def signatures(articles: Iterable[Article]) -> tuple[str, ...]:
    """Return the signatures of the articles whose bodies are long enough, sorted, each once."""
    _, found = _signed(articles)
    return tuple(sorted({base64.b64encode(row.tobytes()).decode() for row in found}))


def versions(articles: Sequence[Article], known: Iterable[str]) -> set[str]:
    """Return the ids of those of `articles` that resemble an article with a signature in `known`.

    Raises:
        ValueError: one of `known` is no signature.
    """
    rows = [row_of(each) for each in known]
    if not rows:
        return set()
    taught = np.stack(rows)
    least = SAME * (1 - 1 / _BYTES) + 1 / _BYTES
    ids, found = _signed(articles)
    return {
        id_
        for id_, row in zip(ids, found, strict=True)
        if (taught == row).mean(axis=1).max() >= least
    }


def row_of(signature: str) -> NDArray[np.uint8]:
    """Return the bytes of a signature.

    Raises:
        ValueError: it is none.
        TypeError: it is no text at all.
    """
    row = np.frombuffer(base64.b64decode(signature, validate=True), np.uint8)
    if len(row) != BANDS * ROWS:
        raise ValueError(f"{signature!r} is no signature: it has {len(row)} bytes")
    return row


def _signed(articles: Iterable[Article]) -> tuple[list[str], NDArray[np.uint8]]:
    """The ids of the articles that have a signature, and their signatures as rows."""
    runs = {each.id: runs_of(body_of(each)) for each in articles}
    long = {id_: body for id_, body in runs.items() if len(body) >= SHORTEST}
    return [*long], cut([*long.values()])
