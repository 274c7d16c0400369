"""Teach the line tagger (corpus/blocks/tagger.py) on the pages typed by hand.

    python benchmarks/train_tagger.py DATA                # writes corpus/blocks/models/
    python benchmarks/train_tagger.py DATA --out FOLDER   # elsewhere

DATA is the folder of development data. It learns from benchmarks/gold/blocks.jsonl and more.jsonl,
each page once without a pack and once with one as `pressmark pack propose` makes it of the
publisher's other pages. Same data, rules and torch give the same numbers. Run it again whenever
rules or features change. How good it is on publishers it has not seen says
benchmarks/block_kinds.py, which leaves them out one at a time; the shipped model has seen them all.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from corpus.blocks.cues import CUES, Cues
from corpus.blocks.html import read_html
from corpus.blocks.line_features import RULES, Known, features
from corpus.blocks.lines import typed_lines
from corpus.blocks.packs import cues_of, proposed_pack
from corpus.blocks.recurrence import LEAST, Recurrence
from corpus.blocks.tagger import MANIFEST, Model, Network, Tagger, decided, pack
from corpus.records import BLOCK_KINDS
from corpus.text import canonical

sys.path.insert(0, str(Path(__file__).parent / "gold"))
from plain import Plain, plain

GOLD = Path(__file__).parent / "gold"
FORMS = ("html", "text")
#: On text alone the tagger is no better than the rules (docs/blocks.md).
SHIPPED = ("html",)
#: No loss where no reader typed the line.
_UNTYPED = -100


@dataclass(frozen=True)
class Settings:
    """Chosen on the tuning publishers' pages, each left out in its turn."""

    width: int = 64
    layers: int = 3
    networks: int = 3
    epochs: int = 40
    batch: int = 5
    rate: float = 3e-3
    decay: float = 1e-2
    dropout: float = 0.3
    input_dropout: float = 0.2
    smoothing: float = 0.02
    #: How often the rules' kinds are hidden: they are better on pages that they were made for.
    hidden: float = 0.3


CHOSEN = {"html": Settings(layers=2), "text": Settings(layers=3)}


@dataclass
class TypedPage:
    """A page, what typists said of its lines, and its publisher's other pages as a pack."""

    name: str
    publisher: str
    source: str
    page: Plain
    kinds: tuple[str, ...]
    sha256: str
    gold: bool
    packs: dict[str, Cues] = field(default_factory=dict)

    @cached_property
    def examples(self) -> dict[str, tuple[list[NDArray[np.float32]], NDArray[np.int64]]]:
        """For each form the lines' features without and with a pack, and their kinds' numbers."""
        return {form: self._example(form) for form in FORMS}

    def known(self, form: str, cues: Cues = CUES) -> tuple[str, Known]:
        """Return the page's text and what the rules say of its lines."""
        seen: list[Known] = []

        def watch(known: Known) -> dict[int, tuple[str, float]]:
            seen.append(known)
            return {}

        if form == "text":
            typed_lines(self.page.text, cues=cues, tagger=watch)
            return self.page.text, seen[0]
        return read_html(canonical(self.source)[0], cues=cues, tagger=watch).text, seen[0]

    def _example(self, form: str) -> tuple[list[NDArray[np.float32]], NDArray[np.int64]]:
        from block_kinds import votes_of

        text, known = self.known(form)
        marked = [
            SimpleNamespace(start=line.start, end=line.end, kind=i)
            for i, line in enumerate(known.lines)
        ]
        counts: list[Counter[str]] = [Counter() for _ in known.lines]
        for kind, vote in zip(self.kinds, votes_of(self.page, text, marked), strict=True):
            for i, weight in vote.items():
                counts[i][kind] += weight
        said = [count.most_common(1)[0][0] if count else "" for count in counts]
        numbers = [BLOCK_KINDS.index(k) if k in BLOCK_KINDS else _UNTYPED for k in said]
        rows = [features(known)]
        _, again = self.known(form, self.packs.get(form, CUES))
        if len(again.lines) == len(known.lines):
            rows.append(features(again))
        return rows, np.array(numbers, np.int64)


