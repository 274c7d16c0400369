"""Which Pressmark this is."""

from __future__ import annotations

import functools
import importlib.metadata


@functools.cache
def version() -> str:
    """Return our version, '0' for a checkout that is not installed."""
    try:
        return importlib.metadata.version("pressmark")
    except importlib.metadata.PackageNotFoundError:
        return "0"
