"""`measure`: what it makes of answers, attributes, parts of a text, near-duplicates and doubles."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from corpus.agreement import estimates
from corpus.agreement.alpha import alpha
from corpus.agreement.kappa import cohen
from corpus.agreement.measure import measure
from corpus.agreement.opinions import words_of
from corpus.errors import PressmarkError
from corpus.measures import Figure
from corpus.records import Annotation, Answer
from tests.corpus.agreement.campaign import (
    LENGTH,
    SCHEME,
    WORDS,
    Said,
    about,
    copies,
    near,
    of,
    on,
    quick,
    said,
)


def test_an_annotator_whose_answer_bars_a_label_was_not_asked_it() -> None:
    marked: Said = {"judged": [(0, 6)], "loud head": [(10, 20)]}
    ana, bo = said("ana", marked, genre="report"), said("bo", marked, genre="report")
    cy = said("cy", {"loud head": [(10, 20)]}, genre="opinion")
    measured = quick([about(ana, bo, cy)])
    assert on(measured, "judged").u.value == 1
    assert on(measured, "judged").spans == (("ana", 1), ("bo", 1), ("cy", 0))
    alone = quick([about(ana, cy)])
    judged = on(alone, "judged")
    assert (judged.articles, judged.pairs) == (0, ())
    assert judged.u == Figure(None, why="no two annotators can be compared")


def test_within_cuts_out_the_rest_of_the_text() -> None:
    ana = said("ana", {"judged": [(2, 6), (22, 28), (50, 55)]})
    bo = said("bo", {"judged": [(22, 30)]})
    cut = about(said("ana", {"judged": [(2, 8)]}), said("bo", {"judged": [(2, 10)]}), length=20)
    part = about(ana, bo, within=((20, 40),))
    assert on(quick([part]), "judged") == on(quick([cut]), "judged")
    # A span across two parts stays one span
    across = about(said("ana", {"judged": [(5, 35)]}), bo, within=((0, 10), (30, 40)))
    assert dict(on(quick([across]), "judged").spans)["ana"] == 1


def test_words_count_once_however_much_of_them_is_marked() -> None:
    ana, bo = (
        said("ana", {"judged": [(0, 5), (12, 23)]}),
        said("bo", {"judged": [(2, 8), (14, 17)]}),
    )
    measured = quick([about(ana, bo, words=WORDS)])
    inside = [[0, 2, 3], [0, 1, 2]]
    rows = [[str(n in side) for side in inside] for n in range(len(WORDS))]
    assert measured.unit == "word"
    assert on(measured, "judged").units.value == near(alpha(rows))


def test_without_words_characters_are_counted() -> None:
    ana, bo = said("ana", {"judged": [(0, 5)]}), said("bo", {"judged": [(2, 8)]})
    measured = quick([about(ana, bo)])
    rows = [[str(0 <= n < 5), str(2 <= n < 8)] for n in range(LENGTH)]
    assert measured.unit == "character"
    assert on(measured, "judged").units.value == near(alpha(rows))


def test_words_are_runs_of_letters_and_single_signs() -> None:
    assert words_of("Maar’s “plan”, 😀!") == (
        (0, 4),
        (4, 5),
        (5, 6),
        (7, 8),
        (8, 12),
        (12, 13),
        (13, 14),
        (15, 16),
        (16, 17),
    )


def test_attributes_are_compared_on_matched_spans_alone() -> None:
    negative, positive = {"sentiment": "negative"}, {"sentiment": "positive"}
    ana = said("ana", {"judged": [(0, 8, negative), (10, 18, positive), (30, 34, positive)]})
    bo = said("bo", {"judged": [(2, 8, negative), (10, 16, negative), (40, 44, negative)]})
    found = of(quick([about(ana, bo)]), "sentiment", "judged")
    rows = [["negative", "negative"], ["positive", "negative"]]
    assert (found.units, found.metric) == (2, "nominal")
    assert found.alpha.value == near(alpha(rows))
    assert found.kappa.value == near(cohen(*zip(*rows, strict=True)))


def test_several_values_are_compared_by_masi_and_an_unset_flag_says_no() -> None:
    marks_ = [(0, 8), (10, 18), (20, 28)]
    values = ["verb", "question", "verb+question"]
    flags: list[dict[str, str]] = [{"unsure": "yes"}, {}, {}]
    ana = said(
        "ana",
        {
            "loud head": [
                (*m, {"device": v, **f}) for m, v, f in zip(marks_, values, flags, strict=True)
            ]
        },
    )
    bo = said("bo", {"loud head": [(*m, {"device": "verb", **flags[0]}) for m in marks_]})
    measured = quick([about(ana, bo)])
    device, unsure = of(measured, "device", "loud head"), of(measured, "unsure", "loud head")
    # Worked by hand: D_o = 2 (0 + 1 + 2/3) / 6; n of verb 4, question 1, both 1
    expected = 2 * (4 * 1 * 1 + 4 * 1 * (2 / 3) + 1 * 1 * (2 / 3)) / (6 * 5)
    assert device.metric == "MASI"
    assert device.alpha.value == pytest.approx(1 - (2 * (1 + 2 / 3) / 6) / expected)
    assert unsure.units == 3
    assert unsure.alpha.value == near(alpha([["yes", "yes"], ["no", "yes"], ["no", "yes"]]))


def test_a_match_of_three_annotators_weighs_as_much_as_one_unit() -> None:
    values = [("negative", "negative", "positive"), ("positive", "positive", "positive")]
    given_ = [
        said(
            who,
            {"judged": [(10 * n, 10 * n + 8, {"sentiment": v[k]}) for n, v in enumerate(values)]},
        )
        for k, who in enumerate(("ana", "bo", "cy"))
    ]
    found = of(quick([about(*given_)]), "sentiment", "judged")
    assert found.alpha.value == near(alpha([list(v) for v in values]))


def test_answers_about_a_place_are_compared_place_by_place() -> None:
    def answer(author: str, *values: str) -> Annotation:
        given_ = tuple(
            Answer("genre", (v,), 10 * n, 10 * n + 9) for n, v in enumerate(values) if v != "-"
        )
        return replace(said(author), answers=given_)

    ana, bo = (
        answer("ana", "report", "opinion", "report", "-"),
        answer("bo", "report", "report", "opinion", "report"),
    )
    found = of(quick([about(ana, bo)]), "genre")
    rows = [["report", "report"], ["opinion", "report"], ["report", "opinion"]]
    assert found.units == 3
    assert found.alpha.value == near(alpha([*rows, [None, "report"]]))
    assert [(p.one, p.other, p.units) for p in found.pairs] == [("ana", "bo", 3)]


def test_near_duplicates_are_drawn_together_and_widen_the_interval() -> None:
    draw = random.Random(2)
    opinions = []
    for n in range(40):
        same = draw.random() < 0.6
        genres = ("report", "report") if same else ("report", "opinion")
        if draw.random() < 0.4:
            genres = ("opinion", genres[1])
        opinions += copies(
            about(
                said("ana", {}, f"a{n}", genre=genres[0]), said("bo", {}, f"a{n}", genre=genres[1])
            ),
            4,
        )
    apart = of(measure([replace(o, cluster=o.article) for o in opinions], SCHEME), "genre").alpha
    together = of(measure(opinions, SCHEME), "genre").alpha
    assert apart.value == near(together.value)
    assert _width(together) > 1.5 * _width(apart)


def _width(figure: Figure) -> float:
    assert figure.low is not None
    assert figure.high is not None
    return figure.high - figure.low


def test_one_cluster_gives_no_interval() -> None:
    figure = on(
        quick([about(said("ana", {"judged": [(0, 6)]}), said("bo", {"judged": [(0, 5)]}))]),
        "judged",
    ).u
    assert figure.value
    assert (figure.low, figure.high) == (None, None)


def test_what_cannot_be_compared_is_none_with_the_reason() -> None:
    unmarked = quick([about(said("ana", genre="report"), said("bo", genre="report"))])
    judged = on(unmarked, "judged")
    assert judged.u == Figure(None, why="nothing varies: nobody marked anything")
    assert judged.f1.exact == Figure(None, why="nobody marked anything")
    assert of(unmarked, "genre").alpha == Figure(None, why="nothing varies")
    assert of(unmarked, "sentiment").alpha == Figure(
        None, why="nothing was answered by two annotators"
    )
    everything = quick(
        [about(said("ana", {"judged": [(0, 60)]}), said("bo", {"judged": [(0, 60)]}))]
    )
    assert on(everything, "judged").u == Figure(None, why="nothing varies")


def test_an_article_of_one_annotator_is_left_out() -> None:
    alone = about(said("cy", {"judged": [(0, 9)]}, "a2"))
    both = about(said("ana", {"judged": [(0, 6)]}), said("bo", {"judged": [(0, 5)]}))
    assert quick([both, alone]) == quick([both])
    assert quick([alone]).labels == ()
    assert quick([]).articles == 0


def test_labels_the_scheme_lacks_are_counted_not_measured() -> None:
    ana = said("ana", {"judged": [(0, 6)], "odd": [(0, 6), (8, 9)]})
    measured = quick([about(ana, said("bo", {"judged": [(0, 6)]}))])
    assert measured.foreign == (("odd", 2),)
    assert on(measured, "judged").u.value == 1


def test_an_article_that_stands_twice_is_refused() -> None:
    one = about(said("ana"), said("bo"))
    with pytest.raises(PressmarkError, match="article 'a1' stands twice"):
        quick([one, one])


def test_a_span_behind_the_text_is_refused() -> None:
    with pytest.raises(PressmarkError, match="a span of ana ends at 99, behind its 60 characters"):
        about(said("ana", {"judged": [(90, 99)]}), said("bo"))


def test_many_values_are_counted_sparsely_and_give_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = random.Random(4)
    opinions = [
        about(
            *(
                said(
                    who,
                    {
                        "judged": [
                            (9 * k, 9 * k + 6, {"target": f"N{draw.randrange(12)}"})
                            for k in range(5)
                        ]
                    },
                    f"a{n}",
                    genre="report" if draw.random() < 0.7 else "opinion",
                )
                for who in ("ana", "bo", "cy")
            )
        )
        for n in range(12)
    ]
    apart = about(
        said("ana", {"judged": [(0, 6, {"target": "X"})]}), said("bo", {"judged": [(9, 12)]})
    )
    usual = quick(opinions), quick([apart])
    monkeypatch.setattr(estimates, "_DENSE", 0)
    monkeypatch.setattr(estimates, "_TABLE", 0)
    for before, after in zip(usual, (quick(opinions), quick([apart])), strict=True):
        for one, other in zip(
            (*before.attributes, *before.questions),
            (*after.attributes, *after.questions),
            strict=True,
        ):
            for figure, same in ((one.alpha, other.alpha), (one.kappa, other.kappa)):
                assert same.value == near(figure.value)
                assert same.low == near(figure.low)
                assert same.why == figure.why
