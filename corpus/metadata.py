"""What a page's head says about it: address, headline, authors, date, outlet, language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urlsplit

from corpus.dom import Token, attributes, plain


@dataclass(frozen=True)
class Metadata:
    """Facts from <head>, OpenGraph and JSON-LD; empty where the page does not say."""

    url: str = ""
    titles: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: str = ""
    site: str = ""
    language: str = ""

    @property
    def title(self) -> str:
        """The headline as the metadata have it, the most exact source first."""
        return self.titles[0] if self.titles else ""


_DATES = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "date",
    "dc.date",
    "dc.date.issued",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
)


#: The tags that say something of the page.
_TOLD = frozenset(("html", "title", "link", "meta", "time"))


def metadata_of(stream: Iterable[Token]) -> Metadata:
    """Read the metadata of a page's tags; what is malformed is passed over."""
    said = _said(stream)
    meta, linked = said.meta, _article_of(said.scripts)
    titles = (linked.get("headline"), meta.get("og:title"), meta.get("twitter:title"), said.title)
    addresses = (said.canonical, meta.get("og:url"), linked.get("url"))
    dates = (linked.get("datePublished"), *map(meta.get, _DATES), said.time)
    languages = (said.language, linked.get("inLanguage"), meta.get("og:locale"))
    publisher = linked.get("publisher")
    sites = (meta.get("og:site_name"), _name(publisher), meta.get("application-name"))
    return Metadata(
        url=next((url for raw in addresses if (url := address(raw))), ""),
        titles=tuple(dict.fromkeys(text for raw in titles if (text := _text(raw)))),
        authors=_authors(linked, meta),
        published=_first(dates),
        site=_first(sites),
        language=_first(languages).replace("_", "-"),
    )


@dataclass
class _Said:
    """What the tags say, as they say it."""

    meta: dict[str, str] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    title: str | None = None
    canonical: str | None = None
    language: str | None = None
    time: str | None = None


def _said(stream: Iterable[Token]) -> _Said:
    found, head = _Said(), True
    for raw, outer, inner, tag, written, text in stream:
        if raw == "script" and "ld+json" in outer:
            if attributes(outer).get("type", "").strip().casefold() == "application/ld+json":
                found.scripts.append(inner)
        elif tag == "body":
            head = False
        elif tag not in _TOLD:
            continue
        elif tag == "title" and head and found.title is None:
            found.title = plain(text)
        elif tag == "meta":
            _add_meta(found.meta, attributes(written))
        elif tag == "html":
            found.language = attributes(written).get("lang")
        elif tag == "time" and found.time is None:
            found.time = attributes(written).get("datetime")
        elif tag == "link" and found.canonical is None and "canonical" in written:
            said = attributes(written)
            if "canonical" in said.get("rel", "").casefold().split():
                found.canonical = said.get("href")
    return found


def _add_meta(meta: dict[str, str], said: dict[str, str]) -> None:
    name = said.get("property") or said.get("name") or said.get("itemprop")
    content = said.get("content")
    if name and content:
        meta.setdefault(name.casefold(), content)


def address(raw: object) -> str:
    """Return the address of a page without its fragment; '' where it names no page of its own."""
    url = urldefrag_safe(_text(raw))
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    # many a template names the home page as the canonical address of every article
    own = parts.path.strip("/") or parts.query
    return url if parts.scheme in ("http", "https") and parts.netloc and own else ""


def urldefrag_safe(url: str) -> str:
    """`url` without its fragment, or '' where it is no address at all."""
    try:
        return urldefrag(url).url
    except ValueError:
        return ""


def _first(values: Any) -> str:
    return next((text for raw in values if (text := _text(raw))), "")


def _text(raw: object) -> str:
    """One line of text, or '' for anything else."""
    if isinstance(raw, list) and raw:
        raw = raw[0]
    if not isinstance(raw, str):
        return ""
    clean = "".join(c for c in raw if c != "\0" and not "\ud800" <= c <= "\udfff")
    return " ".join(clean.split())


def _article_of(scripts: list[str]) -> dict[str, Any]:
    """The first object of the page's JSON-LD that describes an article."""
    for script in scripts:
        try:
            data = json.loads(script, strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _items(data):
            kinds = item.get("@type")
            names = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(n, str) and n.endswith(("Article", "Posting")) for n in names):
                return item
    return {}


def _items(data: object) -> Iterator[dict[str, Any]]:
    todo = [data]
    while todo:
        item = todo.pop(0)
        if isinstance(item, list):
            todo += item
        elif isinstance(item, dict):
            yield item
            todo += [item[key] for key in ("@graph", "mainEntity") if key in item]


def _authors(linked: dict[str, Any], meta: dict[str, str]) -> tuple[str, ...]:
    raw = linked.get("author")
    names = [_name(item) for item in (raw if isinstance(raw, list) else [raw])]
    names = [name for name in names if name]
    if not names:
        told = (meta.get("author"), meta.get("article:author"), meta.get("parsely-author"))
        names = [name for name in map(_text, told) if name and "://" not in name][:1]
    return tuple(dict.fromkeys(names))


def _name(item: object) -> str:
    return _text(item.get("name") if isinstance(item, dict) else item)
