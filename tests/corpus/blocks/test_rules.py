"""Rules over whole pages: the body's box, other stories' cards, pleas in boxes, menus of text."""

from __future__ import annotations

import pytest

from corpus.blocks.html import read_html
from corpus.blocks.lines import typed_lines

BODY = "The harbour council met for six hours on Tuesday and agreed on nothing at all."
MORE = "Its chair said that another meeting would be held before the end of the month."
LONG = (
    "The dockers of Port Ansel have been on strike since the first week of September, and the"
    " ferries to Maar and Renn have lain at their moorings ever since."
)
ARTICLE = f"<article><h1>Council agrees on nothing</h1><div><p>{BODY}</p><p>{LONG}</p></div>"
TITLE = "Maar under fire over toll on its last bridge"


def web(inside: str = "", behind: str = "", before: str = "") -> dict[str, str]:
    """Kind of each line of a page by its words."""
    read = read_html(f"<body>{before}{ARTICLE}{inside}</article>{behind}</body>")
    return {read.text[b.start : b.end]: b.kind for b in read.typed.blocks}


def plain(text: str) -> dict[str, str]:
    return {text[b.start : b.end]: b.kind for b in typed_lines(text).blocks}


@pytest.mark.parametrize(
    "card",
    [
        f"<ul class='list-menu'><li><h3><a>{TITLE}</a></h3></li></ul>",
        f"<aside><h6><a>{TITLE}</a></h6></aside>",
        f"<div class='promo'><a>{TITLE}</a></div>",
    ],
)
def test_a_long_linked_title_beside_the_article_is_a_teaser(card: str) -> None:
    assert web(behind=card)[TITLE] == "teaser"


@pytest.mark.parametrize(
    "entry",
    ["Transport", "Harbour and tides", "Terms of use and our privacy notice", "Ann Lee, Tom Roe"],
)
def test_a_section_a_legal_line_and_names_are_no_teasers(entry: str) -> None:
    assert web(behind=f"<ul><li><a>{entry}</a></li></ul>")[entry] == "chrome"


def test_the_headline_again_beside_the_article_is_chrome() -> None:
    read = read_html(f"{ARTICLE}</article><h3><a>Council agrees on nothing</a></h3>")
    assert [block.kind for block in read.typed.blocks][-1] == "chrome"


def test_date_name_and_summary_of_another_storys_card_are_not_the_articles() -> None:
    found = web(
        behind=f"<div><h3><a>{TITLE}</a></h3><p class='deck'>The toll rose to four crowns.</p>"
        "<span class='byline'>Ola Renn</span><p class='date'>March 3, 2026</p></div>"
    )
    assert found[TITLE] == found["The toll rose to four crowns."] == "teaser"
    assert found["Ola Renn"] == found["March 3, 2026"] == "chrome"


def test_a_small_box_that_asks_is_a_solicitation_from_heading_to_button() -> None:
    found = web(
        behind="<footer><ul><li><h4>Harbour Notes</h4><p>Sign up for our letter from the quay.</p>"
        "<a>Go</a></li><li><a>Careers</a></li></ul></footer>"
    )
    assert {found[x] for x in ("Harbour Notes", "Sign up for our letter from the quay.", "Go")} == {
        "solicitation"
    }
    assert found["Careers"] == "chrome"


def test_prose_in_a_box_beside_the_body_is_not_the_articles() -> None:
    blurb = "Tide tables of every port of the coast, bound in cloth and printed twice a year."
    assert web(behind=f"<div><h3>Almanac</h3><p>{blurb}</p></div>")[blurb] == "chrome"


def test_a_body_without_paragraph_tags_is_found() -> None:
    parts = "".join(f"<div>{LONG} {town}.</div>" for town in ("Maar", "Renn", "Quill"))
    page = f"<article><h1>Council agrees</h1>{parts}</article><p>{BODY}</p>"
    read = read_html(page)
    assert [b.kind for b in read.typed.blocks][1:4] == ["paragraph"] * 3


def test_key_points_at_the_head_are_decks() -> None:
    page = (
        "<article><h1>Council agrees</h1><div class='KeyPoints-list'>"
        f"<ul><li>The crossing carried 400 people a day.</li></ul></div><p>{BODY}</p></article>"
    )
    assert [b.kind for b in read_html(page).typed.blocks] == ["headline", "deck", "paragraph"]


def test_a_polls_heading_takes_its_question_and_answers() -> None:
    found = web(
        behind="<div><h2>Question of the day</h2><div><h3>Should the ferry to Maar stay?</h3>"
        "<label><div>Yes</div></label><label><div>No</div></label></div></div>"
    )
    asked = ("Question of the day", "Should the ferry to Maar stay?", "Yes", "No")
    assert {found[words] for words in asked} == {"poll"}


