"""Publishing: a folder that `datasets.load_dataset` opens and a stranger can cite.

It is built beside its place and renamed at the end. The same job gives the same bytes.
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from corpus.errors import PressmarkError
from corpus.files import write_json, write_text
from corpus.job import FILE, Job
from corpus.progress import Progress, silent
from corpus.records import Annotation
from corpus.release.card import Card, write_card
from corpus.release.changes import Change, Contents, changes, contents
from corpus.release.folder import FORMAT, MANIFEST, Release, building, open_release, write_sums
from corpus.release.hashes import WIDTH
from corpus.release.items import UNFIT, items
from corpus.release.masking import masked
from corpus.release.parquet import Files
from corpus.release.pseudonyms import Pseudonyms, authors, keep_pseudonyms, pseudonymised
from corpus.release.shape import Names, full_row, names_of, standoff_row
from corpus.release.tally import Tally
from corpus.scheme import Scheme
from corpus.store import read_annotations
from corpus.stories.placements import placements
from corpus.takedown import read_takedown, write_takedown

#: What a card must say and no data tells.
REQUIRED = ("name", "version", "title", "authors", "licence", "contact")
#: Annotations that are published: a draft is unfinished, a withdrawn one was taken back.
SAID = ("submitted", "skipped")


@dataclass(frozen=True)
class Published:
    """What a release holds; `refused` maps a reason to the articles whose text stays here."""

    folder: Path
    version: str
    articles: int
    texts: int
    annotations: int
    spans: int
    refused: dict[str, int]
    left_out: dict[str, int]
    previous: str
    quarantined: int


def publish(job: Job, progress: Progress = silent) -> Published:
    """Write JOB/releases/NAME-VERSION, whole or not at all; a release that stands is never changed.

    Raises:
        PressmarkError: the job file's `release` lacks something, the version is published already,
            or there is nothing to publish.
    """
    section = job.settings.release
    missing = [key for key in REQUIRED if not getattr(section, key)]
    if missing:
        raise PressmarkError(
            f"{job.folder / FILE}: release: {', '.join(missing)} missing; a release says who made"
            " what, under which licence, and whom to write to"
        )
    target = job.releases / f"{section.name}-{section.version}"
    if target.exists():
        raise PressmarkError(
            f"{target}: is published, and a release never changes; raise release.version"
        )
    previous = _previous(job)
    for left in job.releases.glob(".*.part"):
        shutil.rmtree(left)  # a killed run's, of any version: the job's lock is ours
    with building(target) as part:
        return replace(_write(job, part, previous, progress), folder=target)


def versions(folder: Path, name: str) -> list[tuple[list[int], Path]]:
    """Return the releases of a dataset in a folder with their versions, the oldest first."""
    found = []
    for path in folder.glob(f"{name}-*"):
        version = path.name.removeprefix(f"{name}-")
        if re.fullmatch(r"[0-9]+(\.[0-9]+)*", version) and (path / MANIFEST).is_file():
            found.append((_order(version), path))
    return sorted(found)


def _order(version: str) -> list[int]:
    """The numbers of a version without noughts at its end: 1.0 is 1."""
    numbers = [int(part) for part in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return numbers


def _previous(job: Job) -> Release | None:
    """The release that comes before the job's version."""
    section = job.settings.release
    ours = _order(section.version)
    stand = [each for each in versions(job.releases, section.name) if each[0] <= ours]
    if stand and stand[-1][0] == ours:
        raise PressmarkError(f"{stand[-1][1]}: is the same version; raise release.version")
    return open_release(stand[-1][1]) if stand else None


