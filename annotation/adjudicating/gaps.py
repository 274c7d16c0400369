"""What adjudication says of the guidelines: reasons counted, gaps listed, annotators' notes.

No name stands in it: those who read it adjudicate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from annotation.adjudicating.page import TOLD
from corpus.agreement.remarks import Remark
from corpus.files import write_text
from corpus.job import Job
from corpus.records import Article
from corpus.scheme import Scheme
from corpus.settling.disputes import Dispute

FILE = "guideline-gaps.md"
#: A passage that is longer is cut in the middle: it is there to be recognised.
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Gap:
    """A place that the guidelines do not decide, as an adjudicator found.

    `label` is a label, `question` a question's or an attribute's name. `passage` is the text there.
    """

    article: str
    label: str
    question: str
    passage: str
    comment: str


@dataclass(frozen=True, slots=True)
class Note:
    """What an annotator noted down: the attribute or question, and the words ('' of a flag)."""

    article: str
    label: str
    name: str
    passage: str
    words: str


def reasons_of(disputes: Iterable[Dispute]) -> dict[str, int]:
    """Count the reasons of what was adjudicated, most frequent first."""
    found = Counter(d.reason for d in disputes if d.state == "adjudicated" and d.reason)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def gaps_of(disputes: Iterable[Dispute], articles: Mapping[tuple[str, str], Article]) -> list[Gap]:
    """Return the guideline gaps, those of one label together."""
    found = [
        Gap(
            d.article,
            d.label,
            d.question,
            _passage(articles.get(each.version), d.start, d.end),
            said,
        )
        for each in disputes
        if each.state == "adjudicated" and each.reason == "gap"
        for d, said in [(each.disagreement, each.comment)]
    ]
    return sorted(set(found), key=lambda gap: (gap.label, gap.question, gap.article, gap.passage))


def notes_of(
    remarks: Iterable[Remark], articles: Mapping[tuple[str, str], Article], scheme: Scheme
) -> list[Note]:
    """Return what annotators noted down, the words before the flags."""
    flags = {each.name for each in (*scheme.attributes, *scheme.questions) if each.type == "flag"}
    found = [
        Note(
            r.article,
            r.label,
            r.name,
            _passage(articles.get((r.article, r.sha256)), r.start, r.end),
            "" if r.name in flags else " ".join(r.values),
        )
        for r in remarks
    ]
    return sorted(found, key=lambda note: (not note.words, note.label, note.name, note.article))


def write_gaps(
    job: Job, reasons: Mapping[str, int], gaps: Sequence[Gap], notes: Sequence[Note]
) -> None:
    """Write report/guideline-gaps.md, unless it says the same already."""
    path = job.folder / "report" / FILE
    text = "\n".join(_report(job.scheme, reasons, gaps, notes)) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)


def _report(
    scheme: Scheme, reasons: Mapping[str, int], gaps: Sequence[Gap], notes: Sequence[Note]
) -> Iterator[str]:
    yield f"# What the guidelines of {scheme.name} {scheme.version} leave open"
    yield ""
    yield "Candidates for the next version, found while disputes were adjudicated."
    yield from ("", "## Why annotators disagreed", "")
    yield "| reason | disputes |"
    yield "| --- | ---: |"
    yield from (f"| {TOLD.get(name, name)} | {count} |" for name, count in reasons.items())
    yield from ("", f"## Guideline gaps ({len(gaps)})", "")
    before = None
    for gap in gaps:
        head = _title(scheme, gap.label, gap.question)
        if head != before:
            yield from (f"### {head}", "")
            before = head
        passage = f"“{_cell(gap.passage)}”" if gap.passage else "(the article)"
        yield f"- {passage} in {_cell(gap.article)}"
        yield f"  {_cell(gap.comment) or '(no comment)'}"
    yield from ("", "## Annotators' questions and comments", "")
    for note in notes:
        passage = f"“{_cell(note.passage)}”" if note.passage else "(the article)"
        words = _cell(note.words) or _named(scheme, note.name)
        yield f"- {_title(scheme, note.label, '')}: {passage} in {_cell(note.article)}: {words}"


def _title(scheme: Scheme, label: str, question: str) -> str:
    known = scheme.label(label)
    parts = [(known.title if known else "") or label, _named(scheme, question)]
    return ": ".join(part for part in parts if part) or "The article"


def _named(scheme: Scheme, name: str) -> str:
    known = scheme.attribute(name) or scheme.question(name)
    return (known.title if known else "") or name


def _passage(article: Article | None, start: int | None, end: int | None) -> str:
    if article is None or start is None or end is None:
        return ""
    text = article.text[start:end]
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]} … {text[-half:]}"


def _cell(text: str) -> str:
    """One line that Markdown leaves alone: pages hold asterisks and HTML."""
    line = " ".join(text.split()).replace("\\", "\\\\")
    for sign in "*_`[]<>|#":
        line = line.replace(sign, f"\\{sign}")
    return line
