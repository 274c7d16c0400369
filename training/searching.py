"""train --search: better settings, tried on the validation part within a budget (optuna)."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydantic
import yaml

from corpus.errors import PressmarkError
from corpus.files import write_text
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.settings import LoraSection, TrainingSection
from corpus.yamlfile import override
from training import processes
from training.arguments import check_arguments
from training.backends import weights_of
from training.encoders import quietly
from training.encoding import check_window
from training.fit import Lesson
from training.manifest import fingerprint
from training.rows import Taught
from training.runs import Tell, unheard
from training.teach import teach
from training.thresholds import tuned
from training.validation import reached
from training.values import heard_of, tuned_values

if TYPE_CHECKING:
    import optuna

#: Settings that say what is learned or kept apart, not how; they cannot be searched.
_APART = ("name", "seed", "seeds", "search", "validation", "test", "corpora", "folds", "stride")


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found: `best` settings by key, what they `reached`, and where they stand.

    `reached` is on the validation part and the best of many, so it flatters; the test part was not
    looked at.
    """

    file: Path
    best: dict[str, Any]
    reached: float
    trials: int
    failed: int


def search(job: Job, progress: Progress = silent, *, tell: Tell = unheard) -> Searched:
    """Try settings from `training.search.space` and write the best to search/NAME.yaml.

    A search that was stopped goes on: its trials stand in a journal beside that file. The budget
    (`trials`, `hours`) is that of the whole search.

    Raises:
        PressmarkError: no space, a key that cannot be searched, or no trial went well.
    """
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    check_arguments(job)
    section = job.settings.training.search
    _check(job.settings.training)
    if processes.count() > 1:
        raise PressmarkError("train --search: runs in one process; start it without accelerate")
    with quietly():
        lesson = Lesson.of(job)
        journal = _journal(job, lesson, tell)
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        study = optuna.create_study(
            study_name="pressmark",
            storage=JournalStorage(JournalFileBackend(str(journal))),
            direction="maximize",
            load_if_exists=True,
        )
        done = _finished(study)
        if done:
            tell(f"goes on after {len(done)} trials of a search that was stopped")
        study.sampler = optuna.samplers.TPESampler(seed=job.settings.training.seed + len(done))
        spent = sum(each.duration.total_seconds() for each in done if each.duration)
        left = None if section.hours is None else max(section.hours * 3600 - spent, 0)

        def one(trial: optuna.Trial) -> float:
            chosen = {key: _suggested(trial, key, spec) for key, spec in section.space.items()}
            try:
                value = _tried(lesson, _with(job.settings.training, chosen))
            except PressmarkError as error:
                tell(f"trial {trial.number}: {error}")
                raise
            progress("trials", len(_finished(study)) + 1, section.trials)
            return value

        if len(done) < section.trials and left != 0:
            study.optimize(
                one, n_trials=section.trials - len(done), timeout=left, catch=(PressmarkError,)
            )
    return _written(job, study)


def _check(settings: TrainingSection) -> None:
    space = settings.search.space
    if not space:
        raise PressmarkError(
            "training.search.space: empty; give keys of 'training' with a list of values, or"
            " {low: 1.0e-5, high: 1.0e-3, log: true}"
        )
    for key, spec in space.items():
        where = f"training.search.space.{key}"
        if key.partition(".")[0] in _APART:
            raise PressmarkError(f"{where}: cannot be searched: it says what is taught or held out")
        for value in _ends(where, spec):
            try:
                _with(settings, {key: value})
            except pydantic.ValidationError as error:
                fault = error.errors()[0]
                if fault["type"] == "extra_forbidden":
                    raise PressmarkError(f"{where}: no such setting; {_meant(key)}") from None
                raise PressmarkError(f"{where}: {fault['msg']}, {value!r} was tried") from None


def _meant(key: str) -> str:
    """Say which setting was probably meant."""
    names = [name for name in TrainingSection.model_fields if name not in _APART]
    names += [f"lora.{name}" for name in LoraSection.model_fields]
    close = difflib.get_close_matches(key, names, n=1)
    return f"did you mean {close[0]!r}?" if close else "docs/training.md lists them"


