"""The model's errors: of which kind each is, and how the page shows them."""

from __future__ import annotations

import re

import pytest

from corpus.measures import Pair
from corpus.records import Article
from tests.speech import article, mark, scheme
from training.evaluate.errors import Error, counted, errors
from training.evaluate.page import page
from training.evaluate.results import Scores
from training.evaluate.systems import Test as Tested
from training.examples import Example

SCHEME = scheme()
PAGE = article("Maar slams dockers 😀\n\nA vile and silly plan, he said. Quite a rotten idea.")
HOSTILE = article(
    "<script>alert(1)</script> slams\n\nA vile </p><img src=x onerror=alert(2)> plan & more.",
    '"><script>alert(3)</script>',
)
Quotes = list[tuple[str, str]]


def compared(
    reference: Quotes, model: Quotes, of: Article = PAGE
) -> tuple[list[Error], Tested, list[Pair]]:
    example = Example(of, (mark("ana", *reference, of=of),))
    test = Tested((example,), SCHEME, {of.id: "g"})
    said = mark("model", *model, of=of).spans
    pairs = test.pairs(lambda _: said)
    return errors(test, pairs), test, pairs


def shown(found: list[Error], test: Tested, pairs: list[Pair]) -> str:
    empty = Scores(
        "model", "0" * 64, "", SCHEME.label_names, ("a1",), 1, 1, {}, {}, (), (), (), (), (),
        None, None, None, (), (), {}, (),
    )  # fmt: skip
    return page(empty, found, test, pairs)


@pytest.mark.parametrize(
    ("reference", "model", "kind"),
    [
        ([("vile", "judged")], [], "missed"),
        ([], [("vile", "judged")], "spurious"),
        ([("vile and silly", "judged")], [("vile", "judged")], "boundary"),
        ([("vile and silly", "judged")], [("vile", "judged"), ("silly", "judged")], "boundary"),
        ([("Maar slams dockers 😀", "loud head")], [("slams", "judged")], "label"),
    ],
)
def test_an_error_is_of_one_kind(reference: Quotes, model: Quotes, kind: str) -> None:
    (error,) = compared(reference, model)[0]
    assert error.kind == kind


def test_what_is_right_is_no_error() -> None:
    assert compared([("vile", "judged")], [("vile", "judged")])[0] == []


def test_errors_are_counted_by_kind_and_label() -> None:
    found = compared([("vile", "judged"), ("rotten", "judged")], [("silly", "judged")])[0]
    assert counted(found) == {
        "missed": {"judged": 2},
        "spurious": {"judged": 1},
        "boundary": {},
        "label": {},
    }


def test_the_page_shows_both_sides_words() -> None:
    told = shown(*compared([("vile and silly", "judged")], [("silly plan", "judged")]))
    assert "R “vile and silly”; M “silly plan”" in told
    assert 'class="k2 l0"' in told


def test_hostile_text_becomes_no_markup() -> None:
    told = shown(*compared([("vile </p><img", "judged")], [("slams", "judged")], HOSTILE))
    assert "<script" not in told
    assert "<img" not in told
    assert "default-src 'none'" in told
    assert not re.search(r"<[^>]*onerror", told)
    assert "&lt;img" in told
