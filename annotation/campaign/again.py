"""A scheme that changes in mid-campaign: refused without a new version, then asked again.

Running projects get the new interface where no label is lost (see `projects`); what was annotated
before keeps its scheme, and just what the change concerns is put on its annotator's desk again.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from annotation.layers import SPANS, scheme_of
from annotation.projects import WORK, remembered
from corpus.assignments import Assignment, append_assignments, read_assignments
from corpus.errors import PressmarkError
from corpus.files import write_text
from corpus.job import Job, now
from corpus.records import Annotation, Span
from corpus.scheme import Scheme
from corpus.store import iter_versions, latest, read_annotations
from corpus.suspects import DOUBTED, read_suspects
from corpus.versions import (
    OWN,
    Again,
    Change,
    again,
    bumped,
    changes,
    check_version,
    is_raised,
    is_second_look,
    needed,
    standing,
)


def pushed_scheme(job: Job, layer: str = SPANS) -> Scheme | None:
    """Return the scheme that the job's projects were last pushed under, or None."""
    links = [
        link for link in remembered(job) if (link.desk.layer, link.desk.purpose) == (layer, WORK)
    ]
    last = max((link.schemes[-1] for link in links), default=None)
    return job.kept_scheme(last[1]) if last else None


def require_version(job: Job, layer: str = SPANS) -> None:
    """Refuse to push a scheme that changed since the last push and kept its version.

    Raises:
        PressmarkError: with the least version that it must have.
    """
    before = pushed_scheme(job, layer)
    if before:
        check_version(before, scheme_of(job, layer))


@dataclass(frozen=True, slots=True)
class Revision:
    """How the job's scheme differs from the one that was pushed.

    `needed` is the least version that the changes ask for, '' where the scheme has it.
    """

    name: str
    version: str
    pushed: str
    changes: tuple[Change, ...]
    needed: str


def revision(job: Job) -> Revision:
    """Return how the scheme changed since it was pushed last."""
    before, present = pushed_scheme(job), job.scheme
    if before is None or before.name != present.name:
        return Revision(present.name, present.version, "", (), "")
    found = tuple(changes(before, present))
    least = "" if is_raised(before, present) else needed(before.version, found)
    return Revision(present.name, present.version, before.version, found, least)


def bump(job: Job) -> Revision:
    """Write the version that the changes ask for into the scheme's file, and return what is so now.

    Raises:
        PressmarkError: the scheme is one that we ship, or has no line to change.
    """
    found = revision(job)
    if not found.needed:
        return found
    path = job.folder / job.settings.scheme
    if not path.is_file():
        kept = f"schemes/{job.keep_scheme()}.yaml"
        raise PressmarkError(
            f"{job.settings.scheme}: comes with Pressmark and is no file of this job: copy {kept}"
            " to mine.yaml, and write 'scheme: mine.yaml' into pressmark.yaml"
        )
    write_text(path, bumped(path.read_bytes().decode("utf-8-sig"), found.needed))
    return replace(found, version=found.needed, needed="")


def to_look_at(job: Job) -> list[Again]:
    """Return the annotations that must be looked at again: the scheme changed, or a model doubts.

    Those on their annotator's desk already, and those of texts that have a newer version, are not.
    """
    doubts = _doubts(job)
    said = [
        a
        for a in read_annotations(job.annotations)
        if a.scheme != job.scheme.hash or (a.article, a.sha256) in doubts
    ]
    if not said:
        return []
    wanted, newest = {(a.article, a.sha256) for a in said}, latest(job)
    articles = {
        (a.id, a.sha256): a
        for a in iter_versions(job)
        if (a.id, a.sha256) in wanted and newest[a.id] == a.sha256
    }
    older = {a.scheme for a in said} - {job.scheme.hash}
    schemes = {hash_: job.kept_scheme(hash_) for hash_ in older}
    asked = {
        (row.annotator, row.article, row.sha256, row.scheme)
        for row in read_assignments(job.assignments)
        if row.kind == "again" and not row.taken
    }
    found = again(read_annotations(job.annotations), articles, schemes, job.scheme)
    told = {each.annotation.id for each in found}
    found += [
        Again(a, doubts[a.article, a.sha256])
        for a in standing(said)
        if (a.article, a.sha256) in doubts and a.id not in told
        if (a.article, a.sha256) in articles and not is_second_look(a)
        if (a.status, a.role, a.layer) == ("submitted", "human", SPANS)
    ]
    present = job.scheme.hash
    return [
        each
        for each in found
        if (each.annotation.author, each.annotation.article, each.annotation.sha256, present)
        not in asked
    ]


def _doubts(job: Job) -> dict[tuple[str, str], tuple[str, ...]]:
    """By version of an article: what `label-errors` doubts of it."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each in read_suspects(job.suspects):
        found[each.article, each.sha256].append(f"{DOUBTED}{each.told()}")
    return {version: tuple(told) for version, told in found.items()}


def ask_again(job: Job) -> list[Assignment]:
    """Put what has to be looked at again into the ledger, on the desk of whoever annotated it.

    People who have left are not asked. Asked again nothing is added.

    Raises:
        PressmarkError: the job has no people, so that nobody has a desk.
    """
    if not job.settings.people:
        raise PressmarkError(
            f"{job.folder}: nobody has a desk of their own: name the annotators under 'people', or"
            " have them open the articles that 'pressmark status' lists and submit them again"
        )
    rows = read_assignments(job.assignments)
    week = max((row.week for row in rows), default=1)
    opens = max((row.opens for row in rows if row.week == week), default="")
    given: dict[tuple[str, str, str], int] = {}
    for row in rows:
        key = row.annotator, row.article, row.sha256
        given[key] = max(row.occasion, given.get(key, 1))
    asked = []
    for each in to_look_at(job):
        a = each.annotation
        person = job.settings.people.get(a.author)
        if person is None or (person.until and person.until.isoformat() < now()[:10]):
            continue
        occasion = 1 + max(a.occasion, given.get((a.author, a.article, a.sha256), 1))
        changed = f"scheme {job.scheme.version}: " if a.scheme != job.scheme.hash else ""
        reason = f"{changed}{'; '.join(each.reasons)}"
        row = Assignment(a.author, a.article, a.sha256, occasion, week, "again", now(), reason)
        asked.append(replace(row, scheme=job.scheme.hash, opens=opens))
    append_assignments(job.assignments, asked)
    return asked


def own_labels(job: Job, annotator: str) -> dict[tuple[str, str], Annotation]:
    """Return an annotator's last labels of each version of an article, as pre-labels of a run."""
    found: dict[tuple[str, str], Annotation] = {}
    said = [a for a in read_annotations(job.annotations) if a.author == annotator]
    for a in sorted(said, key=lambda a: a.occasion):
        if a.status == "submitted" and a.layer == SPANS:
            found[a.article, a.sha256] = a
    return {version: _shown(a, job) for version, a in found.items()}


def _shown(annotation: Annotation, job: Job) -> Annotation:
    spans = tuple(
        Span(f"own{n}", s.start, s.end, s.label, s.attributes, drawn=s.drawn)
        for n, s in enumerate(annotation.spans)
        if job.scheme.label(s.label)
    )
    return replace(
        annotation,
        run=f"{OWN}before-{job.scheme.version}",
        spans=spans,
        scheme=job.scheme.hash,
        shown="",
        parents=(),
    )
