"""`training.arguments`: what transformers takes, what is ours to set, and what was meant."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.settings import TrainingSection
from training.arguments import OURS, check_arguments, known, training_arguments
from training.checkpoint import read_manifest
from training.encoders import load_encoder
from training.examples import read_examples
from training.fit import train
from training.heads import heads_of
from training.model import PressmarkModel
from training.rows import Taught, rows
from training.trainer import HEAD_RATE, Teacher


def arguments(**given: Any) -> Any:
    section = TrainingSection(arguments=given)
    return training_arguments(section, Path("unused"), saved=False, evaluated=False)


def teacher(job: Job, **given: Any) -> Teacher:
    encoder = load_encoder(job.settings.training.encoder, job.folder)
    taught = [Taught(job.scheme, list(read_examples(job).items.values()))]
    heads = heads_of(job.scheme, taught[0].examples)
    made = rows(taught, heads, encoder.tokenizer, job.settings.training)
    return Teacher(
        PressmarkModel.on(encoder.model, heads),
        arguments(**given),
        made=made,
        held_out=[],
        tokenizer=encoder.tokenizer,
        run=None,
        progress=lambda *_: None,
    )


def test_what_is_ours_is_an_argument_of_theirs() -> None:
    assert OURS.keys() <= known()


def test_an_argument_reaches_the_trainer_over_what_we_set() -> None:
    made = arguments(weight_decay="1e-3", lr_scheduler_type="cosine", gradient_accumulation_steps=2)
    assert (made.weight_decay, made.gradient_accumulation_steps) == (1e-3, 2)
    assert made.lr_scheduler_type == "cosine"
    assert arguments().weight_decay == 0.01


def test_every_wrong_argument_is_told_at_once_with_its_line(annotated: Job) -> None:
    path = annotated.folder / "pressmark.yaml"
    text = path.read_text(encoding="utf-8")
    more = (
        "training:\n  arguments:\n    lr_schedular_type: cosine\n    seed: 3\n    max_steps: many\n"
    )
    path.write_text(text.replace("training:\n", more), encoding="utf-8")
    first = text.splitlines().index("training:") + 3
    with pytest.raises(PressmarkError) as told:
        check_arguments(open_job(annotated.folder))
    lines = str(told.value).splitlines()
    assert [line.removeprefix(f"{path}:").partition(": ")[0] for line in lines] == [
        str(first),
        str(first + 1),
        str(first + 2),
    ]
    assert "did you mean 'lr_scheduler_type'?" in lines[0]
    assert "set training.seed" in lines[1]
    assert "found 'many'" in lines[2]


def test_what_transformers_refuses_is_one_line() -> None:
    with pytest.raises(PressmarkError, match=r"^training\.arguments: .*polka") as told:
        arguments(lr_scheduler_type="polka")
    assert "\n" not in str(told.value)


def test_heads_learn_faster_whatever_the_optimizer_and_biases_do_not_decay(annotated: Job) -> None:
    for optim in ("adamw_torch", "adafactor", "sgd"):
        made = teacher(annotated, optim=optim, weight_decay=0.3)
        rates = {group["lr"] for group in made.create_optimizer().param_groups}
        base = made.args.learning_rate
        assert rates == {base, base * HEAD_RATE}
        names = {id(p): name for name, p in made.taught.named_parameters()}
        for group in made.create_optimizer().param_groups:
            for parameter in group["params"]:
                name = names[id(parameter)]
                assert (group["lr"] == base) == name.startswith("encoder.")
                assert not (name.endswith("bias") and group["weight_decay"])


def test_an_optimizer_that_arranges_the_parameters_itself_is_refused(annotated: Job) -> None:
    with pytest.raises(PressmarkError, match=r"training\.arguments\.optim"):
        teacher(annotated, optim="galore_adamw", optim_target_modules=["query"]).create_optimizer()


@pytest.mark.parametrize(
    "setting",
    [
        "training.bf16=true",
        "training.arguments={gradient_accumulation_steps: 3}",
        "training.arguments={activation_checkpointing: true}",
        "training.arguments={train_sampling_strategy: random}",
        "training.arguments={train_sampling_strategy: sequential}",
    ],
)
def test_what_saves_time_or_memory_trains(annotated: Job, setting: str) -> None:
    trained = train(open_job(annotated.folder, ["training.epochs=1", setting]))
    assert read_manifest(trained.folder).curve


def test_steps_that_accumulate_are_one_step_with_a_larger_batch(still: Job) -> None:
    at_once = curve(still, "training.batch_size=6")
    by_parts = curve(
        still, "training.batch_size=2", "training.arguments.gradient_accumulation_steps=3"
    )
    assert len(at_once) == len(by_parts)
    for ours, theirs in zip(at_once, by_parts, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-4)


def curve(job: Job, *settings: str) -> list[tuple[float, float]]:
    folder = train(open_job(job.folder, settings)).folder
    return [(each["step"], each["loss"]) for each in read_manifest(folder).curve if "loss" in each]


def test_the_trainer_reports_to_what_is_asked_for(
    annotated: Job, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    assert importlib.util.find_spec("tensorboard")
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(tmp_path / "logs"))
    train(
        open_job(
            annotated.folder, ["training.epochs=1", "training.arguments={report_to: tensorboard}"]
        )
    )
    assert list((tmp_path / "logs").glob("events*"))


def test_the_best_weights_are_kept_and_training_stops_when_it_only_gets_worse(
    annotated: Job,
) -> None:
    settings = ["training.epochs=12", "training.patience=1", "training.learning_rate=3e-2"]
    trained = train(open_job(annotated.folder, settings))
    manifest = read_manifest(trained.folder)
    losses = [each["eval_loss"] for each in manifest.curve if "eval_loss" in each]
    best = losses.index(min(losses))
    assert len(losses) < 12
    assert best == len(losses) - 2
    assert torch.isfinite(torch.tensor(losses)).all()
    json.dumps(manifest.curve)
