"""Matching and F1: beside trying every assignment, and beside the measures of a model."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.agreement.chance import field
from corpus.agreement.f1 import hits, pair_hits, shuffled
from corpus.agreement.matching import match
from corpus.agreement.opinions import ArticleOpinions
from corpus.agreement.table import table
from corpus.measures import Place, exact, overlapping
from corpus.records import Block
from tests.corpus.agreement.campaign import SCHEME, about, campaigns, said


@st.composite
def places(draw: st.DrawFn) -> list[Place]:
    """Places that do not overlap, in any order."""
    edges = sorted(draw(st.sets(st.integers(0, 30), max_size=10)))
    return draw(st.permutations(list(zip(edges[::2], edges[1::2], strict=False))))


def shared(one: Place, other: Place) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def by_trying_all(one: list[Place], other: list[Place]) -> tuple[int, int]:
    """How many pairs the largest matching has, and how much the best of the largest shares."""
    few, many = sorted((one, other), key=len)
    tried = (
        [shared(a, b) for a, b in zip(few, chosen, strict=True)]
        for chosen in permutations(many, len(few))
    )
    return max(((sum(map(bool, sizes)), sum(sizes)) for sizes in tried), default=(0, 0))


@given(places(), places())
def test_it_is_a_largest_matching_and_shares_the_most(one: list[Place], other: list[Place]) -> None:
    found = match(one, other)
    sizes = [shared(one[a], other[b]) for a, b in found]
    assert all(sizes)
    assert (len(sizes), sum(sizes)) == by_trying_all(one, other)
    assert len({a for a, _ in found}) == len({b for _, b in found}) == len(found)


@given(places(), places(), st.randoms(use_true_random=False))
def test_order_and_side_make_no_difference(
    one: list[Place], other: list[Place], random: object
) -> None:
    def places_of(pairs: list[tuple[int, int]], a: list[Place], b: list[Place]) -> set[object]:
        return {(a[left], b[right]) for left, right in pairs}

    before = places_of(match(one, other), one, other)
    assert {(b, a) for a, b in places_of(match(other, one), other, one)} == before
    mixed = sorted(one, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert places_of(match(mixed, other), mixed, other) == before


def test_of_two_halves_the_first_is_matched() -> None:
    assert match([(0, 10)], [(5, 10), (0, 5)]) == [(0, 1)]


def test_a_span_gives_way_where_more_pairs_come_of_it() -> None:
    # The second of one shares more with the first of the other, but then the first has none
    assert match([(0, 4), (4, 20)], [(3, 15), (16, 18)]) == [(0, 0), (1, 1)]


@given(campaigns())
def test_hits_are_those_of_a_models_measures(opinions: list[ArticleOpinions]) -> None:
    found = table(opinions, SCHEME)
    for number, label in enumerate(SCHEME.labels):
        continuum, units = found.of(number)
        for one in range(len(found.annotators)):
            for other in range(one + 1, len(found.annotators)):
                counted = hits(continuum, units, one, other).sum(axis=0).tolist()
                assert counted == one_by_one(
                    opinions, label.name, found.annotators[one], found.annotators[other]
                )


def one_by_one(opinions: list[ArticleOpinions], label: str, one: str, other: str) -> list[float]:
    """Exact hits, hits by overlap and spans of both, by `corpus.measures`, article by article."""
    total = np.zeros(4)
    unless = SCHEME.label(label).unless.get("genre", ())  # type: ignore[union-attr]
    for opinion in opinions:
        both = [opinion.annotations.get(each) for each in (one, other)]
        if any(a is None or a.answers[0].values[0] in unless for a in both):
            continue
        sides = [[s for s in a.spans if s.label == label] for a in both if a]
        total += [
            exact(*sides).precise,
            overlapping(*sides).precise,
            *(len(side) for side in sides),
        ]
    return total.tolist()


@given(campaigns(), st.integers(0, 9))
def test_shuffled_spans_are_as_long_stay_in_their_article_and_do_not_overlap(
    opinions: list[ArticleOpinions], seed: int
) -> None:
    continuum, units = table(opinions, SCHEME).of(1)
    moved = shuffled(continuum, units, seed)
    assert sorted(zip(moved.row, moved.end - moved.start, moved.article, strict=True)) == sorted(
        zip(units.row, units.end - units.start, units.article, strict=True)
    )
    begins = continuum.begins[moved.article]
    assert (moved.start >= begins).all()
    assert (moved.end <= begins + continuum.lengths[moved.article]).all()
    same = (moved.annotator[1:] == moved.annotator[:-1]) & (moved.article[1:] == moved.article[:-1])
    assert (moved.start[1:] >= moved.end[:-1])[same].all()


def test_two_halves_of_a_span_are_one_hit_from_either_side() -> None:
    whole, halves = {"judged": [(0, 10)]}, {"judged": [(0, 5), (5, 10)]}
    continuum, units = table([about(said("ana", whole), said("bo", halves))], SCHEME).of(0)
    assert hits(continuum, units, 0, 1).tolist() == [[0, 1, 1, 2]]
    assert hits(continuum, units, 1, 0).tolist() == [[0, 1, 2, 1]]


def test_a_shuffle_reaches_every_place() -> None:
    opinion = about(said("ana", {"judged": [(0, 2)]}), said("bo"), length=5)
    continuum, units = table([opinion], SCHEME).of(0)
    assert {int(shuffled(continuum, units, seed).start[0]) for seed in range(60)} == {0, 1, 2, 3}


def test_by_chance_spans_are_seldom_hit() -> None:
    same = {"judged": [(0, 5), (50, 58), (80, 83)]}
    opinion = about(said("ana", same), said("bo", same), length=4000)
    continuum, units = table([opinion], SCHEME).of(0)
    ((found, chance),) = pair_hits((continuum, units), (continuum, units), [(0, 1)], seed=0)
    assert found.tolist() == [[3, 3, 3, 3]]
    assert chance[0, 1] < 0.5


def test_whole_blocks_are_hit_by_chance_as_often_as_there_are_few() -> None:
    headlines = [Block(20 * n, 20 * n + 18, "headline") for n in range(4)]
    ana = [said("ana", {"loud head": [(0, 18)]}, f"a{n}") for n in range(200)]
    bo = [said("bo", {"loud head": [(20, 38)]}, f"a{n}") for n in range(200)]
    opinions = [
        about(*both, length=3000, blocks=tuple(headlines)) for both in zip(ana, bo, strict=True)
    ]
    found = table(opinions, SCHEME)
    ((seen, chance),) = pair_hits(found.of(1), field(found, 1), [(0, 1)], seed=0)
    assert seen.sum(axis=0).tolist() == [0, 0, 200, 200]
    # One of four blocks each: they meet in a quarter of the articles
    assert chance.sum(axis=0)[:2] / 200 == pytest.approx([0.25, 0.25], abs=0.03)
    plain = table([about(*both, length=3000) for both in zip(ana, bo, strict=True)], SCHEME)
    ((_, anywhere),) = pair_hits(plain.of(1), field(plain, 1), [(0, 1)], seed=0)
    assert anywhere.sum(axis=0)[1] / 200 < 0.02


def test_a_label_of_some_blocks_is_shuffled_in_them_alone() -> None:
    blocks = (Block(0, 10, "headline"), Block(12, 30, "paragraph"), Block(40, 60, "quote"))
    marked = {"judged": [(14, 18), (42, 50)]}
    opinion = about(said("ana", marked), said("bo", marked), blocks=blocks)
    continuum, units = field(table([opinion], SCHEME), 0)
    assert continuum.lengths.tolist() == [38]
    assert (units.end - units.start).tolist() == [4, 8, 4, 8]
    # Of a part of the text, the part's share of the blocks
    part = replace(opinion, within=((0, 45),))
    assert field(table([part], SCHEME), 0)[0].lengths.tolist() == [23]


def test_spans_outside_their_blocks_still_find_room() -> None:
    marked = {"judged": [(0, 10), (20, 30)]}
    opinion = about(said("ana", marked), said("bo", marked), blocks=(Block(0, 6, "paragraph"),))
    continuum, units = field(table([opinion], SCHEME), 0)
    moved = shuffled(continuum, units, 0)
    assert continuum.lengths.tolist() == [20]
    assert sorted(moved.start.tolist()) == [0, 0, 10, 10]
