"""Units: what stands where, how it looks, and that numpy says of it what the model says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from corpus.records import Article
from tests.speech import article, articles
from tests.training.press import tiny_encoder
from training.backends import TorchEncode, weights_of
from training.encoders import Encoder, load_encoder
from training.encoding import windows
from training.heads import Choice, Heads
from training.model import PressmarkModel
from training.units import FEATURES, Unit, article_unit, place_of, surface, tokens_of, unit
from training.weights import Tokens, Weights, shares, sigmoid

HEADS = Heads(
    ("a", "b"),
    (
        Choice("view", "sentence", exclusive=True, values=("for", "against", "neither")),
        Choice("device", "span", exclusive=False, values=("verb", "question"), labels=("a",)),
    ),
)
KINDS = ("bert", "roberta", "deberta-v2", "modernbert")
ROOM = 64


@pytest.fixture(scope="module", params=KINDS)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Encoder, PressmarkModel, Weights]:
    """An encoder, a random model on it, and its heads in numpy."""
    folder = tiny_encoder(tmp_path_factory.mktemp("kind") / request.param, request.param)
    encoder = load_encoder(str(folder), Path())
    model = PressmarkModel.on(encoder.model, HEADS)
    with torch.no_grad():
        for parameter in (*model.unit_head.parameters(), *model.token_head.parameters()):
            parameter.normal_(0, 0.5)
    model.train(mode=False)
    return encoder, model, weights_of(model)


def looks(text: str) -> dict[str, float]:
    return dict(zip(FEATURES, surface(text).tolist(), strict=True))


def asked_of(draw: st.DrawFn, page: Article) -> list[Unit]:
    size = len(page.text)
    found = [article_unit(page)]
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, size - 1))
        found.append(unit(page, start, draw(st.integers(start + 1, size))))
    return found


@st.composite
def questions(draw: st.DrawFn) -> tuple[Article, list[Unit]]:
    page = draw(articles())
    return page, asked_of(draw, page)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked=questions())
def test_numpy_says_what_the_model_says(
    pair: tuple[Encoder, PressmarkModel, Weights], asked: tuple[Article, list[Unit]]
) -> None:
    encoder, model, weights = pair
    page, units = asked
    cut = windows([page], encoder.tokenizer, ROOM, 0)
    assume(len(cut) == 1)
    real = [n for n, stands in enumerate(cut[0].places) if stands]
    assume(real)
    places = np.array([cut[0].places[n] for n in real], np.int64)
    ids = np.array([cut[0].ids])
    states = TorchEncode(model.encoder)(ids, np.ones_like(ids))[0]
    inside, begins = weights.tokens(states[real])
    found = weights.units(page, Tokens(places, states[real]), units)
    on = [(n, at) for n, each in enumerate(units) if (at := place_of(places, each))]
    rows = [[real[a], real[b - 1] + 1, real[c], real[d - 1] + 1] for _, (a, b, c, d) in on]
    with torch.inference_mode():
        said = model(
            torch.from_numpy(ids),
            torch.ones(ids.shape, dtype=torch.int64),
            units=torch.tensor([rows], dtype=torch.int64).reshape(1, -1, 4),
            whole=torch.tensor([[units[n].whole for n, _ in on]], dtype=torch.bool),
            surface=torch.from_numpy(
                np.array(
                    [surface(page.text[units[n].start : units[n].end]) for n, _ in on], np.float32
                ).reshape(1, -1, len(FEATURES))
            ),
        )
    assert inside == pytest.approx(said.inside[0][real].sigmoid().numpy(), abs=1e-5)
    assert begins == pytest.approx(said.begins[0][real].sigmoid().numpy(), abs=1e-5)
    assert [n for n, each in enumerate(found) if each is not None] == [n for n, _ in on]
    for row, (n, _) in enumerate(on):
        assert found[n] == pytest.approx(said.units[0, row].numpy(), abs=1e-4)


def test_a_unit_is_read_within_the_blocks_it_stands_in() -> None:
    page = article("Head 😀\n\nOne two.\n\nThree.")
    one = page.text.index("One")
    assert unit(page, one, one + 3).context == (one, one + len("One two."))
    crossing = unit(page, one, len(page.text))
    assert crossing.context == (one, len(page.text))
    assert article_unit(page) == Unit(0, len(page.text), (0, len(page.text)), whole=True)


@given(
    sizes=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), min_size=1, max_size=12),
    data=st.data(),
)
def test_a_units_tokens_are_those_that_share_a_character_with_it(
    sizes: list[tuple[int, int]], data: st.DataObject
) -> None:
    at, places = 0, []
    for gap, length in sizes:
        places.append((at + gap, at + gap + length))
        at += gap + length
    start = data.draw(st.integers(0, at - 1))
    end = data.draw(st.integers(start + 1, at))
    shared = [n for n, (s, e) in enumerate(places) if s < end and start < e]
    expected = (shared[0], shared[-1] + 1) if shared else None
    assert tokens_of(np.array(places, np.int64), start, end) == expected


def test_capitals_that_an_uncased_encoder_drops_are_seen() -> None:
    loud, calm = looks("MAYOR SLAMS “Greedy” Dockers!!"), looks("mayor meets dockers")
    assert loud["share of letters that are capitals"] > 0.4
    assert loud["share of words that are all capitals"] == 0.5
    assert loud["share of words that begin with a capital"] == 1
    assert loud["exclamation marks"] == pytest.approx(2 / 3)
    assert loud["quotation marks"] == 0.5
    assert {name for name, value in calm.items() if value} == {"words, logarithm"}


@given(text=st.text(max_size=200))
def test_looks_are_between_0_and_1_whatever_the_text(text: str) -> None:
    found = surface(text)
    assert found.shape == (len(FEATURES),)
    assert ((found >= 0) & (found <= 1)).all()


@given(logits=st.lists(st.floats(-1e4, 1e4, width=32), min_size=3, max_size=3))
def test_an_exclusive_choice_shares_one_out_and_others_stand_alone(logits: list[float]) -> None:
    one, several = HEADS.choices
    found = shares(one, np.array(logits, np.float32))
    assert found.sum() == pytest.approx(1)
    # Logits that differ by less than a float can tell have the same share
    assert found[int(np.argmax(logits))] == found.max()
    alone = shares(several, np.array(logits[:2], np.float32))
    assert alone == pytest.approx(sigmoid(np.array(logits[:2], np.float32)))
    assert ((alone > 0) & (alone <= 1)).all()
