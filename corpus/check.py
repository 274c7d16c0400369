"""What a scheme says of an annotation: what cannot stand, and what an annotator should look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from corpus.records import Annotation, Article, Block, Span
from corpus.scheme import Label, Question, Scheme
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
        start, end = span.drawn or (span.start, span.end)
        touched = article.blocks_at(start, end)
        yield from (f"{place}: {told}" for told in _misplaced(span, label, touched, scheme))
        for question_name, values in label.unless.items():
            if set(values) & set(given.get(question_name, ())):
                yield f"{place}: not asked where {question_name!r} is {', '.join(values)}"
        if label.within == "sentence" and not _in_a_sentence(start, end, article):
            yield f"{place}: crosses a sentence"


def _misplaced(
    span: Span, label: Label, touched: tuple[Block, ...], scheme: Scheme
) -> Iterator[str]:
    """Yield what the kinds of block under a span do not allow."""
    kinds = {block.kind for block in touched}
    if label.blocks and (wrong := kinds - set(label.blocks)):
        yield f"stands in a {', '.join(sorted(wrong))}"
    if label.snap and len(touched) > 1:
        yield f"was drawn over {len(touched)} blocks"
    for attribute in scheme.attributes_of(span.label):
        for value in attribute.values:
            allowed = not value.blocks or kinds & set(value.blocks)
            if not allowed and value.name in span.attributes.get(attribute.name, ()):
                yield f"{value.name!r} is only for a {' or '.join(value.blocks)}"


def _in_a_sentence(start: int, end: int, article: Article) -> bool:
    for block in article.blocks_at(start, end):
        text = article.text[block.start : block.end]
        for first, last in sentences(text, article.language.partition("-")[0]):
            if block.start + first <= start and end <= block.start + last:
                return True
    return False


def snapped(span: Span, article: Article, scheme: Scheme) -> Span:
    """Widen `span` to its block where the label says `snap: block`, keeping what was drawn.

    Of several blocks it is the one that holds most of the span, of a kind where the label may
    stand if there is one.
    """
    label = scheme.label(span.label)
    if label is None or label.snap != "block":
        return span
    touched = article.blocks_at(span.start, span.end)
    if not touched:
        return span
    may = [block for block in touched if not label.blocks or block.kind in label.blocks] or touched
    block = max(may, key=lambda b: min(b.end, span.end) - max(b.start, span.start))
    if (block.start, block.end) == (span.start, span.end):
        return span
    return replace(span, start=block.start, end=block.end, drawn=(span.start, span.end))
