"""Who gets which article in which week: properties of the design."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.campaign.draw import in_order
from corpus.settings import CampaignSection, Person
from tests.annotation.campaign.design import SIX, WEEK, Campaign, crew, shelf

capacities = st.lists(st.sampled_from([0.5, 1.0, 1.5, 2.0]), min_size=1, max_size=7)


@settings(max_examples=40)
@given(capacities, st.integers(1, 4), st.integers(0, 60), st.integers(1, 9), st.integers(0, 9))
def test_nobody_gets_an_article_twice_and_each_goes_to_as_many_as_it_should(
    shares: list[float], per_article: int, count: int, weekly: int, seed: int
) -> None:
    people = {f"n{n}": Person(capacity=share) for n, share in enumerate(shares)}
    section = CampaignSection(per_article=per_article, weekly=weekly, seed=seed)
    campaign = Campaign(shelf(count, story=3), people, section).weeks(5)
    seen = Counter((row.annotator, row.article, row.occasion) for row in campaign.rows)
    assert set(seen.values()) <= {1}
    waiting = set(campaign.assign(0).waiting)
    for article, names in campaign.holders().items():
        assert len(names) == per_article or article in waiting
        assert len(names) <= per_article
    for row in campaign.rows:
        assert row.occasion == (2 if row.kind == "repeat" else 1)
    assert not set(campaign.holders()) & set(campaign.holders("control"))


@settings(max_examples=30)
@given(st.integers(4, 8), st.integers(2, 3), st.integers(20, 120), st.integers(0, 9))
def test_pairs_meet_about_equally_often_and_workloads_differ_by_one(
    size: int, per_article: int, count: int, seed: int
) -> None:
    section = CampaignSection(per_article=per_article, seed=seed, control=0, repeat=0)
    campaign = Campaign(shelf(count), crew(*SIX, "gus", "hal")).weeks(0)
    campaign.people = dict(list(campaign.people.items())[:size])
    campaign.section = section
    while campaign.assign().rows:
        campaign.today += WEEK
    met = [campaign.pairs()[pair] for pair in combinations(sorted(campaign.people), 2)]
    assert max(met) - min(met) <= per_article
    loads = [campaign.loads()[name] for name in campaign.people]
    assert max(loads) - min(loads) <= 2


def test_half_the_time_is_half_the_work() -> None:
    people = {**crew(), "fay": Person(capacity=0.5), "eli": Person(capacity=2)}
    campaign = Campaign(shelf(400), people, CampaignSection(weekly=15)).weeks(4)
    loads = campaign.loads()
    assert {name: loads[name] for name in ("ana", "ben", "cleo", "dov")} == dict.fromkeys(
        ("ana", "ben", "cleo", "dov"), 60
    )
    assert abs(loads["fay"] - 30) <= 1
    # where a week's work is odd there is one too few to share an article with
    assert 116 <= loads["eli"] <= 120


def test_everybody_gets_the_control_articles_and_they_are_the_share_that_was_asked_for() -> None:
    campaign = Campaign(shelf(400), crew(), CampaignSection(control=0.1)).weeks(5)
    controls = campaign.holders("control")
    assert all(sorted(names) == sorted(SIX) for names in controls.values())
    share = len(controls) / (len(controls) + len(campaign.holders()))
    assert abs(share - 0.1) < 0.02


def test_some_come_again_after_weeks_to_the_same_person_and_not_what_they_saw_last() -> None:
    section = CampaignSection(repeat=0.1, repeat_after=3)
    campaign = Campaign(shelf(600), crew(), section).weeks(6)
    first = {row.key: row for row in campaign.rows if row.occasion == 1}
    again = [row for row in campaign.rows if row.kind == "repeat"]
    for row in again:
        before = first[replace(row, occasion=1).key]
        assert row.week >= before.week + 3
    assert {row.week for row in again} == {4, 5, 6}
    for name in SIX:
        early = sum(row.annotator == name and row.week <= 3 for row in first.values())
        assert sum(row.annotator == name for row in again) == early // 10


def test_what_was_never_finished_does_not_come_again() -> None:
    campaign = Campaign(shelf(600), crew(), CampaignSection(repeat=0.5, repeat_after=1))
    for _ in range(3):
        campaign.assign()
        campaign.today += WEEK
    assert not [row for row in campaign.rows if row.kind == "repeat"]


def test_what_was_finished_only_yesterday_comes_again_later() -> None:
    campaign = Campaign(shelf(600), crew(), CampaignSection(repeat=0.5, repeat_after=3))
    rows = campaign.assign().rows
    for _ in range(3):
        campaign.assign()
        campaign.today += WEEK
    campaign.finish(rows)
    campaign.today += timedelta(days=1)
    campaign.assign(5)
    assert not [row for row in campaign.rows if row.kind == "repeat" and row.week == 4]
    assert [row for row in campaign.rows if row.kind == "repeat" and row.week == 6] == []
    campaign.today += 2 * WEEK
    assert [row for row in campaign.assign(6).rows if row.kind == "repeat"]


def test_two_articles_of_one_story_go_to_different_people() -> None:
    campaign = Campaign(shelf(90, story=2), crew(), CampaignSection(control=0, repeat=0)).weeks(2)
    told: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in campaign.rows:
        told[row.annotator, campaign.items[row.article].story].add(row.article)
    assert [key for key, articles in told.items() if len(articles) > 1] == []


def test_weeks_are_alike_in_publishers_and_length() -> None:
    campaign = Campaign(shelf(400), crew(), CampaignSection(control=0.05)).weeks(4)
    for week in (1, 2, 3, 4):
        articles = {campaign.items[r.article] for r in campaign.rows if r.week == week}
        count = Counter(each.publisher for each in articles)
        assert max(count.values()) - min(count.values()) <= 4
        mean = sum(each.length for each in articles) / len(articles)
        assert abs(mean - 1000) < 100


@settings(max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(0, 9))
def test_the_order_of_people_and_articles_in_their_files_does_not_matter(
    chance: st.DataObject, seed: int
) -> None:
    section = CampaignSection(seed=seed, weekly=6)
    people, items = crew(), shelf(60, story=2)
    first = Campaign(items, people, section).weeks(3)
    names, ids = list(people), list(items)
    chance.shuffle(names)  # type: ignore[attr-defined]
    chance.shuffle(ids)  # type: ignore[attr-defined]
    turned = Campaign({i: items[i] for i in ids}, {n: people[n] for n in names}, section).weeks(3)
    assert turned.rows == first.rows


def test_another_seed_is_another_assignment() -> None:
    one = Campaign(shelf(60), crew(), CampaignSection(seed=1)).weeks(1)
    other = Campaign(shelf(60), crew(), CampaignSection(seed=2)).weeks(1)
    assert one.holders() != other.holders()


@settings(max_examples=25)
@given(st.integers(1, 40), st.sets(st.sampled_from(["gus", "hal", "ida"])), st.integers(1, 3))
def test_more_articles_and_people_change_nothing_that_was_given(
    more: int, joining: set[str], weeks: int
) -> None:
    campaign = Campaign(shelf(40), crew(), CampaignSection(weekly=6)).weeks(weeks)
    before = dict(campaign.last)
    campaign.items |= shelf(more, start=40)
    campaign.people |= crew(*joining) if joining else {}
    made = campaign.assign()
    assert not {row.key for row in made.rows} & set(before)
    assert {key: campaign.last[key] for key in before} == before


def test_assigned_up_to_a_week_that_is_open_gives_nothing_more() -> None:
    campaign = Campaign(shelf(200), crew())
    assert campaign.assign(2).week.number == 2
    again = campaign.assign(2)
    assert again.rows == ()
    assert {row.opens for row in campaign.rows} == {"2026-10-05", "2026-10-12"}


def test_six_annotators_and_800_articles_are_balanced_as_the_page_says() -> None:
    campaign = Campaign(shelf(800), crew())
    while rows := campaign.assign().rows:
        campaign.finish(rows)
        campaign.today += WEEK
    assert set(map(len, campaign.holders().values())) == {2}
    assert (len(campaign.holders()), len(campaign.holders("control"))) == (759, 41)
    met = campaign.pairs()
    assert len(met) == 15
    assert set(met.values()) == {50, 51}
    assert set(campaign.loads().values()) == {307, 308, 309}
    for name in SIX:
        mine = Counter(row.kind for row in campaign.rows if row.annotator == name)
        assert (mine["control"], mine["repeat"]) == (41, 14)
    weekly = Counter((row.annotator, row.week) for row in campaign.rows)
    assert {weekly[name, week] for name in SIX for week in range(1, 16)} == {20}
    assert max(row.week for row in campaign.rows if row.kind != "repeat") == 16
    assert max(row.week for row in campaign.rows) == 18


def test_what_was_selected_comes_first_in_its_order_and_the_rest_as_before() -> None:
    shelved = shelf(30)
    plain = [each.id for each in in_order(shelved.values(), 3)]
    places = {"a17": 0, "a2": 1, "a29": 2}
    chosen = [replace(each, place=places.get(each.id)) for each in shelved.values()]
    found = [each.id for each in in_order(chosen, 3)]
    assert found[:3] == ["a17", "a2", "a29"]
    assert sorted(found) == sorted(plain)
    assert in_order(reversed(chosen), 3) == in_order(chosen, 3)
