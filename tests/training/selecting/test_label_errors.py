"""Planted errors come to the top of the list, and go to the desks of those who made them."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from annotation.campaign.again import ask_again, to_look_at
from corpus.errors import PressmarkError
from corpus.files import append_lines
from corpus.job import Job
from corpus.records import Annotation, Answer, Span
from corpus.store import append_annotations
from corpus.suspects import FAULTS, read_suspects
from tests.conftest import MakeJob
from tests.speech import SCHEME
from tests.test_command import pressmark
from tests.training.conftest import QUICK
from tests.training.press import annotate, opinion, pages
from training.examples import read_examples
from training.parts import parted
from training.selecting import label_errors as doubting
from training.selecting.label_errors import answer_quality, label_errors
from training.thresholds import tuned

FLAG = SCHEME + "  - {name: odd, type: flag}\n"


def planted_job(job: MakeJob, tiny: object) -> tuple[Job, set[str]]:
    """Fifty articles by one annotator; in some every span was dropped, or one was made up."""
    known = pages(50)
    made = job(
        *known,
        scheme=SCHEME,
        training={**QUICK, "encoder": str(tiny), "folds": 2},
        people={"ana": {}},
        selection={"suspects": 40},
    )
    lot = random.Random(5)
    said: list[Annotation] = []
    wrong: set[str] = set()
    for page in known:
        mine = opinion(page, "ana", made.scheme)
        judged = [s for s in mine.spans if s.label == "judged"]
        if judged and lot.random() < 0.15:
            # forgotten
            mine = replace(mine, spans=tuple(s for s in mine.spans if s.label != "judged"))
            wrong.add(page.id)
        elif lot.random() < 0.1:
            last = page.blocks[-1]
            made_up = Span("x", last.start, last.start + 9, "judged")
            if not any(made_up.overlaps(s) for s in mine.spans):
                mine = replace(mine, spans=(*mine.spans, made_up))
                wrong.add(page.id)
        said.append(mine)
    append_annotations(made.annotations, said)
    return made, wrong


def test_planted_errors_come_first_and_their_annotator_is_asked_again(
    job: MakeJob, tiny: object
) -> None:
    made, wrong = planted_job(job, tiny)
    found = label_errors(made)
    assert read_suspects(made.suspects) == list(found.suspects)
    assert list(found.suspects) == sorted(
        found.suspects, key=lambda s: (s.score, s.article, s.start or 0, s.name, s.fault)
    )
    assert {s.fault for s in found.suspects} <= {*FAULTS}
    top = [s.article in wrong for s in found.suspects[:8]]
    by_lot = len(wrong) / 50
    assert sum(top) / len(top) > 2 * by_lot
    doubted = {s.article for s in found.suspects}
    looked = to_look_at(made)
    assert {each.annotation.article for each in looked} == doubted
    assert all(each.reasons[0].startswith("doubted: ") for each in looked)
    rows = ask_again(made)
    assert {(r.article, r.annotator, r.kind, r.occasion) for r in rows} == {
        (id_, "ana", "again", 2) for id_ in doubted
    }
    assert (ask_again(made), to_look_at(made)) == ([], [])


def test_a_doubted_annotation_that_was_looked_at_again_is_left_alone(job: MakeJob) -> None:
    page = pages(1)[0]
    made = job(page, scheme=SCHEME, people={"ana": {}, "ben": {}})
    first = opinion(page, "ana", made.scheme)
    second = replace(first, id="second", occasion=2, shown="own-before-1")
    append_annotations(made.annotations, [first, second, opinion(page, "ben", made.scheme)])
    row = {"fault": "missing", "score": 0.1, "name": "judged", "says": "", "model": "judged"}
    append_lines(made.suspects, [{"article": page.id, "sha256": page.sha256, **row}])
    assert [each.annotation.author for each in to_look_at(made)] == ["ben"]


def test_thresholds_are_tuned_by_the_jobs_objective(
    job: MakeJob, tiny: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def heard(*given: Any) -> dict[str, float]:
        asked.append(given[3] if len(given) > 3 else "characters")
        return tuned(*given)

    monkeypatch.setattr(doubting, "tuned", heard)
    known = pages(12)
    quick = {**QUICK, "encoder": str(tiny), "folds": 2, "epochs": 1, "objective": "overlap"}
    made = job(*known, scheme=SCHEME, training=quick)
    annotate(made, known)
    label_errors(made)
    assert asked == ["overlap"]


def test_a_flag_that_was_left_empty_where_all_others_said_yes_is_doubted(
    job: MakeJob, tiny: object
) -> None:
    known = pages(20)
    quick = {**QUICK, "encoder": str(tiny), "folds": 2, "epochs": 6}
    made = job(*known, scheme=FLAG, training=quick)
    said = [opinion(page, "ana", made.scheme) for page in known]
    yes = Answer("odd", ("yes",))
    said[2:] = [replace(each, answers=(*each.answers, yes)) for each in said[2:]]
    append_annotations(made.annotations, said)
    _, parts = parted(made, read_examples(made))
    empty = {"p0", "p1"} - {*parts.test}
    assert empty
    found = [each for each in label_errors(made).suspects if each.name == "odd"]
    assert {each.article for each in found} == empty
    assert {(each.fault, each.says, each.model) for each in found} == {("answer", "", "yes")}


def test_an_answer_is_doubted_by_its_margin_to_the_likeliest_other() -> None:
    chances = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]], np.float32)
    assert answer_quality([0, 0, 1], chances) == pytest.approx([0.9, 0.2, 0.5], abs=1e-6)


def test_a_suspects_whole_id_is_printed_whatever_the_width(
    job: MakeJob, tiny: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    known = [replace(page, id=f"harbour/{'the-long-way-home-' * 6}{page.id}") for page in pages(12)]
    quick = {**QUICK, "encoder": str(tiny), "folds": 2, "epochs": 1}
    made = job(*known, scheme=FLAG, training=quick)
    said = [opinion(page, "ana", made.scheme) for page in known]
    yes = Answer("odd", ("yes",))
    said[6:] = [replace(each, answers=(*each.answers, yes)) for each in said[6:]]
    append_annotations(made.annotations, said)
    ran = pressmark("label-errors", "-C", made.folder)
    assert ran.code == 0, ran.err
    suspects = read_suspects(made.suspects)[:15]
    assert "answer" in {each.fault for each in suspects}
    lines = ran.out.splitlines()
    for each in suspects:
        at = lines.index(f"{each.score:.2f}  {each.fault:8}  {each.article}")
        assert f"annotators: {each.says or '–'}" in lines[at + 1]
        assert f"model: {each.model or '–'}" in lines[at + 1]
        lines[at] = ""
        if each.fault == "answer":
            assert each.name in lines[at + 1]


def test_no_gold_and_one_article_are_each_a_line(job: MakeJob, tiny: object) -> None:
    page = pages(1)[0]
    made = job(page, scheme=SCHEME, training={**QUICK, "encoder": str(tiny)})
    with pytest.raises(PressmarkError, match="no annotation to use"):
        label_errors(made)
    append_annotations(made.annotations, [opinion(page, "ana", made.scheme)])
    with pytest.raises(PressmarkError, match=r"job1: stories .*: 1 \(.*at least 3"):
        label_errors(made)


def test_a_line_that_doubts_nothing_is_named(job: MakeJob) -> None:
    made = job(scheme=SCHEME, people={"ana": {}})
    made.suspects.write_text(json.dumps({"artikel": "a"}) + "\n", encoding="utf-8")
    with pytest.raises(PressmarkError, match=r"suspects.jsonl:1: no suspect"):
        to_look_at(made)
