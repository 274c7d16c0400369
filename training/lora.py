"""Low-rank adapters on the encoder (peft): few parameters learn, and merge into the weights."""

from __future__ import annotations

from typing import Any

from torch import nn

from corpus.errors import PressmarkError
from corpus.settings import LoraSection
from training.model import PressmarkModel


def adapt(model: PressmarkModel, section: LoraSection) -> Any:
    """Put adapters on every linear layer of the model's encoder, whose own weights then rest.

    Returns the peft tuner that `merge` takes. The heads learn as ever.

    Raises:
        PressmarkError: peft is not installed, or the encoder has no linear layer.
    """
    try:
        from peft import LoraConfig, LoraModel
    except ImportError:
        raise PressmarkError(
            "training.lora: peft is not installed; run: pip install 'pressmark[train]'"
        ) from None
    frozen = getattr(model.encoder, "pooler", None)
    resting = set(map(id, frozen.modules())) if isinstance(frozen, nn.Module) else set()
    layers = [
        name
        for name, module in model.encoder.named_modules()
        if isinstance(module, nn.Linear) and id(module) not in resting
    ]
    if not layers:
        raise PressmarkError("training.lora: the encoder has no linear layers; leave 'lora' out")
    config = LoraConfig(
        r=section.rank,
        lora_alpha=section.alpha,
        lora_dropout=section.dropout,
        target_modules=layers,
    )
    return LoraModel(model.encoder, config, "default")


def merge(model: PressmarkModel, tuner: Any) -> None:
    """Add what the adapters learned to the encoder's weights; it is a plain encoder again."""
    model.encoder = tuner.merge_and_unload()
    for parameter in model.encoder.parameters():
        parameter.requires_grad_(requires_grad=True)
