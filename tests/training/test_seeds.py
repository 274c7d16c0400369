"""Several seeds: a model each, mean and spread, and what an earlier training left."""

from __future__ import annotations

import statistics

import pytest

from corpus.job import Job, open_job
from training.checkpoint import load, read_manifest
from training.fit import train

SHORT = "training.epochs=1"


def test_each_seed_has_a_model_and_name_is_the_first_of_them(annotated: Job) -> None:
    trained = train(open_job(annotated.folder, [SHORT, "training.seeds=[3, 5]"]))
    assert [each.name for each in trained.seeds] == ["model-seed3", "model-seed5"]
    models = {path.name: load(path) for path in annotated.models.iterdir()}
    assert set(models) == {"model", "model-seed3", "model-seed5"}
    assert {name: each.manifest.name for name, each in models.items()} == {n: n for n in models}
    weights = {name: each.manifest.files for name, each in models.items()}
    assert weights["model"] == weights["model-seed3"] != weights["model-seed5"]
    assert [models[name].manifest.seed for name in sorted(models)] == [3, 3, 5]
    assert len({each.manifest.test for each in models.values()}) == 1
    scores = [each.reached for each in trained.seeds]
    assert trained.mean == pytest.approx(statistics.mean(scores))
    assert trained.spread == pytest.approx(statistics.stdev(scores))


def test_models_of_seeds_that_are_no_longer_asked_for_go_and_it_is_told(annotated: Job) -> None:
    train(open_job(annotated.folder, [SHORT, "training.seeds=[3, 5]"]))
    told: list[str] = []
    train(open_job(annotated.folder, [SHORT]), tell=told.append)
    assert {path.name for path in annotated.models.iterdir()} == {"model"}
    assert [line.rpartition("/")[2] for line in told] == [
        "model-seed3: a model of an earlier training's seed, removed",
        "model-seed5: a model of an earlier training's seed, removed",
    ]
    assert read_manifest(annotated.models / "model").seed == 0
