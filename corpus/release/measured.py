"""What `agree` and `evaluate` found, for the card: their files as tables, names made pseudonyms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus.agreement.numbers import figure, number
from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.measures import Figure
from corpus.release.tables import cell, table

#: Lines of a file that a card shows.
MOST = 60
#: Keys that tell when somebody worked, or for how long.
_TIMES = frozenset({"when", "seconds", "since"})


def measured(job: Job, people: Mapping[str, str]) -> str:
    """Return the sections on agreement and scores; of a file that is not there, a word on that."""
    agreement = _read(job.agreement)
    scores = _read(job.scores)
    parts = ["## Agreement", *_agreement(job, agreement, people)]
    if scores is not None:
        parts += ["## A model's scores", _table(scores, people)]
    return "\n\n".join(parts)


def _agreement(job: Job, found: Any, people: Mapping[str, str]) -> Iterator[str]:
    """Yield what was compared, and the headline figures as tables."""
    if found is None:
        yield "Agreement has not been measured."
        return
    try:
        if found["why"]:
            yield _renamed(cell(f"Agreement could not be measured: {found['why']}."), people)
            return
        yield _compared(found)
        yield from filter(None, _figures(found["measured"], people))
    except (KeyError, TypeError, AttributeError, IndexError):
        raise PressmarkError(
            f"{job.agreement}: not as this version writes it; run 'pressmark agree' again"
        ) from None


def _compared(found: Any) -> str:
    m, scheme = found["measured"], found["scheme"]
    return cell(
        f"Articles that two or more of {len(m['annotators'])} annotators read:"
        f" {m['articles']}, under"
        f" {scheme['name']} {scheme['version']}: first submissions, made without pre-labels,"
        f" {found['independence']}. In brackets 95% intervals, by {m['samples']} bootstrap rounds"
        f" over stories ({m['clusters']}). Chance is what the same spans reach at random places."
    )


def _figures(m: Any, people: Mapping[str, str]) -> Iterator[str]:
    labels, pairs = [], []
    for each in m["labels"]:
        f1, name = each["f1"], each["label"] or "(all)"
        spans = sum(count for _, count in each["spans"])
        alpha = [_figure(each["u"]), _figure(each["units"])]
        labels.append((name, spans, *alpha, *_scores(f1, "exact"), *_scores(f1, "overlap")))
        for pair in each["pairs"] if not each["label"] else ():
            who = _renamed(f"{pair['one']}, {pair['other']}", people)
            pairs.append((who, pair["articles"], *_scores(pair["f1"], "overlap")))
    units = f"α of {m['unit']}s"
    head = ("label", "spans", "uα", units, "F1 exact", "chance", "F1 overlap", "chance")
    yield table(head, labels)
    values = [
        (
            f"{each['name']} ({each['label']})" if each["label"] else each["name"],
            each["units"],
            _figure(each["alpha"]),
            _figure(each["kappa"]),
        )
        for each in (*m["questions"], *m["attributes"])
        if each["units"]
    ]
    yield table(("question or attribute", "units", "α", "mean κ"), values)
    yield table(("pair", "articles", "F1 overlap, all labels", "chance"), pairs[:MOST])


def _figure(found: Any) -> str:
    return figure(Figure(**found))


def _scores(f1: Any, name: str) -> tuple[str, str]:
    return _figure(f1[name]), number(f1[f"{name}_shuffled"]["value"])


def _read(path: Path) -> Any:
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PressmarkError(f"{path}: not valid JSON ({error}); run its command again") from None


def _table(found: Any, people: Mapping[str, str]) -> str:
    rows = [(_renamed(place, people), _renamed(said, people)) for place, said in _flat(found, ())]
    told = table(("measure", "value"), rows[:MOST])
    more = len(rows) - MOST
    return f"{told}\n\nand {more} more lines in the project's own files" if more > 0 else told


def _flat(value: Any, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the leaves of nested JSON with their places; a list of numbers is a range."""
    if isinstance(value, dict):
        named = [str(value[key]) for key in ("system", "label", "name") if key in value]
        for key, inner in value.items():
            if key not in _TIMES and key not in ("system", "label", "name"):
                yield from _flat(inner, (*place, *named, str(key)))
    elif isinstance(value, list) and all(isinstance(v, int | float | None) for v in value):
        if value:
            yield " / ".join(place), " to ".join(_number(v) for v in value)
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(inner, place)
    elif place:
        yield " / ".join(place), _number(value)


def _number(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _renamed(text: str, people: Mapping[str, str]) -> str:
    """`text` with every annotator's name, as a word of its own, replaced by the pseudonym."""
    if not people:
        return text
    longest = sorted(people, key=len, reverse=True)
    names = "|".join(re.escape(name) for name in longest)
    return re.sub(rf"(?<!\w)(?:{names})(?!\w)", lambda found: people[found[0]], text)
