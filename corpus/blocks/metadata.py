"""What a page's head says about it: address, headline, authors, date, outlet, language."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from types import MappingProxyType
from typing import Any
from urllib.parse import urldefrag, urlsplit

from corpus.blocks.dom import Token, attributes, plain


@dataclass(frozen=True)
class Metadata:
    """Facts from <head>, OpenGraph and JSON-LD; empty where the page does not say."""

    url: str = ""
    titles: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: str = ""
    site: str = ""
    language: str = ""
    #: What the page says of itself; None and '' where it says nothing.
    paywalled: bool | None = None
    tdm: str = ""

    @property
    def title(self) -> str:
        """The headline as the metadata have it, the most exact source first."""
        return self.titles[0] if self.titles else ""


_CONTROL = re.compile("[\0-\x1f\x7f\ud800-\udfff]")
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


_AUTHORS = (
    "author",
    "article:author",
    "article:author_name",
    "parsely-author",
    "sailthru.author",
    "dcsext.author",
    "dc.creator",
    "byl",
)
#: Names of robots' rules by which publishers reserve a page from mining (TDMRep has its own).
_NO_MINING = frozenset(("noai", "noml", "notdm"))
#: At most so many authors, and so much JSON-LD, are read of a page.
_MOST_AUTHORS = 200
_LONGEST_SCRIPT = 5_000_000


def metadata_of(stream: Iterable[Token]) -> Metadata:
    """Read the metadata of a page's tags; what is malformed is passed over."""
    said = _said(stream)
    items = list(_items_of(said.scripts))
    meta, linked = said.meta, _article_of(items)
    titles = (linked.get("headline"), meta.get("og:title"), meta.get("twitter:title"), said.title)
    addresses = (said.canonical, meta.get("og:url"), linked.get("url"))
    dates = (linked.get("datePublished"), *map(meta.get, _DATES), said.time)
    languages = (said.language, linked.get("inLanguage"), meta.get("og:locale"))
    publisher = linked.get("publisher")
    sites = (meta.get("og:site_name"), _name(publisher), meta.get("application-name"))
    return Metadata(
        url=next((url for raw in addresses if (url := address(raw))), ""),
        titles=tuple(dict.fromkeys(text for raw in titles if (text := _text(raw)))),
        authors=_authors(linked, meta, items),
        published=_first(dates),
        site=_first(sites),
        language=_first(languages).replace("_", "-"),
        paywalled=_paywalled(items, meta),
        tdm=_tdm(meta),
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
    """Return a page's address without fragment and log-in; '' where it names no page of its own."""
    url = urldefrag_safe(_text(raw))
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    # many a template names the home page as the canonical address of every article
    own = parts.path.strip("/") or parts.query
    if parts.scheme not in ("http", "https") or not parts.netloc or not own:
        return ""
    # an address becomes an article's id and goes into releases
    return (
        parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        if "@" in parts.netloc
        else url
    )


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
    # templates escape what needs no escape in JSON: 'Renn&#8217;s plan'
    clean = unescape(raw) if "&" in raw else raw
    return " ".join(_CONTROL.sub(" ", clean).split())


def _items_of(scripts: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The objects of the page's JSON-LD, graphs and what a page is about among them."""
    for script in scripts:
        if len(script) > _LONGEST_SCRIPT:
            continue
        try:
            todo = deque([json.loads(script, strict=False)])
        except (ValueError, RecursionError):
            continue
        while todo:
            item = todo.popleft()
            if isinstance(item, list):
                todo += item
            elif isinstance(item, dict):
                yield item
                todo += [item[key] for key in ("@graph", "mainEntity") if key in item]


def _article_of(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The first object that describes an article."""
    for item in items:
        kinds = item.get("@type")
        names = kinds if isinstance(kinds, list) else [kinds]
        if any(isinstance(n, str) and n.endswith(("Article", "Posting")) for n in names):
            return item
    return {}


def _authors(
    linked: dict[str, Any], meta: dict[str, str], items: list[dict[str, Any]]
) -> tuple[str, ...]:
    raw = linked.get("author")
    known = {item["@id"]: item for item in items if isinstance(item.get("@id"), str)}
    names = [_name(item, known) for item in _listed(raw)]
    for name in () if any(names) else map(_text, map(meta.get, _AUTHORS)):
        if name and "://" not in name:
            names = [part.strip() for part in name.split(";")]
            break
    return tuple(dict.fromkeys(filter(None, names)))[:_MOST_AUTHORS]


def _name(item: object, known: Mapping[str, object] = MappingProxyType({})) -> str:
    """The name of a person or an outlet, which may stand elsewhere under its @id."""
    if isinstance(item, dict) and "name" not in item and isinstance(item.get("@id"), str):
        item = known.get(item["@id"])
    return _text(item.get("name") if isinstance(item, dict) else item)


def _paywalled(items: Iterable[dict[str, Any]], meta: dict[str, str]) -> bool | None:
    """Tell whether reading the article costs, by schema.org or the page's content tier."""
    said = [
        str(about["isAccessibleForFree"]).strip().casefold()
        for item in items
        for about in (item, *_listed(item.get("hasPart")))
        if isinstance(about, dict) and "isAccessibleForFree" in about
    ]
    if any(word in _FALSE for word in said):
        return True
    tier = _text(meta.get("article:content_tier")).casefold()
    if tier in ("locked", "metered"):
        return True
    free = tier == "free" or any(word in _TRUE for word in said)
    return False if free else None


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


_TRUE, _FALSE = ("true", "http://schema.org/true"), ("false", "http://schema.org/false")


def _tdm(meta: dict[str, str]) -> str:
    """Whether the page reserves text and data mining (TDMRep, or robots' rules of that sense)."""
    told = meta.get("tdm-reservation", "").strip()
    if told in ("0", "1"):
        return "reserved" if told == "1" else "open"
    rules = {rule.strip().casefold() for rule in meta.get("robots", "").split(",")}
    return "reserved" if rules & _NO_MINING else ""
