"""Who annotates what and when: a ledger that is appended to and never rewritten."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from corpus.errors import PressmarkError
from corpus.files import append_lines, read_lines

#: 'work' goes to some people, 'control' to everybody, a 'repeat' again to the same person; 'again'
#: is a second look, at one's own labels, under guidelines that have changed.
Kind = Literal["work", "control", "repeat", "again"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """One version of one article, given to one annotator on one occasion.

    `week` counts batches from 1 and begins on the day `opens`. An assignment is taken back by a
    later row with `taken` set; `reason` says why it was given or taken, `when` is ISO 8601 in UTC.
    `scheme` is the hash of the one that asks for a second look.
    """

    annotator: str
    article: str
    sha256: str
    occasion: int = 1
    week: int = 1
    kind: Kind = "work"
    when: str = ""
    reason: str = ""
    taken: bool = False
    opens: str = ""
    scheme: str = ""

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What names the assignment: annotator, article, version and occasion."""
        return self.annotator, self.article, self.sha256, self.occasion


def rank(seed: int, *names: object) -> str:
    """Return a place in an order that a seed draws: the same for the same names, for ever."""
    return hashlib.sha256("\n".join(map(str, (seed, *names))).encode()).hexdigest()


def read_assignments(path: Path) -> list[Assignment]:
    """Return the last word on each assignment, those taken back too, in order of first arrival.

    Raises:
        PressmarkError: a line is no assignment.
    """
    last: dict[tuple[str, str, str, int], Assignment] = {}
    for number, row in enumerate(read_lines(path), 1):
        try:
            assignment = Assignment(**row)
        except TypeError as error:
            raise PressmarkError(f"{path}:{number}: no assignment ({error})") from None
        last[assignment.key] = assignment
    return list(last.values())


def append_assignments(path: Path, assignments: Iterable[Assignment]) -> None:
    """Append to the ledger; a row about a known assignment takes the place of what it said."""
    append_lines(path, (asdict(assignment) for assignment in assignments))
