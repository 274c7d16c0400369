"""Label errors: where out-of-fold probabilities and the annotators part, the worst first.

Confident learning (Northcutt, Jiang and Chuang 2021) where cleanlab fits: answers with values. A
span's quality is the self-confidence of what is doubted about it, in the same sense: the mean
probability of its label over its words, or one less that of a span that is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.records import Span
from corpus.scheme import Scheme
from corpus.settings import Objective
from corpus.suspects import Suspect, write_suspects
from corpus.takedown import is_taken_down, read_takedown
from training.ancestry import load_apart
from training.beside import beside
from training.decode import Reading, decode
from training.encoders import quietly
from training.examples import Example, not_learned, read_examples
from training.folds import out_of_fold
from training.heads import ARTICLE, PLACE, SENTENCE, heads_of
from training.opinions import Standing, chances, halved, picked
from training.parts import parted
from training.rows import Taught
from training.selecting.counts import closed_answers, gold_answers, units_of
from training.thresholds import tuned
from training.units import Floats
from training.values import gathered, heard, tuned_values
from training.weights import Weights

#: Folds where the settings say none.
FOLDS = 5
#: Spans of one label whose intersection is this share of their union are the same span.
SAME = 0.5


@dataclass(frozen=True)
class LabelErrors:
    """What `label_errors` found: the suspects, by fault how many, and how many articles were read.

    `notes` say what was left out, and of which labels nothing was learned.
    """

    articles: int
    suspects: tuple[Suspect, ...]
    faults: dict[str, int]
    notes: tuple[str, ...] = ()


def label_errors(job: Job, progress: Progress = silent) -> LabelErrors:
    """Let models that were not taught an article read it, and write suspects.jsonl.

    The test part is not read: whoever mends just what a model doubts makes its score better than
    it is. `pressmark push --again` puts the articles on the desks of those who annotated them.

    Raises:
        PressmarkError: no gold, or too few stories for the folds.
    """
    settings, scheme = job.settings.training, job.scheme
    examples, parts = parted(job, read_examples(job))
    listed = read_takedown(job.takedown)
    used = [
        each
        for each in examples.of([*parts.train, *parts.validation])
        if not is_taken_down(each.article, listed)
    ]
    groups = {each.article.id: parts.groups[each.article.id] for each in used}
    folds = settings.folds or min(FOLDS, len(set(groups.values())))
    if folds < 2:
        raise PressmarkError(
            f"{job.folder}: label errors need two annotated stories beside the test part, and there"
            f" are {len(set(groups.values()))}; annotate more"
        )
    folded = settings.model_copy(update={"folds": folds})
    others = beside(job, parts)
    articles = [each.article for each in used]
    with quietly():
        read = list(
            out_of_fold(
                Taught(scheme, used),
                others.taught,
                groups,
                folded,
                lambda: load_apart(settings.encoder, job.folder, articles),
                progress,
                keep=True,
            )
        )
    found = ranked(read, scheme, settings.objective)[: job.settings.selection.suspects]
    write_suspects(job.suspects, found)
    faults = {
        name: sum(s.fault == name for s in found) for name in sorted({s.fault for s in found})
    }
    taught = (part.examples for part in others.taught)
    notes = (*others.notes, *not_learned(scheme, used, *taught))
    return LabelErrors(len(used), tuple(found), faults, notes)


Read = tuple[Example, Reading, Weights]


def ranked(read: Sequence[Read], scheme: Scheme, objective: Objective) -> list[Suspect]:
    """Return every suspect, the worst first; spans stand from thresholds tuned by `objective`."""
    thresholds = tuned([r for _, r, _ in read], [e for e, _, _ in read], scheme, objective)
    found = [s for e, r, _ in read for s in spans_of(e, r, scheme, thresholds)]
    values = tuned_values(
        gathered(heard(e, scheme, w.heads, partial(chances, r, w)) for e, r, w in read), scheme
    )
    found += [*_answers(read, scheme, values)]
    return sorted(found, key=lambda s: (s.score, s.article, s.start or 0, s.name, s.fault))


def spans_of(
    example: Example, reading: Reading, scheme: Scheme, thresholds: Mapping[str, float]
) -> Iterator[Suspect]:
    """Yield what is doubted of an article's spans: each span once, by the likeliest fault.

    A span of the reference with a low probability is 'spurious', or has another 'label' where the
    model sees one over it. A predicted span without its like is a 'boundary' where the two touch,
    else 'missing'.
    """
    reference = example.reference(scheme)
    asked = {label.name for label in scheme.labels if example.asked(label)}
    predicted = [s for s in decode(reading, scheme, thresholds) if s.label in asked]
    article = example.article

    def suspect(span: Span, fault: str, score: float, says: str, model: str) -> Suspect:
        return Suspect(
            article.id,
            article.sha256,
            fault,
            round(float(score), 4),
            span.label,
            says,
            model,
            span.start,
            span.end,
        )

    for span in reference:
        over = _over(reading, span)
        mine = float(over[scheme.label_names.index(span.label)])
        alike = [p for p in predicted if p.label == span.label and p.overlaps(span)]
        others = [
            p for p in predicted if p.label != span.label and _share(p, span) >= SAME
            and not any(r.label == p.label and r.overlaps(p) for r in reference)
        ]  # fmt: skip
        if alike:
            best = max(alike, key=lambda p: _share(p, span))
            if (share := _share(best, span)) < SAME:
                where = f"{best.start}–{best.end}"
                yield suspect(span, "boundary", share, span.label, where)
        elif others:
            other = max(others, key=lambda p: p.score or 0)
            theirs = float(over[scheme.label_names.index(other.label)])
            score = mine / max(mine + theirs, 1e-9)
            yield suspect(span, "label", score, span.label, other.label)
        else:
            yield suspect(span, "spurious", _relative(mine, thresholds[span.label]), span.label, "")
    for span in predicted:
        touched = any(r.overlaps(span) for r in reference if r.label == span.label)
        taken = any(_share(r, span) >= SAME for r in reference)
        if not touched and not taken:
            sure = _relative(span.score or 0.0, thresholds[span.label])
            yield suspect(span, "missing", 1 - sure, "", span.label)


def answer_quality(labels: Sequence[int], chances_: Floats) -> Floats:
    """Return the normalised margin of each given class, from 0 (surely wrong) to 1.

    cleanlab's label quality, (p of the given class - p of the likeliest other + 1) / 2.

    Args:
        labels: the given class of each unit.
        chances_: units x classes, rows that add up to 1, by a model that was not taught the unit.
    """
    from cleanlab.rank import get_label_quality_scores

    wide = np.asarray(chances_, np.float64)
    wide = wide / wide.sum(axis=1, keepdims=True)
    scores = get_label_quality_scores(
        np.asarray(labels), wide, method="normalized_margin", adjust_pred_probs=False
    )
    return np.asarray(scores, np.float32)


def _answers(read: Sequence[Read], scheme: Scheme, standing: Standing) -> Iterator[Suspect]:
    """Answers that a model doubts: single values by cleanlab, several values each by its own."""
    for choice in heads_of(scheme, [e for e, _, _ in read]).choices:
        if choice.about not in (ARTICLE, SENTENCE, PLACE):
            continue
        rows = []
        for example, reading, weights in read:
            same = next((c for c, _ in weights.heads.about(choice.about) if c == choice), None)
            if same is None:
                continue
            gold = gold_answers(example, choice, scheme)
            says = chances(reading, weights, same, units_of(example, list(gold)))
            shut = closed_answers(example, choice, scheme)
            rows += [
                (example.article, place, values, chance, shut[place])
                for (place, values), chance in zip(gold.items(), says, strict=True)
                if chance is not None
            ]
        if not rows:
            continue
        if choice.exclusive:
            given = [choice.values.index(row[2][0]) for row in rows]
            quality = answer_quality(given, np.stack([chance for *_, chance, _ in rows]))
        else:
            quality = np.array(
                [
                    _several(choice.values, values, halved(choice, chance, standing), closed)
                    for _, _, values, chance, closed in rows
                ],
                np.float32,
            )
        for (article, (start, end), values, chance, closed), score in zip(
            rows, quality, strict=True
        ):
            model = [v for v in picked(choice, chance, standing) if v not in closed]
            if set(model) != set(values):
                yield Suspect(
                    article.id,
                    article.sha256,
                    "answer",
                    round(float(score), 4),
                    choice.name,
                    ", ".join(values),
                    ", ".join(model),
                    start,
                    end,
                )


def _several(
    values: Sequence[str], given: Sequence[str], chance: Floats, closed: Collection[str]
) -> float:
    """The least probability of what was said of any value, where a half is its threshold.

    Of the `closed` ones, which nobody was offered, nothing was said.
    """
    pairs = [(v, float(p)) for v, p in zip(values, chance, strict=True) if v not in closed]
    return min((p if value in given else 1 - p for value, p in pairs), default=1.0)


def _over(reading: Reading, span: Span) -> Floats:
    """The mean probability of each label over a span's words."""
    rows = [n for n, w in enumerate(reading.words) if w.start < span.end and span.start < w.end]
    if not rows:
        return np.zeros(reading.inside.shape[1], np.float32)
    return np.asarray(reading.inside[rows].mean(axis=0), np.float32)


def _relative(chance: float, threshold: float) -> float:
    """A probability so that the threshold from which its label stands is a half."""
    ours, other = chance * (1 - threshold), threshold * (1 - chance)
    return ours / max(ours + other, 1e-9)


def _share(one: Span, other: Span) -> float:
    shared = max(0, min(one.end, other.end) - max(one.start, other.start))
    return shared / (max(one.end, other.end) - min(one.start, other.start))
