"""NewsSD-ENG: CSV with Sentence, Label (SUBJ or OBJ) and Solved conflict.

Antici et al. (2023), A Corpus for Sentence-level Subjectivity Detection on English News Articles.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from corpus.imports.native import Found, Refused
from corpus.imports.tables import cells
from corpus.imports.units import tables_of, unit

_ASKED = ("Label", "Solved conflict")


def read(path: Path) -> Iterator[Found]:
    """Yield each sentence with its consolidated label; one that stands twice is told."""
    for file, where, sha256 in tables_of(path, "*.csv", "table of sentences"):
        for row in cells(file, where, ("Sentence", "Label")):
            if isinstance(row, Refused):
                yield row
                continue
            place, cell = row
            answers = {name: cell[name] for name in _ASKED if name in cell}
            opinion = ("newssd-eng", "gold", answers)
            yield unit(place, cell["Sentence"], [opinion], sha256=sha256, language="en")
