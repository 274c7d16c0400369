"""What annotators noted down for others: comments, questions, doubts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpus.agreement.disagreements import NOTES
from corpus.agreement.selection import pseudonym
from corpus.records import Annotation
from corpus.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Remark:
    """One note: on a span, or on the article (then without span, place and label).

    `name` is the attribute's or question's name; `values` are the words of a comment, or 'yes' of
    a flag such as 'unsure'.
    """

    author: str
    annotation: str
    article: str
    sha256: str
    span: str
    start: int | None
    end: int | None
    label: str
    name: str
    values: tuple[str, ...]


def remarks_of(annotations: Iterable[Annotation], scheme: Scheme) -> list[Remark]:
    """Return the texts and flags that people gave, in the order of articles, places and authors.

    Withdrawn annotations are left out; those skipped are not, since a comment may say why.
    """
    found = [
        remark
        for annotation in annotations
        if annotation.role == "human" and annotation.status != "withdrawn"
        for remark in _remarks(annotation, scheme)
    ]
    return sorted(found, key=lambda r: (r.article, r.sha256, r.start or 0, r.author, r.name))


def _remarks(annotation: Annotation, scheme: Scheme) -> Iterator[Remark]:
    who = pseudonym(annotation.author), annotation.id, annotation.article, annotation.sha256
    notes = {a.name for a in scheme.attributes if a.type in NOTES}
    for span in annotation.spans:
        for name in sorted(notes & span.attributes.keys()):
            said = span.attributes[name]
            yield Remark(*who, span.id, span.start, span.end, span.label, name, said)
    asked = {q.name for q in scheme.questions if q.type in NOTES}
    for answer in annotation.answers:
        if answer.question in asked:
            yield Remark(*who, "", answer.start, answer.end, "", answer.question, answer.values)
