"""What each unit and token is taught, and how much it weighs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from corpus.records import Annotation, Answer, Article, Span
from corpus.scheme import Scheme, parse_scheme
from corpus.settings import TrainingSection
from tests.speech import article, mark, scheme
from training.encoders import Encoder, load_encoder
from training.examples import Example
from training.heads import Heads, heads_of, joined
from training.model import PressmarkModel
from training.rows import Collator, Row, Taught, picked_rates, rates, rows

BARE = """\
name: bare
version: "1"
published: {citation: c, url: u, licence: CC0-1.0}
labels: [{name: marked, colour: "#b3261e"}]
"""

VIEWS = """\
name: views
version: "1"
published: {citation: c, url: u, licence: CC0-1.0}
questions:
  - {name: view, type: one, values: [{name: for}, {name: against}]}
  - {name: topics, type: several, required: true, values: [{name: boats}, {name: money}]}
"""
PAGE = article("Maar slams 😀\n\nA vile plan, he said.\n\nThe café is a bad one.")


def one_row(
    encoder: Encoder, under: Scheme, *opinions: Annotation, page: Article = PAGE, **given: Any
) -> tuple[Row, Heads]:
    """The row of one article, and the heads it is for."""
    taught = Taught(under, [Example(page, opinions)])
    heads = heads_of(under, taught.examples)
    (row,) = rows([taught], heads, encoder.tokenizer, TrainingSection(**given))
    return row, heads


def views(number: int, view: str, *topics: str) -> Example:
    under = parse_scheme(VIEWS)
    page = article(f"Sentence number {number} of the board.", f"v{number}")
    answers = [Answer("view", (view,))]
    if topics:
        answers.append(Answer("topics", topics))
    made = Annotation(
        f"{number}", page.id, page.sha256, "a", "gold", under.hash, answers=tuple(answers)
    )
    return Example(page, (made,))


def at(heads: Heads, name: str) -> slice:
    return next(columns for choice, columns in heads.columns() if choice.name == name)


def test_soft_targets_are_the_share_of_the_annotators(encoder: Encoder) -> None:
    opinions = [
        mark("ana", ("A vile plan", "judged"), ("Maar slams 😀", "loud head"), of=PAGE),
        mark("ben", ("vile", "judged"), of=PAGE),
        mark("eve", of=PAGE),
    ]
    row, heads = one_row(encoder, scheme(), *opinions)
    judged = heads.labels.index("judged")
    assert sorted(set(row["inside"][:, judged].round(2))) == [0, np.float32(0.33), np.float32(0.67)]
    block = at(heads, "loud head")
    asked = row["picked_mask"][:, block].any(axis=1)
    # Three blocks were asked; one of three annotators marked the first of them
    assert asked.sum() == 3
    assert sorted(row["picked"][asked, block].ravel().round(2)) == [0, 0, np.float32(0.33)]


def test_hard_targets_are_what_most_of_them_say(encoder: Encoder) -> None:
    opinions = [
        mark("ana", ("A vile plan", "judged"), ("Maar slams 😀", "loud head"), of=PAGE),
        mark("ben", ("vile", "judged"), of=PAGE),
        mark("eve", of=PAGE),
    ]
    soft, heads = one_row(encoder, scheme(), *opinions)
    hard, _ = one_row(encoder, scheme(), *opinions, targets="hard")
    assert np.array_equal(hard["inside"], soft["inside"] >= 0.5)
    assert not hard["picked"][:, at(heads, "loud head")].any()
    genre = at(heads, "genre")
    assert hard["picked"][:, genre].sum() == 1
    assert np.array_equal(hard["picked_mask"], soft["picked_mask"])


def test_a_label_that_snaps_to_blocks_is_asked_of_no_token(encoder: Encoder) -> None:
    row, heads = one_row(encoder, scheme(), mark("ana", ("Maar slams 😀", "loud head"), of=PAGE))
    assert not row["mask"][:, heads.labels.index("loud head")].any()
    assert row["mask"][:, heads.labels.index("judged")].any()


def test_each_head_weighs_as_much_as_any_other_in_an_average_row(encoder: Encoder) -> None:
    taught = Taught(parse_scheme(VIEWS), [views(n, "for", "boats") for n in range(4)])
    heads = heads_of(taught.scheme, taught.examples)
    made = rows([taught], heads, encoder.tokenizer, TrainingSection())
    mean = np.mean([row["picked_mask"].sum(0) for row in made], axis=0)
    # A softmax is one term a unit; sigmoids share theirs
    assert mean[at(heads, "view")] == pytest.approx([1, 1])
    assert mean[at(heads, "topics")].sum() == pytest.approx(1)


def test_balanced_classes_weigh_alike_however_rare(encoder: Encoder) -> None:
    said = [views(n, "against" if n == 0 else "for", "boats") for n in range(8)]
    taught = Taught(parse_scheme(VIEWS), said)
    heads = heads_of(taught.scheme, taught.examples)
    made = rows([taught], heads, encoder.tokenizer, TrainingSection(balance=1))
    weight = {"for": 0.0, "against": 0.0}
    for example, row in zip(said, made, strict=True):
        [view] = {v for a in example.opinions[0].answers if a.question == "view" for v in a.values}
        weight[view] += row["picked_mask"][:, at(heads, "view")].max()
    assert weight["for"] == pytest.approx(weight["against"])
    plain = rows([taught], heads, encoder.tokenizer, TrainingSection())
    shares = [row["picked_mask"][:, at(heads, "view")].max() for row in plain]
    assert shares == pytest.approx([shares[0]] * 8)


def test_balanced_tokens_inside_weigh_as_much_as_those_outside(encoder: Encoder) -> None:
    row, heads = one_row(
        encoder, scheme(), mark("ana", ("A vile plan", "judged"), of=PAGE), balance=1
    )
    judged = heads.labels.index("judged")
    inside = row["inside"][:, judged] > 0
    assert row["mask"][inside, judged].sum() == pytest.approx(row["mask"][~inside, judged].sum())
    assert 0 < rates([row], "inside")[judged] < 0.5


def test_rows_of_one_corpus_leave_the_heads_of_another_as_they_are(
    encoder: Encoder, tiny: Path
) -> None:
    spans = Taught(
        parse_scheme(BARE),
        [
            Example(
                PAGE,
                (
                    Annotation(
                        "1", PAGE.id, PAGE.sha256, "ana", "gold", "h", (Span("s", 0, 4, "marked"),)
                    ),
                ),
            )
        ],
    )
    asked = Taught(parse_scheme(VIEWS), [views(1, "for", "money")])
    heads = joined([heads_of(each.scheme, each.examples) for each in (spans, asked)])
    model = PressmarkModel.on(load_encoder(str(tiny), Path()).model, heads).eval()
    first, second = rows([spans, asked], heads, encoder.tokenizer, TrainingSection())

    def moved(*batch: Row) -> tuple[bool, bool]:
        model.zero_grad()
        model(**Collator(encoder.tokenizer)(list(batch))).loss.backward()
        parts = (model.token_head.weight.grad, model.unit_head.weight.grad)
        return tuple(bool(part is not None and part.abs().sum() > 0) for part in parts)  # type: ignore[return-value]

    assert moved(first) == (True, False)
    assert moved(second) == (False, True)
    assert moved(first, second) == (True, True)
    alone = [model(**Collator(encoder.tokenizer)([row])).loss.item() for row in (first, second)]
    both = model(**Collator(encoder.tokenizer)([first, second])).loss.item()
    assert both == pytest.approx(sum(alone) / 2, rel=1e-4)
    assert torch.isfinite(torch.tensor(both))


def test_a_unit_stands_on_the_tokens_of_its_characters(encoder: Encoder) -> None:
    under = parse_scheme(VIEWS)
    start = PAGE.text.index("café")
    answers = (Answer("view", ("for",), start, start + 4),)
    opinion = Annotation("1", PAGE.id, PAGE.sha256, "a", "gold", under.hash, answers=answers)
    row, heads = one_row(encoder, under, opinion)
    assert heads.choices[0].about == "place"
    cut = encoder.tokenizer(PAGE.text, return_offsets_mapping=True)["offset_mapping"]
    ((first, stop, outer, outer_stop),) = row["units"].tolist()
    assert (cut[first][0], cut[stop - 1][1]) == (start, start + 4)
    block = PAGE.blocks[2]
    assert (cut[outer][0], cut[outer_stop - 1][1]) == (block.start, block.end)


@pytest.mark.parametrize(("balance", "share"), [(0.0, [0.75, 0.25]), (1.0, [0.5, 0.5])])
def test_the_heads_are_to_start_at_the_weighed_share_of_each_answer(
    encoder: Encoder, balance: float, share: list[float]
) -> None:
    examples = [views(number, "against" if number == 3 else "for") for number in range(4)]
    taught = Taught(parse_scheme(VIEWS), examples)
    heads = heads_of(taught.scheme, examples)
    made = rows([taught], heads, encoder.tokenizer, TrainingSection(balance=balance))
    assert picked_rates(made)[at(heads, "view")] == pytest.approx(share)
