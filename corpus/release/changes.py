"""What changed between two releases, counted by label: the ids of spans are the same in both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from corpus.dataset import Row
from corpus.release.shape import OPINIONS, Names

#: (what, name): ('articles', ''), ('gold spans', label) or ('annotations answers', question).
Line = tuple[str, str]
Key = tuple[Any, ...]


@dataclass
class Contents:
    """What a release holds, by key: enough to tell what another one has more, less or otherwise."""

    things: dict[Key, tuple[Line, Any]] = field(default_factory=dict)

    def add(self, row: Row, names: Names) -> None:
        """Take in a stand-off row."""
        self.things["article", row["id"]] = ("articles", ""), row["sha256"]
        for column in OPINIONS:
            ids = names.kinds if column == "corrections" else names.labels
            for opinion in row[column]:
                for span in opinion["spans"]:
                    said = [span["start"], span["end"], _sorted(span["attributes"])]
                    line = (f"{column}: spans", ids[span["label"]])
                    self.things[row["id"], opinion["id"], span["id"]] = line, said
                for answer in opinion["answers"]:
                    place = (answer["question"], answer["start"], answer["end"])
                    line = (f"{column}: answers", answer["question"])
                    key = (row["id"], opinion["id"], *place)
                    self.things[key] = line, sorted(answer["values"])


@dataclass(frozen=True)
class Change:
    """How many of one kind of thing were added, removed, changed, and stayed as they were."""

    what: str
    name: str
    added: int
    removed: int
    changed: int
    same: int


def contents(rows: Iterable[Row], names: Names) -> Contents:
    """Return what stand-off rows hold."""
    found = Contents()
    for row in rows:
        found.add(row, names)
    return found


def changes(before: Contents, after: Contents) -> list[Change]:
    """Count what changed, by label and question; a span of another label is one less, one more."""
    counts: dict[Line, Counter[str]] = {}
    for key in {**before.things, **after.things}:
        old, new = before.things.get(key), after.things.get(key)
        for line, how in _told(old, new):
            counts.setdefault(line, Counter())[how] += 1
    return [
        Change(*line, *(counts[line][how] for how in ("added", "removed", "changed", "same")))
        for line in sorted(counts)
    ]


def _told(old: tuple[Line, Any] | None, new: tuple[Line, Any] | None) -> list[tuple[Line, str]]:
    if old and new and old[0] == new[0]:
        return [(new[0], "same" if old[1] == new[1] else "changed")]
    found = [(old[0], "removed")] if old else []
    return found + ([(new[0], "added")] if new else [])


def _sorted(attributes: list[Row]) -> list[tuple[str, list[str]]]:
    return sorted((a["name"], sorted(a["values"])) for a in attributes)
