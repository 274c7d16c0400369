"""Names in a text, offered as targets."""

from hypothesis import given

from annotation.names import MOST, candidates, names
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


@given(speech.raw_text)
def test_any_text_has_some_names_or_none(text: str) -> None:
    found = names(text)
    assert len(found) == len(set(found)) <= MOST
    assert all(name == name.strip() != "" for name in found)
