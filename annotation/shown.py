"""What each task was shown, kept on our side: Label Studio forgets replaced predictions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from corpus.dataset import annotation_of, annotation_row
from corpus.files import append_lines, read_lines
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
        self._path = job.folder / _FILE
        self._rows: dict[tuple[str, str], list[Shown]] = {}
        for row in read_lines(self._path):
            shown = Shown(row["when"], annotation_of(row["prediction"]))
            self._rows.setdefault((row["project"], row["uid"]), []).append(shown)

    def add(self, project: str, sent: Iterable[tuple[str, Annotation]]) -> None:
        """Write down what is about to be sent; what was written before a failure counts once."""
        when, rows = now(), []
        for uid, prediction in sent:
            if not self.shows(project, uid, prediction):
                self._rows.setdefault((project, uid), []).append(Shown(when, prediction))
                row = annotation_row(prediction)
                rows.append({"when": when, "project": project, "uid": uid, "prediction": row})
        append_lines(self._path, rows)

    def shows(self, project: str, uid: str, prediction: Annotation) -> bool:
        """Tell whether `prediction` was sent last."""
        past = self._rows.get((project, uid), [])
        return bool(past) and past[-1].prediction == prediction

    def to(self, project: str, uid: str, run: str | None, when: str) -> Annotation | None:
        """Return what `run` showed, or without a run what was shown last at `when`."""
        past = self._rows.get((project, uid), [])
        named = [shown for shown in past if shown.prediction.run == run]
        before = [shown for shown in named or past if shown.when <= when] or named[:1]
        return before[-1].prediction if before else None
