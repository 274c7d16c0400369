"""Rows: what the Trainer is fed, from any scheme."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from corpus.records import Annotation, Article, Block, Span
from corpus.scheme import parse_scheme
from corpus.settings import TrainingSection
from training.encoders import Encoder
from training.examples import Example
from training.heads import heads_of
from training.rows import Taught, rows

BARE = """\
name: bare
version: "1"
published: {citation: c, url: u, licence: CC0-1.0}
labels: [{name: marked, colour: "#b3261e"}]
"""


def test_a_scheme_of_plain_labels_asks_nothing_of_units(encoder: Encoder) -> None:
    scheme = parse_scheme(BARE)
    page = Article(id="a", text="The mayor visits.", blocks=(Block(0, 17, "paragraph"),))
    opinion = Annotation(
        "1", "a", page.sha256, "ana", "gold", scheme.hash, (Span("s", 4, 9, "marked"),)
    )
    taught = Taught(scheme, [Example(page, (opinion,))])
    (row,) = rows([taught], heads_of(scheme, taught.examples), encoder.tokenizer, TrainingSection())
    assert row["units"].shape == (0, 4)
    assert row["picked"].shape == (0, 0)
    assert row["inside"].sum() > 0


def mixed(encoder: Encoder, **settings: Any) -> dict[str, Any]:
    """The row of a page that three annotators read: two marked 'mayor', one 'visits'."""
    scheme = parse_scheme(BARE)
    page = Article(id="a", text="The mayor visits.", blocks=(Block(0, 17, "paragraph"),))
    marks = {"ana": (4, 9), "ben": (4, 9), "cem": (10, 16)}
    opinions = tuple(
        Annotation(n, "a", page.sha256, n, "human", scheme.hash, (Span(n, *at, "marked"),))
        for n, at in marks.items()
    )
    taught = Taught(scheme, [Example(page, opinions)])
    heads = heads_of(scheme, taught.examples)
    (row,) = rows([taught], heads, encoder.tokenizer, TrainingSection(**settings))
    return row


def test_soft_targets_are_shares_and_hard_ones_what_most_say(encoder: Encoder) -> None:
    soft, hard = mixed(encoder), mixed(encoder, targets="hard")
    third = np.float32(1) / 3
    assert {round(float(v), 3) for v in soft["inside"].flat} == {0.0, 0.333, 0.667}
    assert set(hard["inside"].flat) == {0.0, 1.0}
    assert (hard["inside"] == (soft["inside"] > 1.5 * third)).all()


def test_balance_weighs_the_rare_answer_up_to_as_much_as_the_rest(encoder: Encoder) -> None:
    weights = {}
    for balance in (0, 0.5, 1):
        row = mixed(encoder, targets="hard", balance=balance)
        yes = float((row["mask"] * row["inside"]).sum())
        weights[balance] = yes / float((row["mask"] * (1 - row["inside"])).sum())
    assert weights[0] < weights[0.5] < weights[1]
    assert weights[1] == pytest.approx(1, rel=1e-5)
