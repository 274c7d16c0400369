"""Records to Label Studio's JSON and back."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.codec import Read, annotation_of, prediction_of, results_of, task_of, uid_of
from annotation.raw import RawAnnotation
from corpus.check import snapped
from corpus.records import Annotation, Answer, Article, Span
from corpus.text import canonical
from tests import speech
from tests.speech import PAGE, article, mark, scheme

SCHEME = scheme(
    speech.SCHEME
    + """
  - {name: why not, type: text}
  - {name: who, type: name}
"""
)
WHEN = "2026-10-05T09:00:00Z"


def sent(*results: Any, **fields: Any) -> RawAnnotation:
    """An annotation as Label Studio sends it, by way of its JSON."""
    given = {
        "id": 7,
        "result": list(results),
        "completed_by": {"id": 3, "email": "ana@example.org"},
        "created_at": "2026-10-05T10:00:00.25+01:00",
        "updated_at": "2026-10-05T11:00:00.5+02:00",
        "lead_time": 12.5,
    }
    return RawAnnotation.model_validate(json.loads(json.dumps({**given, **fields})))


def region(start: Any, end: Any, label: Any = "judged", id_: str = "r1", **value: Any) -> Any:
    place = {"start": start, "end": end, "labels": [label], **value}
    return {
        "id": id_,
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": place,
        "origin": "manual",
    }


def choice(name: str, *picked: str, id_: str = "r1") -> Any:
    value = {"start": 1, "end": 2, "choices": list(picked)}
    return {"id": id_, "from_name": name, "to_name": "text", "type": "choices", "value": value}


def written(name: str, text: str, id_: str = "r1") -> Any:
    value = {"start": 1, "end": 2, "text": [text]}
    return {"id": id_, "from_name": name, "to_name": "text", "type": "textarea", "value": value}


def read(
    *results: Any, of: Article | None = None, shown: Annotation | None = None, **more: Any
) -> Read:
    return annotation_of(sent(*results, **more), of or article(), SCHEME, shown, "ana")


pages = (
    speech.raw_text.map(lambda text: canonical(text)[0])
    .filter(lambda text: bool(text.strip()))
    .map(article)
)
trimmed = speech.words.map(str.strip).filter(bool)


@st.composite
def attributes(draw: st.DrawFn, label: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for attribute in SCHEME.attributes_of(label):
        if not draw(st.booleans()):
            continue
        picks = attribute.value_names
        match attribute.type:
            case "several":
                some = draw(st.sets(st.sampled_from(picks), min_size=1))
                found[attribute.name] = tuple(name for name in picks if name in some)
            case "one":
                found[attribute.name] = (draw(st.sampled_from(picks)),)
            case "flag":
                found[attribute.name] = ("yes",)
            case _:
                found[attribute.name] = (draw(trimmed | st.just("Maar")),)
    return found


@st.composite
def spans(draw: st.DrawFn, page: Article, prefix: str, taken: tuple[Span, ...] = ()) -> list[Span]:
    """Spans as the scheme has them (widened where it says so), none where another stands."""
    size = len(page.text)
    found: list[Span] = []
    for number in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, size - 1))
        end = draw(st.integers(start + 1, size))
        label = draw(st.sampled_from(SCHEME.label_names))
        drawn = Span(f"{prefix}{number}", start, end, label, draw(attributes(label)))
        span = snapped(drawn, page, SCHEME)
        if not any(s.label == label and s.overlaps(span) for s in (*taken, *found)):
            found.append(span)
    return found


@st.composite
def work(draw: st.DrawFn) -> tuple[Article, Annotation, Annotation | None]:
    """An article, what its annotator made of it, and the pre-labels shown, if any."""
    page = draw(pages)
    run = {"article": page.id, "sha256": page.sha256, "scheme": SCHEME.hash}
    shown, kept = None, []
    if draw(st.booleans()):
        before = draw(spans(page, draw(st.sampled_from(["m", "run#1:ä%/"]))))
        shown = Annotation("m", author="model", role="model", run="r1", spans=tuple(before), **run)
        for span in before:
            match draw(st.sampled_from(["accepted", "edited", "deleted"])):
                case "accepted":
                    kept.append(replace(span, origin="accepted", source=span.id))
                case "edited":
                    other = draw(attributes(span.label).filter(lambda a, s=span: a != s.attributes))
                    kept.append(replace(span, attributes=other, origin="edited", source=span.id))
    drawn = draw(spans(page, "new", shown.spans if shown else ()))
    answers = [Answer("genre", ("opinion",))] if draw(st.booleans()) else []
    annotation = Annotation(
        "p0-a7",
        author="ana",
        role="human",
        spans=(*kept, *drawn),
        answers=tuple(answers),
        status=draw(st.sampled_from(["submitted", "skipped", "draft"])),
        shown="r1" if shown else "",
        when=WHEN,
        seconds=12.5,
        **run,
    )
    return page, replace(annotation, id="p0-d7" if annotation.status == "draft" else "p0-a7"), shown


@given(work())
def test_an_annotation_survives_the_way_to_label_studio_and_back(
    case: tuple[Article, Annotation, Annotation | None],
) -> None:
    page, annotation, shown = case
    raw = sent(
        *results_of(annotation, page, SCHEME),
        was_cancelled=annotation.status == "skipped",
        draft=annotation.status == "draft",
        parent_prediction=5 if shown else None,
    )
    back = annotation_of(raw, page, SCHEME, shown, "ana")
    assert back.reasons == ()
    assert back.annotation == annotation


def test_a_task_names_the_version_of_its_article_and_holds_its_text() -> None:
    page = article(publisher="The Lantern")
    task = task_of(page, SCHEME)
    assert task["predictions"] == []
    assert task["data"]["uid"] == uid_of(page) == f"a1@{page.sha256}"
    assert task["data"]["text"] == PAGE
    offered = [name["value"] for name in task["data"]["names"]]
    assert "Renn" in offered
    assert offered[-1] == "The Lantern"


def test_a_prediction_is_named_by_its_run_and_scored_by_its_spans() -> None:
    sure = mark("m", ("slams", "judged"), ("plan", "judged"), role="model", run="r1")
    scored = [
        replace(span, score=score) for span, score in zip(sure.spans, (0.5, 1.0), strict=True)
    ]
    prediction = prediction_of(replace(sure, spans=tuple(scored)), article(), SCHEME)
    assert (prediction["model_version"], prediction["score"]) == ("r1", 0.75)
    assert [item["score"] for item in prediction["result"] if "score" in item] == [0.5, 1.0]
    assert prediction_of(replace(sure, spans=()), article(), SCHEME)["score"] is None


def test_what_a_region_says_of_its_words_is_not_believed() -> None:
    span = read(region(5, 10, text="something else")).annotation.spans[0]
    assert PAGE[span.start : span.end] == "slams"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (10, 5),
        (5, 5),
        (-1, 5),
        (0, len(PAGE) + 1),
        (0.0, 5.0),
        ("0", "5"),
        (None, 5),
        (False, True),
    ],
)
def test_a_region_without_a_place_in_the_text_is_set_aside_and_the_rest_kept(
    start: Any, end: Any
) -> None:
    found = read(region(start, end), region(5, 10, id_="good"))
    assert [span.id for span in found.annotation.spans] == ["good"]
    assert len(found.reasons) == 1
    assert "is no place" in found.reasons[0]


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (region(0, 4, "nonsense"), "not in the scheme"),
        (region(0, 4, labels=["judged", "loud head"]), "not one"),
        (region(0, 4, labels=[""]), "not one"),
        (choice("span.sentiment", "negative"), "holds 0 labels"),
        ("rubbish", "no JSON object"),
        (choice("article.nonsense", "x"), "no question of the scheme"),
        (choice("article.genre", "poem"), "does not offer 'poem'"),
        (choice("somebody's own", "x"), "not ours"),
        ({"id": "r1", "from_name": "label", "value": 3}, "no place"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_reason(result: Any, reason: str) -> None:
    found = read(result, region(5, 10, id_="good"))
    assert [span.id for span in found.annotation.spans] == ["good"]
    assert any(reason in told for told in found.reasons)


def test_an_attribute_that_its_label_is_not_asked_is_left_out_and_the_span_kept() -> None:
    found = read(region(5, 10), choice("span.device", "verb"), choice("span.sentiment", "negative"))
    assert found.annotation.spans[0].attributes == {"sentiment": ("negative",)}
    assert "'device' is not asked of 'judged'" in found.reasons[0]


def test_of_two_overlapping_spans_of_one_label_the_later_is_set_aside() -> None:
    found = read(region(5, 10, id_="first"), region(8, 20, id_="second"))
    assert [span.id for span in found.annotation.spans] == ["first"]
    assert "overlaps" in found.reasons[0]


def test_spans_of_two_labels_may_overlap() -> None:
    found = read(region(5, 10, id_="a"), region(8, 20, "loud head", id_="b"))
    assert len(found.annotation.spans) == 2
    assert not found.reasons


def test_a_typed_name_counts_before_a_picked_one() -> None:
    results = choice("span.target", "Renn"), written("span.target.typed", " the harbour deal ")
    span = read(region(5, 10), *results).annotation.spans[0]
    assert span.attributes == {"target": ("the harbour deal",)}


def test_values_ticked_in_another_order_are_the_same_opinion() -> None:
    one = read(region(0, 5, "loud head"), choice("span.device", "verb", "question"))
    two = read(region(0, 5, "loud head"), choice("span.device", "question", "verb"))
    assert one == two


def shown_with(*quotes: tuple[str, str]) -> Annotation:
    return mark("m", *quotes, role="model", run="r1", answers=())


def as_shown(shown: Annotation) -> list[Any]:
    return results_of(shown, article(), SCHEME)


def test_a_pre_label_left_alone_is_accepted() -> None:
    shown = shown_with(("slams", "judged"))
    found = read(*as_shown(shown), shown=shown, parent_prediction=1).annotation
    assert [(s.origin, s.source) for s in found.spans] == [("accepted", "m0")]
    assert found.shown == "r1"


def test_a_pre_label_with_another_end_or_answer_is_edited() -> None:
    shown = shown_with(("slams", "judged"))
    results = as_shown(shown)
    results[0]["value"]["end"] += 3
    moved = read(*results, shown=shown).annotation
    other = choice("span.sentiment", "positive", id_="m0")
    answered = read(as_shown(shown)[0], other, shown=shown).annotation
    for found in (moved, answered):
        assert [(s.origin, s.source) for s in found.spans] == [("edited", "m0")]


def test_a_pre_label_deleted_and_drawn_again_is_accepted_all_the_same() -> None:
    shown = shown_with(("slams", "judged"))
    again = region(5, 10, id_="another"), choice("span.sentiment", "negative", id_="another")
    found = read(*again, shown=shown, parent_prediction=1).annotation
    assert [(s.id, s.origin, s.source) for s in found.spans] == [("another", "accepted", "m0")]


def test_a_deleted_pre_label_is_gone_but_the_annotator_saw_it() -> None:
    found = read(shown=shown_with(("slams", "judged")), parent_prediction=1).annotation
    assert (found.spans, found.shown) == ((), "r1")


def test_who_began_on_an_empty_page_was_shown_nothing() -> None:
    found = read(region(5, 10), shown=shown_with(("plan", "judged"))).annotation
    assert (found.shown, found.spans[0].origin) == ("", "drawn")


def test_time_is_told_in_utc_and_to_the_second() -> None:
    found = read().annotation
    assert (found.when, found.seconds) == (WHEN, 12.5)


@pytest.mark.parametrize("id_", ["loud head:0", "m.1~2", "run#1:ä%/", "V1StGXR8_Z-j", "😀"])
def test_a_regions_id_is_a_name_in_a_style_sheet(id_: str) -> None:
    """Label Studio colours a region by a class of that name, and reads it back as the same span."""
    page = article()
    before = Annotation("m", page.id, page.sha256, "m", "model", scheme().hash, run="r1")
    shown = replace(before, spans=(Span(id_, 0, 10, "loud head"),))
    region = results_of(shown, page, scheme())[0]["id"]
    assert re.fullmatch(r"[\w·-]+", region)
    raw = RawAnnotation(
        id=7,
        result=results_of(shown, page, scheme()),
        completed_by={"id": 1},
        created_at=WHEN,
        updated_at=WHEN,
    )
    read = annotation_of(raw, page, scheme(), shown, "ana").annotation
    assert read
    assert [span.source for span in read.spans] == [id_]
