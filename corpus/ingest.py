"""Raw pages to articles: canonical text, typed blocks, an id that lasts, and where it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from corpus.corrections import Retyping
from corpus.errors import PressmarkError, UnreadableError
from corpus.html import read_html
from corpus.job import Job, now
from corpus.lines import Typed, typed_lines
from corpus.metadata import Metadata, address
from corpus.progress import Progress, silent
from corpus.readers import ROWS, File, Page, Refused, find_files, is_markup, read_page
from corpus.records import Article, Provenance, RecordError
from corpus.rows import read_rows
from corpus.store import add_articles
from corpus.takedown import read_takedown, refuse_taken_down
from corpus.text import canonical, sha256_of

_BY = re.compile(r"^(?:by|words by|written by|reported by|von|par|por)\s+", re.IGNORECASE)
_NAMES = re.compile(r"\s*(?:,|\band\b|&)\s*")
_ASIDE = re.compile(r"\s*(?:[|•·\n(]|\bin [A-Z]|, (?:our|the|an?) |\d).*", re.DOTALL)


@dataclass(frozen=True)
class Ingested:
    """What an ingestion found: articles, versions of known ones, known ones, unusable things.

    `retyped` are those of the known ones whose blocks the rules see differently by now.
    """

    new: int
    versions: int
    same: int
    quarantined: int
    retyped: int = 0


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
    return Ingested(len(added.new), len(added.versions), len(added.same), aside.count, retyped)


def article_of(page: Page, when: str = "") -> Article:
    """Return the article of a raw page.

    Raises:
        UnreadableError: it holds no text, or more than its source allows.
    """
    source, changes = canonical(page.text)
    given = {name: canonical(value)[0] for name, value in page.given.items()}
    title = given.get("title", "")
    if page.reader == "html" or is_markup(source):
        read = read_html(source, title)
        text, found, metadata = read.text, read.typed, read.metadata
    else:
        text, found, metadata = source, None, Metadata()
    _check_size(text, page)
    typed = found or typed_lines(text, title)
    try:
        return Article(
            id=_id(page, given, metadata, text),
            text=text,
            blocks=typed.blocks,
            provenance=Provenance(
                page.where,
                page.sha256,
                page.reader,
                _version(),
                when,
                (*page.changes, *changes),
                tdm=metadata.tdm,
            ),
            **_facts(page, given, metadata, typed),
        )
    except RecordError as error:
        raise UnreadableError(str(error)) from None


@dataclass
class _Aside:
    """Counts what was set aside."""

    job: Job
    count: int = 0

    def put(self, where: str, reason: str) -> None:
        self.count += 1
        self.job.set_aside("ingest", where, reason)


def _articles(files: list[File], aside: _Aside, progress: Progress) -> Iterator[Article]:
    when = now()
    listed = read_takedown(aside.job.takedown)
    given: dict[str, tuple[str, str]] = {}
    for done, file in enumerate(files):
        progress("reading pages", done, len(files))
        for page in _pages(file):
            try:
                if isinstance(page, Refused):
                    aside.put(page.where, page.reason)
                    continue
                article = article_of(page, when)
                refuse_taken_down(article, listed)
                if page.given.get("id"):
                    _check_id(article, page.where, given)
                yield article
            except UnreadableError as error:
                aside.put(page.where, str(error))
    progress("reading pages", len(files), len(files))


def _check_id(article: Article, where: str, given: dict[str, tuple[str, str]]) -> None:
    """Refuse an id that another row of this run has given to another text."""
    sha256, before = given.setdefault(article.id, (article.sha256, where))
    if sha256 != article.sha256:
        raise UnreadableError(
            f"the id {article.id!r} stands for another text at {before};"
            " map a column whose values are unique"
        )


def _pages(file: File) -> Iterator[Page | Refused]:
    if file.format in ROWS:
        yield from read_rows(file)
        return
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
        "language": given.get("language") or metadata.language or source.language,
        "licence": given.get("licence") or source.licence,
        "paywalled": metadata.paywalled,
    }


def _authors(byline: str) -> tuple[str, ...]:
    """The names in 'By Ann Lee and Tom Roe in Port Ansel'."""
    words = _ASIDE.sub("", _BY.sub("", byline.strip()))
    return tuple(name for name in _NAMES.split(words) if name and name[0].isupper())


def _version() -> str:
    try:
        return version("pressmark")
    except PackageNotFoundError:  # a checkout that is not installed
        return "0"
