"""Gamma, where its package is installed: the rule for articles nobody or one annotator marked."""

from __future__ import annotations

import pytest

from corpus.agreement import gamma as module
from corpus.agreement.estimates import Sampling
from corpus.agreement.gamma import GammaSettings, gamma, installed
from corpus.errors import PressmarkError
from tests.corpus.agreement.campaign import SCHEME, about, said

JUDGED = {"judged": [(0, 8), (20, 28), (40, 55)]}
MOVED = {"judged": [(1, 8), (21, 30)], "loud head": [(40, 55)]}
needs_package = pytest.mark.skipif(
    not installed(), reason="pygamma-agreement, the extra 'gamma', is not installed"
)


def test_without_the_package_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "installed", lambda: False)
    with pytest.raises(PressmarkError, match=r"pip install 'pressmark\[gamma\]'"):
        gamma([], SCHEME)


@needs_package
def test_who_marks_the_same_agrees_and_who_moves_less_so() -> None:
    same = about(said("ana", JUDGED), said("bo", JUDGED))
    moved = about(said("ana", JUDGED), said("bo", MOVED))
    assert gamma([same], SCHEME).figure.value == 1
    value = gamma([moved], SCHEME).figure.value
    assert value is not None
    assert 0 < value < 1


@needs_package
def test_an_article_nobody_marked_is_left_out_and_counted() -> None:
    marked = about(said("ana", JUDGED), said("bo", JUDGED))
    empty = about(said("ana", article="a2"), said("bo", article="a2"))
    found = gamma([marked, empty], SCHEME)
    assert (found.figure.value, found.articles, found.empty) == (1, 1, 1)
    nothing = gamma([empty], SCHEME)
    assert (nothing.figure.value, nothing.figure.why) == (None, "nobody marked anything")


@needs_package
def test_an_article_only_one_annotator_marked_counts_as_0() -> None:
    marked = about(said("ana", JUDGED), said("bo", JUDGED))
    alone = about(said("ana", JUDGED, "a2"), said("bo", article="a2"))
    found = gamma([marked, alone], SCHEME)
    assert (found.figure.value, found.articles, found.one_sided) == (0.5, 2, 1)


@needs_package
def test_of_three_annotators_one_may_have_marked_nothing() -> None:
    three = about(said("ana", JUDGED), said("bo", JUDGED), said("cy"))
    value = gamma([three], SCHEME).figure.value
    assert value is not None
    assert value < 1


@needs_package
def test_the_same_seed_gives_the_same_figure_in_any_order() -> None:
    articles = [
        about(said("ana", JUDGED, f"a{n}"), said("bo", MOVED, f"a{n}"), said("cy", JUDGED, f"a{n}"))
        for n in range(3)
    ]
    settings, sampling = GammaSettings(samples=10, seed=3), Sampling(50, 1)
    found = gamma(articles, SCHEME, settings, sampling)
    assert gamma(articles[::-1], SCHEME, settings, sampling) == found
    assert found.settings == settings
    assert found.unit == "character"
    assert found.version


@needs_package
def test_the_solver_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    gamma([about(said("ana", JUDGED), said("bo", MOVED), said("cy", MOVED))], SCHEME)
    assert capfd.readouterr().out == ""
