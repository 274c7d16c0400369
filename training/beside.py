"""What other jobs teach beside one (`training.corpora`), without the articles that are its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.job import Job, open_job
from corpus.records import Article
from corpus.store import iter_articles
from corpus.stories.duplicates import find_clusters
from corpus.takedown import is_taken_down, read_takedown
from training.examples import read_examples
from training.parts import parted
from training.rows import Taught


@dataclass(frozen=True, slots=True)
class Beside:
    """What other jobs teach, each under its own scheme; `notes` say what of them was left out."""

    taught: tuple[Taught, ...] = ()
    notes: tuple[str, ...] = ()


def beside(job: Job) -> Beside:
    """Read what the jobs that `training.corpora` names teach beside this one: their train parts.

    Another job draws its own parts, so what it teaches may be what this one tests on. Every article
    that this job has too is left out, as it is or in another version of its story, and so is
    whatever is on the take-down list of either.

    Raises:
        PressmarkError: one of the folders is no job, or has nothing to teach.
    """
    listed = read_takedown(job.takedown)
    found, notes = [], []
    for folder in job.settings.training.corpora:
        other = open_job(job.folder / folder)
        examples, parts = parted(other, read_examples(other))
        theirs = examples.of(parts.train)
        let = [each for each in theirs if not is_taken_down(each.article, listed)]
        if len(let) < len(theirs):
            down = len(theirs) - len(let)
            notes.append(f"{folder}: {down} articles are on this job's take-down list: not taught")
        found.append((folder, other.scheme, let))
    kept = iter(_foreign(job, [each.article for *_, let in found for each in let]))
    taught = []
    for folder, scheme, let in found:
        apart = [each for each in let if next(kept)]
        if len(apart) < len(let):
            same = len(let) - len(apart)
            notes.append(f"{folder}: {same} articles are this job's too, or versions: not taught")
        if apart:
            taught.append(Taught(scheme, apart))
        else:
            notes.append(f"{folder}: nothing of it is left to teach")
    return Beside(tuple(taught), tuple(notes))


def _foreign(job: Job, others: Sequence[Article]) -> list[bool]:
    """Tell of each of `others` whether the job has neither its text nor a version of its story."""
    if not others:
        return []
    texts: set[str] = set()

    def renamed() -> Iterator[Article]:  # two jobs may number their articles alike
        for article in iter_articles(job):
            texts.add(article.sha256)
            yield replace(article, id=f"own {article.id}")
        for number, article in enumerate(others):
            yield replace(article, id=f"other {number}")

    of = find_clusters(renamed()).of
    own = {cluster for id_, cluster in of.items() if id_.startswith("own ")}
    return [
        of[f"other {number}"] not in own and article.sha256 not in texts
        for number, article in enumerate(others)
    ]
