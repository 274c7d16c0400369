"""The order of the rows: by seed and epoch alone, every row once, filled up to whole steps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from corpus.job import Job
from training.batches import NOTHING, Order, Rows, filled
from training.encoders import Encoder
from training.examples import read_examples
from training.heads import heads_of
from training.rows import Collator, Row, Taught, rows


@given(some.lists(some.integers(1, 50), min_size=1), some.integers(1, 9), some.booleans())
def test_each_row_comes_once_and_steps_are_whole(
    lengths: list[int], step: int, grouped: bool
) -> None:
    order = Order(lengths if grouped else None, len(lengths), step, 0)
    found = list(order)
    assert len(found) == len(order)
    assert len(found) % step == 0
    assert sorted(n for n in found if n != NOTHING) == list(range(len(lengths)))
    assert found.count(NOTHING) < step


def test_an_epoch_is_drawn_again_whatever_was_drawn_before() -> None:
    once, again = Order(None, 30, 4, 7), Order(None, 30, 4, 7)
    first = list(once)
    once.epoch = again.epoch = 1
    assert list(once) == list(again) != first


def test_rows_of_like_length_share_a_step_and_the_longest_come_first() -> None:
    lengths = [n % 10 + 1 for n in range(400)]
    found = [lengths[n] for n in Order(lengths, 400, 4, 0)]
    spread = [max(found[at : at + 4]) - min(found[at : at + 4]) for at in range(0, 400, 4)]
    assert found[0] == 10
    assert np.mean(spread) < 1


@pytest.fixture
def made(annotated: Job, encoder: Encoder) -> list[Row]:
    taught = [Taught(annotated.scheme, list(read_examples(annotated).items.values()))]
    heads = heads_of(annotated.scheme, taught[0].examples)
    return rows(taught, heads, encoder.tokenizer, annotated.settings.training)


def test_a_row_that_fills_up_weighs_nothing_and_fits_a_batch(
    made: list[Row], encoder: Encoder
) -> None:
    nothing = Rows(made)[NOTHING]
    assert nothing["mask"].sum() == 0
    assert len(nothing["units"]) == 0
    batch = Collator(encoder.tokenizer)([made[0], nothing])
    assert len(batch["input_ids"]) == 2


def test_filled_up_rows_cost_on_average_what_the_rows_cost(made: list[Row]) -> None:
    some_rows = made[:5]
    full = filled(some_rows, 4)
    assert len(full) == 8
    mean = np.mean([row["mask"].sum() for row in some_rows])
    assert np.mean([row["mask"].sum() for row in full]) == pytest.approx(mean)
    assert filled(some_rows, 5)[0]["mask"].sum() == some_rows[0]["mask"].sum()
