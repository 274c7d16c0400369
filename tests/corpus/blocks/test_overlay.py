"""Regions drawn by people over the rules' blocks."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from corpus.blocks.overlay import overlay
from corpus.records import BLOCK_KINDS, Article, Block, Span
from corpus.sample import quoted
from tests import speech
from tests.speech import article

PAGE = (
    "Maar slams dockers 😀\n\nThe strike goes on.\n\nRenn’s plan is dead.\n\n"
    "Related\n\nFerry closes\n\nBridge opens"
)


def region(quote: str, kind: str, origin: str = "drawn") -> Span:
    start, end = quoted(PAGE, quote)
    return Span(f"{kind}{start}", start, end, kind, origin=origin)


def typed(page: Article, *regions: Span) -> list[tuple[str, str, str]]:
    blocks = overlay(page, regions).blocks
    replace(page, blocks=blocks)  # an article's rules hold
    return [(page.text[b.start : b.end], b.kind, b.by) for b in blocks]


def test_a_page_on_which_nobody_marked_anything_keeps_the_rules_blocks() -> None:
    page = article(PAGE)
    assert overlay(page, ()).blocks == page.blocks


def test_a_block_of_another_kind_is_a_persons_and_the_rest_is_the_rules() -> None:
    found = typed(article(PAGE), region("Renn’s plan is dead.", "quote"))
    assert found[1:3] == [
        ("The strike goes on.", "paragraph", "rule"),
        ("Renn’s plan is dead.", "quote", "human"),
    ]


def test_part_of_a_block_that_is_marked_becomes_a_block_of_its_own() -> None:
    found = typed(article(PAGE), region("The strike", "dateline"))
    assert found[1:3] == [("The strike", "dateline", "human"), ("goes on.", "paragraph", "rule")]


def test_an_edge_inside_a_word_moves_to_its_end() -> None:
    found = typed(article(PAGE), region("trike go", "caption"))
    assert ("strike goes", "caption", "human") in found


def test_one_stroke_over_a_list_retypes_each_of_its_lines() -> None:
    found = typed(article(PAGE), region("Ferry closes\n\nBridge opens", "teaser"))
    assert found[-2:] == [
        ("Ferry closes", "teaser", "human"),
        ("Bridge opens", "teaser", "human"),
    ]


def test_one_stroke_over_blocks_of_its_kind_makes_one_of_them() -> None:
    both = "The strike goes on.\n\nRenn’s plan is dead."
    assert (both, "paragraph", "human") in typed(article(PAGE), region(both, "paragraph"))


def test_what_was_shown_as_one_region_and_accepted_keeps_its_lines() -> None:
    both = "The strike goes on.\n\nRenn’s plan is dead."
    found = typed(article(PAGE), region(both, "paragraph", "accepted"))
    assert [text for text, _, by in found if by == "human"] == both.split("\n\n")


def test_what_is_drawn_counts_before_what_was_accepted_and_the_shorter_before_the_longer() -> None:
    drawn = region("The strike goes on.", "quote")
    accepted = region("The strike", "paragraph", "accepted")
    inner = region("goes", "caption")
    assert typed(article(PAGE), accepted, drawn, inner)[1:4] == [
        ("The strike", "quote", "human"),
        ("goes", "caption", "human"),
        ("on.", "quote", "human"),
    ]
    assert overlay(article(PAGE), [accepted, drawn, inner]).remarks == ()


def test_regions_that_cut_into_each_other_are_reported() -> None:
    one, other = region("The strike goes", "quote"), region("goes on.", "caption")
    (told,) = overlay(article(PAGE), [other, one]).remarks
    assert "'quote'" in told
    assert "'caption'" in told


def test_a_region_of_white_space_or_of_no_kind_is_left_out_and_reported() -> None:
    page = article(PAGE)
    gap = page.blocks[0].end
    found = overlay(page, [Span("s", gap, gap + 2, "quote"), Span("t", 0, 4, "no kind")])
    assert found.blocks == page.blocks
    assert len(found.remarks) == 2


@st.composite
def corrected(draw: st.DrawFn) -> tuple[Article, list[Span]]:
    page = draw(speech.articles())
    places = st.tuples(st.integers(0, len(page.text)), st.integers(1, len(page.text) + 9))
    found = draw(st.lists(st.tuples(places, st.sampled_from(BLOCK_KINDS), st.booleans())))
    return page, [
        Span(f"s{n}", min(place), max(place), kind, origin="drawn" if drawn else "accepted")
        for n, (place, kind, drawn) in enumerate(found)
        if min(place) < max(place)
    ]


@given(corrected())
def test_whatever_is_marked_the_article_is_still_one_and_nothing_of_it_is_lost(
    case: tuple[Article, list[Span]],
) -> None:
    page, regions = case
    done = overlay(page, regions)
    again = replace(page, blocks=done.blocks)
    human = {at for b in again.blocks if b.by == "human" for at in range(b.start, b.end)}
    marked = {
        at for r in regions for at in range(r.start, r.end) if not page.text[at : at + 1].isspace()
    }
    assert marked & set(range(len(page.text))) <= human


@given(corrected(), st.randoms())
def test_the_order_of_the_regions_does_not_matter(
    case: tuple[Article, list[Span]], chance: random.Random
) -> None:
    page, regions = case
    shuffled = chance.sample(regions, len(regions))
    kinds = [(b.start, b.end, b.kind) for b in overlay(page, regions).blocks]
    assert kinds == [(b.start, b.end, b.kind) for b in overlay(page, shuffled).blocks]


def test_a_block_says_its_kind_by_a_person_without_a_score() -> None:
    page = replace(article(PAGE), blocks=(Block(0, len(PAGE), "chrome", "model", 0.4),))
    found = overlay(page, [region("Related", "teaser")]).blocks
    assert [(b.by, b.score) for b in found] == [("model", 0.4), ("human", None), ("model", 0.4)]
