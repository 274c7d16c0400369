"""A campaign's calendar: weekly batches, and how much of one a person has time for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor

from corpus.assignments import Assignment
from corpus.settings import Person

DAYS = 7


@dataclass(frozen=True, slots=True)
class Week:
    """A batch of work: its number from 1, and its first day."""

    number: int
    opens: date

    @property
    def last(self) -> date:
        """Its last day."""
        return self.opens + timedelta(days=DAYS - 1)

    def after(self, today: date) -> Week:
        """Return the next week: a week later, or today if that is later still."""
        return Week(self.number + 1, max(self.opens + timedelta(days=DAYS), today))


def weeks(ledger: Iterable[Assignment]) -> list[Week]:
    """Return the weeks that were opened, oldest first; a ledger without dates begins in 1970."""
    opens = {row.week: date.fromisoformat(row.opens or "1970-01-01") for row in ledger}
    return [Week(number, day) for number, day in sorted(opens.items())]


def quotas(people: Mapping[str, Person], week: Week, weekly: int) -> dict[str, int]:
    """Return how many articles each annotator has time for in a week; only those with any.

    Fractions are made up for: at 2.5 a week it is 2 and 3 by turns. Who comes or goes in the middle
    of the week has time for their days of it.
    """
    found = {}
    for name in sorted(people):
        person = people[name]
        days = _days(person, week)
        full = weekly * person.capacity
        size = floor(full * week.number + 1e-9) - floor(full * (week.number - 1) + 1e-9)
        if days < DAYS:
            size = round(full * days / DAYS)
        if person.annotates and days and size:
            found[name] = size
    return found


def _days(person: Person, week: Week) -> int:
    """On how many days of the week the person works."""
    first = max(week.opens, person.since or week.opens)
    last = min(week.last, person.until or week.last)
    return max(0, (last - first).days + 1)
