"""SemEval-2020 task 11, spans: the model beside what a user would otherwise do.

    python benchmarks/spans_ptc.py FOLDER [--epochs 3] [--rate 1e-4] [--train 150] [--test 40]

FOLDER holds `articles/articleID.txt` and one `*.labels` file (the corpus' training part; research
use, never redistributed). A fifth of the articles, by hash of their id, is locked away: it is
neither taught nor scored here. Prints SI for the model, a lexicon, shuffled spans and marking
everything. A figure on training articles is not comparable to one on the task's own test set.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections import defaultdict
from pathlib import Path

from corpus.measures import merged
from corpus.records import Annotation, Article, Block, Span
from corpus.scheme import Scheme, parse_scheme
from corpus.settings import TrainingSection
from corpus.stories.duplicates import find_clusters
from corpus.text import canonical
from training.backends import reader
from training.baselines import everything, lexicon, shuffled
from training.decode import Reading, decode
from training.encoders import load_encoder, quietly
from training.evaluate import System, compared
from training.examples import Example
from training.fit import fit
from training.readings import Reader
from training.rows import Taught
from training.thresholds import tuned

LABEL = "technique"
SCHEME = f"""\
name: ptc
version: "1"
labels:
  - name: {LABEL}
    colour: "#b3261e"
    hotkey: "1"
    definition: a propaganda technique, of whatever kind
    test: does the run use one?
    positive: [{{text: "[[one]]"}}, {{text: "[[two]]"}}, {{text: "[[three]]"}}]
    negative: [{{text: "one"}}, {{text: "two"}}, {{text: "three"}}]
"""


def main() -> None:
    """Train, score and print."""
    options = _options()
    scheme = parse_scheme(SCHEME)
    examples = _examples(options.folder, scheme)
    tested, rest = examples[: options.test], examples[options.test :][: options.train]
    held_out, taught = rest[: len(rest) // 5], rest[len(rest) // 5 :]
    settings = TrainingSection(
        encoder=options.encoder,
        epochs=options.epochs,
        learning_rate=options.rate,
        batch_size=options.batch,
        seed=options.seed,
    )
    begun = time.monotonic()
    systems = {
        "model": _model(taught, held_out, tested, scheme, settings),
        "lexicon": _lexicon(taught, held_out, scheme),
        "shuffled": lambda e: shuffled(e.reference(scheme), e.article, scheme),
        "everything": lambda e: everything(e.article, scheme),
    }
    groups = find_clusters(example.article for example in tested).of
    print(
        f"{len(taught)} articles taught, {len(held_out)} to tune on, {len(tested)} scored;"
        f" {settings}; {time.monotonic() - begun:.0f} s"
    )
    print("| system | SI F1 | 95% | P | R | overlap F1 | exact F1 |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, system in systems.items():
        by = {s.measure: s for s in compared(system, tested, scheme, groups) if s.label == LABEL}
        si = by["SI"]
        print(
            f"| {name} | {si.f1.value:.3f} | {si.f1.low:.3f} to {si.f1.high:.3f} |"
            f" {si.precision.value:.3f} | {si.recall.value:.3f} |"
            f" {by['overlap'].f1.value:.3f} | {by['exact'].f1.value:.3f} |"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--encoder", default="embedded")
    parser.add_argument("--train", type=int, default=150)
    parser.add_argument("--test", type=int, default=40)
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _model(
    taught: list[Example],
    held_out: list[Example],
    tested: list[Example],
    scheme: Scheme,
    settings: TrainingSection,
) -> System:
    with quietly():
        encoder = load_encoder(settings.encoder, Path())
        model = fit([Taught(scheme, taught)], encoder, settings, _told)
    read_by = reader(model, encoder.tokenizer, settings.window, settings.stride)
    thresholds = tuned(_read(read_by, held_out), held_out, scheme)
    print(f"thresholds {thresholds}")
    found = {r.article.id: decode(r, scheme, thresholds) for r in _read(read_by, tested)}
    return lambda example: found[example.article.id]


def _read(read_by: Reader, examples: list[Example]) -> list[Reading]:
    return list(read_by.read([example.article for example in examples]))


def _lexicon(taught: list[Example], held_out: list[Example], scheme: Scheme) -> System:
    learned = lexicon(taught, scheme)
    thresholds = tuned([learned.read(e.article) for e in held_out], held_out, scheme)
    return lambda example: decode(learned.read(example.article), scheme, thresholds)


def _told(what: str, done: int, total: int) -> None:
    if done % 50 == 0:
        print(f"{what} {done} of {total}", flush=True)


def _examples(folder: Path, scheme: Scheme) -> list[Example]:
    """The articles that are not locked, in the order of their ids' hashes."""
    places: defaultdict[str, list[Span]] = defaultdict(list)
    for path in sorted(folder.glob("*.labels")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            id_, *_, start, end = line.split("\t")
            places[id_].append(Span(str(number), int(start), int(end), LABEL))
    paths = {path.stem.removeprefix("article"): path for path in folder.glob("articles/*.txt")}
    order = sorted((hashlib.sha256(id_.encode()).digest(), id_) for id_ in paths)
    return [_example(id_, paths[id_], places[id_], scheme) for key, id_ in order if key[0] % 5]


def _example(id_: str, path: Path, spans: list[Span], scheme: Scheme) -> Example:
    raw = path.read_bytes().decode("utf-8")
    text, changes = canonical(raw)
    # The corpus counts a byte order mark; anything else would move offsets in ways we do not follow
    assert set(changes) <= {"byte order mark removed"}, f"{path}: {changes}"
    shift = len(raw) - len(text)
    article = Article(id=id_, text=text, blocks=_blocks(text))
    marks = tuple(Span(f"{s}", s - shift, e - shift, LABEL) for s, e in merged(spans))
    gold = Annotation(id_, id_, article.sha256, "consolidated", "gold", scheme.hash, marks)
    return Example(article, (gold,))


def _blocks(text: str) -> tuple[Block, ...]:
    """Every line is a block, the first a headline."""
    blocks: list[Block] = []
    start = 0
    for line in text.split("\n"):
        inner = line.strip()
        if inner:
            begin = start + line.index(inner)
            kind = "paragraph" if blocks else "headline"
            blocks.append(Block(begin, begin + len(inner), kind))
        start += len(line) + 1
    return tuple(blocks)


if __name__ == "__main__":
    main()
