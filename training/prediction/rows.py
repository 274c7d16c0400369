"""Rows of Parquet files of any size to articles; a row that is none is refused with its reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.dataset import article_of
from corpus.errors import PressmarkError, UnreadableError
from corpus.reading.ingest import article_of as typed
from corpus.reading.readers import Page
from corpus.records import Article, RecordError
from corpus.settings import Source
from corpus.takedown import barred

#: Rows that are read at a time, whatever a file's row groups hold.
PART = 100
#: Columns that make a row one of our own articles.
OURS = frozenset({"id", "sha256", "text", "blocks", "provenance"})
_GIVEN = ("id", "url", "publisher", "title", "published", "language", "licence")
_BUFFER = 2**20


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is no article: its number in its file, from 0, and why."""

    row: int
    reason: str


class Barred:
    """A row whose article is on the take-down list."""


@dataclass(frozen=True)
class Input:
    """A Parquet file: how many rows it has, and whether they are articles of ours or texts."""

    path: Path
    rows: int
    columns: tuple[str, ...]
    ours: bool


def opened(path: Path) -> Input:
    """Look at a file's columns and its number of rows.

    Raises:
        PressmarkError: it is no Parquet file, or has no column 'text'.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            names, rows = tuple(file.schema_arrow.names), int(file.metadata.num_rows)
    except (OSError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())[:160]
        raise PressmarkError(f"{path}: no Parquet file that can be read ({reason})") from None
    if "text" not in names:
        raise PressmarkError(f"{path}: no column 'text'; there are: {', '.join(names)}; rename one")
    ours = set(names) >= OURS
    columns = names if ours else tuple(name for name in names if name in {"text", *_GIVEN})
    return Input(path, rows, columns, ours)


def articles(
    source: Input, start: int, stop: int, listed: Collection[str]
) -> Iterator[Article | Refusal | Barred]:
    """Yield what the rows [start, stop) are, in order; `listed` is the take-down list.

    Raises:
        PressmarkError: the file is damaged from some row on.
    """
    for number, row in enumerate(_rows(source, start, stop), start):
        try:
            if barred(str(row.get("id") or ""), str(row.get("url") or ""), listed):
                yield Barred()
                continue
            yield article_of(row) if source.ours else _text(source, number, row)
        except (UnreadableError, RecordError, TypeError, ValueError, KeyError) as error:
            yield Refusal(number, " ".join(str(error).split())[:300])


def _text(source: Input, number: int, row: Mapping[str, Any]) -> Article:
    text = row["text"]
    if not isinstance(text, str):
        raise UnreadableError("the text is empty" if text is None else "the text is no string")
    given = {name: str(row[name]) for name in _GIVEN if row.get(name) not in (None, "")}
    where = f"{source.path.name}:{number}"
    return typed(Page(where, "", "parquet", text, Source(path=source.path.name), "", given))


def _rows(source: Input, start: int, stop: int) -> Iterator[dict[str, Any]]:
    """Yield rows [start, stop), reading no row group that ends before, and none whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(source.path, pre_buffer=False, buffer_size=_BUFFER) as file:
            groups, first = [], 0
            begin = 0
            for number in range(file.num_row_groups):
                end = first + file.metadata.row_group(number).num_rows
                if end <= start:
                    begin = end
                elif first < stop:
                    groups.append(number)
                first = end
            at = begin
            for batch in file.iter_batches(PART, row_groups=groups, columns=[*source.columns]):
                low, high = max(start - at, 0), min(stop - at, batch.num_rows)
                at += batch.num_rows
                if low < high:
                    yield from batch.slice(low, high - low).to_pylist()
                if at >= stop:
                    return
    except (OSError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())[:160]
        raise PressmarkError(
            f"{source.path}: damaged behind row {start} ({reason}); restore it from a copy"
        ) from None
