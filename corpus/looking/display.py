"""Text as a terminal may show it: what a page holds can neither steer it nor pass for our own.

A page's escape codes would move the cursor or set the window's title, its bidirectional controls
would turn the margin round, its zero-width characters would shift what stands beneath.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

#: Join or choose the look of what stands beside them, with a width that no two terminals agree on.
_SILENT = frozenset("\u200c\u200d\u00ad") | {chr(code) for code in range(0xFE00, 0xFE10)}
#: Marks on one letter; more are a tower that covers the lines above.
_STACK = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """What is printed for the code point at `at`, in `width` columns.

    `strange` is true of a sign that stands for the code point, `ends` of a line's end.
    """

    at: int
    text: str
    width: int
    strange: bool = False
    ends: bool = False


def cells(text: str, start: int = 0) -> Iterator[Cell]:
    """Yield what stands for each code point of `text`, whose first one is at `start`."""
    from rich.cells import get_character_cell_size

    stack = 0
    for at, char in enumerate(text, start):
        category = unicodedata.category(char)
        stack = stack + 1 if category in ("Mn", "Me") else 0
        if char == "\n":
            yield Cell(at, "", 0, ends=True)
        elif char in _SILENT:
            yield Cell(at, "", 0)
        elif category == "Zs":
            yield Cell(at, " ", 1)
        elif category in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp") or stack > _STACK:
            told = _told(char)
            yield Cell(at, told, len(told), strange=True)
        elif stack:
            first = at == start
            yield Cell(at, "\u25cc" + char if first else char, int(first))
        elif (width := get_character_cell_size(char)) < 1:
            told = _told(char)
            yield Cell(at, told, len(told), strange=True)
        else:
            yield Cell(at, char, width)


def safe(text: str) -> str:
    """Return `text` in one line that a terminal can be given."""
    return "".join(" " if cell.ends else cell.text for cell in cells(text.strip()))


def wrapped(line: list[Cell], width: int) -> Iterator[list[Cell]]:
    """Yield the cells by lines of `width` columns, broken at a blank, which falls away, if any."""
    row: list[Cell] = []
    used = blank = 0
    for cell in line:
        if cell.ends:
            yield row
            row, used, blank = [], 0, 0
            continue
        if row and used + cell.width > width and cell.text == " ":
            yield row
            row, used, blank = [], 0, 0
            continue
        while row and used + cell.width > width:
            cut = blank or len(row)
            yield _without_blank(row[:cut])
            row, blank = row[cut:], 0
            used = sum(each.width for each in row)
        row.append(cell)
        used += cell.width
        if cell.text == " ":
            blank = len(row)
    yield row


def _without_blank(row: list[Cell]) -> list[Cell]:
    return row[:-1] if len(row) > 1 and row[-1].text == " " else row


def _told(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"⟨{code:04X}⟩"
