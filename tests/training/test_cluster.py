"""Prediction as a step of datatrove's pipelines: two tasks, every document once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.job import Job
from corpus.store import read_articles, read_run
from corpus.takedown import address_hash, write_takedown
from training.fit import Trained
from training.predict import predict
from training.prediction.exporting import export_model

#: A pipeline as a user writes it; a process of its own, as its workers are forked.
PIPELINE = """
import sys
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import ParquetReader
from datatrove.pipeline.writers import JsonlWriter
from training.cluster import Predict

texts, model, out, logs, takedown = sys.argv[1:]
if __name__ == "__main__":
    LocalPipelineExecutor(
        [
            ParquetReader(texts),
            Predict(model, takedown=takedown),
            JsonlWriter(out, "${rank}.jsonl", compression=None),
        ],
        tasks=2,
        workers=1,
        logging_dir=logs,
    ).run()
"""


def test_two_tasks_predict_every_document_once_as_the_job_does(
    learned: tuple[Job, Trained], tmp_path: Path
) -> None:
    job = learned[0]
    articles = read_articles(job)
    exact = {each.article: each for each in read_run(job, predict(job).run)}
    export_model(job, tmp_path / "model")
    (tmp_path / "texts").mkdir()
    for number in range(2):
        some = articles[number * 10 : number * 10 + 10]
        table = {"id": [a.id for a in some], "text": [a.text for a in some]}
        pq.write_table(pa.table(table), tmp_path / "texts" / f"{number}.parquet")
    (tmp_path / "pipeline.py").write_text(PIPELINE, encoding="utf-8")
    write_takedown(tmp_path / "takedown.txt", [address_hash("p3")])
    names = ("texts", "model", "out", "logs", "takedown.txt")
    given = [sys.executable, tmp_path / "pipeline.py", *(tmp_path / name for name in names)]
    done = subprocess.run(given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    shards = sorted((tmp_path / "out").glob("*.jsonl"))
    assert len(shards) == 2
    rows = [json.loads(line) for path in shards for line in path.read_text().splitlines()]
    assert [row["id"] for row in rows] == [f"p{n}" for n in range(20) if n != 3]
    blocks = {a.id: len(a.blocks) for a in articles}
    assert all(blocks.values())
    found = {row["id"]: row["metadata"]["spans"] for row in rows}
    assert sum(map(len, found.values())) > 0
    judged = {
        id_: [(s["start"], s["end"]) for s in spans if s["label"] == "judged"]
        for id_, spans in found.items()
    }
    assert judged == {
        id_: [(s.start, s.end) for s in exact[id_].spans if s.label == "judged"] for id_ in found
    }


def test_a_document_that_is_no_article_goes_on_with_its_reason(
    learned: tuple[Job, Trained], tmp_path: Path
) -> None:
    from datatrove.data import Document

    from training.cluster import Predict

    model = export_model(learned[0], tmp_path / "model").folder
    given = [Document("The board opens.", "a"), Document("   ", "b"), Document("It closes.", "c")]
    found = list(Predict(str(model)).run(iter(given)))
    assert [each.id for each in found] == ["a", "b", "c"]
    assert ["refused" in each.metadata for each in found] == [False, True, False]
    assert "no text but white space" in found[1].metadata["refused"]
