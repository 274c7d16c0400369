"""The lines of a saved page for typists and scorers: no rule of ours has touched them.

    python benchmarks/gold/plain.py PAGE.html.gz      # numbered lines, as a typist reads them

The walk is independent of corpus.blocks.html: lxml parses, block-level elements break lines, white
space collapses, scripts and what an inline style hides are left out. A line says what a browser
would show beside its words: its tag (heading, paragraph, list item, button) and whether it is all
link. The gold is kept against this text (its sha256), so that it outlives every change of our own.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree, html

from corpus.reading.decode import decode

_BREAKING = frozenset(
    """
    address article aside blockquote body button caption center dd details dialog dir div dl dt
    fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol
    option p pre section select summary table tbody td textarea tfoot th thead tr ul
    """.split()
)
_APART = frozenset(
    """
    p h1 h2 h3 h4 h5 h6 blockquote ul ol dl figure table hr pre
    """.split()
)
_SHOWN = frozenset(
    """
    h1 h2 h3 h4 h5 h6 p li button figcaption blockquote td summary
    """.split()
)
_SKIPPED = frozenset(
    """
    script style noscript template head title iframe object svg canvas audio video textarea select
    datalist math
    """.split()
)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"[\s\u200b\ufeff\0]+")


@dataclass(frozen=True, slots=True)
class PlainLine:
    """A line of a page; `start` and `end` are code points of the page's plain text."""

    text: str
    tag: str
    link: bool
    apart: bool
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Plain:
    """A page as plain text (LF; blank lines where a browser leaves a margin) and its lines."""

    text: str
    lines: tuple[PlainLine, ...]

    @property
    def sha256(self) -> str:
        """Hex sha256 of the text's UTF-8 bytes."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def plain(path: Path) -> Plain:
    """Read a page, gzipped or not."""
    data = path.read_bytes()
    source, _ = decode(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    parser = html.HTMLParser(
        huge_tree=True, encoding="utf-8", remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(source.replace("\0", "").encode("utf-8", "ignore"), parser)
    text, lines = "", []
    for line in _lines(root):
        if text:
            text += "\n\n" if line.apart else "\n"
        start = len(text)
        text += line.text
        lines.append(
            PlainLine(line.text, line.tag, line.link, line.apart, start, start + len(line.text))
        )
    return Plain(text, tuple(lines))


def _lines(root: etree._Element) -> Iterator[PlainLine]:
    """Walk the tree in order; a block's edge or <br> ends the line."""
    words: list[tuple[str, bool]] = []
    tags: list[str] = []
    links = 0
    apart = True

    def flush() -> Iterator[PlainLine]:
        nonlocal apart
        text = _SPACE.sub(" ", "".join(word for word, _ in words)).strip()
        if text:
            size = sum(len(word.strip()) for word, _ in words)
            linked = sum(len(word.strip()) for word, link in words if link)
            tag = next((tag for tag in reversed(tags) if tag in _SHOWN), "")
            yield PlainLine(text, tag, linked > 0.7 * size, apart)
            apart = False
        words.clear()

    skipping = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if not isinstance(tag, str):
            continue
        if skipping is not None:
            if event == "end" and element is skipping:
                skipping = None
                words.append((element.tail or "", links > 0))
            continue
        if event == "start":
            if _skipped(element, tag):
                skipping = element
                continue
            if tag in _BREAKING or tag == "br":
                yield from flush()
                apart = apart or tag in _APART
            tags.append(tag)
            links += tag == "a"
            words.append((element.text or "", links > 0))
        else:
            if tag in _BREAKING:
                yield from flush()
                apart = apart or tag in _APART
            tags.pop()
            links -= tag == "a"
            words.append((element.tail or "", links > 0))
    yield from flush()


def _skipped(element: etree._Element, tag: str) -> bool:
    hidden = element.get("hidden") is not None or _HIDING.search(element.get("style") or "")
    return tag in _SKIPPED or bool(hidden)


def shown(page: Plain) -> str:
    """The page as a typist reads it: number, tag, L for all link, and the words."""
    rows = []
    for number, line in enumerate(page.lines, 1):
        gap = "\n" if line.apart and number > 1 else ""
        mark = f"{line.tag}{' L' if line.link else ''}".strip()
        rows.append(f"{gap}{number} [{mark}] {line.text}")
    return "\n".join(rows)


if __name__ == "__main__":
    print(shown(plain(Path(sys.argv[1]))))
