"""A project made once, though the connection breaks off while it is made."""

from __future__ import annotations

import secrets
import time
from typing import Any

from annotation.client import Client
from annotation.raw import RawProject
from annotation.transport import CutError
from corpus.job import Job

_ENTRY = "making"
_ATTEMPTS = 3


def made_once(job: Job, client: Client, server: str, title: str, **fields: Any) -> RawProject:
    """Make a project, or return the one that an earlier try made without our hearing of it.

    Its description names the try, which job.json has from before until `forget_making`, under the
    server's name and the title.

    Raises:
        CutError: the connection broke off, again and again.
    """
    key = f"{server} {title}"
    known = job.state().get(_ENTRY) or {}
    if key in known:
        found = client.described(title, known[key])
        if found:
            return found
    else:
        known = {**known, key: f"Made by pressmark push ({secrets.token_hex(6)})"}
        job.write_state(**{_ENTRY: known})
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return client.create_project(title=title, description=known[key], **fields)
        except CutError as cut:
            patience = 0 if cut.over else job.settings.studio.deadline
            if found := _awaited(client, title, known[key], patience):
                return found
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def forget_making(job: Job, server: str, title: str) -> None:
    """Strike the try out of job.json: its project is remembered there now."""
    known = job.state().get(_ENTRY) or {}
    kept = {key: mark for key, mark in known.items() if key != f"{server} {title}"}
    if kept != known:
        job.write_state(**{_ENTRY: kept})


def _awaited(client: Client, title: str, description: str, patience: float) -> RawProject | None:
    """Return the project as soon as it is there, or None when it can come no more."""
    began = time.monotonic()
    while not (found := client.described(title, description)):
        if time.monotonic() - began >= patience:
            return None
        time.sleep(0.5)
    return found
