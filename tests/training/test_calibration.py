"""Calibration: probabilities that come true, from raw scores that do not."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.records import Article, Span
from corpus.scoring.reliability import reliability
from tests.speech import article, mark, scheme
from training.calibration import (
    ENOUGH,
    Calibration,
    Curve,
    Outcome,
    calibrated,
    calibration_from,
)
from training.decode import Reading
from training.encoding import words
from training.examples import Example
from training.reliability import diagram
from training.standards import Unseen, judged, outcomes

ROOT = Path(__file__).parents[2]
SCORES = st.floats(0, 1)
OUTCOMES = st.lists(
    st.builds(Outcome, st.sampled_from("abc"), SCORES, SCORES, st.sampled_from("uvwxyz")),
    max_size=60,
)


def drawn(count: int, seed: int = 0, labels: str = "ab") -> list[Outcome]:
    """Spans whose chance is the square of their score for a, and half of it for b."""
    draw = np.random.default_rng(seed)
    found = []
    for number in range(count):
        label, score = labels[number % len(labels)], float(draw.uniform(0.2, 0.9))
        right = float(draw.random() < true_chance(label, score))
        found.append(Outcome(label, score, right, f"g{number % 97}"))
    return found


def true_chance(label: str, score: float) -> float:
    return score**2 if label == "a" else score / 2


@given(OUTCOMES, SCORES, SCORES, st.sampled_from("abcd"))
def test_a_higher_score_is_never_less_likely_and_all_are_probabilities(
    found: list[Outcome], one: float, other: float, label: str
) -> None:
    made = calibrated(found)
    low, high = sorted([one, other])
    assert 0 <= made.chance(label, low) <= made.chance(label, high) <= 1


@given(OUTCOMES, st.randoms())
def test_neither_order_nor_json_changes_a_calibration(found: list[Outcome], draw: object) -> None:
    made = calibrated(found)
    shuffled = list(found)
    draw.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' own Random
    assert calibrated(shuffled) == made
    assert calibration_from(json.loads(json.dumps(asdict(made)))) == made


def test_probabilities_come_true_on_other_spans_by_label() -> None:
    made = calibrated(drawn(4000))
    assert set(made.curves) == {"a", "b"}
    for label in "ab":
        for score in (0.3, 0.5, 0.7, 0.85):
            assert made.chance(label, score) == pytest.approx(true_chance(label, score), abs=0.05)
    tried = drawn(4000, seed=1)
    right = [each.right for each in tried]
    raw = reliability([each.score for each in tried], right)
    said = reliability([made.chance(each.label, each.score) for each in tried], right)
    assert raw.error.value is not None
    assert said.error.value is not None
    assert said.error.value < 0.03
    assert raw.error.value > 0.2


def test_scores_that_are_probabilities_already_stay_as_they_are() -> None:
    draw = np.random.default_rng(5)
    scores = draw.uniform(0.05, 0.95, 5000)
    made = calibrated([Outcome("a", float(s), float(draw.random() < s)) for s in scores])
    for score in (0.1, 0.5, 0.9):
        assert made.chance("a", score) == pytest.approx(score, abs=0.03)


def test_shares_of_annotators_are_learned_like_outcomes() -> None:
    made = calibrated([Outcome("a", 0.8, 0.25), Outcome("a", 0.4, 0.1)] * 400)
    assert made.chance("a", 0.8) == pytest.approx(0.25, abs=0.01)
    assert made.chance("a", 0.4) == pytest.approx(0.1, abs=0.01)


def test_a_label_with_too_few_spans_shares_the_pooled_curve() -> None:
    many = drawn(2 * ENOUGH, labels="a")
    few = [Outcome("b", each.score, each.right) for each in drawn(ENOUGH - 1, 1, "a")]
    one_sided = [Outcome("c", 0.5, 1.0)] * (2 * ENOUGH)
    made = calibrated([*many, *few, *one_sided])
    assert set(made.curves) == {"a"}
    assert made.chance("b", 0.5) == made.chance("c", 0.5) == made.chance("never seen", 0.5)


def test_of_nothing_scores_stay_and_of_little_they_are_never_certain() -> None:
    assert calibrated([]).chance("a", 0.3) == 0.3
    assert 0.5 < calibrated([Outcome("a", 0.5, 1.0)] * 3).chance("a", 0.5) < 0.95
    assert 0.05 < calibrated([Outcome("a", 0.5, 0.0)] * 3).chance("a", 0.5) < 0.5


def test_scores_that_tell_the_wrong_way_round_become_one_rate() -> None:
    made = calibrated([Outcome("a", s, float(s < 0.5)) for s in np.linspace(0.1, 0.9, 300)])
    assert made.chance("a", 0.2) == pytest.approx(made.chance("a", 0.8), abs=0.05)


def test_spans_get_probabilities_and_nothing_else_changes() -> None:
    made = Calibration({"a": Curve(-1, 1, 1)})
    span = Span("s", 3, 9, "a", {"x": ("y",)}, 0.5)
    (scored,) = made.scored([span])
    assert scored.score == pytest.approx(0.2689, abs=1e-4)
    assert replace(scored, score=0.5) == span
    assert made.scored([replace(span, score=None)]) == (replace(span, score=None),)


def test_the_band_of_abstention_holds_its_ends() -> None:
    made = Calibration(abstain=(0.4, 0.6))
    assert [made.undecided(s) for s in (0.39, 0.4, 0.5, 0.6, 0.61)] == [
        False,
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("curve", [(0, -1, 1), (0, 1, -0.1), (float("nan"), 1, 1)])
def test_a_curve_that_falls_or_is_no_number_is_refused(curve: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="does not rise"):
        Curve(*curve)


def test_it_is_applied_without_torch_or_scikit_learn() -> None:
    told = "import sys, training.opinions, training.calibration as c; c.calibrated([]);"
    told += "sys.exit(bool({'torch', 'sklearn', 'transformers'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", told], cwd=ROOT, check=False).returncode == 0


SCHEME = scheme()


def sure(page: Article, *bad: str) -> Reading:
    """A reading that finds those words as judged, with a score of .8."""
    found = words(page)
    inside = np.zeros((len(found), len(SCHEME.labels)), np.float32)
    for number, word in enumerate(found):
        if page.text[word.start : word.end] in bad:
            inside[number, SCHEME.label_names.index("judged")] = 0.8
    return Reading(page, tuple(found), inside, np.zeros_like(inside))


def test_a_span_is_right_by_gold_or_by_the_share_of_those_who_have_one() -> None:
    page = article("Head\n\nA vile and rotten plan, a silly one.")
    people = (
        mark("ana", ("vile and rotten", "judged"), of=page),
        mark("ben", ("vile and rotten plan", "judged"), of=page),
        mark("cem", ("rotten", "judged"), of=page),
        mark("dan", of=page),
    )
    example = Example(page, people)
    unseen = Unseen([sure(page, "vile", "and", "rotten", "silly")], [example], {"a1": "g"}, "")
    half = dict.fromkeys(SCHEME.label_names, 0.5)
    gold = outcomes(unseen, SCHEME, half)
    assert [(each.right, each.group, each.label) for each in gold] == [
        (1.0, "g", "judged"),
        (0.0, "g", "judged"),
    ]
    assert [each.score for each in gold] == pytest.approx([0.8, 0.8])
    anyone = outcomes(unseen, SCHEME, half, "annotator")
    assert [each.right for each in anyone] == [0.5, 0.0]


def test_a_calibration_is_judged_on_groups_that_it_was_not_fitted_on() -> None:
    # What came true is the group's own: nothing that other groups know
    found = [
        Outcome("a", score, float(group < 20), f"g{group:02d}")
        for group in range(40)
        for score in (0.2, 0.5, 0.8)
    ]
    raw, honest = judged(found)
    assert honest.count == raw.count == 120
    by_all = calibrated(found)
    assert by_all.chance("a", 0.5) == pytest.approx(0.5, abs=0.05)
    assert all(0.3 < each.score < 0.7 for each in honest.bins)


def test_with_one_group_nothing_is_judged() -> None:
    raw, honest = judged([Outcome("a", 0.5, 1.0, "g")] * 9)
    assert raw.error.value is honest.error.value is None
    assert "too few articles to judge" in diagram(honest, raw)


def test_the_diagram_is_a_whole_picture_with_a_point_a_bin() -> None:
    raw, honest = judged(drawn(600))
    root = ET.fromstring(diagram(honest, raw))  # our own
    circles = [each for each in root.iter() if each.tag.endswith("circle")]
    assert len(circles) == len(raw.bins) + len(honest.bins) + 2
    assert f"{honest.error.value:.3f}" in diagram(honest, raw)


def test_the_legend_of_the_diagram_fits_in_it() -> None:
    raw, honest = judged(drawn(9000))
    root = ET.fromstring(diagram(honest, raw))  # our own
    legend = [each for each in root.iter() if "error" in (each.text or "")]
    assert len(legend) == 2
    for line in legend:  # wide fonts take 6 units a character at this size
        assert float(line.attrib["x"]) + 6 * len(line.text or "") < float(root.attrib["width"])
