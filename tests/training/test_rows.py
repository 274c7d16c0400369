"""Rows: what the Trainer is fed, from any scheme."""

from __future__ import annotations

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
