"""upload: what the licences let out, and what they do not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import RepoUrl

from corpus.errors import PressmarkError, ServiceError
from corpus.job import Job, open_job
from corpus.release.licences import read_licences
from corpus.takedown import takedown
from training.checkpoint import _describe, load, read_manifest
from training.fit import Trained
from training.rights import licence_of, refusals
from training.uploading import upload


class Hub:
    """The hub's client, faked at its border: it keeps what it is given."""

    sent: dict[str, Any]
    failing: Exception | None

    def __init__(self, token: str) -> None:
        type(self).sent = {"token": token}

    def create_repo(self, repo: str, **more: Any) -> Any:
        if self.failing:
            raise self.failing
        self.sent |= {"repo": repo, **more}

        return RepoUrl(f"https://hub.example/{repo}", endpoint="https://hub.example")

    def upload_folder(self, *, folder_path: Path, **more: Any) -> None:
        self.sent["files"] = {path.name for path in folder_path.iterdir()}
        self.sent["card"] = (folder_path / "README.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def hub(monkeypatch: pytest.MonkeyPatch) -> type[Hub]:
    Hub.sent, Hub.failing = {}, None
    monkeypatch.setattr(huggingface_hub, "HfApi", Hub)
    return Hub


@pytest.fixture
def job(learned: tuple[Job, Trained], tmp_path: Path) -> Job:
    """A job with a model, whose manifest a test may change."""
    shutil.copytree(learned[0].folder, tmp_path / "job")
    return open_job(tmp_path / "job")


def licensed(job: Job, **fields: Any) -> None:
    folder = job.models / "model"
    _describe(folder, replace(read_manifest(folder), **{"encoder_licence": "MIT", **fields}))


def test_what_its_licences_let_out_is_uploaded_private_with_its_card(
    job: Job, hub: type[Hub]
) -> None:
    licensed(job, licences={"CC-BY-4.0": 40, "CC0-1.0": 2}, corpora={"speech": "", "x": "MIT"})
    done = upload(job, "ilse/harbour", "key")
    assert done.address == "https://hub.example/ilse/harbour"
    assert hub.sent["private"] is True
    assert hub.sent["repo_type"] == "model"
    assert {"model.safetensors", "pressmark.json", "README.md"} <= hub.sent["files"]
    assert not [n for n in hub.sent["files"] if n.endswith((".bin", ".pt", ".pkl"))]
    assert "CC-BY-4.0 (40)" in hub.sent["card"]
    assert "x (MIT)" in hub.sent["card"]
    assert "license: other" in hub.sent["card"]
    assert "bert (MIT)" in hub.sent["card"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"licences": {"": 3}}, "3 texts: no licence is stated"),
        ({"licences": {"research use": 3}}, "3 texts: research use"),
        ({"licences": {"registration": 3}}, "3 texts: registration"),
        ({"licences": {"CC-BY-ND-4.0": 3}}, "3 texts: CC-BY-ND-4.0"),
        ({"licences": {"made up": 3}}, "'made up' is unknown"),
        ({"licences": {}}, "not all of their licences were recorded"),
        ({"ancestor": {"licences": {}}}, "not all of their licences were recorded"),
        ({"encoder_licence": "cc-by-nc-nd-4.0"}, "bert': CC-BY-NC-ND-4.0"),
        ({"encoder_licence": "rail"}, "the licence 'rail' is unknown"),
        ({"encoder_licence": ""}, "bert': no licence is stated"),
        ({"encoder_licence": None}, "bert': no licence is stated"),
        (
            {"ancestor": {"licences": {"MIT": 1}, "settings": {"encoder": "theirs"}}},
            "the encoder 'theirs': no licence is stated",
        ),
        ({"corpora": {"ptc": "research use"}}, "the labels of ptc: research use"),
        (
            {"ancestor": {"licences": {"": 1}, "corpora": {"old": "registration"}}},
            "the labels of old: registration",
        ),
    ],
)
def test_what_a_licence_forbids_is_refused_with_the_list(
    job: Job, hub: type[Hub], fields: dict[str, Any], told: str
) -> None:
    licensed(job, **{"licences": {"CC0-1.0": 5}, **fields})
    with pytest.raises(PressmarkError) as found:
        upload(job, "ilse/harbour", "key")
    assert told in str(found.value)
    assert "\n" not in str(found.value)
    assert hub.sent == {}


