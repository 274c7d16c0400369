"""`pressmark adopt`: a project that others made, or its export, into a job, with its labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from annotation.adopt.configuration import Configuration, name_of, read_configuration
from annotation.adopt.tasks import Made, Tasks
from annotation.connection import connected
from annotation.people import author_of, read_people
from annotation.projects import remembered
from annotation.refusal import refusal
from corpus.blocks.lines import typed_lines
from corpus.errors import PressmarkError
from corpus.files import write_text
from corpus.imports.convert import Converted, convert
from corpus.imports.native import Refused
from corpus.imports.run import keep
from corpus.job import Job, now
from corpus.progress import Progress, silent
from corpus.scheme import Scheme
from corpus.version import version

#: What a JSON_MIN export has in the place of annotations.
_MIN = frozenset({"annotator", "annotation_id", "lead_time"})


@dataclass(frozen=True)
class Adopted:
    """What `adopt` found, and the scheme's file, which the job can go on with."""

    project: str
    scheme: Path
    new: int
    versions: int
    same: int
    annotations: int
    spans: int
    answers: int
    known: int
    quarantined: int


def adopt(
    job: Job,
    what: str,
    configuration: Path | None = None,
    name: str = "",
    progress: Progress = silent,
) -> Adopted:
    """Read a project (by its number on the job's server), or the JSON export of one, into the job.

    Its configuration becomes a scheme as far as it goes, its tasks articles (each line a typed
    block), its annotations ours, under pseudonyms. What cannot be used goes to quarantine.jsonl.
    Adopted again nothing is added twice.

    Args:
        job: the job.
        what: a project's number, or the file of an export (JSON).
        configuration: the file of an export's labelling configuration (XML).
        name: what the scheme and the articles' ids are called; without, the project's title.
        progress: is told how far it is.

    Raises:
        ServiceError: Label Studio cannot be reached.
        PressmarkError: no such project or file, an export that has lost too much (JSON_MIN), or a
            configuration that is not of one text; nothing was written.
    """
    if what.isdecimal() and not Path(what).exists():
        title, xml, url, rows = _project(job, int(what), progress)
    else:
        title, xml, url, rows = _export(Path(what).expanduser(), configuration)
    name = name_of(name or title, (), "adopted").replace(" ", "-").lower()
    read = read_configuration(xml, name, f"{title}, a Label Studio project", url)
    found = _converted(job, rows, read, name)
    path = _scheme_file(job, read.scheme)
    added, appended = keep(job, name, found, read.scheme, progress, command="adopt")
    if not path.exists():
        write_text(path, read.scheme.source)
    return Adopted(
        project=title,
        scheme=path,
        new=added.new,
        versions=added.versions,
        same=added.same,
        annotations=len(appended),
        spans=sum(len(each.spans) for each in appended),
        answers=sum(len(each.answers) for each in appended),
        known=len(found.annotations) - len(appended),
        quarantined=len(found.refused),
    )


def _converted(job: Job, rows: Iterable[object], read: Configuration, name: str) -> Converted:
    people = read_people(job)
    made: dict[str, Made] = {}
    tasks = Tasks(read, lambda user: author_of(user, people), made)
    found = convert(tasks.read(rows), name, read.scheme, version(), now())
    for id_, article in found.articles.items():
        provenance = replace(article.provenance, reader=f"adopt {name}")
        blocks = typed_lines(article.text, article.title).blocks
        found.articles[id_] = replace(article, blocks=blocks, provenance=provenance)
    for id_, annotation in found.annotations.items():
        how = made[found.places[id_]]
        found.annotations[id_] = replace(
            annotation, status=how.status, when=how.when, seconds=how.seconds
        )
    found.refused[:0] = [Refused("configuration", reason) for reason in read.refused]
    return found


def _project(job: Job, id_: int, progress: Progress) -> tuple[str, str, str, list[object]]:
    """A project's title, configuration, address and tasks, in the order of their numbers."""
    client = connected(job)
    try:
        project = client.project(id_)
        if project is None:
            raise PressmarkError(f"{client.url}: has no project {id_} that this token may see")
        if any((own.id, own.created) == (id_, project.created_at) for own in remembered(job)):
            raise PressmarkError(
                f"{client.url}/projects/{id_}: is this job's own; 'pressmark pull' reads it"
            )
        progress("waiting for Label Studio's snapshot", 0, 0)
        tasks = sorted(client.copy(id_), key=lambda task: task.id)
        rows: list[object] = [task.model_dump() for task in tasks]
        return project.title, project.label_config, f"{client.url}/projects/{id_}", rows
    finally:
        client.close()


def _export(path: Path, configuration: Path | None) -> tuple[str, str, str, list[object]]:
    """An export's name, the configuration that goes with it, and its tasks."""
    try:
        content = path.read_bytes()
        rows = json.loads(content)
    except OSError as error:
        raise PressmarkError(
            f"{path}: {error.strerror}; give the number of a project, or a file exported as JSON"
        ) from None
    except ValueError:
        raise PressmarkError(f"{path}: no JSON; export the project as JSON (not CSV)") from None
    if not isinstance(rows, list) or not rows:
        raise PressmarkError(f"{path}: no list of tasks; export the project as JSON")
    if not any(isinstance(row, dict) and "data" in row for row in rows):
        if any(isinstance(row, dict) and _MIN & row.keys() for row in rows):
            raise PressmarkError(
                f"{path}: a JSON_MIN export, which has lost the tie between a span and what was"
                " answered about it; export the project as JSON"
            )
        raise PressmarkError(f"{path}: no tasks of Label Studio; export the project as JSON")
    if configuration is None:
        raise PressmarkError(
            f"{path}: an export does not say what was asked; save the project's labelling interface"
            " (Settings, Labeling Interface, Code) and name it with --configuration FILE"
        )
    try:
        xml = configuration.expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", "") or "no text in UTF-8"
        raise PressmarkError(f"{configuration}: cannot be read ({why})") from None
    if why := refusal(xml):
        raise PressmarkError(f"{configuration}: Label Studio would refuse this interface: {why}")
    sha256 = hashlib.sha256(content).hexdigest()
    return path.stem, xml, f"{path.name} (sha256 {sha256[:16]})", rows


def _scheme_file(job: Job, scheme: Scheme) -> Path:
    """The scheme's file beside the job file; another of that name stays as it is."""
    path = job.folder / f"{scheme.name}.yaml"
    if not path.exists() or path.read_bytes() == scheme.source.encode("utf-8"):
        return path
    return job.folder / f"{scheme.name}-{scheme.hash[:8]}.yaml"
