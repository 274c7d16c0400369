"""A learner's feedback as a page: their marks and gold's in the article, and what the rules say.

The page stands alone: no script, nothing remote, and what an article holds is shown, never run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from corpus.agreement.disagreements import Disagreement
from corpus.looking.display import cells, safe
from corpus.measures import Figure
from corpus.qualifying.scoring import Attempt, Compared, Right
from corpus.qualifying.told import flowing, hard_cases, heading, rules
from corpus.records import Block, Span
from corpus.scheme import Scheme

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
"""
_STYLE = """
body { font: 16px/1.55 Georgia, serif; color: #1a1a1a; max-width: 46em; margin: 2em auto;
  padding: 0 1em; }
h1, h2, h3, table, .kind, .legend, li b, sup { font-family: system-ui, sans-serif; }
section { border-top: 2px solid #ccc; margin-top: 2.5em; }
table { border-collapse: collapse; margin: 1em 0; }
td { padding: .2em .8em .2em 0; text-align: left; }
.block { margin: .7em 0; }
.headline { font-size: 1.3em; font-weight: bold; }
.kind { color: #666; font-size: .7rem; display: block; font-weight: normal; }
.sign { color: #666; }
blockquote { margin: .3em 0 .3em 1em; color: #333; }
li { margin-bottom: 1em; }
"""


def page(attempt: Attempt, scheme: Scheme, pass_mark: float) -> str:
    """Return the page of HTML that an annotator is given: their work and gold's, nobody else's."""
    title = escape(safe(f"Qualification of {attempt.annotator}"))
    seen: set[str] = set()
    parts = [
        _HEAD,
        f"<title>{title}</title><style>{_STYLE}{''.join(_colours(scheme))}</style></head><body>",
        f"<h1>{title}</h1>",
        *_summary(attempt, pass_mark),
        *_legend(scheme),
        *(part for each in attempt.compared for part in _section(each, scheme, seen)),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def outcome(attempt: Attempt, pass_mark: float) -> str:
    """Say in a line how the attempt stands."""
    which = f"attempt {attempt.number}: " if attempt.number > 1 else ""
    done = f"{which}{attempt.articles} of {attempt.of} articles submitted"
    if attempt.passed is None:
        return f"{done}; all of them are needed before it counts"
    told = "qualified" if attempt.passed else "not yet qualified"
    return f"{done}: {told} (an F1 of {pass_mark:.2f} is asked for)"


def figure(value: Figure) -> str:
    """Return a figure with its interval as text; a dash where there is nothing to score."""
    if value.value is None:
        return "–"
    whole = value.low is not None and value.high is not None
    ends = f" [{value.low:.2f}, {value.high:.2f}]" if whole else ""
    return f"{value.value:.2f}{ends}"


def _colours(scheme: Scheme) -> Iterator[str]:
    for number, label in enumerate(scheme.labels):
        yield f".y{number} {{ background: {label.colour}40; }}\n"
        yield f".g{number} {{ border-bottom: 3px solid {label.colour}; }}\n"


def _summary(attempt: Attempt, pass_mark: float) -> Iterator[str]:
    yield f"<p>{escape(outcome(attempt, pass_mark))}.</p>"
    rows = [("Spans, F1 by overlap", figure(attempt.f1))]
    if attempt.shuffled is not None:
        rows.append(("as many spans thrown anywhere", f"{attempt.shuffled:.2f}"))
    rows += [(f"– {label}", figure(f1)) for label, f1 in attempt.labels]
    rows += [(each.question, _right(each)) for each in (*attempt.attributes, *attempt.answers)]
    cells_ = (f"<tr><td>{_text(name)}</td><td>{_text(told)}</td></tr>" for name, told in rows)
    yield f"<table>{''.join(cells_)}</table>"


def _right(each: Right) -> str:
    return f"{each.right} of {each.asked} right"


def _legend(scheme: Scheme) -> Iterator[str]:
    shown = (
        f'<span class="y{n}">yours</span> <span class="g{n}">gold</span> '
        f"{_text(label.title or label.name)}"
        for n, label in enumerate(scheme.labels)
    )
    yield f'<p class="legend">{" · ".join(shown)}</p>'
    yield '<p class="legend">Your marks have a coloured ground, gold’s a coloured line beneath.</p>'


def _section(each: Compared, scheme: Scheme, seen: set[str]) -> Iterator[str]:
    """Yield an article with its findings; hard cases that were `seen` are not told again."""
    yield f"<section><h2>{_text(each.article.title or each.article.id)}</h2>"
    for block in each.article.blocks:
        words = "".join(_words(each, block, scheme))
        kind = f'<span class="kind">{escape(block.kind)}</span>'
        yield f'<div class="block {escape(block.kind)}">{kind}{words}</div>'
    if each.findings:
        yield "<h3>What you and gold see otherwise</h3><ol>"
        for finding in each.findings:
            yield f"<li>{''.join(_finding(finding, each, scheme, seen))}</li>"
        yield "</ol>"
    else:
        yield "<p><b>You and gold see this article alike.</b></p>"
    yield "</section>"


def _words(each: Compared, block: Block, scheme: Scheme) -> Iterator[str]:
    """Yield the block's words, cut wherever a mark or a finding begins or ends."""
    marks = [(span, "y") for span in each.yours.spans] + [(s, "g") for s in each.gold.spans]
    ends = {n: f.end for n, f in enumerate(each.findings, 1) if f.end is not None}
    cuts = {block.start, block.end, *ends.values()}
    cuts |= {at for span, _ in marks for at in (span.start, span.end)}
    inside = sorted(at for at in cuts if block.start <= at <= block.end)
    for start, end in pairwise(inside):
        names = _classes(marks, start, end, scheme)
        text = _text(each.article.text[start:end])
        yield f'<span class="{" ".join(names)}">{text}</span>' if names else text
        for number in (n for n, at in ends.items() if at == end):
            yield f"<sup>{number}</sup>"


def _classes(marks: Sequence[tuple[Span, str]], start: int, end: int, scheme: Scheme) -> list[str]:
    order = {name: number for number, name in enumerate(scheme.label_names)}
    return [
        f"{side}{order[span.label]}"
        for span, side in marks
        if span.start <= start and end <= span.end and span.label in order
    ]


def _finding(
    finding: Disagreement, each: Compared, scheme: Scheme, seen: set[str]
) -> Iterator[str]:
    yield f"<b>{_text(heading(finding, each.article, scheme))}</b>"
    for kind, words in rules(finding, scheme):
        yield f"<blockquote><b>{_text(kind)}</b>: {_text(words)}</blockquote>"
    for case in hard_cases(finding, scheme):
        if case.title not in seen:
            seen.add(case.title)
            rule = _text(flowing(case.rule))
            yield f"<blockquote><b>{_text(case.title)}</b>: {rule}</blockquote>"


def _text(words: str) -> str:
    """Words as HTML: what would steer the page is told instead, line ends are kept."""
    parts = []
    for cell in cells(words):
        shown = "<br>" if cell.ends else escape(cell.text)
        parts.append(f'<span class="sign">{shown}</span>' if cell.strange else shown)
    return "".join(parts)
