"""The line of a model: its manifest, and that of each model that it goes on from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def descent(manifest: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    """Yield a manifest, then its ancestors', the nearest first; nothing where there is none.

    An ancestor's manifest is as its Pressmark wrote it: an older one lacks fields.
    """
    while manifest:
        yield manifest
        manifest = manifest.get("ancestor")
