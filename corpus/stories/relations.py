"""What two articles that share a story are to each other: copy, update or same story."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

#: From this share of the shorter body on an article is the other's copy or update, and below only
#: of the same story (a shared passage).
WHOLE = 0.5
#: Days within which an outlet updates a story; later it takes up an old one.
UPDATED = 7


RELATIONS = ("copy", "update", "same story")


@dataclass(frozen=True, slots=True)
class Join:
    """Two articles that were joined: `one` is the lesser id.

    `similarity` is the share of the shorter body's runs of words that the other holds, `relation`
    one of 'copy' (another publisher's, or word for word), 'update' (the same publisher's other
    version) and 'same story'.
    """

    one: str
    other: str
    similarity: float
    relation: str
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is left of an article once its body is hashed; `whole` names all of its words."""

    id: str
    whole: bytes
    publisher: str
    published: str
    url: str


def join(one: Facts, other: Facts, similarity: float, share: str) -> Join:
    """Return the join of two articles: what they are to each other, and what says so."""
    relation, why = _relation(one, other, similarity)
    return Join(one.id, other.id, round(similarity, 4), relation, f"{share}; {why}")


def _relation(one: Facts, other: Facts, similarity: float) -> tuple[str, str]:
    """What the two are to each other, and what says so."""
    known = bool(one.publisher and other.publisher)
    days = _days(one.published, other.published)
    when = "" if days is None else f", {days} days apart" if days else ", of the same day"
    if _same_place(one.url, other.url):
        return "update", f"the same address{when}"
    if similarity < WHOLE:
        return "same story", f"less than half is shared{when}"
    if known and one.publisher.casefold() != other.publisher.casefold():
        return "copy", f"by {one.publisher} and {other.publisher}{when}"
    if one.whole == other.whole:
        return "copy", (f"by {one.publisher} twice" if known else "publisher not known") + when
    if not known:
        return "same story", f"publisher not known{when}"
    if days is not None and days > UPDATED:
        return "same story", f"by {one.publisher}, too far apart for an update{when}"
    return "update", f"both by {one.publisher}{when}"


def _same_place(one: str, other: str) -> bool:
    """Whether the addresses differ in nothing that tells pages apart: scheme, 'www.', fragment."""
    places = [_place(one), _place(other)]
    return bool(places[0]) and places[0] == places[1]


def _place(url: str) -> tuple[str, ...]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ()
    host, path = parts.netloc.casefold().removeprefix("www."), parts.path.rstrip("/")
    return (host, path, parts.query) if path or parts.query else ()


def _days(one: str, other: str) -> int | None:
    try:
        return abs((date.fromisoformat(one[:10]) - date.fromisoformat(other[:10])).days)
    except ValueError:
        return None


def counted(joins: Iterable[Join]) -> Mapping[str, int]:
    """Count the joins by relation."""
    found = dict.fromkeys(RELATIONS, 0)
    for each in joins:
        found[each.relation] += 1
    return found
