"""What changed in a project since it was looked at last, as cheaply as it can be known for certain.

A task's own time (`updated_at`) moves when an annotation on it is made, changed or deleted, and not
for a draft: so every task that has drafts is read each time. A task that is deleted shows nowhere:
so the tasks are counted up to the youngest that was known. Whatever is not certain is answered by
reading everything, and so it is once a day.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from annotation.client import Client
from annotation.projects import Linked
from annotation.raw import RawTask
from corpus.job import Job

#: Seconds before the last look that are looked at again: a change is dated before it can be seen,
#: and the clocks of a server's processes differ.
OVERLAP = 120
#: Hours after which everything is read, whatever seems to have changed.
WHOLE_AFTER = 24
#: More changed tasks than this share of a project, and a snapshot of all is as quick: measured,
#: a list gives some 150 tasks with all that is in them a second, a snapshot 600.
SHARE = 0.2
#: As many changed tasks are listed in any case, and no more than these at once.
FEW, MOST = 50, 1000
_STATE = "pulled"
_TAIL = 4096


@dataclass(frozen=True)
class Mark:
    """How far a project was read: by the server's clock, and what stood there then.

    `since` is when the last look began, `whole` when everything was read, `ahead` by how many
    seconds whoever dates the answers is ahead of Label Studio. `inputs` names what of the job bears
    on how annotations are read, `log` the log with what was read: with other people or articles,
    or another log (an older copy that was put back), everything is read again.
    """

    since: str
    whole: str
    tasks: int
    youngest: int
    inputs: str
    ahead: float = 0.0
    log: str = ""


def mark_of(job: Job, link: Linked) -> Mark | None:
    """Return how far the project was read; None if it never was, or not into the log there is."""
    row = job.state().get(_STATE, {}).get(link.number)
    mark = Mark(**row) if row else None
    return mark if mark and _begins(job.annotations, mark.log) else None


def write_marks(job: Job, marks: dict[str, Mark]) -> None:
    """Write down how far projects (by number) were read, once what was read is in the log."""
    path = job.annotations
    log = _named(path, path.stat().st_size) if path.exists() else ""
    rows = {number: asdict(replace(mark, log=log)) for number, mark in marks.items()}
    job.write_state(**{_STATE: {**job.state().get(_STATE, {}), **rows}})


def changed(
    client: Client, link: Linked, mark: Mark | None, inputs: str
) -> tuple[list[RawTask], Mark] | None:
    """Return the tasks that changed since `mark` and the next mark; None if all must be read."""
    if mark is None or mark.inputs != inputs or (clock := client.clock()) is None:
        return None
    begun = clock - timedelta(seconds=mark.ahead)
    # an answer is dated to the second, so that in the same second it is not yet put back
    is_put_back = moment(mark.since) - begun >= timedelta(seconds=1)
    if begun - moment(mark.whole) > timedelta(hours=WHOLE_AFTER) or is_put_back:
        return None
    total, youngest = client.count(link.id)
    known = total if youngest == mark.youngest else client.count(link.id, upto=mark.youngest)[0]
    if known != mark.tasks:
        return None
    since = moment(mark.since) - timedelta(seconds=OVERLAP)
    most = max(FEW, min(MOST, int(SHARE * total)))
    found = client.changed(link.id, told(since), most)
    if found is None or any(_renumbered(task, mark) for task in found):
        return None
    return found, Mark(told(begun), mark.whole, total, youngest, inputs, mark.ahead)


def first_mark(
    clock: datetime | None, created: str, inputs: str, tasks: int, youngest: int
) -> Mark | None:
    """Return the mark of a whole look, whose snapshot the server dates `created`."""
    if clock is None:
        return None
    ahead = max(0.0, (clock - moment(created)).total_seconds())
    begun = told(moment(created))
    return Mark(begun, begun, tasks, youngest, inputs, ahead)


def _named(path: Path, size: int) -> str:
    """Name the first `size` bytes of a log: by their number, and the last of them."""
    with path.open("rb") as file:
        file.seek(max(0, size - _TAIL))
        tail = file.read(min(size, _TAIL))
    return f"{size} {hashlib.sha256(tail).hexdigest()[:16]}"


def _begins(path: Path, name: str) -> bool:
    """Tell whether the log is the one of that name, which may have grown since."""
    size = int(name.partition(" ")[0] or 0)
    if not path.exists() or path.stat().st_size < size:
        return not size
    return not size or _named(path, size) == name


def _renumbered(task: RawTask, mark: Mark) -> bool:
    """Tell whether a new task has the number of one that is gone: SQLite gives it again."""
    return task.id <= mark.youngest and moment(task.created_at) > moment(mark.since)


def moment(text: str) -> datetime:
    """Read one of Label Studio's times, or of ours."""
    return datetime.fromisoformat(text).astimezone(UTC)


def told(when: datetime) -> str:
    """Write a time to the microsecond, as the data manager reads it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
