"""How a model came to be, gathered: its manifest."""

from __future__ import annotations

import hashlib
import json
import platform
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version

import torch

from corpus.dataset import annotation_row
from corpus.job import Job, now
from corpus.settings import TrainingSection
from corpus.stories.splits import Split
from corpus.version import version as ours
from training import processes
from training.checkpoint import Manifest
from training.examples import Examples
from training.likeness import signatures
from training.rows import Taught

_NAMED = ("torch", "transformers", "tokenizers", "safetensors", "accelerate")


def manifest_of(
    job: Job, examples: Examples, parts: Split, taught: Sequence[Taught], settings: TrainingSection
) -> Manifest:
    """Return the manifest of a model that was trained so; what it reached is not in it yet."""
    shown = [*examples.of(parts.validation), *(e for part in taught for e in part.examples)]
    return Manifest(
        name=settings.name,
        scheme=job.scheme.hash,
        scheme_name=job.scheme.name,
        scheme_version=job.scheme.version,
        labels=job.scheme.label_names,
        thresholds={},
        train=parts.train,
        validation=parts.validation,
        test=parts.test,
        groups=parts.groups,
        data=fingerprint(taught),
        annotations=sum(len(example.opinions) for example in examples.items.values()),
        left_out=examples.left_out,
        settings=settings.model_dump(mode="json"),
        versions={
            "pressmark": ours(),
            "python": platform.python_version(),
            **{name: version(name) for name in _NAMED},
        },
        hardware=_hardware(),
        seconds=0.0,
        when=now(),
        texts=tuple(sorted({e.article.sha256 for part in taught for e in part.examples})),
        signatures=signatures(e.article for part in taught for e in part.examples),
        licences=dict(Counter(each.article.licence for each in shown)),
        corpora={
            part.scheme.name: part.scheme.published.licence if part.scheme.published else ""
            for part in taught
        },
    )


def _hardware() -> str:
    gpu = torch.cuda.is_available()
    device = torch.cuda.get_device_name() if gpu else f"{torch.get_num_threads()} CPU threads"
    several = f"{processes.count()} processes, " if processes.count() > 1 else ""
    return f"{several}{device} ({platform.machine()})"


def fingerprint(taught: Sequence[Taught]) -> str:
    """Return the sha256 of each part's scheme, texts and annotations, in whatever order these come.

    The parts themselves count in their order.
    """
    digest = hashlib.sha256()
    for part in taught:
        digest.update(part.scheme.hash.encode())
        for example in sorted(part.examples, key=lambda each: each.article.id):
            rows = [annotation_row(opinion) for opinion in example.opinions]
            told = [example.article.id, example.article.sha256, rows]
            digest.update(json.dumps(told, sort_keys=True).encode())
    return digest.hexdigest()
