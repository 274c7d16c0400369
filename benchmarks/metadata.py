"""What a page's head says: our reading beside trafilatura's and htmldate's.

    python benchmarks/metadata.py DATA [--differences]

DATA holds `news-html/` and `partisan-html/` (saved pages, .html.gz). For each field: on how many
pages both say something and agree, both say something else, ours or theirs alone speaks. Dates
agree by day; authors as sets of names, titles without case and signs. Then pages a second of CPU
time for the metadata alone; ours includes parsing the page.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter, defaultdict
from pathlib import Path

from html_speed import pages_of
from htmldate import find_date
from machine import machine
from trafilatura import extract_metadata

from corpus.blocks.dom import tokens
from corpus.blocks.metadata import Metadata, metadata_of

_FIELDS = ("title", "authors", "date", "site name", "address", "language")


def main() -> None:
    """Compare and print."""
    options = _options()
    pages = pages_of(options.data)
    table: dict[str, Counter[str]] = defaultdict(Counter)
    differences = []
    for number, page in enumerate(pages):
        mine = _ours(metadata_of(tokens(page)))
        for source, said in (("trafilatura", _theirs(page)), ("htmldate", _dated(page))):
            for field, theirs in said.items():
                outcome = _compare(mine[field], theirs)
                table[f"{field}, {source}"][outcome] += 1
                if outcome not in ("agree", "neither"):
                    differences.append((number, field, source, outcome, mine[field], theirs))
    outcomes = ("agree", "differ", "ours alone", "theirs alone", "neither")
    print(f"{len(pages)} pages")
    print(f"{'':28}" + "".join(f"{name:>14}" for name in outcomes))
    for name, counts in table.items():
        print(f"{name:28}" + "".join(f"{counts[outcome]:14}" for outcome in outcomes))
    _time(pages)
    if options.differences:
        for difference in differences:
            print(*difference, sep=" | ")


def _ours(said: Metadata) -> dict[str, str]:
    return {
        "title": said.title,
        "authors": "; ".join(said.authors),
        "date": said.published[:10],
        "site name": said.site,
        "address": said.url,
        "language": said.language[:2],
    }


def _theirs(page: str) -> dict[str, str]:
    said = extract_metadata(page)
    told = (said.title, said.author, said.date, said.sitename, said.url, said.language)
    return dict(zip(_FIELDS, (value or "" for value in told), strict=True))


def _dated(page: str) -> dict[str, str]:
    return {"date": find_date(page, original_date=True) or ""}


def _compare(ours: str, theirs: str) -> str:
    if not (ours and theirs):
        return "ours alone" if ours else "theirs alone" if theirs else "neither"
    return "agree" if _same(ours) == _same(theirs) else "differ"


def _same(text: str) -> list[str]:
    """The words of a field in no order, as authors stand in."""
    return sorted(re.findall(r"\w+", text.casefold()))


def _time(pages: list[str]) -> None:
    ways = {
        "ours, parsing included": lambda page: metadata_of(tokens(page)),
        "trafilatura.extract_metadata": extract_metadata,
        "htmldate.find_date": lambda page: find_date(page, original_date=True),
    }
    print(machine())
    for name, read in ways.items():
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            for page in pages:
                read(page)
            best = min(best, time.process_time() - start)
        print(f"{name:32}{len(pages) / best:9.1f} pages/s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--differences", action="store_true", help="print each difference")
    return parser.parse_args()


if __name__ == "__main__":
    main()
