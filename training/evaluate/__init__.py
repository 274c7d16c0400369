"""Evaluation: a job's model on articles it never saw, beside baselines and annotators."""

from training.evaluate.results import MODEL, Scores
from training.evaluate.run import evaluate
from training.evaluate.systems import System, compared

__all__ = ["MODEL", "Scores", "System", "compared", "evaluate"]
