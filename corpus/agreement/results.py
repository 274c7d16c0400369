"""What `measure` says: figures per label, attribute, question, pair, and without each annotator."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.measures import Figure


@dataclass(frozen=True, slots=True)
class Without:
    """The same coefficient with one annotator left out; `why` says what keeps it undefined."""

    annotator: str
    value: float | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Category:
    """(k)uα of one value: how reliably it is told from the other values.

    `coverage` is the share of its length that other annotators gave a value too: the coefficient
    speaks of no more than that.
    """

    value: str
    alpha: Figure
    coverage: float | None


@dataclass(frozen=True, slots=True)
class SpanScores:
    """F1 of pairs of annotators, each beside what it is by chance.

    Shuffled, the same spans stand at random places of the same articles, as long as they were: in
    the blocks that the label may stand in, where these are known.
    """

    exact: Figure
    exact_shuffled: Figure
    overlap: Figure
    overlap_shuffled: Figure


@dataclass(frozen=True, slots=True)
class SpanPair:
    """Two annotators' spans of one label in the articles both were asked; `spans` counts them."""

    one: str
    other: str
    articles: int
    spans: tuple[int, int]
    f1: SpanScores


@dataclass(frozen=True, slots=True)
class SpanAgreement:
    """Agreement on the spans of one label; `label` is empty for all labels together.

    `u` is uα; `relevant` is |uα, which equals it where there is one label; `coded` is cuα and
    `categories` hold (k)uα, of which one label has none. `units` is the alpha of words (or
    characters), a label a yes or no; of all labels together there is none. `f1` are
    means over the pairs.
    """

    label: str
    articles: int
    spans: tuple[tuple[str, int], ...]
    u: Figure
    relevant: Figure
    coded: Figure
    categories: tuple[Category, ...]
    units: Figure
    f1: SpanScores
    pairs: tuple[SpanPair, ...]
    without: tuple[Without, ...]


@dataclass(frozen=True, slots=True)
class CodedPair:
    """Two annotators' values of what both answered: how often, and Cohen's kappa."""

    one: str
    other: str
    units: int
    kappa: Figure


@dataclass(frozen=True, slots=True)
class CodedAgreement:
    """Agreement on an attribute of matched spans, or on a question.

    `label` is whose spans were matched, empty for all labels together and for questions. `metric`
    is 'nominal', or 'MASI' where several values may be picked. `units` are the matched pairs of an
    attribute, or the articles and places of a question that two annotators answered. `kappa` is the
    mean over the pairs of annotators.
    """

    name: str
    label: str
    metric: str
    units: int
    alpha: Figure
    kappa: Figure
    pairs: tuple[CodedPair, ...]
    without: tuple[Without, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """Agreement among `annotators` over `articles` that two or more of them annotated.

    Intervals are over `samples` draws of `clusters` with `seed`. `unit` is what `units` counts:
    'word' or 'character'. `foreign` are labels that the scheme lacks, with their spans, which no
    measure saw.
    """

    articles: int
    clusters: int
    annotators: tuple[str, ...]
    samples: int
    seed: int
    unit: str
    labels: tuple[SpanAgreement, ...] = ()
    attributes: tuple[CodedAgreement, ...] = ()
    questions: tuple[CodedAgreement, ...] = ()
    foreign: tuple[tuple[str, int], ...] = ()

    def label(self, name: str) -> SpanAgreement | None:
        """Return the agreement on that label's spans, '' for all labels together, or None."""
        return next((found for found in self.labels if found.label == name), None)


@dataclass(frozen=True, slots=True)
class Headline:
    """The figures of all labels together, and the alpha of each question: what a part is told by.

    `spans` counts everybody's.
    """

    articles: int
    spans: int
    u: Figure
    f1: SpanScores
    answers: tuple[tuple[str, Figure], ...]
