"""Disagreements: which there are, of which sort, whatever the order of people and spans."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.agreement.disagreements import SORTS, Disagreement, disagreements
from corpus.errors import PressmarkError
from corpus.records import Annotation, Answer, Span
from corpus.versions import unasked
from tests.corpus.test_versions import ADDED, changed
from tests.speech import article, mark, scheme

PAGE = article("Maar slams dockers\n\nThe silly, vile plan of Renn goes on and on in Port Ansel.")
SAID = "judged", "loud head"


def among(*annotations: Annotation) -> list[Disagreement]:
    return disagreements(annotations, scheme())


def sorts(*annotations: Annotation) -> list[str]:
    return [found.sort for found in among(*annotations)]


def says(author: str, *spans: tuple[str, str], **fields: object) -> Annotation:
    return mark(author, *spans, of=PAGE, **fields)


def felt(annotation: Annotation, **attributes: tuple[str, ...]) -> Annotation:
    spans = tuple(replace(span, attributes=attributes) for span in annotation.spans)
    return replace(annotation, spans=spans)


def test_the_same_spans_and_answers_are_no_disagreement() -> None:
    ana = says("ana", ("silly", "judged"), ("Maar slams dockers", "loud head"))
    assert among(ana, says("ben", ("silly", "judged"), ("Maar slams dockers", "loud head"))) == []


def test_what_one_has_and_the_other_has_not_is_missed_and_both_are_sides() -> None:
    (found,) = among(says("ben"), says("ana", ("silly", "judged")))
    assert (found.sort, found.label, PAGE.text[found.start : found.end]) == (
        "missed",
        "judged",
        "silly",
    )
    assert [(side.author, len(side.spans)) for side in found.sides] == [("ana", 1), ("ben", 0)]
    assert found.sides[0].annotation == "a1-ana"


def test_other_ends_are_a_boundary_that_reaches_over_both() -> None:
    (found,) = among(says("ana", ("silly, vile", "judged")), says("ben", ("vile plan", "judged")))
    assert found.sort == "boundary"
    assert PAGE.text[found.start : found.end] == "silly, vile plan"


def test_another_label_on_the_same_words_is_a_label() -> None:
    (found,) = among(says("ana", ("silly", "judged")), says("ben", ("silly, vile", "loud head")))
    assert (found.sort, found.label) == ("label", "judged")
    assert [side.spans[0].label for side in found.sides] == ["judged", "loud head"]


def test_the_label_at_issue_is_the_one_that_most_have() -> None:
    loud = [says(name, ("silly", "loud head")) for name in ("ben", "cleo")]
    (found,) = among(says("ana", ("silly", "judged")), *loud)
    assert (found.sort, found.label) == ("label", "loud head")


def test_an_agreed_span_around_it_does_not_make_a_missed_one_a_matter_of_labels() -> None:
    around = "The silly, vile plan of Renn", "loud head"
    assert sorts(says("ana", around, ("silly", "judged")), says("ben", around)) == ["missed"]


def test_who_marks_both_labels_where_the_other_marks_one_has_one_more() -> None:
    (found,) = among(
        says("ana", ("silly", "judged"), ("silly, vile", "loud head")),
        says("ben", ("silly", "judged")),
    )
    assert (found.sort, found.label) == ("missed", "loud head")


def test_one_span_against_two_is_a_split_from_either_side() -> None:
    two = ("silly", "judged"), ("vile", "judged")
    one = ("silly, vile", "judged")
    assert sorts(says("ana", *two), says("ben", one)) == ["split"]
    assert sorts(says("ana", one), says("ben", *two)) == ["split"]


def test_of_three_the_one_who_has_nothing_there_comes_before_the_ends() -> None:
    ends = says("ana", ("silly", "judged")), says("ben", ("silly, vile", "judged"))
    assert sorts(*ends, says("cleo")) == ["missed"]


def test_the_same_span_with_other_values_is_an_attribute_each() -> None:
    ana = felt(says("ana", ("silly", "judged")), sentiment=("negative",), target=("Renn",))
    ben = felt(says("ben", ("silly", "judged")), sentiment=("positive",))
    found = among(ana, ben)
    assert [(each.sort, each.question) for each in found] == [
        ("attribute", "sentiment"),
        ("attribute", "target"),
    ]
    assert [side.values for side in found[1].sides] == [("Renn",), ()]


def test_order_capitals_and_blanks_of_values_say_nothing() -> None:
    ana = felt(says("ana", ("Maar", "loud head")), device=("verb", "question"), target=("Renn",))
    ben = felt(says("ben", ("Maar", "loud head")), device=("question", "verb"), target=("renn ",))
    assert among(ana, ben) == []


def test_a_flag_is_a_note_and_no_opinion() -> None:
    ana = felt(says("ana", ("silly", "judged")), unsure=("yes",))
    assert among(ana, felt(says("ben", ("silly", "judged")))) == []


def test_an_answer_about_the_article_has_no_place() -> None:
    (found,) = among(says("ana"), says("ben", answers=(Answer("genre", ("opinion",)),)))
    assert (found.sort, found.question, found.start, found.end) == ("answer", "genre", None, None)
    assert [side.values for side in found.sides] == [("report",), ("opinion",)]


def test_who_left_a_required_question_open_has_no_opinion() -> None:
    assert among(says("ana"), says("ben", answers=())) == []


def test_answers_about_a_sentence_are_compared_with_their_place() -> None:
    ana = says("ana", answers=(Answer("bias", ("yes",), 0, 18), Answer("bias", ("no",), 20, 30)))
    ben = says("ben", answers=(Answer("bias", ("no",), 0, 18), Answer("bias", ("no",), 20, 30)))
    (found,) = among(ana, ben)
    assert (found.sort, found.start, found.end) == ("answer", 0, 18)


def test_only_what_was_submitted_counts() -> None:
    ana = says("ana", ("silly", "judged"))
    for status in ("skipped", "draft", "withdrawn"):
        assert among(ana, says("ben", status=status)) == []


def test_one_annotator_alone_disagrees_with_nobody() -> None:
    assert among(says("ana", ("silly", "judged"))) == []
    assert among() == []


def test_who_was_not_shown_the_place_has_no_side_there() -> None:
    ana, ben = says("ana", ("silly", "judged")), says("ben", covers=((0, 18),))
    assert among(ana, ben) == []
    (found,) = among(ana, ben, says("cleo"))
    assert [side.author for side in found.sides] == ["ana", "cleo"]


def test_annotations_of_different_versions_are_refused() -> None:
    with pytest.raises(PressmarkError, match="several versions"):
        among(says("ana"), replace(says("ben"), sha256="0" * 64))
    with pytest.raises(PressmarkError, match="several versions"):
        among(says("ana"), says("ben", occasion=2))


@st.composite
def opinions(draw: st.DrawFn) -> list[Annotation]:
    """Two to four people's spans of two labels, close together so that they meet."""
    people = []
    for author in ("ana", "ben", "cleo", "dov")[: draw(st.integers(2, 4))]:
        spans = []
        for label in SAID:
            edges = sorted(draw(st.sets(st.integers(0, 14), max_size=6)))
            for start, end in zip(edges[::2], edges[1::2], strict=False):
                felt_ = draw(st.sampled_from(["negative", "positive"]))
                id_ = f"{author}-{label}-{start}"
                spans.append(Span(id_, start, end, label, {"sentiment": (felt_,)}))
        people.append(replace(says(author), spans=tuple(spans)))
    return people


