"""The evaluation as one HTML page: tables, curves, and every error in colour, to be browsed.

It needs no script, no network and no other file. What a page, a scheme or an annotator wrote is
escaped, and stands in no attribute and no style: filters go by numbers of kinds, labels, articles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from corpus.agreement.html import POLICY, STYLE, layers, table
from corpus.agreement.numbers import number
from corpus.looking.display import safe
from corpus.measures import Pair
from corpus.records import Article, Span
from training.evaluate.drawn import coverage_curve, reliability_diagram
from training.evaluate.errors import KINDS, MODEL, REFERENCE, Error, said
from training.evaluate.results import Scores
from training.evaluate.systems import Test
from training.evaluate.told import asides, headline, tables

#: Characters around an error that are shown of a long block, and of a span that are quoted.
AROUND, QUOTED = 350, 90
#: The most errors on the page; more of them are counted, not shown.
MOST = 2000
LETTERS = {REFERENCE: "R", MODEL: "M"}

_MORE = """
body { overflow-wrap: anywhere; }
table { overflow-wrap: normal; }
figure { display: inline-block; margin: 1rem 1.5rem 0 0; max-width: 100%; }
svg { max-width: 100%; height: auto; }
figcaption { font: 600 .875rem system-ui, "Noto Sans", sans-serif; }
.pick { font: .875rem/2.2 system-ui, "Noto Sans", sans-serif; }
.pick label { display: inline-block; box-sizing: border-box; max-width: 100%; line-height: 1.5;
  border: 1px solid var(--rule); border-radius: 1rem; padding: .15rem .7rem;
  margin: 0 .3rem .3rem 0; cursor: pointer; position: relative; }
