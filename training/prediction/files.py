"""Prediction over Parquet files of any size: shard by shard, flat in memory, resumable."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any

from corpus.errors import PressmarkError
from corpus.files import write_json, write_lines
from corpus.job import Job, now
from corpus.progress import Progress, silent
from corpus.records import Annotation, Article
from corpus.store import iter_predictions, write_predictions
from corpus.takedown import read_takedown
from training.checkpoint import MANIFEST
from training.predict import author, load_model
from training.prediction.choosing import Ready, ready
from training.prediction.engines import WEIGHTS, fingerprint
from training.prediction.rows import Input, Refusal, articles, opened
from training.predictions import Author

#: Rows a file of predictions answers.
SHARD = 1000
#: What the output folder says of itself: which files, model and scheme its predictions are of.
BEGUN = "prediction.json"


@dataclass(frozen=True, slots=True)
class PredictedFiles:
    """What stands in the output folder now, and what read it.

    `kept` files were whole already; `quarantined` rows are no articles, `barred` ones stand on the
    take-down list.
    """

    output: Path
    articles: int
    spans: int
    files: int
    kept: int
    quarantined: int
    barred: int
    backend: str


@dataclass(frozen=True, slots=True)
class _Shard:
    """Rows [start, stop) of an input, and the name of the files that answer them."""

    source: Input
    start: int
    stop: int
    name: str


def predict_files(
    job: Job, inputs: Sequence[str], output: Path, progress: Progress = silent
) -> PredictedFiles:
    """Let the job's model read rows of Parquet files; write OUTPUT/FILE-SHARD.parquet.

    A row has a `text` (and may have id, url, title, publisher, published, language, licence), or it
    is an article as Pressmark writes them. Each file of predictions is written whole or not at all
    and answers `SHARD` rows; those that are there are kept, so that after a kill the same call goes
    on. A row that is no article stands in FILE-SHARD.quarantine.jsonl with its reason.

    Raises:
        PressmarkError: no such input, one without texts, no model, or `output` was begun with
            another model, scheme, list or other inputs.
    """
    sources = [opened(path) for path in _found(inputs)]
    checkpoint = load_model(job)
    listed = read_takedown(job.takedown)
    told = {
        "inputs": [{"file": str(s.path), "rows": s.rows, **_stamp(s.path)} for s in sources],
        "weights": fingerprint(checkpoint.folder / WEIGHTS),
        "manifest": fingerprint(checkpoint.folder / MANIFEST),
        "scheme": job.scheme.hash,
        "barred": len(listed),
    }
    when = _begin(output, told)
    run = f"{when.removesuffix('Z').replace(':', '-')}-{checkpoint.manifest.name}"
    total = sum(source.rows for source in sources)
    engine = ready(
        checkpoint,
        job.scheme,
        job.settings.prediction,
        lambda: (a for s in sources for a in _articles(s, listed)),
        total,
        progress=progress,
    )
    speaker = author(checkpoint, job)
    done = kept = files = 0
    for shard in _shards(sources):
        files += 1
        if (output / f"{shard.name}.parquet").exists():
            kept += 1
        else:
            _write(shard, output, engine, speaker, listed=listed, run=(run, when))
        done += shard.stop - shard.start
        progress("reading rows", done, total)
    counts = [_counted(output, shard) for shard in _shards(sources)]
    found, spans, refused = (sum(column) for column in zip(*counts, strict=True))
    left = total - found - refused
    return PredictedFiles(output, found, spans, files, kept, refused, left, engine.told)


def _write(
    shard: _Shard,
    output: Path,
    engine: Ready,
    speaker: Author,
    *,
    listed: frozenset[str],
    run: tuple[str, str],
) -> None:
    refused: list[Refusal] = []

    def wanted() -> Iterator[Article]:
        for each in articles(shard.source, shard.start, shard.stop, listed):
            if isinstance(each, Article):
                yield each
            elif isinstance(each, Refusal):
                refused.append(each)

    def said() -> Iterator[Annotation]:
        for reading in engine.reader.read(wanted(), keep=True):
            yield speaker.says(reading, *run)
        # before the predictions take their place: a shard that is there is whole
        rows = [
            {"file": shard.source.path.name, "row": each.row, "reason": each.reason}
            for each in refused
        ]
        if rows:
            write_lines(_aside(output, shard), rows)

    write_predictions(output / f"{shard.name}.parquet", said())


def _shards(sources: Sequence[Input]) -> Iterator[_Shard]:
    for number, source in enumerate(sources):
        for part, start in enumerate(range(0, max(source.rows, 1), SHARD)):
            stop = min(start + SHARD, source.rows)
            yield _Shard(source, start, stop, f"{number:04}-{source.path.stem}-{part:05}")


def _articles(source: Input, listed: frozenset[str]) -> Iterator[Article]:
    found = articles(source, 0, source.rows, listed)
    return (each for each in found if isinstance(each, Article))


def _counted(output: Path, shard: _Shard) -> tuple[int, int, int]:
    """Return how many articles, spans and refused rows a shard that is whole holds."""
    found = spans = 0
    for each in iter_predictions(output / f"{shard.name}.parquet"):
        found += 1
        spans += len(each.spans)
    aside = _aside(output, shard)
    refused = aside.read_bytes().count(b"\n") if aside.exists() else 0
    return found, spans, refused


def _aside(output: Path, shard: _Shard) -> Path:
    return output / f"{shard.name}.quarantine.jsonl"


def _found(inputs: Sequence[str]) -> list[Path]:
    """Return the files that are named, a glob's in order, each once."""
    found: dict[Path, None] = {}
    for given in inputs:
        there = [given] if Path(given).is_file() else sorted(glob(given))  # noqa: PTH207  # Path.glob takes no absolute pattern
        files = [Path(name) for name in there]
        if not files:
            raise PressmarkError(f"predict: no file {given!r}; give Parquet files or a glob")
        found |= dict.fromkeys(files)
    return list(found)


def _stamp(path: Path) -> dict[str, int]:
    told = path.stat()
    return {"bytes": told.st_size, "changed": told.st_mtime_ns}


def _begin(output: Path, told: dict[str, Any]) -> str:
    """Return when the predictions in `output` were begun; they must be of the same everything."""
    path = output / BEGUN
    try:
        begun = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if output.exists() and (not output.is_dir() or any(output.iterdir())):
            raise PressmarkError(
                f"{output}: exists and holds no predictions; choose a new folder"
            ) from None
        when = now()
        write_json(path, {"when": when, **told})
        return when
    except (OSError, ValueError):
        raise PressmarkError(f"{path}: cannot be read; choose another --output") from None
    when = str(begun.pop("when", ""))
    apart = [name for name in told if begun.get(name) != told[name]]
    if apart:
        raise PressmarkError(
            f"{output}: begun with other {' and '.join(apart)}; choose another --output,"
            " or remove the folder"
        )
    return when
