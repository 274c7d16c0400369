"""Label files of SemEval-2020 task 11 scored as its scorer counts them, with intervals by article.

The task's task-SI_scorer.py and task-FLC_scorer.py (Da San Martino et al. 2020) are followed in
what counts: overlapping spans of an article are merged, for FLC those of one technique, where spans
that only touch stay apart; P is the mean over predicted spans of the share of them that gold
covers, R the mean over gold's; an article without predictions costs recall. Where this file differs
on purpose is said in `score_files`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.agreement.numbers import figure, number
from corpus.errors import PressmarkError
from corpus.imports.native import Mark, Refused
from corpus.imports.ptc import article_files, label_rows
from corpus.looking.stats import Table
from corpus.measures import Score, Tally, bootstrap, contained, merged
from corpus.records import Span

#: Lines of a file's faults that are printed; the rest is counted.
_MOST = 20
_NOT_UTF8 = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class FileScores:
    """What `score_files` found.

    `scores` begin with SI; where both files name techniques FLC of all of them follows, and FLC of
    each. Their `predicted` and `reference` count spans after merging. `notes` say how to read them.
    """

    gold: str
    predictions: str
    articles: int
    scores: tuple[Score, ...]
    notes: tuple[str, ...]


def score_files(
    gold: Path, predictions: Path, articles: Iterable[str] | None = None, seed: int = 0
) -> FileScores:
    """Score a file of predicted spans against a file of gold ones.

    A row is id, start, end (SI), or id, technique, start, end, separated by tabs. A folder stands
    for all its label files (*.labels). Other than the task's scorer, this one

    - merges predictions that overlap, as its -m does; without it the scorer refuses them;
    - takes the names of techniques as they come; a technique that gold lacks is wrong, no error;
    - has no figure where both sides are empty, where the scorer says F1 = 1;
    - gives a technique the recall of the definition; the scorer divides the credit for precision by
      the count of gold spans there, so that its line of a technique can be another.

    Args:
        gold: the file of reference spans.
        predictions: the file of predicted spans.
        articles: the ids of all articles that were read, where some of them hold no gold span: a
            span predicted there is then wrong. Without them it is an error, as in the task.
        seed: of the bootstrap over articles.

    Raises:
        PressmarkError: a file cannot be read; a line of the message for each fault, with its line.
    """
    reference, predicted = _rows(gold), _rows(predictions)
    known = {id_ for id_, _ in reference} if articles is None else set(articles)
    _refuse_strangers(predicted, known, listed=articles is not None)
    _refuse_strangers(reference, known, listed=True)
    ids = sorted(known)
    sides = _by_article(reference), _by_article(predicted)
    scores = [
        _score("", "SI", [contained(*(side.get(id_, ()) for side in sides)) for id_ in ids], seed)
    ]
    notes = _notes(sides, ids, listed=articles is not None)
    if _labelled(reference) and _labelled(predicted):
        scores += _flc(sides, ids, seed)
    elif _labelled(reference) or _labelled(predicted):
        notes.append("FLC: none, as one of the files names no technique")
    return FileScores(str(gold), str(predictions), len(ids), tuple(scores), tuple(notes))


def article_ids(folder: Path) -> list[str]:
    """Return the ids of a folder's articles, article<ID>.txt.

    Raises:
        PressmarkError: there is none.
    """
    ids = [id_ for id_, _ in article_files(folder)]
    if not ids:
        raise PressmarkError(f"{folder}: no article<ID>.txt below it; name the folder of articles")
    return ids


_Row = tuple[str, Mark]
_Side = Mapping[str, Sequence[Span]]


def _rows(path: Path) -> list[_Row]:
    """Every row of a file, or of the label files in a folder."""
    files = sorted(path.rglob("*.labels")) if path.is_dir() else [path]
    if not files:
        raise PressmarkError(f"{path}: no label file (*.labels) below it")
    rows, faults = [], []
    for file in files:
        if not file.is_file():
            raise PressmarkError(f"{file}: no such file; name a file of tab-separated spans")
        for id_, mark in label_rows(file, str(file)):
            fault = mark.reason if isinstance(mark, Refused) else _fault(id_, mark)
            if fault:
                faults.append(f"{mark.where}: {fault}")
            elif isinstance(mark, Mark):
                rows.append((id_, mark))
    labelled = _labelled(rows)
    faults += [
        f"{mark.where}: no technique, where other rows have one"
        for _, mark in rows
        if labelled and not mark.label
    ]
    if faults:
        raise PressmarkError(_told(faults))
    return rows


def _fault(id_: str, mark: Mark) -> str:
    if not id_:
        return "no article id"
    if _NOT_UTF8.search(id_ + mark.label):
        return "not UTF-8 text"
    if mark.start >= mark.end:
        return f"start {mark.start} is not before end {mark.end}"
    return ""


def _refuse_strangers(rows: Iterable[_Row], known: set[str], *, listed: bool) -> None:
    """Refuse spans of articles that nobody knows, at the first of them."""
    strange = [(id_, mark.where) for id_, mark in rows if id_ not in known]
    if not strange:
        return
    id_, where = strange[0]
    others = len({each for each, _ in strange}) - 1
    told = f"{where}: article {id_} " + (f"(and {others} others) " if others else "")
    if listed:
        raise PressmarkError(f"{told}is not among the articles")
    raise PressmarkError(
        f"{told}has no gold span; if it was read, name the folder of all articles (--articles)"
    )


def _told(faults: Sequence[str]) -> str:
    more = len(faults) - _MOST
    return "\n".join([*faults[:_MOST], *([f"and {more} more such lines"] if more > 0 else [])])


def _labelled(rows: Iterable[_Row]) -> bool:
    return any(mark.label for _, mark in rows)


def _by_article(rows: Iterable[_Row]) -> _Side:
    found: defaultdict[str, list[Span]] = defaultdict(list)
    for row, (id_, mark) in enumerate(rows):
        found[id_].append(Span(str(row), mark.start, mark.end, mark.label or "span"))
    return found


def _flc(sides: tuple[_Side, _Side], ids: Sequence[str], seed: int) -> list[Score]:
    """FLC of all techniques, then of each: spans of one technique meet only their own."""
    techniques = sorted({s.label for side in sides for spans in side.values() for s in spans})
    by = {
        name: [
            contained(*([s for s in side.get(id_, ()) if s.label == name] for side in sides))
            for id_ in ids
        ]
        for name in techniques
    }
    every = [sum((tallies[n] for tallies in by.values()), Tally()) for n in range(len(ids))]
    return [
        _score("", "FLC", every, seed),
        *(_score(name, "FLC", tallies, seed) for name, tallies in by.items()),
    ]


def _score(label: str, measure: str, tallies: Sequence[Tally], seed: int) -> Score:
    total = sum(tallies, Tally())
    return Score(label, measure, *bootstrap(tallies, seed), total.predicted, total.reference)


def _notes(sides: tuple[_Side, _Side], ids: Sequence[str], listed: bool) -> list[str]:
    gold, predicted = sides
    notes = ["intervals: 95%, bootstrap over articles"]
    if not gold and not predicted:
        notes = ["nothing to score: neither file has a span"]
    if not listed:
        notes.append("articles: those with a gold span")
    missing = sum(not predicted.get(id_) for id_ in ids)
    if missing:
        notes.append(f"articles without a prediction: {missing}")
    fewer = [sum(len(each) - len(merged(each)) for each in side.values()) for side in sides]
    if any(fewer):
        told = f"{fewer[0]} of gold, {fewer[1]} of the predictions"
        notes.append(f"SI: spans merged into one that they overlap: {told}")
    return notes


def file_table(found: FileScores) -> Table:
    """Return the scores as a table for a reader: SI, FLC, then FLC of each technique."""
    rows = tuple(
        (
            each.label or each.measure,
            f"{each.predicted}/{each.reference}",
            number(each.precision.value, 3),
            number(each.recall.value, 3),
            figure(each.f1, 3),
        )
        for each in found.scores
    )
    head = ("", "marked/gold", "P", "R", "F1 (95%)")
    return Table(f"{found.articles} articles", head, rows, "\n".join(found.notes))
