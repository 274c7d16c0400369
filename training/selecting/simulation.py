"""Selection on annotated data: does a strategy beat random at equal reading time?

Labels that are there already arrive as if a strategy had asked for them. The learner is logistic
regression on features that stay as they are, so that many rounds are cheap: what it shows holds for
it, and is a hint for a model that is fine-tuned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.errors import PressmarkError
from corpus.progress import Progress, silent
from training.selecting.linear import Item, counts_of, learn
from training.selecting.powerlaw import Floats, f1_of
from training.selecting.strategies import entropy, spread

RANDOM = "random"
STRATEGIES = (RANDOM, "uncertainty", "diversity", "disagreement")
#: Bootstrap rounds over seeds and stories.
ROUNDS = 1000
#: Models of a committee that disagrees, each on a sample of the labelled articles.
COMMITTEE = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One fit: reading time so far in seconds, articles, and counts on the test stories.

    `counts` is groups x classes x 4; `changed` is the share of test decisions that the step before
    did otherwise.
    """

    seconds: float
    articles: int
    counts: Floats
    changed: float | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A strategy beside random at equal reading time: F1 averaged over all steps but the first.

    `difference` is paired by seed and step, `low` to `high` its interval by bootstrap over seeds
    and test stories; those of all strategies together hold 95% of the time (Bonferroni).
    """

    strategy: str
    f1: float
    last: float
    difference: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Say what was shown."""
        if self.strategy == RANDOM:
            return "drawn at random"
        if self.low > 0:
            return "better than random"
        return "worse than random" if self.high < 0 else "not shown to be better than random"


@dataclass(frozen=True, slots=True)
class Stopping:
    """What the last batch of random articles brought, and how many decisions it changed."""

    gain: float
    low: float
    high: float
    changed: float
    told: str


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a simulation found; `seconds` is a batch's reading time."""

    items: int
    seeds: int
    steps: int
    seconds: float
    compared: tuple[Compared, ...]
    stopping: Stopping


def simulate(
    items: Sequence[Item],
    *,
    exclusive: bool,
    seeds: int = 3,
    steps: int = 6,
    seed: int = 0,
    worth: float = 0.01,
    strategies: Sequence[str] = STRATEGIES,
    progress: Progress = silent,
) -> Simulation:
    """Let labels arrive by each strategy, from several beginnings, and compare at equal time.

    Each seed tests on another quarter of the stories and begins with a tenth of the rest; the
    strategies of a seed share both. Every batch takes the same reading time, all together half of
    what there is: of all of it every strategy makes the same.

    Args:
        items: annotated articles.
        exclusive: whether a unit has one class (scored by macro-F1), or any (by F1 of all units).
        seeds: how many beginnings.
        steps: how many batches.
        seed: of the first beginning.
        worth: a batch that surely brings less F1 than this is not worth its time.
        strategies: which; random is always among them.
        progress: told of every fit.

    Raises:
        PressmarkError: there are too few articles to part them.
    """
    if len({item.group for item in items}) < 2 * steps:
        raise PressmarkError(
            f"simulation: {steps} batches need {2 * steps} annotated stories, and there are"
            f" {len({item.group for item in items})}; annotate more"
        )
    names = tuple(dict.fromkeys((RANDOM, *strategies)))
    found: dict[str, list[list[Step]]] = {name: [] for name in names}
    batch = 0.0
    for n in range(seeds):
        test, rest = _parted(items, seed + n)
        batch = sum(item.seconds for item in rest) / (2 * steps)
        for m, name in enumerate(names):
            progress("simulation", n * len(names) + m, seeds * len(names))
            path = _Path(name, test, rest, exclusive, seed + n)
            found[name].append(path.steps(steps, batch))
    progress("simulation", seeds * len(names), seeds * len(names))
    compared = tuple(
        _compare(name, found[name], found[RANDOM], (seed, len(names) - 1)) for name in names
    )
    stopping = _stopping(found[RANDOM], worth, seed)
    return Simulation(len(items), seeds, steps, round(batch, 1), compared, stopping)