def _write(job: Job, part: Path, previous: Release | None, progress: Progress) -> Published:
    names = keep_pseudonyms(job)
    tally = Tally()
    said = _said(job, names, tally)
    everyone = [a for annotations in said.values() for a in annotations]
    labels = names_of(job.scheme, everyone)
    schemes = _schemes(job, everyone, part)
    salt = names.token("release", f"{job.settings.release.name} {job.settings.release.version}")
    now = Contents()
    placed = placements(job)
    with Files(part, labels) as files:
        for item, split, refused in items(job, said, placed, tally, progress):
            if not refused:
                shown = masked(item.article, job.settings.release.drop)
                files.add("full", split, full_row(replace(item, article=shown), labels))
            bare = standoff_row(item, labels, salt, schemes)
            files.add("standoff", split, bare)
            now.add(bare, labels)
    if not tally.splits:
        raise PressmarkError(f"{job.folder}: no articles to publish; read some in with 'ingest'")
    told = _changes(previous, now)
    manifest = _manifest(job, labels, salt, tally, bool(placed))
    if previous:
        manifest["previous"] = previous.version
        manifest["changes"] = [asdict(change) for change in told]
    write_json(part / MANIFEST, manifest)
    listed = read_takedown(job.takedown)
    if listed:
        write_takedown(part / "takedown.txt", listed)
    people = {name: names.author(name) for name in authors(_logged(job))}
    write_card(part, Card(job, labels, schemes, tally, manifest, people))
    write_sums(part)
    refused_: dict[str, int] = defaultdict(int)
    for (_, why), count in sorted(tally.licences.items()):
        if why:
            refused_[why] += count
    return Published(
        part,
        job.settings.release.version,
        tally.splits.total(),
        tally.texts.total(),
        tally.annotations.total(),
        tally.spans,
        dict(refused_),
        dict(sorted(tally.left_out.items())),
        previous.version if previous else "",
        tally.left_out[UNFIT],
    )


def _logged(job: Job) -> list[Annotation]:
    return read_annotations(job.annotations) + read_annotations(job.gold)


def _said(
    job: Job, names: Pseudonyms, tally: Tally
) -> dict[tuple[str, str], tuple[Annotation, ...]]:
    """What is published of the logs, by version of article, in the order of their tokens."""
    found: dict[tuple[str, str], list[Annotation]] = {}
    for annotation in _logged(job):
        if annotation.status not in SAID:
            tally.left_out[f"annotations that are {annotation.status}"] += 1
            continue
        version = annotation.article, annotation.sha256
        found.setdefault(version, []).append(pseudonymised(annotation, names))
    # the order of the log would tell who worked first
    return {key: tuple(sorted(each, key=lambda a: a.id)) for key, each in found.items()}


def _schemes(job: Job, annotations: list[Annotation], part: Path) -> dict[str, Scheme]:
    """The schemes the annotations were made under, each written to schemes/HASH.yaml."""
    used = {job.keep_scheme()} | {a.scheme for a in annotations}
    kept = {h for h in used if (job.folder / "schemes" / f"{h}.yaml").is_file()}
    schemes = {hash_: job.kept_scheme(hash_) for hash_ in sorted(kept)}
    for hash_, scheme in schemes.items():
        write_text(part / "schemes" / f"{hash_}.yaml", scheme.source)
    return schemes


def _changes(previous: Release | None, now: Contents) -> list[Change]:
    if previous is None:
        return []
    rows = (row for _, row in previous.rows("standoff"))
    return changes(contents(rows, previous.names), now)


def _manifest(job: Job, names: Names, salt: str, tally: Tally, placed: bool) -> dict[str, Any]:
    section = job.settings.release
    return {
        "format": FORMAT,
        "name": section.name,
        "version": section.version,
        "title": section.title,
        "date": section.date,
        "offsets": "half-open, Unicode code points of the canonical text",
        "readers": [
            {"reader": reader, "version": version, "articles": count}
            for (reader, version), count in sorted(tally.readers.items())
        ],
        "salt": salt,
        "context": WIDTH,
        "scheme": job.scheme.hash,
        "labels": list(names.labels),
        "kinds": list(names.kinds),
        "splits": dict(sorted(tally.splits.items())),
        "texts": {split: count for split, count in sorted(tally.texts.items()) if count},
        "placed": placed,
        "masked": list(section.drop),
    }
