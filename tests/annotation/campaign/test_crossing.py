"""Work on somebody's desk that is not their own."""

import pytest

from annotation.campaign.crossing import crossing
from annotation.projects import ADJUDICATION, QUALIFICATION, WORK, Desk
from annotation.raw import RawAnnotation, RawUser

ACCOUNTS = {7: "ana", 8: "ben"}


def said(by: int, changed_by: int | None = None, copied: int | None = None) -> RawAnnotation:
    moment = "2026-10-05T09:00:00Z"
    return RawAnnotation(
        id=1,
        completed_by=RawUser(id=by),
        created_at=moment,
        updated_at=moment,
        updated_by=changed_by,
        parent_annotation=copied,
    )


@pytest.mark.parametrize("purpose", [WORK, QUALIFICATION])
def test_what_another_made_or_changed_on_somebodys_desk_crossed(purpose: str) -> None:
    desk = Desk("spans", purpose, "ana")
    assert crossing(desk, said(7, 7), "ana", ACCOUNTS, {}) == ""
    assert crossing(desk, said(7), "ana", ACCOUNTS, {}) == ""
    assert "made by ben in ana's project" in crossing(desk, said(8, 8), "ben", ACCOUNTS, {})
    assert "changed by ben in ana's project" in crossing(desk, said(7, 8), "ana", ACCOUNTS, {})
    told = crossing(desk, said(9), "user9", ACCOUNTS, {})
    assert "if that is ana, put the account's e-mail into people.json" in told


def test_a_copy_of_what_another_said_crossed_and_one_of_ones_own_did_not() -> None:
    desk, makers = Desk("spans", WORK, "ana"), {1: "ana", 2: "ana", 3: "ben"}
    assert crossing(desk, said(7, copied=2), "ana", ACCOUNTS, makers) == ""
    told = crossing(desk, said(7, copied=3), "ana", ACCOUNTS, makers)
    assert told == "it was copied from what ben said, which is not independent"
    assert "of another task" in crossing(desk, said(7, copied=9), "ana", ACCOUNTS, makers)
    assert crossing(Desk("spans"), said(7, copied=3), "ana", ACCOUNTS, makers) == ""


def test_what_the_lead_changed_is_the_annotators_still() -> None:
    """Label Studio names the administrator as the last to change what was restored."""
    assert crossing(Desk("spans", WORK, "ana"), said(7, 1), "ana", ACCOUNTS, {}) == ""


def test_nobody_crosses_where_all_work_together() -> None:
    assert crossing(Desk("spans"), said(8, 7), "ben", ACCOUNTS, {}) == ""
    assert crossing(Desk("spans", ADJUDICATION, "ana"), said(8), "ben", ACCOUNTS, {}) == ""
