"""Names in a text, offered as targets."""

from pathlib import Path

from hypothesis import given

from annotation.names import MOST, candidates, names
from corpus.init import init_demo
from corpus.job import open_job
from corpus.reading.ingest import ingest
from corpus.records import Article, Block
from corpus.resources import SAMPLE
from corpus.sample import sample_annotations
from corpus.store import read_articles
from tests import speech
from tests.speech import article


def test_names_are_runs_of_capitalised_words_the_most_frequent_first() -> None:
    text = "Renn met Oda Quill of the Port of Ansel. Later Renn left. “Renn’s plan”, later told."
    assert names(text) == ("Renn", "Oda Quill", "Port of Ansel")


def test_a_word_that_the_text_writes_small_too_is_no_name() -> None:
    assert names("The vote was lost. In the end, Maar won the vote in the hall.") == ("Maar",)


def test_the_outlet_comes_last_since_it_may_praise_itself() -> None:
    page = article("Maar speaks\n\nMaar spoke.", publisher="The Lantern")
    assert candidates(page) == ("Maar", "The Lantern")


def page(*blocks: tuple[str, str], publisher: str = "") -> tuple[str, ...]:
    """The candidates of a page of blocks, each a kind and its words."""
    text, placed = "", []
    for kind, words in blocks:
        text += "\n\n" if text else ""
        placed.append(Block(len(text), len(text) + len(words), kind))
        text += words
    return candidates(Article("a", text, tuple(placed), publisher=publisher))


def test_a_surname_counts_for_the_one_person_who_bears_it() -> None:
    text = "The port said Mara Renn left. Later Renn sang, and Renn slept; so did Oda Quill."
    assert names(text) == ("Mara Renn", "Oda Quill")
    text = "It was Mara Renn who met Tobias Renn, and Renn left."
    assert names(text) == ("Mara Renn", "Tobias Renn", "Renn")


def test_what_somebody_is_does_not_make_them_somebody_else() -> None:
    text = "It was Finance Minister Oda Quill, or Quill; in the hall Mayor Maar and Ilse Maar sat."
    assert names(text) == ("Oda Quill", "Ilse Maar")
    assert names("They asked the Prime Minister.") == ("Prime Minister",)


def test_a_word_that_only_opens_a_sentence_is_no_name() -> None:
    assert names("Dockers left. They met Maar. “Fewer ships,” she said. Growers wept.") == ("Maar",)
    assert names("Renn left. The port closed. Renn wept.") == ("Renn",)


def test_what_opens_a_sentence_is_no_part_of_the_name_behind_it() -> None:
    assert names("Even Émile Trésor left. According to Oda Quill, so did Maar.") == (
        "Émile Trésor", "Oda Quill", "Maar",
    )  # fmt: skip


def test_days_and_months_are_nobody() -> None:
    assert names("On Monday and in March the port met Maar.") == ("Maar",)


def test_a_body_keeps_its_whole_name() -> None:
    text = (
        "It is for the Ministry of Health, a ministry of health matters, the Dockers’ Union and"
        " Harbour & Exchange to say. Dockers’ work is hard."
    )
    assert names(text) == ("Ministry of Health", "Dockers’ Union", "Harbour & Exchange")


def test_a_heading_in_title_case_gives_no_names_of_its_own_but_counts_those_there_are() -> None:
    found = page(
        ("headline", "Quill Laughs While Calder Leaves Gate Open"),
        ("teaser", "Trending: Quill Guesses Which Minister Will Never Pay"),
        ("paragraph", "The port met Maar. It then met Oda Quill and Quill, and asked Calder."),
    )
    assert found == ("Oda Quill", "Calder", "Maar")


def test_a_heading_in_sentence_case_is_read_as_text() -> None:
    assert page(("headline", "Port slams Oda Quill over the dull budget")) == ("Oda Quill",)


def test_menus_topics_and_bylines_give_no_names() -> None:
    found = page(
        ("chrome", "News Faith Family Borders Shop"),
        ("byline", "By Dale Hartigan"),
        ("tags", "Tags: Bram Halloran"),
        ("paragraph", "The port met Maar in the rain."),
    )
    assert found == ("Maar",)


def test_the_outlets_own_name_stands_once_and_last() -> None:
    found = page(
        ("paragraph", "The Calder Courier has learned that Calder pays; the Courier asked Maar."),
        publisher="Calder Courier",
    )
    assert found == ("Calder", "Maar", "Calder Courier")


def test_a_place_in_capitals_is_the_place() -> None:
    assert names("PORT ANSEL — The rain fell on Port Ansel and on Maar.")[0] == "Port Ansel"


def test_most_targets_of_the_sample_corpus_are_offered_on_short_lists(tmp_path: Path) -> None:
    init_demo(tmp_path / "demo")
    job = open_job(tmp_path / "demo")
    ingest(job)
    pages = {each.id: candidates(each) for each in read_articles(job)}
    offered = [
        value in pages[said.article]
        for said in sample_annotations(read_articles(job), SAMPLE / "passes", job.scheme)
        for span in said.spans
        for value in span.attributes.get("target", ())
    ]
    assert sum(offered) / len(offered) > 0.6
    assert sum(map(len, pages.values())) / len(pages) < 16


@given(speech.raw_text)
def test_any_text_has_some_names_or_none(text: str) -> None:
    found = names(text)
    assert len(found) == len(set(found)) <= MOST
    assert all(name == name.strip() != "" for name in found)
