"""How far the work is, and when it will be done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from annotation.campaign.progress import Progress, progress_of
from corpus.assignments import Assignment
from corpus.records import Annotation
from tests.speech import article, mark

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAGES = [article(f"Maar speaks {n}\n\nThe plan stays.", f"a{n}") for n in range(4)]


def said(author: str, page: int, days_ago: float = 1, **fields: object) -> Annotation:
    when = (NOW - timedelta(days=days_ago)).isoformat(timespec="seconds").replace("+00:00", "Z")
    told = {"id": f"{author}{page}", "when": when, **fields}
    return mark(author, of=PAGES[page], **told)


def given(*pairs: tuple[str, int], **fields: object) -> list[Assignment]:
    return [Assignment(who, PAGES[n].id, PAGES[n].sha256, **fields) for who, n in pairs]  # type: ignore[arg-type]


def counted(
    annotations: list[Annotation], ledger: list[Assignment] | None = None, each: int = 2
) -> Progress:
    versions = [(page.id, page.sha256) for page in PAGES]
    return progress_of(annotations, ledger or [], versions, each, ["ana", "ben"], now=NOW)


def test_each_annotators_work_is_counted_by_what_became_of_it() -> None:
    ledger = given(("ana", 0), ("ana", 1), ("ana", 2), ("ana", 3), ("ben", 0))
    work = [said("ana", 0), said("ana", 1, status="skipped"), said("ana", 2, status="draft")]
    ana, ben = counted(work, ledger).workers
    assert (ana.given, ana.submitted, ana.skipped, ana.begun, ana.left) == (4, 1, 1, 1, 2)
    assert (ben.given, ben.submitted, ben.left, ben.weekly, ben.done_by) == (1, 0, 1, 0, "")


def test_what_was_taken_back_is_not_left_to_do() -> None:
    ledger = [*given(("ana", 0)), *given(("ana", 1), taken=True)]
    assert counted([], ledger).workers[0].left == 1


def test_overlap_counts_articles_with_all_their_annotators_and_no_repeat() -> None:
    work = [said("ana", 0), said("ben", 0), said("ana", 1), said("ana", 1, id="r", occasion=2)]
    found = counted(work)
    assert (found.overlap, found.articles, found.finished, found.needed) == (1, 4, 3, 8)


def test_more_annotators_than_needed_do_not_make_up_for_other_articles() -> None:
    assert counted([said("ana", 0), said("ben", 0)], each=1).finished == 1


def test_the_end_is_told_by_the_pace_of_late() -> None:
    work = [said("ana", n, days_ago=7 * (n + 1)) for n in range(2)]  # one a week
    found = counted(work, given(("ana", 0), ("ana", 1), ("ana", 2), ("ana", 3)), each=1)
    assert found.workers[0].weekly == 1
    assert found.workers[0].done_by == "2026-12-07"
    assert found.done_by == "2026-12-07"


def test_work_of_long_ago_is_no_pace_and_nobody_at_work_is_no_end() -> None:
    assert counted([said("ana", 0, days_ago=90)]).done_by == ""
    assert counted([]).done_by == ""


def test_done_is_done_today() -> None:
    work = [said(who, n) for who in ("ana", "ben") for n in range(4)]
    assert counted(work).done_by == "2026-11-23"


def test_without_a_ledger_nobody_has_articles_of_their_own() -> None:
    ana, _ = counted([said("ana", 0)]).workers
    assert (ana.given, ana.left, ana.done_by) == (None, None, "")
