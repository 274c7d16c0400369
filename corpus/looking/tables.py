"""Tables on the terminal, as wide as they need to be; what a page holds cannot steer it."""

from __future__ import annotations

from corpus.looking.display import safe
from corpus.looking.stats import Table, Value

#: Rows that are printed; a crowd of annotators would fill pages. --json has them all.
MOST = 40


def printed(table: Table) -> None:
    """Print one table under its name."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as Rich
    from rich.text import Text

    shown = Rich(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for number, name in enumerate(table.head):
        figures = all(not isinstance(row[number], str) for row in table.rows)
        shown.add_column(Text(safe(name)), justify="right" if figures else "left")
    for row in table.rows[:MOST]:
        shown.add_row(*(Text(_told(value)) for value in row))
    console = Console(markup=False, emoji=False, highlight=False)
    console.print(Text(table.name, style="bold"))
    console.print(shown)
    notes = [table.note] if table.note else []
    if len(table.rows) > MOST:
        notes.append(f"and {len(table.rows) - MOST} more: --json lists them all")
    for note in notes:
        console.print(Text(f"{note}\n", style="italic"))


def _told(value: Value) -> str:
    if value is None:
        return "–"
    return safe(value) if isinstance(value, str) else f"{value:,}"
