"""newssd-eng's sentences as the embedded encoder sees them, for benchmarks without a fit."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.encoders import load_encoder, quietly
from training.readings import Encode

Floats = NDArray[np.float32]


def sentences(folder: Path) -> tuple[list[str], Floats]:
    """Read train.csv and val.csv: the sentences, and rows of (objective, subjective) as 0 and 1."""
    texts, targets = [], []
    for name in ("train.csv", "val.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                texts.append(row["Sentence"].strip())
                targets.append([float(row["Label"] == label) for label in ("OBJ", "SUBJ")])
    return texts, np.array(targets, np.float32)


def states(texts: list[str]) -> Floats:
    """Return the encoder's mean state of each text, texts x d."""
    from training.backends import TorchEncode

    with quietly():
        encoder = load_encoder("embedded", Path())
    encode: Encode = TorchEncode(encoder.model.eval())
    rows = []
    for text in texts:
        read = encoder.tokenizer(text, truncation=True, max_length=256, return_tensors="np")
        rows.append(encode(read["input_ids"], read["attention_mask"])[0].mean(axis=0))
    return np.array(rows, np.float32)
