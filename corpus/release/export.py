"""Export to other tools' formats: PTC, brat stand-off, JSON lines; what a format loses is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from corpus.dataset import annotation_row, article_row
from corpus.errors import PressmarkError
from corpus.files import append_lines, write_text
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.records import Annotation, Article, misfits
from corpus.release.brat import Brat
from corpus.release.filenames import file_names
from corpus.release.folder import building
from corpus.release.items import UNFIT
from corpus.release.ptc import Ptc, headed
from corpus.scheme import Scheme
from corpus.store import iter_versions, latest, read_annotations
from corpus.takedown import is_taken_down, read_takedown

FORMATS = ("ptc", "brat", "jsonl")
LOSSES = "LOSSES.txt"
_BARRED = "articles on the take-down list"
_BATCH = 200
#: An exporter's kind of folder for each author, by format.
_WRITERS: dict[str, type[Ptc | Brat]] = {"ptc": Ptc, "brat": Brat}


@dataclass(frozen=True)
class Exported:
    """What an export wrote, and how many things of each kind the format has no room for."""

    folder: Path
    articles: int
    annotations: int
    spans: int
    losses: dict[str, int]


@dataclass
class _Found:
    """What leaves the job: opinions by version of article, each in the folder of its author."""

    said: dict[tuple[str, str], list[tuple[str, Annotation]]] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)


def export(
    job: Job, format_: str, to: Path, authors: Iterable[str] = (), progress: Progress = silent
) -> Exported:
    """Write the job's articles and annotations to the new folder `to`, whole or not at all.

    PTC and brat get a folder for each author (and scheme, where one used several), with the
    articles that author saw; `authors` picks some. JSON lines get everything. What is on the
    take-down list stays here.

    Raises:
        PressmarkError: no such format or author, `to` stands already, or there is nothing to write.
    """
    if format_ not in FORMATS:
        raise PressmarkError(f"no format {format_!r}; there are: {', '.join(FORMATS)}")
    if to.exists():
        raise PressmarkError(f"{to}: stands already; name a new folder with --to")
    with building(to) as part:
        if format_ == "jsonl":
            counts, lost = _json_lines(job, part, tuple(authors))
        else:
            counts, lost = _folders(job, part, format_, tuple(authors), progress)
        if not counts["articles"]:
            raise PressmarkError(f"{job.folder}: nothing to export; pull or import labels first")
        losses = dict(sorted((+lost).items()))
        write_text(part / LOSSES, _told(format_, losses))
    return Exported(to, counts["articles"], counts["annotations"], counts["spans"], losses)


def _json_lines(
    job: Job, folder: Path, authors: tuple[str, ...]
) -> tuple[Counter[str], Counter[str]]:
    """Everything as the job's own rows, which corpus.dataset reads back, and the schemes."""
    counts: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    everyone = read_annotations(job.annotations) + read_annotations(job.gold)
    _refuse_unknown(authors, everyone)
    listed = read_takedown(job.takedown)
    barred = {a.id for a in iter_versions(job) if is_taken_down(a, listed)} if listed else set()
    kept_articles = (article for article in iter_versions(job) if article.id not in barred)
    while batch := list(islice(kept_articles, _BATCH)):
        counts["articles"] += len(batch)
        append_lines(folder / "articles.jsonl", (article_row(article) for article in batch))
    for log in (job.annotations, job.gold):
        there = [a for a in read_annotations(log) if a.article not in barred]
        kept = [a for a in there if not authors or a.author in authors]
        lost["annotations by others than --author"] += len(there) - len(kept)
        counts["annotations"] += len(kept)
        counts["spans"] += sum(len(a.spans) for a in kept)
        append_lines(folder / log.name, (annotation_row(a) for a in kept))
    for hash_, scheme in _schemes(job, everyone).items():
        write_text(folder / "schemes" / f"{hash_}.yaml", scheme.source)
    return counts, lost + Counter({_BARRED: len(barred)})


