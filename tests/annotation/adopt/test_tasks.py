"""Foreign tasks as our articles and annotations, to the character."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from annotation.adopt.configuration import read_configuration
from annotation.adopt.tasks import Made, Tasks
from corpus.imports.convert import Converted, convert
from tests import speech
from tests.annotation.adopt.foreign import FOREIGN

READ = read_configuration(FOREIGN, "harbour", "Harbour press", "x")
BAD, LOUD = "Name-calling/labelling", "Überzeichnung"


def adopted(*tasks: object) -> Converted:
    made: dict[str, Made] = {}
    read = Tasks(READ, lambda user: user.email or f"user{user.id}", made)
    return convert(read.read(tasks), "harbour", READ.scheme)


def region(id_: str, start: object, end: object, *labels: str) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": "never this", "labels": list(labels)}
    return {"id": id_, "from_name": "tags", "to_name": "txt", "type": "labels", "value": value}


def answer(id_: str, control: str, **value: Any) -> dict[str, Any]:
    return {"id": id_, "from_name": control, "to_name": "txt", "type": "x", "value": value}


def task(text: object, *result: object, author: int = 3, **more: Any) -> dict[str, Any]:
    annotation = {"id": 9, "completed_by": author, "result": list(result), **more}
    return {"id": 5, "data": {"body": text}, "annotations": [annotation]}


TEXT = "😀 Maar slams\r\nthe “greedy” dockers"


def test_a_region_with_two_labels_is_a_span_of_each_with_what_was_answered_about_it() -> None:
    start = TEXT.index("slams")
    found = adopted(
        task(
            TEXT,
            region("r1", start, start + 5, BAD, LOUD),
            answer("r1", "severity", rating=2),
            answer("r1", "kind", choices=["group", "a person"]),
            answer("r1", "why", text=["two", "lines"]),
            answer("q1", "tone", choices=["-"]),
            answer("q2", "tone", choices=[["Ranked", "high"]]),
            answer("q3", "note", text="late"),
        )
    )
    [annotation] = found.annotations.values()
    page = found.articles[annotation.article]
    assert [page.text[s.start : s.end] for s in annotation.spans] == ["slams", "slams"]
    attributes = {s.label: dict(s.attributes) for s in annotation.spans}
    shared = {"severity": ("value 2",), "why": ("two\nlines",)}
    assert attributes["berzeichnung"] == shared
    assert attributes["Name-calling labelling"] == {**shared, "kind": ("group", "a person")}
    assert {a.question for a in annotation.answers} == {"tone", "note"}
    assert annotation.author == "user3"


def test_what_cannot_be_used_is_told_and_the_rest_is_kept() -> None:
    found = adopted(
        task(
            TEXT,
            region("r1", 0, 1, BAD),
            region("r2", 5, 500, BAD),
            region("r3", 3.5, 4, BAD),
            region("r4", 4, 3, BAD),
            region("r5", "2", "6", LOUD),
            region("r6", 7, 9, "Unheard of"),
            answer("r1", "severity", rating=7),
            answer("r7", "severity", rating=1),
            answer("r8", "boxes", rating=1),
            {"type": "relation", "from_id": "r1", "to_id": "r2"},
            "no item",
        ),
        {"id": 6, "data": {"other": "x"}},
        {"id": 7},
        None,
        {"id": 8, "data": {"body": "A page."}, "drafts": [4]},
    )
    [annotation] = found.annotations.values()
    assert [(s.start, s.end) for s in annotation.spans] == [(0, 1), (2, 6)]
    told = "\n".join(f"{each.where}: {each.reason}" for each in found.refused)
    for word in (
        "r2 (Name-calling labelling): [5, 500) is no range",
        "r3: [3.5, 4)",
        "r4 (Name-calling labelling): [4, 3)",
        "Unheard of",
        "'severity' does not offer '7'",
        "region r7: answers about a region that has no label",
        "'boxes' was not read",
        "a relation",
        "task 6: its field 'body' holds no text",
        "task 7: no task",
        "row 4: no task",
        "draft 4: a draft",
    ):
        assert word in told
    assert len(found.refused) == 12
    assert len(found.articles) == 2


def test_of_two_annotations_by_one_author_the_later_counts_and_the_other_is_told() -> None:
    early = {"id": 1, "completed_by": 3, "updated_at": "2026-03-01T09:00:00Z", "result": []}
    late = {"id": 2, "completed_by": {"id": 3, "email": ""}, "updated_at": "2026-03-02T09:00:00Z"}
    late["result"] = [region("r", 0, 1, BAD)]
    found = adopted({"id": 5, "data": {"body": TEXT}, "annotations": [early, late]})
    [annotation] = found.annotations.values()
    assert len(annotation.spans) == 1
    assert ["says something else" in each.reason for each in found.refused] == [True]


piece = speech.clean_text.filter(lambda t: t.strip() and t[0] not in "\n\ufeff")
dirt = st.sampled_from(["\r\n", "\r", "\0", "\ud800", "\udfff", "😀", " ", "\n", "\ufeff", "👩‍🚀 "])


@given(st.lists(st.tuples(dirt, piece), min_size=1, max_size=8), st.booleans())
def test_whatever_the_text_holds_each_span_stands_on_the_same_words(
    parts: list[tuple[str, str]], marked: bool
) -> None:
    raw, regions = "\ufeff" if marked else "", []
    for number, (before, words) in enumerate(parts):
        raw += before
        regions.append(region(f"r{number}", len(raw), len(raw) + len(words), LOUD))
        raw += words
    found = adopted(task(raw, *regions))
    [annotation] = found.annotations.values()
    page = found.articles[annotation.article]
    assert [page.text[s.start : s.end] for s in annotation.spans] == [words for _, words in parts]
