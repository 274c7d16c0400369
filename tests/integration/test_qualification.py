"""Qualifying on gold on a real Label Studio: first the gold, then the work."""

from dataclasses import replace

from annotation.projects import QUALIFICATION, WORK, remembered
from annotation.pull import pull
from annotation.push import push
from annotation.rehearse import rehearse
from annotation.wanted import wanted
from corpus.assignments import Assignment, append_assignments
from corpus.job import Job
from corpus.qualifying.qualify import qualify
from corpus.records import Annotation, Article
from corpus.store import append_annotations, read_annotations
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark

RIGHT = ("vile", "judged"), ("silly", "judged")


def page(number: int) -> Article:
    said = "The vile plan is dead 😀. Renn, a silly man, left."
    return article(f"Maar slams {number}\n\n{said}", f"a{number}")


def desks(home: Job) -> set[tuple[str, str]]:
    return {(desk.owner, desk.purpose) for desk in wanted(home, "spans")}


def attempts(home: Job, who: str, *quotes: tuple[str, str]) -> list[Annotation]:
    return [mark(who, *quotes, of=page(n), id=f"{who}{n}") for n in (0, 1)]


def test_gold_comes_first_and_only_who_reached_the_mark_gets_work(studio_job: MakeJob) -> None:
    found = [page(n) for n in range(4)]
    staff = {"ana": {}, "ben": {}, "cleo": {"qualified": True}}
    campaign = {"qualification": 2, "pass_mark": 0.8}
    home = studio_job(*found, scheme=SCHEME, people=staff, campaign=campaign)
    gold = [replace(mark("uma", *RIGHT, of=page(n)), id=f"g{n}", role="gold") for n in (0, 1)]
    append_annotations(home.gold, gold)
    rows = [Assignment(who, each.id, each.sha256) for who in staff for each in found[2:]]
    append_assignments(home.assignments, rows)

    assert desks(home) == {("ana", QUALIFICATION), ("ben", QUALIFICATION), ("cleo", WORK)}
    assert push(home).new == 6
    said = [*attempts(home, "ana", *RIGHT), *attempts(home, "ben", ("left", "judged"))]
    assert rehearse(home, said, purpose=QUALIFICATION) == 4
    pulled = pull(home)
    assert (pulled.qualifying, pulled.new) == (4, 0)
    assert read_annotations(home.annotations) == []
    assert pull(home).qualifying == 0

    result = qualify(home)
    assert result.admitted == ("ana",)
    assert [(a.annotator, a.passed) for a in result.attempts] == [("ana", True), ("ben", False)]
    html = result.pages["ben"].read_text(encoding="utf-8")
    assert "Missed: gold has “vile” as judged." in html
    assert desks(home) == {("ana", WORK), ("ben", QUALIFICATION), ("cleo", WORK)}
    assert push(home).new == 2
    assert {(link.desk.owner, link.desk.purpose) for link in remembered(home)} == {
        ("ana", QUALIFICATION), ("ana", WORK), ("ben", QUALIFICATION), ("cleo", WORK),
    }  # fmt: skip
    titled = [link.desk.told for link in remembered(home)]
    assert "qualification ana" in titled

    work = [mark(who, *RIGHT, of=found[2]) for who in ("ana", "cleo")]
    assert rehearse(home, work) == 2
    assert (pull(home).new, len(read_annotations(home.qualification))) == (2, 4)
