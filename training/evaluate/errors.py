"""The model's errors: what it missed, marked for nothing, cut otherwise or labelled otherwise.

The comparison is agreement's (`corpus.agreement.disagreements`), with the reference and the model
as the two annotators of an article.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from corpus.agreement.disagreements import Disagreement, disagreements
from corpus.measures import Pair
from corpus.records import Annotation, Article, Span
from corpus.scheme import Scheme
from training.evaluate.systems import Test

Kind = Literal["missed", "spurious", "boundary", "label"]
KINDS: tuple[Kind, ...] = get_args(Kind)
REFERENCE, MODEL = "reference", "model"


@dataclass(frozen=True, slots=True)
class Error:
    """One thing that the model sees otherwise, at [`start`, `end`) of an article.

    `label` is the reference's where there is one; `reference` and `model` are the spans in it.
    Several spans where the other side has one are a 'boundary'.
    """

    kind: Kind
    article: Article
    start: int
    end: int
    label: str
    reference: tuple[Span, ...]
    model: tuple[Span, ...]

    @property
    def score(self) -> float | None:
        """The model's score of its surest span in it; None where it has none."""
        return max((s.score for s in self.model if s.score is not None), default=None)


def errors(test: Test, pairs: Sequence[Pair]) -> list[Error]:
    """Return the model's errors in the order of the articles and of their text."""
    return [
        error
        for example, pair in zip(test.examples, pairs, strict=True)
        for error in _of(example.article, pair, test.scheme)
    ]


def counted(found: Sequence[Error]) -> dict[str, dict[str, int]]:
    """Count the errors by kind, then by label."""
    return {
        kind: dict(sorted(Counter(each.label for each in found if each.kind == kind).items()))
        for kind in KINDS
    }


def said(article: Article, pair: Pair, scheme: Scheme) -> dict[str, Annotation]:
    """Return both sides as annotations of the article, without attributes."""
    sides = {REFERENCE: pair.reference, MODEL: pair.predicted}
    roles = {REFERENCE: "gold", MODEL: "model"}
    return {
        name: Annotation(
            id=name,
            article=article.id,
            sha256=article.sha256,
            author=name,
            role=roles[name],
            scheme=scheme.hash,
            spans=tuple(
                replace(span, id=f"{number}", attributes={}) for number, span in enumerate(spans)
            ),
        )
        for name, spans in sides.items()
    }


def _of(article: Article, pair: Pair, scheme: Scheme) -> Iterator[Error]:
    for found in disagreements(list(said(article, pair, scheme).values()), scheme):
        sides = {side.author: side.spans for side in found.sides}
        reference, model = sides[REFERENCE], sides[MODEL]
        label = reference[0].label if reference else found.label
        assert found.start is not None, "spans have places"
        assert found.end is not None, "spans have places"
        kind = _kind(found, bool(reference), bool(model))
        yield Error(kind, article, found.start, found.end, label, reference, model)


def _kind(found: Disagreement, reference: bool, model: bool) -> Kind:  # two facts
    if found.sort == "label":
        return "label"
    if not model:
        return "missed"
    return "boundary" if reference else "spurious"
