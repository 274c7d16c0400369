"""Thresholds: counted fast, as the measures count, and the best of the grid by every objective."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.measures import Tally, contained, contained_labelled, overlapping
from corpus.records import Annotation, Answer, Article, Span
from corpus.settings import Objective
from tests.speech import article, articles, mark, scheme
from training.decode import Reading, decode
from training.encoding import words
from training.examples import Example
from training.lanes import f1, lanes, si
from training.thresholds import GRID, tuned

SCHEME = scheme()
NAMES = SCHEME.label_names


def drawn(page: Article, seed: int) -> tuple[Reading, Example]:
    """Probabilities at random, and an annotator who marked other words at random."""
    numbers = np.random.default_rng(seed)
    found = words(page)
    inside, begins, other = numbers.beta(0.6, 1.2, (3, len(found), len(NAMES))).astype(np.float32)
    reading = Reading(page, tuple(found), inside, begins)
    marked = decode(Reading(page, tuple(found), other, begins), SCHEME, dict.fromkeys(NAMES, 0.4))
    return reading, Example(page, (replace(mark("ana", of=page), spans=marked),))


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[Reading], list[Example]]:
    made = [
        drawn(page, draw(st.integers(0, 99))) for page in draw(st.lists(articles(), max_size=4))
    ]
    return [reading for reading, _ in made], [example for _, example in made]


@given(corpora(), st.sampled_from(GRID))
def test_a_lane_counts_what_the_measures_count(
    corpus: tuple[list[Reading], list[Example]], threshold: float
) -> None:
    readings, examples = corpus
    pairs = [
        (example.reference(SCHEME), decode(reading, SCHEME, dict.fromkeys(NAMES, threshold)))
        for reading, example in zip(readings, examples, strict=True)
    ]

    def slowly(measure: Callable[..., Tally]) -> list[float]:
        tally = sum((measure(*pair) for pair in pairs), Tally())
        return [tally.precise, tally.predicted, tally.recalled, tally.reference]

    made = lanes(readings, examples, SCHEME)
    assert sum(lane.contained(threshold) for lane in made) == pytest.approx(
        slowly(contained_labelled)
    )
    assert sum(lane.overlap(threshold) for lane in made) == pytest.approx(slowly(overlapping))
    found = [lane.spans(threshold) for lane in made]
    reference = np.concatenate([lane.reference for lane in made])
    assert si(reference, found) == pytest.approx(slowly(contained))
    counted = sum(lane.characters(threshold) for lane in made)
    theirs, ours = ([_covered(pair[side], n) for pair in pairs for n in NAMES] for side in (0, 1))
    assert [counted[1], counted[3]] == [sum(map(len, ours)), sum(map(len, theirs))]
    both = sum(len(a & b) for a, b in zip(theirs, ours, strict=True))
    assert counted[0] == counted[2] == both


def _covered(spans: tuple[Span, ...], label: str) -> set[int]:
    return {at for span in spans if span.label == label for at in range(span.start, span.end)}


def corpus_of(count: int) -> tuple[list[Reading], list[Example]]:
    text = "Maar slams dockers\n\nThe vile 😀 and silly plan.\n\nIt is rotten, or so it seems."
    made = [drawn(article(text, f"a{number}"), number) for number in range(count)]
    return [reading for reading, _ in made], [example for _, example in made]


@pytest.mark.parametrize("objective", ["characters", "overlap", "SI", "FLC"])
def test_no_single_threshold_for_all_labels_does_much_better(objective: Objective) -> None:
    readings, examples = corpus_of(30)
    made = lanes(readings, examples, SCHEME)

    def value(thresholds: dict[str, float]) -> float:
        if objective == "SI":
            found = [lane.spans(thresholds[n]) for lane, n in zip(made, NAMES, strict=True)]
            return f1(si(np.concatenate([lane.reference for lane in made]), found))
        way = "contained" if objective == "FLC" else objective
        counts = [getattr(lane, way)(thresholds[n]) for lane, n in zip(made, NAMES, strict=True)]
        return f1(np.sum(counts, axis=0))

    ours = value(tuned(readings, examples, SCHEME, objective))
    assert ours > value(dict.fromkeys(NAMES, 0.02))
    # Smoothed over neighbours, so that the very peak is not always taken
    assert ours > max(value(dict.fromkeys(NAMES, each)) for each in GRID) - 0.03


@pytest.mark.parametrize("objective", ["characters", "overlap", "SI", "FLC"])
def test_the_order_of_the_articles_does_not_matter(objective: Objective) -> None:
    readings, examples = corpus_of(12)
    there = tuned(readings, examples, SCHEME, objective)
    assert tuned(readings[::-1], examples[::-1], SCHEME, objective) == there


@pytest.mark.parametrize("objective", ["characters", "overlap", "SI", "FLC"])
def test_a_label_that_nobody_was_asked_counts_for_nothing(objective: Objective) -> None:
    readings, examples = corpus_of(12)
    page = article("Head\n\nVile and rotten.")
    other, _ = drawn(page, 3)
    sure = np.ones_like(other.inside) * [name == "judged" for name in NAMES]
    loud = Reading(page, other.words, np.float32(sure), other.begins)
    unasked = Example(page, (mark("ana", of=page, answers=(Answer("genre", ("opinion",)),)),))
    more = tuned([*readings, *[loud] * 20], [*examples, *[unasked] * 20], SCHEME, objective)
    assert more["judged"] == tuned(readings, examples, SCHEME, objective)["judged"]


@pytest.mark.parametrize("objective", ["characters", "overlap", "SI", "FLC"])
def test_without_any_article_or_reference_labels_stand_from_one_half(objective: Objective) -> None:
    assert set(tuned([], [], SCHEME, objective).values()) == {0.5}
    readings, examples = corpus_of(2)
    bare: list[Annotation] = [mark("ana", of=example.article) for example in examples]
    silent = [Example(e.article, (a,)) for e, a in zip(examples, bare, strict=True)]
    assert set(tuned(readings, silent, SCHEME, objective).values()) == {0.5}
