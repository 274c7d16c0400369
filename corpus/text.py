"""Canonical text: made once, at ingestion, and frozen from then on."""

from __future__ import annotations

import hashlib
import re

# In this order: what a removed NUL leaves behind ('\r' NUL '\n') is seen by the later steps.
_STEPS = (
    ("NUL removed", re.compile("\0"), ""),
    ("lone surrogates removed", re.compile("[\ud800-\udfff]"), ""),
    ("byte order mark removed", re.compile(r"\A\ufeff+"), ""),
    ("line ends to LF", re.compile(r"\r\n?"), "\n"),
)


def canonical(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the canonical form of `text` and the names of the changes that made it.

    NUL, lone surrogates and a leading byte order mark go; CRLF and CR become LF. Idempotent.
    """
    changes = []
    for name, pattern, replacement in _STEPS:
        text, count = pattern.subn(replacement, text)
        if count:
            changes.append(name)
    return text, tuple(changes)


def sha256_of(text: str) -> str:
    """Return the hex sha256 of the text's UTF-8 bytes: the name of one version of a text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
