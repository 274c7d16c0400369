"""How much of what a reader sees a text keeps: ours beside what a user would take instead.

    python benchmarks/visible_text.py DATA [--chromium /usr/bin/chromium] [--lost 0]

DATA holds `news-html/` and `partisan-html/` (saved pages, .html.gz). The reference is the page in
a real Chromium, without scripts and without a network: the words of document.body.innerText, less
boxes of a pixel (text for screen readers) and <noscript>, which readers with scripts don't see.
Words are counted as a multiset without case. Kept is the share of the reference's words that
stand in the text, seen the share of the text's words that stand in the reference. --lost prints
the words that ours lost most often, to see why.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from pathlib import Path

import justext
import trafilatura
from html_speed import pages_of
from playwright.sync_api import Browser, Route, sync_playwright
from resiliparse.extract.html2text import extract_plain_text

from corpus.blocks.html import read_html

_WORD = re.compile(r"\w+")
_SHOWN = """() => {
    const boxes = [...document.body.querySelectorAll("*")].filter(
        (e) => e.offsetWidth <= 1 && e.offsetHeight <= 1
            && getComputedStyle(e).position === "absolute"
            && getComputedStyle(e).overflow !== "visible");
    for (const e of [...boxes, ...document.querySelectorAll("noscript")])
        e.style.setProperty("display", "none", "important");
    return document.body.innerText;
}"""
_ADDRESS = "https://page.example/"


def main() -> None:
    """Compare and print."""
    options = _options()
    pages = pages_of(options.data)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=options.chromium)
        seen = [words_of(_seen(browser, page)) for page in pages]
        browser.close()
    stopwords = justext.get_stoplist("English")
    ways = {
        "ours": lambda page: read_html(page).text,
        "resiliparse, full text": extract_plain_text,
        "trafilatura": lambda page: trafilatura.extract(page) or "",
        "trafilatura, recall": lambda page: trafilatura.extract(page, favor_recall=True) or "",
        "jusText": lambda page: "\n".join(
            part.text for part in justext.justext(page, stopwords) if not part.is_boilerplate
        ),
    }
    print(f"{len(pages)} pages, {sum(map(Counter.total, seen))} visible words")
    print(f"{'':26}{'kept':>8}{'seen':>8}{'worst page':>12}{'pages under 99%':>18}")
    for name, extract in ways.items():
        found = [words_of(extract(page)) for page in pages]
        both = [(a & b).total() for a, b in zip(seen, found, strict=True)]
        kept = sum(both) / sum(map(Counter.total, seen))
        right = sum(both) / sum(map(Counter.total, found))
        each = [n / a.total() for n, a in zip(both, seen, strict=True) if a]
        low = sum(share < 0.99 for share in each)
        print(f"{name:26}{kept:8.2%}{right:8.2%}{min(each):12.2%}{low:18}")
        if name == "ours":
            _tell(options.lost, seen, found)


def words_of(text: str) -> Counter[str]:
    """Count the words of `text` without case (style sheets change it)."""
    return Counter(_WORD.findall(text.casefold()))


def _seen(browser: Browser, markup: str) -> str:
    """The text that Chromium shows of a page."""
    page = browser.new_page(java_script_enabled=False)

    def answer(route: Route) -> None:
        if route.request.url == _ADDRESS:
            body = markup.encode("utf-8", "replace")
            route.fulfill(body=body, content_type="text/html; charset=utf-8")
        else:
            route.abort()

    page.route("**/*", answer)
    page.goto(_ADDRESS, wait_until="domcontentloaded")
    text: str = page.evaluate(_SHOWN)
    page.close()
    return text


def _tell(count: int, seen: list[Counter[str]], found: list[Counter[str]]) -> None:
    for number, (a, b) in enumerate(zip(seen, found, strict=True)):
        lost, extra = a - b, b - a
        if count and (lost or extra):
            print(number, f"lost {lost.total()}/{a.total()}:", *dict(lost.most_common(count)))
            print(number, f"extra {extra.total()}:", *dict(extra.most_common(count)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--lost", type=int, default=0, help="words to print of each page")
    return parser.parse_args()


if __name__ == "__main__":
    main()
