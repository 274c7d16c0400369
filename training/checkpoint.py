"""A model's folder: a Hugging Face checkpoint with its manifest and card, whole or not there."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoTokenizer

from corpus.errors import PressmarkError
from corpus.files import write_json, write_text
from training.backends import reader
from training.encoders import quietly
from training.model import PressmarkModel
from training.readings import Reader

FORMAT = 2
MANIFEST = "pressmark.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """How a model came to be: pressmark.json in its folder.

    `train`, `validation` and `test` are article ids, `groups` maps them to their group of articles
    that share text; `data` is the sha256 of what was taught; `thresholds` were tuned on
    `validation`; `left_out` counts unused annotations by reason, `licences` the articles that were
    taught or tuned on by the licence of their text ('' where none is known).
    """

    name: str
    scheme: str
    scheme_name: str
    scheme_version: str
    labels: tuple[str, ...]
    thresholds: dict[str, float]
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    groups: dict[str, str]
    data: str
    annotations: int
    left_out: dict[str, int]
    settings: dict[str, Any]
    versions: dict[str, str]
    hardware: str
    seconds: float
    when: str
    licences: dict[str, int] = field(default_factory=dict)
    format: int = FORMAT


@dataclass(frozen=True)
class Checkpoint:
    """A trained model, ready to read articles."""

    folder: Path
    model: PressmarkModel
    tokenizer: Any
    manifest: Manifest

    @cached_property
    def reader(self) -> Reader:
        """The model with the windows it was trained on."""
        settings = self.manifest.settings
        return reader(self.model, self.tokenizer, settings["window"], settings["stride"])


def save(folder: Path, model: PressmarkModel, tokenizer: Any, manifest: Manifest) -> None:
    """Write the model's folder, replacing an older one; a kill leaves the old one or the new."""
    with _replacing_folder(folder) as part:
        model.save_pretrained(part)
        tokenizer.save_pretrained(part)
        write_json(part / MANIFEST, asdict(manifest))
        write_text(part / "README.md", card(manifest))


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of the model in `folder`.

    Raises:
        PressmarkError: there is no model, or one that another Pressmark wrote.
    """
    _recover(folder)
    path = folder / MANIFEST
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise PressmarkError(
                f"{path}: format {data['format']!r}, this Pressmark reads {FORMAT}:"
                " run 'pressmark train' again"
            )
        data.setdefault("licences", {})  # models made before licences were counted
        known = {each.name: data[each.name] for each in fields(Manifest)}
        lists = {name: tuple(known[name]) for name in ("labels", "train", "validation", "test")}
    except FileNotFoundError:
        raise PressmarkError(f"{folder}: no model there; run 'pressmark train'") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PressmarkError(
            f"{path}: not a model's manifest ({error!r}); run 'pressmark train' again"
        ) from None
    return Manifest(**{**known, **lists})


def load(folder: Path) -> Checkpoint:
    """Load the model in `folder`, on a GPU where there is one; needs no job.

    Raises:
        PressmarkError: there is no model, or its files are damaged.
    """
    manifest = read_manifest(folder)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        with quietly():
            tokenizer = AutoTokenizer.from_pretrained(folder)
            model = PressmarkModel.from_pretrained(folder, dtype=torch.float32)
    except (OSError, ValueError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:200]
        raise PressmarkError(
            f"{folder}: the model is damaged ({reason}); run 'pressmark train' again"
        ) from None
    model.to(device)  # type: ignore[arg-type]  # their decorator hides the signature
    return Checkpoint(folder, model, tokenizer, manifest)


def card(manifest: Manifest) -> str:
    """Return the model card: what it is, what it learned from, and what it is not known to do."""
    thresholds = "\n".join(f"| {name} | {t:g} |" for name, t in manifest.thresholds.items())
    settings = "\n".join(f"- {name}: {value}" for name, value in manifest.settings.items())
    licences = ", ".join(
        f"{name or 'none stated'} ({count})" for name, count in sorted(manifest.licences.items())
    )
    return f"""---
library_name: transformers
pipeline_tag: token-classification
tags: [news, framing, span-labelling, pressmark]
---
# {manifest.name}

A Pressmark model of the scheme '{manifest.scheme_name}' {manifest.scheme_version}
(sha256 {manifest.scheme[:12]}…). It marks spans of news articles: one 'inside' and one 'begins'
probability a token and label, and one for each answer that can be picked, on the encoder
'{manifest.settings["encoder"]}'.

Learned from {len(manifest.train)} articles, its thresholds tuned on {len(manifest.validation)},
{len(manifest.test)} kept for the test ({manifest.annotations} annotations in all). The share of the
annotators who marked a token is the target, so its probabilities speak of people, not of truth.
Licences of the texts it learned from, with their articles: {licences or "not recorded"}.

| label | stands from |
| --- | --- |
{thresholds}

## Use
    from training.checkpoint import load
    checkpoint = load(Path("{manifest.name}"))

Or `pressmark predict` in its job: the spans become pre-labels that an annotator accepts or mends.

## What it is not
- Its scores stand in the job's scores.json (`pressmark evaluate`), with intervals and beside
  trivial baselines; none is claimed here. Thresholds tuned on few articles are optimistic.
- A mark says how an outlet words something, as this corpus' annotators saw it. It says nothing
  about whether a claim is true and nothing about a person. Do not decide anything about an author
  or an outlet by it alone.
- Other outlets, years, genres and languages than those of the corpus are untested.

## How it was made
{settings}
- {", ".join(f"{name} {version}" for name, version in manifest.versions.items())}
- {manifest.hardware}, {manifest.seconds:.0f} s, {manifest.when}
"""


@contextlib.contextmanager
def _replacing_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside `folder`; when the block ends well it takes `folder`'s place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    _recover(folder)
    for stale in folder.parent.glob(f".{folder.name}.*.part"):
        shutil.rmtree(stale)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        yield part
        part.chmod(0o755)
        if folder.exists():
            folder.rename(_aside(folder))
        part.rename(folder)
        shutil.rmtree(_aside(folder), ignore_errors=True)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _recover(folder: Path) -> None:
    """Undo a kill between the two renames; a whole new model makes the old one superfluous."""
    aside = _aside(folder)
    if not aside.exists():
        return
    if folder.exists():
        shutil.rmtree(aside)
    else:
        aside.rename(folder)


def _aside(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.old"
