"""Values of `several` and of flags: each stands from a threshold tuned on articles not taught."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.records import Annotation, Answer, Span
from corpus.settings import TrainingSection
from corpus.store import append_annotations, read_articles, read_run
from tests.conftest import make_job
from tests.speech import SCHEME as SMALL
from tests.speech import article, mark, scheme
from tests.training.conftest import QUICK
from tests.training.press import opinion, pages
from training.checkpoint import load, read_manifest
from training.encoders import load_encoder
from training.evaluate import evaluate
from training.evaluate import run as evaluating
from training.evaluate.learned import Lessons
from training.examples import Example, read_examples
from training.exported import load as load_exported
from training.fit import Trained, train
from training.folds import folds_of, out_of_fold
from training.heads import Choice, Heads, heads_of
from training.opinions import chances, halved, picked, sureness
from training.predict import predict
from training.prediction.exporting import export_model
from training.rows import Taught
from training.selecting.counts import Place, answered, count_answers, gold_answers
from training.selecting.label_errors import ranked
from training.standards import cross_read
from training.units import Floats, Unit
from training.units_baselines import tfidf
from training.validation import reached
from training.values import FEW, Heard, gathered, heard, heard_of, tuned_values

MORE = """\
  - {name: topics, type: several, values: [{name: boats}, {name: money}]}
  - {name: odd, type: flag}
"""
TEXT = SMALL + MORE
SCHEME = scheme(TEXT)
TOPICS = Choice("topics", "article", exclusive=False, values=("boats", "money"))
GENRE = Choice("genre", "article", exclusive=True, values=("report", "opinion"))
HEADS = heads_of(SCHEME, ())


def example(number: int, *topics: str, of: str = "Maar slams dockers 😀") -> Example:
    page = article(of, f"a{number}")
    said = (Answer("topics", topics),) if topics else ()
    return Example(page, (mark("ana", of=page, under=SCHEME, answers=said),))


def hear(examples: Sequence[Example], chance: Callable[[int], list[float]]) -> dict[str, Heard]:
    """What is heard of the examples' topics, where the number of one tells the probabilities."""

    def says(number: int, choice: Choice, asked: Sequence[Unit]) -> list[Floats | None]:
        told = chance(number) if choice.name == "topics" else [0.0] * len(choice.values)
        return [np.array(told, np.float32) for _ in asked]

    return gathered(
        heard(each, SCHEME, HEADS, partial(says, number)) for number, each in enumerate(examples)
    )


def test_a_rare_value_that_is_always_below_a_half_but_ranked_right_is_found() -> None:
    examples = [example(n, *["money"] * (n % 8 == 0), *["boats"] * (n % 2)) for n in range(80)]

    def chance(number: int) -> list[float]:
        return [0.9 if number % 2 else 0.1, 0.2 if number % 8 == 0 else 0.04]

    tuned = tuned_values(hear(examples, chance), SCHEME)["topics"]
    assert 0.04 < tuned["money"] <= 0.2
    assert 0.1 < tuned["boats"] <= 0.9
    rare = np.array(chance(0), np.float32)
    assert picked(TOPICS, rare, {}) == ()
    assert picked(TOPICS, rare, {"topics": tuned}) == ("money",)
    assert picked(TOPICS, np.array(chance(2), np.float32), {"topics": tuned}) == ()


def test_a_value_with_too_few_to_tune_on_takes_the_threshold_of_all_the_values() -> None:
    few, enough = (
        [example(n, *["boats"] * (n % 2), *["money"] * (n < count)) for n in range(40)]
        for count in (FEW - 1, FEW)
    )

    def chance(number: int) -> list[float]:
        return [0.7 if number % 2 else 0.2, 0.15 if number < FEW else 0.01]

    alone = tuned_values(hear(few, chance), SCHEME)["topics"]
    assert alone["money"] == alone["boats"] > 0.2
    assert tuned_values(hear(enough, chance), SCHEME)["topics"]["money"] <= 0.15


