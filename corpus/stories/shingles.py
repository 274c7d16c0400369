"""Runs of words by hash, and which of many bodies may share enough of them to be compared.

A body is its set of runs of `SHINGLE` words (shingles: Broder 1997, 'On the resemblance and
containment of documents'), kept as sorted 64-bit hashes. Candidates come from two places, both of
which grow with the number of runs and not with its square: bands of a MinHash over all of a body
(rensa), which finds whole copies however many there are; and half of the runs, by hash, which finds
a short copy inside a long page, where a MinHash sees two bodies that hardly resemble each other: of
the 51 joins among the articles of SemEval-2020 task 11 its bands find 2 (benchmarks/duplicates.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from corpus.records import Article, Block

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

#: Words in a row that two articles share by copying, not by chance.
SHINGLE = 5
#: What a story consists of; all else repeats across an outlet.
BODY = frozenset({"paragraph", "quote", "subheading"})
#: Bands and rows of the MinHash: two sets of resemblance .5 share a band with .87, .7 with .9998.
BANDS, ROWS = 32, 4
SEED = 1
#: One run in so many is looked up. Of 20 shared runs 5 and more are looked up in .994 of cases.
SAMPLE = 2
#: How far apart in a list of holders two bodies are compared. Lists up to one longer are complete,
#: and a shared passage counts by no longer ones (`RARE` in duplicates.py); in longer ones
#: every body meets its neighbours, which joins a story that 500 outlets print.
NEAR = 8
#: Bodies whose MinHashes are made at once.
BATCH = 2000

# Letters and digits, but a character of a script without spaces is a word of its own.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")


def words_of(text: str) -> list[str]:
    """Return the words of `text`, whatever their case, punctuation and white space."""
    return _WORD.findall(text.casefold())


def body_of(article: Article) -> list[str]:
    """Return the words of the article's own story, in order."""
    return [word for block in article.blocks if block.kind in BODY for word in _in(article, block)]


def _in(article: Article, block: Block) -> list[str]:
    return words_of(article.text[block.start : block.end])


def runs_of(words: Sequence[str]) -> Hashes:
    """Return the hashes of the runs of `words`, sorted, each once; fewer words are one run."""
    import numpy as np
    from rensa import RMinHash

    if not words:
        return np.empty(0, np.uint64)
    hashed = np.array(RMinHash.hash_token_sets([list(words)])[0], dtype=np.uint64)
    width = min(SHINGLE, len(words))
    count = len(words) - width + 1
    mixed: Hashes = np.full(count, width, dtype=np.uint64)
    for at in range(width):
        mixed = _mixed(mixed ^ hashed[at : at + count])
    return np.unique(mixed)


