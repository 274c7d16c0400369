"""Train, predict and evaluate: the loop from a user's seat."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.reading.ingest import ingest
from corpus.records import Answer, Article, misfits
from corpus.resources import SAMPLE
from corpus.sample import sample_annotations
from corpus.store import add_articles, append_annotations, read_annotations, read_articles, read_run
from tests.conftest import MakeJob
from tests.speech import SCHEME, article
from tests.training.conftest import QUICK
from tests.training.press import BAD, KINDS, annotate, opinion, pages, tiny_encoder
from training import fit
from training.checkpoint import load
from training.evaluate import evaluate
from training.evaluate.told import essential
from training.examples import Example, read_examples
from training.fit import Trained, train
from training.predict import predict
from training.validation import reached

FOURTH = """\
  - name: aside
    colour: "#3a7d44"
    hotkey: "3"
    definition: an aside
    test: is it one?
    positive: [{text: "[[a]]"}, {text: "[[b]]"}, {text: "[[c]]"}]
    negative: [{text: "a"}, {text: "b"}, {text: "c"}]
attributes:
"""


def weights(folder: Path) -> dict[str, Any]:
    return dict(load(folder).model.state_dict())


def test_the_model_finds_what_it_was_taught_on_articles_it_never_saw(
    learned: tuple[Job, Trained],
) -> None:
    job, trained = learned
    scores = evaluate(job)
    f1 = {
        (system, s.label, s.measure): s.f1.value
        for system, found in scores.systems.items()
        for s in found
    }
    assert f1["model", "loud head", "exact"] == 1
    assert f1["model", "judged", "SI"] > 0.8
    for trivial in ("shuffled", "everything"):
        assert f1["model", "", "SI"] > f1[trivial, "", "SI"]
    assert scores.articles == trained.test


def test_a_run_holds_every_article_and_is_an_annotation_of_role_model(
    learned: tuple[Job, Trained],
) -> None:
    job, _ = learned
    done = predict(job)
    predictions = read_run(job, done.run)
    articles = {article.id: article for article in read_articles(job)}
    assert {p.article for p in predictions} == set(articles)
    assert done.articles == 60
    assert done.spans == sum(len(p.spans) for p in predictions) > 0
    for prediction in predictions:
        assert misfits(prediction, articles[prediction.article]) == []
        assert (prediction.role, prediction.author) == ("model", "model")
        assert (prediction.run, prediction.scheme) == (done.run, job.scheme.hash)
        assert all(s.score is not None and 0 <= s.score <= 1 for s in prediction.spans)
    assert done.run.endswith("-model")
    assert (job.folder / "schemes" / f"{job.scheme.hash}.yaml").is_file()


def test_the_folder_loads_without_the_job_and_reads_the_same(
    learned: tuple[Job, Trained], tmp_path: Path
) -> None:
    job, trained = learned
    shutil.copytree(trained.folder, tmp_path / "moved")
    here, there = load(trained.folder), load(tmp_path / "moved")
    articles = read_articles(job)[:3]
    for ours, theirs in zip(here.reader.read(articles), there.reader.read(articles), strict=True):
        assert (ours.inside == theirs.inside).all()
    names = {path.name for path in trained.folder.iterdir()}
    assert names >= {"config.json", "model.safetensors", "pressmark.json", "README.md"}


def test_whoever_may_read_new_files_may_read_the_model(
    learned: tuple[Job, Trained], tmp_path: Path
) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    modes = {file.name: file.stat().st_mode for file in learned[1].folder.iterdir()}
    assert modes == dict.fromkeys(modes, plain.stat().st_mode)
    assert "model.safetensors" in modes


def test_manifest_and_card_say_how_the_model_came_to_be(learned: tuple[Job, Trained]) -> None:
    job, trained = learned
    manifest = load(trained.folder).manifest
    assert manifest.scheme == job.scheme.hash
    assert manifest.labels == job.scheme.label_names
    assert sorted((*manifest.train, *manifest.validation, *manifest.test)) == sorted(
        article.id for article in read_articles(job)
    )
    assert manifest.annotations == 120
    assert manifest.settings["seed"] == 0
    assert set(manifest.thresholds) == set(job.scheme.label_names)
    card = (trained.folder / "README.md").read_text(encoding="utf-8")
    assert f"Learned from {len(trained.train)} articles" in card
    taught = len(trained.train) + len(trained.validation)
    assert (
        f"Licences of the texts it learned from, with their articles: none stated ({taught})"
        in card
    )


def test_the_same_seed_gives_the_same_model_and_another_seed_another(annotated: Job) -> None:
    short = ["training.epochs=1"]
    first = weights(train(open_job(annotated.folder, short)).folder)
    again = weights(train(open_job(annotated.folder, short)).folder)
    other = weights(train(open_job(annotated.folder, [*short, "training.seed=1"])).folder)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("kind", KINDS[1:])
def test_any_encoder_learns_through_the_same_key_and_loads_as_it_was_saved(
    job: MakeJob, tmp_path: Path, kind: str
) -> None:
    section = {**QUICK, "encoder": str(tiny_encoder(tmp_path / kind, kind)), "epochs": 12}
    articles = pages(24)
    made = job(*articles, scheme=SCHEME, training=section)
    annotate(made, articles)
    trained = train(made)
    found = load(trained.folder)
    assert found.model.config.encoder.model_type == kind
    # what it reached before it was saved, it reaches when it is loaded
    held_out = read_examples(made).of(found.manifest.validation)
    readings = list(found.reader.read([each.article for each in held_out], keep=True))
    thresholds = found.manifest.thresholds
    values = found.manifest.values
    again = reached(readings, held_out, made.scheme, thresholds, found.model, values=values)
    assert again == pytest.approx(trained.reached)
    texts = {each.id: each.text for each in articles}
    marked = [
        texts[each.article][span.start : span.end]
        for each in read_run(made, predict(made).run)
        for span in each.spans
        if span.label == "judged"
    ]
    assert len(marked) > 10
    assert sum(any(word in text for word in BAD) for text in marked) / len(marked) > 0.9


def test_what_is_reached_counts_a_flag_that_was_asked_and_left_empty(
    job: MakeJob, tiny: Path, articles: list[Article]
) -> None:
    section = {**QUICK, "encoder": str(tiny), "epochs": 1}
    asked = f"{SCHEME}  - {{name: odd, type: flag}}\n"
    made = job(*articles, scheme=asked, training=section)
    said = [
        replace(a, spans=(), answers=(Answer("odd", ("yes",)),))
        for a in (opinion(page, "ana", made.scheme) for page in articles)
    ]
    append_annotations(made.annotations, said)
    found = load(train(made).folder)
    held_out = read_examples(made).of(found.manifest.validation)
    readings = list(found.reader.read([each.article for each in held_out], keep=True))
    thresholds = found.manifest.thresholds

    def score(examples: list[Example]) -> float | None:
        values = found.manifest.values
        return reached(readings, examples, made.scheme, thresholds, found.model, values=values)

    assert score(held_out) == 1
    first, *rest = held_out
    emptied = replace(first, opinions=tuple(replace(o, answers=()) for o in first.opinions))
    below = score([emptied, *rest])
    assert below is not None
    assert 0 < below < 1


def test_a_label_added_to_the_scheme_is_in_model_and_scores(
    job: MakeJob, tiny: Path, articles: list[Article]
) -> None:
    text = SCHEME.replace("attributes:\n", FOURTH)
    section = {**QUICK, "encoder": str(tiny), "epochs": 1}
    made = job(*articles, scheme=text, training=section)
    annotate(made, articles)
    assert load(train(made).folder).model.heads.labels == ("judged", "loud head", "aside")
    scores = evaluate(made)
    assert {s.label for s in scores.systems["model"]} == {"", "judged", "loud head", "aside"}
    assert "aside, F1" in [table.name for table in essential(scores)]


def test_scores_are_written_as_plain_json_with_every_figure(learned: tuple[Job, Trained]) -> None:
    job, _ = learned
    scores = evaluate(job)
    data = json.loads(job.scores.read_text(encoding="utf-8"))
    assert data["format"] == 2
    baselines = {"TF-IDF", "frozen", "lexicon", "shuffled", "everything"}
    assert set(data["systems"]) == {"model", *baselines}
    assert data["spans"] == scores.spans
    one = data["systems"]["model"][0]
    assert set(one) == {
        "label",
        "measure",
        "precision",
        "recall",
        "f1",
        "predicted",
        "reference",
    }
    assert set(one["f1"]) == {"value", "low", "high", "why"}


def test_what_cannot_be_used_is_left_out_and_counted(annotated: Job) -> None:
    article = read_articles(annotated)[0]
    given = opinion(article, "cem", annotated.scheme)
    append_annotations(
        annotated.annotations,
        [
            replace(given, id="1", sha256="0" * 64),
            replace(given, id="2", scheme="1" * 64),
            replace(given, id="3", status="skipped"),
            replace(given, id="4", role="model"),
            replace(given, id="5", article="gone"),
            replace(given, id="6", covers=((0, 5),)),
            replace(given, id="7", layer="blocks"),
        ],
    )
    trained = train(open_job(annotated.folder, ["training.epochs=1"]))
    assert trained.left_out == {
        "of an older version of the text": 1,
        "made under another scheme": 1,
        "skipped": 1,
        "by a model": 1,
        "of an article that is not in the job": 1,
        "of a part of the article only": 1,
        "of the layer blocks": 1,
    }


def test_a_model_is_not_scored_on_what_it_showed(annotated: Job) -> None:
    trained = train(annotated)
    before = evaluate(annotated)
    page = next(a for a in read_articles(annotated) if a.id == trained.test[0])
    flattered = replace(opinion(page, "dan", annotated.scheme), id="late", spans=(), shown="run1")
    append_annotations(annotated.annotations, [flattered])
    after = evaluate(annotated)
    assert (after.systems, after.annotations) == (before.systems, before.annotations)


def test_articles_labelled_over_prelabels_alone_are_trained_on(annotated: Job) -> None:
    page = article("Rotten and vile\n\nNew.", "late")
    add_articles(annotated, [page])
    assisted = opinion(page, "ana", annotated.scheme, id="late:ana", shown="run1")
    append_annotations(annotated.annotations, [assisted])
    for seed in range(3):
        job = open_job(annotated.folder, [f"training.seed={seed}", "training.epochs=1"])
        assert "late" in train(job).train


def test_what_was_annotated_before_a_label_was_added_still_teaches(annotated: Job) -> None:
    annotated.keep_scheme()
    before = read_examples(annotated)
    raw = yaml.safe_load(annotated.scheme.source)
    raw["labels"].append({**raw["labels"][0], "name": "new one", "hotkey": "9"})
    path = annotated.folder / annotated.settings.scheme
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    grown = open_job(annotated.folder)
    after = read_examples(grown)
    assert after.items.keys() == before.items.keys()
    assert after.left_out == {}
    added = grown.scheme.label("new one")
    assert added
    assert all(each.asked(added) == () for each in after.items.values())
    raw["labels"] = raw["labels"][1:]
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    with pytest.raises(PressmarkError, match="another scheme"):
        read_examples(open_job(annotated.folder))


def test_no_annotations_is_one_line_with_the_remedy(job: MakeJob, tiny: Path) -> None:
    with pytest.raises(PressmarkError, match="pressmark pull"):
        train(job(*pages(4), scheme=SCHEME, training={"encoder": str(tiny)}))


def test_predicting_before_training_is_told(annotated: Job) -> None:
    with pytest.raises(PressmarkError, match="run 'pressmark train'"):
        predict(annotated)
    with pytest.raises(PressmarkError, match="run 'pressmark train'"):
        evaluate(annotated)
    assert not annotated.predictions.exists()


def test_a_model_of_another_scheme_is_refused(learned: tuple[Job, Trained], tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(learned[0].folder, folder)
    path = folder / "mine.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    with pytest.raises(PressmarkError, match="trained under scheme"):
        predict(open_job(folder))


def test_a_damaged_model_is_told(learned: tuple[Job, Trained], tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(learned[1].folder, folder)
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(PressmarkError, match="damaged"):
        load(folder)
    (folder / "pressmark.json").write_text('{"format": 99}')
    with pytest.raises(PressmarkError, match="format 99"):
        load(folder)
    (folder / "pressmark.json").write_text("[]")
    with pytest.raises(PressmarkError, match="not a model's manifest"):
        load(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "tokenizer_config.json"])
@pytest.mark.parametrize("damage", ["gone", "torn", "of another kind"])
def test_a_model_with_a_file_gone_or_changed_is_told_in_a_line(
    learned: tuple[Job, Trained], tmp_path: Path, name: str, damage: str
) -> None:
    shutil.copytree(learned[1].folder, tmp_path / "model")
    file = tmp_path / "model" / name
    held = json.loads(file.read_text(encoding="utf-8"))
    file.unlink()
    if damage == "torn":
        file.write_text(json.dumps(held)[:40], encoding="utf-8")
    elif damage == "of another kind":
        held |= {"heads": {"labels": ["x"]}, "model": {"type": "x"}}
        file.write_text(json.dumps(held), encoding="utf-8")
    told = rf"{name}: gone; restore" if damage == "gone" else rf"{name}: damaged or not the file"
    with pytest.raises(PressmarkError, match=told) as found:
        load(tmp_path / "model")
    assert "\n" not in str(found.value)


def test_a_model_whose_labels_or_words_were_swapped_is_refused(
    learned: tuple[Job, Trained], tmp_path: Path
) -> None:
    """Such files load, and the model would find other spans without a word."""
    shutil.copytree(learned[1].folder, tmp_path / "model")
    for name, swap in (("config.json", _other_labels), ("tokenizer.json", _other_words)):
        file = tmp_path / "model" / name
        before = file.read_text(encoding="utf-8")
        held = json.loads(before)
        swap(held)
        file.write_text(json.dumps(held), encoding="utf-8")
        with pytest.raises(PressmarkError, match=f"{name}: damaged or not the file"):
            load(tmp_path / "model")
        file.write_text(before, encoding="utf-8")
    assert load(tmp_path / "model").manifest.name == "model"


def _other_labels(config: dict[str, Any]) -> None:
    config["heads"]["labels"] = [f"{name}!" for name in config["heads"]["labels"]]


def _other_words(tokenizer: dict[str, Any]) -> None:
    vocabulary = tokenizer["model"]["vocab"]
    tokenizer["model"]["vocab"] = dict(zip(vocabulary, [*vocabulary.values()][::-1], strict=True))


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ({"thresholds": {}}, "labels"),
        ({"thresholds": {"judged": 0.5}}, "labels"),
        ({"thresholds": {"judged": 0.5, "loud head": float("nan")}}, "no probabilities"),
        ({"thresholds": {"judged": 0.5, "loud head": "much"}}, "TypeError"),
        ({"thresholds": None}, "TypeError"),
        ({"thresholds": ["judged", "loud head"]}, "AttributeError"),
        ({"files": {}}, "files name no config.json"),
        ({"files": {"config.json": "", "tokenizer.json": ""}}, "files name no .safetensors"),
        ({"files": None}, "TypeError"),
        ({"settings": {}}, "KeyError"),
        ({"settings": {"window": 8, "stride": 8}}, "stride is not below"),
        ({"signatures": ["abc"]}, "padding"),
        ({"signatures": ["é"]}, "ValueError"),
        ({"signatures": [7]}, "TypeError"),
        ({"signatures": ["QUJD"]}, "signature"),
        ({"ancestor": {"ancestor": {"signatures": ["QUJD"]}}}, "signature"),
        ({"ancestor": "model"}, "AttributeError"),
    ],
)
def test_a_manifest_that_no_model_can_be_read_by_is_a_line(
    learned: tuple[Job, Trained], tmp_path: Path, part: dict[str, Any], says: str
) -> None:
    shutil.copytree(learned[1].folder, tmp_path / "model")
    path = tmp_path / "model" / "pressmark.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**held, **part}), encoding="utf-8")
    with pytest.raises(PressmarkError, match=f"damaged or not a model's manifest .*{says}") as told:
        load(tmp_path / "model")
    assert "\n" not in str(told.value)


def test_a_model_from_before_its_files_were_named_is_refused(
    learned: tuple[Job, Trained], tmp_path: Path
) -> None:
    shutil.copytree(learned[1].folder, tmp_path / "model")
    path = tmp_path / "model" / "pressmark.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**held, "format": 2}), encoding="utf-8")
    with pytest.raises(PressmarkError, match=r"format 2, this Pressmark reads 3: run"):
        load(tmp_path / "model")


@pytest.mark.parametrize("moment", ["training", "saving"])
def test_a_training_that_is_stopped_leaves_the_old_model_and_nothing_half(
    annotated: Job, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    job = open_job(annotated.folder, ["training.epochs=1"])
    before = weights(train(job).folder)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    if moment == "saving":
        monkeypatch.setattr("training.checkpoint.write_text", stopped)
    with pytest.raises(KeyboardInterrupt):
        train(job, stopped if moment == "training" else fit.silent)
    # what the run had reached waits for the next
    assert {path.name for path in job.models.iterdir()} == {"model", ".model.run"}
    after = weights(job.models / "model")
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_kill_between_two_renames_loses_no_model(
    learned: tuple[Job, Trained], tmp_path: Path
) -> None:
    shutil.copytree(learned[1].folder, tmp_path / ".model.old")
    assert load(tmp_path / "model").manifest == load(learned[1].folder).manifest


def test_progress_counts_up_to_the_end(annotated: Job) -> None:
    told: list[tuple[str, int, int]] = []
    job = open_job(annotated.folder, ["training.epochs=1"])
    train(job, lambda *step: told.append(step))
    steps = [(done, total) for what, done, total in told if what == "training"]
    assert [done for done, _ in steps] == list(range(1, len(steps) + 1))
    assert steps[-1][0] == steps[-1][1]


def test_evaluation_says_which_test_articles_are_gone(
    learned: tuple[Job, Trained], tmp_path: Path
) -> None:
    shutil.copytree(learned[0].folder, tmp_path / "less")
    job = open_job(tmp_path / "less")
    gone = learned[1].test[0]
    withdrawn = [
        replace(a, status="withdrawn")
        for a in read_annotations(job.annotations)
        if a.article == gone
    ]
    append_annotations(job.annotations, withdrawn)
    scores = evaluate(job)
    assert gone not in scores.articles
    assert any("1 test articles are gone" in note for note in scores.notes)


@pytest.mark.parametrize("name", ["scheme", "frames"])
def test_both_shipped_schemes_go_from_the_sample_to_scores(
    job: MakeJob, tiny: Path, name: str
) -> None:
    section = {**QUICK, "encoder": str(tiny), "epochs": 1}
    sources = [{"path": str(SAMPLE / "pages"), "id": "name"}]
    made = job(scheme=name, sources=sources, training=section)
    ingest(made)
    passes = sample_annotations(read_articles(made), SAMPLE / "passes", made.scheme)
    append_annotations(made.annotations, passes)
    trained = train(made)
    assert load(trained.folder).model.heads.labels == made.scheme.label_names
    assert set(evaluate(made).spans) == set(made.scheme.label_names)
    assert predict(made).articles == len(read_articles(made))
