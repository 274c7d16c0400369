"""Annotators: accounts made without a browser, and the pseudonyms that stand for them.

people.json lies in the studio's data folder (0600). Nothing else of the job holds an e-mail.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from annotation.connection import connected
from annotation.private import write_private
from annotation.raw import RawUser
from annotation.studio import Login, private_folder
from corpus.errors import PressmarkError
from corpus.job import Job

_DOMAIN = "pressmark.invalid"


def add_annotator(job: Job, pseudonym: str) -> Login:
    """Return the annotator's account, made now if there is none.

    Raises:
        ServiceError: Label Studio cannot be reached or makes no account.
        PressmarkError: the pseudonym is empty or people.json is damaged.
    """
    people = read_people(job)
    known = people.get(pseudonym)
    if known and known.token:
        return known
    if not pseudonym.strip():
        raise PressmarkError("an annotator needs a pseudonym that is not empty")
    # random, since a server may remember an account that people.json has lost
    name = re.sub(r"[^a-z0-9]+", "-", pseudonym.lower()).strip("-") or "annotator"
    email = f"{name}-{secrets.token_hex(3)}@{_DOMAIN}"
    password = secrets.token_urlsafe(18)
    client = connected(job, pseudonym)
    try:
        login = Login(email, password, client.sign_up(email, password))
    finally:
        client.close()
    write_people(job, {**people, pseudonym: login})
    return login


def write_people(job: Job, people: dict[str, Login]) -> None:
    """Replace people.json, readable by its owner alone."""
    private_folder(job)
    told = {
        who: {"email": p.email, "password": p.password, "token": p.token}
        for who, p in people.items()
    }
    write_private(_path(job), told)


def read_people(job: Job) -> dict[str, Login]:
    """Return the accounts by pseudonym; for a team's own server the e-mail alone is enough.

    Raises:
        PressmarkError: people.json is damaged.
    """
    path = _path(job)
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {
            str(who): Login(row["email"], row.get("password", ""), row.get("token", ""))
            for who, row in rows.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise PressmarkError(
            f'{path}: expected {{"pseudonym": {{"email": "…"}}}}; mend or restore the file'
        ) from None


def author_of(user: RawUser, people: Mapping[str, Login]) -> str:
    """Return the pseudonym of a user; 'user' and the number of one who has none."""
    email = user.email.strip().lower()
    known = (who for who, login in people.items() if login.email.lower() == email)
    return next(known, f"user{user.id}")


def _path(job: Job) -> Path:
    return job.studio_data / "people.json"
