"""The model: one encoder, a token head and a unit head, made from a scheme's heads.

Labels may overlap, so each token has an 'inside' and a 'begins' sigmoid a label; spans of any width
are runs of tokens that are inside. A unit (a block, a span, a sentence, the article) is read as
[first token; last token; mean; mean of its context; what it looks like] by one hidden layer.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.utils.generic import ModelOutput

from corpus.errors import PressmarkError
from training.heads import Heads
from training.units import FEATURES

#: What configurations call the share of attention's weights that is dropped.
_ATTENTION_DROPOUT = ("attention_probs_dropout_prob", "attention_dropout")


class PressmarkConfig(PreTrainedConfig):  # type: ignore[no-untyped-call]  # theirs is half typed
    """The encoder's configuration, the heads (see `Heads.as_dict`), dropout and hidden size."""

    model_type = "pressmark"
    sub_configs = {"encoder": AutoConfig}  # noqa: RUF012  # transformers reads it from the class

    def __init__(
        self,
        encoder: PreTrainedConfig | dict[str, Any] | None = None,
        heads: dict[str, Any] | None = None,
        dropout: float = 0.1,
        hidden: int = 256,
        **more: Any,
    ) -> None:
        if isinstance(encoder, dict):
            encoder = AutoConfig.for_model(**encoder)
        self.encoder = encoder
        self.heads = heads or Heads(()).as_dict()
        self.dropout = dropout
        self.hidden = hidden
        super().__init__(**more)


@dataclass
class Output(ModelOutput):
    """Logits, and the loss where targets were given.

    `inside` and `begins` are batch x tokens x labels, `units` batch x units x outputs (where units
    were given), `states` batch x tokens x d.
    """

    loss: torch.Tensor | None = None
    inside: torch.Tensor | None = None
    begins: torch.Tensor | None = None
    units: torch.Tensor | None = None
    states: torch.Tensor | None = None


