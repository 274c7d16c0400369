"""Sentences, targets, frames and solicitations: the model beside TF-IDF and the frozen encoder.

    python benchmarks/tasks.py DATA TASK [--seeds 0 1 2] [--epochs N] [--rate R] [--balance B]
    python benchmarks/tasks.py DATA TASK --tune ...       # what the settings below were chosen by

TASK is one of `TASKS`: newssd-eng, newsmtsc, frac, persuasion4good. DATA is the folder of
development data. Each corpus goes through the product's own path: its import, the scheme's heads,
rows, fit, reader, chances. Where the corpus has a test file that is scored; else five folds, whose
groups (a sentence, a dialogue) are whole. All settings were chosen by `--tune`, which never looks
at what is scored: it holds a fifth of the training part out (of frac and persuasion4good, of the
first fold's training part), or takes the corpus' validation file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from machine import machine

from corpus.imports.catalogue import CORPORA
from corpus.imports.convert import convert
from corpus.measures import Figure
from corpus.scheme import Question, Scheme, Value
from corpus.scoring.answers import Answered, AnswerMeasure, answer_figure, f1m, macro_f1, mean_f1
from corpus.scoring.paired import paired_answers
from corpus.settings import TrainingSection
from training.backends import reader, weights_of
from training.encoders import load_encoder, quietly
from training.examples import Example
from training.heads import Choice, heads_of
from training.opinions import chances
from training.rows import Taught
from training.teach import fit
from training.units import Unit, unit
from training.units_baselines import frozen, tfidf

#: What a turn asks for that is an appeal, as configs/mappings/persuasion4good.yaml says.
ASKS = {"proposition-of-donation", "ask-donation-amount", "ask-donate-more"}
Place = tuple[str, int, int]
#: For each place that is scored what each value's probability is.
Read = dict[Place, list[float]]


@dataclass(frozen=True)
class Task:
    """A corpus' question, how it is scored, and the settings that were chosen for it."""

    question: str
    measure: AnswerMeasure
    train: str
    test: str = ""
    validation: str = ""
    epochs: float = 5
    rate: float = 1e-4
    batch: int = 16
    balance: float = 0.0
    window: int = 128


TASKS = {
    "newssd-eng": Task(
        "subjectivity", macro_f1, "train.csv", "test.csv", "val.csv", rate=2e-4, balance=1.0
    ),
    "newsmtsc": Task("polarity", f1m, "train.jsonl", "devtest_mt.jsonl", epochs=3),
    "frac": Task(
        "frame",
        macro_f1,
        "gold_standard_single_label_all.csv",
        epochs=15,
        rate=2e-4,
        batch=8,
        balance=1.0,
    ),
    "persuasion4good": Task(
        "asks",
        mean_f1(["yes"]),
        "persuader_sentences.csv",
        epochs=6,
        rate=2e-4,
        batch=4,
        window=256,
    ),
}


def main() -> None:
    """Read, teach, score and print."""
    options = _options()
    task = TASKS[options.task]
    given = {name: getattr(options, name) for name in ("epochs", "rate", "balance", "batch")}
    task = replace(task, **{name: value for name, value in given.items() if value is not None})
    scheme, parts = _parts(options.data / options.task, options.task, task, tune=options.tune)
    print(f"{options.task}, {machine()}: {task}")
    scored = [place for _, test in parts for place in _reference(test, task.question)]
    print(f"{len(scored)} answers, {len(parts)} parts", flush=True)
    found: dict[str, Read] = {}
    for name, system in _systems(options, task).items():
        begun = time.monotonic()
        found[name] = _kept(
            options, task, name, lambda system=system: _read_by(system, parts, scheme)
        )
        _show(name, found[name], parts, task, scheme)
        print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)
    models = [read for name, read in found.items() if name.startswith("model")]
    if len(models) > 1:
        found["the seeds' mean probability"] = {
            place: [statistics.mean(each) for each in zip(*(m[place] for m in models), strict=True)]
            for place in models[0]
        }
    _table(found, parts, task, scheme)


