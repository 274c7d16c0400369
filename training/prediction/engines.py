"""The backends by name: what each needs, and the encoder that it makes of a checkpoint."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import torch

from corpus.errors import PressmarkError
from corpus.files import write_json
from training.backends import TorchEncode
from training.prediction.onnxfile import write_onnx
from training.prediction.processor import has_bf16
from training.prediction.runtimes import needed, onnx_encode, openvino_encode
from training.readings import Encode

EXACT = "torch"
BACKENDS = (EXACT, "torch-bf16", "onnx", "openvino")
#: Beside a checkpoint: its encoder as ONNX, and of which weights it is.
ONNX, ONNX_OF = "encoder.onnx", "encoder.json"
WEIGHTS = "model.safetensors"


def engine(name: str, encoder: Any, folder: Path, threads: int) -> Encode:
    """Return the encoder of the checkpoint in `folder` run by a backend.

    Torch's threads are the process's own: they are set here too.

    Raises:
        PressmarkError: the backend is not installed, or not for this machine or architecture.
    """
    torch.set_num_threads(threads)
    encoder.eval()
    on_gpu = encoder.device.type == "cuda"
    if name == EXACT:
        return TorchEncode(encoder)
    if name == "torch-bf16":
        if not (has_bf16() or (on_gpu and torch.cuda.is_bf16_supported())):
            raise PressmarkError(
                "prediction.backend: torch-bf16 is slower than torch on a processor without"
                " bfloat16 (avx512_bf16 or amx_bf16); set it to torch, onnx or openvino"
            )
        return TorchEncode(copy.deepcopy(encoder).to(torch.bfloat16))
    if on_gpu:
        raise PressmarkError(f"prediction.backend: {name!r} is for the CPU; set it to torch-bf16")
    if name == "onnx":
        needed("onnxruntime", name)
        return onnx_encode(_onnx(encoder, folder), threads)
    needed("openvino", name)
    return openvino_encode(_onnx(encoder, folder), threads)


def fingerprint(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _onnx(encoder: Any, folder: Path) -> Path:
    """Return the checkpoint's ONNX file, written anew unless it is of these weights and whole."""
    path, beside = folder / ONNX, folder / ONNX_OF
    of = fingerprint(folder / WEIGHTS)
    try:
        known = json.loads(beside.read_text(encoding="utf-8"))
        if known["of"] == of and known["sha256"] == fingerprint(path):
            return path
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none yet, or half of one
    write_onnx(encoder, path)
    write_json(beside, {"of": of, "sha256": fingerprint(path)})
    return path
