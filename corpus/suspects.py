"""Labels that a model doubts: the list that `label-errors` writes and `push --again` sends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.errors import PressmarkError
from corpus.files import read_lines, write_lines

#: What may be wrong: a span that should not be there, one that is not there, one with another
#: label or with other ends, an answer.
FAULTS = ("spurious", "missing", "label", "boundary", "answer")
#: What a doubt begins with as a reason to look again; the rest is the model's, and not shown.
DOUBTED = "doubted: "


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label (or the lack of one) in one version of an article, as a model sees it.

    `score` is from 0 (surely wrong) to 1. `says` is what the annotators said, `model` what the
    model would: a label or a value, '' for none. `start` and `end` are the place, None for an
    answer about the whole article; `name` is the label, or the question.
    """

    article: str
    sha256: str
    fault: str
    score: float
    name: str
    says: str
    model: str
    start: int | None = None
    end: int | None = None

    def told(self) -> str:
        """Say in a few words what is suspected."""
        where = "" if self.start is None else f" at {self.start}–{self.end}"
        return f"{self.name}{where}: {self.says or 'nothing'}, the model: {self.model or 'nothing'}"


def read_suspects(path: Path) -> list[Suspect]:
    """Return the list, the most suspicious first; none where nobody has looked.

    Raises:
        PressmarkError: a line is no suspect.
    """
    found = []
    for number, row in enumerate(read_lines(path), 1):
        try:
            found.append(Suspect(**row))
        except TypeError as error:
            raise PressmarkError(f"{path}:{number}: no suspect ({error})") from None
    return found


def write_suspects(path: Path, suspects: Iterable[Suspect]) -> None:
    """Replace the list."""
    write_lines(path, (asdict(each) for each in suspects))
