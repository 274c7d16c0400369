"""From an article to what the encoder reads and is taught: words, windows, soft targets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import PressmarkError
from corpus.records import Article
from corpus.scheme import Label, Scheme
from training.encoders import Encoder
from training.examples import Example

Floats = NDArray[np.float32]

# Long dashes and ellipses join words without a space: 'mayor—who'
_CHUNK = re.compile(r"[^\s—–…]+|[—–…]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a punctuation mark: [start, end) of the text, inside the block of that number."""

    start: int
    end: int
    block: int


@dataclass(frozen=True, slots=True)
class Window:
    """A run of an article's tokens; `places` has each one's characters, None for special ones.

    What is not special are the tokens `begin` to `end`, half-open; the first of them is the
    article's token number `at`.
    """

    article: int
    ids: tuple[int, ...]
    places: tuple[tuple[int, int] | None, ...]
    first: bool
    last: bool
    begin: int
    end: int
    at: int


@dataclass(frozen=True, slots=True)
class Targets:
    """Token by label: the share of annotators, and where a loss is taken (1) or not (0)."""

    inside: Floats
    begins: Floats
    mask: Floats


def words(article: Article) -> list[Word]:
    """Return the words of the article in order; none crosses a block, punctuation stands alone."""
    found = []
    for number, block in enumerate(article.blocks):
        for chunk in _CHUNK.finditer(article.text, block.start, block.end):
            found += [Word(start, end, number) for start, end in _parts(chunk)]
    return found


def windows(articles: list[Article], tokenizer: Any, window: int, stride: int) -> list[Window]:
    """Cut each article into windows of at most `window` tokens that share `stride` tokens."""
    cut = tokenizer(
        [article.text for article in articles],
        truncation=True,
        max_length=window,
        stride=stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
        return_attention_mask=False,
        return_token_type_ids=False,
    )
    owners = list(cut["overflow_to_sample_mapping"])
    found: list[Window] = []
    for number, owner in enumerate(owners):
        places = tuple(
            None if special or start == end else (start, end)
            for (start, end), special in zip(
                cut["offset_mapping"][number], cut["special_tokens_mask"][number], strict=True
            )
        )
        first = number == 0 or owners[number - 1] != owner
        last = number + 1 == len(owners) or owners[number + 1] != owner
        special = cut["special_tokens_mask"][number]
        begin = special.index(0) if 0 in special else 0
        end = begin + len(special) - sum(special)
        at = 0 if first else found[-1].at + found[-1].end - found[-1].begin - stride
        ids = tuple(cut["input_ids"][number])
        found.append(Window(owner, ids, places, first, last, begin, end, at))
    return found


def check_window(encoder: Encoder, window: int, stride: int) -> None:
    """Raise a PressmarkError unless the encoder can read windows of this size and stride."""
    room = window - int(encoder.tokenizer.num_special_tokens_to_add())
    if stride >= room:
        raise PressmarkError(
            f"training.stride: {stride}, but a window of {window} has room for {room} tokens;"
            f" set it to {room // 4} or so"
        )
    limit = encoder.positions
    if limit is not None and window > limit:
        raise PressmarkError(
            f"training.window: {window}, but the encoder {encoder.name!r} reads {limit} tokens"
            f" at a time; set it to {limit} or less"
        )


def targets(example: Example, window: Window, scheme: Scheme) -> Targets:
    """Return what the tokens of `window` are taught.

    The inside target is the share of those asked who covered the token, the begins target the
    share who began a span on it. No loss is taken on special tokens, where nobody was asked the
    label, and in blocks where the label may not stand.
    """
    shape = (len(window.ids), len(scheme.labels))
    inside, begins = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    starts, ends = _bounds(window)
    mask = _mask(example.article, starts, ends, scheme)
    for column, label in enumerate(scheme.labels):
        asked = example.asked(label)
        if not asked:
            mask[:, column] = 0
        for opinion in asked:
            covered = np.zeros(len(window.ids), bool)
            for span in opinion.spans:
                hit = (starts < span.end) & (ends > span.start)
                if span.label != label.name or not hit.any():
                    continue
                covered |= hit
                token = int(hit.argmax())
                if window.first or starts[starts >= 0].min() <= span.start:
                    begins[token, column] += 1 / len(asked)
            inside[:, column] += covered / len(asked)
    # A token on which two touching spans of one annotator begin would count twice
    return Targets(inside.clip(0, 1), begins.clip(0, 1), mask)


def allowed(label: Label, kind: str) -> bool:
    """Tell whether `label` may stand in a block of this kind."""
    return not label.blocks or kind in label.blocks


def _parts(chunk: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Split the punctuation off both ends; what is inside ('don’t', '24/7', emoji) stays whole."""
    start, end = chunk.span()
    text = chunk.group()
    marks = [unicodedata.category(character).startswith("P") for character in text]
    if all(marks):
        yield from ((place, place + 1) for place in range(start, end))
        return
    left, right = marks.index(False), marks[::-1].index(False)
    yield from ((place, place + 1) for place in range(start, start + left))
    yield start + left, end - right
    yield from ((place, place + 1) for place in range(end - right, end))


def _bounds(window: Window) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Starts and ends of the tokens; special ones stand at -1, before every text."""
    places = np.array([place or (-1, -1) for place in window.places], np.int64)
    return places[:, 0], places[:, 1]


def _mask(
    article: Article, starts: NDArray[np.int64], ends: NDArray[np.int64], scheme: Scheme
) -> Floats:
    mask = np.zeros((len(starts), len(scheme.labels)), np.float32)
    for block in article.blocks:
        rows = (starts < block.end) & (ends > block.start)
        for column, label in enumerate(scheme.labels):
            if allowed(label, block.kind):
                mask[rows, column] = 1
    return mask
