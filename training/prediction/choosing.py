"""Which backend reads: the fastest that is exact enough, tried on the user's own articles."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from corpus.errors import PressmarkError
from corpus.files import write_json
from corpus.job import now
from corpus.progress import Progress, silent
from corpus.records import Article
from corpus.scheme import Scheme
from corpus.settings import PredictionSection
from training.checkpoint import Checkpoint
from training.decode import Reading
from training.prediction.changes import Changes, changes
from training.prediction.engines import BACKENDS, EXACT, WEIGHTS, engine, fingerprint
from training.prediction.processor import cores, name
from training.readings import Reader

#: Beside a checkpoint: what was tried and chosen, on which processor.
CHOICE = "prediction.json"
#: Articles below which trying takes longer than reading them plainly.
WORTH = 500
#: Characters that are read on trial, some 6,000 words, and how often each backend reads them.
TRIAL, ROUNDS = 36_000, 3
_PARTS = ("torch", "onnxruntime", "openvino", "numpy")


@dataclass(frozen=True, slots=True)
class Trial:
    """A backend on trial: words a second, and the decisions it changes; or why not at all."""

    backend: str
    speed: float | None = None
    changes: Changes | None = None
    why: str = ""

    @property
    def fits(self) -> bool:
        """Whether it may be chosen."""
        return self.speed is not None and self.changes is not None and self.changes.few


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, from what, and under what it holds: processor, threads, versions, model."""

    backend: str
    trials: tuple[Trial, ...]
    processor: str
    threads: int
    versions: Mapping[str, str]
    model: str
    when: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A reader on the backend that was chosen, and a line that says so."""

    backend: str
    reader: Reader
    told: str


def ready(
    checkpoint: Checkpoint,
    scheme: Scheme,
    settings: PredictionSection,
    sample: Callable[[], Iterable[Article]],
    count: int,
    *,
    progress: Progress = silent,
) -> Ready:
    """Return the checkpoint's reader on the backend that `settings` names, or on the fastest.

    'auto' takes what was chosen before on this processor with these versions; otherwise it tries
    every backend on some of the articles of `sample`, if there are `WORTH` articles to read.

    Raises:
        PressmarkError: the backend that is named cannot run here.
    """
    threads = settings.threads or cores()
    if settings.backend != "auto":
        told = f"{settings.backend} (prediction.backend)"
        return _ready(checkpoint, settings, settings.backend, threads, told)
    choice = known(checkpoint.folder, threads)
    if choice is None and count < WORTH:
        told = f"{EXACT}: fewer than {WORTH} articles, so others were not tried"
        return _ready(checkpoint, settings, EXACT, threads, told)
    if choice is None:
        choice = tried(checkpoint, scheme, some(sample()), threads, progress)
        with suppress(PermissionError):  # a model that is shared and cannot be written to
            write_json(checkpoint.folder / CHOICE, asdict(choice))
    return _ready(checkpoint, settings, choice.backend, threads, said(choice))


def tried(
    checkpoint: Checkpoint,
    scheme: Scheme,
    articles: Sequence[Article],
    threads: int,
    progress: Progress = silent,
) -> Choice:
    """Read `articles` with every backend in turn, `ROUNDS` times; return the fastest that fits.

    A backend that cannot run here is told with its reason. The times of a backend are their
    median, the turns interleaved: what else the machine does strikes all alike.
    """
    readers: dict[str, Reader] = {}
    found = {}
    thresholds = checkpoint.manifest.thresholds
    exact: list[Reading] = []
    for number, backend in enumerate(BACKENDS):
        progress("trying backends", number, len(BACKENDS))
        try:
            encode = engine(backend, checkpoint.model.encoder, checkpoint.folder, threads)
            readers[backend] = replace(checkpoint.reader, encode=encode)
            readings = list(readers[backend].read(articles))
        except (PressmarkError, PermissionError) as error:
            readers.pop(backend, None)
            found[backend] = Trial(backend, why=str(error))
            continue
        exact = exact or readings
        found[backend] = Trial(backend, changes=changes(exact, readings, scheme, thresholds))
    words = sum(len(reading.words) for reading in exact)
    seconds = timed(readers, articles)
    trials = tuple(
        replace(trial, speed=words / seconds[backend]) if backend in seconds else trial
        for backend, trial in found.items()
    )
    progress("trying backends", len(BACKENDS), len(BACKENDS))
    fitting = [trial for trial in trials if trial.fits]
    best = max(fitting, key=lambda trial: trial.speed or 0).backend if fitting else EXACT
    return Choice(best, trials, name(), threads, _versions(), _model(checkpoint.folder), now())


def timed(readers: Mapping[str, Reader], articles: Sequence[Article]) -> dict[str, float]:
    """Return the median seconds that each reader takes for `articles`."""
    taken: dict[str, list[float]] = {backend: [] for backend in readers}
    for _ in range(ROUNDS):
        for backend, reader in readers.items():
            begun = time.perf_counter()
            for _reading in reader.read(articles):
                pass
            taken[backend].append(time.perf_counter() - begun)
    return {backend: statistics.median(times) for backend, times in taken.items()}


def known(folder: Path, threads: int) -> Choice | None:
    """Return what was chosen before, if the processor, threads, versions and model are the same."""
    try:
        data: dict[str, Any] = json.loads((folder / CHOICE).read_text(encoding="utf-8"))
        trials = tuple(_trial(trial) for trial in data["trials"])
        choice = Choice(**{**data, "trials": trials})
    except (OSError, ValueError, KeyError, TypeError):
        return None
    now_ = (name(), threads, _versions(), _model(folder))
    then = (choice.processor, choice.threads, choice.versions, choice.model)
    return choice if now_ == then and choice.backend in BACKENDS else None


def _trial(data: dict[str, Any]) -> Trial:
    """Return a trial that was kept; KeyError where an older Pressmark kept it."""
    counts = data["changes"]
    return Trial(**{**data, "changes": None if counts is None else Changes(**counts)})


def said(choice: Choice) -> str:
    """Say in a line what was chosen and beside what."""
    told = []
    for trial in choice.trials:
        if trial.speed is None:
            continue
        told.append(f"{trial.backend} {trial.speed:.0f} words/s{_changed(trial)}")
    return f"{choice.backend} ({'; '.join(told)})"


def _changed(trial: Trial) -> str:
    if trial.backend == EXACT or trial.changes is None:
        return ""
    each = trial.changes
    return f", changes {each.share or 0:.2%}, {each.spans_changed} of {each.spans} spans"


def some(articles: Iterable[Article]) -> list[Article]:
    """Return the first articles that hold `TRIAL` characters together."""

    def enough() -> Iterator[Article]:
        left = TRIAL
        for article in articles:
            yield article
            left -= len(article.text)
            if left <= 0:
                return

    return list(enough())


def _ready(
    checkpoint: Checkpoint, settings: PredictionSection, backend: str, threads: int, told: str
) -> Ready:
    encode = engine(backend, checkpoint.model.encoder, checkpoint.folder, threads)
    reader = replace(checkpoint.reader, encode=encode, batch=settings.tokens)
    return Ready(backend, reader, told)


def _model(folder: Path) -> str:
    return fingerprint(folder / WEIGHTS)


def _versions() -> dict[str, str]:
    found = {}
    for part in _PARTS:
        with suppress(PackageNotFoundError):
            found[part] = version(part)
    return found
