"""What an adjudicator begins with: what is settled of an article, by vote or by a person before."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from corpus.job import Job
from corpus.prelabels.planted import planted
from corpus.records import Annotation, Article
from corpus.settling.decisions import SETTLED, gold_id
from corpus.settling.settle import settle
from corpus.store import iter_articles, read_annotations

if TYPE_CHECKING:
    from corpus.settling.competence import Competence


class Starts:
    """The settled part of any article of a job."""

    def __init__(self, job: Job) -> None:
        """Read the job's annotations and gold."""
        self._job = job
        self._said: defaultdict[tuple[str, str], list[Annotation]] = defaultdict(list)
        for annotation in read_annotations(job.annotations):
            if annotation.layer == "spans" and annotation.role == "human":
                self._said[annotation.article, annotation.sha256].append(annotation)
        self._gold = {
            (gold.article, gold.sha256): gold
            for gold in read_annotations(job.gold)
            if gold.status == "submitted" and gold.author != SETTLED
        }
        self._planted = planted(job)

    def of(self, article: Article) -> Annotation:
        """Return what stands of the article: gold, to be completed."""
        version = article.id, article.sha256
        if gold := self._gold.get(version):
            return gold
        said = self._said[version]
        settings, scheme = self._job.settings.settling, self._job.scheme
        found = settle(article, said, scheme, settings, self._competence, self._planted)
        parents = {vote.annotation for decision in found.votes for vote in decision.votes}
        return Annotation(
            id=gold_id(*version),
            article=article.id,
            sha256=article.sha256,
            author=SETTLED,
            role="gold",
            scheme=scheme.hash,
            spans=found.spans,
            answers=found.answers,
            parents=tuple(sorted(parents)),
        )

    @cached_property
    def _competence(self) -> Competence | None:
        if self._job.settings.settling.method != "competence":
            return None
        from corpus.settling.competence import fit

        pairs = [(a, self._said[a.id, a.sha256]) for a in iter_articles(self._job)]
        return fit([pair for pair in pairs if pair[1]], self._job.scheme, self._planted)
