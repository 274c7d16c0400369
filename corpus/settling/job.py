"""Settling a job: gold of what the votes decide, disputes of the rest, and every vote kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from corpus.assignments import read_assignments
from corpus.dataset import annotation_row
from corpus.errors import PressmarkError
from corpus.files import read_lines, write_lines
from corpus.job import Job
from corpus.prelabels.planted import planted
from corpus.progress import Progress, silent
from corpus.records import Annotation, Article
from corpus.settling.audit import drawn
from corpus.settling.decisions import (
    SETTLED,
    Decision,
    Settled,
    decision_of,
    decision_row,
    digest,
)
from corpus.settling.disputes import Dispute, append_disputes, dispute_id, read_disputes
from corpus.settling.settle import at_issue, dispute_of, settle
from corpus.store import append_annotations, iter_articles, read_annotations

if TYPE_CHECKING:
    from corpus.settling.competence import Competence

Version = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What settling a job came to, articles first.

    `settled` articles have gold that nobody had to adjudicate, `disputed` ones wait, `adjudicated`
    ones have a person's gold, `waiting` ones lack the annotations of some they were given to,
    `single` ones have one annotation or none that counts. `decisions` counts units by result,
    `reasons` the open ones by why (one may have several). `fresh` disputes came up, `gone` ones
    fell away, `audits` were drawn.
    """

    settled: int = 0
    disputed: int = 0
    adjudicated: int = 0
    waiting: int = 0
    single: int = 0
    decisions: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    fresh: int = 0
    gone: int = 0
    audits: int = 0


def settle_job(job: Job, progress: Progress = silent, *, dry: bool = False) -> Outcome:
    """Settle every article whose annotations are in; the same again changes nothing.

    An article is settled anew when its annotations, the scheme or the settings change: what a new
    annotation says reopens its own article and no other. Gold that a person adjudicated is never
    touched; what comes up against it is a new dispute. Articles wholly settled go to gold.jsonl,
    disputes and the audit's draw to disputes.jsonl, every vote to votes.jsonl. With `dry` nothing
    is written.

    Raises:
        PressmarkError: a file of the job cannot be read.
    """
    work = _Work(job)
    made = [work.one(article) for article in _told(work.articles(), progress)]
    written = [each for each in made if each.settled is not None]
    disputes = [dispute for each in written for dispute in each.disputes]
    if not dry:
        job.keep_scheme()
        append_annotations(job.gold, [gold for each in written for gold in each.gold])
        append_disputes(job, disputes)
        _write_votes(job, made)
    return _outcome(made, disputes)


def read_votes(job: Job) -> list[Decision]:
    """Return every decision of votes.jsonl with everybody's vote.

    Raises:
        PressmarkError: a line is no decision.
    """
    return [decision for _, decision in _vote_rows(job)]


@dataclass(frozen=True, slots=True)
class _One:
    """One article: what it is called in the outcome, and what is written of it.

    `settled` is None where nothing changed or it is not settled yet.
    """

    version: Version
    kind: str
    basis: str
    decisions: Sequence[Decision]
    settled: Settled | None = None
    gold: Sequence[Annotation] = ()
    disputes: Sequence[Dispute] = ()


