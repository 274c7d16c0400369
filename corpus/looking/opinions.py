"""What the log of annotations holds, counted: by author, by label, by outlet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.errors import PressmarkError
from corpus.files import read_lines
from corpus.job import Job
from corpus.scheme import Scheme

Row = dict[str, Any]
#: Attributes whose values are few and the same for all: those written freely would fill pages.
_PICKED = ("one", "several", "flag")


@dataclass
class Opinions:
    """Counts of the last revisions; labels, values and outlets are of people's submitted spans.

    `annotated` are the articles, `given` the annotations by outlet.
    """

    statuses: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    spans: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    holders: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    markers: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    values: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    annotated: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    outlets: Counter[tuple[str, str]] = field(default_factory=Counter)


def opinions(job: Job, publishers: Mapping[str, str]) -> Opinions:
    """Count the job's annotations and its gold; `publishers` names each article's outlet."""
    found, free = Opinions(), _Free(job)
    for path in (job.annotations, job.gold):
        for row in _last(path):
            who = row["author"], row["role"], row["layer"]
            found.statuses[(*who, row["status"])] += 1
            found.spans[who] += len(row["spans"])
            if row["status"] == "submitted" and row["layer"] == "spans":
                _count(found, row, publishers.get(row["article"], ""), free)
    return found


def _last(path: Path) -> Iterator[Row]:
    """Yield the last revision of each annotation, one row in memory at a time."""
    last = {row.get("id"): number for number, row in enumerate(read_lines(path))}
    for number, row in enumerate(read_lines(path)):
        if last[row.get("id")] == number:
            yield row


class _Free:
    """Tells which attributes are written freely, by the scheme an annotation was made under."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._schemes: dict[str, Scheme | None] = {}

    def __call__(self, hash_: str, name: str) -> bool:
        if hash_ not in self._schemes:
            try:
                self._schemes[hash_] = self._job.kept_scheme(hash_)
            except PressmarkError:
                self._schemes[hash_] = None
        scheme = self._schemes[hash_]
        asked = (scheme.attribute(name) or scheme.question(name)) if scheme else None
        return asked is None or asked.type not in _PICKED


def _count(found: Opinions, row: Row, outlet: str, free: _Free) -> None:
    if row["role"] != "human":
        return
    found.given[outlet] += 1
    found.annotated[outlet].add(row["article"])
    for answer in row["answers"]:
        if not free(row["scheme"], answer["question"]):
            found.answers.update((answer["question"], value) for value in answer["values"])
    for span in row["spans"]:
        label = span["label"]
        found.labels[label] += 1
        found.holders[label].add(row["article"])
        found.markers[label].add(row["author"])
        found.outlets[outlet, label] += 1
        for attribute in span["attributes"]:
            if not free(row["scheme"], attribute["name"]):
                found.values.update(
                    (label, attribute["name"], value) for value in attribute["values"]
                )
