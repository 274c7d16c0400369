"""What a model's folder may hold: tensors, and nothing that runs when it is opened."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from corpus.errors import PressmarkError
from corpus.job import Job
from training.checkpoint import MANIFEST, load
from training.fit import Trained


@pytest.fixture
def folder(learned: tuple[Job, Trained], tmp_path: Path) -> Path:
    return Path(shutil.copytree(learned[1].folder, tmp_path / "model"))


def sign(folder: Path, drop: str = "") -> None:
    """Let the manifest name the folder's files as they are, as one who means harm would."""
    manifest = json.loads((folder / MANIFEST).read_text())
    kept = [path for path in folder.iterdir() if path.suffix in (".json", ".safetensors")]
    manifest["files"] = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in kept
        if path.name not in (MANIFEST, drop)
    }
    (folder / MANIFEST).write_text(json.dumps(manifest))


class Planted:
    """Writes a file where it is unpickled."""

    def __init__(self, where: Path) -> None:
        self.where = where

    def __reduce__(self) -> tuple[object, tuple[Path, str]]:
        return Path.write_text, (self.where, "ran")


def test_pickled_weights_are_refused_and_not_opened(folder: Path, tmp_path: Path) -> None:
    weights = load(folder).model.state_dict()
    for path in folder.glob("*.safetensors"):
        path.unlink()
    torch.save({**weights, "planted": Planted(tmp_path / "ran")}, folder / "pytorch_model.bin")
    with pytest.raises(PressmarkError, match=r"model\.safetensors: gone"):
        load(folder)
    file = folder / "decoy.safetensors"
    save_file({"nothing": torch.zeros(1)}, file)
    sign(folder, drop="model.safetensors")
    with pytest.raises(PressmarkError, match="safetensors"):
        load(folder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_code_that_comes_with_a_folder_is_not_run(folder: Path, tmp_path: Path, name: str) -> None:
    mark = tmp_path / "ran"
    (folder / "planted.py").write_text(f"open({str(mark)!r}, 'w').write('ran')\n")
    path = folder / name
    content = json.loads(path.read_text())
    remote = {
        "AutoConfig": "planted.C",
        "AutoModel": "planted.M",
        "AutoTokenizer": ["planted.T", None],
    }
    content["auto_map"] = remote
    path.write_text(json.dumps(content))
    sign(folder)
    with contextlib.suppress(PressmarkError):
        load(folder)
    assert not mark.exists()
