"""Raw pages to articles: canonical text, typed blocks, an id that lasts, and where it came from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from corpus.blocks.corrections import Retyping
from corpus.blocks.cues import Cues
from corpus.blocks.html import read_html
from corpus.blocks.lines import Typed, typed_lines
from corpus.blocks.metadata import Metadata, address
from corpus.blocks.packs import NO_PACKS, Packs, read_packs
from corpus.blocks.tagger import Tagger, learned
from corpus.errors import PressmarkError, UnreadableError
from corpus.job import Job, now
from corpus.progress import Progress, silent
from corpus.reading.archives import read_archive
from corpus.reading.language import settle
from corpus.reading.readers import (
    ROWS,
    File,
    Files,
    Page,
    Passed,
    Refused,
    find_files,
    is_markup,
    read_page,
)
from corpus.reading.rows import read_rows
from corpus.reading.warc import read_warc
from corpus.records import Article, Block, Provenance, RecordError
from corpus.seen import Seen, short
from corpus.store import add_articles
from corpus.takedown import read_takedown, refuse_taken_down
from corpus.text import canonical, sha256_of
from corpus.version import version

_BY = re.compile(r"^(?:by|words by|written by|reported by|von|par|por)\s+", re.IGNORECASE)
_NAMES = re.compile(r"\s*(?:,|\band\b|&)\s*")
_ASIDE = re.compile(r"\s*(?:[|•·\n(]|\bin [A-Z]|, (?:our|the|an?) |\d).*", re.DOTALL)


@dataclass(frozen=True)
class Ingested:
    """What an ingestion found: articles, versions of known ones, known ones, unusable things.

    `retyped` are those of the known ones whose blocks the rules see differently by now. `reasons`
    counts what was quarantined by why, `passed` what lay among the pages and is none.
    """

    new: int
    versions: int
    same: int
    quarantined: int
    retyped: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict, compare=False)
    passed: Mapping[str, int] = field(default_factory=dict, compare=False)


def ingest(job: Job, progress: Progress = silent) -> Ingested:
    """Read the job's sources into articles/; what cannot be used goes to quarantine.jsonl.

    Run again it adds nothing twice: a changed page is a new version of its article, and a page that
    better rules type differently gets its new blocks; what people corrected stays.

    Raises:
        ConfigError: the sources are wrong; nothing was written.
    """
    files = find_files(job)
    if not files:
        raise PressmarkError(f"{job.folder}: no sources; name some under 'sources' in its job file")
    aside = _Aside(job)
    retyping = Retyping(job)
    added = add_articles(job, retyping.watch(_articles(files, aside, progress)))
    retyped = retyping.finish()
    return Ingested(
        added.new,
        added.versions,
        added.same,
        aside.count,
        retyped,
        dict(aside.reasons.most_common()),
        dict(aside.passed.most_common()),
    )


def article_of(
    page: Page, when: str = "", packs: Packs = NO_PACKS, tagger: Tagger | None = learned
) -> Article:
    """Return the article of a raw page, its lines typed with its publisher's pack.

    Args:
        page: the raw page.
        when: the time of reading.
        packs: what is known of publishers.
        tagger: who is asked where the rules are not certain; None for the rules alone.

    Raises:
        UnreadableError: it holds no text, or more than its source allows.
    """
    source, changes = canonical(page.text)
    given = {name: canonical(value)[0] for name, value in page.given.items()}
    title = given.get("title", "")
    if page.parts:
        text, typed, metadata = *_of_parts(page.parts), Metadata()
    elif page.reader.startswith("html") or is_markup(source):
        read = read_html(source, title, lambda told: _cues(packs, page, given, told), tagger)
        text, typed, metadata = read.text, read.typed, read.metadata
    else:
        _check_size(source, page)  # before its lines are typed
        cues = _cues(packs, page, given, Metadata())
        text, typed, metadata = source, typed_lines(source, title, cues, tagger), Metadata()
    _check_size(text, page)
    language, told = _language(page, given, metadata, text, typed)
    try:
        return Article(
            id=_id(page, given, metadata, text),
            text=text,
            blocks=typed.blocks,
            language=language,
            provenance=Provenance(
                page.where,
                page.sha256,
                page.reader,
                version(),
                when,
                (*page.changes, *changes, *told),
                page.fetched,
                page.robots,
                metadata.tdm or page.tdm,
            ),
            **_facts(page, given, metadata, typed),
        )
    except RecordError as error:
        raise UnreadableError(str(error)) from None


def _cues(packs: Packs, page: Page, given: dict[str, str], told: Metadata) -> Cues:
    """The words of the page's publisher, whom a row, the page or the source names."""
    return packs.cues(
        given.get("publisher") or told.site or page.source.publisher,
        given.get("url") or told.url,
    )


