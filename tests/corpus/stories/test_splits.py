"""Splits: whole groups, every article once, the same again."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import PressmarkError
from corpus.stories.splits import draw, split

SHARES = {"train": 0.6, "validation": 0.2, "test": 0.2}


def groups(count: int, copies: int = 0) -> dict[str, str]:
    """`count` articles, the first `copies` of which are of one group."""
    return {f"p{n}": "p0" if n < copies else f"p{n}" for n in range(count)}


@given(count=st.integers(5, 40), copies=st.integers(0, 3), seed=st.integers(0, 50))
def test_every_article_has_one_use_and_copies_the_same(count: int, copies: int, seed: int) -> None:
    parts = split(groups(count, copies), 0.2, 0.2, seed)
    uses = (parts.train, parts.validation, parts.test)
    assert sorted(sum(uses, ())) == sorted(f"p{n}" for n in range(count))
    assert all(uses)
    homes = {use for use in uses for n in range(copies) if f"p{n}" in use}
    assert len(homes) <= 1


@given(seed=st.integers(0, 50))
def test_the_split_depends_on_ids_and_seed_alone(seed: int) -> None:
    known = groups(20, 2)
    mixed = dict(random.Random(seed).sample(sorted(known.items()), 20))
    assert split(mixed, 0.2, 0.2, seed) == split(known, 0.2, 0.2, seed)
    assert len({split(known, 0.2, 0.2, s).test for s in range(5)}) > 1


def test_the_shares_are_about_what_was_asked() -> None:
    parts = split(groups(50), 0.2, 0.1)
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (35, 10, 5)


def test_a_group_that_was_only_labelled_over_pre_labels_is_trained_on() -> None:
    parts = split(groups(10, 2), 0.2, 0.2, taught=["p0", "p1", "p5"])
    assert {"p0", "p1", "p5"} <= set(parts.train)


def test_a_rare_stratum_is_shared_out_and_not_left_to_chance() -> None:
    strata = {f"p{n}": ["satire" if n % 10 == 0 else "report"] for n in range(100)}
    for seed in range(5):
        drawn = draw(groups(100), SHARES, seed, strata)
        satire = Counter(drawn[f"p{n}"] for n in range(0, 100, 10))
        assert satire == {"train": 6, "validation": 2, "test": 2}


@given(seed=st.integers(0, 50), count=st.integers(1, 30))
def test_what_is_placed_stays_and_counts_towards_the_shares(seed: int, count: int) -> None:
    fixed = {f"p{n}": "train" for n in range(count)}
    drawn = draw(groups(60), SHARES, seed, fixed=fixed)
    assert {drawn[group] for group in fixed} == {"train"}
    assert Counter(drawn.values()) == {"train": 36, "validation": 12, "test": 12}


def test_too_few_articles_are_told_with_the_remedy() -> None:
    with pytest.raises(PressmarkError, match="at least 3"):
        split(groups(2), 0.2, 0.2)
    with pytest.raises(PressmarkError, match="at least 3"):
        split(groups(3, 3), 0.2, 0.2)


def test_shares_that_leave_nothing_to_train_on_are_told() -> None:
    with pytest.raises(PressmarkError, match="shares smaller"):
        split(groups(10), 0.5, 0.5)
