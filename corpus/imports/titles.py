"""Hyperpartisan news titles: CSV with year, month, media, title, three annotators and the label.

Lyu et al. (2023), Computational Assessment of Hyperpartisanship in News Titles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.imports.native import Found, Refused
from corpus.imports.tables import cells, integer
from corpus.imports.units import tables_of, unit

_NAME = "hyperpartisan-titles"
_ANNOTATOR = re.compile(r"annotator[ _-]?([0-9]+)", re.IGNORECASE)


def read(path: Path) -> Iterator[Found]:
    """Yield each headline with what each annotator said and the label agreed on."""
    for file, where, sha256 in tables_of(path, "*.csv", "table of titles"):
        for row in cells(file, where, ("title", "label")):
            if isinstance(row, Refused):
                yield row
                continue
            place, cell = row
            opinions = [
                (f"{_NAME}-{match[1]}", "human", {"label": value})
                for name, value in cell.items()
                if (match := _ANNOTATOR.fullmatch(name)) and value.strip()
            ]
            opinions.append((_NAME, "gold", {"label": cell["label"]}))
            media, published = cell.get("media", "").strip(), _published(cell)
            yield unit(
                place,
                cell["title"],
                opinions,
                kind="headline",
                sha256=sha256,
                key=f"{media}\n{published}",
                publisher=media,
                published=published,
                title=cell["title"],
                language="en",
            )


def _published(cell: dict[str, str]) -> str:
    year, month = integer(cell.get("year", "").strip()), integer(cell.get("month", "").strip())
    if year is None:
        return ""
    return f"{year:04}-{month:02}" if month and 1 <= month <= 12 else f"{year:04}"
