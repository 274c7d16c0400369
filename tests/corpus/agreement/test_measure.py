"""`measure`: what must hold for any annotators."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corpus.agreement.alpha_u import Marks, family, lengths, u_alpha
from corpus.agreement.measure import headline, measure
from corpus.agreement.opinions import ArticleOpinions
from corpus.agreement.table import table
from corpus.measures import Figure
from tests.corpus.agreement.campaign import (
    LABELS,
    LENGTH,
    SCHEME,
    WORDS,
    Opinions,
    Said,
    about,
    campaigns,
    copies,
    marks,
    near,
    of,
    on,
    quick,
    said,
)

#: Each example measures everything, more than once.
few = settings(max_examples=25)


def by(opinion: ArticleOpinions, names: dict[str, str]) -> ArticleOpinions:
    """The same opinions by annotators of other names; those without a name are gone."""
    given_ = {names[who]: a for who, a in opinion.annotations.items() if who in names}
    return replace(opinion, annotations=given_)


@few
@given(campaigns(), st.randoms(use_true_random=False))
def test_the_order_of_articles_annotators_and_spans_makes_no_difference(
    opinions: Opinions, draw: random.Random
) -> None:
    mixed = []
    for opinion in draw.sample(opinions, len(opinions)):
        authors = draw.sample(sorted(opinion.annotations), len(opinion.annotations))
        given_ = {}
        for author in authors:
            spans = opinion.annotations[author].spans
            given_[author] = replace(
                opinion.annotations[author], spans=tuple(draw.sample(spans, len(spans)))
            )
        mixed.append(replace(opinion, annotations=given_))
    assert quick(mixed) == quick(opinions)


@few
@given(campaigns())
def test_it_is_the_same_under_other_names(opinions: Opinions) -> None:
    other = {"ana": "zoe", "bo": "yan", "cy": "xi", "di": "wu"}
    before, after = quick(opinions), quick([by(opinion, other) for opinion in opinions])
    for one, two in zip(before.labels, after.labels, strict=True):
        assert two.u.value == near(one.u.value)
        assert two.coded.value == near(one.coded.value)
        assert two.units.value == near(one.units.value)
        assert two.f1.exact.value == near(one.f1.exact.value)
        assert two.f1.overlap.value == near(one.f1.overlap.value)
    for mine, theirs in zip(
        (*before.attributes, *before.questions), (*after.attributes, *after.questions), strict=True
    ):
        assert (theirs.alpha.value, theirs.kappa.value) == (
            near(mine.alpha.value),
            near(mine.kappa.value),
        )


@few
@given(st.lists(marks(), min_size=1, max_size=3), st.integers(2, 4))
def test_who_says_the_same_of_what_varies_agrees_exactly(all_: list[Said], count: int) -> None:
    authors = ["ana", "bo", "cy", "di"][:count]
    measured = quick(
        [
            about(*(said(who, each, f"a{n}", genre="report") for who in authors))
            for n, each in enumerate(all_)
        ]
    )
    figures = [
        figure
        for label in measured.labels
        for figure in (
            label.u,
            label.relevant,
            label.coded,
            label.units,
            label.f1.exact,
            label.f1.overlap,
        )
    ]
    figures += [f for a in measured.attributes for f in (a.alpha, a.kappa)]
    assert all(f.value == 1 if f.value is not None else f.why for f in figures)
    for number, label in enumerate(LABELS):
        marked = [each for article in all_ for each in article[label]]
        if marked and sum(each[1] - each[0] for each in marked) < LENGTH * len(all_):
            assert on(measured, label).u.value == 1, number


@few
@given(marks(), marks())
def test_one_label_in_one_article_is_the_family_of_its_spans(one: Said, other: Said) -> None:
    measured = quick([about(said("ana", one), said("bo", other))])
    for label in LABELS:
        coders: list[Marks] = [[(m[0], m[1], label) for m in each[label]] for each in (one, other)]
        assert on(measured, label).u.value == near(family(coders, LENGTH).u)


def test_of_all_labels_where_none_overlap_it_is_the_family_of_their_spans() -> None:
    one: Said = {"judged": [(0, 8), (20, 30)], "loud head": [(40, 50)]}
    other: Said = {"judged": [(2, 8), (40, 44)], "loud head": [(20, 30), (44, 50)]}
    coders: list[Marks] = [
        [(m[0], m[1], label) for label in LABELS for m in each[label]] for each in (one, other)
    ]
    found, expected = (
        on(quick([about(said("ana", one), said("bo", other))]), ""),
        family(coders, LENGTH),
    )
    assert (found.u.value, found.relevant.value, found.coded.value) == (
        near(expected.u),
        near(expected.relevant),
        near(expected.coded),
    )
    assert {c.value: c.alpha.value for c in found.categories} == {
        value: near(each) for value, each in expected.values.items()
    }


def test_where_labels_overlap_their_set_is_a_value_of_its_own() -> None:
    both: Said = {"judged": [(0, 10)], "loud head": [(5, 15)]}
    found = on(quick([about(said("ana", both), said("bo", both))]), "")
    assert {c.value for c in found.categories} == {"judged", "loud head", "judged + loud head"}


def test_an_article_cut_in_a_gap_gives_the_same() -> None:
    left, right = ({"judged": [(3, 9)]}, {"judged": [(4, 12)]}), ({"judged": [(6, 9)]}, {})
    whole = ({"judged": [(3, 9), (36, 39)]}, {"judged": [(4, 12)]})
    cut = [
        about(said("ana", left[0], "a1"), said("bo", left[1], "a1"), length=30),
        about(said("ana", right[0], "a2"), said("bo", right[1], "a2"), length=30),
    ]
    one = about(said("ana", whole[0]), said("bo", whole[1]), length=60)
    assert on(quick(cut), "judged").u.value == near(on(quick([one]), "judged").u.value)


@few
@given(campaigns(), st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_a_bootstrap_round_is_the_measure_of_the_articles_it_drew(
    opinions: Opinions, times: list[int]
) -> None:
    assume(any(n for n, _ in zip(times, opinions, strict=False)))
    apart = [replace(opinion, cluster=opinion.article) for opinion in opinions]
    found = table(apart, SCHEME)
    statistic = u_alpha(lengths(*found.of(0), 1))
    weights = np.array(times[: len(apart)], dtype=float)
    with np.errstate(all="ignore"):
        round_ = float(statistic.formula((weights @ statistic.sums)[None])[0])
    drawn = [
        c for opinion, n in zip(found.opinions, times, strict=False) for c in copies(opinion, n)
    ]
    value = on(quick(drawn), LABELS[0]).u.value
    assert (None if np.isnan(round_) else round_) == near(value)


@few
@given(campaigns())
def test_leaving_one_out_is_measuring_without_them(opinions: Opinions) -> None:
    measured = quick(opinions)
    assume(len(measured.annotators) > 2)
    for who in measured.annotators:
        others = {each: each for each in measured.annotators if each != who}
        rest = quick([by(opinion, others) for opinion in opinions])
        for label in rest.labels:
            without = {w.annotator: w.value for w in on(measured, label.label).without}
            assert without[who] == near(label.u.value)
        for after in (*rest.attributes, *rest.questions):
            without = {w.annotator: w.value for w in of(measured, after.name, after.label).without}
            assert without[who] == near(after.alpha.value)


def test_annotators_by_chance_are_about_0_and_the_interval_says_so() -> None:
    draw = random.Random(5)
    opinions = []
    for n in range(300):
        given_ = []
        for author in ("ana", "bo", "cy"):
            starts = draw.randrange(LENGTH // 2 - 4), LENGTH // 2 + draw.randrange(LENGTH // 2 - 4)
            spans = [
                (s, s + 5, {"sentiment": draw.choice(["negative", "positive"])}) for s in starts
            ]
            genre = draw.choice(["report", "report", "opinion"])
            given_.append(said(author, {"loud head": spans}, f"a{n}", genre=genre))
        opinions.append(about(*given_, words=WORDS))
    measured = measure(opinions, SCHEME)
    loud = on(measured, "loud head")
    for figure in (loud.u, loud.units, of(measured, "genre").alpha, of(measured, "genre").kappa):
        assert figure.value == pytest.approx(0, abs=0.07)
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low < 0.02
        assert figure.high > -0.02
    assert of(measured, "sentiment").alpha.value == pytest.approx(0, abs=0.12)
    assert 0 < (loud.f1.exact_shuffled.value or 0) < 0.2


@few
@given(campaigns(), st.sampled_from([0, 1, 2]))
def test_a_part_is_told_by_the_same_figures_as_the_whole(opinions: Opinions, labels: int) -> None:
    scheme = replace(SCHEME, labels=SCHEME.labels[:labels], attributes=())
    told, whole = headline(opinions, scheme, 20), measure(opinions, scheme, 20)
    assert (told.articles, len(told.answers)) == (whole.articles, len(whole.questions))
    for (_, alpha), question in zip(told.answers, whole.questions, strict=True):
        same(alpha, question.alpha)
    if not labels:
        assert (told.spans, told.u.why) == (0, "the scheme has no labels")
        return
    every = whole.labels[0]
    assert told.spans == sum(count for _, count in every.spans)
    same(told.u, every.u)
    for name in ("exact", "exact_shuffled", "overlap", "overlap_shuffled"):
        same(getattr(told.f1, name), getattr(every.f1, name))


def same(one: Figure, other: Figure) -> None:
    """Sums are added up in another order: they differ in the last place, if at all."""
    assert one.why == other.why
    for end in ("value", "low", "high"):
        assert getattr(one, end) == pytest.approx(getattr(other, end))
