"""Which Label Studio a job works with, and how it is let in."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from annotation import studio
from annotation.client import Client, connect
from corpus.errors import ServiceError
from corpus.independence import server_of
from corpus.job import Job

#: Below the studio folder: each person's own server, where the job is isolated.
_PEOPLE = "people"


def connected(job: Job, owner: str = "") -> Client:
    """Return a client of the server that `studio.url` names, or of the job's own.

    Args:
        job: the job.
        owner: whose desk is meant; '' is everybody's.

    Raises:
        ServiceError: it does not run, cannot be reached, or does not let us in.
    """
    settings = job.settings.studio
    timeout = settings.timeout
    if settings.url is None:
        running = studio.status(home(job, owner))
        if running is None:
            whose = f"{owner}'s Label Studio" if _apart(job, owner) else "its Label Studio"
            raise ServiceError(
                f"{job.folder}: {whose} does not run; start it with 'pressmark studio start'"
            )
        return connect(running.url, studio.read_login(running.login).token, timeout=timeout)
    token = os.environ.get(settings.token_env, "").strip()
    if not token:
        raise ServiceError(
            f"{settings.url}: no token; put one of Label Studio's into the environment variable"
            f" {settings.token_env}"
        )
    return connect(settings.url, token, authority(job), timeout)


def authority(job: Job) -> Path | None:
    """Return the file of the authority that vouches for the server, where the job names one."""
    named = job.settings.studio.ca
    return job.folder / named if named else None


def server(job: Job, owner: str = "") -> str:
    """Return the name under which job.json knows the server: its own changes port, not data."""
    return job.settings.studio.url or server_of(owner if _apart(job, owner) else "")


def home(job: Job, owner: str = "") -> Job:
    """Return the job as the functions of `annotation.studio` want it for the owner's server.

    With `studio.isolated` each of the people has a folder, a port and a log-in of their own.
    """
    return _home(job, owner) if _apart(job, owner) else job


def homes(job: Job) -> dict[str, Job]:
    """Return the job's own servers by owner: everybody's ('') first, then one for each person."""
    people = sorted(job.settings.people) if job.settings.studio.isolated else []
    return {owner: home(job, owner) for owner in ("", *people)}


def all_homes(job: Job) -> dict[str, Job]:
    """Return the servers of `homes`, and those that people had before the job file changed."""
    folder = job.studio_data / _PEOPLE
    kept = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return {**homes(job), **{owner: _home(job, owner) for owner in kept}}


def _home(job: Job, owner: str) -> Job:
    data = job.studio_data / _PEOPLE / owner
    names = sorted(job.settings.people)
    place = names.index(owner) + 1 if owner in names else len(names) + 1
    port = min(job.settings.studio.port + place, 65535)
    own = job.settings.studio.model_copy(update={"data": str(data), "port": port})
    return replace(job, settings=job.settings.model_copy(update={"studio": own}))


def _apart(job: Job, owner: str) -> bool:
    return bool(owner) and job.settings.studio.isolated
