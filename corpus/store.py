"""What a job has on disk: articles in Parquet shards, annotations in a log, runs in Parquet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.dataset import (
    annotation_of,
    annotation_row,
    annotation_schema,
    article_of,
    article_row,
    article_schema,
)
from corpus.errors import PressmarkError
from corpus.files import append_lines, read_lines, replacing
from corpus.job import Job
from corpus.records import Annotation, Article
from corpus.seen import Seen

if TYPE_CHECKING:
    import pyarrow as pa

#: Articles a shard: at 5 kB of text each a shard is held in some ten megabytes while it is written.
SHARD = 1000
#: Rows that are held while a file is read from its beginning to its end.
_PART = 250


@dataclass
class Added:
    """What `add_articles` did: how many articles are new, new versions of known ones, known."""

    new: int = 0
    versions: int = 0
    same: int = 0


def add_articles(job: Job, articles: Iterable[Article]) -> Added:
    """Append the articles whose (id, sha256) the job has not; one Parquet file a thousand.

    A known id with another text is a new version of the article; both stay.
    """
    ids, versions = _known(job)
    added = Added()

    def unknown() -> Iterator[Article]:
        for article in articles:
            if not versions.add(f"{article.id}\n{article.sha256}"):
                added.same += 1
                continue
            if ids.add(article.id):
                added.new += 1
            else:
                added.versions += 1
            yield article

    stream = unknown()
    while shard := list(islice(stream, SHARD)):
        number = 1 + max((int(path.stem) for path in shards(job)), default=-1)
        write_shard(job.articles / f"{number:05}.parquet", shard)
    return added


def read_articles(job: Job) -> list[Article]:
    """Return the latest version of every article, in the order of their first arrival."""
    latest: dict[str, Article] = {}
    for article in iter_versions(job):
        latest[article.id] = article
    return list(latest.values())


def count_articles(job: Job) -> int:
    """Return how many articles the job has, versions not counted."""
    return len(_known(job)[0])


def latest(job: Job) -> dict[str, str]:
    """Return the sha256 of the latest version of every article, by id."""
    return {id_: sha256 for id_, sha256, _ in _named(job)}


def iter_named(job: Job) -> Iterator[tuple[str, str, str]]:
    """Yield id, sha256 and address of what `iter_articles` yields, without reading the texts."""
    wanted = latest(job)
    for id_, sha256, url in _named(job):
        if wanted.get(id_) == sha256:
            del wanted[id_]
            yield id_, sha256, url


def _named(job: Job) -> Iterator[tuple[str, str, str]]:
    for path in shards(job):
        for row in _read_parquet(path, columns=["id", "sha256", "url"]):
            yield row["id"], row["sha256"], row["url"]


def iter_articles(job: Job) -> Iterator[Article]:
    """Yield the latest version of every article, one shard in memory at a time."""
    wanted = latest(job)
    for article in iter_versions(job):
        if wanted.get(article.id) == article.sha256:
            del wanted[article.id]
            yield article


def latest_by_shard(job: Job) -> Iterator[tuple[Path, Iterator[Article]]]:
    """Yield each file of articles with those of its versions that are the latest of their article.

    A file is read when its articles are asked for; some bytes an article are held.
    """
    ids, kept = Seen(), Seen()
    for path in reversed(shards(job)):
        for row in reversed(_read_parquet(path, columns=["id", "sha256"])):
            if ids.add(row["id"]):
                kept.add(f"{row['id']}\n{row['sha256']}")
    for path in shards(job):
        versions = map(article_of, _rows(path))
        yield path, (a for a in versions if f"{a.id}\n{a.sha256}" in kept)


def iter_versions(job: Job) -> Iterator[Article]:
    """Yield every version of every article, oldest first."""
    for path in shards(job):
        yield from map(article_of, _rows(path))


def version(job: Job, id_: str, sha256: str) -> Article | None:
    """Return that version of that article, or None."""
    found = (a for a in iter_versions(job) if (a.id, a.sha256) == (id_, sha256))
    return next(found, None)


def read_annotations(path: Path) -> list[Annotation]:
    """Return the last revision of every annotation of a log, in the order of first arrival."""
    return list({annotation.id: annotation for annotation in _revisions(path)}.values())


def read_first_submissions(path: Path) -> list[Annotation]:
    """Return what was submitted first, by each annotation of a log, in the order of arrival.

    It is the first revision whose status is 'submitted'; what was changed later, also into a
    skipped one, does not change it. An annotation that was never submitted has none, nor has one
    that was withdrawn and is so still: its author took it back.

    A log knows what was pulled: an annotation that was submitted and changed between two pulls
    counts as it was found by the second.
    """
    first: dict[str, Annotation] = {}
    status: dict[str, str] = {}
    for annotation in _revisions(path):
        status[annotation.id] = annotation.status
        if annotation.status == "submitted":
            first.setdefault(annotation.id, annotation)
    return [each for each in first.values() if status[each.id] != "withdrawn"]


def _revisions(path: Path) -> Iterator[Annotation]:
    """Yield every revision of a log, oldest first."""
    for row in read_lines(path):
        try:
            yield annotation_of(row)
        except (KeyError, TypeError, ValueError) as error:
            raise PressmarkError(
                f"{path}: {row.get('id')!r} is no annotation ({error!r})"
            ) from None


def append_annotations(
    path: Path, annotations: Iterable[Annotation], log: Mapping[str, Annotation] | None = None
) -> list[Annotation]:
    """Append what is new or changed, with the next revision; return what was appended.

    Annotations equal to their last revision (but for the number) are left out, so that the same
    again leaves the file as it is. Who has read the file gives it as `log`, by id.
    """
    last = dict(log or {a.id: a for a in read_annotations(path)})
    appended = []
    for annotation in annotations:
        before = last.get(annotation.id)
        if before and _numbered(annotation, before.revision) == before:
            continue
        revised = _numbered(annotation, before.revision + 1 if before else 1)
        last[annotation.id] = revised
        appended.append(revised)
    append_lines(path, (annotation_row(annotation) for annotation in appended))
    return appended


def _numbered(annotation: Annotation, revision: int) -> Annotation:
    as_is = annotation.revision == revision
    return annotation if as_is else replace(annotation, revision=revision)


def write_run(job: Job, run: str, predictions: Iterable[Annotation]) -> Path:
    """Write predictions/RUN.parquet, once: a run is never changed. Few are held at a time."""
    path = job.predictions / f"{run}.parquet"
    if path.exists():
        raise PressmarkError(f"{path}: a run is written once; choose another name")
    write_predictions(path, predictions)
    return path


def write_predictions(path: Path, predictions: Iterable[Annotation]) -> None:
    """Write one file of predictions, or replace it; a thousand are held at a time."""
    _write_parquet(path, map(annotation_row, predictions), annotation_schema())


def iter_predictions(path: Path) -> Iterator[Annotation]:
    """Yield the predictions of a file, a few hundred in memory at a time."""
    yield from map(annotation_of, _rows(path))


def read_run(job: Job, run: str) -> list[Annotation]:
    """Return the predictions of a run.

    Raises:
        PressmarkError: there is no such run.
    """
    return [annotation_of(row) for row in _read_parquet(_run(job, run))]


def iter_run(job: Job, run: str) -> Iterator[Annotation]:
    """Yield the predictions of a run, a few hundred in memory at a time.

    Raises:
        PressmarkError: there is no such run.
    """
    yield from iter_predictions(_run(job, run))


def run_versions(job: Job, run: str) -> list[tuple[str, str]]:
    """Return which version (id, sha256) each prediction of a run is of, in its order.

    Raises:
        PressmarkError: there is no such run.
    """
    rows = _read_parquet(_run(job, run), columns=["article", "sha256"])
    return [(row["article"], row["sha256"]) for row in rows]


def run_scheme(job: Job, run: str) -> str | None:
    """Return the hash of the scheme that a run was predicted under, None if it says nothing.

    Raises:
        PressmarkError: there is no such run.
    """
    return next((row["scheme"] for row in _rows(_run(job, run), ["scheme"])), None)


def _run(job: Job, run: str) -> Path:
    path = job.predictions / f"{run}.parquet"
    if not path.is_file():
        names = ", ".join(runs(job)) or "none yet; make one with 'pressmark predict'"
        raise PressmarkError(f"{path}: no such run; there are: {names}")
    return path


def runs(job: Job) -> list[str]:
    """Return the names of the prediction runs, oldest first (a run's name begins with its time)."""
    return sorted(path.stem for path in job.predictions.glob("*.parquet"))


def shards(job: Job) -> list[Path]:
    """Return the files of articles, in the order of their arrival."""
    return sorted(path for path in job.articles.glob("*.parquet") if path.stem.isdigit())


def digest(job: Job) -> str:
    """Return a name of the articles as they are: with other blocks or facts it is another."""
    found = hashlib.sha256()
    for path in shards(job):
        with path.open("rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()[:16]


def read_shard(path: Path) -> list[Article]:
    """Return the articles of one file."""
    return [article_of(row) for row in _read_parquet(path)]


def write_shard(path: Path, articles: Iterable[Article]) -> None:
    """Write one file of articles, or replace it."""
    _write_parquet(path, [article_row(article) for article in articles], article_schema())


def read_columns(path: Path, columns: list[str] | None = None) -> list[dict[str, Any]]:
    """Return the rows of a file of articles, with these columns alone or with all."""
    return _read_parquet(path, columns)


def replace_rows(path: Path, fresh: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """Replace values in a file of articles: by version (id, sha256), the columns that change.

    Columns and rows that are not named stay as they are.
    """
    import pyarrow.parquet as pq

    rows = [{**row, **fresh.get((row["id"], row["sha256"]), {})} for row in _read_parquet(path)]
    _write_parquet(path, rows, pq.read_schema(path))


def _known(job: Job) -> tuple[Seen, Seen]:
    """The ids and the versions that a job has: as hashes, since these grow with the corpus."""
    ids, versions = Seen(), Seen()
    for path in shards(job):
        for row in _read_parquet(path, columns=["id", "sha256"]):
            ids.add(row["id"])
            versions.add(f"{row['id']}\n{row['sha256']}")
    return ids, versions


def _write_parquet(path: Path, rows: Iterable[dict[str, Any]], schema: pa.Schema) -> None:
    """Write or replace a file, `SHARD` rows in memory and in a row group at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    stream = iter(rows)
    with replacing(path) as part, pq.ParquetWriter(part, schema) as file:
        while group := list(islice(stream, SHARD)):
            file.write_table(pa.Table.from_pylist(group, schema=schema))


def _rows(path: Path, columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file, `_PART` of them in memory at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for part in file.iter_batches(_PART, columns=columns):
                yield from part.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise PressmarkError(f"{path}: cannot be read ({error}); restore it from a copy") from None


def _read_parquet(path: Path, columns: list[str] | None = None) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows: list[dict[str, Any]] = pq.read_table(path, columns=columns).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise PressmarkError(f"{path}: cannot be read ({error}); restore it from a copy") from None
    return rows
