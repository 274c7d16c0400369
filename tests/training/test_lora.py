"""Adapters: few parameters learn, and the saved model is a plain one."""

from __future__ import annotations

from pathlib import Path

import peft
import pytest
import torch

from corpus.job import Job, open_job
from corpus.settings import LoraSection
from tests.training.press import KINDS, tiny_encoder
from training.checkpoint import load
from training.encoders import load_encoder
from training.fit import train
from training.heads import Heads
from training.lora import adapt, merge
from training.model import PressmarkModel
from training.predict import predict

SENTENCE = "the mayor visits the board"
#: What adapters of peft's own are commonly put on, by architecture.
ATTENTION = {
    "bert": ["query", "value"],
    "roberta": ["query", "value"],
    "deberta-v2": ["query_proj", "value_proj"],
    "modernbert": ["Wqkv"],
}


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def tiny(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder") / kind, kind)


@pytest.fixture
def model(tiny: Path) -> PressmarkModel:
    return PressmarkModel.on(load_encoder(str(tiny), Path()).model, Heads(("a", "b")))


def batch(tiny: Path) -> dict[str, torch.Tensor]:
    ids = load_encoder(str(tiny), Path()).tokenizer(SENTENCE, return_tensors="pt")["input_ids"]
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}


def test_the_encoder_rests_but_for_its_adapters_and_the_heads_learn(model: PressmarkModel) -> None:
    adapt(model, LoraSection(rank=2))
    learning = {name for name, p in model.named_parameters() if p.requires_grad}
    assert all("lora_" in name for name in learning if name.startswith("encoder."))
    assert {"token_head.weight", "unit_head.weight"} <= learning
    assert any("lora_" in name for name in learning)


def test_merged_it_says_the_same_and_has_the_names_it_had(
    model: PressmarkModel, tiny: Path
) -> None:
    names = set(model.state_dict())
    tuner = adapt(model, LoraSection(rank=2))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.add_(0.3)
    model.train(mode=False)
    before = model(**batch(tiny)).inside
    merge(model, tuner)
    assert set(model.state_dict()) == names
    assert torch.allclose(model(**batch(tiny)).inside, before, atol=1e-5)


def test_a_job_trains_with_adapters_and_its_model_loads_without_peft(
    annotated: Job, tiny: Path, kind: str
) -> None:
    settings = ["training.epochs=1", "training.lora={rank: 4}", f"training.encoder={tiny}"]
    job = open_job(annotated.folder, settings)
    found = load(train(job).folder)
    assert found.model.config.encoder.model_type == kind
    assert not [name for name in found.model.state_dict() if "lora" in name]
    start = load_encoder(job.settings.training.encoder, job.folder).model.state_dict()
    after = found.model.encoder.state_dict()
    moved = [name for name in start if not torch.equal(start[name], after[name])]
    assert moved
    assert all(name.endswith("weight") for name in moved)
    assert predict(job).articles == 20


# peft 0.21 asks for gradient checkpointing by the name that transformers 5.23 gives up
@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
def test_peft_wraps_our_model_by_itself(
    model: PressmarkModel, kind: str, tiny: Path, tmp_path: Path
) -> None:
    config = peft.LoraConfig(
        r=2, target_modules=ATTENTION[kind], modules_to_save=["token_head", "unit_head"]
    )
    wrapped = peft.get_peft_model(model, config)
    given = batch(tiny)
    shape = (*given["input_ids"].shape, 2)
    targets = {name: torch.ones(shape) for name in ("inside", "begins", "mask")}
    wrapped(**given, **targets).loss.backward()
    learned = {name for name, p in wrapped.named_parameters() if p.grad is not None}
    assert any("lora_" in name for name in learned)
    assert any("token_head" in name for name in learned)
    wrapped.train(mode=False)
    before = wrapped(**given).inside
    wrapped.save_pretrained(tmp_path)
    base = PressmarkModel.on(load_encoder(str(tiny), Path()).model, Heads(("a", "b")))
    again = peft.PeftModel.from_pretrained(base, tmp_path).eval()
    assert torch.allclose(again(**given).inside, before, atol=1e-6)
