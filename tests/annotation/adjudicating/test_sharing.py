"""Several adjudicators share the work: nobody judges their own, nobody gets more than a week's."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from annotation.adjudicating.sharing import Given, share
from corpus.settings import Person

MONDAY = date(2026, 10, 5)


def judges(**capacities: float) -> dict[str, Person]:
    return {who: Person(capacity=c, adjudicates=True) for who, c in capacities.items()}


def versions(count: int) -> list[tuple[str, str]]:
    return [(f"a{n}", "0" * 64) for n in range(count)]


def sizes(now: dict[str, tuple[object, ...]]) -> dict[str, int]:
    return {who: len(each) for who, each in now.items()}


def test_nobody_gets_what_they_annotated_themselves_while_another_could() -> None:
    authors = {version: {"ana", "ben"} for version in versions(6)}
    shares = share(versions(6), judges(ana=1, cleo=1), authors, [], 20, MONDAY)
    assert sizes(dict(shares.now)) == {"cleo": 6}
    assert shares.own == ()


def test_where_every_adjudicator_annotated_it_goes_to_one_of_them_and_is_told() -> None:
    authors = {version: {"ana", "ben"} for version in versions(2)}
    shares = share(versions(2), judges(ana=1, ben=1), authors, [], 20, MONDAY)
    assert sizes(dict(shares.now)) == {"ana": 1, "ben": 1}
    assert set(shares.own) == set(versions(2))


def test_what_waits_for_another_is_not_given_to_its_own_annotator() -> None:
    authors = {version: {"ana"} for version in versions(3)}
    shares = share(versions(3), judges(ana=1, cleo=1), authors, [], 2, MONDAY)
    assert sizes(dict(shares.now)) == {"cleo": 2}
    assert shares.later == (versions(3)[2],)


def test_a_week_holds_a_batch_by_capacity_and_the_next_week_another() -> None:
    people = judges(ana=1, ben=0.5)
    shares = share(versions(40), people, {}, [], 10, MONDAY)
    assert sizes(dict(shares.now)) == {"ana": 10, "ben": 5}
    past = [
        Given(who, each, "2026-10-05T09:00:00Z")
        for who, some in shares.now.items()
        for each in some
    ]
    sunday = share(shares.later, people, {}, past, 10, date(2026, 10, 11))
    assert sunday.now == {}
    again = share(shares.later, people, {}, past, 10, date(2026, 10, 12))
    assert sizes(dict(again.now)) == {"ana": 10, "ben": 5}


def test_who_has_begun_later_or_left_gets_nothing() -> None:
    people = {
        "ana": Person(adjudicates=True, since=date(2026, 11, 1)),
        "ben": Person(adjudicates=True, until=date(2026, 10, 4)),
        "cleo": Person(adjudicates=False),
        "dan": Person(adjudicates=True),
    }
    assert set(share(versions(4), people, {}, [], 20, MONDAY).now) == {"dan"}


def test_without_people_everything_is_everybodys_at_once() -> None:
    assert share(versions(50), {}, {}, [], 2, MONDAY).now == {"": tuple(versions(50))}


@given(
    st.integers(0, 60),
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from([0.5, 1.0]), min_size=1),
    st.integers(1, 9),
)
def test_each_version_is_given_once_or_waits(
    count: int, capacities: dict[str, float], weekly: int
) -> None:
    shares = share(versions(count), judges(**capacities), {}, [], weekly, MONDAY)
    handed = [version for some in shares.now.values() for version in some]
    assert Counter([*handed, *shares.later]) == Counter(versions(count))
    for who, some in shares.now.items():
        assert len(some) <= max(1, round(weekly * capacities[who]))
