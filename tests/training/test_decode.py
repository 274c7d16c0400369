"""From probabilities to spans."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpus.records import Annotation, Article
from tests.speech import article, articles, scheme
from training.decode import Reading, decode
from training.encoding import words

SCHEME = scheme()
HALF = dict.fromkeys(SCHEME.label_names, 0.5)
PAGE = article("Maar slams dockers\n\nThe vile 😀 and silly plan.\n\nIt is rotten.")


def reading(page: Article, said: dict[str, dict[str, float]], begins: str = "") -> Reading:
    """What a model makes of `page`: {label: {word: probability}}, and the word a span begins on."""
    found = words(page)
    inside = np.zeros((len(found), len(SCHEME.labels)), np.float32)
    begin = np.zeros_like(inside)
    for row, word in enumerate(found):
        text = page.text[word.start : word.end]
        for column, name in enumerate(SCHEME.label_names):
            inside[row, column] = said.get(name, {}).get(text, 0)
        begin[row] = text == begins
    return Reading(page, tuple(found), inside, begin)


def spans(given_: Reading, thresholds: dict[str, float] = HALF) -> list[tuple[str, str]]:
    page = given_.article
    return [(page.text[s.start : s.end], s.label) for s in decode(given_, SCHEME, thresholds)]


def test_a_run_of_likely_words_is_a_span_with_their_mean_as_score() -> None:
    likely = reading(PAGE, {"judged": {"vile": 0.9, "😀": 0.8, "and": 0.7, "plan": 0.6}})
    assert spans(likely) == [("vile 😀 and", "judged"), ("plan", "judged")]
    assert decode(likely, SCHEME, HALF)[0].score == 0.8


def test_each_label_has_its_own_threshold() -> None:
    likely = reading(PAGE, {"judged": {"vile": 0.3}})
    assert spans(likely) == []
    assert spans(likely, {**HALF, "judged": 0.2}) == [("vile", "judged")]


def test_no_span_crosses_a_block() -> None:
    likely = reading(PAGE, {"judged": {"plan": 0.9, ".": 0.9, "It": 0.9}})
    assert spans(likely) == [("plan.", "judged"), ("It", "judged"), (".", "judged")]


def test_begins_tells_touching_spans_apart() -> None:
    everywhere = {"judged": {"vile": 0.9, "😀": 0.9, "and": 0.9}}
    assert spans(reading(PAGE, everywhere, "and")) == [("vile 😀", "judged"), ("and", "judged")]


def test_begins_alone_makes_no_span() -> None:
    assert spans(reading(PAGE, {}, "vile")) == []


def test_a_label_stands_only_in_the_blocks_it_may() -> None:
    assert spans(reading(PAGE, {"judged": {"slams": 1.0}})) == []


def test_a_label_that_snaps_takes_the_block_whole_or_not_at_all() -> None:
    headline = {"loud head": {"Maar": 0.2, "slams": 1.0, "dockers": 0.4}}
    assert spans(reading(PAGE, headline)) == [("Maar slams dockers", "loud head")]
    assert spans(reading(PAGE, headline), {**HALF, "loud head": 0.6}) == []


def test_spans_of_different_labels_overlap() -> None:
    both = {
        "judged": {"vile": 0.9},
        "loud head": dict.fromkeys(["The", "vile", "😀", "and", "silly", "plan", "."], 0.9),
    }
    assert spans(reading(PAGE, both)) == [
        ("The vile 😀 and silly plan.", "loud head"),
        ("vile", "judged"),
    ]


@given(articles(), st.integers(0, 99))
def test_whatever_the_model_says_the_spans_make_an_annotation(page: Article, seed: int) -> None:
    found = words(page)
    draw = np.random.default_rng(seed)
    inside, begins = draw.random((2, len(found), 2), np.float32)
    made = decode(Reading(page, tuple(found), inside, begins), SCHEME, HALF)
    Annotation("i", page.id, page.sha256, "m", "model", SCHEME.hash, spans=made)
    for span in made:
        text = page.text[span.start : span.end]
        assert text == text.strip()
        assert sum(b.start < span.end and span.start < b.end for b in page.blocks) == 1
    assert list(made) == sorted(
        random.Random(seed).sample(made, len(made)), key=lambda s: (s.start, s.end, s.label)
    )
