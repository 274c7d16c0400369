"""How fast a model learns, beside what this machine's multiplications allow.

    python benchmarks/fit_speed.py [--threads 1] [--articles 24] [--rounds 3]

The limit is computed: a token costs 6 FLOP a weight outside the embeddings and 12 d T a layer for
attention over T tokens (forward, and twice that backward), and the machine does as many FLOP a
second as the best of its matrix products, measured in the same run, in the same precision and at
the sizes of the encoder's own layers. What is measured is `training.fit.fit` itself, data, loss and
optimizer included, on articles made up of few words. Precisions take turns. Seconds are of
processor time, by thread, so that other programs on the machine count little. With attention that
drops none of its weights (`training.attention_dropout: 0`) PyTorch's fused one runs.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from pathlib import Path

import torch
from machine import machine

from corpus.records import Annotation, Article, Block, Span
from corpus.resources import CONFIGS
from corpus.scheme import read_scheme
from corpus.settings import TrainingSection
from training.encoders import Encoder, load_encoder, quietly
from training.examples import Example
from training.fit import fit
from training.rows import Taught

WORDS = "the harbour board met on Monday and said that costs of the bridge had risen again".split()
WINDOW = 256
#: bf16 or not, and what share of its weights attention drops.
Way = tuple[bool, float | None]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--articles", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    examples = _examples(options.articles)
    print(f"{machine()}, {options.threads} threads, windows of {WINDOW}")
    ways = [(bf16, dropped) for bf16 in (False, True) for dropped in (None, 0.0)]
    found: dict[Way, list[tuple[float, float, float]]] = {way: [] for way in ways}
    for _ in range(options.rounds):
        for way, rounds in found.items():
            rounds.append(_round(examples, way, options.threads))
    print("| precision, attention | tokens a second | limit | share | 1,000 articles, s an epoch |")
    print("| --- | --- | --- | --- | --- |")
    for (bf16, dropped), rounds in found.items():
        speed, limit, share = (statistics.median(column) for column in zip(*rounds, strict=True))
        epoch = 1200 * 1000 / speed
        name = "bf16" if bf16 else "fp32"
        name += ", as it came" if dropped is None else ", drops nothing"
        print(f"| {name} | {speed:.0f} | {limit:.0f} | {share:.2f} | {epoch:.0f} |")


def _round(examples: list[Example], way: Way, threads: int) -> tuple[float, float, float]:
    """Return tokens a second, their limit, and the one by the other, all within seconds."""
    bf16, dropped = way
    with quietly():
        encoder = load_encoder("embedded", Path())
    cost = _flop_a_token(encoder)
    limit = _flop_a_second(encoder, torch.bfloat16 if bf16 else torch.float32) / cost
    scheme = read_scheme(CONFIGS / "scheme.yaml")
    settings = TrainingSection(
        epochs=1, window=WINDOW, batch_size=8, bf16=bf16, attention_dropout=dropped
    )
    set_threads, torch.set_num_threads = torch.set_num_threads, lambda _: None
    marks: list[tuple[float, int]] = []

    def told(_: str, done: int, __: int) -> None:
        marks.append((_seconds(), done))

    try:
        set_threads(threads)
        fit([Taught(scheme, examples)], encoder, settings, told)
    finally:
        torch.set_num_threads = set_threads
    (begun, first), (ended, last) = marks[0], marks[-1]
    speed = (last - first) * 8 * WINDOW / (ended - begun)
    return speed, limit, speed / limit


def _flop_a_token(encoder: Encoder) -> float:
    config = encoder.model.config
    named = encoder.model.named_parameters()
    weights = sum(
        p.numel() for name, p in named if "embedding" not in name and "pooler" not in name
    )
    return 6 * weights + 12 * WINDOW * config.hidden_size * config.num_hidden_layers


def _flop_a_second(encoder: Encoder, dtype: torch.dtype) -> float:
    """The best rate of the encoder's own product: tokens x d by d x inner."""
    config = encoder.model.config
    rows, inner, size = 8 * WINDOW, config.intermediate_size, config.hidden_size
    left, right = torch.rand(rows, size, dtype=dtype), torch.rand(size, inner, dtype=dtype)
    best = 0.0
    for _ in range(30):
        begun = _seconds()
        torch.mm(left, right)
        best = max(best, 2 * rows * inner * size / (_seconds() - begun))
    return best


def _seconds() -> float:
    return time.process_time() / torch.get_num_threads()


def _examples(count: int) -> list[Example]:
    """Articles of 1,200 words or so, a twentieth of them marked."""
    draw = random.Random(0)
    scheme = read_scheme(CONFIGS / "scheme.yaml")
    found = []
    for number in range(count):
        lines = [" ".join(draw.choices(WORDS, k=60)) for _ in range(20)]
        text = "\n\n".join(lines)
        starts = [sum(len(line) + 2 for line in lines[:n]) for n in range(len(lines))]
        blocks = tuple(
            Block(s, s + len(line), "paragraph" if s else "headline")
            for s, line in zip(starts, lines, strict=True)
        )
        article = Article(id=f"a{number}", text=text, blocks=blocks)
        label = scheme.label_names[0]
        spans = tuple(Span(f"s{s}", s, s + 20, label) for s in starts[1::2])
        made = Annotation(
            f"o{number}", article.id, article.sha256, "ana", "gold", scheme.hash, spans
        )
        found.append(Example(article, (made,)))
    return found


if __name__ == "__main__":
    main()
