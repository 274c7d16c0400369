"""Several models that differ in their seed alone: mean and spread of what they reach."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence

from corpus.errors import PressmarkError
from corpus.job import Job
from training.checkpoint import Checkpoint, load
from training.evaluate.results import Seed, Spread
from training.evaluate.said import Said
from training.evaluate.systems import MEASURES, Test
from training.predict import check_scheme


def checkpoints(job: Job, model: Checkpoint) -> list[Checkpoint]:
    """Load the models NAME-seedN beside the job's model NAME, in the order of their seeds.

    Raises:
        PressmarkError: one has another scheme, or was taught a test article of the model.
    """
    pattern = re.compile(re.escape(model.manifest.name) + r"-seed(-?\d+)")
    folders = [path for path in job.models.iterdir() if pattern.fullmatch(path.name)]
    found = []
    for folder in sorted(folders, key=lambda path: int(path.name.rpartition("-seed")[2])):
        one = load(folder)
        check_scheme(one, job)
        if set(one.manifest.test) != set(model.manifest.test):
            raise PressmarkError(
                f"{folder}: its test articles are not those of {model.manifest.name!r};"
                " train all seeds anew, or move it away"
            )
        found.append(one)
    return found


def of_seeds(test: Test, models: Sequence[tuple[Checkpoint, Said]]) -> tuple[Seed, ...]:
    """Return each model's F1 of all labels; of a scheme without labels there is none."""
    found = []
    for checkpoint, said in models if test.scheme.labels else ():
        pairs = test.pairs(lambda example, said=said: said.spans[example.article.id])  # type: ignore[misc]  # bound at once
        scores = {s.measure: s.f1.value for s in test.scores(pairs) if not s.label}
        seed = int(checkpoint.manifest.settings["seed"])
        found.append(Seed(checkpoint.manifest.name, seed, {m: scores[m] for m in MEASURES}))
    return tuple(found)


def spread(seeds: Sequence[Seed]) -> tuple[Spread, ...]:
    """Return mean and spread over two seeds and more, of the measures that all of them have."""
    found = []
    for measure in MEASURES if len(seeds) > 1 else ():
        values = [value for seed in seeds if (value := seed.f1[measure]) is not None]
        if len(values) == len(seeds):
            deviation = statistics.stdev(values)
            mean = statistics.mean(values)
            found.append(Spread(measure, mean, deviation, min(values), max(values)))
    return tuple(found)
