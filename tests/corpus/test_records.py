import pytest
from hypothesis import given

from corpus.records import Annotation, Article, Block, RecordError, Span, misfits
from corpus.text import canonical, sha256_of
from tests.speech import article, mark, raw_text


@given(raw_text)
def test_canonical_text_is_a_fixed_point_and_can_be_encoded(text: str) -> None:
    once, _ = canonical(text)
    assert canonical(once) == (once, ())
    assert not set(once) & {"\0", "\r"}
    assert sha256_of(once)


def test_canonical_text_names_what_was_changed() -> None:
    text, changes = canonical("\ufeffa\0\r\nb\ud800\rc")
    assert text == "a\nb\nc"
    assert changes == (
        "NUL removed",
        "lone surrogates removed",
        "byte order mark removed",
        "line ends to LF",
    )


@pytest.mark.parametrize(
    ("start", "end"), [(3, 3), (4, 2), (-1, 2), (True, 2), (0, 1.0), ("0", "1")]
)
def test_an_empty_or_reversed_span_cannot_exist(start: int, end: int) -> None:
    with pytest.raises(RecordError, match="half-open range"):
        Span("s", start, end, "judged")


def test_an_article_refuses_text_that_stands_in_no_block() -> None:
    with pytest.raises(RecordError, match="characters 3 to 8 stand in no block"):
        Article(id="a", text="One\n\nTwo", blocks=(Block(0, 3, "headline"),))


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        ((Block(0, 3, "paragraph"), Block(2, 7, "paragraph")), "overlaps"),
        ((Block(0, 9, "paragraph"),), "leaves the text"),
        ((Block(0, 4, "paragraph"), Block(4, 7, "paragraph")), "white space"),
    ],
)
def test_an_article_refuses_blocks_that_do_not_tile_it(
    blocks: tuple[Block, ...], reason: str
) -> None:
    with pytest.raises(RecordError, match=reason):
        Article(id="a", text="One two", blocks=blocks)


@pytest.mark.parametrize(
    ("start", "end", "under"),
    [(0, 3, "1"), (2, 6, "12"), (3, 5, ""), (3, 6, "2"), (4, 99, "23"), (7, 8, "2"), (13, 14, "")],
)
def test_blocks_at_a_place_share_a_character_with_it(start: int, end: int, under: str) -> None:
    ends = {"1": (0, 3), "2": (5, 8), "3": (10, 13)}
    blocks = tuple(Block(*place, "paragraph") for place in ends.values())
    found = Article(id="a", text="One\n\nTwo\n\nSix", blocks=blocks).blocks_at(start, end)
    assert [(block.start, block.end) for block in found] == [ends[name] for name in under]


def test_an_article_refuses_another_texts_sha256_and_text_that_is_not_canonical() -> None:
    with pytest.raises(RecordError, match="of another text"):
        Article(id="a", text="One", blocks=(Block(0, 3, "headline"),), sha256=sha256_of("Two"))
    with pytest.raises(RecordError, match="not canonical"):
        Article(id="a", text="One\r\n", blocks=(Block(0, 3, "headline"),))


def test_two_spans_of_one_label_may_touch_but_not_overlap() -> None:
    mark("ana", ("Renn’s naïve", "judged"), (" plan", "judged"))
    mark("ana", ("Renn’s naïve", "judged"), ("naïve plan", "loud head"))
    with pytest.raises(RecordError, match="two spans of 'judged' overlap"):
        mark("ana", ("Renn’s naïve", "judged"), ("naïve plan", "judged"))


def test_the_order_in_which_spans_were_drawn_does_not_matter() -> None:
    spans = mark("ana", ("dead", "judged"), ("slams", "loud head")).spans
    assert [article().text[s.start : s.end] for s in spans] == ["slams", "dead"]


def test_unanswered_attributes_are_as_if_not_there() -> None:
    assert Span("s", 0, 1, "l", {"b": (), "a": ("x",)}) == Span("s", 0, 1, "l", {"a": ("x",)})


def test_an_annotation_of_another_version_does_not_fit_and_says_what_to_do() -> None:
    old, new = article(), article("Another text")
    assert misfits(mark("ana", ("slams", "loud head")), old) == []
    [told] = misfits(mark("ana", ("slams", "loud head")), new)
    assert old.sha256[:8] in told
    assert new.sha256[:8] in told
    assert "ingest the old page again" in told


def test_a_span_behind_the_text_does_not_fit() -> None:
    page = article()
    far = Annotation("x", "a1", page.sha256, "ana", "human", "h", (Span("s", 5, 900, "judged"),))
    assert misfits(far, page) == [f"span 's' ends at 900, behind the text's {len(page.text)}"]


def test_an_unknown_role_is_answered_with_the_known_ones() -> None:
    with pytest.raises(RecordError, match="role is 'boss', not one of human, gold, model, rule"):
        mark("ana", role="boss")
