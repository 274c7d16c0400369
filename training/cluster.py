"""Prediction on a cluster: a step for datatrove's pipelines (local, Slurm, Ray).

    from datatrove.executor import SlurmPipelineExecutor
    from datatrove.pipeline.readers import ParquetReader
    from datatrove.pipeline.writers import JsonlWriter
    from training.cluster import Predict

    pipeline = [ParquetReader("texts/"), Predict("model/"), JsonlWriter("predicted/")]

Each task loads an exported model (`pressmark export-model`) for itself; torch is not needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datatrove.pipeline.base import PipelineStep

from corpus.dataset import annotation_row
from corpus.errors import UnreadableError
from corpus.reading.ingest import article_of
from corpus.reading.readers import Page
from corpus.records import Article, RecordError
from corpus.settings import Source
from corpus.takedown import is_taken_down, read_takedown
from training.exported import Exported, load

if TYPE_CHECKING:
    from datatrove.data import Document

#: Documents that are read together: their windows are sorted by length.
CHUNK = 200
_GIVEN = ("url", "title", "publisher", "published", "language", "licence")


class Predict(PipelineStep):  # type: ignore[misc]  # theirs carries no types
    """Put `spans` and `answers` into the metadata of each document, or `refused` with a reason.

    Args:
        model: an exported model's folder, where every task can read it.
        backend: 'onnx' or 'openvino'.
        threads: how many a task takes; 0 takes every core that it may use.
        takedown: a take-down list; documents on it are dropped.

    A document's text becomes canonical (see corpus.text), since places are told in that text.
    """

    type = "pressmark"
    name = "predict"

    def __init__(
        self, model: str, backend: str = "onnx", threads: int = 1, takedown: str | None = None
    ) -> None:
        super().__init__()
        self.model, self.backend, self.threads = model, backend, threads
        self.takedown = takedown

    def run(
        self,
        data: Iterator[Document] | None,
        rank: int = 0,  # noqa: ARG002  # theirs
        world_size: int = 1,  # noqa: ARG002  # theirs
    ) -> Iterator[Document]:
        """Yield the documents in order, none twice."""
        listed = read_takedown(Path(self.takedown)) if self.takedown else frozenset()
        model = load(self.model, self.backend, self.threads)
        stream: Iterator[Document] = iter(data or ())
        for first in stream:
            chunk = [first, *(each for each, _ in zip(stream, range(CHUNK - 1), strict=False))]
            yield from self._predicted(model, chunk, listed)

    def _predicted(
        self, model: Exported, chunk: list[Document], listed: frozenset[str]
    ) -> Iterator[Document]:
        found = [_article(document) for document in chunk]
        barred = [isinstance(each, Article) and is_taken_down(each, listed) for each in found]
        pairs = zip(found, barred, strict=True)
        said = model.predict(each for each, out in pairs if isinstance(each, Article) and not out)
        for document, article, out in zip(chunk, found, barred, strict=True):
            if out:
                self.stat_update("barred")
                continue
            if isinstance(article, Article):
                row = annotation_row(next(said))
                document.text = article.text
                document.metadata |= {name: row[name] for name in ("spans", "answers", "run")}
                self.stat_update("spans", value=len(row["spans"]))
            else:
                document.metadata["refused"] = article
                self.stat_update("refused")
            yield document


def _article(document: Document) -> Article | str:
    """Return the article of a document, or why it is none."""
    told: dict[str, Any] = {**document.metadata, "id": document.id}
    given = {name: str(told[name]) for name in ("id", *_GIVEN) if told.get(name)}
    if not isinstance(document.text, str):
        return "the text is no string"
    page = Page(document.id, "", "datatrove", document.text, Source(path="datatrove"), "", given)
    try:
        return article_of(page)
    except (UnreadableError, RecordError) as error:
        return " ".join(str(error).split())[:300]
