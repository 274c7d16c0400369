"""What a span's score is worth: calibration error raw and calibrated, on articles not fitted on.

    python benchmarks/calibration.py FOLDER [--system lexicon tfidf model] [--articles 150]

FOLDER is that of spans_ptc.py; the fifth that is locked away there is not read. Of the others, in
the order of their ids' hashes, `--articles` are read out of fold (`--folds`, by near-duplicate
group) by a lexicon, TF-IDF with logistic regression, and the embedded encoder, fine-tuned. Labels
are the corpus' fourteen techniques and one for any of them.

Thresholds are tuned and curves fitted on one half of the articles, and every span that then stands
in the other half is scored; and the other way round. A span is right where the reference has one of
its label that overlaps it by half. `--keep FOLDER` keeps the model's readings.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from machine import machine
from spans_ptc import _read

from corpus.scheme import Scheme
from corpus.scoring.reliability import Reliability, reliability
from corpus.settings import Objective, TrainingSection
from corpus.stories.duplicates import find_clusters
from training.baselines import lexicon
from training.calibration import Curve, Outcome, calibrated, fitted
from training.encoders import load_encoder, quietly
from training.examples import Example
from training.folds import folds_of
from training.reliability import diagram
from training.rows import Taught
from training.standards import Unseen, cross_read, outcomes
from training.thresholds import tuned
from training.units_baselines import tfidf

#: From the outcomes of some articles, what a label's raw scores are worth.
Way = Callable[[Sequence[Outcome]], Callable[[str, Sequence[float]], Sequence[float]]]


def main() -> None:
    """Read out of fold, calibrate on one half of the articles, score the other, and print."""
    options = _options()
    scheme, parts = _read(options.folder, locked=False)
    examples = [*parts.scored, *parts.rest][: options.articles]
    groups = find_clusters(each.article for each in examples).of
    print(f"{machine()}; {len(examples)} articles, {options.folds} folds, none of them locked")
    print("| scorer | thresholds by | spans (right) | way | ECE | by chance | Brier |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for system in options.system:
        begun = time.monotonic()
        unseen = _unseen(system, examples, scheme, groups, options)
        seconds = time.monotonic() - begun
        for objective in ("characters", "SI"):
            _print(system, unseen, scheme, objective, options)
        print(f"{system}: read in {seconds:.0f} s", flush=True)


def raw(_: Sequence[Outcome]) -> Callable[[str, Sequence[float]], Sequence[float]]:
    """Leave scores as they are."""
    return lambda _, scores: scores


def ours(found: Sequence[Outcome]) -> Callable[[str, Sequence[float]], Sequence[float]]:
    """A curve a label where it has enough spans, as `train` does."""
    made = calibrated(found)
    return lambda label, scores: made.curve(label).chances(scores).tolist()


def pooled(found: Sequence[Outcome]) -> Callable[[str, Sequence[float]], Sequence[float]]:
    """One curve for all labels."""
    made = fitted(found, Curve())
    return lambda _, scores: made.chances(scores).tolist()


def platt(found: Sequence[Outcome]) -> Callable[[str, Sequence[float]], Sequence[float]]:
    """Logistic regression on the score's logit, for all labels."""
    from sklearn.linear_model import LogisticRegression

    def logits(scores: Sequence[float]) -> np.ndarray:
        inner = np.clip(scores, 1e-4, 1 - 1e-4)
        return np.log(inner / (1 - inner))[:, None]

    made = LogisticRegression(C=1e6).fit(logits([e.score for e in found]), _right(found))
    return lambda _, scores: made.predict_proba(logits(scores))[:, 1].tolist()


def isotonic(found: Sequence[Outcome]) -> Callable[[str, Sequence[float]], Sequence[float]]:
    """Isotonic regression, for all labels."""
    from sklearn.isotonic import IsotonicRegression

    made = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    made.fit([each.score for each in found], _right(found))
    return lambda _, scores: made.predict(scores).tolist()


