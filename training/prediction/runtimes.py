"""Encoders without torch: an ONNX file run by ONNX Runtime or by OpenVINO."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import PressmarkError
from training.prediction.processor import has_bf16
from training.units import Floats, Ints

#: What an ONNX file takes and gives, by these names.
IDS, MASK, STATES = "input_ids", "attention_mask", "states"


@dataclass(frozen=True)
class OnnxEncode:
    """ONNX Runtime, in the precision of the file (float32)."""

    session: Any

    def __call__(self, ids: Ints, mask: Ints) -> Floats:
        """Return the last hidden states."""
        states: Floats = self.session.run([STATES], {IDS: ids, MASK: mask})[0]
        return states


@dataclass(frozen=True)
class OpenVinoEncode:
    """OpenVINO: bfloat16 where the processor has it, else float32."""

    compiled: Any

    def __call__(self, ids: Ints, mask: Ints) -> Floats:
        """Return the last hidden states."""
        states: Floats = self.compiled({IDS: ids, MASK: mask}, share_inputs=True)[STATES]
        return states


def onnx_encode(path: Path, threads: int) -> OnnxEncode:
    """Load an ONNX file into ONNX Runtime on that many threads.

    Raises:
        PressmarkError: ONNX Runtime is not installed, or the file is none of its.
    """
    runtime = needed("onnxruntime", "onnx")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Freed memory goes back: windows of many lengths would each keep an arena of their own
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    try:
        session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001  # its errors share no class but Exception
        raise _unreadable(path, error) from None
    return OnnxEncode(session)


def openvino_encode(path: Path, threads: int) -> OpenVinoEncode:
    """Compile an ONNX file with OpenVINO for this processor and that many threads.

    Raises:
        PressmarkError: OpenVINO is not installed, or the file is none of its.
    """
    openvino = needed("openvino", "openvino")
    wanted = {
        "INFERENCE_PRECISION_HINT": "bf16" if has_bf16() else "f32",
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",
    }
    try:
        compiled = openvino.Core().compile_model(str(path), "CPU", wanted)
    except RuntimeError as error:
        raise _unreadable(path, error) from None
    return OpenVinoEncode(compiled)


def needed(module: str, backend: str) -> Any:
    """Import what a backend needs.

    Raises:
        PressmarkError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise PressmarkError(
            f"prediction.backend: {backend!r} needs {module};"
            " run: pip install 'pressmark[fast]', or set it to torch"
        ) from None


def _unreadable(path: Path, error: Exception) -> PressmarkError:
    reason = " ".join(str(error).split())[:200]
    return PressmarkError(f"{path}: cannot be run ({reason}); export the model again")
