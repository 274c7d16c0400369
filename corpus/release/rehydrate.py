"""Rehydration: a stand-off release and the user's own copies of the pages make a job again."""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from corpus.dataset import Row, annotation_row
from corpus.errors import PressmarkError
from corpus.files import append_lines, write_text
from corpus.job import FILE, Job, open_job
from corpus.progress import Progress, silent
from corpus.reading.ingest import ingest
from corpus.records import Annotation, Article, Block, RecordError, misfits
from corpus.release.anchor import Carried, carry
from corpus.release.folder import Release, building, open_release
from corpus.release.shape import annotations_of, article_fields
from corpus.store import add_articles, iter_versions
from corpus.takedown import REASON, address_hash, barred, read_takedown, write_takedown


@dataclass
class Rehydrated:
    """What came of a release: articles and spans as they were, carried over, and not placed.

    `missing` articles are not among the copies, `refused` ones have changed too much, `barred` ones
    are on the take-down list.
    """

    folder: Path
    articles: int = 0
    exact: int = 0
    reanchored: int = 0
    missing: int = 0
    refused: int = 0
    barred: int = 0
    spans: int = 0
    spans_exact: int = 0
    spans_reanchored: int = 0
    spans_lost: int = 0

    @property
    def whole(self) -> bool:
        """Tell whether every article that may be rebuilt was, with every span."""
        return self.exact + self.barred == self.articles


@dataclass
class _Work:
    """A rehydration under way."""

    release: Release
    job: Job
    result: Rehydrated
    rows: list[tuple[str, Row]]
    listed: frozenset[str]
    open: set[int] = field(default_factory=set)

    def aside(self, row: Row, reason: str) -> None:
        self.job.set_aside("rehydrate", row["id"], reason)


def rehydrate(
    release: Path, source: Path, to: Path, listed: Path | None = None, progress: Progress = silent
) -> Rehydrated:
    """Rebuild a stand-off release as a new job at `to`, from a folder of pages or another job.

    Every text is checked against its sha256. A text that has changed is accepted only where the
    hashed contexts of its spans are found in it; what is not placed goes to quarantine.jsonl.

    Raises:
        PressmarkError: the release is damaged, `to` stands already, or none of its articles is
            among the copies; nothing was written.
    """
    opened = open_release(release)
    if to.exists():
        raise PressmarkError(f"{to}: stands already; name a new folder with --to")
    if not source.exists():
        raise PressmarkError(f"{source}: no such file or folder; name your copies with --from")
    barring = read_takedown(release / "takedown.txt")
    if listed:
        if not listed.is_file():
            raise PressmarkError(f"{listed}: no such take-down list")
        barring |= read_takedown(listed)
    with building(to) as part, tempfile.TemporaryDirectory(dir=to.parent) as scratch:
        copies = _copies(source, Path(scratch), progress)
        barring |= read_takedown(copies.takedown)
        job = _new_job(part, opened, barring)
        work = _Work(opened, job, Rehydrated(to), list(opened.rows("standoff")), barring)
        _rebuild(work, copies, progress)
    return work.result


def _copies(source: Path, scratch: Path, progress: Progress) -> Job:
    """The job that holds the user's copies: theirs, or one that reads their folder."""
    if (source / FILE).is_file():
        return open_job(source)
    read = [{"path": str(source.resolve()), "id": "auto"}]
    write_text(scratch / FILE, yaml.safe_dump({"sources": read}, allow_unicode=True))
    job = open_job(scratch)
    ingest(job, progress)
    return job


def _new_job(folder: Path, release: Release, listed: frozenset[str]) -> Job:
    scheme = f"schemes/{release.manifest['scheme']}.yaml"
    for path in sorted((release.folder / "schemes").glob("*.yaml")):
        write_text(folder / "schemes" / path.name, path.read_text(encoding="utf-8"))
    title = " ".join(str(release.manifest["title"]).split())
    told = f"# {title}, version {release.version}, rehydrated from own copies of its pages.\n"
    write_text(folder / FILE, told + yaml.safe_dump({"scheme": scheme}))
    if listed:
        write_takedown(folder / "takedown.txt", listed)
    return open_job(folder)


def _rebuild(work: _Work, copies: Job, progress: Progress) -> None:
    result = work.result
    for number, (_, row) in enumerate(work.rows):
        result.articles += 1
        result.spans += _spans(row)
        if barred(row["id"], row["url"], work.listed):
            result.barred += 1
            work.aside(row, REASON)
        else:
            work.open.add(number)
    said: list[Annotation] = []
    add_articles(work.job, _exact(work, copies, said, progress))
    add_articles(work.job, _changed(work, copies, said, progress))
    if not (result.exact or result.reanchored or result.barred == result.articles):
        raise PressmarkError(
            f"none of the release's {result.articles} articles is among these copies; a release"
            " needs the pages it was made from, as they were then"
        )
    for number in sorted(work.open):
        result.missing += 1
        work.aside(work.rows[number][1], "not among the copies, by sha256, id or address")
    _write(work, said)


