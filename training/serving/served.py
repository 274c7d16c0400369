"""A model that is served: it reads articles while somebody waits for the answer.

Nothing here, nor what it imports, needs torch or transformers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.errors import PressmarkError
from corpus.job import Job, now
from corpus.records import Annotation, Article
from training.exported import load
from training.predictions import Author
from training.readings import Encode, Reader
from training.serving.turns import Deadline
from training.units import Floats, Ints


@dataclass(frozen=True)
class Served:
    """A model under its version: the name of a run, which begins with when it was trained."""

    version: str
    author: Author
    reader: Reader

    def annotations(self, articles: Sequence[Article], deadline: Deadline) -> list[Annotation]:
        """Return what the model says of each article, in order.

        Raises:
            RefusedError: the time is over; looked at before each forward pass.
        """
        reader = replace(self.reader, encode=_Timed(self.reader.encode, deadline))
        when, found = now(), []
        for reading in reader.read(articles, keep=True):
            deadline.check()
            found.append(self.author.says(reading, self.version, when))
        return found


@dataclass(frozen=True)
class _Timed:
    """An encoder that stops when nobody waits any more."""

    encode: Encode
    deadline: Deadline

    def __call__(self, ids: Ints, mask: Ints) -> Floats:
        self.deadline.check()
        return self.encode(ids, mask)


def exported(job: Job, folder: Path) -> Served:
    """Return what `pressmark export-model` wrote to `folder`, ready to be served.

    `prediction.backend` says what runs it, auto being 'onnx'.

    Raises:
        PressmarkError: no exported model, one that was changed or is of another scheme than the
            job's, or a backend that is not installed or needs torch.
    """
    asked = job.settings.prediction
    if asked.backend.startswith("torch"):
        raise PressmarkError(
            f"prediction.backend: {asked.backend!r} runs no exported model; set it to auto, onnx or"
            " openvino"
        )
    model = load(folder, "onnx" if asked.backend == "auto" else asked.backend, asked.threads)
    if model.author.scheme.hash != job.scheme.hash:
        raise PressmarkError(
            f"{folder}: exported under scheme {model.author.scheme.hash[:8]}…, the job has"
            f" {job.scheme.hash[:8]}…: export the job's model again, or name the scheme"
            f" {folder}/scheme.yaml in pressmark.yaml"
        )
    return Served(model.run, model.author, model.reader)