def test_a_value_added_later_is_tuned_where_it_was_offered() -> None:
    """Before it was there nobody could pick it, however sure a model is of it."""
    before = scheme(TEXT.replace(", {name: money}]", "]"))
    page = "Maar slams dockers 😀"

    def earlier(number: int) -> Example:
        of = article(page, f"b{number}")
        said = mark("ana", of=of, under=before, answers=(Answer("topics", ("boats",)),))
        return Example(of, (said,), {before.hash: before})

    new = [example(n, *["money"] * (n % 2)) for n in range(20)]
    old = [earlier(n) for n in range(200)]
    there, elsewhere = (0.3, 0.6), 0.04

    def chance(number: int) -> list[float]:
        if number >= len(new):
            return [0.9, 0.3]
        return [0.9, there[number % 4 == 1] if number % 2 else elsewhere]

    # of all units together .3 would be wrong more often than right
    tuned = tuned_values(hear([*new, *old], chance), SCHEME)["topics"]
    assert elsewhere < tuned["money"] <= min(there)
    # what was not offered is no unit of the value; its others are asked there
    told = hear(old, lambda _: [0.9, 0.3])["topics"]
    assert told.offered.tolist() == [[True, False]] * 200


def test_a_value_counts_where_one_of_the_annotators_was_offered_it() -> None:
    """Evaluation holds a system to it there, so its threshold is tuned there too."""
    before = scheme(TEXT.replace(", {name: money}]", "]"))
    of = article("Maar slams dockers 😀", "mixed")
    boats = (Answer("topics", ("boats",)),)
    said = (
        mark("ana", of=of, under=before, answers=boats),
        mark("ben", of=of, under=SCHEME, answers=boats),
    )
    both = Example(of, said, {before.hash: before})
    told = hear([both], lambda _: [0.9, 0.3])["topics"]
    assert told.offered.tolist() == [[True, True]]


def test_no_baseline_of_the_curve_is_held_to_a_value_that_nobody_was_offered() -> None:
    before = scheme(TEXT.replace(", {name: money}]", "]"))
    of = article("Maar slams dockers 😀", "old")
    said = mark("ana", of=of, under=before, answers=(Answer("topics", ("boats",)),))
    held, always = [Example(of, (said,), {before.hash: before})], {(None, None): ("boats", "money")}
    counts = count_answers(TOPICS, SCHEME, held, [always], {"old": "old"})
    assert counts.tolist() == [[[1, 1, 1, 1], [0, 0, 0, 0]]]


def test_the_curve_elects_answers_as_evaluate_does() -> None:
    of = article("Maar slams dockers 😀", "three")

    def elected(*answers: tuple[str, ...]) -> dict[Place, tuple[str, ...]]:
        said = tuple(
            mark(f"a{n}", of=of, under=SCHEME, answers=(Answer("topics", values),))
            for n, values in enumerate(answers)
        )
        return gold_answers(Example(of, said, {}), TOPICS, SCHEME)

    # value by value: no two of the three said the same
    split = elected(("boats",), ("boats", "money"), ("money",))
    assert split == {(None, None): ("boats", "money")}
    # where they are divided there is no gold
    assert elected(("boats",), ("money",)) == {}


def test_where_nobody_answered_values_stand_from_a_half() -> None:
    halves = {"topics": {"boats": 0.5, "money": 0.5}, "odd": {"yes": 0.5}}
    halves |= {"device": {"verb": 0.5, "question": 0.5}, "unsure": {"yes": 0.5}}
    assert tuned_values({}, SCHEME) == halves
    none = [example(n) for n in range(9)]
    assert tuned_values(hear(none, lambda _: [0.9, 0.9]), SCHEME) == halves


