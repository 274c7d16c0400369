"""What a scheme says of an annotation: what cannot stand, and what an annotator should look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from corpus.records import Annotation, Article, Span
from corpus.scheme import Question, Scheme
from corpus.sentences import sentences


def faults(span: Span, scheme: Scheme) -> list[str]:
    """List why `span` cannot be an answer under `scheme`; an empty list is a good span."""
    label = scheme.label(span.label)
    if label is None:
        return [f"the label {span.label!r} is not in the scheme"]
    found = []
    asked = {attribute.name: attribute for attribute in scheme.attributes_of(span.label)}
    for name, values in span.attributes.items():
        if name not in asked:
            found.append(f"{name!r} is not asked of {span.label!r}")
        else:
            found += misanswered(asked[name], values)
    return found


def misanswered(question: Question, values: tuple[str, ...]) -> list[str]:
    """List what is wrong with `values` as an answer to `question` (or attribute)."""
    offered = ("yes",) if question.type == "flag" else question.value_names
    found = [
        f"{question.name!r} does not offer {value!r}"
        for value in values
        if offered and value not in offered
    ]
    if len(values) > 1 and question.type != "several":
        found.append(f"{question.name!r} has {len(values)} values, one is asked for")
    return found


def remarks(annotation: Annotation, article: Article, scheme: Scheme) -> Iterator[str]:
    """Yield what the guidelines ask to look at: unanswered, crossing a sentence, a wrong block."""
    if annotation.status != "submitted":
        return
    given = {answer.question: answer.values for answer in annotation.answers}
    for question in scheme.questions:
        if question.required and question.name not in given:
            yield f"{question.name!r} is not answered"
    for span in annotation.spans:
        label = scheme.label(span.label)
        if label is None:
            continue
        place = f"{span.label!r} at {span.start}"
        for attribute in scheme.attributes_of(span.label):
            if attribute.required and attribute.name not in span.attributes:
                yield f"{place}: {attribute.name!r} is not answered"
        block = article.block_at(span.start, span.end)
        if block and label.blocks and block.kind not in label.blocks:
            yield f"{place}: stands in a {block.kind}"
        for question_name, values in label.unless.items():
            if set(values) & set(given.get(question_name, ())):
                yield f"{place}: not asked where {question_name!r} is {', '.join(values)}"
        if label.within == "sentence" and block:
            start, end = span.drawn or (span.start, span.end)
            inner = sentences(article.text[block.start : block.end])
            if not any(block.start + s <= start and end <= block.start + e for s, e in inner):
                yield f"{place}: crosses a sentence"


def snapped(span: Span, article: Article, scheme: Scheme) -> Span:
    """Widen `span` to its block where the label says `snap: block`, keeping what was drawn."""
    label = scheme.label(span.label)
    block = article.block_at(span.start, span.end)
    if label is None or label.snap != "block" or block is None:
        return span
    if (block.start, block.end) == (span.start, span.end):
        return span
    return replace(span, start=block.start, end=block.end, drawn=(span.start, span.end))