def _mixed(values: Hashes) -> Hashes:
    """A step of splitmix64 (Steele, Lea and Flood 2014): every bit of the input counts."""
    import numpy as np

    values = (values + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def banded(bodies: Sequence[Hashes]) -> NDArray[np.uint64]:
    """Return one key a band for each of `bodies` (rows by `BANDS`), by rensa's MinHash."""
    import numpy as np

    keys = np.empty((len(bodies), BANDS), np.uint64)
    for begin, found in _minima(bodies):
        digests = found.reshape(len(found), BANDS, ROWS)
        mixed: Hashes = np.zeros((len(found), BANDS), np.uint64)
        for row in range(ROWS):
            mixed = _mixed(mixed ^ digests[:, :, row])
        keys[begin : begin + len(found)] = mixed
    return keys


def cut(bodies: Sequence[Hashes]) -> NDArray[np.uint8]:
    """Return the lowest byte of each of the MinHash's values: a row for each of `bodies`."""
    import numpy as np

    cut_ = np.empty((len(bodies), BANDS * ROWS), np.uint8)
    for begin, found in _minima(bodies):
        cut_[begin : begin + len(found)] = found & np.uint64(0xFF)
    return cut_


def _minima(bodies: Sequence[Hashes]) -> Iterator[tuple[int, NDArray[np.uint64]]]:
    """Yield the MinHashes of `bodies` batch by batch, each with the number it begins at."""
    import numpy as np
    from rensa import RMinHash

    for begin in range(0, len(bodies), BATCH):
        batch = bodies[begin : begin + BATCH]
        ends = np.cumsum([0, *(len(body) for body in batch)], dtype=np.uint64)
        flat = np.concatenate(batch)
        matrix: Any = RMinHash.digest_matrix_from_flat_token_hashes(flat, ends, BANDS * ROWS, SEED)
        yield begin, np.array(matrix.to_rows(), dtype=np.uint64)


def alike(keys: NDArray[np.uint64], numbers: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield, band by band, the pairs of `numbers` (lesser, greater) whose rows share that key."""
    for band in range(keys.shape[1]):
        yield neighbours(keys[:, band], numbers)


def sharing(bodies: Sequence[Hashes]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of `bodies` that share runs, and about how many, from a sample of them."""
    import numpy as np

    looked_up = [body[body % np.uint64(SAMPLE) == 0] for body in bodies]
    flat = np.concatenate([*looked_up, np.empty(0, np.uint64)])
    owners = np.repeat(np.arange(len(bodies)), [len(body) for body in looked_up])
    pairs: NDArray[np.int64] = np.empty((0, 2), np.int64)
    counts: NDArray[np.int64] = np.empty(0, np.int64)
    for there in _parts(flat):
        found = neighbours(flat[there], owners[there])
        pairs, counts = _summed(pairs, counts, found, len(bodies))
    return pairs, counts * SAMPLE


def _summed(
    pairs: NDArray[np.int64], counts: NDArray[np.int64], found: NDArray[np.int64], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    import numpy as np

    codes = np.concatenate([pairs[:, 0] * size + pairs[:, 1], found[:, 0] * size + found[:, 1]])
    weights = np.concatenate([counts, np.ones(len(found), np.int64)])
    unique, place = np.unique(codes, return_inverse=True)
    totals = np.bincount(place, weights=weights, minlength=len(unique)).astype(np.int64)
    return np.stack([unique // max(size, 1), unique % max(size, 1)], axis=1), totals


def neighbours(keys: Hashes, owners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the pairs of `owners` (lesser, greater) of one key that stand within `NEAR`."""
    import numpy as np

    order = np.lexsort((owners, keys))
    keys, owners = keys[order], owners[order]
    # only runs that somebody shares go on: most do not
    same = keys[1:] == keys[:-1]
    kept = np.zeros(len(keys), bool)
    kept[1:] |= same
    kept[:-1] |= same
    keys, owners = keys[kept], owners[kept]
    found = [np.empty((0, 2), np.int64)]
    for apart in range(1, NEAR + 1):
        there = keys[apart:] == keys[:-apart]
        if not there.any():
            break
        found.append(np.stack([owners[:-apart][there], owners[apart:][there]], axis=1))
    return np.concatenate(found)


def standing(bodies: Sequence[Hashes], most: float) -> Hashes:
    """Return the runs that more than `most` of `bodies` hold, sorted."""
    import numpy as np

    if len(bodies) <= most:
        return np.empty(0, np.uint64)
    flat = np.concatenate(bodies)
    found = []
    for there in _parts(flat):
        runs, counts = np.unique(flat[there], return_counts=True)
        found.append(runs[counts > most])
    return np.concatenate(found)


def _parts(flat: Hashes) -> Iterator[NDArray[np.bool_]]:
    """Where `flat` has hashes of each eighth of their range: sorting by parts copies less."""
    import numpy as np

    for part in range(8):
        yield flat >> np.uint64(61) == np.uint64(part)


def roots(size: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """Return for each of `size` numbers the least that `edges` tie it to."""
    parent = list(range(size))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for one, other in edges:
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    return [root(number) for number in range(size)]
