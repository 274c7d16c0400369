"""Which article is for what: a ledger in which a placed article never moves."""

from __future__ import annotations

from corpus.errors import PressmarkError
from corpus.files import read_lines
from corpus.job import Job
from corpus.splits import USES

HELD_OUT = "held out"


def placements(job: Job) -> dict[str, str]:
    """Return each placed article's use, from the ledger: 'train', 'validation', 'test', 'held out'.

    An article that was taken from the job stays in the ledger. The first line of an article counts.

    Raises:
        PressmarkError: a line names no article, or a use that there is not.
    """
    placed: dict[str, str] = {}
    for number, row in enumerate(read_lines(job.placements), 1):
        id_, use = row.get("article"), row.get("use")
        if not isinstance(id_, str) or use not in (*USES, HELD_OUT):
            raise PressmarkError(
                f"{job.placements}:{number}: article {id_!r} is placed in {use!r}, not one of"
                f" {', '.join((*USES, HELD_OUT))}; mend the line or restore the file"
            )
        placed.setdefault(id_, use)
    return placed
