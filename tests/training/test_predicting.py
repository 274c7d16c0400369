"""Prediction as a stream: backends, runs that go on after a kill, and Parquet of any size."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.store import iter_predictions, read_articles, read_run, runs, write_shard
from corpus.takedown import takedown
from pressmark import app
from training.checkpoint import load
from training.fit import Trained
from training.predict import predict
from training.prediction import choosing, files
from training.prediction.changes import Changes, changes
from training.prediction.choosing import CHOICE, Trial, known, ready, tried
from training.prediction.engines import BACKENDS
from training.prediction.files import predict_files


@pytest.fixture
def job(learned: tuple[Job, Trained], tmp_path: Path) -> Job:
    """A copy of the job with a trained model, to be changed."""
    shutil.copytree(learned[0].folder, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "predictions", ignore_errors=True)
    return open_job(tmp_path / "copy")


def texts(path: Path, *rows: object, **more: list[object]) -> str:
    pq.write_table(pa.table({"text": list(rows), **more}), path, row_group_size=7)
    return str(path)


def found(output: Path) -> list[str]:
    shards = sorted(output.glob("*.parquet"))
    return [each.article for path in shards for each in iter_predictions(path)]


def test_every_backend_changes_few_decisions_and_the_fastest_is_kept(job: Job) -> None:
    checkpoint = load(job.models / "model")
    articles = read_articles(job)
    choice = tried(checkpoint, job.scheme, articles, 1)
    assert [trial.backend for trial in choice.trials] == list(BACKENDS)
    by = {trial.backend: trial for trial in choice.trials}
    assert by["torch"].changes
    assert by["onnx"].changes
    assert by["torch"].changes.share == by["onnx"].changes.share == 0
    for trial in choice.trials:
        share = trial.changes.share if trial.changes else None
        assert trial.why or (trial.speed and share is not None and share < 0.05)
    fitting = [trial for trial in choice.trials if trial.fits]
    assert choice.backend == max(fitting, key=lambda trial: trial.speed or 0).backend


def test_auto_tries_once_says_so_and_remembers(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = load(job.models / "model")
    prediction = job.settings.prediction
    plain = ready(checkpoint, job.scheme, prediction, lambda: read_articles(job), 60)
    assert plain.told.startswith("torch: fewer than 500 articles")
    monkeypatch.setattr(choosing, "WORTH", 1)
    monkeypatch.setattr(choosing, "BACKENDS", ("torch", "onnx"))
    first = ready(checkpoint, job.scheme, prediction, lambda: read_articles(job), 60)
    assert re.search(r"onnx \d+ words/s, changes 0\.00%, 0 of [1-9]\d* spans", first.told)
    written = (checkpoint.folder / CHOICE).read_bytes()
    again = ready(checkpoint, job.scheme, prediction, list, 60)
    assert (again.told, (checkpoint.folder / CHOICE).read_bytes()) == (first.told, written)
    data = json.loads(written)
    (checkpoint.folder / CHOICE).write_text(json.dumps(_older(data)), encoding="utf-8")
    assert known(checkpoint.folder, data["threads"]) is None
    data["processor"] = "another"
    (checkpoint.folder / CHOICE).write_text(json.dumps(data), encoding="utf-8")
    assert known(checkpoint.folder, data["threads"]) is None


def test_a_backend_that_changes_too_much_is_never_chosen() -> None:
    assert Trial("x", 9.0, Changes(10_000, 19)).fits
    assert not Trial("x", 9.0, Changes(10_000, 20)).fits
    assert not Trial("x", why="not installed").fits
    assert not Trial("x", 9.0, Changes()).fits


def test_spans_are_bounded_by_themselves_however_many_words_stay() -> None:
    """15% of the spans are a thousandth of the decisions where there are words enough."""
    assert not Trial("x", 9.0, Changes(100_000, 0, 200, 30)).fits
    assert Trial("x", 9.0, Changes(100_000, 0, 300, 3)).fits
    assert not Trial("x", 9.0, Changes(100_000, 0, 300, 4)).fits
    # one span of few whose end moved stands on both sides, each time another
    assert Trial("x", 9.0, Changes(100_000, 1, 9, 2)).fits
    assert not Trial("x", 9.0, Changes(100_000, 1, 9, 3)).fits


def _older(data: dict[str, Any]) -> dict[str, Any]:
    """A choice by the words and spans together alone, as it was kept before."""
    trials = [{**trial, "changed": 0.0} for trial in data["trials"]]
    for trial in trials:
        del trial["changes"]
    return {**data, "trials": trials}


def test_changes_count_words_and_spans(learned: tuple[Job, Trained]) -> None:
    checkpoint = load(learned[1].folder)
    articles = read_articles(learned[0])[:4]
    readings = list(checkpoint.reader.read(articles))
    scheme, thresholds = learned[0].scheme, checkpoint.manifest.thresholds
    assert changes(readings, readings, scheme, thresholds).share == 0
    turned = list(checkpoint.reader.read(articles))
    for reading in turned:
        reading.inside[:] = 1 - reading.inside
    told = changes(readings, turned, scheme, thresholds)
    assert told.words_changed > told.words / 2
    assert 0 < told.spans_changed <= told.spans
    assert changes([], [], scheme, thresholds).share is None


def test_a_named_backend_is_obeyed_and_said(job: Job) -> None:
    for name in ("onnx", "openvino"):
        done = predict(open_job(job.folder, [f"prediction.backend={name}"]))
        assert done.backend == f"{name} (prediction.backend)"
        assert done.articles == 60
        job.predictions.joinpath(f"{done.run}.parquet").unlink()


def test_what_is_on_the_take_down_list_is_left_out(job: Job) -> None:
    takedown(job, "p3", "p5")
    done = predict(job)
    assert (done.articles, done.barred) == (58, 2)
    assert {"p3", "p5"}.isdisjoint(each.article for each in read_run(job, done.run))


def test_a_killed_run_goes_on_and_holds_each_article_once(job: Job) -> None:
    whole = read_run(job, predict(job).run)
    shutil.rmtree(job.predictions)
    articles = read_articles(job)
    shutil.rmtree(job.articles)
    for number in range(6):
        write_shard(job.articles / f"{number:05}.parquet", articles[10 * number : 10 * number + 10])
    process = subprocess.Popen([sys.executable, "-c", SLOW, "predict", "-C", str(job.folder)])
    until(lambda: len(list(job.predictions.glob("*.parts/*.parquet"))) >= 2, process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert runs(job) == []
    done = predict(open_job(job.folder))
    assert done.resumed
    after = read_run(job, done.run)
    assert [each.article for each in after] == [article.id for article in articles]
    assert [each.spans for each in after] == [each.spans for each in whole]
    assert [path.suffix for path in job.predictions.iterdir()] == [".parquet"]


def test_a_killed_stream_over_files_goes_on_without_doubles_or_holes(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"The mayor plans the vile number {number}." for number in range(60)]
    given = texts(tmp_path / "in.parquet", *rows, id=[f"r{n}" for n in range(60)])
    output = tmp_path / "out"
    asked = ["predict", "-C", str(job.folder), "--input", given, "--output", str(output)]
    process = subprocess.Popen([sys.executable, "-c", SLOW, *asked])
    until(lambda: len(list(output.glob("*.parquet"))) >= 2, process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = {path: path.stat().st_mtime_ns for path in output.glob("[0-9]*.parquet")}
    assert 2 <= len(kept) < 12
    monkeypatch.setattr(files, "SHARD", 5)
    done = predict_files(job, [given], output)
    assert (done.kept, done.files, done.articles) == (len(kept), 12, 60)
    assert Counter(found(output)) == Counter({f"r{n}": 1 for n in range(60)})
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())


def test_rows_that_are_no_article_are_set_aside_with_their_reason(job: Job, tmp_path: Path) -> None:
    given = texts(tmp_path / "in.parquet", "The board opens.", None, "  \n", "x" * 1_000_001)
    output = tmp_path / "out"
    asked = ["predict", "-C", str(job.folder), "--input", given, "--output", str(output)]
    for _ in range(2):
        done = CliRunner().invoke(app, asked)
        assert done.exit_code == 1, done.output
    aside = next(output.glob("*.quarantine.jsonl")).read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in aside]
    assert [row["row"] for row in told] == [1, 2, 3]
    assert all(row["reason"] and row["file"] == "in.parquet" for row in told)
    assert len(found(output)) == 1


def test_our_own_articles_are_read_as_they_are(job: Job, tmp_path: Path) -> None:
    given = str(next(job.articles.glob("*.parquet")))
    takedown(job, "p3")
    done = predict_files(job, [given], tmp_path / "out")
    assert (done.articles, done.barred, done.quarantined) == (59, 1, 0)
    exact = {each.article: each.spans for each in read_run(job, predict(job).run)}
    shards = (tmp_path / "out").glob("*.parquet")
    assert {e.article: e.spans for path in shards for e in iter_predictions(path)} == exact


def test_what_cannot_be_read_is_said_in_a_line(job: Job, tmp_path: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 no")
    with pytest.raises(PressmarkError, match="no Parquet file that can be read"):
        predict_files(job, [str(broken)], tmp_path / "out")
    with pytest.raises(PressmarkError, match=r"no file .*none"):
        predict_files(job, [str(tmp_path / "none*.parquet")], tmp_path / "out")
    pq.write_table(pa.table({"body": ["a"]}), tmp_path / "body.parquet")
    with pytest.raises(PressmarkError, match="no column 'text'; there are: body"):
        predict_files(job, [str(tmp_path / "body.parquet")], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    empty = texts(tmp_path / "empty.parquet")
    assert predict_files(job, [empty], tmp_path / "out").articles == 0


def test_an_output_of_something_else_is_refused(job: Job, tmp_path: Path) -> None:
    given = texts(tmp_path / "in.parquet", "The board opens.")
    predict_files(job, [given], tmp_path / "out")
    other = texts(tmp_path / "other.parquet", "The clinic closes.")
    with pytest.raises(PressmarkError, match="begun with other inputs"):
        predict_files(job, [other], tmp_path / "out")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    with pytest.raises(PressmarkError, match="exists and holds no predictions"):
        predict_files(job, [given], tmp_path / "full")


#: `pressmark` with small shards and a slow encoder, so that a kill strikes in the middle.
SLOW = """
import time
from training.backends import TorchEncode
from training.prediction import files
files.SHARD = 5
call = TorchEncode.__call__
def slow(self, ids, mask):
    time.sleep(0.3)
    return call(self, ids, mask)
TorchEncode.__call__ = slow
from pressmark import main
main()
"""


def until(held: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    while not held():
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.05)
