"""The rows that an assignment appends to the ledger: pure, from what is known.

First what cannot be done by whom it was given to is taken back, as far as nobody has begun it; then
weeks are filled: repeats, control articles, articles that wait for somebody, new ones.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import floor

from annotation.campaign.balance import Balance
from annotation.campaign.draw import Item, control_first, controls, in_order
from annotation.campaign.weeks import DAYS, Week, quotas, weeks
from corpus.assignments import Assignment, Kind, rank
from corpus.settings import CampaignSection, Person

Key = tuple[str, str, str, int]
#: One of so many of a week's articles, at most, is a control article of an earlier week.
_CATCH_UP = 4


@dataclass(frozen=True)
class Known:
    """What a plan rests on.

    `begun` are the assignments that somebody has begun, `submitted` tells when those that are
    finished were submitted first (ISO 8601). `learnt` are annotators with the articles of gold that
    they qualify on: these are nobody's new work, and never theirs.
    """

    items: Mapping[str, Item]
    people: Mapping[str, Person]
    section: CampaignSection
    begun: frozenset[Key]
    submitted: Mapping[Key, str]
    learnt: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Plan:
    """Rows to append, the last week that is open then, and the articles that wait for somebody."""

    rows: tuple[Assignment, ...]
    week: Week
    waiting: tuple[str, ...]
    new: int


def plan(
    ledger: Sequence[Assignment], known: Known, today: date, upto: int | None = None, when: str = ""
) -> Plan:
    """Plan the next week, or the weeks up to `upto`, and what changes in those that are open.

    Args:
        ledger: the last word on each assignment.
        known: articles, people, settings and what was begun.
        today: weeks that are over today are left alone.
        upto: open no further than this week; without it the next week is opened.
        when: the moment that the rows name.
    """
    planner = _Planner(ledger, known, when)
    opened = weeks(ledger)
    current = [week for week in opened if week.last >= today]
    planner.take_back(today, current)
    last = opened[-1] if opened else Week(0, today - timedelta(days=DAYS))
    for week in current:
        planner.fill(week, fresh=False)
    for _ in range(last.number, last.number + 1 if upto is None else upto):
        last = last.after(today)
        planner.fill(last, fresh=True)
    waiting = tuple(article for article, _ in planner.short())
    return Plan(tuple(planner.rows), last, waiting, len(planner.pool()))


class _Planner:
    """Keeps the ledger as it grows, and the rows that were added to it."""

    def __init__(self, ledger: Sequence[Assignment], known: Known, when: str) -> None:
        self.rows: list[Assignment] = []
        self._known, self._when = known, when
        self._last = {row.key: row for row in ledger}
        stories = {each.id: each.story for each in known.items.values()}
        standing = (row for row in ledger if not row.taken)
        self._balance = Balance(standing, stories, known.section.seed, known.learnt)

    def take_back(self, today: date, current: Sequence[Week]) -> None:
        """Take back what nobody has begun and cannot be done by whom it was given to."""
        taken = [(row, why) for row in self._standing() if (why := self._hindrance(row, today))]
        for row, why in taken:
            self._add(replace(row, taken=True, reason=why))
        for week in current:
            self._take_surplus(week)
        stories = {each.id: each.story for each in self._known.items.values()}
        seed, learnt = self._known.section.seed, self._known.learnt
        self._balance = Balance(self._standing(), stories, seed, learnt)

    def fill(self, week: Week, *, fresh: bool) -> None:
        """Give everybody work for the week, as far as they have time."""
        quota = quotas(self._known.people, week, self._known.section.weekly)
        given = Counter(row.annotator for row in self._standing() if row.week == week.number)
        self._balance.week(quota, given)
        self._repeat(week, quota)
        self._control(week, quota, fresh)
        for article, sha256 in self.short():
            wanting = self._known.section.per_article - len(self._balance.holders(article))
            names = self._balance.choose(article, wanting)
            self._give(week, article, sha256, names, reason=self._in_place_of(article))
        size = min(self._known.section.per_article, len(quota))
        for item in in_order(self.pool(), self._known.section.seed):
            if sum(left > 0 for left in self._balance.left.values()) < max(1, size):
                break
            names = self._balance.choose(item.id, size)
            if not self._balance.meets_again(item.id, names):
                self._give(week, item.id, item.sha256, names)

    def short(self) -> list[tuple[str, str]]:
        """Return the articles, with their version, that were given to fewer people than wanted."""
        holders: defaultdict[str, list[str]] = defaultdict(list)
        first: dict[str, int] = {}
        control: set[str] = set()
        for row in self._last.values():
            if row.occasion == 1 and row.article in self._known.items:
                first[row.article] = min(row.week, first.get(row.article, row.week))
                if not row.taken:
                    holders[row.article].append(row.sha256)
                    control |= {row.article} if row.kind == "control" else set()
        found = [
            (article, (holders[article] or [self._known.items[article].sha256])[0])
            for article in first
            if article not in control and len(holders[article]) < self._known.section.per_article
        ]
        seed = self._known.section.seed
        return sorted(found, key=lambda each: (first[each[0]], rank(seed, "short", each[0])))

    def pool(self) -> list[Item]:
        """Return the articles that were never given to anybody, and that nobody qualifies on."""
        known = {row.article for row in self._last.values()}
        known |= {article for _, article in self._known.learnt}
        return [each for each in self._known.items.values() if each.id not in known]

    def _standing(self) -> list[Assignment]:
        return [row for row in self._last.values() if not row.taken]

    def _add(self, row: Assignment) -> None:
        row = replace(row, when=self._when)
        self._last[row.key] = row
        self.rows.append(row)

    def _give(
        self, week: Week, article: str, sha256: str, names: Sequence[str], *, reason: str = ""
    ) -> None:
        for name in names:
            self._balance.give(name, article)
            self._add(_row(name, article, sha256, week, reason=reason))

    def _hindrance(self, row: Assignment, today: date) -> str:
        """Say why the assignment cannot be done by whom it was given to; '' if it can or is."""
        if row.key in self._known.begun:
            return ""
        person, item = self._known.people.get(row.annotator), self._known.items.get(row.article)
        if person is None:
            return f"{row.annotator} is no longer in the job file"
        if not person.annotates:
            return f"{row.annotator} no longer annotates"
        if person.until and (person.until < today or person.until.isoformat() < row.opens):
            return f"{row.annotator} leaves on {person.until}"
        if (row.annotator, row.article) in self._known.learnt:
            return f"{row.annotator} qualified on it"
        if item is None:
            return "the article is no longer in the job"
        if item.sha256 != row.sha256 and not self._anybody(row.article, row.sha256):
            return "the article has a new text"
        return ""

    def _anybody(self, article: str, sha256: str) -> bool:
        return any(key[1:3] == (article, sha256) for key in self._known.begun)

    def _take_surplus(self, week: Week) -> None:
        """Take back what a person who has less time now would do last."""
        quota = quotas(self._known.people, week, self._known.section.weekly)
        mine: defaultdict[str, list[Assignment]] = defaultdict(list)
        for row in self._standing():
            if row.week == week.number:
                mine[row.annotator].append(row)
        for name, rows in sorted(mine.items()):
            size = quota.get(name, 0)
            free = [row for row in rows if row.key not in self._known.begun and row.kind == "work"]
            free.sort(key=lambda row: rank(self._known.section.seed, *row.key), reverse=True)
            for row in free[: max(0, len(rows) - size)]:
                why = f"{name} has time for {size} in week {week.number}"
                self._add(replace(row, taken=True, reason=why))

    def _in_place_of(self, article: str) -> str:
        names = {
            row.annotator for row in self._last.values() if row.article == article and row.taken
        }
        return f"in the place of {', '.join(sorted(names))}" if names else "waited for somebody"

    def _repeat(self, week: Week, quota: Mapping[str, int]) -> None:
        """Give people again what they have finished weeks ago."""
        section = self._known.section
        for name in quota:
            mine = [row for row in self._standing() if row.annotator == name]
            early = [
                r for r in mine if r.occasion == 1 and r.week <= week.number - section.repeat_after
            ]
            again = {(r.article, r.sha256) for r in mine if r.occasion > 1}
            due = floor(section.repeat * len(early) + 1e-9) - len(again)
            fit = [r for r in early if (r.article, r.sha256) not in again]
            for row in [*self._ripe(name, fit, week)][: max(0, min(due, self._balance.left[name]))]:
                self._balance.spend(name)
                reason = f"given first in week {row.week}"
                repeated = _row(name, row.article, row.sha256, week, kind="repeat", reason=reason)
                self._add(replace(repeated, occasion=2))

    def _ripe(self, name: str, rows: list[Assignment], week: Week) -> Iterator[Assignment]:
        """Yield, by lot, what was submitted weeks ago and is not what the person saw last."""
        done = {key: when for key, when in self._known.submitted.items() if key[0] == name}
        # One key, not one time: of what was submitted within a second the rest is ripe
        last = max(done, key=lambda key: (done[key], key), default=None)
        before = week.opens - timedelta(days=DAYS * (self._known.section.repeat_after - 1))
        for row in sorted(rows, key=lambda r: rank(self._known.section.seed, "repeat", *r.key)):
            when = done.get(row.key)
            if when and row.key != last and when[:10] <= before.isoformat():
                yield row

    def _control(self, week: Week, quota: Mapping[str, int], fresh: bool) -> None:
        """Give everybody who works in the week its control articles."""
        if fresh:
            chosen = self._controls(week, quota)
            self._catch_up(week, quota)
        else:
            rows = [
                row for row in self._standing() if (row.week, row.kind) == (week.number, "control")
            ]
            chosen = sorted({(row.article, row.sha256) for row in rows})
        for article, sha256 in chosen:
            for name in quota:
                if self._balance.left[name] > 0 and self._balance.may_have(name, article):
                    self._balance.give(name, article, pairs=False)
                    self._add(_row(name, article, sha256, week, kind="control"))

    def _catch_up(self, week: Week, quota: Mapping[str, int]) -> None:
        """Give whoever joined later the control articles of the weeks before, a few a week."""
        rows = [row for row in self._standing() if row.kind == "control"]
        rows = [row for row in rows if row.article in self._known.items]
        first = {row.article: row for row in sorted(rows, key=lambda r: r.week, reverse=True)}
        earlier = sorted(first.values(), key=lambda row: (row.week, row.article))
        for name, size in quota.items():
            missed = [row for row in earlier if self._balance.may_have(name, row.article)]
            room = min(self._balance.left[name], max(1, size // _CATCH_UP))
            for row in missed[:room]:
                self._balance.give(name, row.article, pairs=False)
                why = f"control of week {row.week}"
                self._add(_row(name, row.article, row.sha256, week, kind="control", reason=why))

    def _controls(self, week: Week, quota: Mapping[str, int]) -> list[tuple[str, str]]:
        section, pool = self._known.section, self.pool()
        size = controls(section.control, week.number, quota, section.per_article)
        left = sum(self._balance.left.values()) - size * len(quota)
        drawn = in_order(pool, section.seed)[: size + max(0, left) // section.per_article]
        size = min(size, round(section.control * len(drawn)) or min(size, 1))
        chosen = control_first(drawn, [*self._known.items.values()], section.seed)[:size]
        return [(each.id, each.sha256) for each in chosen]


def _row(
    name: str, article: str, sha256: str, week: Week, *, kind: Kind = "work", reason: str = ""
) -> Assignment:
    opens = week.opens.isoformat()
    return Assignment(
        name, article, sha256, week=week.number, kind=kind, reason=reason, opens=opens
    )
