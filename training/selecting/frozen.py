"""A job's annotated articles as a simulation sees them: the encoder's states, which stay."""

from __future__ import annotations

import numpy as np

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.scheme import Scheme
from training.encoders import load_encoder, quietly
from training.examples import Example, read_examples
from training.heads import PLACE, Choice, heads_of
from training.parts import parted
from training.selecting.counts import gold_answers, units_of
from training.selecting.linear import Item
from training.selecting.pool import pace
from training.units import Floats, place_of
from training.weights import Tokens


def frozen_items(job: Job, progress: Progress = silent) -> tuple[list[Item], bool]:
    """Return the job's articles beside the test part, and whether a unit has one class.

    Units are tokens and classes are labels; of a scheme without labels they are what its first
    question with single values is asked of.

    Raises:
        PressmarkError: the scheme asks nothing that can be learnt this way, or nothing is marked.
    """
    from training.backends import reader
    from training.model import PressmarkModel

    settings, scheme = job.settings.training, job.scheme
    examples, parts = parted(job, read_examples(job))
    used = examples.of([*parts.train, *parts.validation])
    heads = heads_of(scheme, used)
    asked = [c for c in heads.choices if c.exclusive and c.about in ("article", "sentence", PLACE)]
    if not scheme.labels and not asked:
        raise PressmarkError(
            f"{job.folder}: the scheme has neither labels nor a question with a single answer:"
            " there is nothing to simulate"
        )
    speed, _ = pace(job)
    with quietly():
        encoder = load_encoder(settings.encoder, job.folder)
        model = PressmarkModel.on(encoder.model, heads)
        read_by = reader(model, encoder.tokenizer, settings.window, settings.stride)
        articles = [each.article for each in used]
        items = []
        readings = read_by.read(articles, progress, keep=True)
        for example, reading in zip(used, readings, strict=True):
            assert reading.tokens is not None, "a reading that kept its tokens"
            made = (
                _tokens(example, reading.tokens, scheme.label_names, job)
                if scheme.labels
                else _answers(example, reading.tokens, asked[0], scheme)
            )
            if len(made[0]):
                id_ = example.article.id
                seconds = len(example.article.text) / speed
                items.append(Item(id_, parts.groups[id_], seconds, *made))
    if not any(item.targets.any() for item in items):
        raise PressmarkError(
            f"{job.folder}: nothing is marked in the {len(used)} annotated articles beside the test"
            " part: there is nothing to simulate; annotate more"
        )
    return items, not scheme.labels


Made = tuple[Floats, Floats]


def _tokens(example: Example, tokens: Tokens, labels: tuple[str, ...], job: Job) -> Made:
    targets = np.zeros((len(tokens.places), len(labels)), np.float32)
    for span in example.reference(job.scheme):
        inside = (tokens.places[:, 0] < span.end) & (tokens.places[:, 1] > span.start)
        targets[inside, labels.index(span.label)] = 1
    return tokens.states, targets


def _answers(example: Example, tokens: Tokens, choice: Choice, scheme: Scheme) -> Made:
    gold = gold_answers(example, choice, scheme)
    units = units_of(example, list(gold))
    rows, targets = [], []
    for unit, values in zip(units, gold.values(), strict=True):
        place = place_of(tokens.places, unit)
        if place:
            rows.append(tokens.states[place[0] : place[1]].mean(axis=0))
            targets.append([float(value in values) for value in choice.values])
    return np.array(rows, np.float32), np.array(targets, np.float32)