def _folders(
    job: Job, folder: Path, format_: str, authors: tuple[str, ...], progress: Progress
) -> tuple[Counter[str], Counter[str]]:
    """A folder for each author, in the format of another tool."""
    now = latest(job)
    found = _opinions(job, now, authors)
    listed = read_takedown(job.takedown)
    owners = sorted({owner for each in found.said.values() for owner, _ in each})
    names = file_names(owners)
    schemes = _schemes(job, (a for each in found.said.values() for _, a in each))
    files = file_names(now)
    writers = {
        owner: _WRITERS[format_](folder / names[owner], schemes, found.lost) for owner in owners
    }
    written: set[tuple[str, str]] = set()
    counts: Counter[str] = Counter()
    for article in iter_versions(job):
        version = article.id, article.sha256
        if version not in found.said or version in written:
            continue
        written.add(version)
        if is_taken_down(article, listed):
            found.lost[_BARRED] += 1
            continue
        fitting = [each for each in found.said[version] if not misfits(each[1], article)]
        found.lost[UNFIT] += len(found.said[version]) - len(fitting)
        if not fitting:
            continue
        counts["articles"] += 1
        progress("writing articles", counts["articles"], len(found.said))
        found.lost["typed blocks"] += len(article.blocks)
        if format_ == "ptc":
            found.lost["articles whose first line is no headline"] += not headed(article)
        by_owner: dict[str, list[Annotation]] = {}
        for owner, annotation in fitting:
            by_owner.setdefault(owner, []).append(annotation)
        for owner, opinions in sorted(by_owner.items()):
            counts["annotations"] += len(opinions)
            counts["spans"] += sum(len(a.spans) for a in opinions)
            writers[owner].add(article, files[article.id], opinions)
        append_lines(folder / "files.jsonl", [_facts(article, files[article.id])])
    for writer in writers.values():
        writer.close()
    rows = [{"folder": names[owner], "author": owner} for owner in owners]
    append_lines(folder / "authors.jsonl", rows)
    return counts, found.lost


def _opinions(job: Job, now: dict[str, str], authors: tuple[str, ...]) -> _Found:
    """Submitted opinions on the latest texts, by version; what else there is counts as lost."""
    found = _Found()
    everyone = read_annotations(job.annotations) + read_annotations(job.gold)
    _refuse_unknown(authors, everyone)
    several = _several(everyone)
    for annotation in everyone:
        if authors and annotation.author not in authors:
            continue
        if annotation.layer != "spans":
            found.lost["corrections of blocks"] += 1
        elif annotation.status != "submitted":
            found.lost[f"annotations that are {annotation.status}"] += 1
        elif now.get(annotation.article) != annotation.sha256:
            found.lost["annotations of older texts"] += 1
        else:
            owner = annotation.author + (", gold" if annotation.role == "gold" else "")
            if annotation.author in several:
                owner += f", scheme {annotation.scheme[:8]}"
            version = annotation.article, annotation.sha256
            found.said.setdefault(version, []).append((owner, annotation))
    return found


def _refuse_unknown(authors: tuple[str, ...], everyone: list[Annotation]) -> None:
    there = {a.author for a in everyone}
    if unknown := set(authors) - there:
        raise PressmarkError(
            f"no annotations by {', '.join(sorted(unknown))}; there are: {', '.join(sorted(there))}"
        )


def _several(annotations: list[Annotation]) -> set[str]:
    """Authors who worked under more than one scheme."""
    schemes: dict[str, set[str]] = {}
    for annotation in annotations:
        if annotation.layer == "spans":
            schemes.setdefault(annotation.author, set()).add(annotation.scheme)
    return {author for author, used in schemes.items() if len(used) > 1}


def _schemes(job: Job, annotations: Iterable[Annotation]) -> dict[str, Scheme]:
    hashes = {annotation.scheme for annotation in annotations}
    kept = {h for h in hashes if (job.folder / "schemes" / f"{h}.yaml").is_file()}
    schemes = {hash_: job.kept_scheme(hash_) for hash_ in sorted(kept)}
    return {job.scheme.hash: job.scheme, **schemes}


def _facts(article: Article, file: str) -> dict[str, object]:
    """What the formats have no place for: which file is which article, and what is known of it."""
    row = article_row(article)
    return {"file": file, **{key: row[key] for key in row if key not in ("text", "blocks")}}


def _told(format_: str, losses: dict[str, int]) -> str:
    if not losses:
        return f"{format_}: nothing is lost\n"
    lines = [f"{count}\t{what}\n" for what, count in losses.items()]
    return f"{format_}: what the job holds and this export does not\n" + "".join(lines)
