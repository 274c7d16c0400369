"""What a page's head says about it: address, headline, authors, date, outlet, language."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag, urlsplit


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


def metadata_of(tree: Any) -> Metadata:
    """Read the metadata of a parsed page; what is malformed is passed over."""
    meta = _meta(tree)
    linked = _article_of(tree)
    titles = (linked.get("headline"), meta.get("og:title"), meta.get("twitter:title"), tree.title)
    canonical = tree.document.query_selector("link[rel~=canonical]")
    addresses = (canonical and canonical.getattr("href"), meta.get("og:url"), linked.get("url"))
    root = tree.document.query_selector("html")
    time = tree.document.query_selector("time[datetime]")
    dates = (linked.get("datePublished"), *map(meta.get, _DATES), time and time.getattr("datetime"))
    languages = (root and root.getattr("lang"), linked.get("inLanguage"), meta.get("og:locale"))
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


def _meta(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.document.query_selector_all("meta"):
        name = node.getattr("property") or node.getattr("name") or node.getattr("itemprop")
        content = node.getattr("content")
        if name and content:
            found.setdefault(name.casefold(), content)
    return found


def _article_of(tree: Any) -> dict[str, Any]:
    """The first object of the page's JSON-LD that describes an article."""
    for node in tree.document.query_selector_all("script[type='application/ld+json']"):
        try:
            data = json.loads(node.text or "", strict=False)
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
