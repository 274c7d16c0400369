"""A scheme's guidelines as the instructions (HTML) that an annotator reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise

from corpus.scheme import Example, Label, Question, Scheme

_RUN = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
#: A shorter line was ended on purpose, not by an editor that wraps at 80 to 100 columns.
_WRAPPED = 60
# Label Studio takes margins and bullets off everything, and every style attribute off our HTML;
# it leaves classes and this element.
_STYLE = """
.pressmark-guide { max-width: 46em; line-height: 1.5; }
.pressmark-guide p { margin: 0 0 0.7em; }
.pressmark-guide h3 { margin: 1.6em 0 0.6em; font-size: 1.25em; font-weight: 600; }
.pressmark-guide h3 span { border-left: 0.5em solid #6b7280; padding-left: 0.5em; }
.pressmark-guide h4 { margin: 1.2em 0 0.3em; font-weight: 600; }
.pressmark-guide ul { margin: 0 0 0.9em; padding-left: 1.4em; list-style: disc; }
.pressmark-guide li { margin: 0 0 0.35em; }
.pressmark-guide mark { color: inherit; background: #6b728022; border-bottom: 2px solid #6b7280; }
"""


def instructions(scheme: Scheme) -> str:
    """Return all of the scheme's guidelines: labels with examples, questions, hard cases."""
    about = f"{scheme.name} {scheme.version}" + (f" ({scheme.status})" if scheme.status else "")
    parts = [f"<h2>Guidelines</h2><p><small>{escape(about)}</small></p>"]
    parts += _paragraphs(scheme.introduction)
    if scheme.published:
        told = f"{scheme.published.citation} {scheme.published.url}"
        parts.append(f"<p>The guidelines are published: {escape(told)}</p>")
    for number, label in enumerate(scheme.labels):
        told = "".join(_label(label))
        parts.append(f'<div class="pressmark-label{number}">{told}</div>')
    parts += _questions("Questions about the article", scheme.questions)
    parts += _questions("Questions about each span", scheme.attributes)
    if scheme.hard_cases:
        parts.append("<h3>Hard cases</h3>")
    for case in scheme.hard_cases:
        parts += [f"<h4>{escape(case.title)}</h4>", *_paragraphs(case.rule)]
        parts.append(_examples(case.examples))
    return f'<div class="pressmark-guide"><style>{_style(scheme)}</style>{"".join(parts)}</div>'


def second_look(changes: Sequence[str], *, doubted: bool) -> str:
    """Return what a second look begins with.

    Args:
        changes: what changed in the guidelines since those labels were made.
        doubted: whether there are articles that a check of the labels picked out. Nobody is told
            what it found: who reads them afresh is not to follow it.
    """
    parts = [
        "<h2>A second look</h2><p>Your own labels stand in these articles as you left them.</p>"
    ]
    if changes:
        rows = "".join(f"<li>{escape(each)}</li>" for each in changes)
        parts.append(
            "<h3>What changed</h3><p>You labelled articles under earlier guidelines. Look again for"
            f" this:</p><ul>{rows}</ul>"
        )
    if doubted:
        parts.append(
            "<p>A check of all labels picked out articles to be read once more; that does not mean"
            " that anything is wrong with them. Read them as if for the first time.</p>"
        )
    parts.append(
        "<p>Change or delete what does not fit, add what is missing, and submit, also where nothing"
        " is to be changed.</p>"
    )
    return f'<div class="pressmark-changed">{"".join(parts)}</div>'


def _style(scheme: Scheme) -> str:
    """Each label's colour; what belongs to no label (a hard case, say) stays grey."""
    rules = [_STYLE]
    for number, label in enumerate(scheme.labels):
        mark = f".pressmark-guide .pressmark-label{number}"
        rules.append(f"{mark} span {{ border-color: {label.colour}; }}")
        run = f"background: {label.colour}33; border-color: {label.colour}"
        rules.append(f"{mark} mark.positive {{ {run}; }}")
    return "\n".join(rules)


def _label(label: Label) -> Iterator[str]:
    key = f" [{escape(label.hotkey)}]" if label.hotkey else ""
    yield f"<h3><span>{escape(label.title or label.name)}{key}</span></h3>"
    yield from _paragraphs(label.definition)
    if label.test:
        yield "<p><b>Test</b></p>"
        yield from _paragraphs(label.test)
    if label.positive:
        yield "<p><b>Mark</b></p>" + _examples(label.positive, "positive")
    if label.negative:
        yield "<p><b>Do not mark</b></p>" + _examples(label.negative)
    if label.blocks:
        yield f"<p>Only in: {escape(', '.join(label.blocks))}.</p>"


def _questions(title: str, questions: Iterable[Question]) -> Iterator[str]:
    for number, question in enumerate(questions):
        if not number:
            yield f"<h3>{escape(title)}</h3>"
        labels = getattr(question, "labels", ())
        of = f" <small>(of {escape(', '.join(labels))})</small>" if labels else ""
        yield f"<h4>{escape(question.title or question.name)}{of}</h4>"
        yield from _paragraphs(question.guideline)
        rows = [
            f"<li><b>{escape(value.title or value.name)}</b>"
            + (f" [{value.hotkey}]" if value.hotkey else "")
            + (f": {escape(value.hint)}" if value.hint else "")
            + (f" <small>(only in: {', '.join(value.blocks)})</small>" if value.blocks else "")
            + "</li>"
            for value in question.values
        ]
        yield f"<ul>{''.join(rows)}</ul>" if rows else ""


def _examples(examples: Iterable[Example], kind: str = "other") -> str:
    rows = [
        f"<li>{_marked(example.text, kind)}"
        + (f"<br><small>{escape(example.why)}</small>" if example.why else "")
        + "</li>"
        for example in examples
    ]
    return f"<ul>{''.join(rows)}</ul>" if rows else ""


def _marked(text: str, kind: str) -> str:
    """Escape an example and highlight its [[runs]]."""
    return _RUN.sub(lambda run: f'<mark class="{kind}">{run[1]}</mark>', escape(text))


def _paragraphs(text: str) -> Iterator[str]:
    for part in re.split(r"\n\s*\n", text.strip()):
        if lines := [line.strip() for line in part.splitlines() if line.strip()]:
            yield f"<p>{_flowing(lines)}</p>"


def _flowing(lines: list[str]) -> str:
    """Join lines that the YAML file wrapped; short ones (headings) and list items stay lines."""
    told = escape(lines[0])
    for before, line in pairwise(lines):
        broken = len(before) < _WRAPPED or re.match(r"(\d+\.|[-*•])\s", line)
        told += ("<br>" if broken else " ") + escape(line)
    return told
