"""A model that is served: it reads articles while somebody waits for the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.job import now
from corpus.records import Annotation, Article
from corpus.scheme import Scheme
from training.calibration import Calibration
from training.checkpoint import Checkpoint
from training.opinions import answers, spans
from training.readings import Encode, Reader
from training.serving.turns import Deadline
from training.units import Floats, Ints


@dataclass(frozen=True)
class Served:
    """A model under its version: the name of a run, which begins with when it was trained."""

    name: str
    version: str
    scheme: Scheme
    thresholds: Mapping[str, float]
    calibration: Calibration
    reader: Reader

    def annotations(self, articles: Sequence[Article], deadline: Deadline) -> list[Annotation]:
        """Return what the model says of each article, in order.

        Raises:
            RefusedError: the time is over; looked at before each forward pass.
        """
        reader = replace(self.reader, encode=_Timed(self.reader.encode, deadline))
        when, weights, found = now(), self.reader.weights, []
        for reading in reader.read(articles, keep=True):
            deadline.check()
            annotation = Annotation(
                id=f"{self.version}:{reading.article.id}",
                article=reading.article.id,
                sha256=reading.article.sha256,
                author=self.name,
                role="model",
                run=self.version,
                scheme=self.scheme.hash,
                spans=spans(reading, weights, self.scheme, self.thresholds, self.calibration),
                answers=answers(reading, weights, self.scheme),
                when=when,
            )
            found.append(annotation)
        return found


@dataclass(frozen=True)
class _Timed:
    """An encoder that stops when nobody waits any more."""

    encode: Encode
    deadline: Deadline

    def __call__(self, ids: Ints, mask: Ints) -> Floats:
        self.deadline.check()
        return self.encode(ids, mask)


def served(checkpoint: Checkpoint, scheme: Scheme) -> Served:
    """Return a checkpoint ready to be served; trained again, it has another version."""
    manifest = checkpoint.manifest
    version = f"{manifest.when.removesuffix('Z').replace(':', '-')}-{manifest.name}"
    return Served(
        manifest.name,
        version,
        scheme,
        manifest.thresholds,
        manifest.calibration,
        checkpoint.reader,
    )
