"""What runs an encoder, and a reader on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from training.model import PressmarkModel
from training.readings import Reader
from training.units import Floats, Ints
from training.weights import NAMES, Weights


@dataclass(frozen=True)
class TorchEncode:
    """An encoder in PyTorch, eager, in the precision of its weights."""

    encoder: Any

    def __call__(self, ids: Ints, mask: Ints) -> Floats:
        """Return the last hidden states in float32."""
        device = self.encoder.device
        with torch.inference_mode():
            output = self.encoder(
                input_ids=torch.from_numpy(ids).to(device),
                attention_mask=torch.from_numpy(mask).to(device),
            )
        states: Floats = output.last_hidden_state.float().cpu().numpy()
        return states


def weights_of(model: PressmarkModel) -> Weights:
    """Return the heads' weights of `model`."""
    tensors = {
        name: tensor.detach().float().cpu().numpy()
        for name, tensor in model.state_dict().items()
        if name.startswith(NAMES)
    }
    return Weights(model.heads, tensors)


def reader(model: PressmarkModel, tokenizer: Any, window: int, stride: int) -> Reader:
    """Return a reader on `model` as it stands: eager, in its own precision, on its own device."""
    model.train(mode=False)
    return Reader(TorchEncode(model.encoder), weights_of(model), tokenizer, window, stride)
