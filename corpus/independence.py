"""Whether annotators work apart because they must, or because they were asked to."""

from __future__ import annotations

from typing import Any

from corpus.job import Job

ENFORCED = "independent: each annotator on a server of their own"
AGREED = "independent by agreement, not enforced"
SHARED = "independent by agreement, not enforced: all annotators share one project"


def independence(job: Job) -> str:
    """Say in a few words how independent the job's annotations are; every report prints them.

    Any account of Label Studio's open edition can open any project of its server, so that nothing
    but a server for each annotator keeps one from another's work. A job whose people met on one
    server before is not enforced, whatever its settings say now.
    """
    if not job.settings.people:
        return SHARED
    projects = job.state().get("projects", {})
    apart = all(_apart(server, row) for server, rows in projects.items() for row in rows)
    return ENFORCED if job.settings.studio.isolated and apart else AGREED


def server_of(owner: str) -> str:
    """Return the name under which job.json knows the server that is the owner's alone."""
    return f"local {owner}" if owner else "local"


def _apart(server: str, row: dict[str, Any]) -> bool:
    """Whether a project's annotations are made where nobody else has an account."""
    annotated = row.get("layer", "spans") == "spans" and row.get("purpose", "work") == "work"
    owner = row.get("owner", "")
    return not annotated or (bool(owner) and server == server_of(owner))
