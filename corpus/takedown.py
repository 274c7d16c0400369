"""The take-down list: addresses whose articles must not leave the job, kept by their sha256.

JOB/takedown.txt holds one hex sha256 a line, so that the list can travel with a release without
naming what it bars. Ingestion, publishing, export and rehydration leave out what is on it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from corpus.blocks.metadata import address
from corpus.errors import PressmarkError, UnreadableError
from corpus.files import write_text
from corpus.job import Job
from corpus.records import Article
from corpus.text import canonical, sha256_of

_HEX = re.compile(r"[0-9a-f]{64}")
REASON = "on the take-down list (takedown.txt): whoever holds the rights asked for it to go"


@dataclass(frozen=True)
class TakenDown:
    """What `takedown` did: the hashes that are new on the list, and how many articles it bars."""

    added: tuple[str, ...]
    barred: int


def takedown(job: Job, *addresses: str) -> TakenDown:
    """Put addresses (or ids of articles without one, or their sha256) on the job's list.

    Raises:
        PressmarkError: an address is empty, or the list cannot be read; nothing was written.
    """
    # the store needs pyarrow, whoever only asks for the list does not
    from corpus.store import iter_versions

    if not all(given.strip() for given in addresses):
        raise PressmarkError("takedown: an empty address; give the page's address or its id")
    listed = read_takedown(job.takedown)
    hashes = dict.fromkeys(address_hash(given) for given in addresses)
    added = tuple(each for each in hashes if each not in listed)
    if added:
        write_takedown(job.takedown, listed | set(added))
    now = listed | set(added)
    return TakenDown(added, len({a.id for a in iter_versions(job) if is_taken_down(a, now)}))


def address_hash(given: str) -> str:
    """Return the hex sha256 of an address or of an id; what is a sha256 already is itself.

    Of an address its plain form is hashed: https, the host in small letters without 'www.', no
    fragment and no slash at the end. The ways to write one page's address have one hash.
    """
    given = canonical(given)[0].strip()
    return given if _HEX.fullmatch(given) else sha256_of(_plain(address(given)) or given)


def is_taken_down(article: Article, listed: Collection[str]) -> bool:
    """Tell whether the article's address or id is on the list."""
    return barred(article.id, article.url, listed)


def refuse_taken_down(article: Article, listed: Collection[str]) -> None:
    """Let the article pass unless it is on the list.

    Raises:
        UnreadableError: it is.
    """
    if is_taken_down(article, listed):
        raise UnreadableError(REASON)


def barred(id_: str, url: str, listed: Collection[str]) -> bool:
    """Tell whether an id or an address is on the list."""
    return bool(listed) and any(address_hash(given) in listed for given in (id_, url) if given)


def _plain(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.casefold().removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"https://{host}{parts.path.rstrip('/')}{query}" if url else ""


def read_takedown(path: Path) -> frozenset[str]:
    """Return the hashes of a list; no file is an empty list, '#' begins a remark.

    Raises:
        PressmarkError: a line is no sha256: a list that is half read would let articles out.
    """
    if not path.exists():
        return frozenset()
    found = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        word = line.partition("#")[0].strip().casefold()
        if word and not _HEX.fullmatch(word):
            raise PressmarkError(
                f"{path}:{number}: {word[:40]!r} is no sha256 in hex;"
                " put addresses on the list with 'pressmark takedown ADDRESS'"
            )
        found |= {word} - {""}
    return frozenset(found)


def write_takedown(path: Path, listed: Collection[str]) -> None:
    """Replace the list, sorted: its order tells nothing of when or why."""
    write_text(path, "".join(f"{each}\n" for each in sorted(listed)))
