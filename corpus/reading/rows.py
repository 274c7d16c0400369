"""Rows to raw pages: JSON, CSV, Parquet and datasets; memory does not grow with the file."""

from __future__ import annotations

import contextlib
import csv
import difflib
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from corpus.errors import UnreadableError
from corpus.reading.crawls import CRAWLS, crawler_of, read_crawled
from corpus.reading.decode import byte_limit, decode
from corpus.reading.hub import dataset_columns, dataset_rows
from corpus.reading.readers import File, Page, Refused, sha256_of_file
from corpus.settings import Columns

_GIVEN = ("id", "url", "publisher", "title", "authors", "published", "language", "licence")
#: How far into a file of JSON lines its columns are looked for.
_LOOK = 100
_SAMPLE = 2**18
_BATCH = 64
#: A JSON document is parsed whole; more than this is for JSON lines.
JSON_LIMIT = 256 * 2**20


def column_problem(file: File) -> str | None:
    """Say which mapped column `file` lacks, which are there and which was probably meant."""
    try:
        there = _columns(file)
    except UnreadableError as error:
        # unreadable files are quarantined when their turn comes; a dataset is all there is
        return f"{file.where}: {error}" if file.format == "dataset" else None
    except (OSError, EOFError, zlib.error, csv.Error):
        return None
    if there is None:
        return None
    asked = {"text": file.source.columns.text, **_mapped(file)}
    lines = []
    for role, column in asked.items():
        if column not in there:
            close = difflib.get_close_matches(column, there, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]!r}?" if close else "map it under columns"
            lines.append(
                f"{file.where}: no column {column!r} (mapped as {role}); {hint};"
                f" there are: {', '.join(there)}"
            )
    return "\n".join(lines) or None


def read_rows(file: File) -> Iterator[Page | Refused]:
    """Yield a page for each row; a row that is none is refused, with its line."""
    sha256 = ""
    try:
        sha256 = "" if file.format == "dataset" else sha256_of_file(file.path)
        for where, row in _rows(file):
            if isinstance(row, str):
                yield Refused(where, row)
            else:
                yield _page(file, where, row, sha256)
    except UnreadableError as error:
        yield Refused(file.where, str(error))
    except (EOFError, zlib.error, gzip.BadGzipFile):
        yield Refused(file.where, "truncated or damaged gzip; fetch the file again")
    except OSError as error:
        yield Refused(file.where, f"cannot be read ({error.strerror or error})")


def _mapped(file: File) -> dict[str, str]:
    columns = file.source.columns
    return {name: column for name in _GIVEN if (column := getattr(columns, name))}


def _crawler(file: File, row: Mapping[str, Any]) -> str:
    """Which crawl's format a row has: the one that is forced, or by its keys unless mapped."""
    if file.source.format in CRAWLS:
        return file.source.format
    mapped = file.source.columns != Columns()
    return "" if mapped or file.format not in ("json", "jsonl") else crawler_of(row)


def _crawled(file: File, where: str, row: dict[str, Any], sha256: str) -> Page | Refused:
    crawler = _crawler(file, row)
    try:
        read = read_crawled(crawler, row)
    except UnreadableError as error:
        return Refused(where, str(error))
    return Page(
        where,
        sha256,
        f"html from {crawler}" if read.markup else crawler,
        read.text,
        file.source,
        where,
        {name: value for name, value in read.given.items() if value},
        parts=read.parts,
        fetched=read.fetched,
        paywalled=read.paywalled,
    )


def _page(file: File, where: str, row: dict[str, Any], sha256: str) -> Page | Refused:
    if _crawler(file, row):
        return _crawled(file, where, row, sha256)
    text = row.get(file.source.columns.text)
    if not isinstance(text, str) or not text.strip():
        return Refused(where, f"no text in column {file.source.columns.text!r}")
    if any("\udc80" <= char <= "\udcff" for char in text) and file.format == "csv":
        return Refused(where, "not in the encoding of the rest; name its encoding in the source")
    mapped = _mapped(file)
    given = {name: said for name, column in mapped.items() if (said := _said(row.get(column)))}
    line = where.rpartition(":")[2]
    return Page(where, sha256, file.format, text, file.source, f"{file.name}:{line}", given)


def _said(value: object) -> str:
    """A cell as text; several authors stand on lines of their own."""
    if isinstance(value, list):
        return "\n".join(said for item in value if (said := _said(item)))
    return "" if value is None or isinstance(value, dict) else str(value).strip()


def _rows(file: File) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yield each row with its place, or the reason why it is none."""
    if file.format == "parquet":
        yield from _parquet(file)
    elif file.format == "csv":
        yield from _csv(file)
    elif file.format == "dataset":
        for number, row in dataset_rows(file.source, file.path):
            yield f"{file.where}:{number}", row
    elif file.format == "json":
        yield from _json(file)
    else:
        yield from _jsonl(file)


def _columns(file: File) -> list[str] | None:
    """The columns of a file; None where no row is readable, or a crawler's keys need no mapping."""
    if file.format == "parquet":
        return [str(name) for name in _parquet_file(file).schema_arrow.names]
    if file.format == "csv":
        with _csv_reader(file) as reader:
            return _header(reader)
    if file.format == "dataset":
        return dataset_columns(file.source, file.path)
    if file.format in ("json", "jsonl"):
        found: dict[str, None] = {}
        for number, (_, row) in enumerate(_rows(file)):
            if number >= _LOOK:
                break
            if isinstance(row, dict) and _crawler(file, row):
                return None
            found.update(dict.fromkeys(row if isinstance(row, dict) else ()))
        return list(found) or None
    return None


def _open(path: Path) -> BinaryIO:
    stream = path.open("rb")
    if stream.read(2) == b"\x1f\x8b":
        stream.close()
        return cast("BinaryIO", gzip.open(path, "rb"))
    stream.seek(0)
    return stream


