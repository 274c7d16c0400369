"""The loop, with every part real: pages, Label Studio, a trained model, pre-labels; any scheme."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from annotation.interface import interface
from annotation.pull import pull
from annotation.push import push
from annotation.rehearse import rehearse
from corpus.dataset import annotations_to_dataset
from corpus.job import Job
from corpus.reading.ingest import ingest
from corpus.records import Annotation, Span
from corpus.resources import CONFIGS, SAMPLE
from corpus.sample import sample_annotations
from corpus.store import read_annotations, read_articles
from tests.conftest import MakeJob
from tests.training.press import tiny_encoder
from training.checkpoint import load
from training.evaluate import evaluate
from training.fit import train
from training.predict import predict

MakeSample = Callable[[str], Job]
#: Pages that nobody annotates, so that pre-labels have somewhere to go.
LATER = 2


def the_loop(job: Job, marked: Callable[[Annotation], Annotation] = lambda a: a) -> None:
    """From the pages to pre-labels on the pages that nobody has annotated yet."""
    ingest(job)
    articles = read_articles(job)
    assert push(job).new == len(articles)
    passes = sample_annotations(articles[:-LATER], SAMPLE / "passes", job.scheme)
    passes = [marked(opinion) for opinion in passes]
    assert rehearse(job, passes) == len(passes) > 0
    assert pull(job).new == len(passes)
    assert _opinions(read_annotations(job.annotations)) == _opinions(passes)
    train(job)
    evaluate(job)
    predicted = predict(job)
    assert push(job, predicted.run).prelabelled == LATER


def _opinions(annotations: list[Annotation]) -> set[tuple[object, ...]]:
    """Who says what of what, without the ids and times that Label Studio gives."""
    return {
        (a.article, a.sha256, a.author, answer.question, answer.values)
        for a in annotations
        for answer in a.answers
    } | {
        (
            a.article,
            a.sha256,
            a.author,
            s.label,
            s.start,
            s.end,
            *((name, frozenset(values)) for name, values in s.attributes.items()),
        )
        for a in annotations
        for s in a.spans
    }


@pytest.fixture
def sample_job(studio_job: MakeJob, tmp_path: Path) -> MakeSample:
    """A job over a part of the sample corpus, with an encoder that trains in seconds."""
    encoder = tiny_encoder(tmp_path / "bert")

    def make(scheme: str) -> Job:
        pages = {"path": str(SAMPLE / "pages" / "[bcr]*" / "*"), "id": "name"}
        training = {"encoder": str(encoder), "epochs": 1, "window": 64, "stride": 16}
        return studio_job(scheme=scheme, sources=[pages], training=training)

    return make


@pytest.mark.parametrize("scheme", ["scheme", "frames"])
def test_both_schemes_run_the_whole_loop(sample_job: MakeSample, scheme: str) -> None:
    job = sample_job(scheme)
    the_loop(job)
    scores = json.loads(job.scores.read_text(encoding="utf-8"))
    assert scores["labels"] == list(job.scheme.label_names)


def test_a_fourth_label_is_an_edit_of_the_scheme_and_nothing_else(
    sample_job: MakeSample, tmp_path: Path
) -> None:
    text = (CONFIGS / "scheme.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    fourth = {**raw["labels"][0], "name": "whispered praise", "hotkey": "9", "colour": "#123456"}
    fourth.pop("unless", None)
    fourth.pop("blocks")
    raw["labels"].append(fourth)
    job = sample_job(yaml.safe_dump(raw, allow_unicode=True))
    the_loop(job, lambda opinion: with_first_words_marked(opinion, "whispered praise"))
    assert "whispered praise" in interface(job.scheme)
    assert "whispered praise" in load(job.models / "model").model.heads.labels
    dataset = annotations_to_dataset(read_annotations(job.annotations))
    assert "whispered praise" in {span["label"] for spans in dataset["spans"] for span in spans}
    scores = json.loads(job.scores.read_text(encoding="utf-8"))
    assert scores["spans"]["whispered praise"] > 0


def with_first_words_marked(opinion: Annotation, label: str) -> Annotation:
    span = Span("first", 0, 5, label, {"sentiment": ("positive",)})
    return replace(opinion, spans=(*opinion.spans, span))
