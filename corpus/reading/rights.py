"""What a site says to crawlers and to text and data mining: robots.txt and TDMRep, parsed.

TDMRep: the TDM Reservation Protocol, final report of the W3C community group, 10 May 2024
(https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/): a rule of
/.well-known/tdmrep.json is overridden by the response's header, that by the page's meta element.
robots.txt: RFC 9309, read by protego.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

_META = re.compile(r"<meta\b[^>]{0,500}>", re.IGNORECASE)
_NAMED = re.compile(r"name\s*=\s*[\"']?\s*tdm-reservation\b", re.IGNORECASE)
_CONTENT = re.compile(r"content\s*=\s*[\"']?\s*([01])\b", re.IGNORECASE)
_HEAD = 200_000
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_AS_IT_IS = "%/?#[]@!$&'()*+,;=:"


@dataclass(frozen=True)
class Robots:
    """The rules of one host for one crawler: `closed` where the host could not say."""

    rules: Any = None
    closed: bool = False

    def allows(self, url: str, agent: str) -> bool:
        """Tell whether `agent` may fetch `url`."""
        if self.closed:
            return False
        return self.rules is None or bool(self.rules.can_fetch(url, agent))

    def delay(self, agent: str) -> float:
        """Return the seconds between two requests that the host asks for."""
        return 0.0 if self.rules is None else float(self.rules.crawl_delay(agent) or 0)


def robots_of(status: int, text: str) -> Robots:
    """Return the rules of a host's answer for /robots.txt (RFC 9309, section 2.3.1).

    4xx: there are none, all is allowed; 5xx, 429 (too busy to say) and no answer (0): nothing is.
    """
    from protego import Protego

    if 200 <= status < 300:
        return Robots(Protego.parse(text))
    return Robots(closed=not 400 <= status < 500 or status == 429)


def tdm_of(header: str | None, markup: str) -> str:
    """Return 'reserved', 'open' or '' by a page's meta element, else by its response's header."""
    for found in _META.finditer(markup[:_HEAD]):
        if _NAMED.search(found[0]) and (said := _CONTENT.search(found[0])):
            return "reserved" if said[1] == "1" else "open"
    return {"1": "reserved", "0": "open"}.get((header or "").strip(), "")


def tdm_rule(text: str, url: str) -> str:
    """Return what a host's tdmrep.json says of `url`: its first rule that matches, or ''."""
    try:
        rules = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    for rule in rules if isinstance(rules, list) else ():
        if not isinstance(rule, dict):
            continue
        if _matches(_spelt(str(rule.get("location", ""))), _spelt(path)):
            return {"1": "reserved", "0": "open"}.get(str(rule.get("tdm-reservation")), "")
    return ""


def _spelt(path: str) -> str:
    """`path` with what lies beyond ASCII written in one way, as RFC 9309 compares them."""
    return _ESCAPE.sub(lambda found: found[0].upper(), quote(path, safe=_AS_IT_IS))


def _matches(location: str, path: str) -> bool:
    """Match as robots.txt does: a beginning, '*' for anything, '$' for the end."""
    pattern, end = (location[:-1], r"\Z") if location.endswith("$") else (location, "")
    # split, so that a hostile file of many stars cannot cost more than its length
    pieces = pattern.split("*")
    if not location or not path.startswith(pieces[0]):
        return False
    place = len(pieces[0])
    for piece in pieces[1:]:
        found = path.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return not end or (path.endswith(pieces[-1]) and (len(pieces) > 1 or place == len(path)))