def test_a_scheme_without_flags_or_several_has_nothing_to_tune() -> None:
    start, end = SMALL.index("  - name: device"), SMALL.index("  - {name: target")
    plain = scheme((SMALL[:start] + SMALL[end:]).replace("  - {name: unsure, type: flag}\n", ""))
    page = article()
    told = mark("ana", ("slams", "loud head"), of=page, under=plain)
    heads = heads_of(plain, ())

    def nothing(choice: Choice, asked: Sequence[Unit]) -> list[Floats | None]:
        raise AssertionError(f"{choice.name} was asked")

    assert {choice.about for choice in heads.choices} == {"block", "span", "article"}
    assert heard(Example(page, (told,)), plain, heads, nothing) == {}
    assert tuned_values({}, plain) == {}
    sure = np.array([0.3, 0.4], np.float32)
    assert picked(GENRE, sure, {"genre": {"report": 0.1, "opinion": 0.9}}) == ("opinion",)


def test_attributes_are_asked_of_the_references_own_spans() -> None:
    page = article("Maar slams dockers 😀\n\nA vile and silly plan.")
    both = [
        mark(who, ("vile and silly", "judged"), of=page, under=SCHEME) for who in ("ana", "ben")
    ]
    (span,) = both[0].spans
    unsure = replace(span, attributes={"unsure": ("yes",)})
    asked: list[tuple[str, int, int]] = []

    def says(choice: Choice, units: Sequence[Unit]) -> list[Floats | None]:
        asked.extend((choice.name, each.start, each.end) for each in units)
        return [np.full(len(choice.values), 0.3, np.float32) for _ in units]

    agreed = Example(page, tuple(replace(each, spans=(unsure,)) for each in both))
    found = heard(agreed, SCHEME, Heads(("judged",), HEADS.choices), says)["unsure"]
    assert found.right.tolist() == [[True]]
    assert found.chance.tolist() == [[pytest.approx(0.3)]]
    # of a label that `device` is not asked of, it is not
    assert ("unsure", span.start, span.end) in asked
    assert "device" not in [name for name, *_ in asked]
    divided = Example(page, (both[0], replace(both[1], spans=(unsure,))))
    assert "unsure" not in heard(divided, SCHEME, HEADS, says)


def test_two_labels_on_the_same_words_are_two_units() -> None:
    page = article("Maar slams dockers 😀\n\nA vile plan.")
    said = mark("ana", of=page, under=SCHEME)
    first = Span("1", 0, len("Maar slams dockers 😀"), "loud head", {"unsure": ("yes",)})
    second = replace(first, id="2", label="judged", attributes={})
    one = Example(page, (replace(said, spans=(first, second)),))

    def says(choice: Choice, units: Sequence[Unit]) -> list[Floats | None]:
        return [np.zeros(len(choice.values), np.float32) for _ in units]

    assert sorted(heard(one, SCHEME, HEADS, says)["unsure"].right.tolist()) == [[False], [True]]


def test_a_unit_that_no_token_reads_picks_nothing() -> None:
    silent = heard(example(0, "boats"), SCHEME, HEADS, lambda _, asked: [None] * len(asked))
    assert silent["topics"].chance.tolist() == [[0, 0]]


def test_a_decision_at_its_threshold_is_the_least_sure() -> None:
    values = {"topics": {"boats": 0.2, "money": 0.2}}

    def sure(chance: float) -> float:
        return float(sureness(TOPICS, np.array([chance, chance], np.float32), values).max())

    assert sure(0.2) == pytest.approx(0.5)
    assert sure(0.6) > sure(0.25) > 0.5
    assert sure(0.01) > sure(0.15) > 0.5
    assert halved(TOPICS, np.array([0.2, 1], np.float32), values).tolist() == [0.5, 1]
    assert sureness(GENRE, np.array([0.3, 0.7], np.float32), values).max() == np.float32(0.7)


