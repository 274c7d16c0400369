"""Each annotator alone: against themselves on what came again, drift over weeks, speed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median
from typing import TYPE_CHECKING

from corpus.agreement.measure import measure
from corpus.agreement.opinions import ArticleOpinions
from corpus.agreement.results import SpanScores
from corpus.agreement.selection import Selection, Version
from corpus.assignments import Assignment
from corpus.measures import Figure
from corpus.records import Annotation
from corpus.settings import AgreementSection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: What stands beside every figure of speed.
IDLE = (
    "Label Studio's lead time counts the seconds a page was open, idle tabs too: it is no time"
    " worked"
)
Weeks = Mapping[tuple[str, str, str, int], int]


@dataclass(frozen=True, slots=True)
class Rate:
    """How many spans an annotator marked in 1,000 words of a week's articles."""

    week: int
    articles: int
    spans: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class Drift:
    """An annotator's rate of spans week by week; `trend` is its change a week.

    The slope of a least-squares line through the articles' rates, weighted by their words, with a
    95% interval over articles.
    """

    annotator: str
    rates: tuple[Rate, ...]
    trend: Figure


@dataclass(frozen=True, slots=True)
class Speed:
    """The median of an annotator's seconds per 1,000 words, by Label Studio's lead time."""

    annotator: str
    articles: int
    seconds: Figure


@dataclass(frozen=True, slots=True)
class Repeat:
    """An annotator against themselves, on what came to them again: occasion 1 and a later one.

    Both without pre-labels on the page. `f1` is of all labels together, `answers` hold the alpha of
    each question.
    """

    annotator: str
    articles: int
    f1: SpanScores
    answers: tuple[tuple[str, Figure], ...]


def weeks(
    assignments: Iterable[Assignment], said: Mapping[Version, Mapping[str, Annotation]]
) -> dict[tuple[str, str, str, int], int]:
    """Return the week of each annotator's work on each version and occasion, from 1.

    By the ledger of assignments; without one, weeks of seven days since the first submission.
    """
    ledger = {a.key: a.week for a in assignments if not a.taken}
    if ledger:
        return ledger
    every = [(v, who, a) for v, by in said.items() for who, a in by.items() if _day(a)]
    first = min((_day(a) for _, _, a in every), default=0)
    return {(who, *v, a.occasion): 1 + (_day(a) - first) // 7 for v, who, a in every}


def repeats(selection: Selection, settings: AgreementSection) -> list[Repeat]:
    """Return how far each annotator agrees with what they said of the same version before."""
    found = []
    for author, opinions in sorted(_repeated(selection).items()):
        measured = measure(opinions, selection.scheme, settings.samples, settings.seed)
        every = measured.label("")
        none = Figure(None, why="the scheme has no labels")
        found.append(
            Repeat(
                author,
                measured.articles,
                every.f1 if every else SpanScores(none, none, none, none),
                tuple((each.name, each.alpha) for each in measured.questions),
            )
        )
    return found


def _repeated(selection: Selection) -> dict[str, list[ArticleOpinions]]:
    """Each annotator's two opinions of the same version, as if they were of two people."""
    found: defaultdict[str, list[ArticleOpinions]] = defaultdict(list)
    for version, by in sorted(selection.later.items()):
        for author, later in by.items():
            before = selection.first.get(version, {}).get(author)
            after = next((a for a in later if not a.shown), None)
            if before is None or before.shown or after is None:
                continue
            both = {"once": replace(before, author="once"), "again": replace(after, author="again")}
            found[author].append(selection.opinion(version, both))
    return found


def drift(
    selection: Selection,
    said: Mapping[Version, Mapping[str, Annotation]],
    when: Weeks,
    settings: AgreementSection,
) -> list[Drift]:
    """Return how each annotator's rate of spans changed from week to week."""
    rows: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for version, by in sorted(said.items()):
        words = len(selection.articles[version].text.split())
        for author, annotation in by.items():
            week = when.get((author, *version, annotation.occasion))
            if week is not None and words:
                rows[author].append((week, words, len(annotation.spans)))
    return [
        Drift(author, _rates(found), _trend(found, settings))
        for author, found in sorted(rows.items())
    ]


def speed(
    selection: Selection,
    said: Mapping[Version, Mapping[str, Annotation]],
    settings: AgreementSection,
) -> list[Speed]:
    """Return how fast each annotator was, of the submissions that have a time."""
    rows: defaultdict[str, list[float]] = defaultdict(list)
    for version, by in sorted(said.items()):
        words = len(selection.articles[version].text.split())
        for author, annotation in by.items():
            rows[author] += [1000 * annotation.seconds / words] if annotation.seconds else []
    return [Speed(who, len(each), _median(each, settings)) for who, each in sorted(rows.items())]


def _day(annotation: Annotation) -> int:
    """The day of an annotation as a number; 0 where it has none."""
    try:
        return date.fromisoformat(annotation.when[:10]).toordinal()
    except ValueError:
        return 0


def _rates(rows: Sequence[tuple[int, int, int]]) -> tuple[Rate, ...]:
    found = []
    for week in sorted({row[0] for row in rows}):
        here = [row for row in rows if row[0] == week]
        words, spans = sum(row[1] for row in here), sum(row[2] for row in here)
        found.append(Rate(week, len(here), spans, 1000 * spans / words if words else None))
    return tuple(found)


def _trend(rows: Sequence[tuple[int, int, int]], settings: AgreementSection) -> Figure:
    """The weighted least-squares slope of 1,000 spans / words on weeks, weights being words."""
    import numpy as np

    week, words, spans = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    week -= week.min()
    rate = 1000 * spans
    sums = np.stack([words, words * week, words * week**2, rate, rate * week], axis=1)
    value = float(_slope(sums.sum(axis=0, keepdims=True))[0])
    if np.isnan(value):
        return Figure(None, why="all work is of one week")
    drawn = np.random.default_rng(settings.seed).integers(
        len(rows), size=(settings.samples, len(rows))
    )
    slopes = _slope(np.stack([sums[sample].sum(axis=0) for sample in drawn]))
    low, high = np.quantile(slopes[~np.isnan(slopes)], (0.025, 0.975))
    return Figure(value, float(low), float(high))


def _slope(sums: Floats) -> Floats:
    """The slope for each row of sums; NaN where all of it is of one week."""
    import numpy as np

    n, x, xx, y, xy = sums.T
    spread = n * xx - x * x
    wide = spread > 1e-9 * n * xx
    return np.where(wide, (n * xy - x * y) / np.where(wide, spread, 1), np.nan)


def _median(values: Sequence[float], settings: AgreementSection) -> Figure:
    if not values:
        return Figure(None, why="no submission has a time")
    if len(values) < 2:
        return Figure(values[0])
    import numpy as np

    drawn = np.random.default_rng(settings.seed).choice(
        np.array(values), size=(settings.samples, len(values))
    )
    low, high = np.quantile(np.median(drawn, axis=1), (0.025, 0.975))
    return Figure(median(values), float(low), float(high))
