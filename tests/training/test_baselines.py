"""Baselines and thresholds: fair, and by the same rules as the model."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from corpus.records import Answer
from tests.speech import article, mark, scheme
from tests.training.press import opinion, pages
from training.baselines import everything, lexicon, shuffled
from training.decode import decode
from training.encoding import words
from training.examples import Example
from training.thresholds import tuned

SCHEME = scheme()
PAGES = pages(30)
EXAMPLES = [Example(page, (opinion(page, "ana", SCHEME),)) for page in PAGES]


def test_marking_everything_marks_every_block_where_the_label_may_stand() -> None:
    page = article("Head\n\nOne.\n\nTwo.")
    found = [(page.text[s.start : s.end], s.label) for s in everything(page, SCHEME)]
    assert [text for text, label in found if label == "judged"] == ["One.", "Two."]
    assert [text for text, label in found if label == "loud head"] == ["Head", "One.", "Two."]


@given(number=st.integers(0, 29), seed=st.integers(0, 99))
def test_shuffled_spans_keep_number_and_length_and_stand_where_they_may(
    number: int, seed: int
) -> None:
    page, reference = PAGES[number], EXAMPLES[number].reference(SCHEME)
    moved = shuffled(reference, page, SCHEME, seed)
    assert moved == shuffled(reference[::-1], page, SCHEME, seed)

    def lengths(spans: object, label: str) -> list[int]:
        chosen = [s for s in spans if s.label == label]  # type: ignore[attr-defined]
        return sorted(sum(s.start <= w.start < s.end for w in words(page)) for s in chosen)

    assert lengths(moved, "judged") == lengths(reference, "judged")
    assert len(lengths(moved, "loud head")) == len(lengths(reference, "loud head"))
    blocks = {(block.start, block.end): block.kind for block in page.blocks}
    for span in moved:
        [home] = page.blocks_at(span.start, span.end)
        assert span.end <= home.end
        if span.label == "judged":
            assert home.kind == "paragraph"
        else:
            assert (span.start, span.end) in blocks


def test_spans_that_take_a_block_are_shuffled_to_different_blocks() -> None:
    page = article("Head\n\nOne.\n\nTwo.")
    reference = everything(page, SCHEME)
    moved = shuffled(reference, page, SCHEME)
    heads = [(s.start, s.end) for s in moved if s.label == "loud head"]
    assert sorted(heads) == [(block.start, block.end) for block in page.blocks]


def test_a_lexicon_knows_the_words_that_were_marked() -> None:
    learned = lexicon(EXAMPLES, SCHEME)
    judged = {word: float(rates[0]) for word, rates in learned.weights.items()}
    assert min(judged["vile"], judged["rotten"]) > 0.5 > judged["mayor"]


def test_a_lexicon_reads_unknown_words_at_the_overall_rate() -> None:
    learned = lexicon(EXAMPLES, SCHEME)
    reading = learned.read(article("Head\n\nZyx."))
    assert (reading.inside[0] == learned.default).all()


def test_a_tuned_lexicon_finds_the_marked_words_by_the_models_own_rules() -> None:
    taught, held_out, test = EXAMPLES[:15], EXAMPLES[15:25], EXAMPLES[25:]
    learned = lexicon(taught, SCHEME)
    thresholds = tuned([learned.read(e.article) for e in held_out], held_out, SCHEME)
    for example in test:
        found = decode(learned.read(example.article), SCHEME, thresholds)
        judged = {(s.start, s.end) for s in found if s.label == "judged"}
        wanted = {(s.start, s.end) for s in example.reference(SCHEME) if s.label == "judged"}
        assert judged == wanted


def test_articles_where_nobody_was_asked_teach_a_lexicon_nothing() -> None:
    page = article("Head\n\nA vile plan.")
    unasked = mark("ana", of=page, answers=(Answer("genre", ("opinion",)),))
    learned = lexicon([*EXAMPLES, *([Example(page, (unasked,))] * 50)], SCHEME)
    assert learned.weights["vile"][0] == lexicon(EXAMPLES, SCHEME).weights["vile"][0]


def test_a_label_without_a_reference_takes_the_common_threshold() -> None:
    quiet = [e for e in EXAMPLES if all(s.label == "judged" for s in e.reference(SCHEME))]
    learned = lexicon(EXAMPLES, SCHEME)
    thresholds = tuned([learned.read(e.article) for e in quiet], quiet, SCHEME)
    assert thresholds["loud head"] >= thresholds["judged"]
    assert thresholds["loud head"] != 0.5


def test_with_nothing_to_tune_on_a_label_stands_from_one_half() -> None:
    page = article("Head\n\nA plan.")
    silent = [Example(page, (mark("ana", of=page),))]
    learned = lexicon(EXAMPLES, SCHEME)
    assert set(tuned([learned.read(page)], silent, SCHEME).values()) == {0.5}


def test_of_equally_good_thresholds_the_middle_one_is_taken() -> None:
    learned = lexicon(EXAMPLES, SCHEME)
    readings = [learned.read(e.article) for e in EXAMPLES]
    threshold = tuned(readings, EXAMPLES, SCHEME)["judged"]
    rates = sorted(float(rates[0]) for rates in learned.weights.values())
    gap = max(pairwise(rates), key=lambda pair: pair[1] - pair[0])
    assert gap[0] < threshold < gap[1]
