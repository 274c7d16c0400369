"""How far settling can be trusted: on articles that several annotated, without one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Literal

from corpus.assignments import read_assignments
from corpus.job import Job
from corpus.measures import Figure, Tally, bootstrap, exact, overlapping
from corpus.prelabels.planted import Plants, planted
from corpus.records import Annotation, Article, Span
from corpus.scheme import Scheme
from corpus.settings import SettlingSection
from corpus.settling.competence import fit
from corpus.settling.decisions import SETTLED
from corpus.settling.settle import settle
from corpus.settling.voters import NOTHING, ballots
from corpus.store import iter_articles, read_annotations

METHODS: tuple[Literal["majority", "matched", "competence"], ...] = (
    "majority",
    "matched",
    "competence",
)
#: An article and the annotations of it that count, one an author.
Work = tuple[Article, Sequence[Annotation]]
#: Which method, against what, of which article, the reference's spans and the method's.
_Compared = tuple[str, str, str, Sequence[Span], Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Check:
    """One method against one kind of reference: its spans, with intervals over articles.

    `precision` and `f1` are by overlap, `exact` is F1 to the character. What is in dispute is not
    settled and so not found: `precision` says how good what was settled is, `f1` how much that is.

    `method` is 'one annotator' for the yardstick: each of the others alone. `against` is 'left out'
    (the annotator whose work was kept from settling) or 'gold' (what a person adjudicated).
    """

    method: str
    against: str
    precision: Figure
    f1: Figure
    exact: Figure
    articles: int


def validate(job: Job) -> list[Check]:
    """Compare every method on the control slice with who was left out, and with adjudicated gold.

    The slice is what the ledger gave to everybody; where it did not, all articles of which three
    annotations are in.
    """
    plants = planted(job)
    gold = {
        (g.article, g.sha256): g
        for g in read_annotations(job.gold)
        if g.author != SETTLED and g.layer == "spans" and g.status == "submitted"
    }
    work = _slice(job, plants)
    true = [(a, gold[a.id, a.sha256].spans) for a, _ in work if (a.id, a.sha256) in gold]
    found = [*_left_out(work, job.scheme, plants), *_against(true, work, job.scheme, plants)]
    return checks(found)


def left_out(work: Sequence[Work], scheme: Scheme, plants: Plants = NOTHING) -> list[Check]:
    """Compare every method with each annotator in turn, whose work was kept from settling.

    At least two others must have annotated the article. The yardstick is each of these others
    alone: settled spans should be nearer to an annotator they have not seen.
    """
    return checks(_left_out(work, scheme, plants))


def checks(found: Sequence[_Compared] | Iterator[_Compared]) -> list[Check]:
    """Add up comparisons: an article is one unit of the bootstrap, whoever was left out."""
    tallies: defaultdict[tuple[str, str], defaultdict[str, tuple[Tally, Tally]]]
    tallies = defaultdict(lambda: defaultdict(lambda: (Tally(), Tally())))
    for method, against, article, true, made in found:
        of = tallies[method, against]
        strict, loose = of[article]
        of[article] = strict + exact(true, made), loose + overlapping(true, made)
    made_ = []
    for (method, against), of in sorted(tallies.items(), key=lambda item: item[0][::-1]):
        precision, _, f1 = bootstrap([loose for _, loose in of.values()])
        _, _, strict_f1 = bootstrap([strict for strict, _ in of.values()])
        made_.append(Check(method, against, precision, f1, strict_f1, len(of)))
    return made_


def _left_out(work: Sequence[Work], scheme: Scheme, plants: Plants) -> Iterator[_Compared]:
    enough = [(article, said) for article, said in work if len(said) > 2]
    for article, said in enough:
        for one, other in permutations(said, 2):
            yield "one annotator", "left out", article.id, one.spans, other.spans
    for author in sorted({a.author for _, said in enough for a in said}):
        own = [(article, a.spans) for article, said in enough for a in said if a.author == author]
        rest = [
            (article, [a for a in said if a.author != author])
            for article, said in enough
            if any(a.author == author for a in said)
        ]
        for row in _against(own, rest, scheme, plants):
            yield row[0], "left out", *row[2:]


def _against(
    true: Sequence[tuple[Article, Sequence[Span]]],
    work: Sequence[Work],
    scheme: Scheme,
    plants: Plants,
) -> Iterator[_Compared]:
    """Settle by every method and compare; the competence model knows all of `work`, no more."""
    said = {(article.id, article.sha256): annotations for article, annotations in work}
    model = fit(work, scheme, plants)
    for method in METHODS:
        settings = SettlingSection(method=method)
        for article, spans in true:
            given = said[article.id, article.sha256]
            made = settle(article, given, scheme, settings, model, plants)
            yield method, "gold", article.id, spans, made.spans


def _slice(job: Job, plants: Plants) -> list[Work]:
    """The control slice with who has a vote; or whatever three people annotated."""
    control = {
        (a.article, a.sha256)
        for a in read_assignments(job.assignments)
        if a.kind == "control" and not a.taken
    }
    said: defaultdict[tuple[str, str], list[Annotation]] = defaultdict(list)
    for annotation in read_annotations(job.annotations):
        said[annotation.article, annotation.sha256].append(annotation)
    found: list[Work] = []
    for article in iter_articles(job):
        version = article.id, article.sha256
        voters = [b.annotation for b in ballots(article, said[version], job.scheme, plants)]
        if version in control or (not control and len(voters) > 2):
            found.append((article, voters))
    return found