def _parted(items: Sequence[Item], seed: int) -> tuple[list[Item], list[Item]]:
    """A quarter of the stories to test on, and the rest in an order by lot."""
    lot = np.random.default_rng(seed)
    groups = sorted({item.group for item in items})
    tested = {groups[n] for n in lot.permutation(len(groups))[: max(1, len(groups) // 4)]}
    rest = [item for item in sorted(items, key=lambda i: i.id) if item.group not in tested]
    test = [item for item in items if item.group in tested]
    return test, [rest[n] for n in lot.permutation(len(rest))]


class _Path:
    """One strategy from one beginning."""

    def __init__(
        self, strategy: str, test: list[Item], rest: list[Item], exclusive: bool, seed: int
    ) -> None:
        self._strategy, self._test, self._exclusive = strategy, test, exclusive
        self._lot = np.random.default_rng((seed, 1))
        first = max(2, len(rest) // 10)
        self._labelled, self._waiting = rest[:first], rest[first:]
        self._before: NDArray[np.bool_] | None = None

    def steps(self, count: int, batch: float) -> list[Step]:
        """Fit at the beginning and after every batch of so many seconds."""
        found, spent = [self._step()], sum(item.seconds for item in self._labelled)
        budget = spent
        for _ in range(count):
            budget += batch
            order = self._order()
            while order and spent + order[0].seconds / 2 <= budget:
                item = order.pop(0)
                self._labelled.append(item)
                spent += item.seconds
            taken = {item.id for item in self._labelled}
            self._waiting = [item for item in self._waiting if item.id not in taken]
            found.append(self._step())
        return found

    def _step(self) -> Step:
        learned = learn(self._labelled, exclusive=self._exclusive)
        said = [learned.chances(item.features) for item in self._test]
        decided = learned.decisions(np.vstack(said))
        changed = None if self._before is None else float((decided != self._before).mean())
        self._before = decided
        counts = counts_of(self._test, decided, self._exclusive)
        seconds = sum(item.seconds for item in self._labelled)
        return Step(seconds, len(self._labelled), counts, changed)

    def _order(self) -> list[Item]:
        waiting = self._waiting
        if self._strategy == RANDOM or not waiting:
            return [waiting[n] for n in self._lot.permutation(len(waiting))]
        if self._strategy == "diversity":
            means = np.array([item.features.mean(axis=0) for item in waiting])
            known = np.array([item.features.mean(axis=0) for item in self._labelled])
            return [waiting[at] for at, _ in spread(means, known, len(waiting))]
        gains = self._gains(waiting)
        ranked = sorted(range(len(waiting)), key=lambda n: -gains[n] / waiting[n].seconds)
        return [waiting[n] for n in ranked]

    def _gains(self, waiting: Sequence[Item]) -> list[float]:
        if self._strategy == "uncertainty":
            learned = learn(self._labelled, exclusive=self._exclusive)
            return [float(entropy(learned.chances(item.features)).sum()) for item in waiting]
        some = len(self._labelled)
        committee = [
            learn(
                [self._labelled[n] for n in self._lot.integers(some, size=some)],
                exclusive=self._exclusive,
            )
            for _ in range(COMMITTEE)
        ]
        gains = []
        for item in waiting:
            says = np.stack([each.chances(item.features) for each in committee])
            gains.append(float((entropy(says.mean(axis=0)) - entropy(says).mean(axis=0)).sum()))
        return gains


def _f1(counts: Floats) -> float:
    return f1_of(counts) or 0.0


def _compare(
    name: str, ours: list[list[Step]], random: list[list[Step]], lots: tuple[int, int]
) -> Compared:
    """Compare with random; `lots` are the seed of the bootstrap and how many are compared."""
    seed, strategies = lots
    lot, tail = np.random.default_rng(seed), 0.025 / max(strategies, 1)
    pairs = [
        (np.stack([s.counts for s in a[1:]]), np.stack([s.counts for s in b[1:]]))
        for a, b in zip(ours, random, strict=True)
    ]

    def mean(counts: Floats) -> float:
        return float(np.mean([_f1(each.sum(axis=0)) for each in counts]))

    whole = [(mean(a), mean(b)) for a, b in pairs]
    rounds = []
    for _ in range(ROUNDS if name != RANDOM else 0):
        drawn = []
        for n in lot.integers(len(pairs), size=len(pairs)):
            a, b = pairs[n]
            rows = lot.integers(a.shape[1], size=a.shape[1])
            drawn.append(mean(a[:, rows]) - mean(b[:, rows]))
        rounds.append(float(np.mean(drawn)))
    low, high = np.quantile(rounds, (tail, 1 - tail)) if rounds else (0.0, 0.0)
    return Compared(
        strategy=name,
        f1=float(np.mean([a for a, _ in whole])),
        last=float(np.mean([_f1(a[-1].counts.sum(axis=0)) for a in ours])),
        difference=float(np.mean([a - b for a, b in whole])),
        low=float(low),
        high=float(high),
    )


def _stopping(paths: list[list[Step]], worth: float, seed: int) -> Stopping:
    lot, rounds = np.random.default_rng(seed), []

    def gain(path: list[Step], rows: NDArray[np.int64]) -> float:
        before, last = path[-2].counts[rows], path[-1].counts[rows]
        return _f1(last.sum(axis=0)) - _f1(before.sum(axis=0))

    for _ in range(ROUNDS):
        drawn = []
        for n in lot.integers(len(paths), size=len(paths)):
            groups = len(paths[n][-1].counts)
            drawn.append(gain(paths[n], lot.integers(groups, size=groups)))
        rounds.append(float(np.mean(drawn)))
    low, high = (float(end) for end in np.quantile(rounds, (0.025, 0.975)))
    now = float(np.mean([gain(p, np.arange(len(p[-1].counts))) for p in paths]))
    changed = float(np.mean([path[-1].changed or 0.0 for path in paths]))
    if high < worth:
        told = f"the last batch brought less than {worth:g}: another is not likely to pay"
    elif low > 0:
        told = "the last batch still brought something: go on"
    else:
        told = f"not shown that the next batch brings less than {worth:g}, nor that it brings more"
    return Stopping(now, low, high, changed, told)
