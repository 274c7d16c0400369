"""What each task was shown, kept on our side: Label Studio forgets replaced predictions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from corpus.dataset import annotation_of, annotation_row
from corpus.files import append_text, line, read_lines
from corpus.job import Job, now
from corpus.records import Annotation

_FILE = "shown.jsonl"


@dataclass(frozen=True)
class Shown:
    """Pre-labels that a task has shown since `when`."""

    when: str
    prediction: Annotation


class ShownLog:
    """The job's shown.jsonl: by project and task, in the order they were sent."""

    def __init__(self, job: Job) -> None:
        self._rows: dict[tuple[str, str], list[Shown]] = {}
        for row in read_lines(job.folder / _FILE):
            shown = Shown(row["when"], annotation_of(row["prediction"]))
            self._rows.setdefault((row["project"], row["uid"]), []).append(shown)

    def to(self, project: str, uid: str, run: str | None, when: str) -> Annotation | None:
        """Return what `run` showed, or without a run what was shown last at `when`."""
        past = self._rows.get((project, uid), [])
        named = [shown for shown in past if shown.prediction.run == run]
        before = [shown for shown in named or past if shown.when <= when] or named[:1]
        return before[-1].prediction if before else None


@dataclass(frozen=True, slots=True)
class Ready:
    """Pre-labels made ready for the log: of which task, a digest of them, and their JSON."""

    uid: str
    digest: bytes
    text: str


def ready(uid: str, prediction: Annotation) -> Ready:
    """Make pre-labels ready to be written down."""
    row = annotation_row(prediction)
    return Ready(uid, _digest(row), line(row).rstrip("\n"))


class LastShown:
    """Writes shown.jsonl, and knows what each task was shown last: by digest, however many."""

    def __init__(self, job: Job) -> None:
        self._path = job.folder / _FILE
        self._last: dict[tuple[str, str], bytes] = {}
        for row in read_lines(self._path):
            # rows of format 2 do not tell the occasion
            self._last[row["project"], row["uid"]] = _digest({"occasion": 1, **row["prediction"]})

    def add(self, project: str, sent: Iterable[Ready]) -> None:
        """Write down what is about to be sent; what was written before a failure counts once."""
        new = [s for s in sent if self._last.get((project, s.uid)) != s.digest]
        self._last |= {(project, each.uid): each.digest for each in new}
        _append(self._path, project, new)

    def shows(self, project: str, uid: str, prediction: Annotation) -> bool:
        """Tell whether `prediction` was sent last."""
        return self._last.get((project, uid)) == _digest(annotation_row(prediction))


def note(job: Job, project: str, sent: Iterable[Ready]) -> None:
    """Write down what Label Studio is about to be told when it asks; it asks while others push."""
    _append(job.folder / _FILE, project, sent)


def _append(path: Path, project: str, sent: Iterable[Ready]) -> None:
    when, lines = now(), []
    for each in sent:
        # the pre-labels come last: they are JSON already
        start = line({"when": when, "project": project, "uid": each.uid}).rstrip("\n}")
        lines.append(f'{start},"prediction":{each.text}}}\n')
    # a push and a server may write at once, and a torn last line is cut before one appends
    with FileLock(path.with_name(f".{path.name}.lock")):
        append_text(path, "".join(lines))


def _digest(row: dict[str, Any]) -> bytes:
    text = json.dumps(row, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
