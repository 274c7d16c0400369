"""The baselines that learn: a lexicon, and regressions on TF-IDF and on the untouched encoder.

Each is taught the model's training articles; its thresholds are tuned as the model's are, by the
same objective and on the same articles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.progress import Progress
from corpus.records import Article
from corpus.scheme import Scheme
from training.baselines import Lexicon, lexicon
from training.checkpoint import Manifest
from training.decode import Reading, decode
from training.encoders import Encoder, load_encoder, quietly
from training.evaluate.said import Said, overhear
from training.evaluate.systems import System, Test
from training.examples import Example, Examples
from training.folds import folds_of
from training.heads import Heads
from training.opinions import Says, Standing
from training.references import Where
from training.thresholds import tuned
from training.units_baselines import Linear, frozen, tfidf
from training.values import Heard, gathered, heard, tuned_values

#: A frozen encoder that is no longer as it came: a model's, where what that began with is gone.
TFIDF, FROZEN, FINE_TUNED = "TF-IDF", "frozen", "frozen, tuned"


#: A lexicon answers nothing.
NO_HEADS = Heads(())


class Reads(Protocol):
    """A baseline that was taught."""

    @property
    def heads(self) -> Heads:
        """What it answers."""

    def listened(self, articles: Iterable[Article]) -> Iterator[tuple[Reading, Says]]:
        """Yield a reading an article, in order, and what tells of its units."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A regression, what it says of the test's examples, and from where its values stand."""

    linear: Linear
    said: Said
    values: Standing


@dataclass(frozen=True)
class Lessons:
    """What the model of a manifest was taught, and how its thresholds were found: for others too.

    A model whose thresholds are out of fold was tuned on its train and validation part; so are
    they, each fold read by a baseline that was taught the others.
    """

    examples: Examples
    manifest: Manifest
    scheme: Scheme

    @property
    def taught(self) -> list[Example]:
        """The train part."""
        return self.examples.of(self.manifest.train)

    def thresholds(
        self, teach: Callable[[Sequence[Example]], Reads], made: Reads
    ) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
        """Tune a baseline as the model was: its labels by the model's own objective, its values.

        Args:
            teach: makes such a baseline from examples.
            made: the one that was taught the train part.
        """
        objective = self.manifest.settings["objective"]
        readings: list[Reading] = []
        held: list[Example] = []
        told: list[dict[str, Heard]] = []
        for reads, bare in self._unseen(teach, made):
            found = reads.listened([each.article for each in bare])
            for example, (reading, says) in zip(bare, found, strict=True):
                readings.append(reading)
                told.append(heard(example, self.scheme, reads.heads, says))
            held += bare
        labels = tuned(readings, held, self.scheme, objective)
        return labels, tuned_values(gathered(told), self.scheme)

    def _unseen(
        self, teach: Callable[[Sequence[Example]], Reads], made: Reads
    ) -> Iterator[tuple[Reads, list[Example]]]:
        """Yield a baseline with examples it was not taught, by those who saw no pre-labels."""
        if len(self._folds) < 2:
            yield made, self.examples.unassisted(self.manifest.validation)
            return
        for fold in self._folds:
            others = [id_ for each in self._folds if each != fold for id_ in each]
            yield teach(self.examples.of(sorted(others))), self.examples.unassisted(fold)

    @cached_property
    def _folds(self) -> list[tuple[str, ...]]:
        """The model's own folds; none where articles have gone since, and too few are left."""
        settings, both = self.manifest.settings, (*self.manifest.train, *self.manifest.validation)
        groups = {id_: self.manifest.groups[id_] for id_ in both if id_ in self.examples.items}
        count = min(settings["folds"], len({*groups.values()}))
        return folds_of(groups, count, settings["seed"]) if count > 1 else []


def lexicon_of(lessons: Lessons) -> System:
    """Return a lexicon."""

    def teach(examples: Sequence[Example]) -> _Words:
        return _Words(lexicon(examples, lessons.scheme))

    made = teach(lessons.taught)
    thresholds, _ = lessons.thresholds(teach, made)
    return lambda example: decode(made.words.read(example.article), lessons.scheme, thresholds)


@dataclass(frozen=True)
class _Words:
    """A lexicon that reads many articles, and answers nothing."""

    words: Lexicon
    heads: Heads = NO_HEADS

    def listened(self, articles: Iterable[Article]) -> Iterator[tuple[Reading, Says]]:
        """Yield a reading an article, in order; it has nothing to tell of units."""
        for article in articles:
            yield self.words.read(article), lambda _, asked: [None] * len(asked)


def regressions(
    job: Job,
    lessons: Lessons,
    test: Test,
    asked: Sequence[Where],
    *,
    progress: Progress,
) -> tuple[dict[str, Learned], list[str]]:
    """Return the regressions with what they say, by name, and why one of them is missing, if it is.

    That is where its encoder cannot be loaded any more: the model itself does not need it.
    """
    learned: dict[str, Learned] = {}
    missing: list[str] = []
    makers = {TFIDF: _tfidf, FROZEN: _frozen}
    for done, (wanted, maker) in enumerate(makers.items()):
        progress("baselines", done, len(makers))
        try:
            name, teach = maker(job, lessons.manifest)
        except PressmarkError as error:
            missing.append(f"{wanted}: – ({error})")
            continue
        linear = teach(lessons.taught)
        thresholds, values = lessons.thresholds(teach, linear)
        articles = [each.article for each in test.examples]
        said = overhear(linear, articles, job.scheme, thresholds, asked, values=values)
        learned[name] = Learned(linear, said, values)
    progress("baselines", len(makers), len(makers))
    return learned, missing


_Teach = Callable[[Sequence[Example]], Linear]


def _tfidf(job: Job, _: Manifest) -> tuple[str, _Teach]:
    return TFIDF, lambda examples: tfidf(examples, job.scheme)


def _frozen(job: Job, manifest: Manifest) -> tuple[str, _Teach]:
    settings, encoder = manifest.settings, _untouched(job, manifest)
    windows = settings["window"], settings["stride"]
    name = FROZEN if encoder.before is None else FINE_TUNED
    return name, lambda examples: frozen(examples, job.scheme, encoder, windows)


def _untouched(job: Job, manifest: Manifest) -> Encoder:
    """Return what the model's line began with; where that is gone, the encoder of the one before.

    A model that went on from one of ours has a manifest that tells of it, and that of its own.
    """
    name, beside, before = manifest.settings["encoder"], job.folder, manifest.ancestor
    while before:
        # a relative path begins at the job of the model that was trained so: JOB/models/NAME
        name, beside, before = (
            before["settings"]["encoder"],
            (beside / name).parent.parent,
            before["ancestor"],
        )
    with quietly():
        try:
            return load_encoder(name, beside)
        except PressmarkError:
            if not manifest.ancestor:
                raise
            return load_encoder(manifest.settings["encoder"], job.folder)
