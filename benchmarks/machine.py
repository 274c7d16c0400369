"""Which machine measured: the processor by name, and what of its instruction set matters here."""

from __future__ import annotations

import platform
from pathlib import Path

TOLD = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_int8")


def machine() -> str:
    """Name the processor and the vector instructions that it has."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    named = dict(line.split("\t: ", 1) for line in told.splitlines() if "\t: " in line)
    has = [flag for flag in TOLD if flag in named.get("flags\t", named.get("flags", "")).split()]
    return f"{named.get('model name', platform.processor())} ({', '.join(has)})"
