"""A job's projects as one file: what Label Studio holds of them, people by pseudonym.

The file is gzipped JSON lines under backups/: a head, a line for each project (configuration,
instructions, settings), each of its tasks (data, annotations, drafts, predictions), and last the
manifest: counts, and the sha256 of the lines before it. A file without it was never finished.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from annotation.client import Client
from annotation.connection import connected, server
from annotation.people import read_people
from annotation.projects import Desk, Linked, linked, remembered
from annotation.raw import RawAnnotationCopy, RawTaskCopy
from annotation.restored import Restored
from annotation.studio import Login
from corpus.errors import PressmarkError
from corpus.files import replacing
from corpus.job import Job, now
from corpus.progress import Progress, silent
from corpus.version import version

FORMAT = 1
FOLDER = "backups"
#: What of a project can be set again; the rest is Label Studio's own.
SETTINGS = (
    "title",
    "description",
    "label_config",
    "expert_instruction",
    "show_instruction",
    "show_skip_button",
    "enable_empty_annotation",
    "show_annotation_history",
    "show_collab_predictions",
    "reveal_preannotations_interactively",
    "maximum_annotations",
    "sampling",
    "show_ground_truth_first",
    "show_overlap_first",
    "overlap_cohort_percentage",
    "skip_queue",
    "color",
    "control_weights",
    "model_version",
)
Json = dict[str, Any]


@dataclass(frozen=True)
class BackedUp:
    """A backup that was written: the file, and how much is in it."""

    file: Path
    projects: int
    tasks: int
    annotations: int
    drafts: int
    predictions: int


def backup(job: Job, client: Client, link: Linked, why: str) -> Path:
    """Write one project into a file under backups/ and return it: before it is changed.

    Args:
        job: the job.
        client: of the project's server.
        link: the project.
        why: what is about to be done, in a word or two; it stands in the file and its name.
    """
    return _write(job, [(client, link)], why, silent).file


def backup_all(job: Job, why: str = "asked", progress: Progress = silent) -> BackedUp:
    """Write all the job's projects, on every server, into one file under backups/.

    Raises:
        ServiceError: a server cannot be reached.
        PressmarkError: there is no project.
    """
    with _everything(job) as desks:
        if not desks:
            raise PressmarkError(
                f"{job.folder}: has no project on its server; run 'pressmark push' first"
            )
        return _write(job, desks, why, progress)


@contextlib.contextmanager
def _everything(job: Job) -> Iterator[list[tuple[Client, Linked]]]:
    """Every project of the job that stands on its server, and that server's client."""
    desks: dict[Desk, None] = {link.desk: None for link in remembered(job)} or {Desk(): None}
    clients: dict[str, Client] = {}
    try:
        found = []
        for desk in desks:
            name = server(job, desk.owner)
            if name not in clients:
                clients[name] = connected(job, desk.owner)
            links = linked(job, clients[name], desk.layer, desk.purpose, desk.owner)
            found += [(clients[name], link) for link in links]
        yield found
    finally:
        for client in clients.values():
            client.close()


def _write(
    job: Job, desks: Sequence[tuple[Client, Linked]], why: str, progress: Progress
) -> BackedUp:
    people, restored = read_people(job), Restored(job)
    path = _fresh(job.folder / FOLDER, why)
    digest, counts = hashlib.sha256(), Counter[str]()
    with replacing(path) as part, gzip.open(part, "wb", compresslevel=4) as file:

        def put(row: Json | bytes) -> None:
            line = row if isinstance(row, bytes) else _line(row)
            digest.update(line)
            file.write(line)

        put({"kind": "head", "format": FORMAT, "by": version(), "when": now(), "why": why})
        for client, link in desks:
            put(_project_row(client, link))
            counts["projects"] += 1
            # in the order of their numbers, which a server need not keep to
            lines: dict[int, bytes] = {}
            for task in client.copy(link.id):
                row = task_row(task, link, people, restored)
                lines[task.id] = _line(row)
                counts.update({what: len(row[what]) for what in _PARTS})
                progress(f"copying {link.name}", len(lines), 0)
            counts["tasks"] += len(lines)
            for _, line in sorted(lines.items()):
                put(line)
        sha256 = digest.hexdigest()
        put({"kind": "manifest", "counts": dict(counts), "sha256": sha256})
    return BackedUp(path, *(counts[what] for what in _COUNTED))


_PARTS = ("annotations", "drafts", "predictions")
_COUNTED = ("projects", "tasks", *_PARTS)


def _line(row: Json) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _project_row(client: Client, link: Linked) -> Json:
    return {
        "kind": "project",
        "name": link.name,
        "link": asdict(link),
        "settings": {
            key: value for key, value in client.settings(link.id).items() if key in SETTINGS
        },
    }


