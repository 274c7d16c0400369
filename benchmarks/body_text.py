"""The body of news pages against what people found: ours beside what a user would take instead.

    python benchmarks/body_text.py NEWS [--by-publisher]

NEWS holds html/*.html.gz and ground_truth.json (fundus-evaluation: 80 pages of 16 publishers; the
body's paragraphs, in square brackets where they are optional). Ours is the blocks paragraph,
quote and subheading. Paragraphs are right if they are equal but for white space; ROUGE-LSum F1
(rouge_score) compares the words in order, as the data set's own evaluation does; both are means
over pages. Every way's text is taken line by line. A paragraph that is optional counts neither
for nor against. Ours is the rules alone: the shipped tagger was taught on these very pages.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import justext
import trafilatura
from resiliparse.extract.html2text import extract_plain_text
from rouge_score.rouge_scorer import RougeScorer

from corpus.blocks.html import read_html
from corpus.reading.decode import decode
from corpus.text import canonical

_BODY = ("paragraph", "quote", "subheading")


def main() -> None:
    """Score and print."""
    options = _options()
    pages = _pages(options.news)
    stopwords = justext.get_stoplist("English")
    ways: dict[str, Callable[[str], list[str]]] = {
        "ours": ours,
        "trafilatura": lambda page: _lines(trafilatura.extract(page)),
        "trafilatura, precision": lambda page: _lines(
            trafilatura.extract(page, favor_precision=True)
        ),
        "resiliparse, main content": lambda page: _lines(
            extract_plain_text(page, main_content=True, alt_texts=False, list_bullets=False)
        ),
        "jusText": lambda page: [
            part.text for part in justext.justext(page, stopwords) if not part.is_boilerplate
        ],
    }
    scorer = RougeScorer(["rougeLsum"])
    print(f"{len(pages)} pages")
    print(f"{'':28}{'precision':>10}{'recall':>10}{'F1':>10}{'ROUGE-LSum':>12}")
    for name, extract in ways.items():
        scores, by = [], defaultdict(list)
        for page, markup, truth, optional in pages:
            body = [plain(part) for part in extract(markup)]
            score = (*_paragraphs(body, truth, optional), _rouge(scorer, body, truth, optional))
            scores.append(score)
            by[page.rsplit("_", 1)[0]].append(score)
        print(_row(name, scores))
        if options.by_publisher:
            for publisher, some in by.items():
                print(_row("    " + publisher, some))


def ours(markup: str) -> list[str]:
    """Return the lines of the body's blocks of a page."""
    read = read_html(markup, tagger=None)
    body = (read.text[b.start : b.end] for b in read.typed.blocks if b.kind in _BODY)
    return [line for block in body for line in _lines(block)]


def plain(text: str) -> str:
    """`text` with one space for any white space."""
    return re.sub(r"\s+", " ", text).strip()


def _lines(text: str | None) -> list[str]:
    return [line for line in (text or "").split("\n") if line.strip()]


def _paragraphs(
    body: list[str], truth: list[str], optional: list[str]
) -> tuple[float, float, float]:
    """Precision, recall and F1 of paragraphs."""
    body = [part for part in body if part in truth or part not in optional]
    right = len(set(body) & set(truth))
    precision = right / len(set(body)) if body else 0.0
    recall = right / len(set(truth)) if truth else 1.0
    return precision, recall, 2 * precision * recall / ((precision + recall) or 1)


def _rouge(scorer: RougeScorer, body: list[str], truth: list[str], optional: list[str]) -> float:
    body = [part for part in body if part in truth or part not in optional]
    score: float = scorer.score("\n".join(truth), "\n".join(body))["rougeLsum"].fmeasure
    return score


def _row(name: str, scores: list[tuple[float, ...]]) -> str:
    means = [mean(column) for column in zip(*scores, strict=True)]
    return f"{name:28}" + "".join(f"{value:10.3f}" for value in means[:3]) + f"{means[3]:12.3f}"


def _pages(news: Path) -> list[tuple[str, str, list[str], list[str]]]:
    """Name, markup, paragraphs and optional paragraphs of each page."""
    truth = json.loads((news / "ground_truth.json").read_text(encoding="utf-8"))
    pages = []
    for name, told in truth.items():
        markup, _ = canonical(decode(gzip.decompress((news / "html" / name).read_bytes()))[0])
        parts = [part for part in told["body"] if part.strip()]
        optional = [plain(part.strip("[]")) for part in parts if part.startswith("[")]
        pages.append((name, markup, [plain(p) for p in parts if not p.startswith("[")], optional))
    return pages


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path)
    parser.add_argument("--by-publisher", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
