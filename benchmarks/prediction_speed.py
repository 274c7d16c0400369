"""Words a second of prediction on a CPU: arrival order in eager fp32, beside what Pressmark does.

    python benchmarks/prediction_speed.py DATA [--model FOLDER] [--rounds 5] [--threads 2]
        [--sentences 300] [--articles 24] [--chunks]

DATA is the folder of development data: sentences are read from newssd-eng/train.csv, articles from
ptc-train. Without `--model` (a model's folder, in the sample's scheme) a model is first taught on
the invented sample with the embedded encoder, so that some words do stand near a threshold.

The plain way is 16 windows in the order of their arrival, padded to the longest, in eager float32.
Every way reads the same texts in turn, `--rounds` times; its time is the median, by the clock and
by the processor (what else the machine does strikes the clock alone). A decision is a word and a
label (over or under its threshold), or a decoded span; since spans are few among words, their
share stands by itself too, and 'too many' where `predict` would not take the backend. `--chunks`
compares how many characters are sorted together.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from machine import machine

from corpus.errors import PressmarkError
from corpus.init import init_demo
from corpus.job import Job, open_job
from corpus.reading.ingest import ingest
from corpus.records import Article, Block
from corpus.resources import SAMPLE
from corpus.sample import sample_annotations
from corpus.scheme import Scheme
from corpus.store import append_annotations, read_articles
from training.checkpoint import Checkpoint, load
from training.encoding import Floats, Window
from training.fit import train
from training.prediction.changes import changes
from training.prediction.engines import BACKENDS, engine
from training.readings import Reader

ROWS = 16


@dataclass(frozen=True)
class Arrival(Reader):
    """Windows in the order of their arrival, `ROWS` at a time, padded to the longest."""

    def _states(self, cut: list[Window]) -> Iterator[tuple[Window, Floats]]:
        padding = int(self.tokenizer.pad_token_id or 0)
        for at in range(0, len(cut), ROWS):
            batch = cut[at : at + ROWS]
            longest = max(len(window.ids) for window in batch)
            ids = np.full((len(batch), longest), padding, np.int64)
            mask = np.zeros_like(ids)
            for number, window in enumerate(batch):
                ids[number, : len(window.ids)] = window.ids
                mask[number, : len(window.ids)] = 1
            yield from zip(batch, self.encode(ids, mask), strict=True)


def sentences(data: Path, count: int) -> list[Article]:
    """The first sentences of newssd-eng, each an article of its own."""
    with (data / "newssd-eng" / "train.csv").open(encoding="utf-8") as file:
        texts = [row["Sentence"].strip() for row in csv.DictReader(file)][:count]
    return [
        Article(id=f"s{n}", text=text, blocks=(Block(0, len(text), "paragraph"),))
        for n, text in enumerate(texts)
    ]


def articles(data: Path, count: int) -> list[Article]:
    """The first articles of ptc-train, each line a block."""
    found = []
    for path in sorted((data / "ptc-train" / "articles").glob("*.txt"))[:count]:
        text = path.read_text(encoding="utf-8")
        blocks, at = [], 0
        for line in text.split("\n"):
            if line.strip():
                start = at + len(line) - len(line.lstrip())
                kind = "paragraph" if blocks else "headline"
                blocks.append(Block(start, start + len(line.strip()), kind))
            at += len(line) + 1
        found.append(Article(id=path.stem, text=text, blocks=tuple(blocks)))
    return found


def taught(folder: Path) -> tuple[Checkpoint, Scheme]:
    """Teach a model on the invented sample."""
    job = sample(folder)
    ingest(job)
    made = sample_annotations(read_articles(job), SAMPLE / "passes", job.scheme)
    append_annotations(job.annotations, made)
    job.keep_scheme()
    return load(train(job).folder), job.scheme


def sample(folder: Path) -> Job:
    """A job of the invented sample."""
    init_demo(folder)
    return open_job(folder, ["training.epochs=4"])


def readers(checkpoint: Checkpoint, threads: int) -> dict[str, Reader]:
    """The plain way, then every backend that can run here."""
    found: dict[str, Reader] = {}
    for name in BACKENDS:
        try:
            encode = engine(name, checkpoint.model.encoder, checkpoint.folder, threads)
        except PressmarkError as error:
            print(f"{name}: {error}")
            continue
        ours = replace(checkpoint.reader, encode=encode)
        if not found:
            found["arrival order, eager fp32"] = Arrival(
                encode, ours.weights, ours.tokenizer, ours.window, ours.stride
            )
        found[f"sorted, {name}"] = ours
    return found


def compared(
    what: str, ways: dict[str, Reader], texts: list[Article], given: tuple[Checkpoint, Scheme, int]
) -> None:
    """Print a line a way: median time, speed, ratio to the first, decisions changed."""
    checkpoint, scheme, rounds = given
    first, *_ = ways.values()
    exact = list(first.read(texts))
    words = sum(len(reading.words) for reading in exact)
    told = {
        name: changes(exact, list(way.read(texts)), scheme, checkpoint.manifest.thresholds)
        for name, way in ways.items()
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    used: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            begun, busy = time.perf_counter(), time.process_time()
            for _reading in way.read(texts):
                pass
            taken[name].append(time.perf_counter() - begun)
            used[name].append(time.process_time() - busy)
    plain = next(iter(taken.values()))
    least = statistics.median(next(iter(used.values())))
    print(f"\n{what}: {len(texts)} texts, {words} words, {told[next(iter(ways))].spans} spans")
    for name, times in taken.items():
        middle = statistics.median(times)
        ratios = sorted(p / t for p, t in zip(plain, times, strict=True))
        each = told[name]
        print(
            f"{name:28} {len(texts) / middle:8.1f} texts/s {words / middle:8.0f} words/s"
            f"  {statistics.median(ratios):5.2f} [{ratios[0]:.2f}, {ratios[-1]:.2f}] times"
            f"  {least / statistics.median(used[name]):5.2f} times by the processor"
            f"  changed {each.share or 0:.3%}"
            f" (words {each.words_changed}/{each.words}, spans {each.spans_changed}/{each.spans}"
            f" {each.spans_changed / max(each.spans, 1):.2%}{'' if each.few else ', too many'})",
            flush=True,
        )


def main() -> None:
    """Print the tables."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("data", type=Path)
    asked.add_argument("--model", type=Path)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--threads", type=int, default=2)
    asked.add_argument("--sentences", type=int, default=300)
    asked.add_argument("--articles", type=int, default=24)
    asked.add_argument("--chunks", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "job"
        if given.model:
            checkpoint, scheme = load(given.model), sample(folder).scheme
        else:
            checkpoint, scheme = taught(folder)
        print(machine(), f"{given.threads} threads", sep=", ", flush=True)
        ways = readers(checkpoint, given.threads)
        if given.chunks:
            fastest = list(ways.values())[-1]
            sizes = (2_000, 20_000, 200_000, 2_000_000)
            ways = {f"{n} characters": replace(fastest, chunk=n) for n in sizes}
        more = (checkpoint, scheme, given.rounds)
        compared("sentences", ways, sentences(given.data, given.sentences), more)
        compared("articles", ways, articles(given.data, given.articles), more)


if __name__ == "__main__":
    main()
