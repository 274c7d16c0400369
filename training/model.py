"""The token model: an encoder with one 'inside' and one 'begins' sigmoid a label.

Labels may overlap, so each has sigmoids of its own; spans of any width are runs of tokens that are
inside; 'begins' tells touching spans apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.utils.generic import ModelOutput


class SpanConfig(PreTrainedConfig):  # type: ignore[no-untyped-call]  # theirs is half typed
    """The encoder's configuration, the labels in the order of the heads, and the dropout."""

    model_type = "pressmark-spans"
    sub_configs = {"encoder": AutoConfig}  # noqa: RUF012  # transformers reads it from the class

    def __init__(
        self,
        encoder: PreTrainedConfig | dict[str, Any] | None = None,
        labels: Sequence[str] = (),
        dropout: float = 0.1,
        **more: Any,
    ) -> None:
        if isinstance(encoder, dict):
            encoder = AutoConfig.for_model(**encoder)
        self.encoder = encoder
        self.labels = list(labels)
        self.dropout = dropout
        super().__init__(**more)


@dataclass
class SpanOutput(ModelOutput):
    """Logits of shape batch x tokens x labels, and the loss where targets were given."""

    loss: torch.Tensor | None = None
    inside: torch.Tensor | None = None
    begins: torch.Tensor | None = None


class SpanModel(PreTrainedModel):  # type: ignore[no-untyped-call]  # theirs is half typed
    """An encoder with a token head; saved and loaded as any Hugging Face model."""

    config_class = SpanConfig
    base_model_prefix = "encoder"

    def __init__(self, config: SpanConfig) -> None:
        super().__init__(config)
        self.encoder = AutoModel.from_config(config.encoder)  # type: ignore[no-untyped-call]  # theirs
        self.dropout = nn.Dropout(config.dropout)
        assert config.encoder is not None, "only transformers makes a config without an encoder"
        self.head = nn.Linear(config.encoder.hidden_size, 2 * len(config.labels))
        self.post_init()  # type: ignore[no-untyped-call]  # theirs

    @classmethod
    def on(cls, encoder: PreTrainedModel, labels: Sequence[str]) -> SpanModel:
        """Return a model with a fresh head on a pretrained `encoder`."""
        model = cls(SpanConfig(encoder.config, labels))
        model.encoder = encoder
        return model

    def expect(self, inside: Sequence[float], begins: Sequence[float]) -> None:
        """Start the head at these rates of the labels: no step is spent on learning them."""
        rates = [min(max(rate, 1e-4), 0.5) for rate in (*inside, *begins)]
        with torch.no_grad():
            self.head.bias.copy_(torch.tensor([math.log(rate / (1 - rate)) for rate in rates]))

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        inside: torch.Tensor | None = None,
        begins: torch.Tensor | None = None,
        mask: torch.Tensor | None = None,
    ) -> SpanOutput:
        """Return the logits, and the mean loss a token over soft targets where `mask` is 1."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        is_inside, is_begin = self.head(self.dropout(states)).chunk(2, dim=-1)
        if inside is None or begins is None or mask is None:
            return SpanOutput(inside=is_inside, begins=is_begin)
        loss = _loss(is_inside, inside, mask) + _loss(is_begin, begins, mask)
        return SpanOutput(loss=loss, inside=is_inside, begins=is_begin)


def _loss(logits: torch.Tensor, target: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    each = nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    # A batch in which nothing is asked has a loss of 0, not of 0 / 0
    return (each * mask).sum() / mask.sum().clamp(min=1)
