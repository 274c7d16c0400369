"""Scores of articles: what a model does not know, and what is far from what is known."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.press import pages
from training.decode import Reading
from training.encoding import words
from training.selecting.strategies import disagreement, entropy, spread


def reading(chance: float) -> Reading:
    (page,) = pages(1)
    found = tuple(words(page))
    inside = np.full((len(found), 2), chance, np.float32)
    return Reading(page, found, inside, np.zeros_like(inside))


def test_entropy_is_one_bit_at_a_half_and_none_at_the_ends() -> None:
    assert entropy(np.array([0.5, 0.0, 1.0])) == pytest.approx([1, 0, 0], abs=1e-5)


def test_models_that_agree_on_being_unsure_do_not_disagree() -> None:
    assert disagreement([reading(0.5), reading(0.5)]) == pytest.approx(0, abs=1e-6)
    sure = disagreement([reading(0.01), reading(0.99)])
    words_ = len(reading(0.5).words)
    assert sure == pytest.approx(2 * words_ * (1 - entropy(np.array([0.01]))[0]), rel=1e-3)


def test_the_farthest_from_what_is_known_comes_first_and_none_twice() -> None:
    means = np.array([[1, 0], [0.9, 0.1], [0, 1], [-1, 0.1]], np.float32)
    taken = spread(means, np.array([[1, 0]], np.float32), 4)
    assert [at for at, _ in taken][:2] == [3, 2]
    assert sorted(at for at, _ in taken) == [0, 1, 2, 3]


def test_where_nothing_is_known_the_middle_comes_first() -> None:
    means = np.array([[1, 0], [0.7, 0.7], [0, 1]], np.float32)
    taken = spread(means, np.zeros((0, 2), np.float32), 3)
    assert taken[0][0] == 1
    assert sorted(at for at, _ in taken) == [0, 1, 2]
