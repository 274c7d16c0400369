"""assign on a job folder: what it reads, writes and refuses."""

from dataclasses import replace
from datetime import date

import pytest

from annotation.campaign.assign import assign
from corpus.assignments import read_assignments
from corpus.errors import PressmarkError
from corpus.records import Article
from corpus.store import append_annotations, read_articles
from corpus.takedown import takedown
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark

PEOPLE = {"ana": {}, "ben": {}, "cleo": {}}
MONDAY = date(2026, 10, 5)


def pages(count: int) -> list[Article]:
    return [article(f"Maar slams {n}\n\nThe naïve plan is dead.", f"a{n}") for n in range(count)]


def test_it_writes_a_ledger_and_says_what_everybody_got(job: MakeJob) -> None:
    made = job(*pages(30), scheme=SCHEME, people=PEOPLE, campaign={"weekly": 6, "control": 0})
    first = assign(made, today=MONDAY)
    assert (first.week, first.opens, first.given) == (1, "2026-10-05", dict.fromkeys(PEOPLE, 6))
    assert first.left == 21
    before = made.assignments.read_bytes()
    assert assign(made, today=date(2026, 10, 12)).week == 2
    assert made.assignments.read_bytes().startswith(before)
    assert {row.opens for row in read_assignments(made.assignments)} == {"2026-10-05", "2026-10-12"}


def test_what_was_begun_is_never_taken_back(job: MakeJob) -> None:
    made = job(*pages(12), scheme=SCHEME, people=PEOPLE, campaign={"weekly": 4, "control": 0})
    assign(made, today=MONDAY)
    articles = {each.id: each for each in read_articles(made)}
    mine = [row for row in read_assignments(made.assignments) if row.annotator == "ana"]
    said = [
        mark("ana", of=articles[row.article], id=f"p-{row.article}", status=status)
        for row, status in zip(mine, ["submitted", "skipped", "draft", "withdrawn"], strict=True)
    ]
    append_annotations(made.annotations, said)
    people = {name: who for name, who in made.settings.people.items() if name != "ana"}
    left = replace(made, settings=made.settings.model_copy(update={"people": people}))
    assert assign(left, 1, MONDAY).taken == {"ana": 1}
    (taken,) = [row for row in read_assignments(made.assignments) if row.taken]
    assert (taken.article, taken.reason) == (mine[3].article, "ana is no longer in the job file")


def test_too_few_people_are_told(job: MakeJob) -> None:
    made = job(*pages(4), scheme=SCHEME, people={"ana": {}}, campaign={"control": 0})
    told = assign(made, today=MONDAY)
    assert told.waiting == 4
    assert "campaign.per_article is 2" in told.notes[0]


def test_what_must_not_leave_the_job_is_given_to_nobody(job: MakeJob) -> None:
    listed = article(id_="a9", url="https://courier.example.org/a9")
    made = job(*pages(3), listed, scheme=SCHEME, people=PEOPLE)
    takedown(made, listed.url)
    assign(made, today=MONDAY)
    assert "a9" not in {row.article for row in read_assignments(made.assignments)}


def test_articles_to_qualify_on_are_not_given_as_work(job: MakeJob) -> None:
    found = pages(6)
    campaign = {"qualification": 2, "weekly": 6}
    made = job(*found, scheme=SCHEME, people=PEOPLE, campaign=campaign)
    with pytest.raises(PressmarkError, match="asks for 2 articles of gold, there are 0"):
        assign(made, today=MONDAY)
    assert not made.assignments.exists()
    gold = [mark("uma", ("naïve", "judged"), of=found[n], id=f"g{n}", role="gold") for n in (0, 1)]
    append_annotations(made.gold, gold)
    told = assign(made, today=MONDAY)
    assert {row.article for row in read_assignments(made.assignments)} == {"a2", "a3", "a4", "a5"}
    assert told.notes == ("to qualify on, and nobody's new work: 2",)


def test_who_has_qualified_is_not_given_the_articles_later(job: MakeJob) -> None:
    found = pages(4)
    made = job(*found, scheme=SCHEME, people=PEOPLE, campaign={"weekly": 6, "control": 0})
    append_annotations(made.qualification, [mark("ana", of=found[0])])
    assign(made, today=MONDAY)
    assert "a0" not in {row.article for row in read_assignments(made.assignments)}


@pytest.mark.parametrize("people", [{}, {"ana": {"annotates": False, "adjudicates": True}}])
def test_a_job_in_which_nobody_annotates_is_told_how_to_name_them(
    job: MakeJob, people: dict[str, dict[str, bool]]
) -> None:
    made = job(*pages(2), scheme=SCHEME, people=people)
    with pytest.raises(PressmarkError, match="nobody annotates; name the annotators"):
        assign(made)
    assert not made.assignments.exists()


def test_a_job_without_articles_is_told_to_ingest(job: MakeJob) -> None:
    with pytest.raises(PressmarkError, match="pressmark ingest"):
        assign(job(scheme=SCHEME, people=PEOPLE))
