"""Settling: how near each method comes to the truth, with annotators of planted habits.

    python benchmarks/settling.py [--seeds 40] [--articles 20] [--teams TEXT] [--crowdkit]

Invented texts, true spans, and annotators who do what people do (corpus/settling/habits.py): one
takes too much, one misses a label half the time, one confuses two labels, one marks at random. For
each team and seed every method settles the same annotations. Printed is micro F1 against the truth,
exact and by overlap, with the mean over seeds and its 95% interval, and the difference to the
majority on the same seeds, paired. `--crowdkit` adds Dawid and Skene's and MACE's models as
crowd-kit has them (in an environment that has it), over words, one run of words a span.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from corpus.measures import Tally, exact, overlapping
from corpus.records import Span
from corpus.scheme import Scheme, parse_scheme
from corpus.settings import SettlingSection
from corpus.settling.competence import fit
from corpus.settling.habits import SCHEME, Rehearsed, rehearse
from corpus.settling.settle import settle

TEAMS: Mapping[str, tuple[str, ...]] = {
    "3 careful": ("careful",) * 3,
    "5 careful": ("careful",) * 5,
    "3: careful, long, missing": ("careful", "long", "missing"),
    "3: careful, careful, spamming": ("careful", "careful", "spamming"),
    "3: careful, long, spamming": ("careful", "long", "spamming"),
    "3: careful, missing, confusing": ("careful", "missing", "confusing"),
    "5: one of each": ("careful", "long", "missing", "confusing", "spamming"),
    "5: careful, 2 long, 2 spamming": ("careful", "long", "long", "spamming", "spamming"),
}
#: Student's t for 95%, by degrees of freedom, and the normal deviate beyond.
STUDENT = {9: 2.262, 19: 2.093, 29: 2.045, 39: 2.023, 49: 2.010, 99: 1.984}
Spans = Sequence[Sequence[Span]]
Method = Callable[[Sequence[Rehearsed], Scheme], Spans]


def ours(method: str) -> Method:
    """A method of `settle`."""

    def settled(work: Sequence[Rehearsed], scheme: Scheme) -> Spans:
        settings = SettlingSection(method=method)  # type: ignore[arg-type]
        pairs = [(each.article, each.said) for each in work]
        model = fit(pairs, scheme) if method == "competence" else None
        return [settle(a, said, scheme, settings, model).spans for a, said in pairs]

    return settled


def main() -> None:
    """Print a table a team."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--articles", type=int, default=20)
    parser.add_argument("--teams", default="", help="only teams whose name holds this")
    parser.add_argument("--crowdkit", action="store_true")
    options = parser.parse_args()
    methods = {name: ours(name) for name in ("majority", "matched", "competence")}
    if options.crowdkit:
        methods |= {"crowd-kit DS": by_words("DawidSkene"), "crowd-kit MACE": by_words("MACE")}
    scheme = parse_scheme(SCHEME)
    print(f"{options.seeds} seeds, {options.articles} articles each; mean F1 and 95% intervals")
    for team, habits in TEAMS.items():
        if options.teams not in team:
            continue
        print(f"\n{team}")
        print(
            f"  {'method':15} {'exact':>19} {'to majority':>22} {'overlap':>19} {'to majority':>22}"
        )
        scores, took = measured(habits, scheme, methods, options.seeds, options.articles)
        for name in methods:
            told = [f"  {name:15}"]
            for measure in ("exact", "overlap"):
                values = scores[name, measure]
                base = scores["majority", measure]
                told.append(f"{interval(values):>19}")
                change = [v - b for v, b in zip(values, base, strict=True)]
                told.append(
                    f"{interval(change, sign=True):>22}" if name != "majority" else " " * 22
                )
            print(" ".join(told), f"{took[name]:.2f} s")


def measured(
    habits: Sequence[str], scheme: Scheme, methods: Mapping[str, Method], seeds: int, articles: int
) -> tuple[dict[tuple[str, str], list[float]], dict[str, float]]:
    """F1 by method and measure, one value a seed; and seconds of the processor by method."""
    scores: dict[tuple[str, str], list[float]] = {}
    took = dict.fromkeys(methods, 0.0)
    for seed in range(seeds):
        work = rehearse(habits, scheme, articles, seed)
        for name, method in methods.items():
            began = time.process_time()
            settled = method(work, scheme)
            took[name] += time.process_time() - began
            for measure, count in (("exact", exact), ("overlap", overlapping)):
                pairs = zip(work, settled, strict=True)
                total = sum((count(each.truth, spans) for each, spans in pairs), Tally())
                scores.setdefault((name, measure), []).append(total.f1 or 0.0)
    return scores, took


def interval(values: Sequence[float], *, sign: bool = False) -> str:
    """The mean of values and its 95% interval by Student's t."""
    mean = math.fsum(values) / len(values)
    spread = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1))
    reach = STUDENT.get(len(values) - 1, 1.96) * spread / math.sqrt(len(values))
    plus = "+" if sign else ""
    return f"{mean:{plus}.3f} [{mean - reach:{plus}.3f}, {mean + reach:{plus}.3f}]"


def by_words(model: str) -> Method:
    """A model of crowd-kit over words: is this word in a span of that label? One model a label."""

    def settled(work: Sequence[Rehearsed], scheme: Scheme) -> Spans:
        import pandas as pd
        from crowdkit.aggregation import MACE, DawidSkene

        made: list[list[Span]] = [[] for _ in work]
        for label in scheme.label_names:
            rows = [
                (
                    f"{n}:{start}:{end}",
                    a.author,
                    int(any(_in(start, end, label, s) for s in a.spans)),
                )
                for n, each in enumerate(work)
                for start, end in _words(each.article.text)
                for a in each.said
            ]
            table = pd.DataFrame(rows, columns=["task", "worker", "label"])
            way = DawidSkene(n_iter=50) if model == "DawidSkene" else MACE(random_state=0)
            for task, found in way.fit_predict(table).items():
                if found:
                    n, start, end = map(int, str(task).split(":"))
                    made[n].append(Span(str(task), start, end, label))
        return [_joined(words) for words in made]

    return settled


def _in(start: int, end: int, label: str, span: Span) -> bool:
    return span.label == label and span.start < end and start < span.end


def _words(text: str) -> list[tuple[int, int]]:
    found, start = [], 0
    for word in text.split(" "):
        found.append((start, start + len(word)))
        start += len(word) + 1
    return found


def _joined(words: Sequence[Span]) -> list[Span]:
    """Neighbouring words of one label as one span."""
    runs: list[Span] = []
    for word in sorted(words, key=lambda s: (s.label, s.start)):
        if runs and runs[-1].label == word.label and runs[-1].end + 1 == word.start:
            runs[-1] = replace(runs[-1], end=word.end)
        else:
            runs.append(word)
    return runs


if __name__ == "__main__":
    main()
