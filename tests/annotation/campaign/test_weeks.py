"""How much of a week somebody has time for."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from annotation.campaign.weeks import Week, quotas, weeks
from corpus.assignments import Assignment
from corpus.settings import Person

MONDAY = date(2026, 10, 5)


def test_a_person_has_time_for_their_share_of_the_days_of_a_week() -> None:
    people = {
        "whole": Person(),
        "half": Person(capacity=0.5),
        "from thursday": Person(since=MONDAY + timedelta(days=3)),
        "until monday": Person(until=MONDAY),
        "gone": Person(until=MONDAY - timedelta(days=1)),
        "to come": Person(since=MONDAY + timedelta(days=7)),
        "settles": Person(annotates=False, adjudicates=True),
    }
    assert quotas(people, Week(1, MONDAY), 14) == {
        "whole": 14,
        "half": 7,
        "from thursday": 8,
        "until monday": 2,
    }


@given(st.integers(1, 30), st.sampled_from([0.1, 0.25, 0.5, 0.75, 1.0]), st.integers(1, 40))
def test_fractions_of_an_article_are_made_up_for_in_later_weeks(
    weekly: int, capacity: float, count: int
) -> None:
    people = {"ana": Person(capacity=capacity)}
    given = [quotas(people, Week(n, MONDAY), weekly).get("ana", 0) for n in range(1, count + 1)]
    assert abs(sum(given) - weekly * capacity * count) < 1
    assert max(given) - min(given) <= 1


def test_a_week_opens_seven_days_after_the_last_or_today_if_that_is_later() -> None:
    first = Week(1, MONDAY)
    assert first.after(MONDAY) == Week(2, date(2026, 10, 12))
    assert first.after(date(2026, 11, 2)) == Week(2, date(2026, 11, 2))
    rows = [
        Assignment("ana", f"a{n}", "0", week=n, opens=f"2026-10-{5 + 7 * n - 7:02}") for n in (2, 1)
    ]
    assert weeks(rows) == [first, Week(2, date(2026, 10, 12))]
