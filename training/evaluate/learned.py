"""The baselines that learn: a lexicon, and regressions on TF-IDF and on the untouched encoder.

Each is taught the model's training articles, its thresholds tuned on the model's validation ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.progress import Progress
from corpus.scheme import Scheme
from training.baselines import lexicon
from training.checkpoint import Manifest
from training.decode import decode
from training.encoders import load_encoder, quietly
from training.evaluate.said import Said, Where, overhear
from training.evaluate.systems import System, Test
from training.examples import Example, Examples
from training.thresholds import tuned
from training.units_baselines import Linear, frozen, tfidf

TFIDF, FROZEN = "TF-IDF", "frozen"


@dataclass(frozen=True, slots=True)
class Learned:
    """A regression, and what it says of the test's examples."""

    linear: Linear
    said: Said


def lexicon_of(examples: Examples, manifest: Manifest, scheme: Scheme) -> System:
    """Return a lexicon."""
    learned = lexicon(examples.of(manifest.train), scheme)
    held_out = examples.unassisted(manifest.validation)
    thresholds = tuned([learned.read(e.article) for e in held_out], held_out, scheme)
    return lambda example: decode(learned.read(example.article), scheme, thresholds)


def regressions(
    job: Job,
    examples: Examples,
    manifest: Manifest,
    test: Test,
    asked: Sequence[Where],
    *,
    progress: Progress,
) -> tuple[dict[str, Learned], list[str]]:
    """Return the regressions with what they say, by name, and why one of them is missing, if it is.

    That is where its encoder cannot be loaded any more: the model itself does not need it.
    """
    taught, held_out = examples.of(manifest.train), examples.unassisted(manifest.validation)
    learned: dict[str, Learned] = {}
    missing: list[str] = []
    makers = dict(_makers(job, taught, manifest))
    for done, (name, make) in enumerate(makers.items()):
        progress("baselines", done, len(makers))
        try:
            linear = make()
        except PressmarkError as error:
            missing.append(f"{name}: – ({error})")
            continue
        readings = list(linear.readings([each.article for each in held_out]))
        thresholds = tuned(readings, held_out, job.scheme)
        articles = [each.article for each in test.examples]
        said = overhear(linear, articles, job.scheme, thresholds, asked)
        learned[name] = Learned(linear, said)
    progress("baselines", len(makers), len(makers))
    return learned, missing


def _makers(
    job: Job, taught: Sequence[Example], manifest: Manifest
) -> Iterator[tuple[str, Callable[[], Linear]]]:
    settings = manifest.settings
    yield TFIDF, lambda: tfidf(taught, job.scheme)

    def untouched() -> Linear:
        with quietly():
            encoder = load_encoder(settings["encoder"], job.folder)
        return frozen(taught, job.scheme, encoder, (settings["window"], settings["stride"]))

    yield FROZEN, untouched
