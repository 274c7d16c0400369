"""Where a label's spans could have stood by chance: anywhere, or in the blocks it may stand in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.agreement.opinions import ArticleOpinions
from corpus.agreement.table import Continuum, Table, Units, moved
from corpus.measures import Place
from corpus.scheme import Label

if TYPE_CHECKING:
    from corpus.agreement.estimates import Ints


def field(table: Table, number: int) -> tuple[Continuum, Units]:
    """Return a continuum of nothing but the places where spans of a label may stand.

    Of a label that is asked of some kinds of block, those blocks of an article end to end; of one
    that takes whole blocks, a place a block, and a span is as long as one. Where the blocks are not
    known, it is the text. The units are as long as they were (never longer than the field, which is
    stretched to hold what an annotator put elsewhere), and stand where they stood in the text: they
    are to be shuffled.
    """
    import numpy as np

    continuum, units = table.of(number)
    label = table.labels[number]
    if not any(_confined(opinion, label) for opinion in table.opinions):
        return continuum, units
    size = units.end - units.start
    lengths = continuum.lengths.copy()
    whole = np.zeros(len(lengths), dtype=bool)
    for article, opinion in enumerate(table.opinions):
        if _confined(opinion, label):
            places = list(_places(opinion, label))
            whole[article] = label.snap == "block"
            lengths[article] = len(places) if whole[article] else sum(e - s for s, e in places)
    size = np.where(whole[units.article], 1, size)
    lengths = np.maximum(lengths, _most(continuum, units, size))
    begins = np.concatenate([[0], np.cumsum(lengths)])[:-1].astype(np.int64)
    stretched = replace(continuum, begins=begins, lengths=lengths)
    return stretched, replace(units, end=units.start + size)


def _confined(opinion: ArticleOpinions, label: Label) -> bool:
    return bool(opinion.blocks) and bool(label.blocks or label.snap)


def _places(opinion: ArticleOpinions, label: Label) -> Iterator[Place]:
    for block in opinion.blocks:
        if not label.blocks or block.kind in label.blocks:
            start, end = moved(opinion.within, block.start, block.end)
            if start < end:
                yield start, end


def _most(continuum: Continuum, units: Units, size: Ints) -> Ints:
    """The length of the spans of the annotator who marked most, by article."""
    import numpy as np

    annotators = continuum.asked.shape[1]
    at = units.article * annotators + units.annotator
    summed = np.bincount(at, size, minlength=len(continuum.begins) * annotators)
    most: Ints = summed.reshape(-1, annotators).max(axis=1, initial=0).astype(np.int64)
    return most
