"""Who adjudicates what: articles shared out among several in weekly batches.

Nobody adjudicates an article that they annotated themselves as long as anybody else could.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from corpus.settings import Person

Version = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Given:
    """An article version that was put before an adjudicator on a day (ISO 8601)."""

    owner: str
    version: Version
    when: str


@dataclass(frozen=True, slots=True)
class Shares:
    """What is handed out now, by adjudicator, and what waits for a later week.

    `own` are the articles that went to somebody who annotated them, since all adjudicators did.
    """

    now: Mapping[str, tuple[Version, ...]]
    later: tuple[Version, ...] = ()
    own: tuple[Version, ...] = ()


def share(  # noqa: PLR0917  # what is shared out, among whom, and how much at a time
    versions: Iterable[Version],
    people: Mapping[str, Person],
    authors: Mapping[Version, Collection[str]],
    given: Sequence[Given],
    weekly: int,
    today: date,
) -> Shares:
    """Share the versions out: to whoever may adjudicate them and has least for their capacity.

    The same versions, people and past give the same shares. Without people everything is
    everybody's, at once.

    Args:
        versions: what is to be given, the most urgent first.
        people: the job's.
        authors: who annotated each version.
        given: what was given before, by anybody.
        weekly: how many articles a week go to a person of capacity 1.
        today: the day; a week runs from Monday to Sunday.
    """
    waiting = list(versions)
    if not people:
        return Shares({"": tuple(waiting)} if waiting else {})
    able = {who: person for who, person in people.items() if adjudicates(person, today)}
    monday = (today - timedelta(days=today.weekday())).isoformat()
    load = Counter(each.owner for each in given)
    week = Counter(each.owner for each in given if each.when[:10] >= monday)
    most = {who: max(1, round(weekly * person.capacity)) for who, person in able.items()}
    now: dict[str, list[Version]] = {}
    later, own = [], []
    for version in waiting:
        others = [who for who in able if who not in authors.get(version, ())]
        free = [who for who in others or able if week[who] < most[who]]
        if not free:
            later.append(version)
            continue
        chosen = min(free, key=lambda who: (load[who] / able[who].capacity, _lot(who, version)))
        load[chosen] += 1
        week[chosen] += 1
        now.setdefault(chosen, []).append(version)
        own += [] if others else [version]
    return Shares({who: tuple(each) for who, each in now.items()}, tuple(later), tuple(own))


def adjudicates(person: Person, today: date) -> bool:
    """Tell whether somebody adjudicates on this day."""
    began = person.since is None or person.since <= today
    return person.adjudicates and began and (person.until is None or today <= person.until)


def _lot(who: str, version: Version) -> str:
    """Draw lots among equals, so that nobody gets the first article of every story."""
    return hashlib.sha256("\n".join((who, *version)).encode()).hexdigest()
