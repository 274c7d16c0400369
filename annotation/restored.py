"""What became of numbers when a project was made again: the log goes on under the old ones.

A project that is made from a backup numbers its annotations anew and dates them of that day. So
restored.jsonl says of each which one of the log it is, when it was made, and what it began from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from annotation.codec import id_of
from annotation.people import author_of
from annotation.projects import Linked
from annotation.raw import RawAnnotation, RawTask
from annotation.studio import Login
from corpus.files import append_lines, read_lines
from corpus.job import Job

_FILE = "restored.jsonl"


@dataclass(frozen=True)
class Origin:
    """Of a restored annotation or draft: its id in the log and its times there.

    `as_of` is when the server says it was last changed as long as nobody has changed it since.
    `predicted` tells that its author began from a prediction, `run` from whose. `author` is set
    where the server has it under another account.
    """

    project: str
    kind: str
    number: int
    id: str
    created_at: str
    updated_at: str
    as_of: str
    predicted: bool = False
    run: str | None = None
    author: str = ""


@dataclass(frozen=True)
class Known:
    """An annotation of the server as the log knows it: its id, author, and whose run it shows."""

    raw: RawAnnotation
    id: str
    author: str
    run: str | None


class Restored:
    """The job's restored.jsonl."""

    def __init__(self, job: Job) -> None:
        self._path = job.folder / _FILE
        rows = (Origin(**row) for row in read_lines(self._path))
        self._rows = {(each.project, each.kind, each.number): each for each in rows}

    def add(self, origins: Iterable[Origin]) -> None:
        """Write down what was restored, all at once."""
        append_lines(self._path, [asdict(origin) for origin in origins])

    def number(self, id_: str, link: Linked) -> int:
        """Return the number that a project has for an annotation of the log."""
        if id_.startswith(f"{link.number}-") and not link.known_as:
            return int(id_.rpartition("-")[2][1:])
        found = (e.number for e in self._rows.values() if (e.project, e.id) == (link.number, id_))
        return next(found, None) or int(id_.rpartition("-")[2][1:])

    def known(
        self, raw: RawAnnotation, task: RawTask, link: Linked, people: Mapping[str, Login]
    ) -> Known:
        """Return what a task's annotation is in the log, where it may have been restored."""
        author = author_of(raw.completed_by, people)
        origin = self._rows.get((link.number, "d" if raw.draft else "a", raw.id))
        if origin is None:
            runs = {prediction.id: prediction.model_version for prediction in task.predictions}
            return Known(raw, id_of(raw, link.number), author, runs.get(raw.parent_prediction or 0))
        changed = raw.updated_at != origin.as_of
        before = {
            "created_at": origin.created_at,
            "updated_at": raw.updated_at if changed else origin.updated_at,
            "parent_prediction": 0 if origin.predicted else raw.parent_prediction,
        }
        return Known(raw.model_copy(update=before), origin.id, origin.author or author, origin.run)
