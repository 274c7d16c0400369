"""Ways to raise a score where labels are few, each beside the plain fit: what did they bring?

    python benchmarks/ways.py DATA [--folds 2] [--texts 500]

On newssd-eng's training and validation sentences (its test file is not read), in folds by hash:
every sentence is read by models that were not taught it. The ways:

- another seed, and the mean of the seeds' probabilities, at as many times the cost;
- averaging in weight space: of models from one start that saw the data in different orders
  (Wortsman et al. 2022, 'Model soups');
- joint training: sentences of newsmtsc with their own question in the same batches;
- training on texts alone: an epoch of masked words (Devlin et al. 2019; Gururangan et al. 2020) on
  newsmtsc's sentences before the fit;
- self-training: sentences of newsmtsc with the answer that the plain model is surest of, at .9;
- distillation: the same sentences with the mean of the seeds' probabilities as ten votes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import tasks
import torch
import transformers
from machine import machine
from tasks import TASKS, Read

from corpus.records import Annotation, Answer
from corpus.scheme import Scheme
from corpus.scoring.paired import paired_answers
from corpus.settings import TrainingSection
from training.backends import reader, weights_of
from training.encoders import Encoder, load_encoder, quietly
from training.examples import Example
from training.model import PressmarkModel
from training.opinions import chances
from training.rows import Taught
from training.teach import fit
from training.units import unit

TASK = TASKS["newssd-eng"]
ORDERS = (0, 1, 2)
#: What a self-taught answer must reach; of how many votes a probability is made.
SURE, VOTES = 0.9, 10
MASKED, RATE = 0.15, 5e-5


def main() -> None:
    """Teach every way on every fold, score, print."""
    options = _options()
    scheme, examples = tasks._read(options.data / "newssd-eng" / TASK.train, "newssd-eng", TASK)
    more = tasks._read(options.data / "newssd-eng" / TASK.validation, "newssd-eng", TASK)[1]
    other, sentences = tasks._read(
        options.data / "newsmtsc" / TASKS["newsmtsc"].train, "newsmtsc", TASKS["newsmtsc"]
    )
    ordered = sorted([*examples, *more], key=lambda each: each.article.sha256)
    parts = [
        (
            [e for at, e in enumerate(ordered) if at % options.folds != n],
            ordered[n :: options.folds],
        )
        for n in range(options.folds)
    ]
    beside = sorted(sentences, key=lambda each: each.article.sha256)[: options.texts]
    print(f"{machine()}; {len(ordered)} sentences, {len(beside)} of newsmtsc", flush=True)
    adapted = _adapted([each.article.text for each in sentences])
    found: dict[str, Read] = {}
    for number, (taught, test) in enumerate(parts):
        for name, read in _ways(taught, test, scheme, Taught(other, beside), adapted).items():
            found.setdefault(name, {}).update(read)
        _table(found, parts[: number + 1], scheme)


def _ways(
    taught: list[Example],
    test: list[Example],
    scheme: Scheme,
    beside: Taught,
    adapted: Mapping[str, torch.Tensor],
) -> dict[str, Read]:
    gold = Taught(scheme, taught)
    models = [_fitted([gold], order=order) for order in ORDERS]
    found = {f"plain, order {at}": _read(model, test) for at, model in enumerate(models)}
    found["mean of their probabilities"] = _mean([*found.values()])
    texts = [_asked(each, scheme) for each in beside.examples]
    seen = [_read(model, texts) for model in models]
    found["averaged weights"] = _read(_averaged(models), test)
    found["joint with newsmtsc"] = _read(_fitted([gold, beside]), test)
    found["masked words first"] = _read(_fitted([gold], start=adapted), test)
    sure = [e for e in texts if max(seen[0][_place(e)]) >= SURE]
    for name, others, says in (
        ("self-training", sure, seen[0]),
        ("distillation", texts, _mean(seen)),
    ):
        hard = name == "self-training"
        votes = [_voted(each, scheme, says[_place(each)], hard=hard) for each in others]
        found[name] = _read(_fitted([gold, Taught(scheme, votes)]), test)
    print(f"{len(sure)} self-taught sentences", flush=True)
    return found


def _fitted(
    taught: Sequence[Taught], order: int = 0, start: Mapping[str, torch.Tensor] | None = None
) -> PressmarkModel:
    """A model from the one start, with its batches in the order of a seed."""
    settings = TrainingSection(
        epochs=TASK.epochs,
        learning_rate=TASK.rate,
        batch_size=TASK.batch,
        balance=TASK.balance,
        window=TASK.window,
        stride=TASK.window // 4,
        bf16=True,
        arguments={"data_seed": order},
    )
    begun = time.monotonic()
    encoder = _encoder()
    if start:
        encoder.model.load_state_dict(start)
    with quietly():
        model = fit(taught, encoder, settings)
    print(f"fitted in {time.monotonic() - begun:.0f} s", flush=True)
    return model


def _encoder() -> Encoder:
    transformers.set_seed(0)
    with quietly():
        return load_encoder("embedded", Path())


def _averaged(models: Sequence[PressmarkModel]) -> PressmarkModel:
    """The last of `models`, with the mean of all their weights."""
    states = [model.state_dict() for model in models]
    mean = {name: sum(state[name] for state in states) / len(states) for name in states[0]}
    models[-1].load_state_dict(mean)
    return models[-1]


def _adapted(texts: Sequence[str]) -> dict[str, torch.Tensor]:
    """The encoder's weights after an epoch of masked words."""
    encoder, begun = _encoder(), time.monotonic()
    model: Any = transformers.AutoModelForMaskedLM.from_config(encoder.model.config)
    model.bert.load_state_dict(encoder.model.state_dict(), strict=False)
    model.tie_weights()
    collate = transformers.DataCollatorForLanguageModeling(
        encoder.tokenizer, mlm_probability=MASKED
    )
    rows = [encoder.tokenizer(text, truncation=True, max_length=128) for text in set(texts)]
    rows.sort(key=lambda row: len(row["input_ids"]))
    batches = [rows[at : at + 32] for at in range(0, len(rows), 32)]
    steps = torch.optim.AdamW(model.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(steps, RATE, total_steps=len(batches))
    model.train()
    losses = []
    for number in torch.randperm(len(batches)).tolist():
        steps.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            loss = model(**collate(batches[number])).loss
        loss.backward()
        steps.step()
        schedule.step()
        losses.append(loss.item())
    fifth = len(losses) // 5
    first, last = sum(losses[:fifth]) / fifth, sum(losses[-fifth:]) / fifth
    print(
        f"masked words: {len(rows)} texts, loss {first:.2f}, at the end {last:.2f},"
        f" {time.monotonic() - begun:.0f} s",
        flush=True,
    )
    state = encoder.model.state_dict()
    return {**state, **{k: v for k, v in model.bert.state_dict().items() if k in state}}


def _read(model: PressmarkModel, examples: Sequence[Example]) -> Read:
    choice = next(c for c in model.heads.choices if c.name == TASK.question)
    reads = reader(model, _encoder().tokenizer, TASK.window, TASK.window // 4)
    weights, found = weights_of(model), {}
    readings = reads.read([each.article for each in examples], keep=True)
    for example, reading in zip(examples, readings, strict=True):
        place = _place(example)
        (says,) = chances(reading, weights, choice, [unit(example.article, *place[1:])])
        found[place] = [float(p) for p in says]
    return found


def _place(example: Example) -> tasks.Place:
    answer = example.opinions[0].answers[0]
    return example.article.id, answer.start or 0, answer.end or 0


def _asked(example: Example, scheme: Scheme) -> Example:
    """The sentence, asked the scheme's question; the first answer only holds the place."""
    end = len(example.article.text)
    value = scheme.questions[0].value_names[0]
    answer = Answer(TASK.question, (value,), 0, end)
    made = replace(example.opinions[0], answers=(answer,), spans=(), scheme=scheme.hash)
    return Example(example.article, (made,))


def _voted(example: Example, scheme: Scheme, says: Sequence[float], *, hard: bool) -> Example:
    """The sentence with the likeliest answer, or with as many votes for each as it is likely."""
    names = scheme.questions[0].value_names
    ahead = names[max(range(len(names)), key=says.__getitem__)]
    votes = [ahead] if hard else []
    for name, chance in () if hard else zip(names, says, strict=True):
        votes += [name] * round(chance * VOTES)
    (opinion,) = example.opinions
    return Example(example.article, tuple(_said(opinion, n, v) for n, v in enumerate(votes)))


def _said(opinion: Annotation, number: int, value: str) -> Annotation:
    (answer,) = opinion.answers
    return replace(
        opinion,
        id=f"{opinion.id}:{number}",
        author=f"vote {number}",
        answers=(replace(answer, values=(value,)),),
    )


def _mean(reads: Sequence[Read]) -> Read:
    return {
        place: [sum(each) / len(reads) for each in zip(*(r[place] for r in reads), strict=True)]
        for place in reads[0]
    }


def _table(found: Mapping[str, Read], parts: tasks.Parts, scheme: Scheme) -> None:
    answers = {name: tasks._answered(read, parts, TASK, scheme) for name, read in found.items()}
    plain = answers["plain, order 0"]
    print("| way | macro-F1 | less the plain fit's |\n| --- | --- | --- |")
    for name, given in answers.items():
        compared = paired_answers(given, plain, TASK.measure)
        less = "" if given is plain else tasks._figure(compared.difference)
        print(f"| {name} | {tasks._figure(compared.one)} | {less} |", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--texts", type=int, default=500, help="sentences of newsmtsc")
    return parser.parse_args()


if __name__ == "__main__":
    main()