.pick label:has(:checked) { background: var(--ink); color: #fff; border-color: var(--ink); }
.pick label:focus-within { outline: 2px solid #005fcc; outline-offset: 1px; }
.pick input { position: absolute; opacity: 0; }
.pick select { font: inherit; max-width: min(20rem, 100%); }
.pick b { display: inline-block; width: 4.5rem; font-weight: 500; color: var(--grey); }
li b { font-weight: 600; }
""".strip()


@dataclass(frozen=True, slots=True)
class _Extent:
    """The characters of an article that are shown."""

    start: int
    end: int


def page(scores: Scores, found: Sequence[Error], test: Test, pairs: Sequence[Pair]) -> str:
    """Return the whole page."""
    shown = found[:MOST]
    labels = list(dict.fromkeys((*scores.labels, *(each.label for each in found))))
    articles = list(dict.fromkeys(each.article.id for each in shown))
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        POLICY,
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Evaluation of {escape(safe(scores.model))}</title>",
        f"<style>{STYLE}\n{_MORE}\n{_rules(len(labels), len(articles))}</style></head><body>",
        f"<h1>Evaluation of {escape(safe(scores.model))}</h1>",
        *(_meta(line) for line in (*headline(scores), *asides(scores), *scores.notes)),
        '<p class="meta"><a href="#errors">The errors, one by one</a></p>' if found else "",
        "<h2>Figures</h2>",
        *_curves(scores),
        *(table(each) for each in tables(scores) if each.rows),
    ]
    if found:
        parts += _errors(shown, len(found), labels, articles, test, pairs)
    return "\n".join([*(part for part in parts if part), "</body></html>", ""])


def _curves(scores: Scores) -> Iterator[str]:
    if scores.coverage and scores.coverage.points:
        yield coverage_curve(scores.coverage)
    if scores.reliability and scores.reliability.bins:
        yield reliability_diagram(scores.reliability)


def _errors(  # noqa: PLR0917  # what the list is made of
    shown: Sequence[Error],
    count: int,
    labels: Sequence[str],
    articles: Sequence[str],
    test: Test,
    pairs: Sequence[Pair],
) -> Iterator[str]:
    yield '<h2 id="errors">Errors</h2>'
    yield _meta(
        "A line beneath the words is a span, in its label's colour: R is the reference's, M the"
        " model's. Missed and spurious: the other side has nothing there. Boundary: it ends"
        " elsewhere, or in several pieces. Label: the same words under another label."
    )
    if count > len(shown):
        yield _meta(f"The first {len(shown):,} of {count:,}.")
    yield _picks("kind", "k", KINDS)
    yield _picks("label", "l", labels)
    options = "".join(f'<option class="a{n}">{_plain(id_)}' for n, id_ in enumerate(articles))
    yield (
        '<p class="pick"><b>article</b> <select aria-label="article"><option selected>all'
        f"{options}</select></p>"
    )
    pair_of = {e.article.id: p for e, p in zip(test.examples, pairs, strict=True)}
    for _, here in groupby(shown, key=_place):
        held = list(here)
        article = held[0].article
        yield _passage(held, labels, articles.index(article.id), test, pair_of[article.id])


def _passage(
    held: Sequence[Error], labels: Sequence[str], number_: int, test: Test, pair: Pair
) -> str:
    article = held[0].article
    around = _around(article, held)
    publisher = f" · {_plain(article.publisher)}" if article.publisher else ""
    kinds = " ".join(sorted({each.kind for each in held}))
    sides = said(article, pair, test.scheme)
    drawn = layers(article.text, around, sides, test.scheme.colours(), LETTERS)
    items = "".join(_item(each, labels) for each in held)
    return (
        f'<section class="passage a{number_}"><h3>{_plain(article.id)}{publisher} · {kinds}</h3>'
        f"{drawn}<ul>{items}</ul></section>"
    )


def _item(error: Error, labels: Sequence[str]) -> str:
    at = f"k{KINDS.index(error.kind)} l{labels.index(error.label)}"
    text = error.article.text
    reference = ", ".join(_quoted(span, text, error) for span in error.reference) or "nothing"
    model = ", ".join(_quoted(span, text, error) for span in error.model) or "nothing"
    score = f" (score {number(error.score)})" if error.score is not None else ""
    told = f"<b>{error.kind}</b> · {_plain(error.label)}: R {reference}; M {model}{score}"
    return f'<li class="{at}">{told}</li>'


def _quoted(span: Span, text: str, error: Error) -> str:
    words = safe(text[span.start : span.end])
    words = words if len(words) <= QUOTED else f"{words[: QUOTED - 1]}…"
    label = f" as {_plain(span.label)}" if span.label != error.label else ""
    return f"“{escape(words)}”{label}"


def _place(error: Error) -> tuple[str, int]:
    """Errors that begin in one block are shown together."""
    blocks = error.article.blocks_at(error.start, error.end)
    return error.article.id, blocks[0].start if blocks else error.start


def _around(article: Article, held: Sequence[Error]) -> _Extent:
    """The blocks that the errors stand in, of long ones only what is near."""
    start, end = min(e.start for e in held), max(e.end for e in held)
    blocks = article.blocks_at(start, end)
    first, last = (blocks[0].start, blocks[-1].end) if blocks else (start, end)
    return _Extent(max(first, start - AROUND), min(last, end + AROUND))


def _picks(name: str, letter: str, values: Sequence[str]) -> str:
    all_ = f'<label><input type="radio" name="{name}" checked>all</label>'
    others = (
        f'<label><input type="radio" name="{name}" class="{letter}{n}">{_plain(value)}</label>'
        for n, value in enumerate(values)
    )
    return f'<p class="pick"><b>{name}</b> {all_}{"".join(others)}</p>'


def _rules(labels: int, articles: int) -> str:
    """Return the styles that hide what is not picked; a passage without an error goes with them."""
    picked = [("input", f"k{n}") for n in range(len(KINDS))]
    picked += [("input", f"l{n}") for n in range(labels)]
    rules = [f"body:has({tag}.{one}:checked) li:not(.{one})" for tag, one in picked]
    rules += [f"body:has({tag}.{one}:checked) section:not(:has(li.{one}))" for tag, one in picked]
    rules += [
        f"body:has(input.k{kind}:checked):has(input.l{label}:checked)"
        f" section:not(:has(li.k{kind}.l{label}))"
        for kind in range(len(KINDS))
        for label in range(labels)
    ]
    rules += [f"body:has(option.a{n}:checked) section:not(.a{n})" for n in range(articles)]
    return "\n".join(f"{rule} {{ display: none; }}" for rule in rules)


def _meta(line: str) -> str:
    return f'<p class="meta">{escape(safe(line))}</p>'


def _plain(told: str) -> str:
    return escape(safe(told))
