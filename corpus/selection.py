"""Which articles were selected to be annotated next: a ledger that is appended to.

It lies in the corpus so that a model's choice and the annotators' desks need not know each other.
Articles of the control slice reach annotators like any other; only the ledger tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.errors import PressmarkError
from corpus.files import append_lines, read_lines


@dataclass(frozen=True, slots=True)
class Selected:
    """One version of an article that was selected, at its `place` in the order of a selection.

    `score` is what the strategy gave it (None: by lot); `model` names what it was asked of.
    An article of the `control` slice was drawn at random and never teaches.
    """

    article: str
    sha256: str
    place: int
    strategy: str
    seed: int = 0
    model: str = ""
    score: float | None = None
    control: bool = False
    when: str = ""


def read_selection(path: Path) -> list[Selected]:
    """Return what was selected, in the order in which it should be annotated.

    Raises:
        PressmarkError: a line is no selected article.
    """
    found = []
    for number, row in enumerate(read_lines(path), 1):
        try:
            found.append(Selected(**row))
        except TypeError as error:
            raise PressmarkError(f"{path}:{number}: no selected article ({error})") from None
    return found


def append_selection(path: Path, selected: Iterable[Selected]) -> None:
    """Append a selection to the ledger; what was selected before comes first in the order."""
    append_lines(path, (asdict(each) for each in selected))


def order(selected: Iterable[Selected]) -> dict[str, int]:
    """Return each selected article's place over all selections, the oldest selection first."""
    return {id_: place for place, id_ in enumerate(dict.fromkeys(s.article for s in selected))}


def chosen(selected: Iterable[Selected]) -> frozenset[str]:
    """Return the articles that a strategy chose: they may teach, but measure nothing.

    Whatever is tested on was drawn at random, or the score would be that of easy or hard articles.
    """
    return frozenset(s.article for s in selected if not s.control and s.strategy != "random")
