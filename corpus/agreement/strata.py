"""Agreement within parts of the corpus: publishers, kinds of block, weeks, guidelines, slices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.agreement.measure import headline
from corpus.agreement.opinions import ArticleOpinions
from corpus.agreement.people import Weeks
from corpus.agreement.results import SpanScores
from corpus.agreement.selection import Selection, Version
from corpus.assignments import Assignment
from corpus.measures import Figure
from corpus.records import BLOCK_KINDS
from corpus.scheme import Scheme
from corpus.settings import AgreementSection

#: What articles are told apart by; within 'kind of block' it is parts of articles.
BY = ("publisher", "kind of block", "week", "guideline version", "slice")


@dataclass(frozen=True, slots=True)
class Stratum:
    """Agreement in one part: `by` is what parts are told apart by, `name` which part it is.

    `u` is uα of all labels together, `answers` the alpha of each question ('' of kinds of block,
    since answers are about whole articles).
    """

    by: str
    name: str
    articles: int
    spans: int
    u: Figure
    f1: SpanScores
    answers: tuple[tuple[str, Figure], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What strata are made of: each annotation's week, and the articles everybody was given."""

    weeks: Weeks
    control: frozenset[Version]
    assigned: bool

    @classmethod
    def of(cls, assignments: Sequence[Assignment], when: Weeks) -> Known:
        """Read the ledger of assignments; without one there is no control slice."""
        control = {(a.article, a.sha256) for a in assignments if a.kind == "control"}
        return cls(when, frozenset(control), bool(assignments))


def strata(
    selection: Selection,
    opinions: Mapping[Version, ArticleOpinions],
    known: Known,
    least: int,
    settings: AgreementSection,
) -> tuple[list[Stratum], list[str]]:
    """Return the agreement in each part, and notes on what is not told apart.

    What has one part only is left out: that is the whole. Publishers with fewer than `least`
    articles are left out and counted in a note.
    """
    found, notes = [], []
    # words are not told of a part, and are much work
    plain = {version: replace(each, words=()) for version, each in opinions.items()}
    for by in BY:
        parts = _parts(by, selection, plain, known)
        if by == "publisher":
            few = [name for name, part in parts.items() if len(part) < least]
            parts = {name: part for name, part in parts.items() if len(part) >= least}
            if few:
                notes.append(f"{len(few)} publishers with fewer than {least} articles are left out")
        if len(parts) > 1:
            found += [
                _stratum(by, name, part, selection.scheme, settings) for name, part in parts.items()
            ]
    return found, notes


def _parts(
    by: str, selection: Selection, opinions: Mapping[Version, ArticleOpinions], known: Known
) -> dict[str, list[ArticleOpinions]]:
    """Return the opinions of each part, in the parts' order."""
    if by == "kind of block":
        return _kinds(selection, opinions)
    named: defaultdict[str, list[ArticleOpinions]] = defaultdict(list)
    for version, each in opinions.items():
        if name := _name(by, version, each, selection, known):
            named[name].append(each)
    order = sorted(named, key=lambda name: (len(name) if by == "week" else 0, name))
    return {name: named[name] for name in order}


def _name(
    by: str, version: Version, opinion: ArticleOpinions, selection: Selection, known: Known
) -> str:
    """The part that an article belongs to; '' where that is not known."""
    said = opinion.annotations
    if by == "publisher":
        return selection.articles[version].publisher
    if by == "guideline version":
        made = {selection.guidelines.get(a.scheme, "") for a in said.values()}
        return made.pop() if len(made) == 1 else f"mixed ({', '.join(sorted(made))})"
    if by == "week":
        when = [known.weeks.get((who, *version, a.occasion)) for who, a in said.items()]
        told = [week for week in when if week is not None]
        # the last one's: before that there was nothing to agree with
        return str(max(told)) if told else ""
    if not known.assigned:
        return ""
    return "control" if version in known.control else "work"


def _kinds(
    selection: Selection, opinions: Mapping[Version, ArticleOpinions]
) -> dict[str, list[ArticleOpinions]]:
    """Every opinion of each kind of block, what stands in other kinds cut away."""
    parts: dict[str, list[ArticleOpinions]] = {kind: [] for kind in BLOCK_KINDS}
    for version, each in opinions.items():
        blocks = selection.articles[version].blocks
        for kind in {block.kind for block in blocks}:
            within = tuple((b.start, b.end) for b in blocks if b.kind == kind)
            parts[kind].append(replace(each, within=within))
    return {kind: part for kind, part in parts.items() if part}


def _stratum(
    by: str, name: str, part: list[ArticleOpinions], scheme: Scheme, settings: AgreementSection
) -> Stratum:
    # answers are about whole articles
    asked = replace(scheme, questions=()) if by == "kind of block" else scheme
    found = headline(part, asked, settings.samples, settings.seed)
    return Stratum(by, name, found.articles, found.spans, found.u, found.f1, found.answers)
