"""An exported model: a folder that reads articles with numpy, tokenizers and a runtime alone.

Nothing here, nor what it imports, needs torch or transformers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import PressmarkError
from corpus.job import now
from corpus.progress import Progress, silent
from corpus.records import Annotation, Article
from corpus.scheme import Scheme, parse_scheme
from training.calibration import calibration_from
from training.heads import Heads
from training.prediction.processor import cores
from training.prediction.runtimes import onnx_encode, openvino_encode
from training.predictions import Author
from training.readings import Encode, Reader
from training.weights import Weights

FORMAT = 1
MANIFEST, ENCODER, HEADS, TOKENIZER, SCHEME = (
    "pressmark.json",
    "encoder.onnx",
    "heads.safetensors",
    "tokenizer.json",
    "scheme.yaml",
)
#: What the manifest tells the sha256 of.
FILES = (ENCODER, HEADS, TOKENIZER, SCHEME)


@dataclass(frozen=True)
class Exported:
    """An exported model, ready to read articles; `run` names what it predicts."""

    folder: Path
    run: str
    author: Author
    reader: Reader

    def predict(
        self, articles: Iterable[Article], progress: Progress = silent
    ) -> Iterator[Annotation]:
        """Yield what the model says of each article, in order, as a stream."""
        when = now()
        for reading in self.reader.read(articles, progress, keep=True):
            yield self.author.says(reading, self.run, when)


def load(folder: Path | str, backend: str = "onnx", threads: int = 0) -> Exported:
    """Load what `pressmark export-model` wrote, every file checked against its sha256.

    Args:
        folder: the exported folder.
        backend: 'onnx' or 'openvino' (bfloat16 where the processor has it).
        threads: how many; 0 takes every core.

    Raises:
        PressmarkError: no exported model, a file is missing or was changed, or the backend is not
            installed.
    """
    folder = Path(folder)
    manifest = _manifest(folder)
    _check(folder, manifest["files"])
    scheme = _scheme(folder / SCHEME)
    weights = Weights(Heads.from_dict(manifest["heads"]), _tensors(folder / HEADS))
    tokenizer = PlainTokenizer(folder / TOKENIZER, manifest["padding"])
    reader = Reader(
        encode=_encode(backend, folder / ENCODER, threads or cores()),
        weights=weights,
        tokenizer=tokenizer,
        window=manifest["window"],
        stride=manifest["stride"],
    )
    calibration = calibration_from(manifest["calibration"])
    standards = (manifest["thresholds"], calibration, manifest["values"])
    author = Author(manifest["name"], weights, scheme, *standards)
    return Exported(folder, manifest["run"], author, reader)


class PlainTokenizer:
    """A tokenizer.json that answers as transformers' fast tokenizers do, as far as we ask."""

    def __init__(self, path: Path, padding: int) -> None:
        from tokenizers import Tokenizer

        self.pad_token_id = padding
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()

    def __call__(
        self, texts: Sequence[str], *, max_length: int, stride: int, **_asked: bool
    ) -> dict[str, list[Any]]:
        """Cut each text into windows of `max_length` tokens that share `stride`."""
        self._tokenizer.enable_truncation(max_length, stride=stride)
        cut: dict[str, list[Any]] = {
            "input_ids": [],
            "offset_mapping": [],
            "special_tokens_mask": [],
            "overflow_to_sample_mapping": [],
        }
        for number, whole in enumerate(self._tokenizer.encode_batch([*texts])):
            for each in (whole, *whole.overflowing):
                cut["input_ids"].append(each.ids)
                cut["offset_mapping"].append(each.offsets)
                cut["special_tokens_mask"].append(each.special_tokens_mask)
                cut["overflow_to_sample_mapping"].append(number)
        return cut


def _encode(backend: str, path: Path, threads: int) -> Encode:
    if backend == "onnx":
        return onnx_encode(path, threads)
    if backend == "openvino":
        return openvino_encode(path, threads)
    raise PressmarkError(f"exported: no backend {backend!r}; give 'onnx' or 'openvino'")


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    needed = (
        "files",
        "heads",
        "padding",
        "window",
        "stride",
        "name",
        "thresholds",
        "calibration",
        "run",
    )
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if data.get("kind") != "exported":
            raise PressmarkError(
                f"{folder}: no exported model; write one with 'pressmark export-model'"
            )
        if data["format"] != FORMAT:
            raise PressmarkError(
                f"{path}: format {data['format']!r}, this Pressmark reads {FORMAT}; export it again"
            )
        # One exported before values were tuned: they stand from a half, as they did then
        return {name: data[name] for name in needed} | {"values": data.get("values", {})}
    except FileNotFoundError:
        raise PressmarkError(
            f"{folder}: no exported model; write one with 'pressmark export-model'"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PressmarkError(f"{path}: not its manifest ({error!r}); export it again") from None


def _check(folder: Path, files: Mapping[str, str]) -> None:
    for name in FILES:
        path = folder / name
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise PressmarkError(f"{path}: {error.strerror}; export the model again") from None
        if found != files.get(name):
            raise PressmarkError(
                f"{path}: changed since it was exported (sha256 {found[:8]}…, not"
                f" {str(files.get(name))[:8]}…); export the model again"
            )


def _scheme(path: Path) -> Scheme:
    return parse_scheme(path.read_bytes().decode("utf-8"), path)


def _tensors(path: Path) -> dict[str, Any]:
    from safetensors.numpy import load_file

    tensors: dict[str, Any] = load_file(path)
    return tensors