def typed_pages(data: Path) -> list[TypedPage]:
    """Return the pages that teach, each with a pack of its publisher's others.

    The pack of a page that is scored is made of pages that are not.
    """
    pages = []
    for name in ("blocks", "more"):
        for row in map(
            json.loads, (GOLD / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        ):
            path = data / row["page"]
            raw = gzip.decompress(path.read_bytes())
            page = plain(path)
            if page.sha256 != row["text_sha256"]:
                raise ValueError(f"{path}: not the page that was typed")
            kinds = tuple(unit[-1] for unit in row["units"])
            source = raw.decode("utf-8", "replace")
            pages.append(
                TypedPage(
                    row["page"],
                    row["publisher"],
                    source,
                    page,
                    kinds,
                    row["html_sha256"],
                    name == "blocks",
                )
            )
    for form in FORMS:
        _give_packs(pages, form)
    return pages


def _give_packs(pages: Sequence[TypedPage], form: str) -> None:
    said = [page.known(form)[1] for page in pages]
    for page in pages:
        found = Recurrence()
        for other, known in zip(pages, said, strict=True):
            if (
                other.publisher == page.publisher
                and other is not page
                and not (page.gold and other.gold)
            ):
                found.add(other.sha256, zip(known.words, known.kinds, strict=True))
        if found.pages >= LEAST:
            page.packs[form] = cues_of(proposed_pack(page.publisher, found))


class _Net(nn.Module):
    """What corpus.blocks.tagger computes, with dropout."""

    def __init__(self, size: int, settings: Settings) -> None:
        super().__init__()
        width = settings.width
        self.first = nn.Linear(size, width)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, width, 3, padding=2**n, dilation=2**n) for n in range(settings.layers)
        )
        self.last = nn.Linear(width, len(BLOCK_KINDS))
        self.drop = nn.Dropout(settings.dropout)
        self.drop_input = nn.Dropout(settings.input_dropout)

    def forward(self, rows: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Score each line; `mask` is 1 on lines and 0 on padding, (pages, lines)."""
        hidden = torch.relu(self.first(self.drop_input(rows))) * mask[:, :, None]
        hidden = hidden.transpose(1, 2)
        for convolution in self.convolutions:
            hidden = (hidden + self.drop(torch.relu(convolution(hidden)))) * mask[:, None, :]
        scores: torch.Tensor = self.last(self.drop(hidden.transpose(1, 2)))
        return scores

    def numbers(self) -> Network:
        """Return the trained numbers as numpy multiplies with them."""
        return Network(
            _dense(self.first),
            tuple(_unrolled(c) for c in self.convolutions),
            _dense(self.last),
        )


def _dense(layer: nn.Linear) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy().copy()


def _unrolled(layer: nn.Module) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    weight = layer.weight.detach().numpy()  # (out, in, 3)
    return np.concatenate([weight[:, :, k].T for k in range(3)]), layer.bias.detach().numpy().copy()


def teach(pages: Sequence[TypedPage], form: str, settings: Settings) -> Model:
    """Return the model that `pages` teach."""
    examples = [page.examples[form] for page in pages]
    every = np.concatenate([rows[-1] for rows, _ in examples])
    mean, scale = every.mean(axis=0), every.std(axis=0) + 0.05
    scaled = [
        ([torch.tensor((r - mean) / scale) for r in rows], torch.tensor(kinds))
        for rows, kinds in examples
    ]
    networks = tuple(_network(scaled, settings, seed) for seed in range(settings.networks))
    return Model(mean, scale, networks)


def _network(
    examples: Sequence[tuple[list[torch.Tensor], torch.Tensor]], settings: Settings, seed: int
) -> Network:
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    drawn = random.Random(seed)
    rules = slice(*RULES)
    net = _Net(examples[0][0][0].shape[1], settings)
    batches = -(-len(examples) // settings.batch)
    optimiser = torch.optim.AdamW(net.parameters(), lr=settings.rate, weight_decay=settings.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=settings.epochs * batches + 1
    )
    loss = nn.CrossEntropyLoss(label_smoothing=settings.smoothing, ignore_index=_UNTYPED)
    order = list(examples)
    for _ in range(settings.epochs):
        drawn.shuffle(order)
        for at in range(0, len(order), settings.batch):
            rows, mask, kinds = _batch(order[at : at + settings.batch], drawn)
            if drawn.random() < settings.hidden:
                rows[:, :, rules] = 0
            optimiser.zero_grad()
            loss(net(rows, mask).flatten(0, 1), kinds.flatten()).backward()
            optimiser.step()
            schedule.step()
    return net.eval().numbers()


def _batch(
    examples: Sequence[tuple[list[torch.Tensor], torch.Tensor]], drawn: random.Random
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Pages side by side, each with or without its pack by lot."""
    chosen = [drawn.choice(rows) for rows, _ in examples]
    pad = nn.utils.rnn.pad_sequence
    rows = pad(chosen, batch_first=True)
    mask = pad([torch.ones(len(each)) for each in chosen], batch_first=True)
    kinds = pad([kinds for _, kinds in examples], batch_first=True, padding_value=_UNTYPED)
    return rows, mask, kinds


def left_out(pages: Sequence[TypedPage], form: str, networks: int = 0) -> dict[str, Tagger]:
    """Return for each publisher a tagger that has seen no page of it."""
    settings = CHOSEN[form]
    if networks:
        settings = replace(settings, networks=networks)
    taggers: dict[str, Tagger] = {}
    for publisher in sorted({page.publisher for page in pages if page.gold}):
        others = [page for page in pages if page.publisher != publisher]
        taggers[publisher] = partial(decided, model=teach(others, form, settings))
    return taggers


def main() -> None:
    """Teach on all pages; write what is better than the rules, and the manifest."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    here = Path(__file__).parent.parent / "corpus" / "blocks" / "models"
    parser.add_argument("--out", type=Path, default=here)
    options = parser.parse_args()
    pages = typed_pages(options.data)
    models = {}
    options.out.mkdir(parents=True, exist_ok=True)
    for form in SHIPPED:
        model = teach(pages, form, CHOSEN[form])
        data = pack(model)
        path = options.out / f"tagger-{form}.npz"
        path.write_bytes(data)
        models[form] = {
            "file": path.name,
            "sha256": hashlib.sha256(data).hexdigest(),
            "features": len(model.mean),
            "settings": asdict(CHOSEN[form]),
        }
    manifest = {
        "command": "python benchmarks/train_tagger.py DATA",
        "pages": {
            name: hashlib.sha256((GOLD / f"{name}.jsonl").read_bytes()).hexdigest()
            for name in ("blocks", "more")
        },
        "lines": sum(len(page.kinds) for page in pages),
        "publishers": len({page.publisher for page in pages}),
        "torch": torch.__version__,
        "models": models,
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (options.out / MANIFEST).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
