"""Models that go on from models: nothing is measured on what one of them was taught."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus.errors import PressmarkError
from corpus.records import Article
from training.checkpoint import Manifest
from training.descent import descent
from training.encoders import Encoder, load_encoder
from training.likeness import versions


def load_apart(name: str, folder: Path, measured: Iterable[Article]) -> Encoder:
    """Load an encoder as `load_encoder` does, one that was taught none of `measured`.

    Raises:
        PressmarkError: it is a model of ours that was, or that goes on from one that was.
    """
    encoder, articles = load_encoder(name, folder), list(measured)
    known = taught_before(encoder.ancestor, articles)
    if known:
        few = ", ".join(known[:5]) + (", …" if len(known) > 5 else "")
        raise PressmarkError(
            f"training.encoder: {name!r} was taught {len(known)} of the {len(articles)} articles"
            f" that are to be read as unseen ({few}): start from another encoder, leave them out"
            " (pressmark split --hold-out ID), or, without folds, try another training.seed"
        )
    return encoder


def taught_before(ancestor: Mapping[str, Any] | None, articles: Iterable[Article]) -> list[str]:
    """Return the ids of those of `articles` that a model was taught, or one that it goes on from.

    Args:
        ancestor: the model's manifest. It tells its own job's articles by id, and every text that
            was taught by its sha256 and its signature, by which versions of it are told, nearly
            always (one of an older Pressmark does not).
        articles: to be told apart.
    """
    ids: set[str] = set()
    texts: set[str] = set()
    signed: set[str] = set()
    for each in descent(ancestor):
        ids.update(each.get("train", ()))
        texts.update(each.get("texts", ()))
        signed.update(each.get("signatures", ()))
    found = list(articles)
    ids |= versions(found, signed)
    return [each.id for each in found if each.id in ids or each.sha256 in texts]


def texts_taught(manifest: Manifest) -> frozenset[str]:
    """Return the sha256 of each text that a model was taught, or one that it goes on from."""
    line = descent(asdict(manifest))
    return frozenset(text for each in line for text in each.get("texts", ()))
