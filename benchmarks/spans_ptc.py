"""SemEval-2020 task 11, spans: the model beside what a user would otherwise do.

    python benchmarks/spans_ptc.py FOLDER [--seeds 0 1 2] [--epochs 4] [--rate 2e-4] [--locked]

FOLDER holds `articles/articleID.txt` and `*.labels` (the corpus' training part; research use, never
redistributed). A fifth of the articles, by hash of their id, is locked away: nothing is taught,
tuned or chosen on it, and without `--locked` it is not read; 60 of the others are scored then.

Of what is not scored nothing is taught that tells the story of a scored article (the product's own
clusters of near-duplicates), and each seed leaves out another fifth, stories whole, to tune its
thresholds on, which are common to all seeds: every reading they come from is by a model that was
not taught the article or its like. The baselines are taught and tuned on what the first seed is.
Labels are the corpus' fourteen techniques, and one more for any of them, which SI is scored by: SI
knows no labels. FLC is scored by the fourteen. `--keep FOLDER` keeps what the models read.

A figure on training articles is not comparable to one on the task's own test set.
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from machine import machine

from corpus.imports.catalogue import CORPORA
from corpus.imports.convert import convert
from corpus.measures import (
    Figure,
    Measure,
    Pair,
    Tally,
    bootstrap,
    contained,
    contained_labelled,
    merged,
)
from corpus.records import Annotation, Article, Span
from corpus.scheme import Scheme, parse_scheme
from corpus.scoring.paired import paired_spans
from corpus.settings import TrainingSection
from corpus.stories.duplicates import find_clusters
from training.backends import reader
from training.baselines import everything, lexicon, shuffled
from training.decode import Reading, decode
from training.encoders import load_encoder, quietly
from training.examples import Example
from training.folds import folds_of
from training.rows import Taught
from training.teach import fit
from training.units_baselines import frozen, tfidf

ANY = "any technique"
#: From these probabilities a label may stand.
GRID = (0.03, 0.05, 0.07, 0.1, 0.13, 0.16, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8)

System = Callable[[Example], Sequence[Span]]


@dataclass(frozen=True)
class Parts:
    """What is scored, what is left to learn from, and the story that each article tells."""

    scored: list[Example]
    rest: list[Example]
    stories: Mapping[str, str]

    def fold(self, seed: int) -> tuple[list[Example], list[Example]]:
        """Return what the model of `seed` is taught, and what its thresholds are tuned on."""
        ids = {each.article.id for each in self.rest}
        fold = set(folds_of({id_: self.stories[id_] for id_ in ids}, 5)[seed % 5])
        held = [each for each in self.rest if each.article.id in fold]
        return [each for each in self.rest if each.article.id not in fold], held


def main() -> None:
    """Train, score and print."""
    options = _options()
    scheme, parts = _read(options.folder, locked=options.locked)
    size = f"{len(parts.scored)} articles scored ({'locked' if options.locked else 'not locked'})"
    print(f"{machine()}; {size}, {len(parts.rest)} to learn from, a fifth of them to tune on")
    seen, tuning, fits = {}, [], []
    for seed in options.seeds:
        taught, held = parts.fold(seed)
        learned = _settings(options, seed)
        seen[seed], left_out, seconds = _model(
            (taught, held, parts.scored), scheme, learned, options.keep
        )
        tuning += list(zip(held, left_out, strict=True))
        fits.append(seconds)
        print(f"seed {seed}: fitted on {len(taught)} articles in {seconds:.0f} s", flush=True)
    if options.fit:
        return
    taught, held = parts.fold(options.seeds[0])
    systems: dict[str, Mapping[str, Sequence[Span]]] = {}
    thresholds = tuned(tuning, scheme)
    print("thresholds " + ", ".join(f"{name} {t:g}" for name, t in thresholds.items()))
    for seed, readings in seen.items():
        systems[f"model, seed {seed}"] = _found(readings, scheme, thresholds)
    if len(seen) > 1:
        together = [_mean(readings) for readings in zip(*seen.values(), strict=True)]
        systems["mean of the seeds' probabilities"] = _found(together, scheme, thresholds)
    for name, read in _learned(taught, scheme, options).items():
        begun = time.monotonic()
        common = tuned(list(zip(held, read(held), strict=True)), scheme)
        systems[name] = _found(read(parts.scored), scheme, common)
        print(f"{name} read and tuned in {time.monotonic() - begun:.0f} s", flush=True)
    for name, system in _trivial(scheme).items():
        systems[name] = {each.article.id: system(each) for each in parts.scored}
    _print(systems, parts, len(options.seeds))


def tuned(read: Sequence[tuple[Example, Reading]], scheme: Scheme) -> dict[str, float]:
    """Return each label's threshold: the best SI of the one for any, FLC of the fourteen.

    Both are sums over spans, and FLC's are sums over labels: so each label's threshold is raised or
    lowered in turn while the sum of all gains by it. Values are smoothed with their neighbours.
    """
    found = dict.fromkeys(scheme.label_names, 0.3)
    counts = {
        name: [_counted(read, scheme, name, threshold) for threshold in GRID]
        for name in scheme.label_names
    }
    for name in (ANY, *(n for _ in range(3) for n in scheme.label_names if n != ANY)):
        others = [n for n in scheme.label_names if ANY not in (n, name) and n != name]
        fixed = sum((counts[n][_at(found[n])] for n in others), Tally())
        if name == ANY:
            fixed = Tally()
        curve = [(fixed + each).f1 or 0.0 for each in counts[name]]
        smooth = [statistics.mean(curve[max(0, at - 1) : at + 2]) for at in range(len(curve))]
        found[name] = GRID[smooth.index(max(smooth))]
    return found


def _at(threshold: float) -> int:
    return min(range(len(GRID)), key=lambda at: abs(GRID[at] - threshold))


def _counted(
    read: Sequence[tuple[Example, Reading]], scheme: Scheme, name: str, threshold: float
) -> Tally:
    column = scheme.label_names.index(name)
    alone = replace(scheme, labels=(scheme.labels[column],))
    total = Tally()
    for example, reading in read:
        reference = [span for span in example.opinions[0].spans if span.label == name]
        ours = replace(
            reading,
            inside=reading.inside[:, [column]],
            begins=reading.begins[:, [column]],
        )
        total += contained_labelled(reference, decode(ours, alone, {name: threshold}))
    return total


def _settings(options: argparse.Namespace, seed: int) -> TrainingSection:
    return TrainingSection(
        encoder=options.encoder,
        epochs=options.epochs,
        learning_rate=options.rate,
        batch_size=options.batch,
        window=options.window,
        stride=options.window // 4,
        bf16=options.bf16,
        seed=seed,
    )


def _model(
    parts: tuple[list[Example], ...], scheme: Scheme, settings: TrainingSection, keep: Path | None
) -> tuple[list[Reading], list[Reading], float]:
    """Teach a model the first of `parts`; return what it reads in the third and the second."""
    taught, held, scored = parts
    told = f"{settings}{[[each.article.id for each in part] for part in parts]}"
    digest = hashlib.sha256(told.encode()).hexdigest()[:12]
    kept = keep / f"{settings.seed}-{digest}.pickle" if keep else None
    if kept and kept.exists():
        return pickle.loads(kept.read_bytes())  # what this script wrote
    begun = time.monotonic()
    with quietly():
        import transformers

        transformers.set_seed(settings.seed)
        encoder = load_encoder(settings.encoder, Path())
        model = fit([Taught(scheme, taught)], encoder, settings, _told)
    seconds = time.monotonic() - begun
    read_by = reader(model, encoder.tokenizer, settings.window, settings.stride)
    made = [list(read_by.read([e.article for e in part])) for part in (scored, held)]
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps((*made, seconds)))
    return made[0], made[1], seconds


def _found(
    readings: Sequence[Reading], scheme: Scheme, thresholds: Mapping[str, float]
) -> dict[str, Sequence[Span]]:
    return {each.article.id: decode(each, scheme, thresholds) for each in readings}


def _mean(readings: Sequence[Reading]) -> Reading:
    first = readings[0]
    inside = sum(each.inside for each in readings) / len(readings)
    begins = sum(each.begins for each in readings) / len(readings)
    return Reading(first.article, first.words, inside, begins)


def _learned(
    taught: list[Example], scheme: Scheme, options: argparse.Namespace
) -> dict[str, Callable[[Sequence[Example]], list[Reading]]]:
    """What learns without training an encoder, each as what reads examples."""
    with quietly():
        encoder = load_encoder(options.encoder, Path())
    words, terms = lexicon(taught, scheme), tfidf(taught, scheme)
    states = frozen(taught, scheme, encoder, (options.window, options.window // 4))
    return {
        "lexicon": lambda examples: [words.read(each.article) for each in examples],
        "TF-IDF": lambda examples: list(terms.readings([each.article for each in examples])),
        "frozen": lambda examples: list(states.readings([each.article for each in examples])),
    }


def _trivial(scheme: Scheme) -> dict[str, System]:
    return {
        "shuffled": lambda each: shuffled(each.opinions[0].spans, each.article, scheme),
        "everything": lambda each: everything(each.article, scheme),
    }


def _print(systems: Mapping[str, Mapping[str, Sequence[Span]]], parts: Parts, seeds: int) -> None:
    pairs = {name: _pairs(found, parts) for name, found in systems.items()}
    print("| system | SI F1 | P | R | FLC F1 |\n| --- | --- | --- | --- | --- |")
    values: dict[str, list[float]] = {"SI": [], "FLC": []}
    for name, (any_label, labelled) in pairs.items():
        si, flc = _score(any_label, contained), _score(labelled, contained_labelled)
        print(
            f"| {name} | {_shown(si[2])} | {si[0].value:.3f} | {si[1].value:.3f} |"
            f" {_shown(flc[2])} |"
        )
        if name.startswith("model"):
            values["SI"].append(si[2].value or 0.0)
            values["FLC"].append(flc[2].value or 0.0)
    for name, each in values.items():
        spread = statistics.stdev(each) if seeds > 1 else 0.0
        print(f"{name}, mean of {seeds} seeds: {statistics.mean(each):.3f}, spread {spread:.3f}")
    print("| system | less | SI F1 | FLC F1 |\n| --- | --- | --- | --- |")
    for name in [name for name in pairs if name.startswith("model")]:
        for other in ("frozen", "TF-IDF", "lexicon"):
            less = [
                _shown(paired_spans(ours, theirs, measure).difference)
                for ours, theirs, measure in zip(
                    pairs[name], pairs[other], (contained, contained_labelled), strict=True
                )
            ]
            print(f"| {name} | {other} | {less[0]} | {less[1]} |")


def _pairs(
    found: Mapping[str, Sequence[Span]], parts: Parts
) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """Both sides of each scored article: the label for any, and the fourteen."""
    any_label, labelled = [], []
    for each in parts.scored:
        id_ = each.article.id
        for made, kept in ((any_label, True), (labelled, False)):
            sides = [
                tuple(span for span in side if (span.label == ANY) == kept)
                for side in (each.opinions[0].spans, found[id_])
            ]
            made.append(Pair(parts.stories[id_], *sides))
    return tuple(any_label), tuple(labelled)


def _score(pairs: Sequence[Pair], measure: Measure) -> tuple[Figure, Figure, Figure]:
    totals: dict[str, Tally] = {}
    for pair in pairs:
        tally = measure(pair.reference, pair.predicted)
        totals[pair.group] = totals.get(pair.group, Tally()) + tally
    return bootstrap(list(totals.values()))


def _shown(figure: Figure) -> str:
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--encoder", default="embedded")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=float, default=4)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--window", type=int, default=128)
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--locked", action="store_true", help="score the locked fifth")
    parser.add_argument("--keep", type=Path, help="a folder for what the models read")
    parser.add_argument("--fit", action="store_true", help="fit and keep, score nothing yet")
    return parser.parse_args()


def _told(what: str, done: int, total: int) -> None:
    if done % 100 == 0:
        print(f"{what} {done} of {total}", flush=True)


def _read(folder: Path, *, locked: bool) -> tuple[Scheme, Parts]:
    corpus = CORPORA["ptc"]
    label = f'labels:\n  - {{name: {ANY}, colour: "#000000"}}'
    scheme = parse_scheme(corpus.scheme.source.replace("labels:", label, 1))
    found = convert(corpus.read(folder), "ptc", corpus.scheme)
    opinions = {each.article: each for each in found.annotations.values()}
    keys = {id_: hashlib.sha256(id_.removeprefix("ptc-").encode()).digest() for id_ in opinions}
    examples = {i: _example(found.articles[i], opinions[i], scheme) for i in opinions}
    ordered = [examples[id_] for id_ in sorted(keys, key=lambda id_: keys[id_])]
    fifth = [each for each in ordered if keys[each.article.id][0] % 5 == 0]
    others = [each for each in ordered if keys[each.article.id][0] % 5]
    scored, rest = (fifth, others) if locked else (others[:60], others[60:])
    stories = find_clusters(each.article for each in ordered).of
    told = {stories[each.article.id] for each in scored}
    apart = [each for each in rest if stories[each.article.id] not in told]
    print(f"{len(rest) - len(apart)} articles left out that tell a story of a scored one")
    return scheme, Parts(scored, apart, stories)


def _example(article: Article, opinion: Annotation, scheme: Scheme) -> Example:
    joined = merged(opinion.spans)
    marks = tuple(Span(f"any:{start}", start, end, ANY) for start, end in joined)
    gold = Annotation(
        opinion.id,
        article.id,
        article.sha256,
        opinion.author,
        "gold",
        scheme.hash,
        (*opinion.spans, *marks),
    )
    return Example(article, (gold,))


if __name__ == "__main__":
    main()
