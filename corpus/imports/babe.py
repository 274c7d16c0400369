"""BABE and MBIC: sentences by outlet with bias, opinion and biased words; agreed on, and raw.

Spinde et al. (2021). `final_labels_SG1.csv` and the like (';', a Python list of biased words) hold
what a group agreed on, `raw_labels_SG1.xlsx` a row an annotator. Words are listed, not places: each
whole-word occurrence in the sentence is marked, and says so where there are several.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import PressmarkError, UnreadableError
from corpus.imports.native import Document, Found, Mark, Refused
from corpus.imports.tables import Row, cells, sheet
from corpus.imports.units import unit
from corpus.reading.readers import sha256_of_file

_FILE = re.compile(r"(final|raw)_labels_([A-Za-z0-9]+)\.(csv|xlsx)")
_ASKED = ("label_bias", "label_opinion")
_WORDS = "biased_words"
#: Whose row it is, the first that there is; MBIC's worker ids lead to accounts, so all are hashed.
_AUTHORS = ("annotator_id", "mturk_id", "survey_record_id")


def read(path: Path) -> Iterator[Found]:
    """Yield a row of each file as its sentence with one opinion, the group's or an annotator's.

    Where a file lies there as CSV and as a workbook the CSV is read.

    Raises:
        PressmarkError: no final_labels_* or raw_labels_* file.
    """
    files = [path] if path.is_file() else sorted(path.rglob("*_labels_*"))
    known: dict[tuple[Path, str], tuple[Path, re.Match[str]]] = {}
    for file in files:
        if match := _FILE.fullmatch(file.name):
            known.setdefault((file.parent, file.stem), (file, match))
    if not known:
        raise PressmarkError(
            f"{path}: no final_labels_SG1.csv, raw_labels_SG1.xlsx or the like at or below it"
        )
    for file, match in known.values():
        where = file.relative_to(path).as_posix() if file != path else file.name
        yield from _rows(file, where, match)


def _rows(file: Path, where: str, match: re.Match[str]) -> Iterator[Found]:
    raw, group = match[1] == "raw", match[2]
    sha256 = sha256_of_file(file)
    needed = ("text", *_ASKED)
    table = sheet(file, where, needed) if match[3] == "xlsx" else cells(file, where, needed, ";")
    for row in table:
        if isinstance(row, Refused):
            yield row
            continue
        try:
            author = _author(row[1], group) if raw else f"babe-{group}"
            yield from _unit(row, author, "human" if raw else "gold", sha256)
        except UnreadableError as error:
            yield Refused(row[0], str(error))


def _unit(row: Row, author: str, role: str, sha256: str) -> Iterator[Document | Refused]:
    place, cell = row
    text = cell["text"].strip()
    if not text:
        raise UnreadableError("the text is empty")
    marks: list[Mark] = []
    for word in _list(cell.get(_WORDS, "")):
        found = list(_occurrences(word, text))
        if not found:
            told = f"the biased word {word!r} does not stand in the sentence; the rest is read"
            yield Refused(place, told, {"label": _WORDS, "values": word})
        attributes = {"occurrences": (str(len(found)),)} if len(found) > 1 else {}
        marks += [Mark(place, start, end, _WORDS, attributes) for start, end in found]
    yield unit(
        place,
        text,
        [(author, role, {name: cell[name].strip() for name in _ASKED})],
        marks=list({(mark.start, mark.end): mark for mark in marks}.values()),
        sha256=sha256,
        url=cell.get("news_link", "").strip(),
        publisher=cell.get("outlet", "").strip(),
        language="en",
    )


def _author(cell: dict[str, str], group: str) -> str:
    """A pseudonym that is the same in every row, file and import of the same person."""
    id_ = next((cell[name].strip() for name in _AUTHORS if cell.get(name, "").strip()), "")
    if not id_:
        raise UnreadableError(f"nobody's row: {', '.join(_AUTHORS)} are empty or not there")
    return f"babe-{group}-{hashlib.sha256(f'{group}:{id_}'.encode()).hexdigest()[:10]}"


def _list(cell: str) -> list[str]:
    """The words of a Python list literal; nothing in the cell is run."""
    if not cell.strip():
        return []
    told = f"biased_words is no list of words: {cell[:60]!r}"
    try:
        words = ast.literal_eval(cell.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        raise UnreadableError(told) from None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise UnreadableError(told)
    return [word.strip() for word in words if word.strip()]


def _occurrences(word: str, text: str) -> Iterator[tuple[int, int]]:
    """Where `word` stands as a word of its own: as it is written, else whatever its capitals."""
    for flags in (0, re.IGNORECASE):
        found = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text, flags)]
        if found:
            yield from found
            return