def test_topics_one_a_line_under_their_cue_are_tags() -> None:
    found = web(inside="<div><p>Topics:</p><a><div>Ferries</div></a><a><div>Tides</div></a></div>")
    assert found["Ferries"] == found["Tides"] == "tags"


MENU = "\n".join(f"Quay {name}" for name in "north south east west inner outer old new".split())
PAGE = (
    f"{MENU}\n\nCouncil agrees on nothing at all\n\nBy Ann Lee\n\n{BODY}\n\n{LONG}\n\n{MORE}\n\n"
    f"What happens next\n\n{LONG}\n\n{BODY}\n\n{{}}\n\n{MENU}\n\n{TITLE}\n"
    f"Ten reefs that every sailor should see\n{MENU}\n"
)


def test_runs_of_short_lines_of_text_are_menus() -> None:
    found = plain(PAGE.format(MORE))
    assert {found[f"Quay {name}"] for name in ("north", "new")} == {"chrome"}
    assert found["What happens next"] == "subheading"
    assert found["Council agrees on nothing at all"] == "headline"
    assert found["By Ann Lee"] == "byline"


def test_titles_behind_the_body_of_a_text_are_teasers() -> None:
    found = plain(PAGE.format(MORE))
    assert found[TITLE] == found["Ten reefs that every sailor should see"] == "teaser"
    assert found[BODY] == found[LONG] == "paragraph"


def test_a_bio_of_a_text_is_found_though_furniture_stands_behind_it() -> None:
    bio = "Ann Lee is a reporter in Port Ansel who covers ferries."
    assert plain(PAGE.format(bio))[bio] == "bio"


def test_a_plea_of_a_text_takes_its_field_and_button() -> None:
    plea = "Sign up for our letter from the quay.\nEmail\nSubscribe"
    found = plain(PAGE.format(plea))
    assert {found[line] for line in plea.split("\n")} == {"solicitation"}


def test_a_short_text_is_all_body() -> None:
    found = plain(f"Council agrees on nothing\n\n{BODY}\n\nOld quay\nNew quay\n\n{MORE}\n")
    assert found[BODY] == found[MORE] == "paragraph"


def test_odd_texts_and_pages_are_typed_without_an_error() -> None:
    for text in (
        "",
        "\n",
        "a",
        "1\n" * 50,
        "? " * 500,
        "Tags:\n" * 40,
        "Topics:",
        f"{BODY}\n\n" * 99,
    ):
        assert len(typed_lines(text).blocks) == len([x for x in text.split("\n") if x.strip()])
    for page in ("<p>", "<h2>Question of the day</h2>", "<a>x</a>" * 9, f"<p>{LONG}" * 30):
        assert read_html(page).typed.blocks is not None


def test_key_points_of_a_text_are_decks() -> None:
    points = "The crossing carried 400 people a day.\nIt cost four crowns until last spring."
    found = plain(f"Council agrees on nothing\n\nKey points\n\n{points}\n\n{LONG}\n\n{MORE}\n")
    assert {found[line] for line in ("Key points", *points.split("\n"))} == {"deck"}
    assert found[LONG] == "paragraph"


def test_what_stands_over_a_bare_credit_is_the_pictures_caption() -> None:
    said = "The ferry at its quay in the last week of the strike.\nOla Renn | Getty Images"
    found = plain(f"Council agrees on nothing\n\n{BODY}\n\n{said}\n\n{MORE}\n")
    assert {found[line] for line in said.split("\n")} == {"caption"}
    assert found[BODY] == found[MORE] == "paragraph"


def test_a_link_of_a_million_words_is_no_title() -> None:
    read = read_html(f"{ARTICLE}</article><a>{'word ' * 1_000_000}</a>")
    assert read.typed.blocks[-1].kind == "chrome"


def test_a_body_that_a_list_of_stories_parts_is_still_one() -> None:
    half = f"{LONG}\n\n{MORE}\n\n{LONG}"
    less = f"{LONG}\n\n{MORE}"
    titles = "\n".join(f"{TITLE} for the {n} time" for n in range(12))
    text = f"{MENU}\n\nCouncil agrees\n\n{half}\n\n{titles}\n\n{less}\n\n{MENU}\n{MENU}\n"
    kinds = [b.kind for b in typed_lines(text).blocks if text[b.start : b.end] in (LONG, MORE)]
    assert kinds == ["paragraph"] * 5
