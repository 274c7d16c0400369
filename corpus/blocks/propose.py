"""Propose packs from the pages of a job: what recurs on each publisher's pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from corpus.blocks.packs import proposed_pack, write_pack
from corpus.blocks.recurrence import LEAST, Recurrence
from corpus.errors import PressmarkError, UnreadableError
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.reading.ingest import article_of, pages_of
from corpus.reading.readers import Page, find_files
from corpus.records import Article


@dataclass(frozen=True)
class Proposed:
    """A pack that was written: where, for whom, from how many pages, how many lines of each kind.

    `beside`: a person edited the pack there was, so this one stands beside it for them to compare.
    """

    path: Path
    publisher: str
    pages: int
    kinds: dict[str, int]
    beside: bool = False


@dataclass(frozen=True)
class Proposal:
    """The packs written, and the publishers with too few pages for one."""

    packs: tuple[Proposed, ...]
    few: tuple[str, ...] = ()


def propose(job: Job, progress: Progress = silent) -> Proposal:
    """Write packs/PUBLISHER.yaml for each publisher with three pages or more in the job's sources.

    The same pages give the same packs in whatever order they are read. A pack that a person edited
    is never overwritten.

    Raises:
        PressmarkError: there are no sources.
    """
    counted: dict[str, Recurrence] = {}
    hosts: dict[str, Counter[str]] = {}
    for article in _articles(job, progress):
        host = _host(article.url)
        name = article.publisher or host
        if not name:
            continue
        lines = ((article.text[b.start : b.end], b.kind) for b in article.blocks)
        counted.setdefault(name, Recurrence()).add(article.sha256, lines)
        hosts.setdefault(name, Counter())[host] += 1
    packs, few = [], []
    for name in sorted(counted):
        pack = proposed_pack(name, counted[name], hosts[name])
        if counted[name].pages < LEAST or not pack.lines:
            few.append(name)
            continue
        path = write_pack(job.folder / job.settings.packs, pack)
        kinds = Counter[str](line.kind for line in pack.lines)
        beside = path.name.endswith(".proposed.yaml")
        packs.append(Proposed(path, name, pack.pages, dict(kinds.most_common()), beside))
    return Proposal(tuple(packs), tuple(few))


def _articles(job: Job, progress: Progress) -> Iterator[Article]:
    """The pages as the rules alone read them; what cannot be read is ingest's to tell."""
    files = find_files(job)
    if not files:
        raise PressmarkError(f"{job.folder}: no sources; name some under 'sources' in its job file")
    for done, file in enumerate(files):
        progress("reading pages", done, len(files))
        for page in pages_of(file):
            if isinstance(page, Page) and not page.parts:
                try:
                    yield article_of(page, tagger=None)  # a pack tells of the rules
                except UnreadableError:
                    continue
    progress("reading pages", len(files), len(files))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
