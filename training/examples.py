"""What a model learns from and is compared with: articles and what annotators said of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.measures import majority
from corpus.records import Annotation, Article, Span
from corpus.scheme import Label, Scheme
from corpus.store import read_annotations, read_articles


@dataclass(frozen=True, slots=True)
class Example:
    """One version of an article with one annotation an annotator."""

    article: Article
    opinions: tuple[Annotation, ...]

    def asked(self, label: Label) -> tuple[Annotation, ...]:
        """Return the opinions of those who were asked `label` (see its `unless`)."""
        return tuple(opinion for opinion in self.opinions if _asked(opinion, label))

    def reference(self, scheme: Scheme) -> tuple[Span, ...]:
        """Return the spans whose characters at least half of those asked covered.

        With two annotators that is what either of them marked. A label that nobody was asked has
        none.
        """
        spans = []
        for label in scheme.labels:
            opinions = [
                [(span.start, span.end) for span in opinion.spans if span.label == label.name]
                for opinion in self.asked(label)
            ]
            spans += [
                Span(f"{label.name}:{start}", start, end, label.name)
                for start, end in majority(opinions)
            ]
        return tuple(spans)


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples of a job, by article id, and how many annotations were left out and why."""

    items: dict[str, Example]
    left_out: dict[str, int]

    def of(self, ids: Iterable[str]) -> list[Example]:
        """Return the examples of `ids` that are there, in that order."""
        return [self.items[id_] for id_ in ids if id_ in self.items]


def read_examples(job: Job) -> Examples:
    """Read what the job's annotators said of the latest version of its articles.

    Raises:
        PressmarkError: there is no annotation that can be used; the message says why not.
    """
    articles = {article.id: article for article in read_articles(job)}
    used: defaultdict[str, dict[str, Annotation]] = defaultdict(dict)
    left_out: Counter[str] = Counter()
    annotations = read_annotations(job.annotations)
    for annotation in sorted(annotations, key=lambda a: (a.when, a.id)):
        if reason := _unusable(annotation, articles.get(annotation.article), job.scheme):
            left_out[reason] += 1
            continue
        if annotation.author in used[annotation.article]:
            left_out["an older annotation of the same article by the same annotator"] += 1
        used[annotation.article][annotation.author] = annotation
    if not used:
        why = "; ".join(f"{count} left out: {reason}" for reason, count in left_out.items())
        raise PressmarkError(
            f"{job.annotations}: no annotation to use ({why or 'the log is empty'});"
            " annotate, then run 'pressmark pull'"
        )
    items = {
        id_: Example(article, tuple(used[id_][author] for author in sorted(used[id_])))
        for id_, article in articles.items()
        if id_ in used
    }
    return Examples(items, dict(left_out))


def _unusable(annotation: Annotation, article: Article | None, scheme: Scheme) -> str:
    """Why `annotation` teaches nothing; empty where it does."""
    if annotation.layer != "spans":
        return f"of the layer {annotation.layer}"
    if annotation.role != "human":
        return f"by a {annotation.role}"
    if annotation.status != "submitted":
        return annotation.status
    if article is None:
        return "of an article that is not in the job"
    if annotation.sha256 != article.sha256:
        return "of an older version of the text"
    if annotation.scheme != scheme.hash:
        return "made under another scheme"
    if annotation.covers:
        return "of a part of the article only"
    return ""


def _asked(opinion: Annotation, label: Label) -> bool:
    return not any(
        set(answer.values) & set(label.unless.get(answer.question, ()))
        for answer in opinion.answers
    )
