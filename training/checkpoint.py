"""A model's folder: a Hugging Face checkpoint with its manifest and card, whole or not there."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoTokenizer

from corpus.errors import PressmarkError
from corpus.files import umask, write_json, write_text
from training.backends import reader
from training.calibration import Calibration, calibration_from
from training.card import card
from training.descent import descent
from training.encoders import quietly
from training.likeness import row_of
from training.model import PressmarkModel
from training.readings import Reader
from training.runs import disk_is_full, sums

FORMAT = 3
MANIFEST = "pressmark.json"
WEIGHTS = ".safetensors"
#: What a model's folder holds beside its weights and cannot do without.
NEEDED = ("config.json", "tokenizer.json")
LISTS = ("labels", "train", "validation", "test", "curve", "texts", "signatures")


@dataclass(frozen=True, slots=True)
class Manifest:
    """How a model came to be: pressmark.json in its folder.

    `train`, `validation` and `test` are article ids, `groups` maps them to their group of articles
    that share text; `data` is the sha256 of what was taught, other corpora too; `standards` says
    which articles `thresholds` and `calibration` are from; `left_out` counts unused annotations by
    reason, `licences` the articles that were taught or tuned on by the licence of their text (''
    where none is known). `corpora` maps each scheme that was taught to the licence of its published
    labels ('' for our own). `reached` is the score on `validation`, `curve` the losses by step.
    `ancestor` is the manifest of the model that this one went on from. `files` maps each file that
    decides what the model says (weights, configuration, tokenizer) to its sha256. `despite` is why
    it was uploaded although a licence forbids it. `texts` are the sha256 of each text that was
    taught, of other corpora too, `signatures` what tells versions of them (training.likeness).
    `encoder_licence` is that of the encoder it began with ('' where none is stated); None: not
    recorded, or it went on from a model of ours.
    `values` are the thresholds of values that may stand beside others, by attribute or question; a
    model from before they were tuned has none, and its values stand from a half, as they did then.
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
    corpora: dict[str, str] = field(default_factory=dict)
    reached: float | None = None
    curve: tuple[dict[str, float], ...] = ()
    ancestor: dict[str, Any] | None = None
    files: dict[str, str] = field(default_factory=dict)
    calibration: Calibration = field(default_factory=Calibration)
    standards: str = ""
    despite: str = ""
    texts: tuple[str, ...] = ()
    encoder_licence: str | None = None
    signatures: tuple[str, ...] = ()
    values: dict[str, dict[str, float]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def seed(self) -> int:
        """The seed it was trained with."""
        return int(self.settings["seed"])


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


def save(
    folder: Path,
    model: PressmarkModel,
    tokenizer: Any,
    manifest: Manifest,
    files: Mapping[str, str] | None = None,
) -> None:
    """Write the model's folder, replacing an older one; a kill leaves the old one or the new.

    `files` are the texts of whatever else stands in it, by name.

    Raises:
        PressmarkError: the disk is full; the old model stands.
    """
    try:
        with _replacing_folder(folder) as part:
            model.save_pretrained(part)
            tokenizer.save_pretrained(part)
            decide = sums(part)
            for name, text in (files or {}).items():
                write_text(part / name, text)
            _describe(part, replace(manifest, files=decide))
    except (OSError, RuntimeError, SafetensorError) as error:
        if not disk_is_full(error):
            raise
        raise PressmarkError(
            f"{folder}: the disk is full; an older model stands as it was. Free some, then run"
            " 'pressmark train' again: it goes on from its last checkpoint"
        ) from None


def copy(source: Path, folder: Path) -> None:
    """Let the model in `source` stand in `folder` too, under that folder's name."""
    manifest = replace(read_manifest(source), name=folder.name)
    with _replacing_folder(folder) as part:
        shutil.copytree(source, part, dirs_exist_ok=True)
        _describe(part, manifest)


def excuse(folder: Path, reason: str) -> None:
    """Record in manifest and card why the model in `folder` is let out although it may not be."""
    _describe(folder, replace(read_manifest(folder), despite=reason))


def _describe(folder: Path, manifest: Manifest) -> None:
    write_json(folder / MANIFEST, asdict(manifest))
    write_text(folder / "README.md", card(manifest))


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare the files that decide what the model says with the manifest.

    Raises:
        PressmarkError: a file is missing, or it is not the one that was saved.
    """
    found = sums(folder)
    for name, sum_ in manifest.files.items():
        if name not in found:
            raise PressmarkError(
                f"{folder / name}: gone; restore the file, or run 'pressmark train' again"
            )
        if found[name] != sum_:
            raise PressmarkError(
                f"{folder / name}: damaged or not the file that was saved (sha256"
                f" {found[name][:12]}…, saved as {sum_[:12]}…); restore it, or run 'pressmark"
                " train' again"
            )


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
        known = {
            each.name: data[each.name]
            for each in fields(Manifest)
            # what an older model's manifest did not tell yet
            if each.name in data or (each.default is each.default_factory is MISSING)
        }
        lists = {name: tuple(known[name]) for name in LISTS if name in known}
        if "calibration" in known:
            known["calibration"] = calibration_from(known["calibration"])
        manifest = Manifest(**{**known, **lists})
        _check(manifest)
    except FileNotFoundError:
        raise PressmarkError(f"{folder}: no model there; run 'pressmark train'") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PressmarkError(
            f"{path}: damaged or not a model's manifest ({error!r}); run 'pressmark train' again"
        ) from None
    return manifest


def _check(manifest: Manifest) -> None:
    """Refuse what a model could not be read by: its errors are those of a file of another shape."""
    if sorted(manifest.thresholds) != sorted(manifest.labels):
        raise ValueError(f"thresholds of {[*manifest.thresholds]}, labels {[*manifest.labels]}")
    found = [manifest.thresholds, *manifest.values.values()]
    if wrong := [each for each in found if not all(0 <= t <= 1 for t in each.values())]:
        raise ValueError(f"thresholds that are no probabilities: {wrong[0]}")
    if not 0 <= manifest.settings["stride"] < manifest.settings["window"]:
        raise ValueError("settings.stride is not below settings.window")
    for each in descent(asdict(manifest)):
        for signature in each.get("signatures", ()):
            row_of(signature)
    without = [name for name in NEEDED if name not in manifest.files]
    if without or not any(name.endswith(WEIGHTS) for name in manifest.files):
        raise ValueError(f"files name no {', '.join(without) or WEIGHTS}")


def load(folder: Path) -> Checkpoint:
    """Load the model in `folder`, on a GPU where there is one; needs no job.

    Raises:
        PressmarkError: there is no model, or its files are damaged.
    """
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        with quietly():
            # Nothing of a folder is run: no pickled weights, no code that comes with it
            only = {"trust_remote_code": False, "local_files_only": True}
            tokenizer = AutoTokenizer.from_pretrained(folder, **only)
            model = PressmarkModel.from_pretrained(
                folder, dtype=torch.float32, use_safetensors=True, local_files_only=True
            )
    except Exception as error:  # noqa: BLE001  # tokenizers raises it bare
        reason = " ".join(str(error).split())[:200]
        raise PressmarkError(
            f"{folder}: the model is damaged ({reason}); run 'pressmark train' again"
        ) from None
    model.to(device)  # type: ignore[arg-type]  # their decorator hides the signature
    return Checkpoint(folder, model, tokenizer, manifest)


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
        for file in filter(Path.is_file, part.rglob("*")):  # safetensors hides its own
            file.chmod(0o666 & ~umask())
        part.chmod(0o777 & ~umask())
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
