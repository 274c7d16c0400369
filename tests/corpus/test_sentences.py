"""Sentences as offsets: however long the text is, none is lost and none is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpus.sentences import PIECE, sentences

WORDS = st.text("abcdefgh", min_size=1, max_size=12)
SENTENCE = st.lists(WORDS, min_size=1, max_size=60).map(lambda words: f"A{' '.join(words)} end.")


@given(st.lists(SENTENCE, min_size=1, max_size=20), st.sampled_from([" ", "  ", "\n"]))
def test_sentences_of_a_long_text_are_those_it_is_made_of(parts: list[str], gap: str) -> None:
    many = parts * (2 * PIECE // sum(map(len, parts)) + 1)
    text = gap.join(many)
    assert [text[start:end] for start, end in sentences(text)] == many


@given(st.text(st.sampled_from('aB .!?"“”’()\n'), max_size=300), st.integers(1, 120))
def test_all_that_is_no_white_space_stands_in_one_sentence(text: str, times: int) -> None:
    long = text * times
    found = sentences(long)
    inside = [at for start, end in found for at in range(start, end)]
    assert inside == sorted(set(inside))
    assert {at for at, one in enumerate(long) if not one.isspace()} <= set(inside)


def test_one_endless_sentence_is_cut() -> None:
    (first, second) = sentences("word " * (PIECE // 4))
    assert first == (0, PIECE - 1)
    assert second[0] == PIECE
