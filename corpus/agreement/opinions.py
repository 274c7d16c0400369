"""What annotators said of one article, and the same of many as arrays on one long continuum."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from corpus.errors import PressmarkError
from corpus.measures import Place
from corpus.records import Annotation, Block

_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class ArticleOpinions:
    """One article and what each annotator says of it: one annotation an annotator.

    `cluster` names what is resampled as one (the article's cluster of near-duplicates; the article
    itself where it has none). `words` are what word-level agreement counts (see `words_of`);
    without them characters are counted. `within`, if given, are the only parts of the text that are
    looked at, in order: what lies outside counts as if it were cut out. `blocks` say where a label
    of some kinds of block could have stood by chance; without them that is anywhere. `older` are
    the labels that an annotation of another scheme, by its hash, was not asked for.
    """

    article: str
    cluster: str
    length: int
    annotations: Mapping[str, Annotation]
    words: Sequence[Place] = ()
    within: tuple[Place, ...] | None = None
    blocks: tuple[Block, ...] = ()
    older: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for author, annotation in self.annotations.items():
            ends = [span.end for span in annotation.spans]
            if max(ends, default=0) > self.length:
                told = (
                    f"a span of {author} ends at {max(ends)}, behind its {self.length} characters"
                )
                raise PressmarkError(f"article {self.article!r}: {told}")


def words_of(text: str) -> tuple[Place, ...]:
    """Return where the words of a text stand; punctuation stands alone."""
    return tuple(match.span() for match in _WORD.finditer(text))
