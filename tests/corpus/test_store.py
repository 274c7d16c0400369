"""The log of annotations: what was said first, and what counts now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from corpus.records import STATUSES
from corpus.store import append_annotations, read_annotations, read_first_submissions
from tests.speech import mark

FIRST = mark("ana", ("slams", "loud head"))
LATER = mark("ana", ("naïve", "judged"))


def test_what_was_submitted_first_stays_whatever_its_author_makes_of_it_later(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log.jsonl"
    for said in (replace(LATER, status="draft"), FIRST, LATER, replace(LATER, status="skipped")):
        append_annotations(log, [said])
    assert read_first_submissions(log) == [replace(FIRST, revision=2)]
    assert [a.status for a in read_annotations(log)] == ["skipped"]


def test_a_draft_a_skipped_one_and_one_taken_back_were_never_submitted(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    given = [replace(FIRST, id=status, status=status) for status in STATUSES]
    append_annotations(log, given)
    back = replace(FIRST, id="back")
    for status in ("submitted", "withdrawn"):
        append_annotations(log, [replace(back, status=status)])
    assert [a.id for a in read_first_submissions(log)] == ["submitted"]
    append_annotations(log, [back])
    assert [(a.id, a.revision) for a in read_first_submissions(log)] == [
        ("submitted", 1),
        ("back", 1),
    ]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(STATUSES)), max_size=12))
def test_more_revisions_never_change_what_was_submitted_first(
    tmp_path_factory: object, said: list[tuple[str, str]]
) -> None:
    log = tmp_path_factory.mktemp("log") / "log.jsonl"  # type: ignore[attr-defined]
    known: dict[str, object] = {}
    for number, (id_, status) in enumerate(said):
        append_annotations(log, [replace(FIRST, id=id_, status=status, seconds=float(number))])
        for first in read_first_submissions(log):
            assert known.setdefault(first.id, first) == first
