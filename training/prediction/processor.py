"""The processor that predicts: its name, what it can multiply, and how many cores are ours."""

from __future__ import annotations

import os
import platform
from pathlib import Path

#: A processor with either of these multiplies bfloat16 in hardware; others are slower with it.
BF16 = frozenset({"avx512_bf16", "amx_bf16", "bf16"})


def told() -> dict[str, str]:
    """Return what the kernel tells of the first core, by its names; nothing where it is silent."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0].splitlines()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in lines)
    return {name.strip(): value.strip() for name, _, value in pairs}


def name() -> str:
    """Return the processor's name."""
    return told().get("model name") or platform.processor() or platform.machine()


def has_bf16() -> bool:
    """Tell whether the processor multiplies bfloat16."""
    known = told()
    return bool(BF16 & {*known.get("flags", "").split(), *known.get("Features", "").split()})


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
