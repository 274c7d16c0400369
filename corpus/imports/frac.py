"""FrAC: CSV with sentence and label, a policy frame by its number in the codebook (1 to 15)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from corpus.imports.native import Found, Refused
from corpus.imports.tables import cells
from corpus.imports.units import tables_of, unit


def read(path: Path) -> Iterator[Found]:
    """Yield each sentence with its frame."""
    for file, where, sha256 in tables_of(path, "*.csv", "table of sentences"):
        for row in cells(file, where, ("sentence", "label")):
            if isinstance(row, Refused):
                yield row
                continue
            place, cell = row
            opinion = ("frac", "gold", {"label": cell["label"]})
            yield unit(place, cell["sentence"], [opinion], sha256=sha256, language="en")
