"""The gold that annotators qualify on, and who has qualified: a ledger of decisions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

from corpus.errors import PressmarkError
from corpus.files import append_lines, read_lines
from corpus.job import Job, now
from corpus.records import Annotation
from corpus.store import read_annotations


@dataclass(frozen=True, slots=True)
class Decision:
    """That an annotator reached the pass mark, with what they reached."""

    annotator: str
    f1: float
    pass_mark: float
    articles: int
    scheme: str
    when: str = ""
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Retry:
    """That the lead lets an annotator try again, and the versions of articles they failed on."""

    annotator: str
    versions: tuple[tuple[str, str], ...]
    f1: float
    when: str = ""


def gold(job: Job) -> list[Annotation]:
    """Return the job's gold, one annotation a version of an article, in order of first arrival.

    From gold.jsonl, and what a published corpus brought in. Gold of a part of an article, and under
    a label that the scheme has not (any more), is none to learn from.
    """
    found: dict[tuple[str, str], Annotation] = {}
    rows = [*read_annotations(job.annotations), *read_annotations(job.gold)]
    for each in rows:
        known = {span.label for span in each.spans} <= set(job.scheme.label_names)
        whole = each.layer == "spans" and each.status == "submitted" and not each.covers
        if each.role == "gold" and whole and known:
            found[each.article, each.sha256] = each
    return list(found.values())


def to_learn_from(
    job: Job, barred: Collection[str] = (), begun: Collection[str] = (), who: str = ""
) -> list[Annotation]:
    """Return the gold of `campaign.qualification` articles, those with spans first.

    Args:
        job: the job.
        barred: ids of articles that the learner knows or will meet in the work.
        begun: ids of articles that the learner has begun: more gold does not change them.
        who: the learner, for the message.

    Raises:
        PressmarkError: the job has not that much gold, or not that much that the learner is to see.
    """
    wanted, there = job.settings.campaign.qualification, gold(job)
    if len(there) < wanted:
        raise PressmarkError(
            f"{job.folder / 'pressmark.yaml'}: 'campaign.qualification' asks for {wanted} articles"
            f" of gold, there are {len(there)}: adjudicate or import some, or lower it"
        )
    free = [each for each in there if each.article not in barred]
    if len(free) < wanted:
        raise PressmarkError(
            f"{job.folder / 'pressmark.yaml'}: 'campaign.qualification' asks for {wanted} articles"
            f" of gold, and {len(free)} are new to {who or 'the learner'}: adjudicate or import"
            " more, or admit them with 'qualified: true'"
        )
    return sorted(free, key=lambda each: (each.article not in begun, not each.spans))[:wanted]


def qualified(job: Job) -> set[str]:
    """Return who may work: who reached the mark once, and whom the lead calls `qualified`."""
    by_word = {name for name, person in job.settings.people.items() if person.qualified}
    return by_word | {decision.annotator for decision in decisions(job)}


def decisions(job: Job) -> list[Decision]:
    """Return who reached the mark, in the order in which they did.

    Raises:
        PressmarkError: a line of qualified.jsonl is none of ours.
    """
    path = job.folder / "qualified.jsonl"
    found = []
    for number, row in enumerate(read_lines(path), 1):
        try:
            found.append(Decision(**row))
        except TypeError as error:
            raise PressmarkError(f"{path}:{number}: no decision ({error})") from None
    return found


def retries(job: Job) -> list[Retry]:
    """Return who was let try again, in the order in which they were.

    Raises:
        PressmarkError: a line of retries.jsonl is none of ours.
    """
    path = job.folder / "retries.jsonl"
    found = []
    for number, row in enumerate(read_lines(path), 1):
        try:
            versions = tuple((str(id_), str(sha256)) for id_, sha256 in row["versions"])
            found.append(Retry(**{**row, "versions": versions}))
        except (TypeError, KeyError, ValueError) as error:
            raise PressmarkError(f"{path}:{number}: no retry ({error})") from None
    return found


def let_try_again(job: Job, retry: Retry) -> None:
    """Write down that an annotator may try again, on other gold.

    Raises:
        PressmarkError: there is not enough gold that they have not seen.
    """
    seen = {id_ for each in [*retries(job), retry] for id_, _ in each.versions
            if each.annotator == retry.annotator}  # fmt: skip
    to_learn_from(job, seen, who=retry.annotator)
    append_lines(job.folder / "retries.jsonl", [{**asdict(retry), "when": now()}])


def admit(job: Job, reached: list[Decision]) -> list[Decision]:
    """Write down who reached the mark; who did before stays as they are. Return the new ones."""
    before = {decision.annotator for decision in decisions(job)}
    fresh = [each for each in reached if each.annotator not in before]
    rows = ({**asdict(each), "when": now()} for each in fresh)
    append_lines(job.folder / "qualified.jsonl", rows)
    return fresh
