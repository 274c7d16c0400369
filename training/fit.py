"""train: from a job's annotations to the folder of a model, or of one for each seed."""

from __future__ import annotations

import re
import shutil
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import transformers

from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.settings import TrainingSection
from corpus.stories.splits import Split
from training import processes
from training.ancestry import load_apart
from training.arguments import check_arguments
from training.backends import reader, weights_of
from training.beside import beside
from training.checkpoint import Manifest, copy, save
from training.decode import Reading
from training.encoders import Encoder, quietly, stated_licence
from training.encoding import check_window
from training.examples import Example, Examples, not_learned, read_examples
from training.folds import folds_of
from training.manifest import manifest_of
from training.model import PressmarkModel
from training.parts import parted
from training.reliability import diagram
from training.rows import Taught
from training.runs import Run, Tell, unheard
from training.standards import Standards, Unseen, cross_read, standards
from training.teach import Fitted, fit, teach
from training.validation import reached
from training.values import heard_of

__all__ = ["Lesson", "Seeded", "Trained", "fit", "train"]


#: The picture of what the scores are worth, in the model's folder.
RELIABILITY = "reliability.svg"


@dataclass(frozen=True, slots=True)
class Seeded:
    """The model of one seed, and what it reached on the validation part; None: nothing there."""

    seed: int
    name: str
    reached: float | None


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished training: where the model lies, which articles it saw, what it left out.

    `reached` is its score on the articles its thresholds were tuned on, so an optimistic one; of
    several `seeds` it is the first one's, `mean` and `spread` (standard deviation) are of all.
    """

    name: str
    folder: Path
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    thresholds: dict[str, float]
    left_out: dict[str, int]
    seconds: float
    reached: float | None = None
    seeds: tuple[Seeded, ...] = ()
    mean: float | None = None
    spread: float | None = None
    notes: tuple[str, ...] = ()


def train(
    job: Job, progress: Progress = silent, *, fresh: bool = False, tell: Tell = unheard
) -> Trained:
    """Train the job's model on what its annotators said and write models/NAME.

    The same articles, annotations, settings and machine give the same model. A training that was
    killed goes on where it stopped, unless `fresh`. With `training.seeds` there is a model
    NAME-seedN for each, and NAME is the first of them.

    Raises:
        PressmarkError: too few annotated articles, or an encoder or a setting that cannot be used.
    """
    begun = time.monotonic()
    check_arguments(job)
    settings = job.settings.training
    with quietly():
        lesson = Lesson.of(job)
        notes = lesson.notes()
        for note in notes:
            tell(note)
        if not settings.seeds:
            made = [lesson.learn(settings.seed, settings.name, progress, fresh=fresh, tell=tell)]
        else:
            made = [
                lesson.learn(
                    seed,
                    f"{settings.name}-seed{seed}",
                    _of_seed(progress, seed),
                    fresh=fresh,
                    tell=tell,
                )
                for seed in dict.fromkeys(settings.seeds)
            ]
        if processes.is_main():
            _settle(job, made, tell)
    manifest, scores = made[0], [each.reached for each in made]
    known = [score for score in scores if score is not None]
    several = bool(settings.seeds) and len(known) == len(made)
    return Trained(
        name=settings.name,
        folder=job.models / settings.name,
        train=lesson.parts.train,
        validation=lesson.parts.validation,
        test=lesson.parts.test,
        thresholds=manifest.thresholds,
        left_out=lesson.examples.left_out,
        seconds=round(time.monotonic() - begun, 1),
        reached=scores[0],
        seeds=tuple(Seeded(each.seed, each.name, each.reached) for each in made)
        if settings.seeds
        else (),
        mean=statistics.mean(known) if several else None,
        spread=statistics.stdev(known) if several and len(known) > 1 else None,
        notes=notes,
    )


@dataclass(frozen=True)
class Lesson:
    """What a job teaches: its examples in their parts, and those of the other corpora.

    `left` says what of the other corpora is not taught.
    """

    job: Job
    examples: Examples
    parts: Split
    taught: tuple[Taught, ...]
    left: tuple[str, ...] = ()

    @classmethod
    def of(cls, job: Job) -> Lesson:
        """Read it.

        Raises:
            PressmarkError: too few annotated articles, or fewer than folds.
        """
        examples, parts = parted(job, read_examples(job))
        ours = Taught(job.scheme, examples.of(parts.train))
        if job.settings.training.folds:  # told now, not after hours
            both = (*parts.train, *parts.validation)
            folds_of({id_: parts.groups[id_] for id_ in both}, job.settings.training.folds)
        others = beside(job, parts)
        return cls(job, examples, parts, (ours, *others.taught), others.notes)

    @property
    def held_out(self) -> list[Example]:
        """The validation part, by those who saw no pre-labels."""
        return self.examples.unassisted(self.parts.validation)

    def notes(self) -> tuple[str, ...]:
        """Say what of other corpora is left out, and of which labels nothing can be learned."""
        taught = (part.examples for part in self.taught)
        return (*self.left, *not_learned(self.job.scheme, *taught))

    def encoder(self, settings: TrainingSection) -> Encoder:
        """Load the encoder that a model begins with.

        Raises:
            PressmarkError: it cannot be used, or was taught what is to be measured on; with folds
                that is every article.
        """
        measured = (*self.parts.validation, *self.parts.test)
        ids = (*self.parts.train, *measured) if settings.folds else measured
        articles = [each.article for each in self.examples.of(ids)]
        return load_apart(settings.encoder, self.job.folder, articles)

    def learn(
        self, seed: int, name: str, progress: Progress, *, fresh: bool, tell: Tell
    ) -> Manifest:
        """Teach one model and write its folder; return its manifest."""
        begun = time.monotonic()
        settings = self.job.settings.training.model_copy(update={"seed": seed, "name": name})
        transformers.set_seed(seed)
        encoder = self.encoder(settings)
        check_window(encoder, settings.window, settings.stride)
        run = Run(self.job.models / f".{name}.run", tell, fresh)
        validation = [Taught(self.job.scheme, self.held_out)]
        fitted = teach(self.taught, encoder, settings, progress, validation=validation, run=run)
        readings = self.read(fitted.model, encoder, settings, progress)
        held_to = self.standards(readings, fitted, settings, run.folder, progress)
        thresholds, values = held_to.thresholds, held_to.values
        score = reached(
            readings, self.held_out, self.job.scheme, thresholds, fitted.model, values=values
        )
        manifest = manifest_of(self.job, self.examples, self.parts, self.taught, settings)
        manifest = replace(
            manifest,
            thresholds=thresholds,
            values=values,
            calibration=held_to.calibration,
            standards=held_to.how,
            reached=score,
            curve=fitted.curve,
            ancestor=encoder.ancestor,
            encoder_licence=None
            if encoder.ancestor
            else stated_licence(settings.encoder, self.job.folder),
            seconds=round(time.monotonic() - begun, 1),
        )
        if processes.is_main():
            files = {RELIABILITY: diagram(held_to.honest, held_to.raw)}
            save(self.job.models / name, fitted.model.cpu(), encoder.tokenizer, manifest, files)
            run.end()
        return manifest

    def standards(
        self,
        readings: list[Reading],
        fitted: Fitted,
        settings: TrainingSection,
        folder: Path,
        progress: Progress,
    ) -> Standards:
        """Return thresholds and calibration: out of fold, or else from the validation part.

        `readings` are the fitted model's of the validation part, with their tokens.

        Folds are of the train and the validation part; the model that is kept learns from the train
        part alone, since the validation part may stop it early; the folds' models then stop after
        the same `share` of their steps.
        """
        job, groups = self.job, self.parts.groups
        if not settings.folds:
            how = f"the validation part, {len(self.held_out)} articles"
            heard = heard_of(readings, self.held_out, weights_of(fitted.model), job.scheme)
            return standards(job, Unseen(readings, self.held_out, groups, how, heard), settings)
        ours = self.examples.of((*self.parts.train, *self.parts.validation))
        unseen = cross_read(
            Taught(job.scheme, ours),
            self.taught[1:],
            groups,
            settings,
            lambda: self.encoder(settings),
            folder,
            progress,
            share=fitted.share,
        )
        return standards(job, unseen, settings)

    def read(
        self,
        model: PressmarkModel,
        encoder: Encoder,
        settings: TrainingSection,
        progress: Progress,
    ) -> list[Reading]:
        """Return the model's readings of the validation part, with their tokens."""
        reads = reader(model, encoder.tokenizer, settings.window, settings.stride)
        return list(reads.read([each.article for each in self.held_out], progress, keep=True))


def _of_seed(progress: Progress, seed: int) -> Progress:
    """Tell of one seed's steps apart from those of another."""
    return lambda what, done, total: progress(f"{what}, seed {seed}", done, total)


def _settle(job: Job, made: Sequence[Manifest], tell: Tell) -> None:
    """Let NAME be the first seed's model; those of an earlier training's seeds go."""
    name = job.settings.training.name
    names = {manifest.name for manifest in made}
    if name not in names:
        copy(job.models / made[0].name, job.models / name)
    for folder in sorted(job.models.glob(f"{name}-seed*")):
        if re.fullmatch(r"-seed-?\d+", folder.name[len(name) :]) and folder.name not in names:
            shutil.rmtree(folder)
            tell(f"{folder}: a model of an earlier training's seed, removed")
