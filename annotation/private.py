"""Files with secrets: readable by their owner alone from the first byte on, and never torn."""

from __future__ import annotations

import json
import os
from pathlib import Path


def write_private(path: Path, value: object) -> None:
    """Replace `path` by `value` as indented JSON, mode 0600 before anything is in it."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
