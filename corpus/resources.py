"""Where the files that travel with the package lie: schemes and the sample corpus."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent

#: The schemes and job files that we ship: inside the wheel, or beside the package in a checkout.
CONFIGS = next(p for p in (_HERE / "configs", _HERE.parent / "configs") if p.is_dir())
#: The synthetic sample corpus.
SAMPLE = _HERE / "sample"
