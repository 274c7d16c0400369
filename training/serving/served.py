"""A model that is served: it reads articles while somebody waits for the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.job import Job, now
from corpus.records import Annotation, Article
from training.checkpoint import Checkpoint
from training.predict import author
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


def served(checkpoint: Checkpoint, job: Job) -> Served:
    """Return the job's model ready to be served; trained again, it has another version."""
    manifest = checkpoint.manifest
    version = f"{manifest.when.removesuffix('Z').replace(':', '-')}-{manifest.name}"
    return Served(version, author(checkpoint, job), checkpoint.reader)
