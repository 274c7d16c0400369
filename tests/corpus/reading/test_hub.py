"""Datasets as sources: by path, with a split, streamed."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.reading.ingest import ingest
from corpus.store import read_articles
from corpus.yamlfile import ConfigError
from tests.corpus.pages import PARAGRAPHS, job_of

ROWS = [
    {"key": f"r{n}", "body": f"Story {n}\n\n{PARAGRAPHS[n]}", "link": f"https://post.example/{n}"}
    for n in range(3)
]
COLUMNS = {"text": "body", "id": "key", "url": "link"}


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    pq.write_table(pa.Table.from_pylist(ROWS[:2]), folder / "train-00000.parquet")
    pq.write_table(pa.Table.from_pylist(ROWS[2:]), folder / "test-00000.parquet")
    return tmp_path


def test_a_split_of_a_dataset_is_read(dataset: Path) -> None:
    job = job_of(dataset, {"dataset": "news", "split": "train", "columns": COLUMNS})
    assert ingest(job).new == 2
    assert [article.id for article in read_articles(job)] == ["r0", "r1"]
    assert read_articles(job)[1].provenance.source == "news:2"


def test_two_splits_are_two_sources(dataset: Path) -> None:
    splits = [{"dataset": "news", "split": s, "columns": COLUMNS} for s in ("train", "test")]
    assert ingest(job_of(dataset, *splits)).new == 3


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ({"dataset": "news", "columns": {"text": "boddy"}}, "did you mean 'body'"),
        ({"dataset": "news", "split": "validation", "columns": COLUMNS}, "cannot be opened"),
        ({"dataset": "./nowhere/news", "columns": COLUMNS}, "cannot be opened"),
        ({"dataset": "news", "path": "pages"}, "one of them"),
        ({}, "one of them"),
    ],
)
def test_a_dataset_that_cannot_be_read_stops_everything(
    dataset: Path, source: dict[str, object], told: str
) -> None:
    with pytest.raises(ConfigError, match=told):
        ingest(job_of(dataset, source))
    assert not (dataset / "articles").exists()
