"""Pages a second a core: typed blocks beside the extractors that a user would take instead.

    python benchmarks/html_speed.py DATA [--rounds 5]

DATA holds `news-html/` and `partisan-html/` (saved pages, .html.gz). Every round runs every
extractor over all pages in one thread, in turn, and counts CPU seconds, so that neither a busy
machine nor the order favours one; each one's best round counts. What ours remembers of lines is
forgotten before every round. Ours always reads the metadata, 'without' means unused.
"""

from __future__ import annotations

import argparse
import gzip
import time
from collections.abc import Callable
from pathlib import Path

import justext
import trafilatura
from machine import machine
from resiliparse.extract.html2text import extract_plain_text

from corpus.blocks import html, line_features, line_page, markup
from corpus.reading.decode import decode
from corpus.text import canonical


def main() -> None:
    """Measure and print."""
    options = _options()
    pages = pages_of(options.data)
    stopwords = justext.get_stoplist("English")
    extractors: dict[str, Callable[[str], object]] = {
        "ours: every block, metadata": html.read_html,
        "ours: the rules alone": lambda page: html.read_html(page, tagger=None),
        "trafilatura.extract": trafilatura.extract,
        "trafilatura.extract, metadata": lambda page: trafilatura.extract(page, with_metadata=True),
        "trafilatura.bare_extraction": trafilatura.bare_extraction,
        "trafilatura.bare_extraction, metadata": (
            lambda page: trafilatura.bare_extraction(page, with_metadata=True)
        ),
        "resiliparse.extract_plain_text": extract_plain_text,
        "resiliparse, main content": lambda page: extract_plain_text(page, main_content=True),
        "jusText": lambda page: justext.justext(page, stopwords),
    }
    best = dict.fromkeys(extractors, float("inf"))
    for _ in range(options.rounds):
        for name, extract in extractors.items():
            _forget()
            start = time.process_time()
            for page in pages:
                extract(page)
            best[name] = min(best[name], time.process_time() - start)
    print(
        f"{len(pages)} pages, {sum(map(len, pages)) / 1e6:.1f}M characters; {machine()}, one thread"
    )
    ours = next(iter(best.values()))
    for name, seconds in best.items():
        print(f"{name:40}{len(pages) / seconds:9.1f} pages/s {seconds / ours:6.2f} of our time")


def pages_of(data: Path) -> list[str]:
    """Return the canonical markup of the saved pages below `data`."""
    paths = [*data.glob("news-html/html/*.html.gz"), *data.glob("partisan-html/*.html.gz")]
    return [canonical(decode(gzip.decompress(path.read_bytes()))[0])[0] for path in sorted(paths)]


def _forget() -> None:
    for module in (html, line_features, line_page, markup):
        for function in vars(module).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
