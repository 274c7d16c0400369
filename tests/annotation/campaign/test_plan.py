"""Who gets which article in which week: properties of the design."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.campaign.draw import Item
from annotation.campaign.plan import Key, Known, Plan, plan
from corpus.assignments import Assignment
from corpus.settings import CampaignSection, Person

MONDAY = date(2026, 10, 5)
WEEK = timedelta(days=7)
SIX = ("ana", "ben", "cleo", "dov", "eli", "fay")


def shelf(count: int, start: int = 0, story: int = 1) -> dict[str, Item]:
    """Articles of five publishers and many lengths; every `story` of them tell one story."""
    return {
        f"a{n}": Item(f"a{n}", f"{n:064x}", f"p{n % 5}", 500 + n * n % 997, f"s{n // story}")
        for n in range(start, start + count)
    }


@dataclass
class Campaign:
    """A ledger that grows week by week; what was given is finished within the week, if asked."""

    items: dict[str, Item]
    people: dict[str, Person]
    section: CampaignSection = field(default_factory=CampaignSection)
    today: date = MONDAY
    last: dict[Key, Assignment] = field(default_factory=dict)
    begun: set[Key] = field(default_factory=set)
    submitted: dict[Key, str] = field(default_factory=dict)

    def assign(self, upto: int | None = None) -> Plan:
        known = Known(self.items, self.people, self.section, frozenset(self.begun), self.submitted)
        made = plan(list(self.last.values()), known, self.today, upto)
        for row in made.rows:
            self.last[row.key] = row
        return made

    def finish(self, rows: Sequence[Assignment]) -> None:
        for number, row in enumerate(row for row in rows if not row.taken):
            self.begun.add(row.key)
            self.submitted[row.key] = f"{self.today}T10:{number // 60:02}:{number % 60:02}Z"

    def weeks(self, count: int) -> Campaign:
        for _ in range(count):
            self.finish(self.assign().rows)
            self.today += WEEK
        return self

    @property
    def rows(self) -> list[Assignment]:
        return [row for row in self.last.values() if not row.taken]

    def holders(self, kind: str = "work") -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for row in self.rows:
            if row.kind == kind:
                found[row.article].append(row.annotator)
        return dict(found)

    def pairs(self) -> Counter[tuple[str, str]]:
        together = (combinations(sorted(names), 2) for names in self.holders().values())
        return Counter(pair for pairs in together for pair in pairs)

    def loads(self) -> Counter[str]:
        return Counter(row.annotator for row in self.rows)


def crew(*names: str) -> dict[str, Person]:
    return {name: Person() for name in names or SIX}


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


def test_who_leaves_gives_back_what_they_have_not_begun_and_others_get_it_next() -> None:
    campaign = Campaign(shelf(200), crew(), CampaignSection(control=0.1, repeat=0))
    rows = [row for row in campaign.assign().rows if row.annotator == "ana"]
    campaign.finish(rows[:8])
    campaign.people["ana"] = Person(until=MONDAY)
    campaign.today += WEEK
    made = campaign.assign()
    taken = [row for row in made.rows if row.taken]
    assert {row.key for row in taken} == {row.key for row in rows[8:]}
    assert {row.reason for row in taken} == {"ana leaves on 2026-10-05"}
    assert {row.key for row in campaign.rows if row.annotator == "ana"} == {r.key for r in rows[:8]}
    replaced = {row.article for row in taken if row.kind == "work"}
    passed_on = [row for row in made.rows if row.reason == "in the place of ana"]
    assert {row.article for row in passed_on} == replaced
    assert all(len(names) == 2 for names in campaign.holders().values())
    assert max(campaign.loads()[name] for name in SIX[1:]) <= 40


def test_who_is_no_longer_in_the_job_file_or_no_longer_annotates_has_left() -> None:
    campaign = Campaign(shelf(200), crew())
    campaign.assign()
    del campaign.people["ana"]
    campaign.people["ben"] = Person(annotates=False, adjudicates=True)
    taken = [row for row in campaign.assign(1).rows if row.taken]
    assert {row.reason for row in taken} == {
        "ana is no longer in the job file",
        "ben no longer annotates",
    }
    assert not campaign.loads()["ana"] + campaign.loads()["ben"]


def test_who_has_half_the_time_now_gives_back_half_of_the_week_that_runs() -> None:
    campaign = Campaign(shelf(400), crew()).weeks(1)
    campaign.finish(campaign.assign().rows[:0])
    campaign.people["ana"] = Person(capacity=0.5)
    taken = [row for row in campaign.assign(2).rows if row.taken]
    assert len(taken) == 10
    assert {row.annotator for row in taken} == {"ana"}
    assert {row.reason for row in taken} == {"ana has time for 10 in week 2"}
    assert {row.week for row in taken} == {2}


def test_who_joins_in_the_middle_of_a_week_gets_their_days_of_it_and_its_control() -> None:
    campaign = Campaign(shelf(400), crew(), CampaignSection(control=0.1))
    campaign.assign()
    campaign.people["gus"] = Person(since=MONDAY + timedelta(days=3))
    campaign.today += timedelta(days=3)
    made = campaign.assign(1)
    assert {row.annotator for row in made.rows} <= {"gus"}
    assert sorted(campaign.holders("control").values()) == [
        [*SIX, "gus"] for _ in campaign.holders("control")
    ]
    made = campaign.assign(2)
    assert Counter(row.annotator for row in made.rows)["gus"] == 20


def test_an_article_with_a_new_text_is_given_anew_if_nobody_has_begun_the_old() -> None:
    campaign = Campaign(shelf(20), crew(), CampaignSection(control=0))
    rows = campaign.assign().rows
    begun, fresh = rows[0].article, next(r.article for r in rows if r.article != rows[0].article)
    campaign.finish(rows[:1])
    for id_ in (begun, fresh):
        campaign.items[id_] = replace(campaign.items[id_], sha256="f" * 64)
    campaign.assign(2)
    texts = defaultdict(set)
    for row in campaign.rows:
        texts[row.article].add(row.sha256)
    assert texts[fresh] == {"f" * 64}
    assert texts[begun] == {rows[0].sha256}
    assert len(campaign.holders()[begun]) == len(campaign.holders()[fresh]) == 2


def test_with_fewer_people_than_an_article_needs_it_waits_for_one_who_joins() -> None:
    campaign = Campaign(shelf(5), crew("ana"), CampaignSection(control=0))
    assert len(campaign.assign().waiting) == 5
    campaign.people |= crew("ben")
    campaign.assign()
    assert all(sorted(names) == ["ana", "ben"] for names in campaign.holders().values())


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
