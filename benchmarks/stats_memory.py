"""Time and peak memory of `pressmark stats` over corpora of growing size.

    python benchmarks/stats_memory.py [1000 10000 100000]

Beside it, in a process of its own each: what a user would do instead, load the articles and count
their kinds of block in a dictionary.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from corpus.init import init
from corpus.job import open_job
from corpus.looking.stats import stats
from corpus.records import Article, Block
from corpus.store import add_articles, read_articles

SIZES = (1_000, 10_000, 100_000)
LINE = "The council of Port Ansel met again on Tuesday and put off the vote on the toll."


def pages(count: int) -> Iterator[Article]:
    """Articles of thirty blocks and 2.4 kB each."""
    for number in range(count):
        lines = [f"{number} {n} {LINE}" for n in range(30)]
        blocks, at = [], 0
        for line in lines:
            blocks.append(Block(at, at + len(line), "paragraph"))
            at += len(line) + 1
        name = f"Paper {number % 50}"
        yield Article(str(number), "\n".join(lines), tuple(blocks), publisher=name)


def measure(way: str, folder: Path) -> None:
    """Count the corpus in one way and print seconds and the peak of memory in MB."""
    job = open_job(folder)
    start = time.perf_counter()
    if way == "stats":
        stats(job)
    else:
        Counter(block.kind for article in read_articles(job) for block in article.blocks)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.2f} {peak:.0f}")


def main(sizes: list[int]) -> None:
    """Make each corpus and measure both ways, three rounds, the best of each."""
    print("articles  way            seconds  peak MB")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            job = Path(folder) / "job"
            init(job)
            add_articles(open_job(job), pages(size))
            rounds: dict[str, list[tuple[float, float]]] = {"stats": [], "read_articles": []}
            for _ in range(3):
                for way, found in rounds.items():
                    command = [sys.executable, __file__, "--measure", way, str(job)]
                    done = subprocess.run(command, check=True, capture_output=True, text=True)
                    seconds, peak = map(float, done.stdout.split())
                    found.append((seconds, peak))
            for way, found in rounds.items():
                print(f"{size:8}  {way:13}  {min(found)[0]:7.2f}  {min(p for _, p in found):7.0f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main([int(size) for size in sys.argv[1:]] or list(SIZES))
