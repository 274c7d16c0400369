"""What several people say of one stretch of text: places, and who marked which and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus.looking.display import safe
from corpus.records import Annotation, Block, Span


@dataclass(frozen=True, slots=True)
class Mark:
    """What one author marked: a span, or the place of an answer about less than the article."""

    author: str
    start: int
    end: int
    label: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch under one label and who marked it; `by` maps authors to what they said of it."""

    start: int
    end: int
    label: str
    by: dict[str, str]


def drawn(annotations: Iterable[Annotation]) -> list[Annotation]:
    """Return those whose marks stand beneath the text: spans, neither skipped nor withdrawn."""
    return [a for a in annotations if a.layer == "spans" and a.status in ("submitted", "draft")]


def name_of(annotation: Annotation) -> str:
    """Return what the author is called on the page: a prediction by its run."""
    name = annotation.author if annotation.role in ("human", "gold") else annotation.run
    return safe(name or annotation.author) + (" (draft)" if annotation.status == "draft" else "")


def marks_of(annotation: Annotation) -> Iterator[Mark]:
    """Yield what an annotation marks."""
    author = name_of(annotation)
    for span in annotation.spans:
        yield Mark(author, span.start, span.end, safe(span.label), _said(span))
    for answer in annotation.answers:
        if answer.start is not None and answer.end is not None:
            told = safe(f"{answer.question}: {', '.join(answer.values)}")
            yield Mark(author, answer.start, answer.end, told)


def places_in(block: Block, marks: Sequence[Mark]) -> list[Place]:
    """Return the places that share a character with the block, in order."""
    found: dict[tuple[int, int, str], dict[str, str]] = {}
    for mark in marks:
        if mark.start < block.end and block.start < mark.end:
            by = found.setdefault((mark.start, mark.end, mark.label), {})
            by[mark.author] = mark.told
    return [Place(*key, by) for key, by in sorted(found.items())]


def others_say(place: Place, places: Sequence[Place], authors: Sequence[str]) -> Iterator[str]:
    """Yield what each of the authors who did not mark the place marked there, or that they did not.

    Places are named by their number in `places`, from 1.
    """
    silent = []
    for author in authors:
        if author in place.by:
            continue
        near = [
            (number, other)
            for number, other in enumerate(places, 1)
            if author in other.by and other.start < place.end and place.start < other.end
        ]
        near.sort(key=lambda pair: pair[1].label != place.label)
        if near:
            number, other = near[0]
            what = "other words" if other.label == place.label else other.label
            yield f"{author}: {what} ({key(number)})"
        else:
            silent.append(author)
    if silent:
        yield f"not {', '.join(silent)}"


def key(number: int) -> str:
    """Return the sign of the place of that number; they have one column each."""
    signs = "123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return signs[number - 1] if number <= len(signs) else "+"


def _said(span: Span) -> str:
    parts = [] if span.score is None else [f"{span.score:.2f}"]
    parts += [safe(f"{name} {', '.join(values)}") for name, values in span.attributes.items()]
    parts += [span.origin] if span.origin != "drawn" else []
    return "; ".join(parts)
