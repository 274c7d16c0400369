"""What a model doubts, on the desks of a real Label Studio, where its annotators look again."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.campaign.again import to_look_at
from annotation.campaign.assign import assign
from annotation.connection import connected
from annotation.projects import SECOND, linked
from annotation.pull import pull
from annotation.push import push
from annotation.rehearse import rehearse
from annotation.status import status
from corpus.job import Job
from corpus.records import Annotation, Article
from corpus.store import read_annotations, read_articles
from corpus.suspects import read_suspects
from tests.conftest import MakeJob
from tests.speech import SCHEME
from tests.test_command import pressmark
from tests.training.conftest import QUICK
from tests.training.press import opinion, pages, tiny_encoder

FORGETFUL = {f"p{n}" for n in (3, 8, 13, 18, 23)}


@pytest.fixture
def doubted(studio_job: MakeJob, tmp_path: Path) -> Job:
    """Two annotators' work, pulled; in some articles ana forgot what she marks elsewhere."""
    known = pages(30)
    section = {**QUICK, "encoder": str(tiny_encoder(tmp_path / "bert")), "folds": 2}
    job = studio_job(
        *known,
        scheme=SCHEME,
        training=section,
        people={"ana": {}, "ben": {}},
        campaign={"per_article": 1, "control": 0, "repeat": 0, "weekly": 15},
        selection={"suspects": 12},
    )
    assign(job)
    push(job)
    given = {name: [task["article"] for task in _tasks(job, name)] for name in ("ana", "ben")}
    texts = {each.id: each for each in known}
    said = [_said(texts[id_], who, job) for who, ids in given.items() for id_ in ids]
    assert rehearse(job, said) == 30
    pull(job)
    return job


def _said(page: Article, who: str, job: Job) -> Annotation:
    made = opinion(page, who, job.scheme)
    forgot = page.id in FORGETFUL
    kept = tuple(s for s in made.spans if s.label != "judged" or not forgot)
    return replace(made, spans=kept)


def _tasks(job: Job, owner: str, purpose: str = "work") -> list[dict[str, str]]:
    with closing(connected(job, owner)) as client:
        link = linked(job, client, purpose=purpose, owner=owner)[-1]
        return [task.data for task in client.tasks(link.id)]


def test_the_review_queue_goes_to_the_desks_and_comes_back_as_second_looks(doubted: Job) -> None:
    ran = pressmark("label-errors", "-C", doubted.folder)
    assert ran.code == 0, ran.err
    suspects = read_suspects(doubted.suspects)
    queue = {each.article for each in suspects}
    assert queue & FORGETFUL
    first = read_annotations(doubted.annotations)
    theirs = {
        who: {each.article for each in first if each.author == who} & queue
        for who in ("ana", "ben")
    }
    ran = pressmark("push", "--again", "-C", doubted.folder)
    assert ran.code == 0, ran.err
    asked = re.search(r"asked to look again: (.*)", ran.out)
    assert asked
    assert asked[1] == ", ".join(f"{who} {len(ids)}" for who, ids in theirs.items() if ids)
    assert f"{len(queue)} new tasks" in ran.out
    for who, ids in theirs.items():
        assert {task["article"] for task in _tasks(doubted, who, SECOND)} == ids
        _sees_own_labels_and_nothing_of_the_model_s(doubted, who, first)
    ran = pressmark("push", "--again", "-C", doubted.folder)
    assert "nobody, nothing is left to ask" in ran.out

    # they mend what they forgot, and submit the rest as it is
    texts = {each.id: each for each in read_articles(doubted)}
    mended = [
        replace(opinion(texts[id_], who, doubted.scheme), occasion=2, shown="own-before-1")
        for who, ids in theirs.items()
        for id_ in ids
    ]
    assert rehearse(doubted, mended, purpose=SECOND) == len(queue)
    pull(doubted)
    second = [a for a in read_annotations(doubted.annotations) if a.occasion == 2]
    assert {a.article for a in second} == queue
    assert {a.shown for a in second} == {"own-before-1"}
    assert [a for a in read_annotations(doubted.annotations) if a.occasion == 1] == first
    assert to_look_at(doubted) == []
    assert status(doubted).again == 0


def _sees_own_labels_and_nothing_of_the_model_s(
    job: Job, who: str, first: list[Annotation]
) -> None:
    own = {a.article: a for a in first if a.author == who}
    with closing(connected(job, who)) as client:
        link = linked(job, client, purpose=SECOND, owner=who)[-1]
        told = client.project(link.id)
        for task in client.copy(link.id):
            [shown] = task.predictions
            assert shown.model_version == "own-before-1"
            assert "doubted" not in str(task.data)
            places = [
                (item["value"]["start"], item["value"]["end"])
                for item in shown.result
                if item["type"] == "labels"
            ]
            spans = own[task.data["article"]].spans
            assert sorted(places) == sorted((s.start, s.end) for s in spans)
    assert told
    introduced, _, _ = (told.expert_instruction or "").partition("<h2>Guidelines</h2>")
    assert "read once more" in introduced
    for word in ("doubted", "the model", "earlier guidelines"):
        assert word not in introduced
