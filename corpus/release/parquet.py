"""The Parquet files of a release, written row by row: memory does not grow with the corpus."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Self

from corpus.dataset import Row
from corpus.release.shape import CONFIGURATIONS, Names, features

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_BATCH = 200


class Files:
    """The Parquet files of a release, one a configuration and split, opened when first needed."""

    def __init__(self, folder: Path, names: Names) -> None:
        self.folder = folder
        self.features = {each: features(each, names) for each in CONFIGURATIONS}
        self.writers: dict[tuple[str, str], pq.ParquetWriter] = {}
        self.waiting: dict[tuple[str, str], list[Row]] = defaultdict(list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for key in list(self.waiting):
            self._flush(key)
        for writer in self.writers.values():
            writer.close()

    def add(self, configuration: str, split: str, row: Row) -> None:
        """Take a row; rows are written some hundred at a time."""
        key = configuration, split
        self.waiting[key].append(row)
        if len(self.waiting[key]) >= _BATCH:
            self._flush(key)

    def _flush(self, key: tuple[str, str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        rows = self.waiting.pop(key)
        schema = self.features[key[0]].arrow_schema
        if key not in self.writers:
            path = self.folder / key[0] / f"{key[1]}.parquet"
            path.parent.mkdir(exist_ok=True)
            self.writers[key] = pq.ParquetWriter(path, schema)
        self.writers[key].write_table(pa.Table.from_pylist(rows, schema=schema))
