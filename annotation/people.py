"""Annotators: accounts made without a browser, and the pseudonyms that stand for them.

people.json lies in the studio's data folder (0600). Nothing else of the job holds an e-mail.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from annotation.client import Client
from annotation.connection import connected, server
from annotation.layers import SPANS
from annotation.private import write_private
from annotation.projects import PURPOSES, linked
from annotation.raw import RawUser
from annotation.studio import Login, private_folder
from corpus.errors import PressmarkError, ServiceError
from corpus.job import Job
from corpus.progress import Progress, silent

_DOMAIN = "pressmark.invalid"


@dataclass(frozen=True)
class Invited:
    """A person and their account: where they sign in, and the projects that are theirs.

    `made` tells that the account is new, `ours` that its password is in people.json.
    """

    pseudonym: str
    email: str
    server: str
    projects: tuple[str, ...]
    made: bool
    ours: bool


def invite(job: Job, progress: Progress = silent) -> list[Invited]:
    """Return everybody in the job file with an account, made now where there is none.

    Raises:
        ServiceError: a server cannot be reached or makes no account.
        PressmarkError: the job file names nobody, or people.json is damaged.
    """
    names = sorted(job.settings.people)
    if not names:
        raise PressmarkError(
            f"{job.folder}: the job file names nobody; add 'people: {{ana: {{}}, ben: {{}}}}'"
        )
    found = []
    for number, name in enumerate(names, 1):
        known = read_people(job).get(name)
        login = add_annotator(job, name)
        client = connected(job, name)
        try:
            links = [
                link
                for purpose in PURPOSES
                for link in linked(job, client, SPANS, purpose, name)[-1:]
            ]
        finally:
            client.close()
        urls = tuple(f"{client.url}/projects/{link.id}" for link in links)
        made = bool(login.token) and login != known
        found.append(Invited(name, login.email, client.url, urls, made, bool(login.password)))
        progress("making accounts", number, len(names))
    return found


def invitation(job: Job, invited: Invited) -> str:
    """Return a text that a lead can send to an annotator; the password goes another way."""
    title = job.settings.studio.project or job.folder.name
    password = "The password comes to you separately." if invited.ours else "Use your own password."
    here = "\nThat address works on the lead's machine only." if _is_local(invited.server) else ""
    pages = "\n".join(f"    {url}" for url in invited.projects)
    work = f"Your own project is at\n{pages}" if pages else "Your own project will appear there."
    return f"""\
Hello {invited.pseudonym},

you annotate for {title!r} under the pseudonym {invited.pseudonym!r}. Sign in at
    {invited.server}
with the e-mail
    {invited.email}
{password}{here}

{work}
Open it, press 'Label All Tasks', and go on until no task is left. The
instructions stand above each task. Work alone: please don't open the other
annotators' projects, and don't talk with them about articles that you both
may have. 'Skip' an article that can't be annotated and say why in a comment.
"""


def add_annotator(job: Job, pseudonym: str) -> Login:
    """Return the annotator's account, made now if there is none.

    An e-mail that people.json gives is used: an account that the server has by it is kept, under
    whatever name the job knows the server; else one is made.

    Raises:
        ServiceError: Label Studio cannot be reached or makes no account.
        PressmarkError: the pseudonym is empty or people.json is damaged.
    """
    known = read_people(job).get(pseudonym)
    if known and known.token and _rows(job)[pseudonym].get("server", "") in _names(job, pseudonym):
        return known
    if not pseudonym.strip():
        raise PressmarkError("an annotator needs a pseudonym that is not empty")
    # random, since a server may remember an account that people.json has lost
    name = re.sub(r"[^a-z0-9]+", "-", pseudonym.lower()).strip("-") or "annotator"
    email = known.email if known else f"{name}-{secrets.token_hex(3)}@{_DOMAIN}"
    password = secrets.token_urlsafe(18)
    client = connected(job, pseudonym)
    try:
        # a server has several names: its address, and that it is the job's own
        if known and _has(client, email):
            return known
        login = Login(email, password, _signed_up(job, client, pseudonym, login=(email, password)))
    finally:
        client.close()
    row = {"email": email, "password": password, "token": login.token}
    private_folder(job)
    rows = {**_rows(job), pseudonym: {**row, "server": server(job, pseudonym)}}
    write_private(_path(job), rows)
    return login


def _signed_up(job: Job, client: Client, pseudonym: str, *, login: tuple[str, str]) -> str:
    """Make the account and return its token; say what to do where a server makes none."""
    try:
        return client.sign_up(*login)
    except ServiceError as error:
        if not job.settings.studio.url:
            raise
        raise ServiceError(
            f"{error}; have the server's owner make an account for {pseudonym}, and put its e-mail"
            f' into {_path(job)}: {{"{pseudonym}": {{"email": "…"}}}}'
        ) from None


def _has(client: Client, email: str) -> bool:
    return email.lower() in {user.email.lower() for user in client.users()}


def _names(job: Job, pseudonym: str) -> tuple[str, str]:
    """The names of the person's server; older files did not write any."""
    return "", server(job, pseudonym)


def _is_local(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


def read_people(job: Job) -> dict[str, Login]:
    """Return the accounts by pseudonym; for a team's own server the e-mail alone is enough.

    Raises:
        PressmarkError: people.json is damaged.
    """
    path = _path(job)
    try:
        return {
            str(who): Login(row["email"].strip(), row.get("password", ""), row.get("token", ""))
            for who, row in _rows(job).items()
        }
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise PressmarkError(
            f'{path}: expected {{"pseudonym": {{"email": "…"}}}}; mend or restore the file'
        ) from None


def author_of(user: RawUser, people: Mapping[str, Login]) -> str:
    """Return the pseudonym of a user; 'user' and the number of one who has none."""
    email = user.email.strip().lower()
    known = (who for who, login in people.items() if login.email.lower() == email)
    return next(known, f"user{user.id}")


def _rows(job: Job) -> dict[str, dict[str, str]]:
    """people.json as it is; a job without one has no accounts."""
    try:
        rows: dict[str, dict[str, str]] = json.loads(_path(job).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return rows


def _path(job: Job) -> Path:
    return job.studio_data / "people.json"
