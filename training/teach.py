"""Teaching a model: rows, the Trainer, and what it leaves behind."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
import transformers
from accelerate.utils import broadcast_object_list

from corpus.progress import Progress, silent
from corpus.settings import TrainingSection
from training import processes
from training.arguments import training_arguments
from training.encoders import Encoder
from training.heads import heads_of, joined
from training.inherit import inherit
from training.lora import adapt, merge
from training.model import PressmarkModel
from training.rows import Row, Taught, picked_rates, rates, rows
from training.runs import Run
from training.trainer import Patience, Teacher

#: Settings that say nothing of what one model learns.
_APART = {"name", "encoder", "seeds", "search", "validation", "test", "corpora", "folds", "stride"}


@dataclass(frozen=True)
class Fitted:
    """A model that has learned, and how: `curve` holds the losses the Trainer logged, by step.

    `share` is how much of the planned steps made its weights: less than 1 where `patience` kept
    those of an earlier step.
    """

    model: PressmarkModel
    curve: tuple[dict[str, float], ...]
    share: float


def fit(
    taught: Sequence[Taught],
    encoder: Encoder,
    settings: TrainingSection,
    progress: Progress = silent,
    *,
    share: float = 1,
) -> PressmarkModel:
    """Return a model on `encoder` that has learned from what each of `taught` holds.

    It stops after that `share` of its steps, whose rates stay those of the whole.
    """
    return teach(taught, encoder, settings, progress, share=share).model


def teach(
    taught: Sequence[Taught],
    encoder: Encoder,
    settings: TrainingSection,
    progress: Progress = silent,
    *,
    validation: Sequence[Taught] = (),
    run: Run | None = None,
    share: float = 1,
) -> Fitted:
    """Teach a model on `encoder`, which is changed by it.

    Args:
        taught: the examples, by scheme.
        encoder: where the model starts: a pretrained encoder, or a model of ours.
        settings: the job's `training`.
        progress: told of the steps.
        validation: whose loss `patience` looks at; without them every epoch is taught.
        run: where checkpoints go, and what it goes on from; without it a kill loses the work.
        share: of the planned steps that are taught.

    Raises:
        PressmarkError: an argument is refused, the loss is no number, or the disk is full.
    """
    torch.set_num_threads(_threads())
    transformers.set_seed(settings.seed)
    heads = joined([heads_of(part.scheme, part.examples) for part in taught])
    model = PressmarkModel.on(encoder.model, heads, settings.dropout, settings.attention_dropout)
    made = rows(taught, heads, encoder.tokenizer, settings)
    held_out = rows(validation, heads, encoder.tokenizer, settings) if settings.patience else []
    model.expect(rates(made, "inside"), rates(made, "begins"), picked_rates(made))
    if encoder.before is not None:
        inherit(model, encoder.before)
    tuner = adapt(model, settings.lora) if settings.lora else None
    with _folder(run) as folder:
        args = training_arguments(settings, folder, saved=run is not None, evaluated=bool(held_out))
        trainer = Teacher(
            model,
            args,
            made=made,
            held_out=held_out,
            tokenizer=encoder.tokenizer,
            run=run,
            progress=progress,
        )
        if held_out and settings.patience:
            trainer.add_callback(Patience(settings.patience))
        if share < 1:
            trainer.add_callback(_Until(share))
        if run is not None:
            with args.main_process_first(local=False):
                if processes.is_main():
                    run.begin(_made_of(model, (*made, *held_out), settings))
                newest = run.newest()
            trainer.train(resume_from_checkpoint=str(newest) if newest else None)
        else:
            trainer.train()
        state = trainer.state
    if tuner is not None:
        merge(model, tuner)
    kept = state.best_global_step if args.load_best_model_at_end else None
    done = (kept or state.global_step) / max(state.max_steps, 1)
    return Fitted(model, _curve(state.log_history), done)


class _Until(transformers.TrainerCallback):
    """Stops after a share of the planned steps; the schedule of rates stays that of all."""

    def __init__(self, share: float) -> None:
        self.share = share

    def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:  # noqa: ARG002  # transformers names what it hands over
        """Stop at the step that is nearest to the share."""
        if state.global_step >= max(1, round(self.share * state.max_steps)):
            control.should_training_stop = True


@contextlib.contextmanager
def _folder(run: Run | None) -> Iterator[Path]:
    """The folder of the run's checkpoints; a fit without a run has one that goes, for all alike."""
    if run is not None:
        yield run.folder
        return
    with tempfile.TemporaryDirectory(prefix="pressmark-") as scratch:
        shared = [scratch]
        if torch.distributed.is_initialized():
            broadcast_object_list(shared)
        yield Path(shared[0])
        if torch.distributed.is_initialized():
            torch.distributed.barrier()


def _curve(history: Sequence[dict[str, Any]]) -> tuple[dict[str, float], ...]:
    names = ("step", "epoch", "loss", "eval_loss", "learning_rate")
    return tuple(
        {name: entry[name] for name in names if name in entry}
        for entry in history
        if "loss" in entry or "eval_loss" in entry
    )


def _made_of(
    model: PressmarkModel, made: Sequence[Row], settings: TrainingSection
) -> dict[str, Any]:
    """Whatever makes the model what it becomes, as JSON: see `Run.begin`."""
    data, start = hashlib.sha256(), hashlib.sha256()
    for row in made:
        for name, value in sorted(row.items()):
            plain = value.tobytes() if hasattr(value, "tobytes") else repr(value).encode()
            data.update(name.encode() + plain)
    for name, tensor in sorted(model.state_dict().items()):
        start.update(name.encode() + tensor.detach().cpu().contiguous().numpy().tobytes())
    return {
        "the taught texts or labels": data.hexdigest(),
        "the encoder": start.hexdigest(),
        "training": settings.model_dump(mode="json", exclude=_APART),
        "versions": {name: version(name) for name in ("torch", "transformers", "accelerate")},
        "processes": processes.count(),
        "GPU": torch.cuda.get_device_name() if torch.cuda.is_available() else "",
    }


def _threads() -> int:
    """As many as there are cores for this process, or as OMP_NUM_THREADS says to a single one."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    if processes.count() == 1 and given.isdigit():  # torchrun sets it to 1 by itself
        return max(1, int(given))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return max(1, cores // processes.here())
