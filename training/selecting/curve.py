"""`curve`: how F1 grows with articles, beside the baselines, and what the next should bring."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import transformers

from corpus.errors import PressmarkError
from corpus.files import write_json, write_text
from corpus.job import Job, now
from corpus.measures import Measure, contained, overlapping
from corpus.progress import Progress, silent
from corpus.records import Article
from training.ancestry import load_apart
from training.backends import reader, weights_of
from training.baselines import lexicon
from training.beside import Beside, beside
from training.decode import Reading
from training.encoders import Encoder, load_encoder, quietly
from training.examples import Example, not_learned, read_examples
from training.folds import folds_of
from training.heads import ARTICLE, PLACE, SENTENCE, Choice, heads_of
from training.opinions import chances
from training.parts import parted
from training.rows import Taught, apart
from training.selecting.chart import chart
from training.selecting.counts import (
    Says,
    answered,
    count_answers,
    count_spans,
    gold_answers,
    same,
    usual,
)
from training.selecting.forecast import Forecast, Point, Run, forecast, points
from training.selecting.powerlaw import Floats
from training.teach import fit
from training.units_baselines import Linear, frozen, tfidf
from training.weights import Weights

FORMAT = 1
SIZES = 6
NEXT = 100
#: The folds of a draw, one of which is held out.
FOLDS = 5
SPAN_MEASURES: Mapping[str, Measure] = {"SI": contained, "overlap": overlapping}


@dataclass(frozen=True, slots=True)
class Curve:
    """The curve of one system by one measure."""

    system: str
    measure: str
    points: tuple[Point, ...]
    next: Forecast


@dataclass(frozen=True, slots=True)
class Curves:
    """What `curve` found: report/curve.json. `notes` say how to read it."""

    when: str
    articles: int
    draws: int
    curves: tuple[Curve, ...]
    notes: tuple[str, ...]
    format: int = FORMAT


def curve(job: Job, progress: Progress = silent) -> Curves:
    """Train on growing parts of the job's articles; write report/curve.json and report/curve.svg.

    The test part is not used: of the rest each draw holds out another fifth, whole stories, and
    learns from nested parts of what is left; the model, not the baselines, beside them from what
    `training.corpora` name, always all of it. Thresholds are tuned on one half of the held-out
    stories and scored on the other, and the other way round.

    Raises:
        PressmarkError: too few stories for a curve, an encoder that cannot be used, or other
            corpora that cannot be read.
    """
    settings, seed = job.settings.training, job.settings.selection.seed
    examples, parts = parted(job, read_examples(job))
    ids = [*parts.train, *parts.validation]
    groups = {id_: parts.groups[id_] for id_ in ids}
    stories = len(set(groups.values()))
    if stories < 2 * FOLDS:
        raise PressmarkError(
            f"{job.folder}: a learning curve needs {2 * FOLDS} stories beside the test part, and"
            f" {len(ids)} annotated articles tell {stories}; annotate more"
        )
    others = beside(job, parts)
    folds = folds_of(groups, FOLDS, seed)
    draws = job.settings.selection.draws
    runs: defaultdict[tuple[str, str], list[Run]] = defaultdict(list)
    with quietly():
        for draw in range(draws):
            held = examples.unassisted(folds[draw % FOLDS])
            if len({groups[each.article.id] for each in held}) < 2:
                continue
            rest = {i: g for i, g in groups.items() if i not in folds[draw % FOLDS]}
            for step, taught in enumerate(nested(rest, SIZES, seed + draw)):
                progress("learning curve", draw * SIZES + step, draws * SIZES)
                told = apart(others.taught, folds[draw % FOLDS])
                scored = _scored(job, examples.of(taught), told, held, groups, draw)
                for key, counts in scored.items():
                    runs[key].append(Run(draw, len(taught), counts))
        progress("learning curve", draws * SIZES, draws * SIZES)
    if not runs:
        raise PressmarkError(
            f"{job.folder}: nothing to score on: too few articles are annotated without pre-labels"
        )
    found = Curves(
        now(),
        len(ids),
        draws,
        tuple(
            Curve(system, measure, tuple(points(each, seed)), _ahead(each, seed))
            for (system, measure), each in runs.items()
        ),
        (
            "held-out articles are of train and validation; the test part is not used",
            f"thresholds: tuned for {settings.objective} on the other half of the held-out stories",
            "intervals: 95%, bootstrap over draws and stories",
            *_corpora(others),
            *not_learned(job.scheme, examples.of(ids), *(p.examples for p in others.taught)),
        ),
    )
    write_json(job.folder / "report" / "curve.json", asdict(found))
    first = found.curves[0].measure
    shown = {each.system: each.points for each in found.curves if each.measure == first}
    write_text(job.folder / "report" / "curve.svg", chart(f"{first} F1 by articles", shown))
    return found


def _corpora(others: Beside) -> Iterator[str]:
    """Say what of other corpora is taught at every point, and what of them is left out."""
    if others.taught:
        count = sum(len(part.examples) for part in others.taught)
        yield (
            f"other corpora: {count} articles, taught to the model at every point but for the"
            " stories it holds out, to no baseline"
        )
    yield from others.notes


def _ahead(runs: Sequence[Run], seed: int) -> Forecast:
    """What the next hundred should bring; of fewer articles, as many again."""
    return forecast(runs, min(NEXT, round(points(runs, seed)[-1].articles)), seed)


def nested(groups: Mapping[str, str], sizes: int, seed: int) -> list[list[str]]:
    """Return growing lists of ids of `groups`, each the beginning of the next, whole groups.

    Their lengths grow by about the same factor; the last has all.
    """
    members: defaultdict[str, list[str]] = defaultdict(list)
    for id_ in sorted(groups):
        members[groups[id_]].append(id_)
    order = sorted(members)
    random.Random(f"curve:{seed}").shuffle(order)  # noqa: S311  # no secret
    wanted = np.geomspace(max(3, len(groups) / 2 ** (sizes - 1)), len(groups), sizes)
    found: list[list[str]] = []
    taken: list[str] = []
    for number, group in enumerate(order, 1):
        taken = [*taken, *members[group]]
        if len(found) < sizes and (len(taken) >= wanted[len(found)] - 1e-9 or number == len(order)):
            found.append(taken)
    return found


def _scored(  # noqa: PLR0917  # one training and what it is scored on
    job: Job,
    taught: Sequence[Example],
    others: Sequence[Taught],
    held: Sequence[Example],
    groups: Mapping[str, str],
    draw: int,
) -> dict[tuple[str, str], Floats]:
    """Counts by system and measure of one training, groups x classes x 4."""
    scheme, settings = job.scheme, job.settings.training
    seeded = settings.model_copy(update={"seed": settings.seed + draw})
    transformers.set_seed(seeded.seed)
    seen = [each.article for each in (*taught, *held)]
    begun: Encoder = load_apart(settings.encoder, job.folder, seen)
    model = fit([Taught(scheme, list(taught)), *others], begun, seeded)
    read_by = reader(model, begun.tokenizer, settings.window, settings.stride)
    readings = list(read_by.read([each.article for each in held], keep=True))
    learned, cut = lexicon(taught, scheme), (settings.window, settings.stride)
    as_it_came = load_encoder(settings.encoder, job.folder)
    linear = {
        "TF-IDF": tfidf(taught, scheme, seeded.seed),
        "frozen encoder": frozen(taught, scheme, as_it_came, cut, seed=seeded.seed),
    }
    articles = [each.article for each in held]
    found: dict[tuple[str, str], Floats] = {}
    if scheme.labels:
        systems = {
            "model": readings,
            **{name: list(each.readings(articles)) for name, each in linear.items()},
            "lexicon": list(map(learned.read, articles)),
        }
        for name, measure in SPAN_MEASURES.items():
            for system, read in systems.items():
                found[system, name] = count_spans(
                    read, held, scheme, groups, measure, settings.objective
                )
    weights = weights_of(model)
    for choice in heads_of(scheme, [*taught, *held]).choices:
        if choice.about in (ARTICLE, SENTENCE, PLACE):
            name = f"{choice.name}, macro"
            asks = {"model": _of_model(readings, weights, same(weights.heads, choice))}
            for system, each in linear.items():
                asks[system] = _of_linear(each, articles, same(each.heads, choice))
            for system, says in asks.items():
                said = answered(held, choice, scheme, groups, says)
                found[system, name] = count_answers(choice, scheme, held, said, groups)
            common = usual(taught, choice, scheme)
            always = [dict.fromkeys(gold_answers(each, choice, scheme), common) for each in held]
            found["commonest", name] = count_answers(choice, scheme, held, always, groups)
    return found


def _of_model(readings: Sequence[Reading], weights: Weights, choice: Choice) -> Says:
    return lambda number, asked: chances(readings[number], weights, choice, asked)


def _of_linear(linear: Linear, articles: Sequence[Article], choice: Choice) -> Says:
    return lambda number, asked: linear.chances(articles[number], choice, asked)
