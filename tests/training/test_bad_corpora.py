"""Corpora that cannot teach: a clear line each, and nothing written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.store import append_annotations
from corpus.takedown import takedown
from tests.conftest import MakeJob
from tests.speech import SCHEME
from tests.training.conftest import QUICK
from tests.training.press import annotate, opinion, pages
from training.fit import train


def refused(job: Job, told: str) -> None:
    with pytest.raises(PressmarkError, match=told) as found:
        train(job)
    assert "\n" not in str(found.value)
    assert not job.models.exists()


def test_one_article_is_too_few(job: MakeJob, tiny: Path) -> None:
    made = job(*pages(1), scheme=SCHEME, training={**QUICK, "encoder": str(tiny)})
    annotate(made, pages(1))
    refused(made, rf"{made.folder}: stories annotated without pre-labels: 1 \(articles: 1\);")


def test_annotations_of_another_scheme_alone_are_none(job: MakeJob, tiny: Path) -> None:
    made = job(*pages(6), scheme=SCHEME, training={**QUICK, "encoder": str(tiny)})
    others = [replace(opinion(p, "ana", made.scheme), scheme="1" * 64) for p in pages(6)]
    append_annotations(made.annotations, others)
    refused(made, "6 left out: made under another scheme")


def test_a_label_that_nobody_marked_is_told_and_the_rest_is_learned(
    job: MakeJob, tiny: Path
) -> None:
    articles = pages(6)
    made = job(*articles, scheme=SCHEME, training={**QUICK, "encoder": str(tiny), "epochs": 1})
    bare = [opinion(each, "ana", made.scheme) for each in articles]
    kept = [
        replace(each, spans=tuple(s for s in each.spans if s.label == "judged")) for each in bare
    ]
    append_annotations(made.annotations, kept)
    told: list[str] = []
    trained = train(made, tell=told.append)
    assert [line.partition(" among")[0] for line in told] == ["no span of 'loud head'"]
    assert trained.notes == tuple(told)
    assert set(trained.thresholds) == {"judged", "loud head"}


def test_marks_of_nobody_at_all_train_a_model_that_is_told_to_know_nothing(
    job: MakeJob, tiny: Path
) -> None:
    articles = pages(6)
    made = job(*articles, scheme=SCHEME, training={**QUICK, "encoder": str(tiny), "epochs": 1})
    empty = [opinion(each, "ana", made.scheme, spans=()) for each in articles]
    append_annotations(made.annotations, empty)
    told: list[str] = []
    train(made, tell=told.append)
    assert len(told) == 2


def test_what_was_taken_down_does_not_teach(annotated: Job) -> None:
    takedown(annotated, "p3")
    job = open_job(annotated.folder, ["training.epochs=1"])
    trained = train(job)
    assert "p3" not in {*trained.train, *trained.validation, *trained.test}
    assert trained.left_out == {"of an article on the take-down list": 2}
