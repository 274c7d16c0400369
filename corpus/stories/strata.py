"""What an article is one of, for a draw that shares it out: publisher, labels, answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from corpus.job import Job
from corpus.records import Annotation
from corpus.store import iter_articles, read_annotations


def strata(job: Job, names: Collection[str]) -> dict[str, list[str]]:
    """Return for each article the marks that `names` ask for, as far as they are known."""
    marks: defaultdict[str, list[str]] = defaultdict(list)
    if "publisher" in names:
        for article in iter_articles(job):
            if article.publisher:
                marks[article.id].append(f"publisher {article.publisher}")
    annotations = list(_said(read_annotations(job.annotations)))
    if "labels" in names:
        for each in annotations:
            labels = sorted({span.label for span in each.spans}) or [""]
            marks[each.article] += [f"label {label}" for label in labels]
    questions = {answer.question for each in annotations for answer in each.answers}
    for question in sorted(questions if "answers" in names else questions & set(names)):
        for id_, value in topics(annotations, question).items():
            marks[id_].append(f"{question} {value}")
    return dict(marks)


def topics(annotations: Iterable[Annotation], question: str) -> dict[str, str]:
    """Return each article's answer to `question`: gold's, else that of most, else the first."""
    given: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in _said(annotations):
        for answer in each.answers:
            if answer.question == question and answer.start is None:
                for value in answer.values:
                    given[each.article][value] += 1000 if each.role == "gold" else 1
    return {
        id_: min(count, key=lambda value: (-count[value], value)) for id_, count in given.items()
    }


def _said(annotations: Iterable[Annotation]) -> Iterable[Annotation]:
    """What people said and submitted."""
    for each in annotations:
        if each.role in ("human", "gold") and each.status == "submitted" and each.layer == "spans":
            yield each
