"""What other jobs teach beside one (`training.corpora`), without what it is measured on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.job import Job, open_job
from corpus.records import Article
from corpus.store import iter_articles
from corpus.stories.duplicates import find_clusters
from corpus.stories.placements import placements
from corpus.stories.splits import Split
from corpus.takedown import is_taken_down, read_takedown
from training.examples import read_examples
from training.parts import parted
from training.rows import Taught

#: What the ledger calls the articles that teach.
TRAIN = "train"


@dataclass(frozen=True, slots=True)
class Beside:
    """What other jobs teach, each under its own scheme; `notes` say what of them was left out."""

    taught: tuple[Taught, ...] = ()
    notes: tuple[str, ...] = ()


def beside(job: Job, parts: Split) -> Beside:
    """Read what the jobs that `training.corpora` names teach beside this one: their train parts.

    Another job draws its own parts, so what it teaches may be what this one tests on. What this job
    tests or tunes on or holds out, by `parts` and its ledger, is left out, as it is or in another
    version of its story, and so is whatever is on the take-down list of either. What this job
    teaches too is taught under both schemes: each knows its kin, which a fold goes without.

    Raises:
        PressmarkError: one of the folders is no job, or has nothing to teach.
    """
    listed = read_takedown(job.takedown)
    found, notes = [], []
    for folder in job.settings.training.corpora:
        other = open_job(job.folder / folder)
        examples, theirs = parted(other, read_examples(other))
        all_ = examples.of(theirs.train)
        let = [each for each in all_ if not is_taken_down(each.article, listed)]
        if len(let) < len(all_):
            down = len(all_) - len(let)
            notes.append(f"{folder}: {down} articles are on this job's take-down list: not taught")
        found.append((folder, other.scheme, let))
    kin = iter(_kin(job, [each.article for *_, let in found for each in let]))
    closed, taught = _closed(job, parts), []
    for folder, scheme, let in found:
        known = {each.article.id: next(kin) for each in let}
        kept = [each for each in let if closed.isdisjoint(known[each.article.id])]
        if len(kept) < len(let):
            same = len(let) - len(kept)
            notes.append(
                f"{folder}: {same} articles are not to be taught here: they, or versions of them,"
                " are tested or tuned on, or held out"
            )
        if kept:
            of = {each.article.id: known[each.article.id] for each in kept}
            taught.append(Taught(scheme, kept, {id_: own for id_, own in of.items() if own}))
        else:
            notes.append(f"{folder}: nothing of it is left to teach")
    return Beside(tuple(taught), tuple(notes))


def _closed(job: Job, parts: Split) -> set[str]:
    """The job's articles that nothing may be taught of."""
    placed = {id_ for id_, use in placements(job).items() if use != TRAIN}
    return {*parts.validation, *parts.test, *placed}


def _kin(job: Job, others: Sequence[Article]) -> list[tuple[str, ...]]:
    """Return for each of `others` the job's articles that have its text or a version of its story.

    These are sorted ids.
    """
    if not others:
        return []
    texts: defaultdict[str, set[str]] = defaultdict(set)

    def renamed() -> Iterator[Article]:  # two jobs may number their articles alike
        for article in iter_articles(job):
            texts[article.sha256].add(article.id)
            yield replace(article, id=f"own {article.id}")
        for number, article in enumerate(others):
            yield replace(article, id=f"other {number}")

    of = find_clusters(renamed()).of
    own: defaultdict[str, set[str]] = defaultdict(set)
    for id_, cluster in of.items():
        if id_.startswith("own "):
            own[cluster].add(id_.removeprefix("own "))
    return [
        tuple(sorted(own[of[f"other {number}"]] | texts[article.sha256]))
        for number, article in enumerate(others)
    ]
