"""Who is shown pre-labels: by lot, once, evenly over publishers and lengths."""

import re
from collections import Counter
from dataclasses import replace

from annotation.campaign.exposure import exposed, record
from annotation.codec import task_of
from annotation.projects import Desk
from annotation.wanted import Wanted
from corpus.assignments import Assignment, append_assignments
from corpus.exposures import read_exposures
from corpus.files import append_lines
from corpus.job import Job
from corpus.records import Article
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark, scheme

ANA = Desk("spans", "work", "ana")


def pages(count: int, publisher: str = "The Lantern") -> list[Article]:
    said = "Maar speaks\n\nThe naïve plan is dead, the port said. Renn left." + " So it goes." * 3
    return [
        article(f"{said}{' Noon.' * n}", f"{publisher}{n}", publisher=publisher)
        for n in range(count)
    ]


def asked(found: list[Article], run: str = "r1", occasion: int = 1) -> list[Wanted]:
    return [
        Wanted(page, mark("m", ("naïve", "judged"), of=page, run=run, role="model"), occasion)
        for page in found
    ]


def campaign(job: MakeJob, share: float = 0.5, planted: float = 0.0, **more: object) -> Job:
    prelabels = {"exposure": share, "planted": planted}
    return job(scheme=SCHEME, campaign={"prelabels": prelabels, **more})


def arms(tasks: list[Wanted]) -> Counter[str]:
    return Counter(task.exposure.arm for task in tasks if task.exposure)


def test_within_each_publisher_and_length_the_stated_share_is_shown(job: MakeJob) -> None:
    made = campaign(job)
    found = pages(8) + pages(4, "The Courier")
    tasks = exposed(made, ANA, asked(found))
    assert arms(tasks) == {"shown": 6, "unshown": 6}
    assert arms(tasks[8:]) == arms(tasks[:4]) == arms(tasks[4:8]) == {"shown": 2, "unshown": 2}
    assert all(
        (task.shown is not None) == (task.exposure.arm == "shown")
        for task in tasks
        if task.exposure
    )


def test_the_lot_differs_by_annotator_and_seed_and_is_the_same_when_drawn_again(
    job: MakeJob,
) -> None:
    made, other = campaign(job), campaign(job, seed=1)
    tasks = asked(pages(20))

    def drawn(home: Job, owner: str) -> list[bool]:
        return [task.shown is None for task in exposed(home, Desk(owner=owner), tasks)]

    assert drawn(made, "ana") == drawn(made, "ana")
    assert (
        len({tuple(drawn(made, "ana")), tuple(drawn(made, "ben")), tuple(drawn(other, "ana"))}) == 3
    )


def test_drawing_writes_nothing_and_what_was_sent_is_never_drawn_again(job: MakeJob) -> None:
    made = campaign(job)
    tasks = exposed(made, ANA, asked(pages(6)))
    assert not made.exposures.exists()
    record(made, tasks)
    written = made.exposures.read_bytes()
    turned = replace(made, settings=campaign(job, 1.0, seed=9).settings)
    again = exposed(turned, ANA, asked(pages(12)))
    assert [t.shown is None for t in again[:6]] == [t.shown is None for t in tasks]
    assert arms(again[6:]) == {"shown": 6}
    record(turned, again[:6])
    assert made.exposures.read_bytes() == written


def test_control_repeats_test_articles_and_those_without_pre_labels_are_never_shown(
    job: MakeJob,
) -> None:
    made = campaign(job, 1.0)
    found = pages(5)
    control = Assignment("ana", found[0].id, found[0].sha256, kind="control")
    append_assignments(made.assignments, [control])
    append_lines(made.placements, [{"article": found[1].id, "use": "test"}])
    tasks = [*asked(found[:2]), *asked(found[2:3], occasion=2), Wanted(found[3]), *asked(found[4:])]
    rows = [task.exposure for task in exposed(made, ANA, tasks)]
    told = [(row.arm, row.reason) for row in rows if row]
    assert told == [
        ("unshown", "control"),
        ("unshown", "placed for test"),
        ("unshown", "repeat"),
        ("unshown", "no pre-labels"),
        ("shown", ""),
    ]


def test_a_newer_run_is_shown_to_those_who_were_shown_the_older_and_to_nobody_else(
    job: MakeJob,
) -> None:
    made = campaign(job)
    record(made, exposed(made, ANA, asked(pages(4))))
    newer = exposed(made, ANA, asked(pages(4), "r2"))
    record(made, newer)
    assert {task.shown.run for task in newer if task.shown} == {"r2"}
    assert Counter(row.run for row in read_exposures(made.exposures)) == {"": 2, "r1": 2, "r2": 2}


def test_nothing_in_a_task_tells_the_planted_error_or_the_arm(job: MakeJob) -> None:
    made = campaign(job, 1.0, 0.5)
    tasks = [task for task in exposed(made, ANA, asked(pages(8))) if task.exposure]
    planted = [task for task in tasks if task.exposure and task.exposure.planted]
    assert planted
    assert len(planted) < len(tasks)
    for task in tasks:
        row = task_of(task.article, scheme(), task.shown, task.occasion)
        bare = task_of(task.article, scheme(), None, task.occasion)
        assert row["data"] == bare["data"]
        told = repr(row).lower()
        assert "plant" not in told
        assert "arm" not in row["data"]
        ids = {str(r["id"]) for r in row["predictions"][0]["result"]} if task.shown else set()
        assert not any(re.search(rf"m0|judged|{task.shown.spans[0].start}\b", i) for i in ids)
