"""The words of these tests: what invented annotators say of invented articles, in a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import strategies as st

from corpus.agreement.measure import measure
from corpus.agreement.opinions import ArticleOpinions
from corpus.agreement.results import CodedAgreement, Measured, SpanAgreement
from corpus.records import Annotation, Answer, Span
from corpus.scheme import Scheme
from tests.speech import scheme as small

Opinions = list[ArticleOpinions]
#: Of a label: (start, end), each with its attributes if it has any.
Said = Mapping[str, Sequence[tuple[int, int] | tuple[int, int, dict[str, str]]]]
SCHEME: Scheme = small()
LABELS = SCHEME.label_names
LENGTH = 60
#: Ten words of five letters and the spaces between them.
WORDS = tuple((start, start + 5) for start in range(0, LENGTH, 6))


def said(author: str, marks: Said | None = None, article: str = "a1", **answers: str) -> Annotation:
    """One annotator's spans by label, and answers."""
    spans = [
        Span(f"{label}{n}", mark[0], mark[1], label, _attributes(*mark[2:]))
        for label, places in (marks or {}).items()
        for n, mark in enumerate(places)
    ]
    return Annotation(
        f"{article}-{author}",
        article,
        "0" * 64,
        author,
        "human",
        SCHEME.hash,
        tuple(spans),
        tuple(Answer(name, tuple(value.split("+"))) for name, value in answers.items()),
    )


def _attributes(given: dict[str, str] | None = None) -> dict[str, tuple[str, ...]]:
    return {name: tuple(value.split("+")) for name, value in (given or {}).items()}


def about(*annotations: Annotation, length: int = LENGTH, **fields: object) -> ArticleOpinions:
    """What these annotators say of one article, its own cluster unless told."""
    article = annotations[0].article
    given = {"cluster": article, "words": (), **fields}
    by_author = {each.author: each for each in annotations}
    return ArticleOpinions(article, length=length, annotations=by_author, **given)  # type: ignore[arg-type]


@st.composite
def marks(draw: st.DrawFn, length: int = LENGTH) -> Said:
    """Spans of each label, which may overlap those of the other label alone."""
    found = {}
    for label in LABELS:
        edges = sorted(draw(st.lists(st.integers(0, length), max_size=8)))
        places = [(s, e) for s, e in zip(edges[::2], edges[1::2], strict=False) if s < e]
        found[label] = [(s, e, draw(attributes)) for s, e in places]
    return found


attributes = st.fixed_dictionaries(
    {},
    optional={
        "sentiment": st.sampled_from(["negative", "positive"]),
        "device": st.sampled_from(["verb", "question", "verb+question"]),
        "target": st.sampled_from(["Maar", "Renn"]),
        "unsure": st.just("yes"),
    },
)


@st.composite
def campaigns(draw: st.DrawFn) -> list[ArticleOpinions]:
    """A few articles by two to four annotators each, some in one cluster."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        authors = draw(
            st.lists(st.sampled_from(["ana", "bo", "cy", "di"]), unique=True, min_size=2)
        )
        given = [
            said(
                author,
                draw(marks()),
                f"a{number}",
                genre=draw(st.sampled_from(["report", "opinion"])),
            )
            for author in authors
        ]
        words = draw(st.sampled_from([(), WORDS]))
        found.append(about(*given, cluster=draw(st.sampled_from(["c1", "c2", "c3"])), words=words))
    return found


def quick(opinions: Opinions) -> Measured:
    return measure(opinions, SCHEME, samples=20)


def on(measured: Measured, label: str) -> SpanAgreement:
    found = measured.label(label)
    assert found
    return found


def of(measured: Measured, name: str, label: str = "") -> CodedAgreement:
    every = (*measured.attributes, *measured.questions)
    return next(each for each in every if (each.name, each.label) == (name, label))


def near(value: float | None) -> object:
    return value if value is None else pytest.approx(value, abs=1e-9)


def copies(opinion: ArticleOpinions, count: int) -> Opinions:
    """The same article so many times, under other names."""
    return [replace(opinion, article=f"{opinion.article} {n}") for n in range(count)]
