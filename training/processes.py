"""Which of several processes this is: `accelerate launch` starts them and says so in variables."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.console import work
from corpus.job import open_job
from corpus.progress import silent

if TYPE_CHECKING:
    from corpus.job import Job
    from corpus.progress import Progress


def is_main() -> bool:
    """Tell whether this is the process that writes: the only one, or the first of several."""
    return os.environ.get("RANK", "0") == "0"


def count() -> int:
    """Return how many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def here() -> int:
    """Return how many of them run on this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", os.environ.get("WORLD_SIZE", "1")))


@contextlib.contextmanager
def joint_work(
    name: str, folder: Path, settings: list[str] | None
) -> Iterator[tuple[Job, Progress]]:
    """Open the job as `work` does; of several processes the main one alone holds the lock."""
    try:
        if is_main():
            with work(name, folder, settings) as opened:
                yield opened
        else:
            yield open_job(folder, settings or ()), silent
    finally:
        _part()


def _part() -> None:
    """Leave the group of processes, if there is one: torch warns of who only goes."""
    if count() > 1 and "torch" in sys.modules:
        from torch import distributed

        if distributed.is_initialized():
            distributed.destroy_process_group()
