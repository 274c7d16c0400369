"""People's corrections of blocks, laid over the rules' in the articles themselves.

The Parquet shards hold the blocks that count, so whoever reads articles reads corrected ones, with
whatever tool. What the rules said of a corrected version stays in uncorrected.jsonl: it is shown
again when the correction is withdrawn, and replaced when a later ingestion types the page better.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from corpus.blocks.overlay import overlay
from corpus.dataset import article_row
from corpus.files import append_lines, read_lines
from corpus.job import Job
from corpus.records import Annotation, Article, Block
from corpus.seen import Seen
from corpus.store import SHARD, read_annotations, read_columns, replace_rows, shards

Key = tuple[str, str]
Row = dict[str, Any]

_FILE = "uncorrected.jsonl"
_COUNT = ("human", "gold")


def corrections(job: Job) -> dict[Key, Annotation]:
    """Return what counts of each version (id, sha256): its gold, else its latest submission."""
    found = [*read_annotations(job.annotations), *read_annotations(job.gold)]
    submitted = [
        a for a in found if a.layer == "blocks" and a.status == "submitted" and a.role in _COUNT
    ]
    submitted.sort(key=lambda a: (a.role == "gold", a.when, a.id))
    return {(a.article, a.sha256): a for a in submitted}


def correct(job: Job) -> list[str]:
    """Bring the articles' blocks to what people say of them; return the ids of those it changed.

    Safe to be killed in, and run again it changes nothing.
    """
    wanted, own = corrections(job), _uncorrected(job)
    concerned = wanted.keys() | own.keys()
    changed: list[str] = []
    for path in shards(job) if concerned else ():
        rows = read_columns(path, ["id", "sha256"])
        if not any((row["id"], row["sha256"]) in concerned for row in rows):
            continue
        fresh: dict[Key, Row] = {}
        for row in read_columns(path, ["id", "sha256", "text", "blocks"]):
            key = row["id"], row["sha256"]
            if key not in concerned:
                continue
            if key not in own:
                own[key] = row["blocks"]
                append_lines(job.folder / _FILE, [_line(key, row["blocks"])])
            typed = tuple(Block(**block) for block in own[key])
            article = Article(row["id"], row["text"], typed)
            blocks = overlay(article, wanted[key].spans).blocks if key in wanted else article.blocks
            if (told := [asdict(block) for block in blocks]) != row["blocks"]:
                fresh[key] = {"blocks": told}
        if fresh:
            replace_rows(path, fresh)
            changed += [id_ for id_, _ in fresh]
    return changed


class Retyping:
    """Watches pages read again: same text, other blocks means that the rules have changed.

    Their new blocks replace the old ones; a person's corrections stay. A page counts as read again
    only from where it came from: the same text in another file may well be laid out differently.
    """

    def __init__(self, job: Job) -> None:
        self.count = 0
        self._job = job
        self._own = _uncorrected(job)
        # hashes, since a corpus may have a hundred thousand articles of a hundred blocks
        self._known = Seen()
        for key, told in _known(job, self._own):
            self._known.add(" ".join(key), told)
        self._pending: dict[Key, Row] = {}

    def watch(self, articles: Iterable[Article]) -> Iterator[Article]:
        """Yield the articles as they come."""
        for article in articles:
            key = article.id, article.sha256
            if (name := " ".join(key)) in self._known:
                self._compare(key, self._known[name], article_row(article))
            yield article

    def _compare(self, key: Key, before: tuple[int, int, int], row: Row) -> None:
        told = _told(row["provenance"]["source"], row["blocks"])
        if before == told or before[0] != told[0]:
            return
        self._pending[key] = {name: row[name] for name in ("blocks", "provenance")}
        if len(self._pending) >= 5 * SHARD:
            self._write()

    def finish(self) -> int:
        """Write what is left and return how many versions of articles were typed anew."""
        self._write()
        correct(self._job)
        return self.count

    def _write(self) -> None:
        corrected = self._pending.keys() & self._own.keys()
        lines = [_line(key, self._pending.pop(key)["blocks"]) for key in sorted(corrected)]
        append_lines(self._job.folder / _FILE, lines)
        self.count += len(lines)
        for path in shards(self._job) if self._pending else ():
            keys = {(row["id"], row["sha256"]) for row in read_columns(path, ["id", "sha256"])}
            if fresh := {key: self._pending.pop(key) for key in keys & self._pending.keys()}:
                replace_rows(path, fresh)
                self.count += len(fresh)
        self._pending.clear()


def _known(job: Job, own: dict[Key, list[Row]]) -> Iterator[tuple[Key, tuple[int, int, int]]]:
    """Yield each version of the job with what the rules said of it."""
    for path in shards(job):
        for row in read_columns(path, ["id", "sha256", "blocks", "provenance"]):
            key = row["id"], row["sha256"]
            yield key, _told(row["provenance"]["source"], own.get(key, row["blocks"]))


def _told(source: str, blocks: list[Row]) -> tuple[int, int, int]:
    """Where a text was read, how it was typed and in how many blocks, each as a number."""
    typed = tuple((b["start"], b["end"], b["kind"], b["by"], b["score"]) for b in blocks)
    return hash(source) % 2**64, hash(typed) % 2**64, len(blocks)


def _uncorrected(job: Job) -> dict[Key, list[Row]]:
    return {(row["id"], row["sha256"]): row["blocks"] for row in read_lines(job.folder / _FILE)}


def _line(key: Key, blocks: list[Row]) -> Row:
    return {"id": key[0], "sha256": key[1], "blocks": blocks}
