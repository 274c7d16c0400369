"""Plain text as a browser saves it, and the kinds of its lines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from corpus.blocks.lines import typed_lines
from corpus.reading.ingest import article_of
from corpus.reading.readers import Page
from corpus.settings import Source
from corpus.text import canonical
from tests.speech import raw_text

BODY = "The harbour council met for six hours on Tuesday and agreed on nothing at all."
MORE = "Its chair said that another meeting would be held before the end of the month."
LAST = "The dockers have been on strike since the first week of September, their union says."


def kinds(*parts: str) -> list[tuple[str, str]]:
    """Kind and words of each block of a page whose parts stand a blank line apart."""
    text = "\n\n".join(parts)
    return [(block.kind, text[block.start : block.end]) for block in typed_lines(text).blocks]


def kind_of(line: str, *parts: str) -> str:
    return {words: kind for kind, words in kinds(*parts)}[line]


@pytest.fixture
def seed() -> list[tuple[str, str]]:
    """Kind and words of the lines of the page that the project starts from."""
    folder = os.environ.get("PRESSMARK_DATA")
    if not folder:
        pytest.skip("PRESSMARK_DATA names no folder of development data")
    (path,) = sorted((Path(folder) / "seed").glob("*.txt"))
    text, _ = canonical(path.read_text(encoding="utf-8"))
    return [(block.kind, text[block.start : block.end]) for block in typed_lines(text).blocks]


def runs(typed: list[tuple[str, str]]) -> Iterator[tuple[str, int]]:
    """The kinds in order with how many lines each run of them holds."""
    last, count = "", 0
    for kind, _ in [*typed, ("", "")]:
        if kind == last:
            count += 1
            continue
        if last:
            yield last, count
        last, count = kind, 1


def test_the_seed_page_comes_out_line_by_line_as_it_was_asked_for(
    seed: list[tuple[str, str]],
) -> None:
    assert list(runs(seed)) == [
        ("chrome", 2),
        ("headline", 1),
        ("chrome", 1),
        ("paragraph", 5),
        ("chrome", 1),
        ("teaser", 1),
        ("paragraph", 5),
        ("poll", 1),
        ("paragraph", 4),
        ("chrome", 1),
        ("teaser", 1),
        ("paragraph", 5),
        ("solicitation", 10),
        ("correction", 3),
        ("tags", 2),
        ("chrome", 1),
        ("bio", 2),
        ("comments", 1),
    ]


def test_the_seed_pages_cues_stand_where_they_should(seed: list[tuple[str, str]]) -> None:
    chrome = [words for kind, words in seed if kind == "chrome"]
    assert chrome == ["Share", "News", "Share", "Trending:", "Related:", "Share"]
    appeal = [words for kind, words in seed if kind == "solicitation"]
    assert appeal[0].startswith("An Important Message")
    assert appeal[-1].startswith("P.S.")


def test_a_cue_is_chrome_and_what_it_announces_a_teaser() -> None:
    page = kinds("A headline of six plain words", BODY, "See also:\nTen reefs to visit", MORE)
    assert page[2:4] == [("chrome", "See also:"), ("teaser", "Ten reefs to visit")]
    assert page[4] == ("paragraph", MORE)


def test_a_cue_and_its_teaser_on_one_line_are_two_blocks() -> None:
    page = kinds("A headline of six plain words", BODY, "Read more: Ten reefs to visit", MORE)
    assert page[2:4] == [("chrome", "Read more:"), ("teaser", "Ten reefs to visit")]


def test_a_lone_question_between_paragraphs_is_a_poll() -> None:
    assert kind_of("Is it over?", "A headline of six words", BODY, "Is it over?", MORE) == "poll"


def test_a_question_somebody_asks_is_no_poll() -> None:
    quoted = "“Is it over?” he asked?"
    assert kind_of(quoted, "A headline of six words", BODY, quoted, MORE) != "poll"


def test_poll_answers_belong_to_the_poll() -> None:
    page = kinds("A headline of six words", BODY, "Is it over?\nYes: 90% (9 votes)\nNo: 10%", MORE)
    assert [kind for kind, _ in page[2:5]] == ["poll", "poll", "poll"]


def test_an_appeal_runs_from_its_heading_to_the_postscript() -> None:
    page = kinds(
        "A headline of six words",
        BODY,
        "A Note from Our Editors:",
        "Presses cost money, and ours are old.",
        "Will you become a member today?",
        "P.S. Every crown counts!",
        MORE,
    )
    assert [kind for kind, _ in page[2:]] == [*["solicitation"] * 4, "paragraph"]


def test_an_appeal_without_postscript_ends_where_it_stops_asking() -> None:
    page = kinds(
        "A headline of six words",
        BODY,
        "Support our work",
        "Please join us today.",
        MORE,
        LAST,
        BODY,
    )
    assert [kind for kind, _ in page[2:]] == ["solicitation"] * 2 + ["paragraph"] * 3


def test_a_plea_that_is_reported_is_a_paragraph() -> None:
    plea = "“Subscribe now, you fools,” he told the crowd on the quay, and nobody laughed."
    assert kind_of(plea, "A headline of six words", BODY, plea, MORE) == "paragraph"


def test_a_country_is_not_us() -> None:
    line = "The US membership of the alliance was confirmed in a vote of the upper house."
    page = kinds("A headline of six words", BODY, "What happens next", line, MORE)
    assert [kind for kind, _ in page[2:]] == ["subheading", "paragraph", "paragraph"]


def test_deck_byline_and_date_stand_between_headline_and_body() -> None:
    page = kinds(
        "Harbour Post\nNews",
        "Council agrees on nothing at all",
        "Six hours of talks end without a vote",
        "By Ann Lee",
        "5 October 2026",
        BODY,
        MORE,
    )
    assert [kind for kind, _ in page] == [
        *("chrome", "chrome", "headline", "deck", "byline", "dateline", "paragraph", "paragraph"),
    ]


def test_a_wires_dateline_alone_is_a_dateline() -> None:
    line = "PORT ANSEL (Calder Wire) —"
    assert kind_of(line, "A headline of six words", line, BODY) == "dateline"


def test_a_page_that_begins_with_a_paragraph_has_no_headline() -> None:
    assert "headline" not in dict(kinds(BODY, MORE, LAST))
    assert "headline" not in dict(kinds("Share\nNews", BODY, MORE))


def test_the_headline_repeated_is_chrome() -> None:
    page = kinds("Council agrees on nothing", BODY, MORE, "Council agrees on nothing")
    assert [kind for kind, _ in page] == ["headline", "paragraph", "paragraph", "chrome"]


def test_tags_corrections_bios_and_comments_stand_at_the_foot() -> None:
    page = kinds(
        "A headline of six words",
        "By Ann Lee",
        BODY,
        "Correction: An earlier version of this article named the wrong pier.",
        "Tags:\nharbour, strike",
        "Ann Lee covers the harbour.",
        "Comments (12)\nFirst!",
    )
    assert [kind for kind, _ in page[3:]] == [
        *("correction", "tags", "tags", "bio", "comments", "comments")
    ]


def test_whom_the_last_paragraph_is_about_is_not_its_author() -> None:
    last = "Bram Holt is a former soldier from Grimmel and has never held an office."
    assert kind_of(last, "A headline of six words", "By Ann Lee", BODY, MORE, last) == "paragraph"


def test_a_line_in_quotation_marks_is_a_quote_and_one_with_a_speaker_a_paragraph() -> None:
    pulled, spoken = "“We have waited for six years.”", "“We have waited,” said Ann Lee."
    assert kind_of(pulled, "A headline of six words", BODY, pulled, MORE) == "quote"
    assert kind_of(spoken, "A headline of six words", BODY, spoken, MORE) == "paragraph"


def test_captions_and_subheadings_are_told_from_paragraphs() -> None:
    caption = "Pickets on the quay. Photo: Ann Lee"
    page = ("A headline of six words", BODY, caption, MORE, "What happens next", LAST)
    assert kind_of(caption, *page) == "caption"
    assert kind_of("What happens next", *page) == "subheading"


def test_hard_wrapped_paragraphs_are_one_block_each() -> None:
    wrapped = "\n".join(
        ["The harbour council met for six hours on a Tuesday in the"] * 4 + ["rain and left."]
    )
    page = kinds("A headline of six words", wrapped, wrapped)
    assert [kind for kind, _ in page] == ["headline", "paragraph", "paragraph"]
    assert page[1][1] == wrapped


@given(raw_text)
def test_any_text_becomes_an_article_of_its_canonical_text(text: str) -> None:
    clean, _ = canonical(text)
    if not clean.strip():
        return
    article = article_of(Page("a.txt", "0" * 64, "text", text, Source(path="."), "a"))
    # that the blocks cover it, the article itself demands
    assert article.text == clean or article.provenance.reader == "html"


def test_a_poll_may_say_where_to_vote() -> None:
    line = "Should it be free before 7 a.m.? Vote at post.example/poll"
    assert kind_of(line, "A headline of six words", BODY, line, MORE) == "poll"


def test_a_menu_above_the_page_is_no_headline() -> None:
    menu = "Calder Wire | World | Politics | Sport"
    page = kinds(menu, "Council agrees on nothing", "By Ann Lee", BODY)
    assert [kind for kind, _ in page] == ["chrome", "headline", "byline", "paragraph"]
