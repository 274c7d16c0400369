"""What should stand on whose desk."""

import pytest

from annotation.projects import Desk
from annotation.wanted import wanted
from corpus.assignments import Assignment, append_assignments
from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.records import Article
from corpus.store import add_articles, read_articles, write_run
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark

PEOPLE = {"ana": {}, "ben": {}}


def pages(count: int) -> list[Article]:
    return [article(f"Maar slams {n}\n\nThe naïve plan is dead.", f"a{n}") for n in range(count)]


def give(job: Job, annotator: str, *ids: str, **fields: object) -> None:
    known = {each.id: each.sha256 for each in read_articles(job)}
    rows = [Assignment(annotator, id_, known[id_], **fields) for id_ in ids]  # type: ignore[arg-type]
    append_assignments(job.assignments, rows)


def uids(job: Job) -> dict[str, list[str]]:
    return {
        desk.owner: [f"{task.article.id}{'+' * (task.occasion - 1)}" for task in tasks]
        for desk, tasks in wanted(job, "spans").items()
    }


def test_without_people_everybody_gets_everything_on_one_desk(job: MakeJob) -> None:
    found = wanted(job(*pages(3), scheme=SCHEME), "spans")
    assert [task.article.id for task in found[Desk("spans")]] == ["a0", "a1", "a2"]


def test_each_annotator_has_a_desk_with_what_the_ledger_gives_them(job: MakeJob) -> None:
    made = job(*pages(4), scheme=SCHEME, people=PEOPLE)
    give(made, "ben", "a0", "a1")
    give(made, "ana", "a2", "a0")
    found = uids(made)
    assert list(found) == ["ana", "ben"]
    assert {owner: sorted(ids) for owner, ids in found.items()} == {
        "ana": ["a0", "a2"],
        "ben": ["a0", "a1"],
    }


def test_weeks_come_in_order_and_a_repeat_is_a_task_of_its_own(job: MakeJob) -> None:
    made = job(*pages(6), scheme=SCHEME, people=PEOPLE)
    give(made, "ana", "a0", occasion=2, week=2, kind="repeat")
    give(made, "ana", "a4", "a5", week=2)
    give(made, "ana", "a0", "a1", "a2", "a3")
    found = uids(made)["ana"]
    assert sorted(found[:4]) == ["a0", "a1", "a2", "a3"]
    assert sorted(found[4:]) == ["a0+", "a4", "a5"]


def test_two_annotators_meet_the_same_articles_in_different_orders(job: MakeJob) -> None:
    made = job(*pages(12), scheme=SCHEME, people=PEOPLE)
    for who in PEOPLE:
        give(made, who, *(f"a{n}" for n in range(12)))
    found = uids(made)
    assert sorted(found["ana"]) == sorted(found["ben"])
    assert found["ana"] != found["ben"]
    assert uids(made) == found


def test_what_was_taken_back_is_wanted_no_more(job: MakeJob) -> None:
    made = job(*pages(2), scheme=SCHEME, people=PEOPLE)
    give(made, "ana", "a0", "a1")
    give(made, "ana", "a0", taken=True, reason="has left")
    assert uids(made) == {"ana": ["a1"]}


def test_an_assigned_version_stays_when_the_article_has_a_new_one(job: MakeJob) -> None:
    made = job(*pages(1), scheme=SCHEME, people=PEOPLE)
    give(made, "ana", "a0")
    before = read_articles(made)[0]
    add_articles(made, [article("Another text\n\nof the same.", "a0")])
    ((task,),) = wanted(made, "spans").values()
    assert task.article.text == before.text


def test_control_articles_and_repeats_show_no_pre_labels(job: MakeJob) -> None:
    made = job(*pages(3), scheme=SCHEME, people=PEOPLE)
    give(made, "ana", "a0")
    give(made, "ana", "a1", kind="control")
    give(made, "ana", "a2", kind="repeat", occasion=2)
    run = [
        mark("model", ("slams", "judged"), of=each, role="model", run="r", id=f"r:{each.id}")
        for each in read_articles(made)
    ]
    write_run(made, "r", run)
    (tasks,) = wanted(made, "spans").values()
    assert [task.article.id for task in tasks if task.shown] in (["a0"], [])
    assert not any(task.shown for task in tasks if task.article.id != "a0")


def test_with_people_and_no_ledger_it_says_what_to_do(job: MakeJob) -> None:
    with pytest.raises(PressmarkError, match="pressmark assign"):
        wanted(job(*pages(1), scheme=SCHEME, people=PEOPLE), "spans")


def test_blocks_are_corrected_on_a_common_desk(job: MakeJob) -> None:
    found = wanted(job(*pages(2), scheme=SCHEME, people=PEOPLE), "blocks")
    assert list(found) == [Desk("blocks")]