WAYS: dict[str, Way] = {
    "raw": raw,
    "a curve a label (ours)": ours,
    "one curve": pooled,
    "Platt": platt,
    "isotonic": isotonic,
}


def _right(found: Sequence[Outcome]) -> list[float]:
    return [each.right for each in found]


def _print(
    system: str, unseen: Unseen, scheme: Scheme, objective: Objective, options: argparse.Namespace
) -> None:
    halves = list(_halves(unseen, scheme, objective))
    seen: dict[str, Reliability] = {}
    for name, way in WAYS.items():
        said, right, groups = [], [], []
        for fitted_on, scored in halves:
            made = way(fitted_on)
            for label in scheme.label_names:
                mine = [each for each in scored if each.label == label]
                said += made(label, [each.score for each in mine]) if mine else []
                right += _right(mine)
                groups += [each.group for each in mine]
        found = seen[name] = reliability(said, right, groups)
        error = found.error
        brier = np.mean((np.array(said) - right) ** 2)
        print(
            f"| {system} | {objective} | {len(said)} ({sum(right):.0f}) | {name} |"
            f" {error.value:.4f} [{error.low:.3f}, {error.high:.3f}] | {found.by_chance:.3f} |"
            f" {brier:.4f} |"
        )
    if options.keep:
        path = options.keep / f"{system}-{objective}.svg"
        path.write_text(diagram(seen["a curve a label (ours)"], seen["raw"]), encoding="utf-8")


def _halves(
    unseen: Unseen, scheme: Scheme, objective: Objective
) -> Iterator[tuple[list[Outcome], list[Outcome]]]:
    """Yield what is fitted on and what is scored, at thresholds of the first."""
    ids = [each.article.id for each in unseen.examples]
    for half in folds_of({id_: unseen.groups[id_] for id_ in ids}, 2, seed=1):
        there = _part(unseen, set(ids) - set(half))
        thresholds = tuned(there.readings, there.examples, scheme, objective)
        here = _part(unseen, set(half))
        yield outcomes(there, scheme, thresholds), outcomes(here, scheme, thresholds)


def _part(unseen: Unseen, ids: set[str]) -> Unseen:
    pairs = zip(unseen.readings, unseen.examples, strict=True)
    kept = [(r, e) for r, e in pairs if e.article.id in ids]
    return Unseen([r for r, _ in kept], [e for _, e in kept], unseen.groups, unseen.how)


def _unseen(
    system: str,
    examples: Sequence[Example],
    scheme: Scheme,
    groups: dict[str, str],
    options: argparse.Namespace,
) -> Unseen:
    if system == "model":
        return _model(examples, scheme, groups, options)
    learn = {"lexicon": lexicon, "tfidf": tfidf}[system]
    readings, read = [], []
    ids = {each.article.id: each for each in examples}
    for fold in folds_of({id_: groups[id_] for id_ in ids}, options.folds):
        made = learn([each for id_, each in ids.items() if id_ not in fold], scheme)
        read += [ids[id_] for id_ in fold]
        readings += [made.read(ids[id_].article) for id_ in fold]
    return Unseen(readings, read, groups, system)


def _model(
    examples: Sequence[Example], scheme: Scheme, groups: dict[str, str], options: argparse.Namespace
) -> Unseen:
    settings = TrainingSection(
        epochs=options.epochs, learning_rate=2e-4, window=128, stride=32, bf16=True
    ).model_copy(update={"folds": options.folds})
    load = partial(load_encoder, settings.encoder, Path())
    with quietly(), tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        taught = Taught(scheme, examples)
        return cross_read(taught, [], groups, settings, load, folder, _told)


def _told(what: str, done: int, total: int) -> None:
    if done % 50 == 0:
        print(f"{what} {done} of {total}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    systems = ("lexicon", "tfidf", "model")
    parser.add_argument("--system", nargs="+", choices=systems, default=systems)
    parser.add_argument("--articles", type=int, default=150)
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--keep", type=Path, help="a folder for readings and diagrams")
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    return options


if __name__ == "__main__":
    main()