def _of_parts(parts: Iterable[tuple[str, str]]) -> tuple[str, Typed]:
    """The text of parts whose kinds their format gives, and its blocks."""
    text, blocks, title = "", [], ""
    for kind, raw in parts:
        words = canonical(raw)[0].strip()
        if not words:
            continue
        start = len(text) + 2 if text else 0
        text += f"\n\n{words}" if text else words
        blocks.append(Block(start, len(text), kind))
        title = title or (words if kind == "headline" else "")
    return text, Typed(tuple(blocks), title)


def _language(
    page: Page, given: dict[str, str], metadata: Metadata, text: str, typed: Typed
) -> tuple[str, tuple[str, ...]]:
    """A row's column first, then the page unless its body belies it, the source, the body."""
    if given.get("language"):
        return given["language"], ()
    if not metadata.language and page.source.language:
        return page.source.language, ()
    return settle(metadata.language, text, typed.blocks)


@dataclass
class _Aside:
    """Counts what was left out, by reason, and sets aside what should have been a page."""

    job: Job
    count: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)

    def put(self, where: str, reason: str) -> None:
        self.count += 1
        self.reasons[_kind(reason)] += 1
        self.job.set_aside("ingest", where, reason)


def _kind(reason: str) -> str:
    """A reason without its remedy and its particulars: what a summary counts by."""
    plain = re.sub(r" ?\([^()]*\)", "", reason.partition(";")[0])
    return re.sub(r"\d+", "N", re.sub(r"'[^']*'", "'…'", plain))


def _articles(files: Files, aside: _Aside, progress: Progress) -> Iterator[Article]:
    when = now()
    listed = read_takedown(aside.job.takedown)
    packs = read_packs(aside.job.folder / aside.job.settings.packs)
    tagger = learned if aside.job.settings.blocks.tagger else None
    given = Seen()
    for done, file in enumerate(files):
        progress("reading pages", done, len(files))
        for page in pages_of(file):
            if isinstance(page, Passed):
                aside.passed[page.reason] += 1
                continue
            if isinstance(page, Refused):
                aside.put(page.where, page.reason)
                continue
            try:
                article = article_of(page, when, packs, tagger)
                refuse_taken_down(article, listed)
                if page.given.get("id"):
                    _check_id(article, page.where, given)
                yield article
            except UnreadableError as error:
                aside.put(page.where, str(error))
    progress("reading pages", len(files), len(files))


def _check_id(article: Article, where: str, given: Seen) -> None:
    """Refuse an id that another row of this run has given to another text."""
    file, _, number = where.rpartition(":")
    row = int(number) if number.isdigit() else 0
    if not given.add(article.id, (short(article.sha256), short(file), row)):
        sha256, name, before = given[article.id]
        if sha256 != short(article.sha256):
            place = f"{file}:{before}" if name == short(file) and row else "another place"
            raise UnreadableError(
                f"the id {article.id!r} stands for another text at {place};"
                " map a column whose values are unique"
            )


def pages_of(file: File) -> Iterator[Page | Refused | Passed]:
    """Yield the pages of a file that a source names, whatever its format."""
    if file.format in ROWS:
        yield from read_rows(file)
    elif file.format == "warc":
        yield from read_warc(file)
    elif file.format == "archive":
        yield from read_archive(file)
    else:
        try:
            yield read_page(file)
        except UnreadableError as error:
            yield Refused(file.where, str(error))


def _check_size(text: str, page: Page) -> None:
    if not text.strip():
        what = "HTML with no text" if page.reader == "html" else "no text but white space"
        raise UnreadableError(f"{what}; fetch the page again or take it out")
    if len(text) > page.source.max_characters:
        raise UnreadableError(
            f"{len(text)} characters of text, over the limit of {page.source.max_characters};"
            " raise max_characters of the source to read it"
        )


def _id(page: Page, given: dict[str, str], metadata: Metadata, text: str) -> str:
    """Given by a column or the name, else the page's own address, else the text's hash."""
    if given.get("id"):
        return given["id"]
    if page.source.id == "name":
        return canonical(page.name)[0]
    return metadata.url or address(given.get("url")) or sha256_of(text)


def _facts(page: Page, given: dict[str, str], metadata: Metadata, typed: Typed) -> dict[str, Any]:
    """What is known of the article: a row's columns first, then the page, then the source."""
    source = page.source
    names = tuple(name for name in given.get("authors", "").split("\n") if name)
    return {
        "url": given.get("url") or metadata.url,
        "publisher": given.get("publisher") or metadata.site or source.publisher,
        "title": given.get("title") or " ".join(typed.title.split()) or metadata.title,
        "authors": names or metadata.authors or _authors(typed.byline),
        "published": given.get("published") or metadata.published,
        "licence": given.get("licence") or source.licence,
        "paywalled": metadata.paywalled if page.paywalled is None else page.paywalled,
    }


def _authors(byline: str) -> tuple[str, ...]:
    """The names in 'By Ann Lee and Tom Roe in Port Ansel'."""
    words = _ASIDE.sub("", _BY.sub("", byline.strip()))
    return tuple(name for name in _NAMES.split(words) if name and name[0].isupper())
