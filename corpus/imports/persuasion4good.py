"""PersuasionForGood: CSV with dialogue_id, turn, sentence, act and act_2; a dialogue is an article.

Wang et al. (2019). The sentences of a turn follow each other in a paragraph; only the persuader's
side is in persuader_sentences.csv.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from corpus.imports.native import Document, Found, Opinion, Part, Refused, Said
from corpus.imports.tables import Row, cells
from corpus.imports.units import tables_of

_ACTS = ("act", "act_2")


def read(path: Path) -> Iterator[Found]:
    """Yield each dialogue with the acts of its sentences, placed."""
    needed = ("dialogue_id", "turn", "sentence", "act")
    for file, where, sha256 in tables_of(path, "*sentences.csv", "table of sentences"):
        rows: list[Row] = []
        for row in cells(file, where, needed):
            if isinstance(row, Refused):
                yield row
            elif not row[1]["dialogue_id"].strip() or not row[1]["sentence"].strip():
                yield Refused(row[0], "no dialogue_id or no sentence")
            else:
                rows.append(row)
        rows.sort(key=lambda row: row[1]["dialogue_id"])
        for id_, dialogue in groupby(rows, key=lambda row: row[1]["dialogue_id"]):
            yield _document(id_.strip(), sha256, list(dialogue))


def _document(id_: str, sha256: str, rows: list[Row]) -> Document:
    text = ""
    parts: list[Part] = []
    said: list[Said] = []
    for _, turn in groupby(rows, key=lambda row: row[1]["turn"]):
        text += "\n\n" if text else ""
        begun = len(text)
        for place, cell in turn:
            text += " " if len(text) > begun else ""
            start = len(text)
            text += cell["sentence"].strip()
            acts = tuple(cell[name] for name in _ACTS if cell.get(name, "").strip())
            said.append(Said(place, "act", acts or ("",), start, len(text)))
        parts.append(Part(begun, len(text), "paragraph"))
    where = rows[0][0]
    opinion = Opinion(where, "persuasion4good", "gold", answers=tuple(said))
    return Document(
        where, sha256, text, id_, parts=tuple(parts), opinions=(opinion,), language="en"
    )