System = Callable[[list[Example], list[Example], Scheme], Read]
Parts = Sequence[tuple[list[Example], list[Example]]]


def _read_by(system: System, parts: Parts, scheme: Scheme) -> Read:
    found: Read = {}
    for taught, test in parts:
        found |= system(taught, test, scheme)
    return found


def _kept(options: argparse.Namespace, task: Task, name: str, made: Callable[[], Read]) -> Read:
    """What was read before with the same settings, else what `made` reads."""
    if not options.keep:
        return made()
    told = f"{options.task} {options.tune} {name} {task}".replace(str(task.measure), "")
    digest = hashlib.sha256(told.encode()).hexdigest()[:12]
    path = options.keep / f"{options.task}-{name.replace(' ', '-')}-{digest}.json"
    if not path.exists():
        options.keep.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([[*place, each] for place, each in made().items()]))
    return {(a, b, c): each for a, b, c, each in json.loads(path.read_text())}


def _systems(options: argparse.Namespace, task: Task) -> dict[str, System]:
    made: dict[str, System] = {}
    if not options.bare:
        made["TF-IDF"] = lambda taught, test, scheme: _linear(tfidf(taught, scheme), test, task)
        made["frozen encoder"] = lambda taught, test, scheme: _linear(
            frozen(taught, scheme, _encoder(), (task.window, task.window // 4)), test, task
        )
    for seed in options.seeds:
        settings = TrainingSection(
            epochs=task.epochs,
            learning_rate=task.rate,
            batch_size=task.batch,
            balance=task.balance,
            window=task.window,
            stride=task.window // 4,
            bf16=True,
            seed=seed,
        )
        made[f"model, seed {seed}"] = lambda taught, test, scheme, settings=settings: _model(
            taught, test, scheme, settings, task
        )
    return made


def _encoder() -> object:
    with quietly():
        return load_encoder("embedded", Path())


def _model(
    taught: list[Example],
    test: list[Example],
    scheme: Scheme,
    settings: TrainingSection,
    task: Task,
) -> Read:
    import transformers

    transformers.set_seed(settings.seed)
    encoder = _encoder()
    with quietly():
        model = fit([Taught(scheme, taught)], encoder, settings)
    weights = weights_of(model)
    choice = _choice(taught, scheme, task)
    reads = reader(model, encoder.tokenizer, settings.window, settings.stride)
    found: Read = {}
    readings = reads.read([each.article for each in test], keep=True)
    for example, reading in zip(test, readings, strict=True):
        asked = _asked(example, task.question)
        says = chances(reading, weights, choice, list(asked.values()))
        found |= _told(asked, says)
    return found


def _linear(learnt: object, test: list[Example], task: Task) -> Read:
    found: Read = {}
    choice = next(c for c in learnt.heads.choices if c.name == task.question)
    for example in test:
        asked = _asked(example, task.question)
        if asked:
            found |= _told(asked, learnt.chances(example.article, choice, list(asked.values())))
    return found


def _told(asked: Mapping[Place, Unit], says: Sequence[object]) -> Read:
    return {place: [float(p) for p in each] for place, each in zip(asked, says, strict=True)}


def _choice(taught: list[Example], scheme: Scheme, task: Task) -> Choice:
    return next(c for c in heads_of(scheme, taught).choices if c.name == task.question)


def _asked(example: Example, question: str) -> dict[Place, Unit]:
    return {
        place: unit(example.article, place[1], place[2])
        for place in _reference([example], question)
    }


def _reference(examples: Sequence[Example], question: str) -> dict[Place, tuple[str, ...]]:
    return {
        (example.article.id, answer.start or 0, answer.end or 0): answer.values
        for example in examples
        for opinion in example.opinions
        for answer in opinion.answers
        if answer.question == question
    }


def _answered(read: Read, parts: Parts, task: Task, scheme: Scheme) -> list[Answered]:
    question = scheme.question(task.question)
    assert question is not None
    names = question.value_names
    return [
        Answered(place[0], values, (names[max(range(len(names)), key=read[place].__getitem__)],))
        for _, test in parts
        for place, values in _reference(test, task.question).items()
    ]


def _show(name: str, read: Read, parts: Parts, task: Task, scheme: Scheme) -> None:
    print(f"{name}: {_figure(answer_figure(task.measure, _answered(read, parts, task, scheme)))}")


def _table(found: Mapping[str, Read], parts: Parts, task: Task, scheme: Scheme) -> None:
    answers = {name: _answered(read, parts, task, scheme) for name, read in found.items()}
    print("| system | F1 | less the frozen encoder's |\n| --- | --- | --- |")
    values = []
    for name, given in answers.items():
        figure, less = answer_figure(task.measure, given), ""
        if "frozen encoder" in answers and name != "frozen encoder":
            other = answers["frozen encoder"]
            less = _figure(paired_answers(given, other, task.measure).difference)
        print(f"| {name} | {_figure(figure)} | {less} |")
        if name.startswith("model"):
            values.append(figure.value or 0.0)
    if values:
        spread = statistics.stdev(values) if len(values) > 1 else 0.0
        print(f"mean of {len(values)} seeds: {statistics.mean(values):.3f}, spread {spread:.3f}")


def _figure(figure: Figure) -> str:
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def _parts(folder: Path, name: str, task: Task, *, tune: bool) -> tuple[Scheme, Parts]:
    scheme, train = _read(folder / task.train, name, task)
    if tune and task.validation:
        return scheme, [(train, _read(folder / task.validation, name, task)[1])]
    if task.test and not tune:
        more = _read(folder / task.validation, name, task)[1] if task.validation else []
        return scheme, [(train + more, _read(folder / task.test, name, task)[1])]
    folds = list(_folds(train))
    if not tune:
        return scheme, folds
    return scheme, list(_folds(train if task.test else folds[0][0], "tune"))[:1]


def _folds(
    examples: list[Example], salt: str = ""
) -> Iterator[tuple[list[Example], list[Example]]]:
    """Five folds by hash of the article's id."""

    def key(example: Example) -> bytes:
        return hashlib.sha256(f"{salt}{example.article.id}".encode()).digest()

    ordered = sorted(examples, key=key)
    for fold in range(5):
        test = ordered[fold::5]
        kept = {example.article.id for example in test}
        yield [example for example in ordered if example.article.id not in kept], test


def _read(path: Path, name: str, task: Task) -> tuple[Scheme, list[Example]]:
    """The corpus as its import reads it, asked the task's question alone."""
    corpus = CORPORA[name]
    found = convert(corpus.read(path), name, corpus.scheme)
    scheme = corpus.scheme
    if name == "persuasion4good":
        question = Question(name="asks", type="one", values=(Value(name="yes"), Value(name="no")))
    else:
        question = scheme.question(task.question)
        assert question is not None
    examples = []
    for annotation in found.annotations.values():
        answers = annotation.answers
        if name == "persuasion4good":
            answers = tuple(
                replace(a, question="asks", values=("yes" if ASKS & set(a.values) else "no",))
                for a in answers
            )
        kept = tuple(answer for answer in answers if answer.question == task.question)
        if kept:
            opinion = replace(annotation, answers=kept)
            examples.append(Example(found.articles[annotation.article], (opinion,)))
    return replace(scheme, questions=(question,)), examples


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--epochs", type=float)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--balance", type=float)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--keep", type=Path, help="a folder for what was read")
    parser.add_argument("--tune", action="store_true", help="score held-out training articles")
    parser.add_argument("--bare", action="store_true", help="without the baselines")
    return parser.parse_args()


if __name__ == "__main__":
    main()
