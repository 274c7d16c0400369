"""Who was shown pre-labels on which task, drawn by lot; a ledger that is never rewritten.

An assignment's arm is drawn once, when its task is first sent. Of the shown pre-labels some are
errors put there on purpose; they are written down here and nowhere that an annotator can see.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from corpus.errors import PressmarkError
from corpus.files import append_lines, read_lines

Arm = Literal["shown", "unshown"]
#: What a planted error is: another label, another place, or a boundary moved away.
Sort = Literal["label", "place", "boundary"]


@dataclass(frozen=True, slots=True)
class Planted:
    """An error among the shown pre-labels: the span as it is shown, and as the run has it.

    `id` is the id of both. `sort` says what was made wrong.
    """

    id: str
    sort: Sort
    start: int
    end: int
    label: str
    was: tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Exposure:
    """What one annotator's task showed on one occasion.

    `run` is '' where nothing was shown. `block` names the draw that decided the arm; it is ''
    where no lot was drawn, and `reason` says why. `when` is ISO 8601 in UTC.
    """

    annotator: str
    article: str
    sha256: str
    occasion: int = 1
    arm: Arm = "unshown"
    run: str = ""
    planted: tuple[Planted, ...] = ()
    block: str = ""
    reason: str = ""
    when: str = ""

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What names the assignment: annotator, article, version and occasion."""
        return self.annotator, self.article, self.sha256, self.occasion


def read_exposures(path: Path) -> list[Exposure]:
    """Return every row of the ledger, in order; of one assignment there may be one a run.

    Raises:
        PressmarkError: a line is no exposure, or gives an assignment another arm than before.
    """
    arms: dict[tuple[str, str, str, int], str] = {}
    found = []
    for number, row in enumerate(read_lines(path), 1):
        try:
            exposure = _exposure(row)
        except (KeyError, TypeError, ValueError) as error:
            raise PressmarkError(
                f"{path}:{number}: no exposure ({error}); mend the line or restore the file"
            ) from None
        if (before := arms.setdefault(exposure.key, exposure.arm)) != exposure.arm:
            raise PressmarkError(
                f"{path}:{number}: {exposure.article!r} was {before} to {exposure.annotator}, and"
                f" now is {exposure.arm}: an arm is drawn once; take the line out"
            )
        found.append(exposure)
    return found


def append_exposures(path: Path, exposures: Iterable[Exposure]) -> list[Exposure]:
    """Append those whose assignment and run the ledger has not; return them."""
    known = {(each.key, each.run) for each in read_exposures(path)}
    fresh = []
    for exposure in exposures:
        if (exposure.key, exposure.run) not in known:
            known.add((exposure.key, exposure.run))
            fresh.append(exposure)
    append_lines(path, (asdict(exposure) for exposure in fresh))
    return fresh


def _exposure(row: dict[str, Any]) -> Exposure:
    planted = tuple(
        Planted(**{**each, "was": tuple(each["was"])}) for each in row.get("planted", ())
    )
    exposure = Exposure(**{**row, "planted": planted})
    if exposure.arm not in get_args(Arm):
        raise ValueError(f"the arm {exposure.arm!r} is not one of {', '.join(get_args(Arm))}")
    return exposure
