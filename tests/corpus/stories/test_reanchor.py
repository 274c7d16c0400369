"""When the page changes: what is carried, how sure that is, and what is set aside."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.files import read_lines
from corpus.records import Annotation, Answer, Article, misfits
from corpus.sample import quoted
from corpus.store import add_articles, append_annotations, read_annotations
from corpus.stories.anchor import Found, Versions
from corpus.stories.reanchor import Carried, carried, reanchor
from tests.conftest import MakeJob
from tests.speech import PAGE, article, mark

STORY = [
    "Maar slams “greedy” dockers 😀",
    "The café strike goes on in Port Ansel. Renn’s naïve plan, he said, is “dead”.",
    "Quill, who runs the harbour board, called the silly tariff a matter of pride.",
    "The board meets again on Friday, and the ferries stay tied up until then.",
]
sentences = st.lists(
    st.sampled_from("a tide lantern of 😀 quay ledgers and “rope” sold the winter barge".split()),
    min_size=3,
    max_size=12,
).map(" ".join)


def page(*parts: str) -> Article:
    return article("\n\n".join(parts))


def placed(old: str, new: str, quote: str) -> str | None:
    """The words where `quote` went, or None."""
    found = Versions(old, new).place(*quoted(old, quote))
    return new[found.start : found.end] if isinstance(found, Found) else None


def moved(annotation: Annotation, old: Article, new: Article) -> Carried:
    return carried(annotation, old, new)


def words(annotation: Annotation | None, of: Article) -> list[str]:
    assert annotation
    assert misfits(annotation, of) == []
    return [of.text[span.start : span.end] for span in annotation.spans]


@given(
    before=st.lists(sentences, max_size=3),
    behind=st.lists(sentences, max_size=3),
    quote=st.sampled_from(["slams", "“greedy”", "naïve plan", "silly tariff", "a matter of pride"]),
)
def test_edits_elsewhere_leave_a_spans_words_as_they_are(
    before: list[str], behind: list[str], quote: str
) -> None:
    new = "\n\n".join([*before, *STORY, *behind])
    versions = Versions("\n\n".join(STORY), new)
    found = versions.place(*quoted(versions.old, quote))
    assert isinstance(found, Found)
    assert new[found.start : found.end] == quote
    assert (found.confidence, found.changed) == (1.0, False)


@given(number=st.integers(0, 3), put=st.lists(sentences, max_size=2))
def test_a_deleted_passage_has_no_place_whatever_comes_for_it(number: int, put: list[str]) -> None:
    quotes = ["slams", "naïve plan", "silly tariff", "tied up"]
    new = [*STORY[:number], *put, *STORY[number + 1 :]]
    versions = Versions("\n\n".join(STORY), "\n\n".join(new))
    assert isinstance(versions.place(*quoted(versions.old, quotes[number])), str)


@given(old=st.text(max_size=80), new=st.text(max_size=80), data=st.data())
def test_whatever_the_texts_a_place_is_in_the_text_and_unchanged_words_are_the_same(
    old: str, new: str, data: st.DataObject
) -> None:
    old = old or "x"
    start = data.draw(st.integers(0, len(old) - 1))
    end = data.draw(st.integers(start + 1, len(old)))
    found = Versions(old, new).place(start, end)
    if isinstance(found, Found):
        assert 0 <= found.start < found.end <= len(new)
        assert 0 < found.confidence <= 1
        assert found.changed or new[found.start : found.end] == old[start:end]


def test_a_short_word_is_not_found_again_in_another_sentence() -> None:
    assert placed("Renn had a bad plan.", "It was a bad tide for the ferries.", "bad") is None
    assert placed("bad", "A bad tide.", "bad") is None


def test_of_several_that_look_the_same_context_tells_or_nothing_does() -> None:
    old = "The board met in the hall. He was bad.\n\nThe ferries lay at the quay. He was bad."
    new = old.replace("The board met in the hall. He was bad.\n\n", "")
    second = old.rindex("bad")
    found = Versions(old, new).place(second, second + 3)
    assert isinstance(found, Found)
    assert new[found.start : found.end] == "bad"
    assert isinstance(Versions(old, new).place(*quoted(old, "bad", 1)), str)
    three, two = "Share this now!\n\n" * 3, "Share this now!\n\n" * 2
    assert isinstance(Versions(three, two).place(*quoted(three, "this", 1)), str)


def test_a_sentence_edited_beside_the_span_keeps_it_with_less_than_full_confidence() -> None:
    new = STORY[2].replace("who runs the harbour board", "the chair").replace("pride", "honour")
    versions = Versions("\n\n".join(STORY), "\n\n".join([*STORY[:2], new, STORY[3]]))
    found = versions.place(*quoted(versions.old, "silly tariff"))
    assert isinstance(found, Found)
    assert versions.new[found.start : found.end] == "silly tariff"
    assert 0.7 <= found.confidence < 1


def test_a_paragraph_that_moved_takes_its_span_along() -> None:
    old, new = "\n\n".join(STORY), "\n\n".join([STORY[0], *STORY[2:], STORY[1]])
    assert placed(old, new, "naïve plan") == "naïve plan"


def test_changed_words_are_carried_only_when_few_and_that_is_said() -> None:
    old = page(*STORY)
    new = page(*STORY[:3], STORY[3].replace("tied up", "moored"))
    source = mark("ana", (STORY[3], "judged"), of=old, answers=())
    result = moved(source, old, new)
    (change,) = result.changed
    assert (change.old, change.new) == (STORY[3], new.text[-len(change.new) :])
    assert change.confidence < 0.75
    assert result.annotation
    assert [(s.origin, s.score) for s in result.annotation.spans] == [("edited", change.confidence)]
    other = page(*STORY[:3], "The board will not meet at all, said Quill on Sunday night.")
    assert moved(source, old, other).annotation is None


def test_span_ids_attributes_and_provenance_survive() -> None:
    old, new = page(*STORY), page("Updated on Friday.", *STORY)
    source = mark("ana", ("slams", "loud head"), ("naïve plan", "judged"), of=old, shown="run1")
    result = moved(source, old, new).annotation
    assert result
    assert words(result, new) == ["slams", "naïve plan"]
    assert [s.id for s in result.spans] == [s.id for s in source.spans]
    assert [s.attributes for s in result.spans] == [s.attributes for s in source.spans]
    assert (result.parents, result.role, result.shown) == ((source.id,), "human", "run1")
    assert result.id != source.id


def test_a_carried_annotation_covers_what_its_author_saw_and_not_what_was_added() -> None:
    old = page(*STORY)
    added = page(*STORY, "Renn resigned on Sunday, after all of this was written.")
    result = moved(mark("ana", ("slams", "loud head"), of=old), old, added).annotation
    assert result
    assert result.covers == tuple((b.start, b.end) for b in added.blocks[:-1])
    fewer = page(*STORY[:-1])
    same = moved(mark("ana", ("slams", "loud head"), of=old), old, fewer).annotation
    assert same
    assert same.covers == ()


def test_answers_and_covers_with_a_place_move_and_an_answer_about_other_words_is_lost() -> None:
    old, new = page(*STORY), page("Updated.", *STORY[:2], STORY[2].replace("silly", "sound"))
    at = [quoted(old.text, part) for part in STORY]
    source = mark(
        "ana",
        of=old,
        answers=(
            Answer("genre", ("report",)),
            Answer("tone", ("negative",), *at[1]),
            Answer("tone", ("negative",), *at[2]),
        ),
        covers=(at[1], at[2], at[3]),
    )
    result = moved(source, old, new)
    assert result.annotation
    assert [(a.question, a.start, a.end) for a in result.annotation.answers] == [
        ("genre", None, None),
        ("tone", *quoted(new.text, STORY[1])),
    ]
    assert quoted(new.text, STORY[1]) in result.annotation.covers
    assert [what.split(":")[0] for what, _ in result.lost] == ["answer to 'tone'"]


def test_an_annotation_that_found_nothing_is_carried_as_that() -> None:
    old, new = page(*STORY), page(*STORY, "More.")
    result = moved(mark("ana", of=old, answers=()), old, new).annotation
    assert result
    assert result.spans == ()
    gone = page("Something quite different stands here today.")
    assert moved(mark("ana", of=old, answers=()), old, gone).annotation is None


def test_the_command_carries_once_and_sets_aside_what_has_no_place(job: MakeJob) -> None:
    old = page(*STORY)
    new = page("Updated on Friday.", *STORY[:2], STORY[3])
    mine = job(old)
    source = mark("ana", ("slams", "loud head"), ("silly tariff", "judged"), of=old)
    append_annotations(mine.annotations, [source])
    assert reanchor(mine).carried == 0
    add_articles(mine, [new])
    result = reanchor(mine)
    assert (result.carried, result.spans, result.exact, result.quarantined) == (1, 1, 1, 1)
    (row,) = read_lines(mine.quarantine)
    assert "'silly tariff'" in row["where"]
    assert row["reason"] == "its words are gone"
    kept, made = read_annotations(mine.annotations)
    assert kept == replace(source, revision=1)
    assert words(made, new) == ["slams"]
    before = mine.annotations.read_bytes(), mine.quarantine.read_bytes()
    again = reanchor(mine)
    assert (again.carried, again.same) == (0, 1)
    assert (mine.annotations.read_bytes(), mine.quarantine.read_bytes()) == before


def test_whoever_annotated_the_new_version_is_not_overwritten(job: MakeJob) -> None:
    old, new = page(*STORY), page(*STORY, "More.")
    mine = job(old, new)
    mine_again = mark("ana", of=new, id="a1-again")
    append_annotations(mine.annotations, [mark("ana", ("slams", "loud head"), of=old), mine_again])
    result = reanchor(mine)
    assert (result.carried, result.anew) == (0, 1)


def test_a_third_version_is_reached_from_the_first_and_a_withdrawn_one_is_withdrawn_there(
    job: MakeJob,
) -> None:
    old, second, third = page(*STORY), page(*STORY[:2]), page(*STORY, "More.")
    mine = job(old, second)
    source = mark("ana", ("silly tariff", "judged"), ("slams", "loud head"), of=old)
    append_annotations(mine.annotations, [source])
    reanchor(mine)
    add_articles(mine, [third])
    assert reanchor(mine).carried == 1
    latest = read_annotations(mine.annotations)[-1]
    assert words(latest, third) == ["slams", "silly tariff"]
    append_annotations(mine.annotations, [replace(source, status="withdrawn")])
    reanchor(mine)
    assert read_annotations(mine.annotations)[-1].status == "withdrawn"


def test_an_annotation_whose_version_the_job_never_had_is_set_aside(job: MakeJob) -> None:
    mine = job(page(*STORY))
    append_annotations(mine.annotations, [mark("ana", of=page("Another text."))])
    assert reanchor(mine).quarantined == 1
    (row,) = read_lines(mine.quarantine)
    assert "not in this job" in row["reason"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x" * 100_000, "x" * 100_000 + "y"),
        ("ab\n" * 30_000, "cab\n" * 30_000),
        ("a b " * 30_000 + "end", "b a " * 30_000 + "END"),
        (PAGE, "?"),
    ],
    ids=["one word", "many lines", "many words", "all gone"],
)
def test_huge_and_hostile_texts_are_placed_or_not_without_an_error(old: str, new: str) -> None:
    found = Versions(old, new).place(0, 2)
    assert isinstance(found, (Found, str))


def test_of_two_versions_that_an_author_annotated_the_later_is_carried_and_no_other(
    job: MakeJob,
) -> None:
    first, second, third = page(*STORY[:2]), page(*STORY[:3]), page(*STORY)
    mine = job(first, second, third)
    append_annotations(
        mine.annotations,
        [
            mark("ana", ("dockers", "judged"), of=second, id="later"),
            mark("ana", ("slams", "loud head"), of=first, id="earlier"),
            mark("ben", ("greedy", "judged"), of=first, id="other"),
        ],
    )
    result = reanchor(mine)
    assert (result.carried, result.anew) == (2, 1)
    told = {a.author: a for a in read_annotations(mine.annotations) if a.sha256 == third.sha256}
    assert {author: words(a, third) for author, a in told.items()} == {
        "ana": ["dockers"],
        "ben": ["greedy"],
    }


def test_what_was_carried_is_withdrawn_once_its_author_says_something_later(job: MakeJob) -> None:
    first, second, third = page(*STORY[:2]), page(*STORY[:3]), page(*STORY)
    mine = job(first, second, third)
    append_annotations(mine.annotations, [mark("ana", ("slams", "loud head"), of=first, id="one")])
    assert reanchor(mine).carried == 1
    append_annotations(mine.annotations, [mark("ana", ("dockers", "judged"), of=second, id="two")])
    reanchor(mine)
    said = read_annotations(mine.annotations)
    counted = [a for a in said if a.sha256 == third.sha256 and a.status == "submitted"]
    assert [words(a, third) for a in counted] == [["dockers"]]
    before = mine.annotations.read_bytes()
    reanchor(mine)
    assert mine.annotations.read_bytes() == before
