"""A learned second opinion on what each line of a page is, where the rules are not certain.

A small convolutional network over the lines of the page, taught on typed pages
(benchmarks/train_tagger.py); three of them vote. Here are only its numbers and numpy.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

from corpus.blocks.line_features import Known, features
from corpus.blocks.line_words import line_key
from corpus.errors import PressmarkError
from corpus.records import BLOCK_KINDS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

#: Gives lines, by their number, another author: the kind and its probability.
Tagger = Callable[[Known], Mapping[int, tuple[str, float]]]

MANIFEST = "tagger.json"
#: The shortest page that taught it holds so many lines.
SHORTEST = 60
#: .9 and .95 were alike on the tuning publishers left out, .99 a little worse.
CERTAIN = 0.9
#: Rows of 200 numbers by 64: OpenBLAS makes threads from 2**18 multiplications on.
_ROWS = 16
_HEADLINE = BLOCK_KINDS.index("headline")


@dataclass(frozen=True)
class Network:
    """The numbers of one network: a dense layer, convolutions over lines, a dense layer."""

    first: tuple[Matrix, Matrix]
    convolutions: tuple[tuple[Matrix, Matrix], ...]
    last: tuple[Matrix, Matrix]


@dataclass(frozen=True)
class Model:
    """What was learned: how features are scaled, the networks, and a temperature.

    The convolution number n looks at the lines 2**n above and below.
    """

    mean: Matrix
    scale: Matrix
    networks: tuple[Network, ...]
    temperature: float = 1.0

    def probabilities(self, rows: Matrix) -> Matrix:
        """Return the probability of each of BLOCK_KINDS for each line."""
        import numpy as np

        scaled = (rows - self.mean) / self.scale
        total = np.zeros((len(rows), len(BLOCK_KINDS)), np.float32)
        for network in self.networks:
            total += _softmax(_scores(network, scaled) / self.temperature)
        total /= len(self.networks)
        return total


def _scores(network: Network, rows: Matrix) -> Matrix:
    import numpy as np

    weight, bias = network.first
    hidden: Matrix = np.maximum(_times(rows, weight) + bias, 0)
    for number, (weight, bias) in enumerate(network.convolutions):
        reach = 2**number
        padded = np.pad(hidden, ((reach, reach), (0, 0)))
        seen = np.concatenate((padded[: -2 * reach], hidden, padded[2 * reach :]), axis=1)
        hidden = hidden + np.maximum(_times(seen, weight) + bias, 0)
    weight, bias = network.last
    scores: Matrix = _times(hidden, weight) + bias
    return scores


def _times(rows: Matrix, weight: Matrix) -> Matrix:
    """The product, a few rows at a time: of larger ones BLAS makes threads that wait for work.

    A page's product takes less than a millisecond; the waiting doubled the processor's time.
    """
    import numpy as np

    spare = -len(rows) % _ROWS
    stacked = np.pad(rows, ((0, spare), (0, 0))).reshape(-1, _ROWS, rows.shape[1])
    product: Matrix = np.matmul(stacked, weight).reshape(-1, weight.shape[1])[: len(rows)]
    return product


def _softmax(scores: Matrix) -> Matrix:
    import numpy as np

    raised: Matrix = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Matrix = raised / raised.sum(axis=1, keepdims=True)
    return shares


def learned(known: Known) -> Mapping[int, tuple[str, float]]:
    """Return the kinds of the lines that the rules leave to the model.

    None of plain text, where a tagger is no better than the rules (docs/blocks.md), and none of a
    page shorter than any that taught it.
    """
    if not known.pieces or len(known.lines) < SHORTEST:
        return {}
    return decided(known, load_model("html"))


def decided(known: Known, model: Model) -> Mapping[int, tuple[str, float]]:
    """Return what `model` says of the lines of which the rules are not certain."""
    shares = model.probabilities(features(known))
    return choose(known, shares)


def choose(known: Known, shares: Matrix) -> Mapping[int, tuple[str, float]]:
    """Return kind and probability of each line that is the model's to type.

    It is not asked about what a person wrote into a pack, a page's one headline, comments that
    markup names, and kinds that a rule gives rightly in `CERTAIN` of all cases and more: but for
    chrome and paragraphs, which are what the rules call all that is left.
    """
    import numpy as np

    shares = shares.copy()
    shares[:, _HEADLINE] = 0  # the rules have found it, or found that there is none
    best = np.argmax(shares, axis=1)
    return {
        i: (BLOCK_KINDS[best[i]], round(float(shares[i, best[i]]), 3))
        for i in range(len(shares))
        if not _settled(known, i)
    }


def _settled(known: Known, i: int) -> bool:
    kind, rule = known.kinds[i], known.rules[i]
    if kind in ("headline", "poll") or (kind == "comments" and rule == "markup"):
        return True
    if rule == "pack" and line_key(known.words[i]) in known.cues.told:
        return True
    return known.sure[i] >= CERTAIN and kind not in ("chrome", "paragraph")


@functools.cache
def load_model(form: str) -> Model:
    """Load the model for 'html'; its numbers must be those of the manifest.

    Raises:
        PressmarkError: the file is not the one that was trained.
    """
    folder = files("corpus.blocks") / "models"
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["models"][form]
    data = (folder / manifest["file"]).read_bytes()
    if hashlib.sha256(data).hexdigest() != manifest["sha256"]:
        raise PressmarkError(
            f"{manifest['file']}: not the trained tagger (its sha256 differs); install anew"
        )
    return unpack(data, manifest.get("temperature", 1.0))


def pack(model: Model) -> bytes:
    """Return the model as npz without pickle, numbers in half precision."""
    import numpy as np

    arrays = {"mean": model.mean, "scale": model.scale}
    for n, network in enumerate(model.networks):
        layers = (network.first, *network.convolutions, network.last)
        for k, (weight, bias) in enumerate(layers):
            arrays[f"w{n}.{k}"], arrays[f"b{n}.{k}"] = weight, bias
    target = BytesIO()
    np.savez_compressed(target, **{k: v.astype(np.float16) for k, v in arrays.items()})  # type: ignore[arg-type]
    return target.getvalue()


def unpack(data: bytes, temperature: float) -> Model:
    """Return the model that `pack` wrote."""
    import numpy as np

    with np.load(BytesIO(data), allow_pickle=False) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in stored.files}
    networks: list[Network] = []
    while f"w{len(networks)}.0" in arrays:
        networks.append(_network(arrays, len(networks)))
    return Model(arrays["mean"], arrays["scale"], tuple(networks), temperature)


def _network(arrays: Mapping[str, Matrix], number: int) -> Network:
    layers: list[tuple[Matrix, Matrix]] = []
    while f"w{number}.{len(layers)}" in arrays:
        name = f"{number}.{len(layers)}"
        layers.append((arrays[f"w{name}"], arrays[f"b{name}"]))
    return Network(layers[0], tuple(layers[1:-1]), layers[-1])