def test_a_learning_curve_tunes_on_the_other_half_of_the_stories() -> None:
    held = [example(n, *["money"] * (n % 4 < 2)) for n in range(40)]
    groups = {each.article.id: f"g{n:02}" for n, each in enumerate(held)}

    # Each half alone has a threshold that is right for it, and wrong for the other
    def says(number: int, asked: list[Unit]) -> list[Floats | None]:
        there, not_there = (0.6, 0.3) if number % 2 else (0.2, 0.01)
        return [np.array([0, there if number % 4 < 2 else not_there], np.float32) for _ in asked]

    found = answered(held, TOPICS, SCHEME, groups, says)
    picks = [each[None, None] == ("money",) for each in found]
    assert picks == [number % 2 == 1 for number in range(40)]


def topical(found: Annotation, number: int) -> Annotation:
    """The annotation with topics: money is rare, boats are not; every third article is odd."""
    topics = (*["boats"] * (number % 2), *["money"] * (number % 5 == 0))
    said = (Answer("topics", topics),) if topics else ()
    odd = (Answer("odd", ("yes",)),) if number % 3 == 0 else ()
    return replace(found, answers=(*found.answers, *said, *odd))


def made(folder: Path, tiny: Path, **training: Any) -> Job:
    found = pages(30)
    section = {**QUICK, "epochs": 2, "encoder": str(tiny), **training}
    job = make_job(folder, tuple(found), TEXT, {"training": section})
    said = [topical(opinion(each, "ana", job.scheme), n) for n, each in enumerate(found)]
    append_annotations(job.annotations, said)
    return job


