"""The parts of settling: quorums, matchings, weighted ends, the audit's draw and interval."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.records import Answer, Span
from corpus.settling.audit import drawn, wilson, wrong
from corpus.settling.competence import trusted_ends
from corpus.settling.decisions import Decision, Vote, decision_of, decision_row
from corpus.settling.matching import clusters, matched
from corpus.settling.quorum import verdict
from tests.speech import mark


def at(*places: tuple[int, int]) -> list[Span]:
    return [Span(f"s{n}", start, end, "x") for n, (start, end) in enumerate(places)]


@st.composite
def apart(draw: st.DrawFn) -> list[Span]:
    """One author's spans of one label."""
    edges = sorted(draw(st.sets(st.integers(0, 30), max_size=10)))
    return at(*zip(edges[::2], edges[1::2], strict=False))


@pytest.mark.parametrize(
    ("yes", "voters", "threshold", "result"),
    [
        (2, 3, 0.5, "stands"),
        (1, 3, 0.5, "falls"),
        (2, 4, 0.5, "open"),
        (1, 2, 0.5, "open"),
        (2, 2, 0.5, "stands"),
        (3, 5, 0.67, "open"),
        (4, 5, 0.67, "stands"),
        (2, 3, 0.67, "stands"),
        (1, 3, 0.67, "falls"),
        (4, 5, 1.0, "open"),
        (5, 5, 1.0, "stands"),
        (0, 5, 1.0, "falls"),
    ],
)
def test_a_quorum_decides_for_and_against_alike(
    yes: int, voters: int, threshold: float, result: str
) -> None:
    assert verdict(yes / voters, threshold) == result


@given(ours=apart(), theirs=apart())
def test_no_matching_has_more_pairs_or_shares_more(ours: list[Span], theirs: list[Span]) -> None:
    few, many = sorted((ours[:4], theirs[:4]), key=len)

    def shared(one: Span, other: Span) -> int:
        return max(0, min(one.end, other.end) - max(one.start, other.start))

    best = max(
        (sum(1 for n in row if n), sum(row))
        for chosen in permutations(many, len(few))
        for row in [[shared(*pair) for pair in zip(few, chosen, strict=True)]]
    )
    pairs = matched(ours[:4], theirs[:4])
    assert (len(pairs), sum(shared(*pair) for pair in pairs)) == best


@given(st.lists(apart(), min_size=2, max_size=4))
def test_in_a_cluster_is_one_span_an_author_and_every_two_overlap(
    authors: list[list[Span]],
) -> None:
    by = {f"n{n}": spans for n, spans in enumerate(authors)}
    found = clusters(by)
    assert sum(len(cluster) for cluster in found) == sum(map(len, authors))
    for cluster in found:
        assert all(one.overlaps(other) for one, other in combinations(cluster.values(), 2))
    turned = {name: list(reversed(by[name])) for name in reversed(by)}
    assert clusters(turned) == found


def test_one_long_span_is_matched_with_the_one_it_shares_most_with() -> None:
    found = clusters({"ana": at((0, 20)), "ben": at((0, 5), (8, 20)), "eva": at((0, 5), (8, 20))})
    assert sorted(sorted(cluster) for cluster in found) == [["ana", "ben", "eva"], ["ben", "eva"]]
    [three] = [cluster for cluster in found if len(cluster) == 3]
    assert three["ben"].start == 8


def test_ends_are_those_of_the_trusted_and_the_inner_ones_where_trust_is_equal() -> None:
    one, other = at((0, 10), (3, 12))
    spans = {"ana": one, "ben": other}
    assert trusted_ends(spans, {"ana": 0.9, "ben": 0.3}) == (0, 10)
    assert trusted_ends(spans, {"ana": 0.3, "ben": 0.9}) == (3, 12)
    assert trusted_ends(spans, {"ana": 0.9, "ben": 0.88}) == (3, 10)


def decision(result: str = "stands", **fields: object) -> Decision:
    given: dict[str, object] = {
        "article": "a1",
        "sha256": "0" * 64,
        "start": 5,
        "end": 10,
        "label": "loud head",
        "question": "",
        "result": result,
        "why": "",
        "share": 1.0,
        "method": "majority",
        "votes": (Vote("ana", "a1-ana", ("s1",)),),
    }
    return Decision(**{**given, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(0, 20, 0.0, 0.161), (1, 10, 0.018, 0.404), (5, 5, 0.566, 1)],
)
def test_wilsons_interval_as_it_is_printed_in_tables(
    hits: int, trials: int, low: float, high: float
) -> None:
    found = wilson(hits, trials)
    assert found.value == hits / trials
    assert found.low == pytest.approx(low, abs=0.001)
    assert found.high == pytest.approx(high, abs=0.001)


def test_nothing_tried_has_no_rate() -> None:
    assert wilson(0, 0).value is None


def test_the_draw_is_its_share_and_depends_on_the_seed_alone() -> None:
    many = [decision(start=n, end=n + 1) for n in range(2000)]
    found = list(drawn(many, 0.05, 1))
    assert 60 <= len(found) <= 140
    assert set(drawn(reversed(many), 0.05, 1)) == set(found)
    assert list(drawn(many[:500], 0.05, 1)) == [d for d in found if d in set(many[:500])]
    assert list(drawn(many, 0.05, 2)) != found
    assert len(list(drawn(many, 1, 1))) == 2000
    assert not list(drawn(many, 0, 1))


def test_what_is_open_or_decided_by_rule_is_not_drawn() -> None:
    others = [
        decision("open"),
        decision("falls", why="planted"),
        decision("falls", why="not asked"),
    ]
    assert not list(drawn(others, 1, 1))


def test_what_stood_is_wrong_unless_gold_has_it_to_the_character() -> None:
    gold = mark("eva", ("slams", "loud head"), role="gold")
    span = gold.spans[0]
    right = {"start": span.start, "end": span.end, "attributes": {"sentiment": ("negative",)}}
    assert not wrong(decision(**right), gold)
    assert wrong(decision(**{**right, "end": span.end + 1}), gold)
    assert wrong(decision(**{**right, "label": "judged"}), gold)
    assert wrong(decision(**{**right, "attributes": {"sentiment": ("positive",)}}), gold)


def test_what_fell_is_wrong_where_gold_has_a_match() -> None:
    gold = mark("eva", ("slams", "loud head"), role="gold")
    span = gold.spans[0]
    assert wrong(decision("falls", start=span.start, end=span.end + 1), gold)
    assert not wrong(decision("falls", start=span.end + 1, end=span.end + 9), gold)


def test_an_answer_is_wrong_where_gold_answers_otherwise() -> None:
    gold = mark("eva", role="gold", answers=(Answer("genre", ("opinion",)),))
    asked = {"label": "", "question": "genre", "start": None, "end": None}
    assert wrong(decision(**asked, values=("report",)), gold)
    assert not wrong(decision(**asked, values=("opinion",)), gold)


def test_a_decision_is_read_as_it_was_written() -> None:
    one = decision(values=("a",), attributes={"sentiment": ("negative",)})
    assert decision_of(decision_row(one)) == one
