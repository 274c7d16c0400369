"""The evaluation of a job's model from a user's seat."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.records import Answer
from corpus.sentences import sentences
from corpus.store import append_annotations, read_articles
from corpus.takedown import takedown
from pressmark import app
from tests.conftest import MakeJob
from tests.speech import mark
from tests.training.conftest import QUICK
from tests.training.press import BAD, opinion, pages
from training.checkpoint import read_manifest
from training.evaluate import MODEL, Scores, evaluate
from training.evaluate import learned as learning
from training.evaluate.run import PAGE
from training.fit import Trained, train
from training.thresholds import tuned


@pytest.fixture
def copy(learned: tuple[Job, Trained], tmp_path: Path) -> Job:
    """The learned job, to be changed."""
    shutil.copytree(learned[0].folder, tmp_path / "copy")
    return open_job(tmp_path / "copy", ["evaluation.samples=50"])


def test_every_part_of_the_evaluation_is_there(copy: Job) -> None:
    third = [opinion(page, "cem", copy.scheme) for page in read_articles(copy)]
    append_annotations(copy.annotations, third)
    job = open_job(copy.folder, ["evaluation.samples=50", "evaluation.abstain=[0.2, 0.6]"])
    scores = evaluate(job)
    measures = {s.measure for s in scores.systems[MODEL] if not s.label}
    assert measures == {"exact", "overlap", "token", "SI", "FLC", "character"}
    assert {each.by for each in scores.strata} >= {"publisher", "block", "words"}
    (genre,) = scores.questions
    assert genre.systems[MODEL].accuracy.value == 1
    assert genre.ceiling is not None
    assert all(each.ceiling.annotators.value == 1 for each in scores.human if each.ceiling.cases)
    assert scores.human[0].gold.why == "no test article has adjudicated gold"
    assert scores.band is not None
    assert scores.reliability is not None
    assert scores.coverage is not None
    assert {v.what for v in scores.versus if not v.label} == {
        "exact", "overlap", "token", "SI", "FLC",
    }  # fmt: skip
    written = json.loads(job.scores.read_text(encoding="utf-8"))
    assert len(written["strata"]) == len(scores.strata)
    assert "Precision of the surest spans" in (job.folder / PAGE).read_text(encoding="utf-8")


def test_as_many_samples_as_the_settings_say_are_drawn_for_every_interval(copy: Job) -> None:
    """The ends of an interval from one sample are one number."""
    append_annotations(
        copy.annotations, [opinion(p, "cem", copy.scheme) for p in read_articles(copy)]
    )
    one = _intervals(evaluate(open_job(copy.folder, ["evaluation.samples=1"])))
    assert {"systems", "versus", "human", "questions", "strata"} <= {*one}
    assert [name for name, found in one.items() if any(low != high for low, high in found)] == []
    many = _intervals(evaluate(copy))
    assert any(low != high for low, high in many["systems"])


def test_without_its_encoder_one_baseline_is_missing_and_the_reason_is_told(copy: Job) -> None:
    path = copy.models / "model" / "pressmark.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["settings"]["encoder"] = "./nowhere"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    scores = evaluate(copy)
    assert "TF-IDF" in scores.systems
    assert "frozen" not in scores.systems
    assert any(note.startswith("frozen: –") for note in scores.notes)


def test_baselines_are_tuned_by_the_models_objective(
    copy: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def heard(*given: Any) -> dict[str, float]:
        asked.append(given[3] if len(given) > 3 else "characters")
        return tuned(*given)

    monkeypatch.setattr(learning, "tuned", heard)
    _manifest(copy.models / "model", settings={"objective": "FLC"})
    evaluate(copy)
    assert asked == ["FLC"] * 3


def test_baselines_of_a_model_tuned_out_of_fold_are_tuned_on_its_folds(
    copy: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuned_on: list[list[str]] = []

    def heard(readings: Any, examples: Any, *given: Any) -> dict[str, float]:
        tuned_on.append([each.article.id for each in examples])
        assert [each.article.id for each in readings] == tuned_on[-1]
        return tuned(readings, examples, *given)

    monkeypatch.setattr(learning, "tuned", heard)
    _manifest(copy.models / "model", settings={"folds": 2})
    evaluate(copy)
    manifest = read_manifest(copy.models / "model")
    both = sorted((*manifest.train, *manifest.validation))
    assert [sorted(each) for each in tuned_on] == [both] * 3


@pytest.mark.parametrize("gone", [False, True])
def test_frozen_is_the_encoder_that_a_line_of_models_began_with_or_says_it_is_not(
    copy: Job, tiny: Path, gone: bool
) -> None:
    before = asdict(read_manifest(copy.models / "model"))
    before["settings"]["encoder"] = "nowhere" if gone else str(tiny)
    shutil.copytree(copy.models / "model", copy.models / "next")
    settings = {"encoder": str(copy.models / "model")}
    _manifest(copy.models / "next", settings=settings, name="next", ancestor=before)
    cold = evaluate(copy).systems
    job = open_job(copy.folder, ["evaluation.samples=50", "training.name=next"])
    warm = evaluate(job).systems
    assert ("frozen" in warm, "frozen, tuned" in warm) == (not gone, gone)
    assert (warm["frozen, tuned" if gone else "frozen"] == cold["frozen"]) is not gone


def test_scores_that_speak_of_an_annotator_are_judged_by_the_share_of_them(copy: Job) -> None:
    """Two of three have every span: by gold each is right, of a random annotator two thirds."""
    pages = read_articles(copy)
    none = [opinion(page, "cem", copy.scheme, spans=()) for page in pages]
    append_annotations(copy.annotations, none)
    gold = evaluate(copy)
    path = copy.models / "model" / "pressmark.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["calibration"]["reference"] = "annotator"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    drawn = evaluate(copy)
    assert gold.band
    assert drawn.band
    assert (gold.band.above, gold.band.within) == (drawn.band.above, drawn.band.within)
    assert gold.band.above_precision
    assert drawn.band.above_precision == pytest.approx(gold.band.above_precision * 2 / 3)
    assert gold.reliability
    assert drawn.reliability
    assert [each.observed.value for each in drawn.reliability.bins] == pytest.approx(
        [2 / 3 * (each.observed.value or 0) for each in gold.reliability.bins]
    )
    assert "scores of spans: against the share of annotators who have such a span" in drawn.notes
    assert any("learned for evaluation.reference: annotator" in note for note in drawn.notes)
    assert not any(note.startswith("scores of spans") for note in gold.notes)


def test_of_three_annotators_it_is_told_what_the_others_majority_is(copy: Job) -> None:
    told = "of three annotators the others are two: their majority is what either marked"
    assert told not in evaluate(copy).notes
    third = [opinion(page, "cem", copy.scheme) for page in read_articles(copy)]
    append_annotations(copy.annotations, third)
    assert told in evaluate(copy).notes


def test_two_annotators_make_no_ceiling_and_the_reason_is_told(copy: Job) -> None:
    scores = evaluate(copy)
    assert "three annotators" in scores.human[0].ceiling.annotators.why


def test_the_model_against_gold_stands_beside_the_ceiling(copy: Job) -> None:
    gold = [
        replace(opinion(page, "settled", copy.scheme), id=f"gold:{page.id}", role="gold")
        for page in read_articles(copy)
    ]
    append_annotations(copy.gold, gold)
    scores = evaluate(copy)
    assert scores.human[0].gold.value is not None
    assert scores.human[0].gold.value > 0.8


def test_two_models_are_compared_on_the_same_articles(copy: Job) -> None:
    shutil.copytree(copy.models / "model", copy.models / "twin")
    _rename(copy.models / "twin", "twin")
    scores = evaluate(copy, against="twin")
    against = [v for v in scores.versus if v.other == "twin" and v.what == "SI"]
    assert [v.label for v in against] == ["", *scores.labels]
    assert all(v.paired.difference.value == 0 for v in against)
    with pytest.raises(PressmarkError, match="that is the model itself"):
        evaluate(copy, against="model")
    with pytest.raises(PressmarkError, match="no model there"):
        evaluate(copy, against="nobody")


def test_a_model_that_was_taught_the_test_is_not_compared(copy: Job) -> None:
    shutil.copytree(copy.models / "model", copy.models / "twin")
    path = copy.models / "twin" / "pressmark.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest |= {"name": "twin", "train": manifest["test"], "test": manifest["train"]}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(PressmarkError, match="taught or tuned on 12 of the test articles"):
        evaluate(copy, against="twin")


@pytest.mark.parametrize("before", [False, True])
def test_a_model_that_was_taught_the_text_of_the_test_elsewhere_is_not_compared(
    copy: Job, before: bool
) -> None:
    path = _twin(copy)
    manifest = json.loads(path.read_text(encoding="utf-8"))
    known = {page.id: page.sha256 for page in read_articles(copy)}
    texts = {"texts": [known[id_] for id_ in manifest["test"][:2]]}
    manifest |= {"ancestor": texts} if before else texts
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(PressmarkError, match="taught or tuned on 2 of the test articles") as told:
        evaluate(copy, against="twin")
    assert "\n" not in str(told.value)


def test_models_that_were_taught_the_same_are_compared_whatever_is_alike_in_it(copy: Job) -> None:
    path = _twin(copy)
    manifest = json.loads(path.read_text(encoding="utf-8"))
    known = {page.id: page.sha256 for page in read_articles(copy)}
    manifest["texts"].append(known[manifest["test"][0]])
    for name in ("twin", "model"):
        said = json.dumps({**manifest, "name": name})
        (copy.models / name / "pressmark.json").write_text(said, encoding="utf-8")
    assert "twin" in {each.other for each in evaluate(copy, against="twin").versus}


def _twin(job: Job) -> Path:
    shutil.copytree(job.models / "model", job.models / "twin")
    _rename(job.models / "twin", "twin")
    return job.models / "twin" / "pressmark.json"


def test_seeds_beside_the_model_give_mean_and_spread(copy: Job) -> None:
    for seed in (1, 2):
        shutil.copytree(copy.models / "model", copy.models / f"model-seed{seed}")
        _rename(copy.models / f"model-seed{seed}", f"model-seed{seed}")
    scores = evaluate(copy)
    assert [each.model for each in scores.seeds] == ["model-seed1", "model-seed2"]
    assert {each.measure: each.deviation for each in scores.spread}["SI"] == 0


def test_a_test_article_that_was_taken_down_is_not_scored_or_shown(copy: Job) -> None:
    before = evaluate(copy)
    gone = before.articles[0]
    takedown(copy, gone)
    assert gone not in evaluate(copy).articles


def test_one_test_article_has_no_interval_and_none_is_an_error(copy: Job) -> None:
    articles = evaluate(copy).articles
    takedown(copy, *articles[1:])
    one = evaluate(copy)
    (si,) = [s for s in one.systems[MODEL] if not s.label and s.measure == "SI"]
    assert si.f1.low is None
    assert any("one story" in note for note in one.notes)
    takedown(copy, articles[0])
    with pytest.raises(PressmarkError, match="none of its test articles"):
        evaluate(copy)


def test_a_corpus_of_questions_about_sentences_alone_trains_and_evaluates(
    job: MakeJob, tiny: Path
) -> None:
    section = {**QUICK, "encoder": str(tiny), "epochs": 12}
    made = job(*pages(24), scheme="corpora/newssd-eng", training=section)
    for page in pages(24):
        answers = tuple(
            Answer("subjectivity", ("subjective" if _bad(page.text[s:e]) else "objective",), s, e)
            for s, e in sentences(page.text, "en")
        )
        said = mark("corpus", of=page, under=made.scheme, answers=answers, role="gold")
        append_annotations(made.annotations, [said])
    train(made)
    scores = evaluate(open_job(made.folder, ["evaluation.samples=50"]))
    assert scores.systems == {}
    (found,) = scores.questions
    assert (found.name, found.about) == ("subjectivity", "sentence")
    assert (found.systems[MODEL].macro_f1.value or 0) > 0.8
    assert (found.systems["most common"].macro_f1.value or 0) < 0.5
    assert (found.systems["TF-IDF"].macro_f1.value or 0) > 0.8
    assert found.systems["frozen"].answers == found.systems[MODEL].answers


def test_the_command_says_the_essential_first_in_80_columns(copy: Job) -> None:
    result = CliRunner().invoke(app, ["evaluate", "--job", str(copy.folder)], env={"COLUMNS": "80"})
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert next(n for n, line in enumerate(lines) if "all labels, F1" in line) < 5
    assert "written: scores.json, report/evaluation.html" in lines


def test_no_two_tables_of_the_page_have_one_name(copy: Job) -> None:
    evaluate(copy)
    page = (copy.folder / "report/evaluation.html").read_text(encoding="utf-8")
    names = re.findall(r"<caption>(.*?)</caption>", page)
    assert sorted(names) == sorted(set(names))
    assert {"all labels, F1", "the model by length of the span"} <= {*names}


def _intervals(scores: Scores) -> dict[str, list[tuple[float, float]]]:
    """The ends of every interval that is drawn by lot, by the part of the scores it stands in."""

    def ends(value: Any) -> Iterator[tuple[float, float]]:
        if isinstance(value, dict):
            if value.keys() >= {"value", "low", "high"} and value["low"] is not None:
                yield value["low"], value["high"]
            value = value.values()
        if not isinstance(value, str | int | float | None):
            for each in value:
                yield from ends(each)

    told = asdict(scores)
    del told["reliability"]["bins"]  # theirs are computed
    return {name: found for name, part in told.items() if (found := [*ends(part)])}


def _bad(text: str) -> bool:
    return any(word in text for word in BAD)


def _manifest(folder: Path, settings: dict[str, Any], **fields: Any) -> None:
    path = folder / "pressmark.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest |= {**fields, "settings": {**manifest["settings"], **settings}}
    path.write_text(json.dumps(manifest), encoding="utf-8")


def _rename(folder: Path, name: str) -> None:
    path = folder / "pressmark.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | {"name": name}
    path.write_text(json.dumps(manifest), encoding="utf-8")
