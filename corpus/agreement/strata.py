"""Agreement within parts of the corpus: publishers, kinds of block, weeks, guidelines, slices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.agreement.measure import measure
from corpus.agreement.opinions import ArticleOpinions
from corpus.agreement.people import Weeks
from corpus.agreement.results import SpanScores
from corpus.agreement.selection import Selection, Version
from corpus.assignments import Assignment
from corpus.measures import Figure
from corpus.records import BLOCK_KINDS, Annotation, Article
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
    said: Mapping[Version, Mapping[str, Annotation]],
    known: Known,
    least: int,
    settings: AgreementSection,
) -> tuple[list[Stratum], list[str]]:
    """Return the agreement in each part, and notes on what is not told apart.

    What has one part only is left out: that is the whole. Publishers with fewer than `least`
    articles are left out and counted in a note.
    """
    found, notes = [], []
    for by in BY:
        parts = dict(_parts(by, selection, said, known))
        if by == "publisher":
            few = [name for name, part in parts.items() if len(part) < least]
            parts = {name: part for name, part in parts.items() if len(part) >= least}
            if few:
                notes.append(f"{len(few)} publishers with fewer than {least} articles are left out")
        if len(parts) > 1:
            rows = ((name, part) for name, part in parts.items() if part)
            scheme = selection.scheme
            found += [_stratum(by, name, part, scheme, settings) for name, part in rows]
    return found, notes


def _parts(
    by: str,
    selection: Selection,
    said: Mapping[Version, Mapping[str, Annotation]],
    known: Known,
) -> Iterator[tuple[str, list[ArticleOpinions]]]:
    """Yield the name of each part with its opinions, in order."""
    if by == "kind of block":
        whole = selection.opinions(said)
        yield from _kinds(whole, {selection.name(v): selection.articles[v] for v in said})
        return
    named: defaultdict[str, dict[Version, Mapping[str, Annotation]]] = defaultdict(dict)
    for version, by_ in said.items():
        if len(by_) > 1 and (name := _name(by, version, by_, selection, known)):
            named[name][version] = by_
    for name in sorted(named, key=lambda n: (len(n), n) if by == "week" else (0, n)):
        yield name, selection.opinions(named[name])


def _name(
    by: str,
    version: Version,
    said: Mapping[str, Annotation],
    selection: Selection,
    known: Known,
) -> str:
    """The part that an article belongs to; '' where that is not known."""
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
    whole: Iterable[ArticleOpinions], articles: Mapping[str, Article]
) -> Iterator[tuple[str, list[ArticleOpinions]]]:
    kept = list(whole)
    for kind in BLOCK_KINDS:
        part = []
        for each in kept:
            blocks = articles[each.article].blocks
            within = tuple((b.start, b.end) for b in blocks if b.kind == kind)
            if within:
                part.append(replace(each, within=within))
        if part:
            yield kind, part


def _stratum(
    by: str, name: str, part: list[ArticleOpinions], scheme: Scheme, settings: AgreementSection
) -> Stratum:
    found = measure(part, scheme, settings.samples, settings.seed)
    every = found.label("")
    none = Figure(None, why="the scheme has no labels")
    answers = () if by == "kind of block" else ((q.name, q.alpha) for q in found.questions)
    return Stratum(
        by=by,
        name=name,
        articles=found.articles,
        spans=sum(count for _, count in every.spans) if every else 0,
        u=every.u if every else none,
        f1=every.f1 if every else SpanScores(none, none, none, none),
        answers=tuple(answers),
    )