def _exact(
    work: _Work, copies: Job, said: list[Annotation], progress: Progress
) -> Iterator[Article]:
    """Yield the articles whose text is the very one; collect what was said of them."""
    by_sha: defaultdict[str, list[int]] = defaultdict(list)
    for number in sorted(work.open):
        by_sha[work.rows[number][1]["sha256"]].append(number)
    for copy in iter_versions(copies):
        for number in by_sha.pop(copy.sha256, ()):
            row = work.rows[number][1]
            try:
                article = _article(work.release, row, copy)
                annotations = annotations_of(row, work.release.names)
                unfit = [told for a in annotations for told in misfits(a, article)]
            except RecordError as error:
                unfit = [str(error)]
            work.open.discard(number)
            if unfit:
                work.aside(row, f"the release's row is damaged: {'; '.join(unfit)}")
                work.result.refused += 1
                continue
            work.result.exact += 1
            work.result.spans_exact += _spans(row)
            progress("checking texts", work.result.exact, len(work.rows))
            said += annotations
            yield article


def _changed(
    work: _Work, copies: Job, said: list[Annotation], progress: Progress
) -> Iterator[Article]:
    """Yield articles whose text changed but holds what was marked; collect what was said."""
    wanted: defaultdict[str, list[int]] = defaultdict(list)
    for number in sorted(work.open):
        for key in _keys(work.rows[number][1]["id"], work.rows[number][1]["url"]):
            wanted[key].append(number)
    best: dict[int, tuple[Article, Carried]] = {}
    for copy in iter_versions(copies) if wanted else ():
        keys = _keys(copy.id, copy.url, *_names(copy))
        for number in {number for key in keys for number in wanted.get(key, ())}:
            row = work.rows[number][1]
            carried = carry(row, copy, work.release.names, work.release.salt)
            if number not in best or carried.placed > best[number][1].placed:
                best[number] = copy, carried
            progress("looking into changed texts", len(best), len(work.open))
    for number, (copy, carried) in sorted(best.items()):
        row = work.rows[number][1]
        work.open.discard(number)
        if not carried.accepted:
            work.result.refused += 1
            work.result.spans_lost += _spans(row)
            many = carried.placed + len(carried.lost)
            work.aside(row, f"the text has changed: {carried.placed} of {many} spans are found")
            continue
        for lost in carried.lost:
            work.aside(row, f"the text has changed: {lost}")
        there = sum(len(a.spans) for a in carried.annotations if a.layer == "spans")
        work.result.reanchored += 1
        work.result.spans_reanchored += there
        work.result.spans_lost += _spans(row) - there
        said += carried.annotations
        yield _article(work.release, row, copy, changed=True)


def _article(release: Release, row: Row, copy: Article, *, changed: bool = False) -> Article:
    """The release's article with the copy's text; a changed text keeps the copy's own blocks."""
    fields = article_fields(row, release.names)
    blocks = copy.blocks if changed else tuple(Block(**block) for block in fields["blocks"])
    return Article(
        **{
            **fields,
            "blocks": blocks,
            "text": copy.text,
            "title": copy.title,
            "authors": copy.authors,
            "provenance": copy.provenance,
        }
    )


def _keys(*given: str) -> set[str]:
    return {address_hash(each) for each in given if each}


def _names(copy: Article) -> list[str]:
    """What the job that published it may have called a copy: the ends of its path."""
    path = re.sub(r"\.\w{1,6}$", "", re.sub(r"\.gz$", "", copy.provenance.source))
    parts = path.split("/")
    return ["/".join(parts[at:]) for at in range(len(parts))]


def _spans(row: Row) -> int:
    return sum(len(o["spans"]) for column in ("annotations", "gold") for o in row[column])


def _write(work: _Work, said: list[Annotation]) -> None:
    """Write the logs and, if the release was split, the ledger of placements."""
    append_lines(work.job.gold, (annotation_row(a) for a in said if a.role == "gold"))
    append_lines(work.job.annotations, (annotation_row(a) for a in said if a.role != "gold"))
    if work.release.manifest["placed"]:
        uses = {"held_out": "held out"}
        append_lines(
            work.job.placements,
            (
                {"article": row["id"], "use": uses.get(split, split)}
                for split, row in work.rows
                if split != "unplaced"
            ),
        )
