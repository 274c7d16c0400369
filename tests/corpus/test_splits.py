"""Splits: whole groups, every article once, the same again."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import PressmarkError
from corpus.records import Article, Block
from corpus.splits import split, together
from tests.speech import article

WIRE = "The harbour board met behind closed doors on Monday. " * 5


def paged(name: str, *parts: str) -> Article:
    return article("\n\n".join((f"Headline of {name}", *parts)), name)


def corpus(count: int, copies: int = 0) -> list[Article]:
    """`count` articles, the first `copies` of which carry the same wire story."""
    return [paged(f"p{n}", f"Body {n}.", *([WIRE] if n < copies else [])) for n in range(count)]


@given(count=st.integers(5, 40), copies=st.integers(0, 3), seed=st.integers(0, 50))
def test_every_article_has_one_use_and_copies_the_same(count: int, copies: int, seed: int) -> None:
    parts = split(corpus(count, copies), 0.2, 0.2, seed)
    uses = (parts.train, parts.validation, parts.test)
    assert sorted(sum(uses, ())) == sorted(f"p{n}" for n in range(count))
    assert all(uses)
    homes = {use for use in uses for n in range(copies) if f"p{n}" in use}
    assert len(homes) <= 1


@given(seed=st.integers(0, 50))
def test_the_split_depends_on_ids_and_seed_alone(seed: int) -> None:
    articles = corpus(20, 2)
    mixed = random.Random(seed).sample(articles, 20)
    assert split(mixed, 0.2, 0.2, seed) == split(articles, 0.2, 0.2, seed)
    assert len({split(articles, 0.2, 0.2, s).test for s in range(5)}) > 1


def test_the_shares_are_about_what_was_asked() -> None:
    parts = split(corpus(50), 0.2, 0.1)
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (35, 10, 5)


def test_groups_reach_over_a_chain_of_shared_blocks() -> None:
    other = WIRE.replace("harbour", "airport")
    chain = [paged("a", WIRE), paged("b", WIRE, other), paged("c", other), paged("d", "Else.")]
    assert together(chain) == {"a": "a", "b": "a", "c": "a", "d": "d"}


def test_white_space_does_not_hide_a_copy() -> None:
    assert together([paged("a", WIRE), paged("b", WIRE.replace(". ", ".\n"))])["b"] == "a"


def test_a_shared_sentence_or_an_outlets_furniture_joins_nothing() -> None:
    long = {name: " ".join(f"{name}{n}" for n in range(60)) for name in "ab"}
    said = "The board met on Monday, the harbour said."
    assert set(together([paged(n, said, long[n]) for n in "ab"]).values()) == {"a", "b"}
    text = WIRE.strip()
    bios = [
        Article(id=name, text=text, blocks=(Block(0, len(text), "bio"),)) for name in ("a", "b")
    ]
    assert set(together(bios).values()) == {"a", "b"}


def test_an_updated_story_stays_with_the_old_one() -> None:
    story = [f"Sentence {n} of the story says {n * n} things about it." for n in range(10)]
    updated = [
        line.replace("things", "words") if n % 4 == 0 else line for n, line in enumerate(story)
    ]
    pages = [paged("old", *story), paged("new", *updated, "A word more."), paged("x", "Other.")]
    assert together(pages) == {"new": "new", "old": "new", "x": "x"}


def test_text_that_stands_on_every_page_of_an_outlet_does_not_forbid_a_split() -> None:
    parts = split([paged(f"p{n}", WIRE, f"Body {n}.") for n in range(10)], 0.2, 0.2)
    assert len(parts.test) == 2


def test_too_few_articles_are_told_with_the_remedy() -> None:
    with pytest.raises(PressmarkError, match="at least 3"):
        split(corpus(2), 0.2, 0.2)
    with pytest.raises(PressmarkError, match="at least 3"):
        split(corpus(3, 3), 0.2, 0.2)


def test_shares_that_leave_nothing_to_train_on_are_told() -> None:
    with pytest.raises(PressmarkError, match="shares smaller"):
        split(corpus(10), 0.5, 0.5)