@pytest.fixture(scope="module")
def topics(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> tuple[Job, Trained]:
    """A trained job that asks for topics; its model has learned little."""
    job = made(tmp_path_factory.mktemp("topics") / "job", tiny)
    return job, train(job)


def test_a_model_keeps_the_thresholds_of_the_validation_part(topics: tuple[Job, Trained]) -> None:
    job, trained = topics
    found = load(trained.folder)
    held_out = read_examples(job).unassisted(trained.validation)
    readings = list(found.reader.read([each.article for each in held_out], keep=True))
    told = heard_of(readings, held_out, found.reader.weights, job.scheme)
    assert len(told["topics"].right) == len(held_out)
    assert found.manifest.values == tuned_values(told, job.scheme)
    assert {*found.manifest.values} == {"topics", "odd", "device", "unsure"}
    assert "| topics: money |" in (trained.folder / "README.md").read_text(encoding="utf-8")


def with_values(folder: Path, values: object) -> None:
    """Change the thresholds of values in a folder's manifest; None takes them out."""
    path = folder / "pressmark.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    del held["values"]
    path.write_text(json.dumps(held | ({} if values is None else {"values": values})))


@pytest.fixture
def copied(topics: tuple[Job, Trained], tmp_path: Path) -> Job:
    shutil.copytree(topics[0].folder, tmp_path / "copied")
    return open_job(tmp_path / "copied", ["evaluation.samples=50"])


ALL = {"topics": {"boats": 0.0, "money": 0.0}, "odd": {"yes": 0.0}}
NONE = {"topics": {"boats": 1.0, "money": 1.0}, "odd": {"yes": 1.0}}


@pytest.mark.parametrize(("values", "stand"), [(ALL, True), (NONE, False)])
def test_what_is_predicted_and_exported_stands_by_the_models_thresholds(
    copied: Job, tmp_path: Path, values: dict[str, dict[str, float]], stand: bool
) -> None:
    with_values(copied.models / "model", values)
    ours = read_run(copied, predict(copied).run)
    said = {answer.question for each in ours for answer in each.answers}
    assert said == ({"genre", "topics", "odd"} if stand else {"genre"})
    export_model(copied, tmp_path / "exported")
    theirs = load_exported(tmp_path / "exported").predict(read_articles(copied))
    assert [each.answers for each in theirs] == [each.answers for each in ours]


@pytest.mark.parametrize(("values", "value"), [(ALL, 1.0), (NONE, 0.0)])
def test_what_is_evaluated_stands_by_the_models_thresholds(
    copied: Job, values: dict[str, dict[str, float]], value: float
) -> None:
    with_values(copied.models / "model", values)
    (odd,) = [each for each in evaluate(copied).questions if each.name == "odd"]
    share = [n % 3 == 0 for n in range(30)]
    found = odd.systems["model"].accuracy.value
    tested = read_manifest(copied.models / "model").test
    there = [share[int(id_.removeprefix("p"))] for id_ in tested]
    assert found == pytest.approx(np.mean([each == bool(value) for each in there]))


def test_a_model_and_an_export_from_before_stand_from_a_half_and_evaluate_says_so(
    copied: Job, tmp_path: Path
) -> None:
    export_model(copied, tmp_path / "exported")
    with_values(copied.models / "model", None)
    with_values(tmp_path / "exported", None)
    ours = read_run(copied, predict(copied).run)
    found = load(copied.models / "model")
    for reading, each in zip(
        found.reader.read(read_articles(copied), keep=True), ours, strict=True
    ):
        (answered_, *more) = [a.values for a in each.answers if a.question == "topics"] or [()]
        assert more == []
        asked = next(c for c in found.model.heads.choices if c.name == "topics")
        (chance,) = chances(reading, found.reader.weights, asked, [_whole(reading.article)])
        assert chance is not None
        assert answered_ == tuple(v for v, p in zip(asked.values, chance, strict=True) if p >= 0.5)
    theirs = load_exported(tmp_path / "exported").predict(read_articles(copied))
    assert [each.answers for each in theirs] == [each.answers for each in ours]
    told = "values of device, unsure, topics, odd: from a half"
    assert [note for note in evaluate(copied).notes if note.startswith(told)]


def _whole(page: Any) -> Unit:
    return Unit(0, len(page.text), (0, len(page.text)), whole=True)


@pytest.mark.parametrize(
    "values", [{"topics": {"boats": 1.5}}, {"topics": 0.5}, {"topics": {"boats": "much"}}, [], 3]
)
def test_a_manifest_with_values_that_have_no_thresholds_is_a_line(
    copied: Job, values: object
) -> None:
    with_values(copied.models / "model", values)
    with pytest.raises(PressmarkError, match="damaged or not a model's manifest") as found:
        load(copied.models / "model")
    assert "\n" not in str(found.value)


def test_what_training_reached_counts_values_that_stand_by_their_thresholds(
    topics: tuple[Job, Trained],
) -> None:
    job, trained = topics
    found = load(trained.folder)
    held_out = read_examples(job).unassisted(trained.validation)
    readings = list(found.reader.read([each.article for each in held_out], keep=True))
    thresholds = found.manifest.thresholds
    all_, tuned, none = (
        reached(readings, held_out, job.scheme, thresholds, found.model, values=values)
        for values in (ALL, found.manifest.values, NONE)
    )
    assert tuned == pytest.approx(trained.reached)
    assert all_ is not None
    assert none is not None
    assert all_ > none


def test_label_errors_doubt_a_rare_value_from_its_threshold_on(
    topics: tuple[Job, Trained],
) -> None:
    job, trained = topics
    found = load(trained.folder)
    examples = list(read_examples(job).items.values())
    weights = found.reader.weights
    readings = list(found.reader.read([each.article for each in examples], keep=True))
    told = heard_of(readings, examples, weights, job.scheme)
    least = tuned_values(told, job.scheme)["odd"]["yes"]
    assert told["odd"].chance.max() < 0.5
    read = [(e, r, weights) for e, r in zip(examples, readings, strict=True)]
    doubted = [each for each in ranked(read, job.scheme, "characters") if each.name == "odd"]
    wrong = (told["odd"].chance >= np.float32(least)) != told["odd"].right
    assert {each.article for each in doubted} == {
        each.article.id for each, at in zip(examples, wrong[:, 0], strict=True) if at
    }
    assert {"yes"} <= {each.model for each in doubted}
    assert max(each.score for each in doubted) <= 0.5


def test_folds_tell_of_values_by_models_that_were_not_taught_the_article(
    topics: tuple[Job, Trained], tiny: Path, tmp_path: Path
) -> None:
    job, _ = topics
    examples = list(read_examples(job).items.values())[:8]
    groups = {each.article.id: each.article.id for each in examples}
    settings = TrainingSection.model_validate({**QUICK, "epochs": 1, "folds": 2})
    taught = Taught(job.scheme, examples)
    given = (taught, [], groups, settings, lambda: load_encoder(str(tiny), Path()))
    apart = gathered(
        heard(each, job.scheme, weights.heads, partial(chances, reading, weights))
        for each, reading, weights in out_of_fold(*given, keep=True)
    )
    told: list[str] = []
    # Once read, and once from what was kept of it
    for _ in range(2):
        unseen = cross_read(*given, tmp_path, lambda what, *_: told.append(what))
        assert {*unseen.heard} == {*apart} >= {"topics", "odd", "unsure"}
        for name, each in apart.items():
            assert np.array_equal(unseen.heard[name].chance, each.chance)
            assert np.array_equal(unseen.heard[name].right, each.right)
            assert np.array_equal(unseen.heard[name].offered, each.offered)
        assert all(reading.tokens is None for reading in unseen.readings)
    assert sum(what.endswith("reading articles") for what in set(told)) == 2


def test_a_model_trained_by_folds_takes_its_values_thresholds_from_them(
    tiny: Path, tmp_path: Path
) -> None:
    job = made(tmp_path / "job", tiny, folds=2, epochs=1)
    trained = train(job)
    examples = read_examples(job).of((*trained.train, *trained.validation))
    groups = read_manifest(trained.folder).groups
    unseen = cross_read(
        Taught(job.scheme, examples),
        [],
        {each.article.id: groups[each.article.id] for each in examples},
        job.settings.training,
        lambda: load_encoder(str(tiny), Path()),
        tmp_path / "again",
    )
    assert read_manifest(trained.folder).values == tuned_values(unseen.heard, job.scheme)


@pytest.mark.parametrize("folds", [0, 2])
def test_baselines_have_thresholds_of_their_own_for_values_out_of_fold(
    copied: Job, folds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copied.models / "model" / "pressmark.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    held["settings"]["folds"] = folds
    path.write_text(json.dumps(held), encoding="utf-8")
    manifest = read_manifest(copied.models / "model")
    lessons = Lessons(read_examples(copied), manifest, copied.scheme)
    seen: list[set[str]] = []

    def teach(examples: Sequence[Example]) -> Any:
        seen.append({each.article.id for each in examples})
        return tfidf(examples, copied.scheme)

    made_ = teach(lessons.taught)
    _, values = lessons.thresholds(teach, made_)
    if folds:
        both = (*manifest.train, *manifest.validation)
        made_of = folds_of({id_: manifest.groups[id_] for id_ in both}, folds, manifest.seed)
        parts = [{*both} - {*fold} for fold in made_of]
        assert seen[1:] == parts
        taught = [teach(lessons.examples.of(sorted(part))) for part in parts]
        read = [*zip(made_of, taught, strict=True)]
    else:
        read = [(manifest.validation, made_)]
    apart = gathered(
        heard(each, copied.scheme, linear.heads, partial(linear.chances, each.article))
        for ids, linear in read
        for each in lessons.examples.unassisted(ids)
    )
    assert values == tuned_values(apart, copied.scheme)
    kept: dict[str, Any] = {}

    def caught(*given: Any, **more: Any) -> Any:
        learned, missing = before(*given, **more)
        kept.update(learned)
        return learned, missing

    before = evaluating.regressions
    monkeypatch.setattr(evaluating, "regressions", caught)
    evaluate(copied)
    assert kept["TF-IDF"].values == values
