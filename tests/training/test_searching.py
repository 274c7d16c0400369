"""train --search: within its budget, resumable, and blind to the test part."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.store import append_annotations, read_annotations
from training.examples import read_examples
from training.parts import parted
from training.searching import Searched, search

SPACE = {"learning_rate": {"low": "1e-5", "high": 1e-2, "log": True}, "lora.rank": [2, 4]}


def job_with(job: Job, space: Any = SPACE, **more: Any) -> Job:
    section = json.dumps({"space": space, "trials": 2, **more})
    return open_job(job.folder, ["training.epochs=1", f"training.search={section}"])


def results(found: Searched) -> tuple[dict[str, Any], float]:
    return found.best, found.reached


def test_the_best_settings_are_written_to_paste(annotated: Job) -> None:
    found = search(job_with(annotated))
    assert found.trials == 2
    text = found.file.read_text(encoding="utf-8")
    pasted = yaml.safe_load(text)["training"]
    assert pasted["learning_rate"] == found.best["learning_rate"]
    assert pasted["lora"] == {"rank": found.best["lora.rank"]}
    settings = [f"training.{key}={value}" for key, value in found.best.items()]
    assert open_job(annotated.folder, settings).settings.training.lora
    assert not annotated.models.exists()


def test_a_search_that_was_stopped_goes_on_within_its_budget(annotated: Job) -> None:
    def stop(what: str, done: int, total: int) -> None:
        if what == "trials" and done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(job_with(annotated), stop)
    told: list[str] = []
    found = search(job_with(annotated), tell=told.append)
    assert found.trials == 2
    assert told == ["goes on after 1 trials of a search that was stopped"]
    told.clear()
    again = search(job_with(annotated), tell=told.append)
    assert results(again) == results(found)
    assert again.trials == 2


def test_a_trial_that_fails_is_told_and_the_rest_goes_on(annotated: Job) -> None:
    told: list[str] = []
    found = search(job_with(annotated, {"window": [16, 4096]}, trials=4), tell=told.append)
    assert any("training.window: 4096" in line for line in told)
    assert found.failed >= 1
    assert found.best == {"window": 16}


def test_the_test_part_is_not_looked_at(annotated: Job) -> None:
    job = job_with(annotated, trials=1)
    before = results(search(job))
    _, parts = parted(job, read_examples(job))
    changed = [
        replace(each, spans=())
        for each in read_annotations(job.annotations)
        if each.article in parts.test
    ]
    append_annotations(job.annotations, changed)
    assert results(search(job)) == before


@pytest.mark.parametrize(
    ("space", "told"),
    [
        ({}, "training.search.space: empty"),
        ({"test": [0.1, 0.2]}, "cannot be searched"),
        ({"learning_rat": [1e-4]}, "no such setting; did you mean 'learning_rate'"),
        ({"lora.rang": [8]}, r"lora\.rang: no such setting; did you mean 'lora\.rank'"),
        ({"zzz": [8]}, "no such setting; docs/training.md lists them"),
        ({"learning_rate": {"low": 1e-2, "high": 1e-5}}, "low 0.01 is not below high 1e-05"),
        ({"dropout": {"low": 0, "high": 0.5, "log": True}}, "with log: true low is above 0"),
        ({"epochs": {"low": 1}}, "expected a list of values"),
        ({"epochs": [-1]}, "-1 was tried"),
        ({"epochs": {"low": "few", "high": 3}}, "is no number"),
    ],
)
def test_a_space_that_makes_no_sense_is_one_line(
    annotated: Job, space: dict[str, Any], told: str
) -> None:
    with pytest.raises(PressmarkError, match=told) as found:
        search(job_with(annotated, space))
    assert "\n" not in str(found.value)
    assert not Path(annotated.folder / "search").exists()
