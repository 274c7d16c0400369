"""What `training` in pressmark.yaml makes of transformers' TrainingArguments."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pydantic
import torch
import transformers

from corpus.errors import PressmarkError
from corpus.job import FILE, Job
from corpus.settings import TrainingSection
from corpus.yamlfile import ConfigError, line_of
from training import processes

_RESUMES = "a run goes on by itself where it stopped; pressmark train --fresh starts anew"
_HUB = "pressmark upload sends a model to the hub, if its licences let it"
_BEST = "set training.patience"
_ROWS = "Pressmark's rows need it as it is"
#: Arguments that are not to be given, and why.
OURS: dict[str, str] = {
    "output_dir": "the model's folder is models/NAME; set training.name",
    "seed": "set training.seed",
    "num_train_epochs": "set training.epochs",
    "learning_rate": "set training.learning_rate",
    "per_device_train_batch_size": "set training.batch_size",
    "bf16": "set training.bf16",
    "load_best_model_at_end": _BEST,
    "metric_for_best_model": _BEST,
    "greater_is_better": _BEST,
    "remove_unused_columns": _ROWS,
    "label_names": _ROWS,
    "dataloader_drop_last": _ROWS,
    "label_smoothing_factor": "training.targets: soft takes what the annotators said instead",
    "auto_find_batch_size": "a smaller batch is another run; set training.batch_size",
    "prediction_loss_only": "only the loss is taken while training; pressmark evaluate scores",
    "logging_nan_inf_filter": "a loss that is no number stops the run and is told",
    "disable_tqdm": "the progress is told by pressmark",
    "do_train": "pressmark train trains",
    "do_eval": "set training.patience or arguments.eval_strategy",
    "do_predict": "pressmark predict predicts",
    "resume_from_checkpoint": _RESUMES,
    "ignore_data_skip": _RESUMES,
    "save_only_model": _RESUMES,
    "save_on_each_node": "one process writes",
    "push_to_hub": _HUB,
    "hub_token": _HUB,
    "hub_private_repo": _HUB,
    "hub_model_id": _HUB,
    "hub_strategy": _HUB,
    "hub_always_push": _HUB,
    "hub_revision": _HUB,
}
#: Where training.arguments stands in pressmark.yaml.
_PLACE = ("training", "arguments")


@functools.cache
def known() -> frozenset[str]:
    """Return the names of all arguments, those of `OURS` among them."""
    return frozenset(field.name for field in dataclasses.fields(transformers.TrainingArguments))


def check_arguments(job: Job) -> None:
    """Check `training.arguments` before anything is read.

    Raises:
        ConfigError: with every argument that is unknown, ours to set or of a wrong kind.
    """
    path = job.folder / FILE
    text = path.read_text(encoding="utf-8-sig")
    given = job.settings.training.arguments
    problems = [
        f"{path}:{line_of(text, (*_PLACE, name))}: {told}" for name, told in _problems(given)
    ]
    if problems:
        raise ConfigError(problems)


def training_arguments(
    settings: TrainingSection, folder: Path, *, saved: bool, evaluated: bool
) -> transformers.TrainingArguments:
    """Return the Trainer's arguments: ours, and over them what `training.arguments` says.

    Args:
        settings: the job's `training`.
        folder: where checkpoints go.
        saved: whether there are any (by epoch unless `save_strategy` is given).
        evaluated: whether there are rows to take a validation loss of.

    Raises:
        PressmarkError: an argument that transformers does not take, by its own word.
    """
    problems = [told for _, told in _problems(settings.arguments)]
    if problems:
        raise PressmarkError("\n".join(problems))
    gpu = torch.cuda.is_available() and not settings.arguments.get("use_cpu", False)
    best = evaluated and settings.patience > 0
    ours: dict[str, Any] = {
        "output_dir": str(folder),
        "num_train_epochs": settings.epochs,
        "learning_rate": settings.learning_rate,
        "per_device_train_batch_size": settings.batch_size,
        "per_device_eval_batch_size": settings.batch_size,
        "weight_decay": 0.01,
        "warmup_steps": 0.1,
        "train_sampling_strategy": "group_by_length",
        "seed": settings.seed,
        "bf16": gpu if settings.bf16 is None else settings.bf16,
        "use_cpu": not gpu,
        "dataloader_pin_memory": gpu,
        "remove_unused_columns": False,
        "label_names": ["inside", "begins", "mask"],
        "prediction_loss_only": True,
        "disable_tqdm": True,
        "report_to": "none",
        "logging_strategy": "epoch",
        "logging_nan_inf_filter": False,
        "eval_strategy": "epoch" if evaluated else "no",
        "save_strategy": "epoch" if saved or best else "no",
        "save_total_limit": 2,
    }
    if best:
        ours |= {"load_best_model_at_end": True, "metric_for_best_model": "eval_loss"}
    if not gpu and processes.count() > 1:
        ours["ddp_backend"] = "gloo"
    given = {name: _converted(name, value) for name, value in settings.arguments.items()}
    if not evaluated:  # a fit without validation rows, such as a fold's, has nothing to evaluate
        given = {name: value for name, value in given.items() if not name.startswith("eval_")}
    if not (saved or best):
        given.pop("save_strategy", None)
    try:
        return transformers.TrainingArguments(**{**ours, **given})
    except (ValueError, TypeError, ImportError, KeyError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:300]
        raise PressmarkError(f"training.arguments: {reason}") from None


def _problems(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for name, value in given.items():
        key = f"training.arguments.{name}"
        if name in OURS:
            found.append((name, f"{key}: not to be given here: {OURS[name]}"))
        elif name not in known():
            close = difflib.get_close_matches(name, known() - OURS.keys(), n=1, cutoff=0.5)
            hint = f"did you mean {close[0]!r}?" if close else "see transformers.TrainingArguments"
            found.append((name, f"unknown key {key!r}; {hint}"))
        else:
            try:
                _converted(name, value)
            except pydantic.ValidationError as error:
                what = error.errors()[0]["msg"]
                told = f"{key}: {what[0].lower()}{what[1:]}, found {value!r}"
                found.append((name, told))
    return found


def _converted(name: str, value: Any) -> Any:
    """The value as the argument's type wants it: YAML 1.1 takes 1e-4 for a text."""
    hint = _hints().get(name, Any)
    return pydantic.TypeAdapter(hint).validate_python(value)


@functools.cache
def _hints() -> dict[str, Any]:
    """The arguments whose type is plain; transformers itself checks the others."""
    plain = {bool, int, float, str, type(None)}
    hints = typing.get_type_hints(transformers.TrainingArguments)
    return {
        name: hint
        for name, hint in hints.items()
        if hint in plain or (typing.get_args(hint) and set(typing.get_args(hint)) <= plain)
    }
