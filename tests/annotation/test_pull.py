"""What a pull takes for withdrawn: what the server held and holds no more, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import pytest

from annotation.changes import Mark, changed
from annotation.client import Client
from annotation.projects import Linked
from annotation.reader import withdrawn
from corpus.stories.reanchor import carried
from tests.speech import PAGE, article, mark


def test_what_was_carried_to_a_new_version_was_never_on_the_server_and_is_notwithdrawn() -> None:
    old, new = article(), article(PAGE + "\n\nMore.")
    link = Linked(1, "2026-10-05T09:00:00Z", "", ())
    source = mark("ana", ("slams", "loud head"), of=old, id=f"{link.name}-7")
    made = carried(source, old, new).annotation
    assert made
    gone = list(withdrawn([source, made], set(), [link]))
    assert [(each.id, each.status) for each in gone] == [(source.id, "withdrawn")]
    assert list(withdrawn([source, made], {source.id}, [link])) == []


def test_what_was_submitted_in_the_second_of_a_change_was_made_under_the_scheme_before() -> None:
    changed = "2026-10-05T09:00:10Z"
    link = Linked(1, "", "", (("2026-10-05T09:00:00Z", "old"), (changed, "new")))
    assert [link.scheme_at(f"2026-10-05T09:00:{s}Z") for s in ("00", "10", "11")] == [
        "old",
        "old",
        "new",
    ]


class Quiet:
    """A server on which nothing has changed, at a time that it tells to the second."""

    def __init__(self, second: int) -> None:
        self.second = second

    def clock(self) -> datetime:
        return datetime(2026, 10, 5, 9, 0, self.second, tzinfo=UTC)

    def count(self, project: int, upto: int | None = None) -> tuple[int, int]:
        return 3, 3

    def changed(self, project: int, since: str, most: int) -> list[object]:
        return []


@pytest.mark.parametrize(("second", "partly"), [(9, False), (10, True), (11, True)])
def test_a_second_look_in_the_same_second_reads_what_changed_and_a_clock_put_back_everything(
    second: int, partly: bool
) -> None:
    link, at = Linked(1, "", "", ()), "2026-10-05T09:00:10.900000Z"
    mark = Mark(since=at, whole=at, tasks=3, youngest=3, inputs="same")
    found = changed(cast("Client", Quiet(second)), link, mark, "same")
    assert (found is not None) == partly
