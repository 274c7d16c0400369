"""A prediction: what a model says of an article, as an annotation of role 'model'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corpus.records import Annotation
from corpus.scheme import Scheme
from training.calibration import Calibration
from training.decode import Reading
from training.opinions import Standing, answers, spans
from training.weights import Weights


@dataclass(frozen=True, slots=True)
class Author:
    """A model that speaks: its name, weights and scheme, and what its spans stand and score by."""

    name: str
    weights: Weights
    scheme: Scheme
    thresholds: Mapping[str, float]
    calibration: Calibration
    values: Standing

    def says(self, reading: Reading, run: str, when: str) -> Annotation:
        """Return the spans, with score and attributes, and the answers of a reading with tokens."""
        article = reading.article
        return Annotation(
            id=f"{run}:{article.id}",
            article=article.id,
            sha256=article.sha256,
            author=self.name,
            role="model",
            run=run,
            scheme=self.scheme.hash,
            spans=spans(
                reading,
                self.weights,
                self.scheme,
                self.thresholds,
                self.calibration,
                values=self.values,
            ),
            answers=answers(reading, self.weights, self.scheme, self.values),
            when=when,
        )
