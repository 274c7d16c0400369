"""People who come and go, texts that change, and gold that somebody knows: what becomes of work."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta

from corpus.settings import CampaignSection, Person
from tests.annotation.campaign.design import MONDAY, SIX, WEEK, Campaign, crew, shelf


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


def test_who_joins_later_gets_the_control_articles_of_the_weeks_before_a_few_a_week() -> None:
    campaign = Campaign(shelf(600), crew(), CampaignSection(control=0.1)).weeks(4)
    before = set(campaign.holders("control"))
    assert len(before) > 5
    campaign.people["gus"] = Person()
    made = campaign.assign()
    late = [row for row in made.rows if row.reason.startswith("control of week")]
    assert {row.annotator for row in late} == {"gus"}
    assert len(late) == 5
    assert min(row.reason for row in late) == "control of week 1"
    campaign.finish(made.rows)
    campaign.today += WEEK
    campaign.weeks(3)
    assert before <= {row.article for row in campaign.rows if row.annotator == "gus"}
    assert {row.annotator for row in campaign.rows if row.reason.startswith("control")} == {"gus"}
    assert campaign.loads()["gus"] == 4 * 20


def test_articles_to_qualify_on_are_nobodys_new_work_and_never_the_learners() -> None:
    campaign = Campaign(shelf(12), crew("ana", "ben", "cleo"), CampaignSection(weekly=20))
    campaign.learnt = frozenset({("ana", "a1"), ("gus", "a2")})
    made = campaign.assign()
    assert {row.article for row in made.rows} == {f"a{n}" for n in range(12)} - {"a1", "a2"}
    assert made.new == 0
    # nor does it come to them in somebody's place
    campaign.people |= crew("gus")
    shared = min(campaign.holders())
    campaign.learnt |= {("gus", shared)}
    campaign.people["ana"] = Person(annotates=False)
    campaign.people["ben"] = Person(annotates=False)
    campaign.today += WEEK
    campaign.assign()
    assert "gus" not in campaign.holders().get(shared, [])
    assert "gus" in {row.annotator for row in campaign.rows}


def test_work_that_somebody_qualified_on_is_taken_back() -> None:
    campaign = Campaign(shelf(12), crew("ana", "ben", "cleo"), CampaignSection(control=0))
    row = campaign.assign().rows[0]
    campaign.learnt = frozenset({(row.annotator, row.article)})
    (taken,) = [each for each in campaign.assign(1).rows if each.taken]
    assert (taken.key, taken.reason) == (row.key, f"{row.annotator} qualified on it")


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
