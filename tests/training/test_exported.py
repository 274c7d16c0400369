"""An exported model predicts without torch, as the model does, and refuses what was changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.records import Annotation
from corpus.store import read_articles, read_run
from tests.training.press import KINDS, pages, tiny_encoder
from training.checkpoint import load as load_checkpoint
from training.encoders import load_encoder
from training.encoding import windows
from training.exported import FILES, PlainTokenizer, load
from training.fit import Trained
from training.predict import predict
from training.prediction.exporting import export_model
from training.prediction.onnxfile import write_onnx

#: Prints what an exported model finds, in an interpreter that cannot import torch.
ALONE = """
import sys
sys.modules["torch"] = sys.modules["transformers"] = None
from corpus.store import read_articles, write_predictions
from corpus.job import open_job
from pathlib import Path
from training.exported import load
found = load(sys.argv[1], sys.argv[2], threads=1).predict(read_articles(open_job(sys.argv[3])))
write_predictions(Path(sys.argv[4]), found)
"""


@pytest.fixture(scope="module")
def exported(learned: tuple[Job, Trained], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "model"
    assert export_model(learned[0], folder).bytes > 0
    return folder


def said(predictions: list[Annotation]) -> dict[str, list[tuple[object, ...]]]:
    return {
        each.article: [(s.start, s.end, s.label, s.attributes) for s in each.spans]
        for each in predictions
    }


def test_without_torch_it_finds_the_same_spans_and_scores(
    learned: tuple[Job, Trained], exported: Path, tmp_path: Path
) -> None:
    from corpus.store import iter_predictions

    job = learned[0]
    exact = read_run(job, predict(job).run)
    out = tmp_path / "found.parquet"
    given = [sys.executable, "-c", ALONE, exported, "onnx", job.folder, out]
    done = subprocess.run(given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ours = list(iter_predictions(out))
    assert said(ours) == said(exact)
    assert sum(len(each.spans) for each in ours) > 0
    assert [each.answers for each in ours] == [each.answers for each in exact]
    for one, other in zip(ours, exact, strict=True):
        scores = [[span.score for span in each.spans] for each in (one, other)]
        assert np.allclose(*scores, atol=1e-3)
        assert (one.scheme, one.author, one.role) == (other.scheme, other.author, "model")


def test_openvino_changes_few_spans(learned: tuple[Job, Trained], exported: Path) -> None:
    articles = read_articles(learned[0])
    exact = said(list(load(exported).predict(articles)))
    quick = said(list(load(exported, "openvino", threads=1).predict(articles)))
    union = sum(len({*map(str, exact[a]), *map(str, quick[a])}) for a in exact)
    both = sum(len({*map(str, exact[a])} & {*map(str, quick[a])}) for a in exact)
    assert both > 0.9 * union


def test_the_plain_tokenizer_cuts_as_transformers_does(
    learned: tuple[Job, Trained], exported: Path
) -> None:
    theirs = load_checkpoint(learned[1].folder).tokenizer
    ours = PlainTokenizer(exported / "tokenizer.json", 0)
    articles = [*pages(5), *pages(3, seed=4)]
    for window, stride in ((16, 4), (48, 8)):
        assert windows(articles, ours, window, stride) == windows(articles, theirs, window, stride)


@pytest.mark.parametrize("name", FILES)
def test_a_changed_or_missing_file_is_refused(exported: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(exported, folder)
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(PressmarkError, match=rf"{name}: changed since it was exported"):
        load(folder)
    (folder / name).unlink()
    with pytest.raises(PressmarkError, match=rf"{name}: No such file"):
        load(folder)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"kind": "exported", "format": 99}'])
def test_a_manifest_that_is_none_is_refused(exported: Path, tmp_path: Path, content: str) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(exported, folder)
    (folder / "pressmark.json").write_text(content, encoding="utf-8")
    with pytest.raises(PressmarkError, match=r"exported model|manifest|format 99"):
        load(folder)


def test_a_checkpoint_is_no_exported_model(learned: tuple[Job, Trained], tmp_path: Path) -> None:
    with pytest.raises(PressmarkError, match="no exported model; write one with"):
        load(learned[1].folder)
    with pytest.raises(PressmarkError, match="no exported model; write one with"):
        load(tmp_path)


def test_a_runtime_that_is_not_installed_is_named_with_its_remedy(
    exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(PressmarkError, match=r"needs onnxruntime; run: pip install 'pressmark"):
        load(exported)
    with pytest.raises(PressmarkError, match="no backend 'tpu'"):
        load(exported, "tpu")


def test_export_never_writes_over_a_folder(learned: tuple[Job, Trained], exported: Path) -> None:
    before = json.loads((exported / "pressmark.json").read_text(encoding="utf-8"))
    with pytest.raises(PressmarkError, match="exists already"):
        export_model(learned[0], exported)
    assert json.loads((exported / "pressmark.json").read_text(encoding="utf-8")) == before


@pytest.mark.parametrize("kind", KINDS[1:])
def test_any_encoder_is_written_as_onnx_or_refused_by_name(tmp_path: Path, kind: str) -> None:
    encoder = load_encoder(str(tiny_encoder(tmp_path / kind, kind)), Path())
    path = tmp_path / "encoder.onnx"
    write_onnx(encoder.model, path)
    assert path.stat().st_size > 10_000