def task_row(
    task: RawTaskCopy, link: Linked, people: Mapping[str, Login], restored: Restored
) -> Json:
    """Return a task as it stands in the file: with the log's ids and times, and no e-mail."""
    drafts = {draft.id: draft for draft in task.drafts}
    work = [draft.as_annotation() for draft in task.drafts]
    known = [restored.known(raw, task, link, people) for raw in (*task.annotations, *work)]
    rows = []
    for each in sorted(known, key=lambda each: each.raw.id):
        raw = each.raw
        row: Json = {"id": raw.id, "log": each.id, "author": each.author, "result": raw.result}
        row |= {key: getattr(raw, key) for key in ("lead_time", "created_at", "updated_at")}
        if isinstance(raw, RawAnnotationCopy):
            row |= {"was_cancelled": raw.was_cancelled, "ground_truth": raw.ground_truth}
            row |= {"predicted": raw.parent_prediction is not None, "run": each.run}
            rows.append(("annotations", row))
        else:
            draft = drafts[raw.id]
            row |= {"was_postponed": draft.was_postponed, "annotation": draft.annotation}
            rows.append(("drafts", row))
    return {
        "kind": "task",
        "id": task.id,
        "data": task.data,
        "meta": task.meta or {},
        "annotations": [row for what, row in rows if what == "annotations"],
        "drafts": [row for what, row in rows if what == "drafts"],
        "predictions": [
            {"model_version": each.model_version, "score": each.score, "result": each.result}
            for each in sorted(task.predictions, key=lambda each: each.id)
        ],
    }


def read_backup(path: Path) -> Iterator[Json]:
    """Yield the rows of a backup but for its manifest, which they are held against.

    What is wrong with it may be known at its end only: read it through before you use it.

    Raises:
        PressmarkError: it is no backup, a newer Pressmark's, damaged or was never finished.
    """
    digest, counts, row = hashlib.sha256(), Counter[str](), None
    try:
        with gzip.open(path, "rb") as file:
            for number, line in enumerate(file):
                row = _row(path, number, line)
                if row["kind"] == "manifest":
                    break
                digest.update(line)
                if row["kind"] in ("project", "task"):
                    counts[f"{row['kind']}s"] += 1
                counts.update({what: len(row.get(what, ())) for what in _PARTS})
                yield row
    except FileNotFoundError:
        raise PressmarkError(f"{path}: no such file; backups lie in {FOLDER}/") from None
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", "") or str(error).rstrip(".")
        raise PressmarkError(f"{path}: no whole backup ({why}); take another") from None
    if not row or row["kind"] != "manifest":
        raise PressmarkError(f"{path}: was never finished, it has no manifest; take another")
    if row.get("sha256") != digest.hexdigest() or Counter(row["counts"]) != counts:
        raise PressmarkError(f"{path}: is not what its manifest says; take another")


def _row(path: Path, number: int, line: bytes) -> Json:
    """A row of a backup; the first says that it is one, and of which format."""
    try:
        row: Json = json.loads(line)
    except (ValueError, RecursionError):
        raise PressmarkError(
            f"{path}: no whole backup (row {number + 1} is no JSON); take another"
        ) from None
    if not isinstance(row, dict) or "kind" not in row or (number == 0 and "format" not in row):
        raise PressmarkError(
            f"{path}: no backup of Pressmark (its row {number + 1} is something else);"
            f" backups lie in {FOLDER}/"
        )
    if number == 0 and row["format"] != FORMAT:
        raise PressmarkError(
            f"{path}: a backup of format {row['format']!r}; this Pressmark reads {FORMAT}:"
            " upgrade Pressmark, or use the version that wrote it"
        )
    return row


def projects_of(rows: Iterable[Json]) -> Iterator[tuple[Json, Iterator[Json]]]:
    """Yield each project's row and its tasks, which must be read before the next is asked for."""
    number = 0

    def of(row: Json) -> int:
        nonlocal number
        number += int(row["kind"] == "project")
        return number

    for _, group in groupby(rows, of):
        first, *_ = islice(group, 1)
        if first["kind"] == "project":
            yield first, iter(group)  # noqa: B031  # once: the first row of it was taken above


def _fresh(folder: Path, why: str) -> Path:
    """A name that no backup has: its time, and why it was made."""
    told = re.sub(r"[^a-z0-9]+", "-", why.lower()).strip("-")[:40] or "asked"
    stem = f"{now().replace(':', '')}-{told}"
    names = (f"{stem}{f'-{n}' if n > 1 else ''}.jsonl.gz" for n in range(1, 10_000))
    return next(folder / name for name in names if not (folder / name).exists())