class PressmarkModel(PreTrainedModel):  # type: ignore[no-untyped-call]  # theirs is half typed
    """An encoder with a token head and a unit head; saved and loaded as any Hugging Face model."""

    config_class = PressmarkConfig
    base_model_prefix = "encoder"
    supports_gradient_checkpointing = True
    # Our loss is a sum over rows: the Trainer's own rescaling would not know our masks
    accepts_loss_kwargs = False

    def __init__(self, config: PressmarkConfig) -> None:
        super().__init__(config)
        self.encoder = AutoModel.from_config(config.encoder)  # type: ignore[no-untyped-call]  # theirs
        assert config.encoder is not None, "only transformers makes a config without an encoder"
        size = config.encoder.hidden_size
        self.heads = Heads.from_dict(config.heads)
        self.dropout = nn.Dropout(config.dropout)
        self.token_head = _head(size, 2 * len(self.heads.labels))
        self.unit_hidden = nn.Linear(4 * size + len(FEATURES), config.hidden)
        self.unit_head = _head(config.hidden, self.heads.outputs)
        self.post_init()  # type: ignore[no-untyped-call]  # theirs

    @classmethod
    def on(
        cls,
        encoder: PreTrainedModel,
        heads: Heads,
        dropout: float = 0.1,
        attention_dropout: float | None = None,
    ) -> PressmarkModel:
        """Return a model with fresh heads on a pretrained `encoder`.

        With an `attention_dropout` it is on a copy whose attention drops that share of its weights;
        at 0 PyTorch's fused attention can run.

        Raises:
            PressmarkError: the encoder's attention knows no such share.
        """
        config = encoder.config
        if attention_dropout is not None:
            config = _dropping(config, attention_dropout)
        model = cls(PressmarkConfig(config, heads.as_dict(), dropout))
        if config is encoder.config:
            model.encoder = encoder
        else:
            model.encoder.load_state_dict(encoder.state_dict())
        # BERT's pooler is never asked: several processes would wait for its gradients
        for parameter in getattr(getattr(model.encoder, "pooler", None), "parameters", list)():
            parameter.requires_grad_(requires_grad=False)
        return model

    def expect(
        self, inside: Sequence[float], begins: Sequence[float], picked: Sequence[float]
    ) -> None:
        """Start the heads at these rates, a label or an output: no step is spent on learning them.

        A sigmoid starts at the logarithm of the odds, a softmax at that of the shares.
        """
        with torch.no_grad():
            self.token_head.bias.copy_(_odds([*inside, *begins]))
            bias = _odds(picked)
            for choice, at in self.heads.columns():
                if choice.exclusive:
                    bias[at] = torch.tensor(picked[at]).clamp(min=1e-4).log()
            self.unit_head.bias.copy_(bias)

    def forward(  # noqa: PLR0917  # transformers may hand them over by position
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        units: torch.Tensor | None = None,
        whole: torch.Tensor | None = None,
        surface: torch.Tensor | None = None,
        inside: torch.Tensor | None = None,
        begins: torch.Tensor | None = None,
        mask: torch.Tensor | None = None,
        picked: torch.Tensor | None = None,
        picked_mask: torch.Tensor | None = None,
    ) -> Output:
        """Return the logits, and the loss where targets are given.

        Args:
            input_ids: batch x tokens, as `attention_mask`.
            attention_mask: 1 for a token, 0 for padding.
            units: batch x units x 4, see `pool`; `whole` is batch x units.
            whole: whether a unit has no ends worth reading.
            surface: batch x units x features, see `training.units.surface`.
            inside: the share of annotators, batch x tokens x labels; `begins` and `mask` likewise.
            begins: the share who began a span there.
            mask: the weight of each token and label in the loss, 0 where nobody was asked.
            picked: the share who picked a value, batch x units x outputs.
            picked_mask: the weight of each in the loss, 0 where it was not asked.

        The loss is a sum over what the masks weigh, divided by the rows of the batch alone. So
        batches add up: two processes, or two steps that accumulate, give what one gives.
        """
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        is_inside, is_begin = self.token_head(self.dropout(states)).chunk(2, dim=-1)
        on_units = None
        if units is not None and whole is not None and surface is not None:
            pooled = torch.cat([pool(states.float(), units, whole), surface], dim=-1)
            hidden = torch.relu(self.unit_hidden(self.dropout(pooled)))
            on_units = self.unit_head(self.dropout(hidden))
        loss = None
        if inside is not None and begins is not None and mask is not None:
            parts = [_binary(is_inside, inside, mask), _binary(is_begin, begins, mask)]
            if on_units is not None and picked is not None and picked_mask is not None:
                parts += self.choice_losses(on_units, picked, picked_mask).values()
            loss = torch.stack(parts).sum() / len(input_ids)
        return Output(loss=loss, inside=is_inside, begins=is_begin, units=on_units, states=states)

    def choice_losses(
        self, logits: torch.Tensor, picked: torch.Tensor, mask: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Return each choice's loss, summed over the batch, by what it asks of what."""
        found = {}
        for choice, at in self.heads.columns():
            ours, target, weight = logits[..., at].float(), picked[..., at], mask[..., at]
            if choice.exclusive:
                loss = -(target * ours.log_softmax(-1) * weight).sum()
            else:
                loss = _binary(ours, target, weight)
            found[f"{choice.name} ({choice.about})"] = loss
        return found


def pool(states: torch.Tensor, units: torch.Tensor, whole: torch.Tensor) -> torch.Tensor:
    """Return batch x units x 4d: first token, last token, mean, and mean of the context.

    `units` has four token positions a unit: first and stop of the unit itself, first and stop of
    its context, both half-open. A `whole` unit's mean stands for its ends too.
    """
    sums = nn.functional.pad(states.cumsum(1), (0, 0, 1, 0))

    def at(source: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
        return source.gather(1, where.unsqueeze(-1).expand(-1, -1, source.shape[-1]))

    first, stop, outer, outer_stop = units.unbind(-1)
    mean = (at(sums, stop) - at(sums, first)) / (stop - first).clamp(min=1).unsqueeze(-1)
    span = (outer_stop - outer).clamp(min=1).unsqueeze(-1)
    context = (at(sums, outer_stop) - at(sums, outer)) / span
    only_mean = whole.unsqueeze(-1)
    begin = torch.where(only_mean, mean, at(states, first))
    end = torch.where(only_mean, mean, at(states, (stop - 1).clamp(min=0)))
    return torch.cat([begin, end, mean, context], dim=-1)


def _dropping(config: PreTrainedConfig, share: float) -> PreTrainedConfig:
    """Return the configuration with another share of attention's weights dropped."""
    changed = copy.deepcopy(config)
    names = [name for name in _ATTENTION_DROPOUT if hasattr(config, name)]
    if not names:
        raise PressmarkError(
            f"training.attention_dropout: the attention of {config.model_type!r} drops nothing that"
            " its configuration names; remove the key"
        )
    for name in names:
        setattr(changed, name, share)
    return changed


def _head(size: int, outputs: int) -> nn.Linear:
    with warnings.catch_warnings():
        # A scheme without labels, or without anything else, has a head of no outputs
        warnings.filterwarnings("ignore", message="Initializing zero-element tensors")
        return nn.Linear(size, outputs)


def _odds(rates: Sequence[float]) -> torch.Tensor:
    return torch.logit(torch.tensor(list(rates)).clamp(1e-4, 0.5))


def _binary(logits: torch.Tensor, target: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    each = nn.functional.binary_cross_entropy_with_logits(logits.float(), target, reduction="none")
    return (each * weight).sum()


AutoConfig.register("pressmark", PressmarkConfig, exist_ok=True)
AutoModel.register(PressmarkConfig, PressmarkModel, exist_ok=True)
