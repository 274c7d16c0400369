"""The job's articles by version, read when they are asked for: a look at few tasks needs few."""

from __future__ import annotations

from corpus.job import Job
from corpus.records import Article
from corpus.store import read_columns, read_shard, shards


class Versions:
    """Every version of every article; a file of them is read once, when one of it is wanted."""

    def __init__(self, job: Job) -> None:
        self._where = {}
        self._latest: dict[str, str] = {}
        for path in shards(job):
            for row in read_columns(path, ["id", "sha256"]):
                self._where[row["id"], row["sha256"]] = path
                self._latest[row["id"]] = row["sha256"]
        self._read: dict[tuple[str, str], Article] = {}

    def get(self, id_: str, sha256: str) -> Article | None:
        """Return that version of that article, None if the job has none such."""
        key = id_, sha256
        if key in self._where and key not in self._read:
            self._read |= {(a.id, a.sha256): a for a in read_shard(self._where[key])}
        return self._read.get(key)

    def read_all(self) -> None:
        """Read every file that was not read yet."""
        for id_, sha256 in self._where:
            self.get(id_, sha256)

    def latest(self, id_: str) -> Article | None:
        """Return the article as it was ingested last."""
        return self.get(id_, self._latest.get(id_, ""))