@pytest.mark.parametrize("began", [{"encoder_licence": "Apache-2.0"}, {}])
def test_what_the_models_before_it_learned_from_and_began_with_stands_in_the_card(
    job: Job, hub: type[Hub], began: dict[str, Any]
) -> None:
    before = {"licences": {"MIT": 2}, "corpora": {"old": "CC-BY-3.0"}}
    before |= {"settings": {"encoder": "embedded"}, **began}
    licensed(job, licences={"CC0-1.0": 5}, ancestor=before, encoder_licence=None)
    upload(job, "ilse/harbour", "key")
    assert "CC0-1.0 (5), MIT (2)" in hub.sent["card"]
    assert "old (CC-BY-3.0)" in hub.sent["card"]
    assert "with its licence: embedded (Apache-2.0)" in hub.sent["card"]


def test_an_encoder_whose_licence_nobody_stated_is_told_in_the_card(
    job: Job, hub: type[Hub]
) -> None:
    licensed(job, licences={"CC0-1.0": 5}, encoder_licence="")
    upload(job, "ilse/harbour", "key", despite="its author agreed")
    assert "bert (none stated)" in hub.sent["card"]


def test_a_reason_overrides_and_stands_in_card_and_manifest(job: Job, hub: type[Hub]) -> None:
    done = upload(job, "ilse/harbour", "key", despite="the publisher agreed in writing")
    assert done.overridden
    assert "the publisher agreed in writing" in hub.sent["card"]
    checkpoint = load(job.models / "model")
    assert checkpoint.manifest.despite == "the publisher agreed in writing"


def test_a_table_of_the_job_counts_first(job: Job, hub: type[Hub]) -> None:
    licensed(job, licences={"our deal": 5})
    table = 'licences:\n  - {name: our deal, text: false, model: true, terms: "as agreed"}\n'
    (job.folder / "licences.yaml").write_text(table, encoding="utf-8")
    assert upload(job, "ilse/harbour", "key").overridden == ()


def test_a_model_that_learned_from_what_was_taken_down_stays_here(job: Job, hub: type[Hub]) -> None:
    licensed(job, licences={"CC0-1.0": 5})
    takedown(job, read_manifest(job.models / "model").train[0])
    with pytest.raises(PressmarkError, match="taken down since"):
        upload(job, "ilse/harbour", "key", despite="any")
    assert hub.sent == {}


def test_a_model_whose_texts_were_not_recorded_and_that_others_taught_stays_here(
    job: Job, hub: type[Hub]
) -> None:
    settings = {**read_manifest(job.models / "model").settings, "corpora": [str(job.folder)]}
    licensed(job, licences={"CC0-1.0": 5}, settings=settings)
    upload(job, "ilse/harbour", "key")
    hub.sent = {}
    licensed(job, licences={"CC0-1.0": 5}, settings=settings, texts=())
    with pytest.raises(PressmarkError, match=r"does not say which texts.*'pressmark train'"):
        upload(job, "ilse/harbour", "key", despite="any")
    assert hub.sent == {}


def test_weights_that_differ_and_a_hub_that_refuses_are_one_line(job: Job, hub: type[Hub]) -> None:
    licensed(job, licences={"CC0-1.0": 5})
    hub.failing = OSError("no route with the secret key")
    with pytest.raises(ServiceError, match="the model stands in") as told:
        upload(job, "ilse/harbour", "secret key")
    assert "secret key" not in str(told.value)
    file = job.models / "model" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(PressmarkError, match="damaged or not the file"):
        upload(job, "ilse/harbour", "key")


def test_one_licence_is_the_cards_and_published_ones_are_told_apart(
    learned: tuple[Job, Trained],
) -> None:
    licences = {"cc by 4.0": 2, "CC-BY-4.0": 1}
    manifest = read_manifest(learned[1].folder)
    manifest = replace(manifest, licences=licences, encoder_licence="cc-by-4.0")
    assert licence_of(manifest) == "cc-by-4.0"
    assert licence_of(replace(manifest, encoder_licence="MIT")) == "other"
    assert refusals(manifest, read_licences()) == []