@given(opinions(), st.randoms())
def test_neither_the_order_of_people_nor_of_spans_matters(
    people: list[Annotation], rng: random.Random
) -> None:
    shuffled = [replace(a, spans=tuple(rng.sample(a.spans, len(a.spans)))) for a in people]
    rng.shuffle(shuffled)
    assert disagreements(shuffled, scheme()) == disagreements(people, scheme())


@given(opinions())
def test_every_span_that_not_all_have_alike_stands_in_one_disagreement_and_no_other_does(
    people: list[Annotation],
) -> None:
    found = [each for each in disagreements(people, scheme()) if each.sort != "attribute"]
    stood = [(side.author, span) for each in found for side in each.sides for span in side.spans]
    assert len({(author, span.id) for author, span in stood}) == len(stood)
    alike = _alike(people)
    for annotation in people:
        for span in annotation.spans:
            told = (annotation.author, span) in stood
            assert told == ((span.start, span.end, span.label) not in alike)


@given(opinions())
def test_each_disagreement_reaches_over_its_spans_and_everybody_is_a_side(
    people: list[Annotation],
) -> None:
    for found in disagreements(people, scheme()):
        assert found.sort in SORTS
        assert [side.author for side in found.sides] == [a.author for a in people]
        spans = [span for side in found.sides for span in side.spans]
        assert found.start == min(span.start for span in spans)
        assert found.end == max(span.end for span in spans)
        assert found.label in {span.label for span in spans}


@given(opinions())
def test_people_who_say_the_same_disagree_on_nothing(people: list[Annotation]) -> None:
    said = people[0].spans
    assert disagreements([replace(a, spans=said) for a in people], scheme()) == []


def _alike(people: Sequence[Annotation]) -> set[tuple[int, int, str]]:
    places = [{(s.start, s.end, s.label) for s in a.spans} for a in people]
    return set.intersection(*places)


def test_who_was_not_asked_for_a_label_yet_did_not_miss_it() -> None:
    page = article("Maar\n\nThe silly plan. Give now.")
    new = changed(ADDED, ('version: "1"', 'version: "1.1"'))
    ana = mark("ana", ("silly", "judged"), of=page)
    ben = mark("ben", ("silly", "judged"), ("Give now", "pleading"), of=page, under=new)
    eva = mark("eva", ("silly", "judged"), of=page, under=new)
    older = unasked([scheme()], new)
    assert disagreements([ana, ben], new, older) == []
    (missed,) = disagreements([ana, ben, eva], new, older)
    assert (missed.sort, [side.author for side in missed.sides]) == ("missed", ["ben", "eva"])
    assert [side.author for side in disagreements([ana, ben], new)[0].sides] == ["ana", "ben"]
