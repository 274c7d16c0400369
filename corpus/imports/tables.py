"""A unit a row: CSV, TSV, workbooks and JSON lines as rows with their place, or the reason why not.

The published corpora are UTF-8; a row that is not is refused, the rest is read.
"""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from corpus.imports.native import Refused
from corpus.reading.readers import sha256_of_file

__all__ = ["cells", "integer", "objects", "sha256_of_file", "sheet"]

#: A workbook unpacks to at most this: BABE's largest has 20 MB.
_UNPACKED = 2**29
_NOT_UTF8 = re.compile("[\udc80-\udcff]")

Row = tuple[str, dict[str, str]]


def cells(
    path: Path, where: str, needed: Sequence[str], delimiter: str = ",", *, quoted: bool = True
) -> Iterator[Row | Refused]:
    """Yield each row of a text table as its place ('file:line') and its cells by column.

    `quoted` is false where a quotation mark is a character like any other.
    """
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, quoting=quoting, strict=True)
        header: list[str] | None = None
        while True:
            place = f"{where}:{reader.line_num + 1}"
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                yield Refused(place, f"no row of this table ({error}); is a quotation mark open?")
                continue
            if header is None:
                header = [name.strip() for name in row]
                if problem := _lacking(header, needed):
                    yield Refused(place, problem)
                    return
            elif row:
                yield _row(place, header, row)
    if header is None:
        yield Refused(where, "empty; fetch the file again")


def sheet(path: Path, where: str, needed: Sequence[str]) -> Iterator[Row | Refused]:
    """Yield each row of a workbook's first sheet like `cells`; a formula refuses its row."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    broken = "no readable workbook (.xlsx); fetch the file again"
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
        if unpacked > _UNPACKED:
            yield Refused(where, f"unpacks to {unpacked} bytes, over the limit of {_UNPACKED}")
            return
        book = openpyxl.load_workbook(path, read_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError):
        yield Refused(where, broken)
        return
    try:
        yield from _rows(book.worksheets[0], where, needed)
    except (IndexError, zipfile.BadZipFile, KeyError, ValueError, SyntaxError, EOFError):
        yield Refused(where, broken)
    finally:
        book.close()


def objects(path: Path, where: str) -> Iterator[tuple[str, dict[str, Any]] | Refused]:
    """Yield each JSON object of a file of JSON lines with its place."""
    number = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                place = f"{where}:{number}"
                row = json_object(line)
                yield Refused(place, row) if isinstance(row, str) else (place, row)
    if not number:
        yield Refused(where, "empty; fetch the file again")


def json_object(data: bytes) -> dict[str, Any] | str:
    """Return the JSON object of `data`, or why it is none."""
    try:
        row = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return "not UTF-8 text"
    except RecursionError:
        return "JSON nested too deeply"
    except ValueError as error:
        return f"invalid JSON ({getattr(error, 'msg', error)})"
    return row if isinstance(row, dict) else "no JSON object"


def integer(value: object) -> int | None:
    """Return a whole number that is written as one, in JSON or as digits; None for all else."""
    if type(value) is int:
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        return int(value)
    return None


def _row(place: str, header: list[str], row: list[str]) -> Row | Refused:
    if len(row) != len(header):
        return Refused(place, f"{len(row)} cells, the header has {len(header)}")
    if any(_NOT_UTF8.search(cell) for cell in row):
        return Refused(place, "not UTF-8 text")
    return place, dict(zip(header, row, strict=True))


def _lacking(header: Sequence[str], needed: Sequence[str]) -> str | None:
    """Say which columns the header lacks and which it has."""
    if any(_NOT_UTF8.search(name) or "\0" in name for name in header):
        return "not UTF-8 text; fetch the file again or save it as UTF-8"
    missing = [name for name in needed if name not in header]
    if not missing:
        return None
    return f"no column {', '.join(map(repr, missing))}; there are: {', '.join(header)}"


def _rows(page: Any, where: str, needed: Sequence[str]) -> Iterator[Row | Refused]:
    header: list[str] | None = None
    for number, row in enumerate(page.iter_rows(), 1):
        place = f"{where}:{number}"
        formula = next((cell for cell in row if cell.data_type == "f"), None)
        values = [_plain(cell.value) for cell in row]
        if formula is not None:
            told = "the cell of column {} holds a formula, not a value"
            yield Refused(place, told.format(formula.column_letter))
        elif header is None:
            header = [value.strip() for value in values]
            while header and not header[-1]:
                header.pop()
            if problem := _lacking(header, needed):
                yield Refused(place, problem)
                return
        elif any(values):
            given = (values + [""] * len(header))[: len(header)]
            yield place, dict(zip(header, given, strict=True))
    if header is None:
        yield Refused(where, "empty; fetch the file again")


def _plain(value: object) -> str:
    """A workbook's value as a CSV would hold it; 3.0 is how some programs store 3."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
