"""Runs: a training that is killed goes on, to the bit; what is damaged is passed over."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.store import append_annotations, read_articles
from tests.training.press import KINDS, opinion, tiny_encoder
from training.checkpoint import load, read_manifest
from training.fit import train
from training.trainer import Teacher

ROOT = Path(__file__).parents[2]
#: Saved often, in the middle of epochs too.
SHORT = [
    "training.epochs=3",
    "training.arguments={save_strategy: steps, save_steps: 2, eval_strategy: 'no'}",
]
KILLED_AT = 5
#: Its validation loss rises once, and falls again where it is taught on.
PATIENT = [
    "training.epochs=8",
    "training.patience=1",
    "training.folds=2",
    "training.arguments={lr_scheduler_type: constant}",
]


def weights(folder: Path) -> dict[str, Any]:
    return dict(load(folder).model.state_dict())


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[n], other[n]) for n in one)


def bits(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def killed_behind(checkpoint: str, job: Job, settings: list[str]) -> str:
    """Train in a process that is killed once it has saved that checkpoint, or a later one.

    Then train again; return what that told.
    """
    command = [sys.executable, "-m", "pressmark", "train", "-C", str(job.folder)]
    command += [word for setting in settings for word in ("--set", setting)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = job.models / ".model.run"
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
    while not (run / checkpoint / "sums.json").exists() and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not (job.models / "model").exists()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert not run.exists()
    return done.stderr


def stopped_at(step: int) -> Any:
    def progress(what: str, done: int, total: int) -> None:
        if what == "training" and done == step:
            raise KeyboardInterrupt

    return progress


def stop(job: Job, step: int = KILLED_AT) -> Path:
    with pytest.raises(KeyboardInterrupt):
        train(job, stopped_at(step))
    return job.models / ".model.run"


def finish(job: Job, **more: Any) -> list[str]:
    told: list[str] = []
    train(job, tell=told.append, **more)
    return told


@pytest.fixture
def undisturbed(annotated: Job, tmp_path: Path) -> dict[str, Any]:
    """What the same job, elsewhere, comes to when nothing happens."""
    shutil.copytree(annotated.folder, tmp_path / "undisturbed")
    return weights(train(open_job(tmp_path / "undisturbed", SHORT)).folder)


def test_a_training_that_is_killed_goes_on_to_the_same_bits(
    annotated: Job, undisturbed: dict[str, Any]
) -> None:
    done = killed_behind("checkpoint-4", annotated, SHORT)
    assert "goes on from step" in done
    assert same(weights(annotated.models / "model"), undisturbed)


def test_a_training_that_patience_had_stopped_teaches_no_more_when_it_goes_on(
    annotated: Job, tmp_path: Path
) -> None:
    shutil.copytree(annotated.folder, tmp_path / "undisturbed")
    expected = train(open_job(tmp_path / "undisturbed", PATIENT)).folder
    curve = read_manifest(expected).curve
    last = int(curve[-1]["step"])
    assert len([each for each in curve if "eval_loss" in each]) < 8  # patience stopped it
    # the folds that are read then leave time to kill it before its model is saved
    done = killed_behind(f"checkpoint-{last}", annotated, PATIENT)
    assert f"goes on from step {last} " in done
    found = annotated.models / "model"
    assert read_manifest(found).curve == curve
    assert bits(found) == bits(expected)


@pytest.mark.parametrize("kind", KINDS[1:])
def test_any_encoder_goes_on_to_the_same_bits(annotated: Job, tmp_path: Path, kind: str) -> None:
    encoder = tiny_encoder(tmp_path / kind, kind)
    job = open_job(annotated.folder, [*SHORT, f"training.encoder={encoder}"])
    undisturbed = weights(train(job).folder)
    shutil.rmtree(job.models)
    stop(job)
    assert finish(job) == ["goes on from step 4 of a run that was stopped"]
    assert same(weights(job.models / "model"), undisturbed)


def test_what_is_half_written_or_damaged_is_passed_over_and_told(
    annotated: Job, undisturbed: dict[str, Any]
) -> None:
    job = open_job(annotated.folder, SHORT)
    run = stop(job)
    (run / "checkpoint-6").mkdir()
    file = run / "checkpoint-4" / "optimizer.pt"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert finish(job) == [
        "checkpoint-6 of .model.run is half-written: passed over",
        "checkpoint-4 of .model.run is damaged (optimizer.pt): passed over",
        "goes on from step 2 of a run that was stopped",
    ]
    assert same(weights(job.models / "model"), undisturbed)


def test_changed_settings_or_labels_start_anew_and_say_so(annotated: Job) -> None:
    stop(open_job(annotated.folder, SHORT))
    other = open_job(annotated.folder, [*SHORT, "training.learning_rate=1e-3"])
    assert finish(other) == [
        ".model.run: starts anew: training.learning_rate changed since it was stopped"
    ]
    stop(other)
    page = read_articles(other)[0]
    new = opinion(page, "cem", other.scheme, spans=())
    placed = [opinion(each, "cem", other.scheme, spans=()) for each in read_articles(other)]
    append_annotations(other.annotations, [new, *placed])
    (told,) = finish(other)
    assert "the taught texts or labels" in told


def test_fresh_starts_anew_without_a_word(annotated: Job) -> None:
    job = open_job(annotated.folder, SHORT)
    stop(job)
    assert finish(job, fresh=True) == []


def test_a_disk_that_is_full_is_told_and_loses_nothing(
    annotated: Job, undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = open_job(annotated.folder, SHORT)
    save = Teacher._save_optimizer_and_scheduler

    def full(self: Teacher, folder: str) -> None:
        if folder.endswith("-4"):
            raise OSError(errno.ENOSPC, "No space left on device", folder)
        save(self, folder)

    monkeypatch.setattr(Teacher, "_save_optimizer_and_scheduler", full)
    with pytest.raises(PressmarkError, match="the disk is full while step 4 is saved") as told:
        train(job)
    assert "\n" not in str(told.value)
    assert not (job.models / ".model.run" / "checkpoint-4").exists()
    monkeypatch.undo()
    assert finish(job) == ["goes on from step 2 of a run that was stopped"]
    assert same(weights(job.models / "model"), undisturbed)


def test_a_disk_that_is_full_at_the_end_keeps_the_old_model(
    annotated: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = weights(train(open_job(annotated.folder, ["training.epochs=1"])).folder)
    job = open_job(annotated.folder, SHORT)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("training.checkpoint.write_json", full)
    with pytest.raises(PressmarkError, match="the disk is full; an older model stands"):
        train(job)
    monkeypatch.undo()
    assert same(weights(job.models / "model"), before)
    (told,) = finish(job)
    assert told.startswith("goes on from step")


def test_a_loss_that_is_no_number_is_told_with_its_place(annotated: Job) -> None:
    job = open_job(annotated.folder, ["training.learning_rate=1e30"])
    with pytest.raises(PressmarkError) as told:
        train(job)
    line = str(told.value)
    assert "\n" not in line
    assert "the loss is" in line
    assert "at step" in line
    assert "in the encoder" in line
    assert any(article.id in line for article in read_articles(job))
    assert not (job.models / "model").exists()
