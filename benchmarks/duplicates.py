"""Near-duplicates: time, memory, recall and precision, beside comparing every run of words.

    python benchmarks/duplicates.py [--sizes 1000,10000,100000] [--exact 10000] [--ptc FOLDER]

Generated news: words drawn as often as words are in a language (Zipf), publishers with standing
text on their pages, and planted pairs of known kinds (a syndicated copy, one cut short, a version
with sentences changed, a short item inside a long page). The alternative is the exact join of all
runs of words that training's split used before: every two articles that share a run are counted.
Each size and each way runs in a process of its own, so that its peak of memory is its own; seconds
are of the processor, which other programs disturb less. With `--ptc` the folder of articles of
SemEval-2020 task 11 is joined in both ways, for how far they agree.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import accumulate, combinations
from pathlib import Path

import numpy as np

from corpus.blocks.lines import typed_lines
from corpus.records import Article, Block
from corpus.stories.duplicates import (
    FEW,
    LEAST,
    SHARED,
    STANDING,
    candidates,
    compared,
    find_clusters,
    read_bodies,
)
from corpus.stories.shingles import alike, banded, body_of, runs_of
from corpus.text import canonical

#: One article in so many is the second of a planted pair.
EVERY = 10
KINDS = ("copy", "cut short", "updated", "inside")
WORDS = 400


def main() -> None:
    """Print a table of the sizes and ways, one process each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--exact", type=int, default=10000, help="the largest size of the other")
    parser.add_argument("--ptc", type=Path)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(_measured(options.one[0], int(options.one[1]))))
        return
    print(
        "| articles | way | CPU seconds | ms an article | peak MB | precision | recall | by kind |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for size in map(int, options.sizes.split(",")):
        for way in ("clusters", "exact"):
            if way == "exact" and size > options.exact:
                continue
            command = [sys.executable, __file__, "--one", way, str(size)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found = json.loads(done.stdout)
            kinds = ", ".join(f"{kind} {share:.3f}" for kind, share in found["kinds"].items())
            print(
                f"| {size} | {way} | {found['seconds']:.1f} | {1000 * found['seconds'] / size:.2f}"
                f" | {found['peak']:.0f} (+{found['own']:.0f}) | {found['precision']:.4f}"
                f" | {found['recall']:.4f} | {kinds} |",
                flush=True,
            )
    if options.ptc:
        _ptc(options.ptc)


def _measured(way: str, size: int) -> dict[str, object]:
    """Join `size` generated articles in that way; time without the generation."""
    world = _World(size)
    spent = 0.0

    def timed() -> Iterator[Article]:
        nonlocal spent
        for number in range(size):
            begun = time.process_time()
            made = world.article(number)
            spent += time.process_time() - begun
            yield made

    before = _peak()
    begun = time.process_time()
    of = find_clusters(timed()).of if way == "clusters" else exact(list(timed()))
    seconds = time.process_time() - begun - spent
    planted = {kind: list(world.planted(kind)) for kind in KINDS}
    pairs = {tuple(sorted(pair)) for pairs in planted.values() for pair in pairs}
    together = defaultdict(list)
    for id_, cluster in of.items():
        together[cluster].append(id_)
    joined = {pair for ids in together.values() for pair in combinations(sorted(ids), 2)}
    right = sum(1 for pair in pairs if pair in joined)
    return {
        "seconds": seconds,
        "peak": _peak(),
        "own": _peak() - before,
        "precision": right / max(len(joined), 1),
        "recall": right / max(len(pairs), 1),
        "kinds": {
            kind: sum(of[a] == of[b] for a, b in pairs) / max(len(pairs), 1)
            for kind, pairs in planted.items()
        },
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class _World:
    """A corpus of `size` articles of which each can be made again from its number."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.vocabulary = [f"w{n}" for n in range(30_000)]
        self.weights = list(accumulate(1 / (n + 10) for n in range(30_000)))
        chance = random.Random(1)
        self.phrases = [" ".join(self._words(chance, 7)) for _ in range(2000)]
        self.outlets = [" ".join(self._words(chance, 60)) for _ in range(max(3, size // 200))]

    def article(self, number: int) -> Article:
        chance = random.Random(number)
        outlet = chance.randrange(len(self.outlets))
        body = self._body(number)
        parts = [f"headline {number}", *body, self.outlets[outlet]]
        text, blocks = "", []
        for part in parts:
            blocks.append(
                Block(len(text), len(text) + len(part), "paragraph" if text else "headline")
            )
            text += part + "\n\n"
        name, day = f"a{number:07}", 1 + number % 28
        return Article(
            name, text, tuple(blocks), publisher=f"o{outlet}", published=f"2026-03-{day:02}"
        )

    def planted(self, kind: str) -> Iterator[tuple[str, str]]:
        for number in range(1, self.size):
            if number % EVERY == 0 and self._kind(number) == kind:
                yield f"a{number - 1:07}", f"a{number:07}"

    def _kind(self, number: int) -> str:
        return KINDS[number // EVERY % len(KINDS)]

    def _body(self, number: int) -> list[str]:
        if number % EVERY or not number:
            return self._own(number)
        chance, before = random.Random(-number), self._own(number - 1)
        kind = self._kind(number)
        if kind == "copy":
            return [*before, *self._own(number)[:1]]
        if kind == "cut short":
            return before[: max(2, len(before) // 3)]
        if kind == "updated":
            return [self._edited(part, chance) for part in before]
        at = chance.randrange(len(before) - 2)
        return [*self._own(number), *before[at : at + 3], *self._own(-number)]

    def _own(self, number: int) -> list[str]:
        """Eight paragraphs, a stock phrase in each."""
        chance = random.Random(f"own{number}")
        return [
            " ".join([*self._words(chance, chance.randrange(30, 60)), chance.choice(self.phrases)])
            for _ in range(8)
        ]

    def _edited(self, part: str, chance: random.Random) -> str:
        """Every tenth word another one: half of the runs of five words stay whole."""
        words = part.split()
        for at in range(chance.randrange(10), len(words), 10):
            words[at] = self._words(chance, 1)[0]
        return " ".join(words)

    def _words(self, chance: random.Random, count: int) -> list[str]:
        return chance.choices(self.vocabulary, cum_weights=self.weights, k=count)


def exact(articles: list[Article]) -> dict[str, str]:
    """The join of every two articles that share a run of words: all counted, none sampled."""
    runs = {article.id: runs_of(body_of(article)).tolist() for article in articles}
    holders: defaultdict[int, list[str]] = defaultdict(list)
    for id_ in sorted(runs):
        for run in runs[id_]:
            holders[run].append(id_)
    most = max(FEW, STANDING * len(articles))
    shared: Counter[tuple[str, str]] = Counter()
    for ids in holders.values():
        if len(ids) <= most:
            shared.update(combinations(ids, 2))
    group = {id_: id_ for id_ in runs}

    def root(id_: str) -> str:
        while group[id_] != id_:
            id_ = group[id_]
        return id_

    for (one, other), count in shared.items():
        smaller = min(len(runs[one]), len(runs[other]))
        if count >= max(SHARED * smaller, min(LEAST, smaller / 2)):
            first, second = sorted((root(one), root(other)))
            group[second] = first
    return {id_: root(id_) for id_ in sorted(group)}


def _ptc(folder: Path) -> None:
    """Print how far the two ways agree on real pages, which have real copies among them."""
    articles = []
    for path in sorted(folder.glob("**/*.txt")):
        text = canonical(path.read_text(encoding="utf-8"))[0]
        if text.strip():
            articles.append(Article(path.stem, text, typed_lines(text, "").blocks))
    found = find_clusters(articles)
    ways = {"clusters": found.of, "exact": exact(articles)}
    for way, of in ways.items():
        sizes = sorted(Counter(of.values()).values(), reverse=True)
        several = [size for size in sizes if size > 1]
        print(f"{way}: {len(articles)} articles, {len(sizes)} stories, {several} together")
    lost = [i for i, c in ways["exact"].items() if ways["clusters"][i] != ways["clusters"][c]]
    more = [j for j in found.joins if ways["exact"][j.one] != ways["exact"][j.other]]
    print(f"joined by the exact join alone: {len(lost)}; by clusters alone: {len(more)}")
    for join in more:
        print(f"  {join.one} {join.other}: {join.reason}")
    _candidates(articles)
    near = sorted(join.similarity for join in found.joins)
    print("similarity of the joins:", " ".join(f"{each:.2f}" for each in near))


def _candidates(articles: list[Article]) -> None:
    """Print how many of the joins each kind of candidates leads to: by the same rule throughout."""
    bodies = read_bodies(articles)
    numbers = np.array([n for n, runs in enumerate(bodies.runs) if len(runs)])
    keys = banded([bodies.runs[n] for n in numbers])
    bands = {tuple(pair) for found in alike(keys, numbers) for pair in found.tolist()}
    ways = {
        "every two articles": list(combinations(range(len(articles)), 2)),
        "MinHash alone": sorted(bands),
        "MinHash and sampled runs": candidates(bodies),
    }
    for way, pairs in ways.items():
        print(f"{way}: {len(pairs)} pairs compared, {len(list(compared(bodies, pairs)))} joined")


if __name__ == "__main__":
    main()
