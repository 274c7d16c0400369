"""A strategy that pays is told from one that does not, at equal reading time."""

from __future__ import annotations

import numpy as np
import pytest

from corpus.errors import PressmarkError
from training.selecting.linear import Item
from training.selecting.simulation import Compared, simulate


def shelf(count: int, *, rare: float = 0.5, d: int = 6, noise: float = 0.3) -> list[Item]:
    """Items of one unit with two classes that a line parts; `rare` is the second one's share."""
    lot = np.random.default_rng(3)
    found = []
    for n in range(count):
        second = lot.random() < rare
        features = lot.normal(size=(1, d)).astype(np.float32) * noise
        features[0, 0] += 1.0 if second else -1.0
        targets = np.array([[not second, second]], np.float32)
        found.append(Item(f"i{n}", f"g{n}", 1.0 + n % 3, features, targets))
    return found


def test_strategies_are_compared_with_random_on_the_same_beginnings() -> None:
    found = simulate(shelf(80), exclusive=True, seeds=2, steps=4)
    by = {each.strategy: each for each in found.compared}
    assert list(by) == ["random", "uncertainty", "diversity", "disagreement"]
    assert by["random"].difference == 0
    assert by["random"].verdict == "drawn at random"
    assert all(0.8 < each.f1 <= 1 for each in found.compared)
    again = simulate(shelf(80), exclusive=True, seeds=2, steps=4)
    assert again == found


def test_rare_classes_that_lie_far_off_are_found_sooner_by_diversity() -> None:
    """Most items are alike: a random draw seldom meets the other classes, diversity goes there."""
    lot = np.random.default_rng(1)
    items = []
    for n in range(160):
        kind = n % 8 if n % 5 == 0 else 0
        features = lot.normal(size=(1, 8)).astype(np.float32) * 0.05
        features[0, kind] += 1
        targets = np.eye(8, dtype=np.float32)[kind][None]
        items.append(Item(f"i{n}", f"g{n}", 1.0, features, targets))
    found = simulate(items, exclusive=True, seeds=3, steps=4, strategies=("diversity",))
    best = found.compared[1]
    assert best.low > 0
    assert best.verdict == "better than random"


def test_where_labels_are_noise_no_strategy_is_shown_to_be_better() -> None:
    lot = np.random.default_rng(0)
    noise = [
        Item(
            f"i{n}",
            f"g{n}",
            1.0,
            lot.normal(size=(1, 4)).astype(np.float32),
            np.eye(2, dtype=np.float32)[lot.integers(2)][None],
        )
        for n in range(100)
    ]
    found = simulate(noise, exclusive=True, seeds=3, steps=4)
    assert not any(each.verdict == "better than random" for each in found.compared)


def test_what_is_learnt_soon_is_not_worth_another_batch() -> None:
    found = simulate(shelf(300, noise=0.05), exclusive=True, seeds=2, steps=6, worth=0.01)
    assert found.stopping.gain == pytest.approx(0, abs=0.01)
    assert "not likely to pay" in found.stopping.told


def test_too_few_stories_are_told() -> None:
    with pytest.raises(PressmarkError, match="6 batches need 12 annotated stories"):
        simulate(shelf(9), exclusive=True)


def test_the_more_strategies_are_tried_the_more_it_takes_to_show_that_one_pays() -> None:
    def of(*strategies: str) -> Compared:
        hard = shelf(80, noise=1.5)
        found = simulate(hard, exclusive=True, seeds=3, steps=4, strategies=strategies)
        return found.compared[1]

    alone, among = of("diversity"), of("diversity", "uncertainty", "disagreement")
    assert alone.difference == among.difference
    assert among.low < alone.low
    assert among.high > alone.high
