"""Many articles' opinions as arrays, the articles laid end to end on one long continuum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from corpus.agreement.opinions import ArticleOpinions
from corpus.errors import PressmarkError
from corpus.measures import Place
from corpus.records import Annotation, Span
from corpus.scheme import Label, Scheme

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from corpus.agreement.estimates import Bools, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Continuum:
    """Articles laid end to end: where each begins, how long it is, its cluster; who was `asked`.

    `asked` is articles x annotators.
    """

    begins: Ints
    lengths: Ints
    cluster: Ints
    clusters: int
    asked: Bools

    def without(self, annotator: int) -> Continuum:
        """Return the same with one annotator asked nothing."""
        asked = self.asked.copy()
        asked[:, annotator] = False
        return replace(self, asked=asked)


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Marked stretches of a continuum, sorted by annotator and start: whose, where, which value.

    Those of one annotator do not overlap. Values count from 1: 0 is a gap. `row` is the unit's
    place in the table of spans, where it is one.
    """

    article: Ints
    annotator: Ints
    start: Ints
    end: Ints
    value: Ints
    row: Ints

    def only(self, kept: Bools) -> Units:
        """Return the units where `kept` holds."""
        arrays = (self.article, self.annotator, self.start, self.end, self.value, self.row)
        return Units(*(array[kept] for array in arrays))


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Opinions as arrays. Articles, annotators and spans stand in an order of their own.

    `label` is each span's place in `labels`, `spans` the records they were read from.
    """

    annotators: tuple[str, ...]
    opinions: tuple[ArticleOpinions, ...]
    labels: tuple[Label, ...]
    continuum: Continuum
    asked: tuple[Bools, ...]
    units: Units
    label: Ints
    spans: tuple[Span, ...]
    words: tuple[Ints, Ints] | None
    foreign: tuple[tuple[str, int], ...]

    def of(self, number: int) -> tuple[Continuum, Units]:
        """Return the continuum of one label and its units, all of value 1.

        An annotator whose answer bars the label (`unless`), or whose scheme did not have it yet,
        was not asked.
        """
        asked = self.asked[number]
        mine = self.label == number
        units = self.units.only(mine)
        return (
            replace(self.continuum, asked=asked),
            units.only(asked[units.article, units.annotator]),
        )


def table(opinions: Sequence[ArticleOpinions], scheme: Scheme) -> Table:
    """Lay the articles that two or more annotated end to end, in an order of their own.

    Raises:
        PressmarkError: an article stands in `opinions` twice.
    """
    import numpy as np

    kept = sorted((o for o in opinions if len(o.annotations) > 1), key=lambda o: o.article)
    _check_once(kept)
    annotators = sorted({author for each in kept for author in each.annotations})
    lengths = np.array([_length(each) for each in kept], dtype=np.int64)
    begins = np.concatenate([[0], np.cumsum(lengths)])[:-1].astype(np.int64)
    names = {name: n for n, name in enumerate(sorted({each.cluster for each in kept}))}
    cluster = np.array([names[each.cluster] for each in kept], dtype=np.int64)
    asked = np.array([[a in each.annotations for a in annotators] for each in kept], dtype=bool)
    continuum = Continuum(
        begins, lengths, cluster, len(names), asked.reshape(len(kept), len(annotators))
    )
    units, label, spans, foreign = _units(kept, annotators, scheme, begins)
    return Table(
        annotators=tuple(annotators),
        opinions=tuple(kept),
        labels=scheme.labels,
        continuum=continuum,
        asked=tuple(_asked(kept, annotators, each, continuum) for each in scheme.labels),
        units=units,
        label=label,
        spans=spans,
        words=_words(kept, begins),
        foreign=foreign,
    )


def _check_once(opinions: Sequence[ArticleOpinions]) -> None:
    twice = [name for name, n in Counter(each.article for each in opinions).items() if n > 1]
    if twice:
        told = "give one version and one occasion of an article at a time"
        raise PressmarkError(f"agreement: article {twice[0]!r} stands twice; {told}")


def _length(opinion: ArticleOpinions) -> int:
    if opinion.within is None:
        return opinion.length
    return sum(end - start for start, end in opinion.within)


def moved(within: Sequence[Place] | None, start: int, end: int) -> Place:
    """Return where [start, end) stands once all but `within` is cut out; empty if it is cut too."""
    if within is None:
        return start, end
    sizes = [(at, stop - at) for at, stop in within]
    first = sum(min(max(start - at, 0), size) for at, size in sizes)
    last = sum(min(max(end - at, 0), size) for at, size in sizes)
    return first, last


def barred(annotation: Annotation, label: Label) -> bool:
    """Tell whether an answer of the annotation makes the label one that is not asked."""
    return any(
        value in label.unless.get(answer.question, ())
        for answer in annotation.answers
        for value in answer.values
    )


def _asked(
    opinions: Sequence[ArticleOpinions],
    annotators: Sequence[str],
    label: Label,
    continuum: Continuum,
) -> Bools:
    asked = continuum.asked.copy()
    for row, each in enumerate(opinions):
        younger = {hash_ for hash_, labels in each.older.items() if label.name in labels}
        for column, author in enumerate(annotators if label.unless or younger else ()):
            said = each.annotations.get(author)
            if said and (said.scheme in younger or barred(said, label)):
                asked[row, column] = False
    return asked


def _units(
    opinions: Sequence[ArticleOpinions],
    annotators: Sequence[str],
    scheme: Scheme,
    begins: Ints,
) -> tuple[Units, Ints, tuple[Span, ...], tuple[tuple[str, int], ...]]:
    import numpy as np

    numbers = {name: n for n, name in enumerate(scheme.label_names)}
    foreign: Counter[str] = Counter()
    rows: list[tuple[int, int, int, int, int]] = []
    spans: list[Span] = []
    for column, author in enumerate(annotators):
        for row, each in enumerate(opinions):
            begin = int(begins[row])
            for span in each.annotations[author].spans if author in each.annotations else ():
                if span.label not in numbers:
                    foreign[span.label] += 1
                    continue
                start, end = moved(each.within, span.start, span.end)
                if start < end:
                    rows.append((row, column, begin + start, begin + end, numbers[span.label]))
                    spans.append(span)
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 5).T.copy()
    ones = np.ones(len(rows), dtype=np.int64)
    units = Units(columns[0], columns[1], columns[2], columns[3], ones, np.arange(len(rows)))
    return units, columns[4], tuple(spans), tuple(sorted(foreign.items()))


def _words(opinions: Sequence[ArticleOpinions], begins: Ints) -> tuple[Ints, Ints] | None:
    """Where each word begins and ends on the continuum; None where no article's words are known."""
    import numpy as np

    parts: list[NDArray[np.int64]] = []
    for begin, each in zip(begins, opinions, strict=True):
        words = each.words
        if each.within is not None:
            places = (moved(each.within, *word) for word in words)
            words = [place for place in places if place[0] < place[1]]
        flat = np.fromiter(chain.from_iterable(words), dtype=np.int64, count=2 * len(words))
        parts.append(flat.reshape(-1, 2) + begin)
    found = np.concatenate(parts) if parts else np.zeros((0, 2), dtype=np.int64)
    return (found[:, 0].copy(), found[:, 1].copy()) if len(found) else None