def _ends(where: str, spec: Any) -> list[Any]:
    """The values that a search may try: all of a list, both ends of a range."""
    if isinstance(spec, list) and spec:
        return spec
    if isinstance(spec, dict) and {"low", "high"} <= spec.keys() <= {"low", "high", "log"}:
        low, high = _number(where, spec["low"]), _number(where, spec["high"])
        if low >= high:
            raise PressmarkError(f"{where}: low {low} is not below high {high}")
        if spec.get("log") and low <= 0:
            raise PressmarkError(f"{where}: with log: true low is above 0, not {low}")
        return [low, high]
    raise PressmarkError(
        f"{where}: expected a list of values or {{low, high, log}}, found {spec!r}"
    )


def _number(where: str, value: Any) -> float | int:
    """The number; YAML 1.1 takes 1e-4 for a text."""
    try:
        return value if isinstance(value, int | float) else float(value)
    except (TypeError, ValueError):
        raise PressmarkError(f"{where}: {value!r} is no number") from None


def _with(settings: TrainingSection, chosen: Mapping[str, Any]) -> TrainingSection:
    """The settings with `chosen` put in; a key may reach inside: 'lora.rank'."""
    changes = [f"{key}={json.dumps(value)}" for key, value in chosen.items()]
    return TrainingSection.model_validate(override(settings.model_dump(mode="json"), changes))


def _suggested(trial: optuna.Trial, key: str, spec: Any) -> Any:
    if isinstance(spec, list):
        return trial.suggest_categorical(key, spec)
    low, high = _ends(key, spec)
    log = bool(spec.get("log", False))
    if isinstance(low, int) and isinstance(high, int):
        return trial.suggest_int(key, low, high, log=log)
    return trial.suggest_float(key, low, high, log=log)


def _tried(lesson: Lesson, settings: TrainingSection) -> float:
    """What a model with these settings reaches on the validation part."""
    encoder = lesson.encoder(settings)
    check_window(encoder, settings.window, settings.stride)
    validation = [Taught(lesson.job.scheme, lesson.held_out)]
    model = teach(lesson.taught, encoder, settings, validation=validation).model
    readings = lesson.read(model, encoder, settings, silent)
    thresholds = tuned(readings, lesson.held_out, lesson.job.scheme, settings.objective)
    heard = heard_of(readings, lesson.held_out, weights_of(model), lesson.job.scheme)
    values = tuned_values(heard, lesson.job.scheme)
    score = reached(readings, lesson.held_out, lesson.job.scheme, thresholds, model, values=values)
    if score is None:
        raise PressmarkError(
            "train --search: the validation part holds nothing to find; annotate more, or make"
            " training.validation larger"
        )
    return score


def _finished(study: optuna.Study) -> list[Any]:
    """The trials that count against the budget: not those that a kill cut off."""
    return [each for each in study.get_trials(deepcopy=False) if each.state.is_finished()]


def _journal(job: Job, lesson: Lesson, tell: Tell) -> Path:
    """The journal of this search: other data, other settings or another space have another."""
    settings = job.settings.training.model_dump(mode="json")
    budget = {"trials", "hours"}
    settings["search"] = {k: v for k, v in settings["search"].items() if k not in budget}
    data = fingerprint([*lesson.taught, Taught(job.scheme, lesson.held_out)])
    made = json.dumps([settings, job.scheme.hash, data], sort_keys=True)
    name = job.settings.training.name
    digest = hashlib.sha256(made.encode()).hexdigest()[:8]
    path = job.folder / "search" / f"{name}-{digest}.journal"
    path.parent.mkdir(exist_ok=True)
    if not path.exists() and any(path.parent.glob(f"{name}-*.journal")):
        tell("a new search: the data, the settings or the space changed since the last")
    return path


def _written(job: Job, study: optuna.Study) -> Searched:
    done = _finished(study)
    good = [each for each in done if each.value is not None]
    if not good:
        raise PressmarkError(
            f"{job.folder / 'search'}: none of {len(done)} trials went well; what they met stands"
            " above. Change training.search.space, or raise its budget"
        )
    best = max(good, key=lambda each: (each.value, -each.number))
    nested = override({}, [f"training.{k}={json.dumps(v)}" for k, v in best.params.items()])
    file = job.folder / "search" / f"{job.settings.training.name}.yaml"
    write_text(
        file,
        f"# the best of {len(good)} trials: {best.value:.3f} on the validation part, which flatters"
        f"\n# it; put this into {job.folder.name}/pressmark.yaml, train, then evaluate\n"
        + yaml.safe_dump(nested, sort_keys=False, allow_unicode=True),
    )
    return Searched(file, dict(best.params), best.value, len(done), len(done) - len(good))
