"""With planted habits: competence beats the majority where annotators differ, and else is as good.

Small and seeded; benchmarks/settling.py has more seeds, teams and intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import pytest

from corpus.measures import Tally, exact, overlapping
from corpus.scheme import parse_scheme
from corpus.settings import SettlingSection
from corpus.settling.competence import fit
from corpus.settling.habits import HABITS, SCHEME, Rehearsed, rehearse
from corpus.settling.settle import settle
from corpus.settling.validate import left_out

UNDER = parse_scheme(SCHEME)
SEEDS = range(4)


def f1(work: Sequence[Rehearsed], method: str) -> tuple[float, float]:
    """Exact and by overlap, against the truth."""
    pairs = [(each.article, each.said) for each in work]
    model = fit(pairs, UNDER)
    settings = SettlingSection(method=method)  # type: ignore[arg-type]
    strict, loose = Tally(), Tally()
    for each in work:
        spans = settle(each.article, each.said, UNDER, settings, model).spans
        strict += exact(each.truth, spans)
        loose += overlapping(each.truth, spans)
    assert strict.f1 is not None
    assert loose.f1 is not None
    return strict.f1, loose.f1


def gain(team: Sequence[str], method: str = "competence") -> tuple[float, float]:
    """The mean of what a method gains on the majority, over the same seeds."""
    exacts, overlaps = [], []
    for seed in SEEDS:
        work = rehearse(team, UNDER, 15, seed)
        ours, theirs = f1(work, method), f1(work, "majority")
        exacts.append(ours[0] - theirs[0])
        overlaps.append(ours[1] - theirs[1])
    return fmean(exacts), fmean(overlaps)


@pytest.mark.parametrize(
    "team",
    [
        ("careful", "careful", "spamming"),
        ("careful", "long", "spamming"),
        ("careful", "long", "missing", "confusing", "spamming"),
    ],
    ids=" ".join,
)
def test_competence_is_better_than_the_majority_where_annotators_differ(
    team: tuple[str, ...],
) -> None:
    strict, loose = gain(team)
    assert strict > 0.02
    assert loose > 0.04


@pytest.mark.parametrize("size", [3, 5])
def test_competence_is_no_worse_where_all_are_careful(size: int) -> None:
    strict, loose = gain(("careful",) * size)
    assert strict > -0.005
    assert loose > -0.005


def test_matched_spans_have_better_ends_than_characters_where_five_are_careful() -> None:
    assert gain(("careful",) * 5, "matched")[0] > 0.01


def test_a_model_tells_the_careful_from_the_spammer_and_the_one_who_takes_too_much() -> None:
    work = rehearse(("careful", "long", "missing", "confusing", "spamming"), UNDER, 20, 1)
    model = fit([(each.article, each.said) for each in work], UNDER)
    first, *_, last = UNDER.label_names
    careful, long, missing, confusing, spammer = sorted(
        {a.author for each in work for a in each.said}, key=lambda name: name[-1]
    )
    assert model.skill(careful, first).found > model.skill(spammer, first).found + 0.4
    assert model.skill(spammer, first).invented > model.skill(careful, first).invented
    assert model.skill(careful, first).hit > model.skill(long, first).hit + 0.2
    assert model.skill(missing, last).found > model.skill(missing, first).found + 0.1
    assert model.skill(confusing, first).found > model.skill(confusing, last).found + 0.1


def test_a_model_does_not_depend_on_the_order_of_articles_or_annotators() -> None:
    work = rehearse(tuple(HABITS), UNDER, 6, 2)
    pairs = [(each.article, each.said) for each in work]
    mixed = [(article, tuple(reversed(said))) for article, said in reversed(pairs)]
    assert fit(mixed, UNDER) == fit(pairs, UNDER)


def test_the_truth_is_the_same_for_every_team_and_the_same_again() -> None:
    one, other = rehearse(("careful",), UNDER, 3, 7), rehearse(("long", "missing"), UNDER, 3, 7)
    assert [each.truth for each in one] == [each.truth for each in other]
    assert rehearse(("careful",), UNDER, 3, 7) == one


def test_what_is_settled_is_nearer_to_who_was_left_out_than_another_annotator_is() -> None:
    work = rehearse(("careful",) * 4, UNDER, 15, 3)
    found = {check.method: check for check in left_out([(w.article, w.said) for w in work], UNDER)}
    yardstick = found["one annotator"].f1.value
    assert yardstick is not None
    for method in ("majority", "matched", "competence"):
        value = found[method].f1.value
        assert value is not None
        assert value > yardstick
        assert found[method].articles == 15
