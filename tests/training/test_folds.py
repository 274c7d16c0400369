"""Folds: groups stay whole, and no model reads what it was taught."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.records import Article
from corpus.scheme import parse_scheme
from corpus.settings import TrainingSection
from tests.speech import SCHEME
from tests.training.conftest import QUICK
from tests.training.press import opinion
from training import folds
from training.checkpoint import read_manifest
from training.encoders import load_encoder
from training.examples import Example, read_examples
from training.fit import train
from training.folds import folds_of, out_of_fold
from training.rows import Taught
from training.standards import cross_read

GROUPS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=4), st.sampled_from("uvwxyz"), min_size=2, max_size=30
)


@given(groups=GROUPS, seed=st.integers(0, 5), data=st.data())
def test_every_article_is_in_one_fold_with_all_of_its_group(
    groups: dict[str, str], seed: int, data: st.DataObject
) -> None:
    stories = len(set(groups.values()))
    if stories < 2:
        with pytest.raises(PressmarkError):
            folds_of(groups, 2, seed)
        return
    count = data.draw(st.integers(2, stories))
    made = folds_of(groups, count, seed)
    assert len(made) == count
    assert all(made)
    assert sorted(id_ for fold in made for id_ in fold) == sorted(groups)
    for group in set(groups.values()):
        assert sum(any(groups[id_] == group for id_ in fold) for fold in made) == 1
    shuffled = data.draw(st.permutations(list(groups.items())))
    assert folds_of(dict(shuffled), count, seed) == made


def test_folds_of_single_articles_are_of_one_size_and_depend_on_the_seed() -> None:
    groups = {f"a{n}": f"a{n}" for n in range(23)}
    sizes = [len(fold) for fold in folds_of(groups, 5, 1)]
    assert max(sizes) - min(sizes) <= 1
    assert folds_of(groups, 5, 1) != folds_of(groups, 5, 2)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_too_few_stories_or_folds_are_told(count: int) -> None:
    groups = {"a": "one", "b": "two", "c": "three", "d": "three"}
    with pytest.raises(PressmarkError, match=r"4 articles that tell 3 stories"):
        folds_of(groups, count)


def test_no_model_reads_what_it_was_taught(
    monkeypatch: pytest.MonkeyPatch, tiny: Path, articles: list[Article]
) -> None:
    scheme = parse_scheme(SCHEME)
    pages = articles[:9]
    made = [Example(page, (opinion(page, "ana", scheme),)) for page in pages]
    groups = {page.id: f"g{number // 2}" for number, page in enumerate(pages)}
    other = Taught(scheme, [Example(articles[10], (opinion(articles[10], "ben", scheme),))])
    taught: list[set[str]] = []
    really = folds.fit

    def watched(parts: list[Taught], *more: Any, **named: Any) -> Any:
        assert parts[1] is other
        taught.append({example.article.id for example in parts[0].examples})
        return really(parts, *more, **named)

    monkeypatch.setattr(folds, "fit", watched)
    told: list[str] = []
    settings = TrainingSection.model_validate({**QUICK, "epochs": 1, "folds": 3})
    found = []
    for example, reading, weights in out_of_fold(
        Taught(scheme, made),
        [other],
        groups,
        settings,
        lambda: load_encoder(str(tiny), Path()),
        lambda what, *_: told.append(what),
        keep=True,
    ):
        assert reading.article == example.article
        assert reading.tokens is not None
        assert weights.heads.labels == scheme.label_names
        assert example.article.id not in taught[-1]
        near = {id_ for id_, group in groups.items() if group == groups[example.article.id]}
        assert not near & taught[-1]
        found.append(example.article.id)
    assert sorted(found) == sorted(groups)
    assert len(taught) == 3
    assert set(told) >= {"fold 1 of 3: training", "fold 3 of 3: reading articles"}


def test_folds_are_the_same_twice(annotated: Job, tiny: Path) -> None:
    examples = list(read_examples(annotated).items.values())[:6]
    groups = {example.article.id: example.article.id for example in examples}
    settings = TrainingSection.model_validate({**QUICK, "epochs": 1, "folds": 2})

    def read() -> dict[str, bytes]:
        taught = Taught(annotated.scheme, examples)
        made = out_of_fold(taught, [], groups, settings, lambda: load_encoder(str(tiny), Path()))
        return {example.article.id: reading.inside.tobytes() for example, reading, _ in made}

    assert read() == read()


def test_training_by_folds_takes_its_standards_from_all_but_the_test_part(
    annotated: Job,
) -> None:
    told: list[str] = []
    job = open_job(annotated.folder, ["training.epochs=1", "training.folds=2"])
    trained = train(job, lambda what, *_: told.append(what))
    manifest = read_manifest(trained.folder)
    count = len((*trained.train, *trained.validation))
    assert manifest.standards == f"2 folds of {count} articles, each read by a model not taught it"
    assert {"fold 1 of 2: training", "fold 2 of 2: reading articles"} <= set(told)
    drawn = (trained.folder / "reliability.svg").read_text(encoding="utf-8")
    assert drawn.startswith("<svg")
    assert not list(job.models.glob(".*"))
    plain = train(open_job(annotated.folder, ["training.epochs=1"]))
    assert read_manifest(plain.folder).standards.startswith("the validation part")


def test_a_training_that_is_killed_in_its_folds_goes_on_after_those_it_has_read(
    annotated: Job,
) -> None:
    job = open_job(annotated.folder, ["training.epochs=1", "training.folds=3"])
    whole = train(job)
    before = read_manifest(whole.folder)
    told: list[str] = []

    def killed(what: str, *_: int) -> None:
        if what.startswith("fold 3"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(job, killed)
    train(job, lambda what, *_: told.append(what))
    assert not [what for what in told if what.startswith(("fold 1", "fold 2"))]
    assert "fold 3 of 3: training" in told
    after = read_manifest(whole.folder)
    assert (after.thresholds, after.calibration) == (before.thresholds, before.calibration)


def test_kept_folds_are_read_anew_where_they_are_damaged_or_another_settings(
    annotated: Job, tiny: Path, tmp_path: Path
) -> None:
    examples = list(read_examples(annotated).items.values())[:4]
    groups = {example.article.id: example.article.id for example in examples}

    def told(**changed: Any) -> set[str]:
        heard: list[str] = []
        settings = TrainingSection.model_validate({**QUICK, "epochs": 1, "folds": 2, **changed})
        unseen = cross_read(
            Taught(annotated.scheme, examples),
            [],
            groups,
            settings,
            lambda: load_encoder(str(tiny), Path()),
            tmp_path,
            lambda what, *_: heard.append(what[:6]),
        )
        assert sorted(e.article.id for e in unseen.examples) == sorted(groups)
        return set(heard)

    assert told() == {"fold 1", "fold 2"}
    assert told() == set()
    assert told(learning_rate=1e-3) == {"fold 1", "fold 2"}
    first = min(tmp_path.glob("fold-1-*"), key=lambda path: path.stat().st_mtime)
    first.write_bytes(first.read_bytes()[:200])
    assert told() == {"fold 1"}


def test_the_models_of_folds_stop_where_the_weights_that_are_kept_stood(annotated: Job) -> None:
    told: dict[str, tuple[int, int]] = {}

    def progress(what: str, done: int, total: int) -> None:
        told[what] = (done, total)

    chosen = ["training.epochs=12", "training.patience=1", "training.learning_rate=3e-2"]
    trained = train(open_job(annotated.folder, [*chosen, "training.folds=2"]), progress)
    losses = {
        round(entry["epoch"]): entry["eval_loss"]
        for entry in read_manifest(trained.folder).curve
        if "eval_loss" in entry
    }
    best = min(losses, key=losses.__getitem__)
    assert best < len(losses) < 12  # stopped, and an earlier epoch's weights were kept
    for fold in (1, 2):
        done, planned = told[f"fold {fold} of 2: training"]
        assert done == planned * best / 12


def test_more_folds_than_stories_are_told_before_anything_is_trained(annotated: Job) -> None:
    told: list[str] = []
    with pytest.raises(PressmarkError, match=r"training\.folds"):
        train(open_job(annotated.folder, ["training.folds=20"]), lambda what, *_: told.append(what))
    assert told == []
