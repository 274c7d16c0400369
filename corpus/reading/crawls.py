"""What crawlers write as JSON: articles of news-please and of fundus, told apart by their keys.

news-please: `newsplease/NewsArticle.py`, `get_dict` at commit 07c46fc2 (its files, its Common Crawl
example and its database rows have the same keys; older ones lack `maintext` and have `text`).
fundus: `src/fundus/scraping/article.py`, `Article.to_json` at commit b139777a, its body as
`src/fundus/parser/data.py`, `ArticleBody.serialize` at commit 01f862f6 writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from corpus.errors import UnreadableError

CRAWLS = ("news-please", "fundus")
#: Kinds and texts of an article's parts, in order.
Parts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Crawled:
    """What a crawl tells of an article: its markup or its text, or its parts, and facts."""

    text: str
    given: Mapping[str, str]
    parts: Parts = ()
    fetched: str = ""
    paywalled: bool | None = None
    markup: bool = field(default=False)


def crawler_of(row: Mapping[str, Any]) -> str:
    """Return which crawler wrote a row, by its keys; '' where none is known."""
    if "source_domain" in row and ("maintext" in row or "date_publish" in row):
        return "news-please"
    body = row.get("body")
    if isinstance(body, dict) and "sections" in body:
        return "fundus"
    return "fundus" if {"plaintext", "publishing_date"} <= row.keys() else ""


def read_crawled(crawler: str, row: Mapping[str, Any]) -> Crawled:
    """Return what a row of that crawler holds; where it kept the page's HTML, that is read.

    Raises:
        UnreadableError: it holds no text.
    """
    return _news_please(row) if crawler == "news-please" else _fundus(row)


def _news_please(row: Mapping[str, Any]) -> Crawled:
    given = {
        "url": _one(row.get("url")),
        "publisher": _one(row.get("source_domain")),
        "title": _one(row.get("title")) or _one(row.get("title_page")),
        "authors": _lines(row.get("authors")),
        "published": _one(row.get("date_publish")),
        "language": _one(row.get("language")),
    }
    fetched = _one(row.get("date_download"))
    if markup := _one(row.get("html")):
        return Crawled(markup, given, fetched=fetched, markup=True)
    text = _one(row.get("maintext")) or _one(row.get("text"))
    if not text:
        raise UnreadableError("no text in 'maintext': news-please found none; leave the row out")
    # the headline is a key of its own; it belongs to the page, and annotators judge it
    title = given["title"]
    whole = text if not title or text.startswith(title) else f"{title}\n\n{text}"
    return Crawled(whole, given, fetched=fetched)


def _fundus(row: Mapping[str, Any]) -> Crawled:
    html = row.get("html")
    page = html if isinstance(html, dict) else {"content": html}
    free = row.get("free_access")
    given = {
        "url": _one(row.get("url")) or _one(page.get("responded_url")),
        "publisher": _one(row.get("publisher")),
        "title": _one(row.get("title")),
        "authors": _lines(row.get("authors")),
        "published": _one(row.get("publishing_date")),
        "language": _one(row.get("lang")),
    }
    more: dict[str, Any] = {
        "fetched": _one(row.get("crawl_date")) or _one(page.get("crawl_date")),
        "paywalled": not free if isinstance(free, bool) else None,
    }
    if markup := _one(page.get("content")):
        return Crawled(markup, given, markup=True, **more)
    body = row.get("body")
    parts = _parts(given["title"], body if isinstance(body, dict) else {})
    if not any(kind == "paragraph" for kind, _ in parts):
        plain = _one(row.get("plaintext")) or _one(body)
        if not plain:
            raise UnreadableError("no text in 'body' or 'plaintext': fundus found none")
        title = given["title"]
        whole = plain if not title or plain.startswith(title) else f"{title}\n\n{plain}"
        return Crawled(whole, given, **more)
    return Crawled("\n\n".join(text for _, text in parts), given, parts, **more)


def _parts(title: str, body: Mapping[str, Any]) -> Parts:
    """A fundus body as typed parts: title, summary, and of each section headline and paragraphs."""
    found = [("headline", title)]
    found += [("deck", text) for text in _texts(body.get("summary"))]
    for section in body.get("sections") or ():
        if isinstance(section, dict):
            found += [("subheading", text) for text in _texts(section.get("headline"))]
            found += [("paragraph", text) for text in _texts(section.get("paragraphs"))]
    return tuple((kind, text) for kind, text in found if text)


def _texts(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [text for item in items if (text := _one(item))]


def _lines(value: object) -> str:
    return "\n".join(_texts(value))


def _one(value: object) -> str:
    """A text, or '' for anything else; str() of Python's None is what news-please writes for it."""
    text = value.strip() if isinstance(value, str) else ""
    return "" if text == "None" else text
