"""What a learner is told of each finding: what happened, and the guideline's own sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.agreement.disagreements import Disagreement, Side
from corpus.qualifying.scoring import GOLD, YOU
from corpus.records import Article
from corpus.scheme import HardCase, Question, Scheme

#: Characters of a quotation that are shown.
_LONGEST = 120


def heading(finding: Disagreement, article: Article, scheme: Scheme) -> str:
    """Say in a line what the learner and gold see otherwise."""
    sides = {side.author: side for side in finding.sides}
    yours, gold = sides.get(YOU), sides.get(GOLD)
    title = _title(scheme, finding.label)
    mine, theirs = _quoted(yours, article), _quoted(gold, article)
    if finding.sort == "missed" and not mine:
        return f"Missed: gold has {theirs} as {title}."
    if finding.sort == "missed":
        return f"Not in gold: you have {mine} as {title}."
    if finding.sort == "boundary":
        return f"Boundary of {title}: you have {mine}, gold has {theirs}."
    if finding.sort == "split":
        return f"{title} in other pieces: you have {mine}, gold has {theirs}."
    if finding.sort == "label":
        mine, theirs = f"{mine} as {_labels(yours, scheme)}", f"{theirs} as {_labels(gold, scheme)}"
        return f"Label: you have {mine}, gold has {theirs}."
    question = scheme.attribute(finding.question) or scheme.question(finding.question)
    named = (question.title if question else "") or finding.question
    where = f" of {theirs}" if theirs else ""
    return f"{named}{where}: you have {_values(yours)}, gold has {_values(gold)}."


def rules(finding: Disagreement, scheme: Scheme) -> Iterator[tuple[str, str]]:
    """Yield what the guidelines say of it, each with its kind: definition, test, guideline."""
    question: Question | None = scheme.attribute(finding.question)
    question = question or scheme.question(finding.question)
    if question:
        if question.guideline:
            yield "Guideline", flowing(question.guideline)
        return
    for name in _named(finding):
        label = scheme.label(name)
        if label is None:
            continue
        title = label.title or label.name
        if label.definition:
            yield title, flowing(label.definition).partition("\n")[0]
        if label.test:
            yield f"Test of {title}", flowing(label.test)


def hard_cases(finding: Disagreement, scheme: Scheme) -> Iterator[HardCase]:
    """Yield the hard cases that speak of the label at issue."""
    if finding.question:
        return
    for case in scheme.hard_cases:
        words = f"{case.title} {case.rule}".casefold()
        for name in _named(finding):
            if re.search(rf"\b{re.escape(name.casefold())}\b", words):
                yield case
                break


def _named(finding: Disagreement) -> list[str]:
    """The labels at issue, the one that gold has first."""
    found = [s.label for side in finding.sides for s in side.spans if side.author == GOLD]
    found += [s.label for side in finding.sides for s in side.spans]
    return list(dict.fromkeys([*found, finding.label]))


def flowing(text: str) -> str:
    """Return guidelines a line a paragraph, whatever the width of the file they were written in."""
    parts = re.split(r"\n\s*\n", text.strip())
    return "\n".join(" ".join(part.split()) for part in parts)


def _title(scheme: Scheme, name: str) -> str:
    label = scheme.label(name)
    return (label.title if label else "") or name


def _labels(side: Side | None, scheme: Scheme) -> str:
    names = dict.fromkeys(_title(scheme, s.label) for s in side.spans) if side else {}
    return " and ".join(names)


def _quoted(side: Side | None, article: Article) -> str:
    spans = side.spans if side else ()
    return " and ".join(f"“{_short(article.text[s.start : s.end])}”" for s in spans)


def _short(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"


def _values(side: Side | None) -> str:
    return ", ".join(side.values) if side and side.values else "nothing"
