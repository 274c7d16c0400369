"""One after the other: a model that goes on from a model of ours."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.records import Article, Block
from tests.conftest import MakeJob
from tests.speech import SCHEME
from tests.training.conftest import QUICK
from tests.training.press import annotate, pages
from training.checkpoint import Checkpoint, load, read_manifest
from training.encoders import load_encoder
from training.fit import Lesson, Trained, train
from training.heads import Heads
from training.inherit import inherit
from training.model import PressmarkModel
from training.rights import encoder as began_with
from training.selecting.label_errors import label_errors


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


@pytest.fixture
def new(job: MakeJob, tiny: Path) -> Job:
    """A job of twenty other articles than those of `learned`."""
    articles = [replace(page, id=f"new {page.id}") for page in pages(20, seed=5)]
    made = job(*articles, scheme=SCHEME, training={**QUICK, "encoder": str(tiny)})
    annotate(made, articles)
    return made


def test_a_job_goes_on_from_a_model_and_the_manifest_says_from_which(
    new: Job, learned: tuple[Job, Trained]
) -> None:
    settings = [f"training.encoder={learned[1].folder}", "training.epochs=1"]
    cold = train(open_job(new.folder, ["training.epochs=1"]))
    assert cold.reached is not None
    warm = train(open_job(new.folder, settings))
    assert warm.reached is not None
    assert warm.reached > cold.reached
    manifest = read_manifest(warm.folder)
    assert manifest.ancestor
    assert manifest.ancestor["data"] == read_manifest(learned[1].folder).data


@pytest.mark.parametrize("parted", [True, False])
def test_a_model_does_not_go_on_from_one_that_was_taught_what_it_is_measured_on(
    new: Job, annotated: Job, tmp_path: Path, parted: bool
) -> None:
    first = train(open_job(annotated.folder, ["training.epochs=1"]))
    # And on from there, so that the manifest before the last tells of it
    chain = [f"training.encoder={first.folder}", "training.epochs=1"]
    encoder = train(open_job(new.folder, chain)).folder if parted else first.folder
    told = rf"^training.encoder: .* was taught {len(first.train)} of the \d+ articles"
    settings = [f"training.encoder={encoder}", "training.epochs=1"]
    folded = open_job(annotated.folder, [*settings, "training.folds=2"])
    with pytest.raises(PressmarkError, match=told) as refused:
        train(folded)
    assert "\n" not in str(refused.value)
    with pytest.raises(PressmarkError, match="was taught"):
        train(open_job(annotated.folder, [*settings, "training.seed=4"]))
    with pytest.raises(PressmarkError, match="was taught"):
        label_errors(folded)
    # What it was taught may be taught again
    assert read_manifest(train(open_job(annotated.folder, settings)).folder).ancestor


def test_what_an_ancestor_was_taught_is_told_by_its_text_whatever_its_number(
    annotated: Job, new: Job, articles: list[Article], job: MakeJob
) -> None:
    section = f"training.corpora=[{annotated.folder}]"
    first = train(open_job(new.folder, [section, "training.epochs=1"]))
    renamed = [replace(page, id=f"again {page.id}") for page in articles]
    taught = {*read_manifest(first.folder).texts} & {page.sha256 for page in renamed}
    assert len(taught) == len(Lesson.of(annotated).parts.train)
    again = job(*renamed, scheme=SCHEME, training={**QUICK, "encoder": str(first.folder)})
    annotate(again, renamed)
    with pytest.raises(PressmarkError, match=f"was taught {len(taught)} of the 20 articles"):
        train(open_job(again.folder, ["training.folds=2"]))


def test_what_an_ancestor_was_taught_is_told_in_another_version_too(
    job: MakeJob, tiny: Path
) -> None:
    def written(page: Article, start: str, end: str) -> Article:
        words = " ".join(f"{page.id}{noun}{n}" for n in range(30) for noun in ("quay", "tide"))
        text = f"{page.text}\n\n{start}{words}{end}"
        last = Block(len(page.text) + 2, len(text), "paragraph")
        return Article(id=page.id, text=text, blocks=(*page.blocks, last))

    section = {**QUICK, "epochs": 1, "encoder": str(tiny)}
    stories = pages(10)
    first = [written(page, "", "") for page in stories]
    made = job(*first, scheme=SCHEME, training=section)
    annotate(made, first)
    trained = train(made)
    taught = len(trained.train)
    section["encoder"] = str(trained.folder)
    updated = [replace(written(p, "Early: ", " Updated."), id=f"again {p.id}") for p in stories]
    again = job(*updated, scheme=SCHEME, training=section)
    annotate(again, updated)
    told = f"was taught {taught} of the 10 articles .*again p"
    with pytest.raises(PressmarkError, match=told):
        train(open_job(again.folder, ["training.folds=2"]))
    others = [replace(written(replace(p, id=f"x{p.id}"), "", ""), id=p.id + "!") for p in stories]
    apart = job(*others, scheme=SCHEME, training=section)
    annotate(apart, others)
    assert read_manifest(train(apart).folder).ancestor


def test_training_records_the_licence_that_its_encoders_card_states(
    annotated: Job, tiny: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny, tmp_path / "theirs")
    (tmp_path / "theirs" / "README.md").write_text("---\nlicense: mit\n---\n# Theirs\n")
    once = ["training.epochs=1", f"training.encoder={tmp_path / 'theirs'}"]
    folder = train(open_job(annotated.folder, once)).folder
    assert read_manifest(folder).encoder_licence == "mit"
    shutil.copytree(folder, tmp_path / "first")
    once[1] = f"training.encoder={tmp_path / 'first'}"
    manifest = read_manifest(train(open_job(annotated.folder, once)).folder)
    assert manifest.encoder_licence is None
    assert began_with(manifest) == (str(tmp_path / "theirs"), "mit")


def test_a_model_that_is_damaged_is_no_encoder(
    learned: tuple[Job, Trained], tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(learned[1].folder, folder)
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(PressmarkError, match=r"damaged or not the file .*sha256") as told:
        load_encoder(str(folder), Path())
    assert "\n" not in str(told.value)
