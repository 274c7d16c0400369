"""The learning curve's law, its forecast, and when it says that it cannot tell."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from training.selecting.chart import chart
from training.selecting.curve import nested
from training.selecting.forecast import Run, forecast, points
from training.selecting.powerlaw import f1_of, power_law

SIZES = (10, 20, 40, 80, 160, 320)


def runs(f1: list[float], draws: int = 3, groups: int = 40, noise: float = 0.0) -> list[Run]:
    """Runs whose precision and recall are about `f1` on every story."""
    lot = np.random.default_rng(0)
    found = []
    for draw in range(draws):
        for size, value in zip(SIZES, f1, strict=False):
            hits = np.clip(value + noise * lot.normal(size=groups), 0, 1) * 10
            ten = np.full(groups, 10.0)
            counts = np.stack([hits, ten, hits, ten], axis=1)[:, None]
            found.append(Run(draw, size, counts))
    return found


def test_a_law_is_found_again_in_points_that_follow_it() -> None:
    law = power_law(SIZES, [0.8 - 1.5 * n**-0.5 for n in SIZES])
    assert (law.reach, law.loss, law.rate) == pytest.approx((0.8, 1.5, 0.5), abs=0.02)
    assert law.at(640) == pytest.approx(0.8 - 1.5 * 640**-0.5, abs=0.003)


def test_a_curve_that_does_not_rise_is_flat_and_none_reaches_over_one() -> None:
    assert power_law(SIZES, [0.6, 0.5, 0.55, 0.5, 0.5, 0.45]).loss == 0
    assert power_law(SIZES, [0.1, 0.3, 0.5, 0.7, 0.9, 0.99]).reach <= 1


def test_the_forecast_holds_what_the_law_brings_and_its_interval() -> None:
    made = forecast(runs([0.8 - 1.5 * n**-0.5 for n in SIZES], noise=0.1), 100)
    true = (0.8 - 1.5 * 420**-0.5) - (0.8 - 1.5 * 320**-0.5)
    assert made.gain is not None
    assert made.low is not None
    assert made.high is not None
    assert made.low < true < made.high
    assert made.low <= made.gain <= made.high


def test_it_says_when_it_is_too_short_or_too_noisy_to_tell() -> None:
    rising = [0.8 - 1.5 * n**-0.5 for n in SIZES]
    short = forecast(runs(rising[:3]), 100)
    assert short.gain is None
    assert "3 sizes" in short.why
    ahead = forecast(runs(rising[:5]), 200)
    assert ahead.gain is None
    assert "ends at 160 articles" in ahead.why
    noisy = forecast(runs([0.5] * 6, groups=5, noise=0.4), 100)
    assert noisy.gain is None
    assert "too noisy" in noisy.why


def test_it_says_where_there_is_nothing_to_score() -> None:
    empty = [replace(run, counts=0 * run.counts) for run in runs([0.5] * 6)]
    assert forecast(empty, 100).why == "nothing to score: no held-out article has any"
    partly = [*empty[:2], *runs([0.5] * 6, draws=1)[2:]]
    assert forecast(partly, 100).why == "too short to tell: nothing to score at 2 of 6 sizes"


def test_nothing_to_score_is_no_zero() -> None:
    assert f1_of(np.zeros((2, 4))) is None
    one = points([Run(0, 5, np.zeros((3, 1, 4))), Run(0, 9, np.zeros((3, 1, 4)))])
    assert [p.value for p in one] == [None, None]


def test_f1_is_the_mean_over_the_classes_that_the_gold_holds() -> None:
    assert f1_of(np.array([[2, 4, 2, 2], [1, 1, 1, 1], [0, 3, 0, 0]])) == pytest.approx(
        (2 / 3 + 1) / 2
    )


def test_subsets_are_nested_and_never_part_a_story() -> None:
    groups = {f"a{n}": f"g{n // 3}" for n in range(60)}
    parts = nested(groups, 6, seed=1)
    assert len(parts[-1]) == 60
    for small, large in pairwise(parts):
        assert large[: len(small)] == small
        assert len(small) < len(large)
    for part in parts:
        told = {groups[id_] for id_ in part}
        assert {i for i, g in groups.items() if g in told} == set(part)
    assert nested(groups, 6, seed=2) != parts


def test_the_chart_is_an_svg_of_every_curve_and_escapes_names() -> None:
    import xml.etree.ElementTree as ET

    drawn = chart("a & b", {"m<odel": points(runs([0.2, 0.4, 0.5]))})
    root = ET.fromstring(drawn)  # our own
    assert root.tag.endswith("svg")
    assert "m<odel" in "".join(root.itertext())


def test_the_names_of_curves_that_end_alike_do_not_cover_each_other() -> None:
    import re

    rising = points(runs([0.2, 0.4, 0.5]))
    drawn = chart("F1", {"one": rising, "two": rising, "three": rising})
    levels = sorted(float(y) for y in re.findall(r'y="([\d.]+)" fill="#', drawn))
    assert len(levels) == 3
    assert all(after - before >= 12 for before, after in pairwise(levels))
