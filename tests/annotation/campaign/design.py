"""A campaign's ledger as it grows from week to week, without a server."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations

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
    learnt: frozenset[tuple[str, str]] = frozenset()

    def assign(self, upto: int | None = None) -> Plan:
        begun = frozenset(self.begun)
        known = Known(self.items, self.people, self.section, begun, self.submitted, self.learnt)
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
