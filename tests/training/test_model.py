"""The token model: soft targets, masks, and a folder like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import PreTrainedConfig

from corpus.errors import PressmarkError
from tests.training.press import tiny_encoder
from training.encoders import Encoder, load_encoder
from training.heads import FLAG, Choice, Heads
from training.model import PressmarkModel
from training.units import FEATURES


@pytest.fixture
def model(tiny: Path) -> PressmarkModel:
    return PressmarkModel.on(load_encoder(str(tiny), Path()).model, Heads(("a", "b", "c"))).eval()


def batch(encoder: Encoder) -> dict[str, torch.Tensor]:
    ids = encoder.tokenizer("the mayor visits the board", return_tensors="pt")["input_ids"]
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}


def taught(given: dict[str, torch.Tensor], target: float, mask: float) -> dict[str, torch.Tensor]:
    shape = (*given["input_ids"].shape, 3)
    full = {name: torch.full(shape, target) for name in ("inside", "begins")}
    return {**given, **full, "mask": torch.full(shape, mask)}


def test_every_label_has_two_sigmoids_of_its_own(model: PressmarkModel, encoder: Encoder) -> None:
    given = batch(encoder)
    output = model(**given)
    assert output.inside.shape == output.begins.shape == (*given["input_ids"].shape, 3)
    assert output.loss is None


def test_a_soft_target_pulls_the_probability_to_the_share(
    model: PressmarkModel, encoder: Encoder
) -> None:
    given = taught(batch(encoder), 0.3, 1.0)
    steps = torch.optim.Adam(model.token_head.parameters(), 0.05)
    for _ in range(300):
        steps.zero_grad()
        model(**given).loss.backward()
        steps.step()
    assert model(**given).inside.sigmoid().detach() == pytest.approx(
        torch.full((*given["input_ids"].shape, 3), 0.3).numpy(), abs=0.02
    )


def test_masked_tokens_cost_nothing(model: PressmarkModel, encoder: Encoder) -> None:
    assert model(**taught(batch(encoder), 1.0, 0.0)).loss == 0
    half = taught(batch(encoder), 1.0, 1.0)
    whole = model(**half).loss
    half["mask"][..., 1:] = 0
    other = {**half, "inside": half["inside"].clone(), "begins": half["begins"].clone()}
    other["inside"][..., 1:] = 0
    other["begins"][..., 1:] = 0
    assert model(**half).loss == model(**other).loss
    assert model(**half).loss != whole


def test_the_heads_start_at_the_labels_rates(tiny: Path, encoder: Encoder) -> None:
    choices = (Choice("a", "block", False, FLAG), Choice("view", "article", True, ("for", "not")))
    model = PressmarkModel.on(load_encoder(str(tiny), Path()).model, Heads(("a", "b"), choices))
    torch.nn.init.zeros_(model.token_head.weight)
    torch.nn.init.zeros_(model.unit_head.weight)
    model.expect([0.1, 0.0], [0.01, 0.2], [0.3, 0.8, 0.2])
    unit = {
        "units": torch.tensor([[[1, 3, 1, 4]]]),
        "whole": torch.tensor([[False]]),
        "surface": torch.zeros(1, 1, len(FEATURES)),
    }
    output = model(**batch(encoder), **unit)
    assert output.inside.sigmoid()[0, 0].tolist() == pytest.approx([0.1, 1e-4], rel=1e-3)
    assert output.begins.sigmoid()[0, 0].tolist() == pytest.approx([0.01, 0.2], rel=1e-3)
    assert output.units[0, 0, 0].sigmoid().item() == pytest.approx(0.3, rel=1e-3)
    assert output.units[0, 0, 1:].softmax(0).tolist() == pytest.approx([0.8, 0.2], rel=1e-3)


def test_saved_and_loaded_it_says_the_same(
    model: PressmarkModel, encoder: Encoder, tmp_path: Path
) -> None:
    model.save_pretrained(tmp_path)
    again = PressmarkModel.from_pretrained(tmp_path).eval()
    assert again.heads == model.heads
    assert torch.equal(model(**batch(encoder)).inside, again(**batch(encoder)).inside)
    assert not list(tmp_path.glob("*.bin"))


@pytest.mark.parametrize("kind", ["bert", "roberta", "deberta-v2", "modernbert"])
def test_attention_keeps_all_of_its_weights_where_it_is_told_so(tmp_path: Path, kind: str) -> None:
    encoder = load_encoder(str(tiny_encoder(tmp_path / kind, kind)), Path())
    given = batch(encoder)

    def states(dropped: float, *, train: bool) -> list[torch.Tensor]:
        model = PressmarkModel.on(encoder.model, Heads(("a",)), attention_dropout=dropped)
        for part in model.encoder.modules():
            if isinstance(part, torch.nn.Dropout) and part.p != dropped:
                part.p = 0.0  # what else the encoder drops
        model.train(mode=train)
        return [model(**given).states.detach() for _ in range(2)]

    kept, again = states(0.0, train=True)
    assert torch.equal(kept, again)
    dropped, otherwise = states(0.7, train=True)
    assert not torch.equal(dropped, otherwise)
    # and the weights are the encoder's own
    torch.testing.assert_close(kept, encoder.model.eval()(**given).last_hidden_state)
    torch.testing.assert_close(states(0.7, train=False)[0], kept)


def test_an_encoder_without_such_dropout_is_refused(encoder: Encoder) -> None:
    bare = type("Config", (PreTrainedConfig,), {"model_type": "bare"})()
    strange = type("Strange", (), {"config": bare})()
    with pytest.raises(PressmarkError, match=r"^training\.attention_dropout: .* 'bare' .*remove"):
        PressmarkModel.on(strange, Heads(("a",)), attention_dropout=0.0)
