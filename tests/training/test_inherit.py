"""One after the other: a model that goes on from a model of ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from training.checkpoint import Checkpoint, load, read_manifest
from training.encoders import load_encoder
from training.fit import Trained, train
from training.heads import Heads
from training.inherit import inherit
from training.model import PressmarkModel


@pytest.fixture
def before(learned: tuple[Job, Trained]) -> Checkpoint:
    return load(learned[1].folder)


def test_heads_that_ask_the_same_are_taken_over_and_no_other(before: Checkpoint) -> None:
    known = before.model.heads
    first = known.labels[0]
    choice = replace(known.choices[0], values=(*known.choices[0].values, "one more"))
    model = PressmarkModel.on(before.model.encoder, Heads(("new", first), (choice,)))
    fresh = model.token_head.weight.clone()
    assert inherit(model, before.model) == (first,)
    count = len(known.labels)
    assert torch.equal(model.token_head.weight[1], before.model.token_head.weight[0])
    assert torch.equal(model.token_head.weight[3], before.model.token_head.weight[count])
    assert torch.equal(model.token_head.weight[0], fresh[0])


def test_the_same_heads_say_the_same(before: Checkpoint) -> None:
    model = PressmarkModel.on(before.model.encoder, before.model.heads)
    assert len(inherit(model, before.model)) == len(before.model.heads.labels) + len(
        before.model.heads.choices
    )
    ours, theirs = model.state_dict(), before.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_job_goes_on_from_a_model_and_the_manifest_says_from_which(
    annotated: Job, learned: tuple[Job, Trained]
) -> None:
    settings = [f"training.encoder={learned[1].folder}", "training.epochs=1"]
    cold = train(open_job(annotated.folder, ["training.epochs=1"]))
    assert cold.reached is not None
    warm = train(open_job(annotated.folder, settings))
    assert warm.reached is not None
    assert warm.reached > cold.reached
    manifest = read_manifest(warm.folder)
    assert manifest.ancestor
    assert manifest.ancestor["data"] == read_manifest(learned[1].folder).data


def test_a_model_that_is_damaged_is_no_encoder(
    learned: tuple[Job, Trained], tmp_path: Path
) -> None:
    import shutil

    folder = tmp_path / "model"
    shutil.copytree(learned[1].folder, folder)
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(PressmarkError, match=r"damaged or not the file .*sha256") as told:
        load_encoder(str(folder), Path())
    assert "\n" not in str(told.value)
