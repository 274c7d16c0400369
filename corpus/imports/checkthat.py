"""The CheckThat! lab's subjectivity task: TSV with sentence_id, sentence, label, solved_conflict.

A quotation mark in these files is a character like any other (the lab reads them so).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.imports.native import Found, Refused
from corpus.imports.tables import cells
from corpus.imports.units import tables_of, unit

_ASKED = ("label", "solved_conflict")
_LANGUAGES = {
    "arabic": "ar",
    "bulgarian": "bg",
    "dutch": "nl",
    "english": "en",
    "german": "de",
    "italian": "it",
    "turkish": "tr",
}
_CODE = re.compile(r"(?:^|[_\-/])(ar|bg|nl|en|de|it|tr)(?=[_\-./])")


def read(path: Path) -> Iterator[Found]:
    """Yield each sentence with its label (three raters and a tie-break)."""
    for file, where, sha256 in tables_of(path, "*.tsv", "table of sentences"):
        language = _language(f"{file.parent.name}/{file.name}".casefold())
        needed = ("sentence_id", "sentence", "label")
        for row in cells(file, where, needed, "\t", quoted=False):
            if isinstance(row, Refused):
                yield row
                continue
            place, cell = row
            answers = {name: cell[name] for name in _ASKED if name in cell}
            yield unit(
                place,
                cell["sentence"],
                [("checkthat", "gold", answers)],
                sha256=sha256,
                id=cell["sentence_id"].strip(),
                language=language,
            )


def _language(name: str) -> str:
    """The language that a file's name or folder gives; '' where it gives none."""
    for word, code in _LANGUAGES.items():
        if word in name:
            return code
    match = _CODE.search(name)
    return match[1] if match else ""
