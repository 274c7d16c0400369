"""Blocks whose characters are left out of a release, so that every offset stays right."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from corpus.records import Article

#: Stands for each character of a block that was dropped.
FILLER = "█"
#: Kinds that name people: without them the article's list of authors goes too.
NAMING = frozenset({"byline", "bio"})


def masked(article: Article, kinds: Collection[str]) -> Article:
    """Return the article with each character of the blocks of `kinds` replaced by `FILLER`.

    The text keeps its length and so every offset its meaning; its sha256 is another. With bylines
    or bios go the authors, with headlines the title.
    """
    text = article.text
    for block in article.blocks:
        if block.kind in kinds:
            text = text[: block.start] + FILLER * (block.end - block.start) + text[block.end :]
    return replace(
        article,
        text=text,
        sha256="",
        authors=() if NAMING & set(kinds) else article.authors,
        title="" if "headline" in kinds else article.title,
    )
