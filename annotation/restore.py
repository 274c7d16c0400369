"""A backup made into projects again, and proven: read back and held against the file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from annotation.backup import projects_of, read_backup, task_row
from annotation.client import Client, connect
from annotation.connection import authority, connected
from annotation.people import read_people
from annotation.projects import Desk, Linked, linked, remember
from annotation.raw import RawAnnotation, RawDraft
from annotation.restored import Origin, Restored
from annotation.studio import Login
from corpus.errors import PressmarkError, ServiceError
from corpus.job import Job
from corpus.progress import Progress, silent

Json = dict[str, Any]
#: What is held against the file, task by task.
PARTS = ("texts", "annotations", "drafts", "predictions")
#: Numbers and times that a server gives anew, and our own notes on them.
_GIVEN = ("id", "log", "created_at", "updated_at", "predicted", "run", "annotation")
#: What of an annotation's row the log needs, once the server has the rest.
_KEPT = ("log", "author", "created_at", "updated_at", "predicted", "run")
_CHARACTERS = 20_000_000


@dataclass(frozen=True)
class Remade:
    """A project made again: where, and how much of it was read back as it was.

    `known_as` is the project of the log that it continues; '' where that still stands, so that
    this one is a copy which the job does not use. `lent` counts drafts that now stand under the
    account of whoever restored, for want of their author's token.
    """

    project: int
    url: str
    known_as: str
    tasks: int
    annotations: int
    drafts: int
    predictions: int
    lent: int = 0


def restore(job: Job, path: Path, progress: Progress = silent) -> list[Remade]:
    """Make the projects of a backup anew, prove each, and let the job go on with it.

    Every task, annotation, draft and prediction is read back and held against the file. A project
    whose original still stands on its server is made and proven beside it, and not used.

    Raises:
        ServiceError: a server cannot be reached.
        PressmarkError: the file is damaged, somebody in it has no account, or what was read back is
            not what was written; the job goes on as before, the new project stays for a look.
    """
    authors: dict[str, set[str]] = {}
    name = ""
    for row in read_backup(path):
        name = row.get("name", "") if row["kind"] == "project" else name
        work = (*row.get("annotations", ()), *row.get("drafts", ()))
        authors.setdefault(name, set()).update(each["author"] for each in work)
    return [
        _remade(job, head, rows, authors[head["name"]], progress)
        for head, rows in projects_of(read_backup(path))
    ]


def _remade(
    job: Job, head: Json, rows: Iterator[Json], authors: set[str], progress: Progress
) -> Remade:
    link, restored = _link(head["link"]), Restored(job)
    client = connected(job, link.desk.owner)
    try:
        accounts = _Accounts(job, client, authors)
        desk = link.desk
        standing = linked(job, client, desk.layer, desk.purpose, desk.owner)
        beside = any(each.name == link.name for each in standing)
        made = _create(client, link, head["settings"], beside=beside)
        filled = _fill(
            client,
            made,
            rows,
            accounts=accounts,
            batch=job.settings.studio.batch,
            progress=progress,
        )
        drafts = _put_drafts(client, made, filled, accounts)
        origins = _proven(client, made, filled, drafts, people=accounts.people, restored=restored)
        if run := head["settings"].get("model_version"):
            client.update_project(made.id, model_version=run)
        if not beside:
            restored.add(origins)
            remember(job, made)
    finally:
        client.close()
    lent = sum(draft.lent for draft in drafts.values())
    url = f"{client.url}/projects/{made.id}"
    tasks, *work = filled.counts.values()
    return Remade(made.id, url, made.known_as, tasks, work[0], work[1], work[2], lent)


class _Accounts:
    """Who is meant by an author of the file on this server.

    Raises:
        PressmarkError: one of `authors` has no account there.
    """

    def __init__(self, job: Job, client: Client, authors: Iterable[str]) -> None:
        people = self.people = read_people(job)
        self._url, self._ca = client.url, authority(job)
        numbers = {user.id: user.email for user in client.users()}
        known = {email.lower() for email in numbers.values()}
        self.emails: dict[str, str] = {}
        for author in authors:
            login, number = people.get(author), author.removeprefix("user")
            if login and login.email.lower() in known:
                self.emails[author] = login.email
            elif number.isdecimal() and int(number) in numbers:
                self.emails[author] = numbers[int(number)]
        self.mine = client.whoami().email.lower()
        if missing := sorted(set(authors) - set(self.emails)):
            raise PressmarkError(
                f"{client.url}: {', '.join(missing)} of the backup have no account there; make"
                " their accounts with the e-mails of people.json, then restore again"
            )

    def client(self, author: str) -> Client | None:
        """Return a client that works as the author, None without a token of theirs here."""
        login = self.people.get(author)
        try:
            return connect(self._url, login.token, self._ca) if login and login.token else None
        except ServiceError:
            return None


def _create(client: Client, link: Linked, settings: Json, *, beside: bool) -> Linked:
    """Make the empty project; which run of predictions it shows is set once there are some."""
    title = f"{settings['title'][:41]} restored" if beside else settings["title"]
    fields = {key: value for key, value in settings.items() if key != "model_version"}
    made = client.create_project(**{**fields, "title": title})
    known_as = "" if beside else link.name
    return replace(link, id=made.id, created=made.created_at, known_as=known_as)


@dataclass
class _Filled:
    """What was sent: a hash of each part of each task in order, and what the log needs to know."""

    prints: list[list[str]] = field(default_factory=list)
    past: dict[int, Json] = field(default_factory=dict)
    drafts: list[tuple[int, Json]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("tasks", *PARTS[1:]), 0))


def _fill(
    client: Client,
    link: Linked,
    rows: Iterator[Json],
    *,
    accounts: _Accounts,
    batch: int,
    progress: Progress,
) -> _Filled:
    """Import the tasks in the order of the file; the open edition imports no drafts."""
    filled = _Filled()
    for chunk in _batches(rows, batch):
        for row in chunk:
            filled.drafts += [(len(filled.prints), draft) for draft in row["drafts"]]
            filled.prints.append(prints(row))
            for each in row["annotations"]:
                filled.past[each["id"]] = {key: each[key] for key in _KEPT}
            filled.counts["tasks"] += 1
            for part in PARTS[1:]:
                filled.counts[part] += len(row[part])
        client.import_tasks(link.id, [_task(row, accounts) for row in chunk])
        progress("restoring tasks", len(filled.prints), 0)
    return filled


def _task(row: Json, accounts: _Accounts) -> Json:
    keys = ("id", "result", "was_cancelled", "ground_truth", "lead_time")
    annotations = [
        {
            **{key: each[key] for key in keys},
            "completed_by": {"email": accounts.emails[each["author"]]},
        }
        for each in row["annotations"]
    ]
    kept = {key: row[key] for key in ("data", "meta", "predictions")}
    return {**kept, "annotations": annotations}


@dataclass(frozen=True)
class _Draft:
    """A draft that was left again: its row in the file, and whether its author has it."""

    row: Json
    lent: bool


def _put_drafts(
    client: Client, link: Linked, filled: _Filled, accounts: _Accounts
) -> dict[int, _Draft]:
    """Leave each draft as its author, or in our own name for want of their token."""
    if not filled.drafts:
        return {}
    tasks = sorted(client.copy(link.id), key=lambda task: task.id)
    numbers = {each.import_id: each.id for task in tasks for each in task.annotations}
    clients: dict[str, Client | None] = {}
    done = {}
    try:
        for place, row in filled.drafts:
            author = row["author"]
            if author not in clients:
                clients[author] = accounts.client(author)
            keys = ("result", "lead_time", "was_postponed")
            fields = {key: row[key] for key in keys if row[key] is not None}
            of = numbers[row["annotation"]] if row["annotation"] else None
            number = (clients[author] or client).draft(tasks[place].id, of, **fields)
            lent = clients[author] is None and accounts.emails[author].lower() != accounts.mine
            done[number] = _Draft(row, lent)
    finally:
        for each in clients.values():
            if each:
                each.close()
    return done


def _proven(
    client: Client,
    link: Linked,
    filled: _Filled,
    drafts: dict[int, _Draft],
    *,
    people: dict[str, Login],
    restored: Restored,
) -> list[Origin]:
    """Read the project back and return where each of its annotations and drafts comes from.

    Raises:
        PressmarkError: something there is not what the file says.
    """
    found: dict[int, list[str]] = {}
    origins = []
    for task in client.copy(link.id):
        row = task_row(task, link, people, restored)
        for each in row["drafts"]:
            if drafts[each["id"]].lent:
                each["author"] = drafts[each["id"]].row["author"]
        found[task.id] = prints(row)
        origins += [
            _origin(link, "a", raw.id, filled.past[raw.import_id or 0], raw)
            for raw in task.annotations
        ]
        for draft in task.drafts:
            made = drafts[draft.id]
            origins.append(_origin(link, "d", draft.id, made.row, draft, lent=made.lent))
    pairs = zip(filled.prints, (found[id_] for id_ in sorted(found)), strict=False)
    wrong = [
        f"{part} of task {number}"
        for number, (sent, back) in enumerate(pairs, 1)
        for part, before, after in zip(PARTS, sent, back, strict=True)
        if before != after
    ]
    if len(found) != len(filled.prints):
        wrong.insert(0, f"{len(found)} tasks of {len(filled.prints)}")
    if wrong:
        raise PressmarkError(
            f"{client.url}/projects/{link.id}: not what the backup holds ({len(wrong)} differ:"
            f" {', '.join(wrong[:5])}); the job goes on as before, look at the project or delete it"
        )
    return origins


def _origin(
    link: Linked,
    kind: str,
    number: int,
    row: Json,
    raw: RawAnnotation | RawDraft,
    *,
    lent: bool = False,
) -> Origin:
    return Origin(
        project=link.number,
        kind=kind,
        number=number,
        id=row["log"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        as_of=raw.updated_at,
        predicted=row.get("predicted", False),
        run=row.get("run"),
        author=row["author"] if lent else "",
    )


def prints(row: Json) -> list[str]:
    """Return a hash of each of the `PARTS` of a task's row, but for what is given anew."""
    said = [
        [row["data"], row["meta"]],
        *([_said(each) for each in row[part]] for part in PARTS[1:]),
    ]
    return [hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest() for part in said]


def _said(row: Json) -> Json:
    return {key: value for key, value in row.items() if key not in _GIVEN}


def _batches(rows: Iterable[Json], most: int) -> Iterator[list[Json]]:
    """Take up to `most` tasks at a time, fewer where they are long."""
    batch: list[Json] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(json.dumps(row))
        if len(batch) >= most or size > _CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _link(row: Json) -> Linked:
    schemes = tuple((since, hash_) for since, hash_ in row["schemes"])
    return Linked(**{**row, "schemes": schemes, "desk": Desk(**row["desk"])})
