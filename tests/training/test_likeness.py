"""Versions of an article are told by its signature, without its text."""

from __future__ import annotations

import random

import pytest

from corpus.records import Article, Block
from training.likeness import SHORTEST, signatures, versions

WORDS = 300


def article(id_: str, words: list[str]) -> Article:
    text = " ".join(words)
    return Article(id=id_, text=text, blocks=(Block(0, len(text), "paragraph"),))


def story(seed: int, length: int = WORDS) -> list[str]:
    draw = random.Random(seed)
    return [f"word{draw.randrange(10**6)}" for _ in range(length)]


@pytest.mark.parametrize(("kept", "told"), [(1, True), (0.9, True), (0.5, False), (0, False)])
def test_what_shares_most_of_its_words_is_a_version_and_what_shares_half_is_none(
    kept: float, told: bool
) -> None:
    stories = {f"a{n}": story(n) for n in range(50)}
    known = signatures(article(id_, words) for id_, words in stories.items())
    here = round(kept * WORDS)
    moved = [
        article(id_, words[:here] + story(1000 + n)[here:])
        for n, (id_, words) in enumerate(stories.items())
    ]
    assert versions(moved, known) == (stories.keys() if told else set())
    assert versions(moved[::-1], known[::-1]) == versions(moved, known)


def test_a_signature_is_short_and_each_stands_once() -> None:
    same = [article("a", story(1)), article("b", story(1)), article("c", story(2))]
    assert [len(each) for each in signatures(same)] == [172, 172]
    assert signatures(same) == signatures(same[::-1])


def test_a_body_that_is_too_short_for_a_version_has_no_signature() -> None:
    short, long = story(1, SHORTEST + 3), story(1, SHORTEST + 4)
    assert signatures([article("a", short), article("none", ["…"])]) == ()
    known = signatures([article("a", long)])
    assert versions([article("b", long), article("c", short)], known) == {"b"}
    assert versions([article("b", long)], ()) == set()
    with pytest.raises(ValueError, match="no signature"):
        versions([article("b", long)], [*known, "QUJD"])