class _Work:
    """What settling reads of a job, by article version."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.said: defaultdict[Version, list[Annotation]] = defaultdict(list)
        for annotation in read_annotations(job.annotations):
            if annotation.layer == "spans" and annotation.role == "human":
                self.said[annotation.article, annotation.sha256].append(annotation)
        self.golds: defaultdict[Version, list[Annotation]] = defaultdict(list)
        for gold in read_annotations(job.gold):
            if gold.layer == "spans":
                self.golds[gold.article, gold.sha256].append(gold)
        self.disputes = {each.id: each for each in read_disputes(job)}
        self.by_version: defaultdict[Version, list[Dispute]] = defaultdict(list)
        for dispute in self.disputes.values():
            self.by_version[dispute.version].append(dispute)
        self.before: dict[Version, tuple[str, list[Decision]]] = {}
        for basis, decision in _vote_rows(job):
            version = decision.article, decision.sha256
            self.before.setdefault(version, (basis, []))[1].append(decision)
        self.expected: defaultdict[Version, set[tuple[str, int]]] = defaultdict(set)
        for row in read_assignments(job.assignments):
            if not row.taken and (row.occasion == 1 or row.kind == "again"):
                self.expected[row.article, row.sha256].add((row.annotator, row.occasion))
        self.plants = planted(job)
        self.shown: defaultdict[Version, list[dict[str, object]]] = defaultdict(list)
        for exposure in self.plants.exposures:
            self.shown[exposure.article, exposure.sha256].append(asdict(exposure))
        self.competence = self._competence()

    def articles(self) -> Iterator[Article]:
        """Yield the articles that have annotations, and those settled before."""
        for article in iter_articles(self.job):
            version = article.id, article.sha256
            if version in self.said or version in self.by_version or version in self.golds:
                yield article

    def one(self, article: Article) -> _One:
        """Settle one article, unless it is as it was."""
        version = article.id, article.sha256
        said = self.said[version]
        basis = self._basis(version)
        before, decisions = self.before.get(version, ("", []))
        human = any(g.author != SETTLED and g.status == "submitted" for g in self.golds[version])
        if self._missing(version) and not human:
            return _One(version, "waiting", before, decisions)
        if before == basis and not self._lost(version, decisions):
            return _One(version, self._kind(version, human=human), basis, decisions)
        found = settle(
            article,
            said,
            self.job.scheme,
            self.job.settings.settling,
            self.competence,
            self.plants,
        )
        disputes = list(self._disputes(version, found, human=human))
        gold = [] if human else list(self._gold(version, found))
        kind = "adjudicated" if human else "settled" if found.gold else "disputed"
        if any(d.state == "open" for d in disputes):
            kind = "disputed"
        kind = kind if found.votes or found.gold or human else "single"
        return _One(version, kind, basis, found.votes, found, gold, disputes)

    def _lost(self, version: Version, decisions: Iterable[Decision]) -> bool:
        """Whether something was left open and no dispute says so: disputes.jsonl lost its end."""
        known = [dispute.disagreement for dispute in self.by_version[version]]
        left = (decision for decision in decisions if decision.result == "open")
        return any(not any(at_issue(each, decision) for each in known) for decision in left)

    def _kind(self, version: Version, *, human: bool) -> str:
        if any(d.state == "open" for d in self.by_version[version]):
            return "disputed"
        return "adjudicated" if human else "settled"

    def _missing(self, version: Version) -> set[tuple[str, int]]:
        """Who was given the article, or a second look at it, and has not finished it."""
        done = {
            (a.author, a.occasion)
            for a in self.said[version]
            if a.status in ("submitted", "skipped")
        }
        return self.expected[version] - done

    def _basis(self, version: Version) -> str:
        """A name of all that a decision depends on, but for the other articles."""
        settings = self.job.settings.settling
        rows = sorted((annotation_row(a) for a in self.said[version]), key=lambda row: row["id"])
        how = settings.method, settings.threshold, self.job.scheme.hash
        return digest(rows, how, sorted(map(digest, self.shown[version])))

    def _gold(self, version: Version, found: Settled) -> Iterator[Annotation]:
        """Yield what gold.jsonl gets: the gold, or a withdrawal of what was settled before."""
        if found.gold:
            yield found.gold
            return
        for gold in self.golds[version]:
            if gold.author == SETTLED and gold.status == "submitted":
                yield replace(gold, status="withdrawn")

    def _disputes(self, version: Version, found: Settled, *, human: bool) -> Iterator[Dispute]:
        """Yield the disputes that are new, those that are gone and the audit's draw."""
        now = {dispute_id(d): Dispute(dispute_id(d), d, "open") for d in found.disputes}
        settings = self.job.settings.settling
        if not human:
            for decision in drawn(found.votes, settings.audit, settings.seed):
                seen = dispute_of(decision, self.said[version])
                id_ = dispute_id(seen, "audit")
                now[id_] = Dispute(id_, seen, "audit", decision=decision)
        for id_, dispute in now.items():
            known = self.disputes.get(id_)
            if known is None or known.state == "gone":
                yield dispute
        for known in self.by_version[version]:
            if known.id not in now and known.state in ("open", "audit"):
                yield replace(known, state="gone", when="")

    def _competence(self) -> Competence | None:
        if self.job.settings.settling.method != "competence":
            return None
        from corpus.settling.competence import fit

        pairs = [(a, self.said[a.id, a.sha256]) for a in iter_articles(self.job)]
        return fit([p for p in pairs if p[1]], self.job.scheme, self.plants)


def _vote_rows(job: Job) -> Iterator[tuple[str, Decision]]:
    for number, row in enumerate(read_lines(job.votes), 1):
        try:
            yield row["basis"], decision_of(row)
        except (KeyError, TypeError, ValueError) as error:
            raise PressmarkError(
                f"{job.votes}:{number}: no decision ({error!r}); take the file away, settling"
                " writes it again"
            ) from None


def _write_votes(job: Job, made: Iterable[_One]) -> None:
    """Replace votes.jsonl where it would change, last: a kill before it settles again."""
    rows = [{**decision_row(d), "basis": one.basis} for one in made for d in one.decisions]
    if rows != list(read_lines(job.votes)):
        write_lines(job.votes, rows)


def _told(articles: Iterable[Article], progress: Progress) -> Iterator[Article]:
    for number, article in enumerate(articles):
        progress("settling", number, 0)
        yield article


def _outcome(made: Sequence[_One], disputes: Sequence[Dispute]) -> Outcome:
    kinds = Counter(one.kind for one in made)
    decisions = [d for one in made for d in one.decisions]
    states = Counter(d.state for d in disputes)
    return Outcome(
        **{
            kind: kinds[kind]
            for kind in ("settled", "disputed", "adjudicated", "waiting", "single")
        },
        decisions=dict(sorted(Counter(d.result for d in decisions).items())),
        reasons=dict(sorted(Counter(w for d in decisions for w in _whys(d)).items())),
        fresh=states["open"],
        gone=states["gone"],
        audits=states["audit"],
    )


def _whys(decision: Decision) -> list[str]:
    """Why a decision is open, each attribute by itself."""
    if decision.result != "open":
        return []
    what, _, names = decision.why.partition(" ")
    return [f"{what} {name}" for name in names.split(", ")] if names else [what]
