"""Jobs that an older Pressmark wrote: brought to the present format, each step once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.store import read_shard, shards, write_shard

if TYPE_CHECKING:
    from corpus.job import Job


def migrate(job: Job, version: int) -> None:
    """Bring the files of a job of format `version` to the present one; safe to be killed in.

    1 to 2: articles say whether they are paywalled, when they were fetched and what the site said
    to crawlers. 2 to 3: annotations say on which occasion they were made, 1 where nothing is said.
    """
    if version < 2:
        for path in shards(job):
            write_shard(path, read_shard(path))
