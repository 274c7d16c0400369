"""An encoder in PyTorch written as one ONNX file."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from corpus.errors import PressmarkError
from corpus.files import replacing
from training.backends import TorchEncode
from training.prediction.runtimes import IDS, MASK, STATES, needed, onnx_encode

#: The most that a state may differ from PyTorch's: ten times what encoders here show (4e-6, of
#: states about 1), and a thousandth of what bfloat16 does.
CLOSE = 1e-3


def write_onnx(encoder: Any, path: Path) -> None:
    """Write `encoder` (float32, on the CPU) as an ONNX file of free batch and length.

    The file is run once and compared with PyTorch before it takes its place.

    Raises:
        PressmarkError: onnx is missing, or this architecture cannot be written or run so.
    """
    for module in ("onnx", "onnxscript", "onnxruntime"):
        needed(module, "onnx")
    encoder.eval()
    ids = torch.ones((2, 16), dtype=torch.long)
    mask = torch.ones_like(ids)
    mask[1, 9:] = 0
    free = dict.fromkeys((0, 1), torch.export.Dim.DYNAMIC)
    with replacing(path) as part:
        try:
            with _quietly():
                program = torch.onnx.export(
                    _States(encoder).eval(),
                    (ids, mask),
                    dynamo=True,
                    dynamic_shapes={IDS: free, MASK: free},
                    external_data=False,
                    input_names=[IDS, MASK],
                    output_names=[STATES],
                    verbose=False,
                )
            assert program is not None, "dynamo gives a program"
            program.save(str(part), external_data=False)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  # its passes raise whatever they raise
            reason = " ".join(str(error).split())[:160]
            raise PressmarkError(
                f"{type(encoder).__name__}: cannot be written as ONNX ({reason});"
                " set prediction.backend to torch or torch-bf16"
            ) from None
        _compare(encoder, part)


class _States(torch.nn.Module):
    """An encoder whose call gives its last hidden states alone."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return batch x tokens x d."""
        output = self.encoder(input_ids=input_ids, attention_mask=attention_mask)
        states: torch.Tensor = output.last_hidden_state
        return states


def _compare(encoder: Any, path: Path) -> None:
    """Hold the file against PyTorch on other shapes than it was traced with."""
    draw, exact, ours = np.random.default_rng(0), TorchEncode(encoder), onnx_encode(path, 1)
    vocabulary = int(encoder.config.vocab_size)
    for rows, length in ((1, 7), (3, 33)):
        ids = draw.integers(vocabulary // 4, vocabulary, (rows, length), np.int64)
        mask = np.ones_like(ids)
        mask[0, length // 2 + 1 :] = 0
        apart = np.abs(exact(ids, mask) - ours(ids, mask))[mask > 0].max()
        if not apart < CLOSE:
            raise PressmarkError(
                f"{type(encoder).__name__}: as ONNX its states differ by {apart:.3g};"
                " set prediction.backend to torch or torch-bf16"
            )


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keep the exporter from telling what it does not find and what it will stop doing."""
    logger = logging.getLogger("torch.onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
