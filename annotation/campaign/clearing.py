"""What was taken back goes from Label Studio too, as long as nobody has begun it."""

from __future__ import annotations

from dataclasses import dataclass

from annotation.backup import backup
from annotation.campaign.plan import Key
from annotation.client import Client
from annotation.layers import SPANS
from annotation.projects import WORK, Linked
from annotation.raw import RawStub
from annotation.reader import opened
from corpus.assignments import read_assignments
from corpus.job import Job


@dataclass(frozen=True)
class Cleared:
    """How many tasks that were taken back were removed, and how many were begun and stay."""

    removed: int = 0
    begun: int = 0


def clear_away(job: Job) -> Cleared:
    """Remove the tasks that the ledger says were taken back, a backup of each project first.

    Nothing else is removed, and nothing that somebody has begun: the server looks as it removes.

    Raises:
        ServiceError: Label Studio cannot be reached.
    """
    taken = frozenset(row.key for row in read_assignments(job.assignments) if row.taken)
    removed = begun = 0
    with opened(job, SPANS, WORK) as desks:
        for client, link in desks:
            tasks = [task for task in client.tasks(link.id) if _key(link, task) in taken]
            free = [task.id for task in tasks if not task.touched]
            gone = _removed(job, client, link, free) if free else 0
            removed += gone
            begun += len(tasks) - gone
    return Cleared(removed, begun)


def _removed(job: Job, client: Client, link: Linked, ids: list[int]) -> int:
    """Remove the tasks that are still untouched; return how many are gone."""
    backup(job, client, link, "taken back")
    client.remove_untouched(link.id, ids)
    left = {task.id for task in client.tasks(link.id)}
    return sum(id_ not in left for id_ in ids)


def _key(link: Linked, task: RawStub) -> Key:
    """What the ledger calls the task of somebody's desk."""
    told = task.data
    occasion = told.get("occasion", 1)
    number = occasion if isinstance(occasion, int) else 1
    return link.desk.owner, str(told.get("article")), str(told.get("sha256")), number