def _jsonl(file: File) -> Iterator[tuple[str, dict[str, Any] | str]]:
    limit = byte_limit(file.source.max_characters)
    number = 0
    with _open(file.path) as stream:
        while line := stream.readline(limit):
            number += 1
            where = f"{file.where}:{number}"
            if len(line) == limit and not line.endswith(b"\n"):
                yield where, f"a line longer than {limit} bytes; raise max_characters"
                while (rest := stream.readline(limit)) and not rest.endswith(b"\n"):
                    pass
            elif line.strip():
                yield where, _object(line, file.source.encoding)
    if number == 0:
        yield file.where, "empty; fetch the file again or take it out"


def _json(file: File) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Rows of a JSON document: one object, a list of them, or fundus' lists by publisher."""
    with _open(file.path) as stream:
        data = stream.read(JSON_LIMIT + 1)
    if len(data) > JSON_LIMIT:
        yield file.where, f"a JSON document of more than {JSON_LIMIT} bytes; write JSON lines"
        return
    document = _parsed(data, file.source.encoding)
    if isinstance(document, str):
        # several objects, one a line, under the name of a document
        lines = data.count(b"\n") and not isinstance(_parsed(data.partition(b"\n")[0], None), str)
        yield from _jsonl(file) if lines else [(file.where, document)]
        return
    rows = document if isinstance(document, list) else _by_publisher(document)
    for number, row in enumerate(rows, 1):
        yield f"{file.where}:{number}", row if isinstance(row, dict) else "no JSON object"


def _by_publisher(document: dict[str, Any]) -> list[Any]:
    lists = [value for value in document.values() if isinstance(value, list)]
    if not document or len(lists) < len(document) or not all(map(_only_objects, lists)):
        return [document]
    return [{"publisher": name, **row} for name, rows in document.items() for row in rows]


def _only_objects(rows: list[Any]) -> bool:
    return all(isinstance(row, dict) for row in rows)


def _object(line: bytes, encoding: str | None) -> dict[str, Any] | str:
    row = _parsed(line, encoding)
    return "no JSON object; write one object a line" if isinstance(row, list) else row


def _parsed(line: bytes, encoding: str | None) -> dict[str, Any] | list[Any] | str:
    """An object or a list, or what is wrong with it."""
    try:
        row = json.loads(line.decode(encoding or "utf-8-sig"))
    except (UnicodeError, LookupError):
        return f"not text in {encoding or 'UTF-8'}; name its encoding in the source"
    except RecursionError:
        return "JSON nested too deeply"
    except json.JSONDecodeError as error:
        return f"invalid JSON ({error.msg}, character {error.colno}); mend the line"
    except ValueError:
        return "a number of more digits than can be read; mend the line"
    return row if isinstance(row, (dict, list)) else "no JSON object; write one object a line"


@contextlib.contextmanager
def _csv_reader(file: File) -> Iterator[Any]:
    """A csv reader over the file, its encoding and delimiter found from the beginning."""
    with _open(file.path) as stream:
        sample = stream.read(_SAMPLE)
    encoding = file.source.encoding or _csv_encoding(sample)
    try:
        head = sample.decode(encoding, "replace").partition("\n")[0]
    except LookupError:
        raise UnreadableError(f"no such encoding: {encoding}; mend it in the source") from None
    tab = ".tsv" in file.path.suffixes
    delimiter = "\t" if tab else max(",;\t|", key=head.count)
    csv.field_size_limit(byte_limit(file.source.max_characters))
    # a byte of another encoding is its row's own trouble: that is refused, the rest is read
    with (
        _open(file.path) as stream,
        io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="") as words,
    ):
        yield csv.reader(words, delimiter=delimiter)


def _csv_encoding(sample: bytes) -> str:
    cut = sample[: sample.rfind(b"\n") + 1] or sample  # no character is cut in two there
    _, changes = decode(cut)
    told = next((change for change in changes if change.startswith("decoded from ")), "")
    if told:
        return told.removeprefix("decoded from ").removesuffix(" (guessed)")
    return "utf-8-sig"


def _header(reader: Any) -> list[str]:
    return [name.strip() for name in next(reader, [])]


def _csv(file: File) -> Iterator[tuple[str, dict[str, Any] | str]]:
    with _csv_reader(file) as reader:
        header = _header(reader)
        if not header:
            yield file.where, "empty; fetch the file again or take it out"
        while True:
            where = f"{file.where}:{reader.line_num + 1}"
            try:
                cells: Sequence[str] = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield where, f"no row of this CSV ({error}); is a quotation mark left open?"
                continue
            if len(cells) == len(header):
                yield where, dict(zip(header, cells, strict=True))
            elif cells:
                told = f"{len(cells)} cells, the header has {len(header)}"
                yield where, f"{told}; put a text with commas into quotation marks"


def _parquet_file(file: File) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(file.path)
    except (pa.ArrowException, OSError) as error:
        told = str(error).splitlines()[0]
        raise UnreadableError(f"no readable Parquet file ({told}); fetch it again") from None


def _parquet(file: File) -> Iterator[tuple[str, dict[str, Any] | str]]:
    import pyarrow as pa

    wanted = [file.source.columns.text, *_mapped(file).values()]
    table = _parquet_file(file)
    number = 0
    try:
        for batch in table.iter_batches(batch_size=_BATCH, columns=list(dict.fromkeys(wanted))):
            for row in batch.to_pylist():
                number += 1
                yield f"{file.where}:{number}", row
    except (pa.ArrowException, OSError) as error:
        told = str(error).splitlines()[0]
        raise UnreadableError(f"damaged after row {number} ({told}); fetch it again") from None
    finally:
        table.close()
