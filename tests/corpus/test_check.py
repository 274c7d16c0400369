from dataclasses import replace

from corpus.check import faults, misanswered, remarks, snapped
from corpus.records import Answer
from tests.speech import SCHEME, article, mark, scheme


def told(*spans: tuple[str, str], **fields: object) -> list[str]:
    return list(remarks(mark("ana", *spans, **fields), article(), scheme()))


def test_a_good_annotation_is_not_remarked_on() -> None:
    assert told(("naïve", "judged")) == []


def test_a_span_that_crosses_a_sentence_is_reported() -> None:
    [remark] = told(("goes on. Renn’s naïve", "judged"))
    assert "crosses a sentence" in remark


def test_a_span_in_the_wrong_kind_of_block_is_reported() -> None:
    [remark] = told(("slams", "judged"))
    assert "stands in a headline" in remark


def test_a_label_not_asked_of_a_genre_is_reported() -> None:
    [remark] = told(("naïve", "judged"), answers=(Answer("genre", ("opinion",)),))
    assert "not asked where 'genre' is opinion" in remark


def test_what_is_required_and_unanswered_is_reported() -> None:
    bare = mark("ana", ("naïve", "judged"), answers=())
    bare = replace(bare, spans=tuple(replace(s, attributes={}) for s in bare.spans))
    assert len(list(remarks(bare, article(), scheme()))) == 2
    assert list(remarks(replace(bare, status="skipped"), article(), scheme())) == []


def test_snap_widens_a_span_to_its_block_and_keeps_what_was_drawn() -> None:
    page = article()
    [drawn] = mark("ana", ("greedy", "loud head")).spans
    wide = snapped(drawn, page, scheme())
    assert page.text[wide.start : wide.end] == "Maar slams “greedy” dockers 😀"
    assert wide.drawn == (drawn.start, drawn.end)
    assert snapped(wide, page, scheme()) == wide


def test_a_label_without_snap_stays_as_drawn() -> None:
    [drawn] = mark("ana", ("naïve", "judged")).spans
    assert snapped(drawn, article(), scheme()) is drawn


def test_what_the_scheme_does_not_offer_is_a_fault() -> None:
    [span] = mark("ana", ("naïve", "judged")).spans
    assert faults(span, scheme()) == []
    assert "not in the scheme" in faults(replace(span, label="hat"), scheme())[0]
    assert (
        "not asked of 'judged'"
        in faults(replace(span, attributes={"device": ("verb",)}), scheme())[0]
    )
    assert (
        "does not offer 'grim'"
        in faults(replace(span, attributes={"sentiment": ("grim",)}), scheme())[0]
    )
    genre = scheme().question("genre")
    assert genre
    assert misanswered(genre, ("report", "opinion")) == ["'genre' has 2 values, one is asked for"]


def test_a_drag_over_two_blocks_is_widened_to_the_one_that_holds_most_of_it() -> None:
    page = article("Chrome line\n\nTeaser headline here\n\nEnd.")
    blocks = tuple(
        replace(block, kind=kind)
        for block, kind in zip(page.blocks, ["teaser", "teaser", "paragraph"], strict=True)
    )
    page = replace(page, blocks=blocks)
    [drawn] = mark("ana", ("e\n\nTeaser headline", "loud head"), of=page).spans
    wide = snapped(drawn, page, scheme())
    assert page.text[wide.start : wide.end] == "Teaser headline here"
    [remark] = remarks(replace(mark("ana", of=page), spans=(wide,)), page, scheme())
    assert "drawn over 2 blocks" in remark


def test_a_value_meant_for_another_kind_of_block_is_reported() -> None:
    limited = SCHEME.replace("{name: verb}", "{name: verb, blocks: [teaser]}")
    [span] = mark("ana", ("slams", "loud head")).spans
    given = replace(span, attributes={**span.attributes, "device": ("verb",)})
    annotation = replace(mark("ana"), spans=(given,))
    [remark] = remarks(annotation, article(), scheme(limited))
    assert "'verb' is only for a teaser" in remark
