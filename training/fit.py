"""Training: from a job's annotations to a model's folder."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
import transformers

from corpus.dataset import annotation_row
from corpus.job import Job, now, open_job
from corpus.progress import Progress, silent
from corpus.settings import TrainingSection
from corpus.stories.splits import Split
from training.backends import reader
from training.checkpoint import Manifest, save
from training.encoders import Encoder, load_encoder, quietly
from training.encoding import check_window
from training.examples import Examples, read_examples
from training.heads import heads_of, joined
from training.model import PressmarkModel
from training.parts import parted
from training.rows import Collator, Taught, rates, rows
from training.thresholds import tuned

#: The head starts from nothing and the encoder does not.
HEAD_RATE = 10


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished training: where the model lies, which articles it saw, what it left out."""

    name: str
    folder: Path
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    thresholds: dict[str, float]
    left_out: dict[str, int]
    seconds: float


def train(job: Job, progress: Progress = silent) -> Trained:
    """Train the job's model on what its annotators said and write models/NAME.

    The same articles, annotations, settings and machine give the same model.

    Raises:
        PressmarkError: too few annotated articles, or an encoder that cannot be used.
    """
    begun = time.monotonic()
    settings = job.settings.training
    examples, parts = parted(job, read_examples(job))
    taught = [Taught(job.scheme, examples.of(parts.train)), *others(job)]
    with quietly():
        transformers.set_seed(settings.seed)
        encoder = load_encoder(settings.encoder, job.folder)
        check_window(encoder, settings.window, settings.stride)
        model = fit(taught, encoder, settings, progress)
        held_out = examples.unassisted(parts.validation)
        reading = reader(model, encoder.tokenizer, settings.window, settings.stride)
        readings = list(reading.read([example.article for example in held_out], progress))
        thresholds = tuned(readings, held_out, job.scheme)
        seconds = round(time.monotonic() - begun, 1)
        folder = job.models / settings.name
        manifest = _manifest(job, examples, parts, thresholds, seconds)
        save(folder, model.cpu(), encoder.tokenizer, manifest)
    uses = (parts.train, parts.validation, parts.test)
    return Trained(settings.name, folder, *uses, thresholds, examples.left_out, seconds)


def others(job: Job) -> list[Taught]:
    """Read what the jobs that `training.corpora` names teach beside this one: their train parts."""
    found = []
    for folder in job.settings.training.corpora:
        other = open_job(job.folder / folder)
        examples, parts = parted(other, read_examples(other))
        found.append(Taught(other.scheme, examples.of(parts.train)))
    return found


def fit(
    taught: Sequence[Taught],
    encoder: Encoder,
    settings: TrainingSection,
    progress: Progress = silent,
) -> PressmarkModel:
    """Return a model on `encoder` that has learned from what each of `taught` holds."""
    torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
    heads = joined([heads_of(part.scheme, part.examples) for part in taught])
    model = PressmarkModel.on(encoder.model, heads)
    made = rows(taught, heads, encoder.tokenizer, settings)
    model.expect(rates(made, "inside"), rates(made, "begins"))
    with tempfile.TemporaryDirectory(prefix="pressmark-") as scratch:
        trainer = transformers.Trainer(
            model=model,
            args=_arguments(settings, scratch),
            train_dataset=made,
            data_collator=Collator(encoder.tokenizer),
            optimizers=(_optimizer(model, settings.learning_rate), None),
            callbacks=[_Told(progress)],
        )
        trainer.remove_callback(transformers.PrinterCallback)
        trainer.train()
    return model


def _arguments(settings: TrainingSection, scratch: str) -> transformers.TrainingArguments:
    gpu = torch.cuda.is_available()
    return transformers.TrainingArguments(
        output_dir=scratch,
        num_train_epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        per_device_train_batch_size=settings.batch_size,
        warmup_steps=0.1,
        train_sampling_strategy="group_by_length",
        seed=settings.seed,
        bf16=gpu if settings.bf16 is None else settings.bf16,
        use_cpu=not gpu,
        dataloader_pin_memory=gpu,
        remove_unused_columns=False,
        disable_tqdm=True,
        report_to="none",
        logging_strategy="no",
        save_strategy="no",
    )


def _optimizer(model: PressmarkModel, rate: float) -> torch.optim.Optimizer:
    encoder = {id(parameter) for parameter in model.encoder.parameters()}
    heads = [parameter for parameter in model.parameters() if id(parameter) not in encoder]
    groups = [
        {"params": list(model.encoder.parameters()), "lr": rate},
        {"params": heads, "lr": rate * HEAD_RATE},
    ]
    return torch.optim.AdamW(groups, weight_decay=0.01, fused=True)


class _Told(transformers.TrainerCallback):
    """Passes the Trainer's steps on to our own progress."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def on_step_end(
        self,
        args: Any,  # noqa: ARG002  # transformers names what it hands over
        state: transformers.TrainerState,
        control: Any,  # noqa: ARG002  # as above
        **more: Any,  # noqa: ARG002  # as above
    ) -> None:
        """Tell how many steps are done."""
        self.progress("training", state.global_step, state.max_steps)


def _manifest(
    job: Job, examples: Examples, parts: Split, thresholds: dict[str, float], seconds: float
) -> Manifest:
    gpu = torch.cuda.is_available()
    device = torch.cuda.get_device_name() if gpu else f"{torch.get_num_threads()} CPU threads"
    names = ("torch", "transformers", "tokenizers", "safetensors")
    taught = examples.of((*parts.train, *parts.validation))
    return Manifest(
        name=job.settings.training.name,
        scheme=job.scheme.hash,
        scheme_name=job.scheme.name,
        scheme_version=job.scheme.version,
        labels=job.scheme.label_names,
        thresholds=thresholds,
        train=parts.train,
        validation=parts.validation,
        test=parts.test,
        groups=parts.groups,
        data=_fingerprint(examples),
        annotations=sum(len(example.opinions) for example in examples.items.values()),
        left_out=examples.left_out,
        settings=job.settings.training.model_dump(),
        versions={"python": platform.python_version(), **{name: version(name) for name in names}},
        hardware=f"{device} ({platform.machine()})",
        seconds=seconds,
        when=now(),
        licences=dict(Counter(each.article.licence for each in taught)),
    )


def _fingerprint(examples: Examples) -> str:
    """The sha256 of every text and annotation that was used, in the order of their ids."""
    digest = hashlib.sha256()
    for id_ in sorted(examples.items):
        example = examples.items[id_]
        rows = [annotation_row(opinion) for opinion in example.opinions]
        digest.update(json.dumps([id_, example.article.sha256, rows], sort_keys=True).encode())
    return digest.hexdigest()
