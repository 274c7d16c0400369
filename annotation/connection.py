"""Which Label Studio a job works with, and how it is let in."""

from __future__ import annotations

import os
from pathlib import Path

from annotation import studio
from annotation.client import Client, connect
from corpus.errors import ServiceError
from corpus.job import Job


def connected(job: Job, owner: str = "") -> Client:  # noqa: ARG001  # one server for all so far
    """Return a client of the server that `studio.url` names, or of the job's own.

    Args:
        job: the job.
        owner: whose desk is meant; '' is everybody's.

    Raises:
        ServiceError: it does not run, cannot be reached, or does not let us in.
    """
    settings = job.settings.studio
    if settings.url is None:
        running = studio.status(job)
        if running is None:
            raise ServiceError(
                f"{job.folder}: its Label Studio does not run; start it with"
                " 'pressmark studio start'"
            )
        return connect(running.url, studio.read_login(running.login).token)
    token = os.environ.get(settings.token_env, "").strip()
    if not token:
        raise ServiceError(
            f"{settings.url}: no token; put one of Label Studio's into the environment variable"
            f" {settings.token_env}"
        )
    return connect(settings.url, token, authority(job))


def authority(job: Job) -> Path | None:
    """Return the file of the authority that vouches for the server, where the job names one."""
    named = job.settings.studio.ca
    return job.folder / named if named else None


def server(job: Job, owner: str = "") -> str:  # noqa: ARG001  # one server for all so far
    """Return the name under which job.json knows the server: its own changes port, not data."""
    return job.settings.studio.url or "local"
