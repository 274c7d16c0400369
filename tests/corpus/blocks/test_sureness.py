"""Each block says how sure the rules are of it."""

from __future__ import annotations

import pytest

from corpus.blocks.html import read_html
from corpus.blocks.lines import typed_lines
from corpus.blocks.sureness import sureness
from corpus.records import BLOCK_KINDS

BODY = "The harbour council met for six hours on Tuesday and agreed on nothing at all."


def test_every_block_has_a_score_and_a_rule() -> None:
    page = f"<nav><a>Tides</a></nav><article><h1>Council agrees</h1><p>{BODY}</p></article>"
    for typed in (read_html(page).typed, typed_lines(f"Council agrees on little\n\n{BODY}")):
        assert len(typed.rules) == len(typed.blocks)
        assert all(0 < (block.score or 0) < 1 for block in typed.blocks)
        assert {block.by for block in typed.blocks} == {"rule"}


def test_what_markup_says_is_surer_than_what_is_left_over() -> None:
    assert sureness("html", "markup", "teaser") > sureness("html", "rest", "teaser")
    assert sureness("html", "rest", "paragraph") > sureness("text", "rest", "paragraph")


@pytest.mark.parametrize("kind", BLOCK_KINDS)
def test_a_rule_that_never_typed_a_kind_takes_the_share_of_all_rules(kind: str) -> None:
    assert sureness("html", "pack", kind) == sureness("html", "no such rule", kind)
    assert 0 < sureness("text", "pack", kind) < 1


def test_nothing_is_known_of_a_kind_that_no_rule_gave() -> None:
    assert sureness("text", "words", "deck") == sureness("text", "", "deck")
    assert sureness("paper", "words", "deck") == 0.5
