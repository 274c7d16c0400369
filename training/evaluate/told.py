"""An evaluation as tables: of the terminal, at 80 columns, and of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from corpus.agreement.numbers import figure, number
from corpus.agreement.told import ALL, Told
from corpus.looking.display import safe
from corpus.measures import Figure
from corpus.scoring.paired import Paired
from training.evaluate.results import ATTRIBUTE, MODEL, QUESTION, Question, Scores, Versus

#: Measures of all labels together and of one label, as many as 80 columns hold.
SHOWN = ("overlap", "token", "SI", "FLC")
OF_LABEL = ("exact", "overlap", "token", "SI")
PEOPLE, SAME = "annotators", "model*"
#: Strata whose name alone says too little.
_BY = {"block": "kind of block", "words": "length of the span"}


def essential(scores: Scores) -> list[Told]:
    """Return what the terminal shows: all labels, then each label, then the questions."""
    found = []
    if scores.systems:
        found.append(_systems(scores, "", SHOWN))
        found += [_systems(scores, name, OF_LABEL) for name in scores.labels]
    found += [_question(each, scores.versus) for each in scores.questions]
    return found


def tables(scores: Scores) -> list[Told]:
    """Return every table, for the page."""
    found = essential(scores)
    if scores.systems:
        found[0] = _systems(scores, "", ("exact", *SHOWN))
        found += [_differences(scores), _human(scores), *_strata(scores)]
    found += [_question(each, scores.versus, "attribute") for each in scores.attributes]
    found += [_values(each) for each in (*scores.questions, *scores.attributes)]
    return [*found, *_seeds(scores)]


def headline(scores: Scores) -> Iterator[str]:
    """Yield what was scored, in lines of at most 80 columns."""
    spans = sum(scores.spans.values())
    yield (
        f"{safe(scores.model)}: {_many(len(scores.articles), 'test article')} of"
        f" {_many(scores.groups, 'story', 'stories')},"
        f" {_many(scores.annotations, 'annotation')}, {_many(spans, 'reference span')}"
    )


def asides(scores: Scores) -> Iterator[str]:
    """Yield what stands beneath the tables: seeds, calibration, abstention, errors."""
    for each in scores.spread:
        if each.measure in ("SI", "overlap"):
            yield (
                f"{each.measure} F1 of {len(scores.seeds)} seeds: mean {number(each.mean, 3)},"
                f" deviation {number(each.deviation, 3)},"
                f" {number(each.least, 3)} to {number(each.most, 3)}"
            )
    if scores.reliability and scores.reliability.error.value is not None:
        by_chance = number(scores.reliability.by_chance, 3)
        error = figure(scores.reliability.error, 3)
        yield f"calibration error of span scores: {error}; {by_chance} by chance alone"
    if scores.band:
        b = scores.band
        yield (
            f"undecided (score {number(b.low)} to {number(b.high)}): {b.within} spans, precision"
            f" {number(b.within_precision)}; above: {b.above}, {number(b.above_precision)}"
        )
    if scores.errors and scores.systems:
        counts = (f"{sum(by.values())} {kind}" for kind, by in scores.errors.items())
        yield f"errors: {', '.join(counts)}"


def difference(found: Paired) -> str:
    """Return '+.12 [.05, .20], p .004'."""
    if found.difference.value is None:
        return "–"
    sign = "+" if found.difference.value >= 0 else ""
    p = f", p {number(found.p_bootstrap, 3)}" if found.p_bootstrap is not None else ""
    return f"{sign}{figure(found.difference)}{p}"


def _systems(scores: Scores, label: str, measures: Sequence[str]) -> Told:
    """F1 of every system; annotators and the model against the same references come last."""
    name = safe(label) or ALL
    told = Told(f"{name}, F1", ("", *measures))
    for system, found in scores.systems.items():
        by = {each.measure: each for each in found if each.label == label}
        told.row(safe(system), *(_narrow(by[measure].f1) for measure in measures))
    humans = {each.measure: each for each in scores.human if each.label == label}
    if any(humans[m].ceiling.annotators.value is not None for m in measures):
        told.row(PEOPLE, *(_narrow(humans[m].ceiling.annotators) for m in measures))
        told.row(SAME, *(_narrow(humans[m].ceiling.model) for m in measures))
    elif humans and not label:
        told.notes.append(f"annotators: – ({humans[measures[0]].ceiling.annotators.why})")
    told.notes += _less(scores.versus, label, measures)
    return told


def _less(versus: Sequence[Versus], label: str, measures: Sequence[str]) -> list[str]:
    """The model less the best baseline, and less the other model, by SI or what stands for it."""
    wanted = "SI" if "SI" in measures else measures[0]
    here = [v for v in versus if v.label == label and v.what == wanted]
    return [f"model less {safe(v.other)}, {v.what}: {difference(v.paired)}" for v in here]


def _differences(scores: Scores) -> Told:
    told = Told("the model less another system", ("label", "measure", "other", "F1"), words=3)
    for each in scores.versus:
        told.row(safe(each.label) or ALL, each.what, safe(each.other), difference(each.paired))
    return told


def _human(scores: Scores) -> Told:
    head = ("label", "measure", PEOPLE, SAME, "difference", "cases", "on gold")
    told = Told("annotators and the model, against the majority of the others", head, words=2)
    for each in scores.human:
        c = each.ceiling
        cells = (c.annotators, c.model, c.difference, c.cases, each.gold)
        told.row(safe(each.label) or ALL, each.measure, *cells)
    return told


def _strata(scores: Scores) -> Iterator[Told]:
    for by, parts in groupby(scores.strata, key=lambda each: each.by):
        told = Told(
            f"the model by {_BY.get(by, by)}", (by, "reference", "predicted", "overlap", "FLC")
        )
        for each in parts:
            told.row(safe(each.name), each.reference, each.predicted, each.overlap, each.flc)
        yield told


def _question(found: Question, versus: Sequence[Versus], what: str = "question") -> Told:
    measures = ["macro F1", *(["F1m"] if found.f1m else []), "accuracy"]
    about = f"of each {found.about}" if found.about != "article" else "of the article"
    told = Told(f"{what} {safe(found.name)}, {about}", ("", "answers", *measures))
    for name, score in found.systems.items():
        polar: tuple[Figure, ...] = (found.f1m[name],) if found.f1m else ()
        told.row(safe(name), score.answers, score.macro_f1, *polar, score.accuracy)
    if found.ceiling and found.ceiling.annotators.value is not None:
        blank = [""] * (len(measures) - 1)
        told.row(PEOPLE, found.ceiling.cases, found.ceiling.annotators, *blank)
        told.row(SAME, found.ceiling.cases, found.ceiling.model, *blank)
    elif found.ceiling:
        told.notes.append(f"annotators: – ({found.ceiling.annotators.why})")
    compared = (found.name, QUESTION if what == "question" else ATTRIBUTE)
    for each in versus:
        if (each.label, each.what) == compared:
            told.notes.append(f"model less {safe(each.other)}, macro F1: {difference(each.paired)}")
    if found.open:
        told.notes.append(f"{found.open} more that annotators are divided on are not scored")
    return told


def _values(found: Question) -> Told:
    head = ("value", "precision", "recall", "F1", "given", "reference")
    told = Told(f"the model's values of {safe(found.name)}", head)
    for each in found.systems[MODEL].values:
        told.row(
            safe(each.value), each.precision, each.recall, each.f1, each.predicted, each.reference
        )
    return told


def _seeds(scores: Scores) -> Iterator[Told]:
    if not scores.seeds:
        return
    measures = tuple(scores.seeds[0].f1)
    told = Told("seeds, F1 of all labels", ("model", *measures))
    for seed in scores.seeds:
        told.row(safe(seed.model), *(number(seed.f1[m], 3) for m in measures))
    spread: Mapping[str, str] = {
        each.measure: f"{number(each.mean, 3)} ± {number(each.deviation, 3)}"
        for each in scores.spread
    }
    if spread:
        told.row("mean ± deviation", *(spread.get(m, "–") for m in measures))
    yield told


def _narrow(found: Figure) -> str:
    """Return '.41 [.33–.49]', where five columns have to stand beside each other."""
    if found.low is None or found.high is None:
        return figure(found)
    ends = (number(end).replace("1.00", "1") for end in (found.low, found.high))
    return f"{number(found.value)} [{'–'.join(ends)}]"


def _many(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one if count == 1 else several or one + 's'}"
