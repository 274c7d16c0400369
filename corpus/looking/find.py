"""An article by its id, by how its id begins, or what was probably meant."""

from __future__ import annotations

import difflib

from corpus.dataset import article_of
from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.records import Article
from corpus.store import read_columns, shards

_MOST = 5
_FIELDS = tuple(name for name in Article.__dataclass_fields__)


def find_article(job: Job, id_: str, version: str = "") -> Article:
    """Return the latest version of the article, or the one whose sha256 begins with `version`.

    `id_` is an id or the beginning of one id and no other.

    Raises:
        PressmarkError: there is none, with the closest ids; or several, with some of them.
    """
    places = [
        (row["id"], row["sha256"], path, number)
        for path in shards(job)
        for number, row in enumerate(read_columns(path, ["id", "sha256"]))
    ]
    if not places:
        raise PressmarkError(f"{job.folder}: there are no articles; run 'pressmark ingest' first")
    wanted = _id(job, id_, list(dict.fromkeys(place[0] for place in places)))
    versions = [place for place in places if place[0] == wanted]
    found = [place for place in versions if place[1].startswith(version)]
    if not found or (version and len(found) > 1):
        there = ", ".join(sha256[:8] for _, sha256, _, _ in versions)
        raise PressmarkError(
            f"{wanted!r} has {len(found)} versions whose sha256 begins with {version!r};"
            f" there are: {there}"
        )
    _, _, path, number = found[-1]
    row = read_columns(path, list(_FIELDS))[number]
    return article_of(row)


def _id(job: Job, given: str, ids: list[str]) -> str:
    if given in ids:
        return given
    beginning = [id_ for id_ in ids if given and id_.startswith(given)]
    if len(beginning) == 1:
        return beginning[0]
    if beginning:
        told = ", ".join(repr(id_) for id_ in beginning[:_MOST])
        more = f" and {len(beginning) - _MOST} more" if len(beginning) > _MOST else ""
        raise PressmarkError(f"{len(beginning)} ids begin with {given!r}: {told}{more}")
    close = difflib.get_close_matches(given, ids, n=3, cutoff=0.5)
    close = close or [id_ for id_ in ids if given and given.casefold() in id_.casefold()][:3]
    hint = (
        f"did you mean {' or '.join(repr(id_) for id_ in close)}?"
        if close
        else f"ids look like {ids[0]!r}"
    )
    raise PressmarkError(f"{job.folder}: no article {given!r}; {hint}")
