"""How spans fall into strata, and what is counted there."""

from __future__ import annotations

from corpus.agreement.estimates import Sampling
from tests.speech import article, mark, scheme
from training.evaluate.results import Stratum
from training.evaluate.strata import strata
from training.evaluate.systems import Test as Tested
from training.examples import Example

SCHEME = scheme()
PAGE = article(
    "Maar slams dockers 😀\n\nA vile plan.\n\nA silly and rotten idea of his.",
    publisher="the Post",
    published="2026-03-01",
)
OTHER = article("Quiet head\n\nA rotten deal.", "a2", published="2026-04-02")


def found(*quotes: str, taught: tuple[str, ...] = ()) -> dict[tuple[str, str], Stratum]:
    reference = mark("ana", ("vile", "judged"), ("silly and rotten idea", "judged"), of=PAGE)
    examples = (Example(PAGE, (reference,)), Example(OTHER, (mark("ana", of=OTHER),)))
    test = Tested(examples, SCHEME, {"a1": "g1", "a2": "g2"})
    model = mark("model", *((quote, "judged") for quote in quotes), of=PAGE)
    said = {"a1": model.spans, "a2": ()}
    pairs = test.pairs(lambda example: said[example.article.id])
    lessons = [Example(article(text, f"t{n}"), ()) for n, text in enumerate(taught)]
    return {(each.by, each.name): each for each in strata(test, pairs, lessons, Sampling(50))}


def test_a_span_falls_where_it_stands_itself() -> None:
    parts = found("vile", "silly and rotten idea of")
    assert parts["words", "1-3"].overlap.value == 1
    assert (parts["words", "4-8"].reference, parts["words", "4-8"].predicted) == (1, 1)
    assert parts["publisher", "the Post"].reference == 2
    assert parts["block", "paragraph"].predicted == 2
    assert ("block", "headline") not in parts


def test_a_word_too_many_does_not_cost_twice_where_it_changes_the_stratum() -> None:
    parts = found("silly and rotten")
    assert parts["words", "1-3"].predicted == 1
    assert parts["words", "4-8"].predicted == 0
    assert parts["words", "4-8"].overlap.value == 0  # nothing predicted falls there
    assert parts["words", "4-8"].reference == 1


def test_time_is_told_by_month_where_all_is_of_one_year() -> None:
    assert ("time", "2026-03") in found("vile")


def test_a_block_is_seen_whose_words_were_taught_whatever_their_white_space() -> None:
    parts = found("vile", taught=("Else\n\nA  vile\nplan.",))
    assert parts["block seen in training", "seen"].reference == 1
    assert parts["block seen in training", "new"].reference == 1
