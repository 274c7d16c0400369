"""What an evaluation finds: scores.json."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.measures import Figure, Score
from corpus.scoring.answers import AnswerScores
from corpus.scoring.ceiling import Ceiling
from corpus.scoring.coverage import Coverage
from corpus.scoring.paired import Paired
from corpus.scoring.reliability import Reliability

FORMAT = 2
MODEL = "model"
#: What is compared of questions, and of attributes.
QUESTION, ATTRIBUTE = "macro F1", "macro F1 of the attribute"


@dataclass(frozen=True, slots=True)
class Versus:
    """The model's F1 less another's, on the same articles; `label` is empty for all together.

    `what` is a measure of spans, or `QUESTION` or `ATTRIBUTE` of what `label` names.
    """

    other: str
    label: str
    what: str
    paired: Paired


@dataclass(frozen=True, slots=True)
class Stratum:
    """The model on a part of the test: `by` what (a publisher), `name` which; counts of spans."""

    by: str
    name: str
    reference: int
    predicted: int
    overlap: Figure
    flc: Figure


@dataclass(frozen=True, slots=True)
class Question:
    """How systems answer what is asked of `about` (a span, the article, a sentence, a place).

    `open` counts what annotators were divided on, which is not scored. `f1m` is there where the
    values are those of sentiment. `ceiling` is that of macro F1.
    """

    name: str
    about: str
    open: int
    systems: dict[str, AnswerScores]
    f1m: dict[str, Figure]
    ceiling: Ceiling | None
    coverage: Coverage | None


@dataclass(frozen=True, slots=True)
class Human:
    """Annotators and the model by one measure, against the majority of the other annotators.

    `gold` is the model against adjudicated gold, on the articles that have it.
    """

    label: str
    measure: str
    ceiling: Ceiling
    gold: Figure


@dataclass(frozen=True, slots=True)
class Band:
    """The model's spans by their score: `low` to `high` is undecided, what lies above stands."""

    low: float
    high: float
    above: int
    above_precision: float | None
    within: int
    within_precision: float | None


@dataclass(frozen=True, slots=True)
class Seed:
    """One of several models that differ in their seed alone: its F1 of all labels, by measure."""

    model: str
    seed: int
    f1: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean, standard deviation (n - 1), least and most of the seeds' F1 of a measure."""

    measure: str
    mean: float
    deviation: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Scores:
    """What `evaluate` found: scores.json.

    `systems` maps 'model' and each baseline to its scores, all labels first. `spans` counts the
    reference spans by label, `errors` the model's by kind and label. `notes` say how to read the
    figures. Where the scheme has no labels, or asks nothing, those parts are empty.
    """

    model: str
    scheme: str
    when: str
    labels: tuple[str, ...]
    articles: tuple[str, ...]
    groups: int
    annotations: int
    spans: dict[str, int]
    systems: dict[str, tuple[Score, ...]]
    versus: tuple[Versus, ...]
    human: tuple[Human, ...]
    attributes: tuple[Question, ...]
    questions: tuple[Question, ...]
    strata: tuple[Stratum, ...]
    coverage: Coverage | None
    band: Band | None
    reliability: Reliability | None
    seeds: tuple[Seed, ...]
    spread: tuple[Spread, ...]
    errors: dict[str, dict[str, int]]
    notes: tuple[str, ...]
    format: int = FORMAT
