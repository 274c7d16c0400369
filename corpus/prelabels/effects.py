"""What pre-labels did to the labels: fates, errors let stand, agreement, rates.

First submissions count. Arms were drawn by lot, so what differs between them the pre-labels did, up
to chance. Planted errors that were let stand are taken out of agreement and rates.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from corpus.exposures import Exposure
from corpus.job import Job
from corpus.measures import Figure, Tally, bootstrap, overlapping
from corpus.prelabels.planted import Plants, planted
from corpus.prelabels.planting import as_shown
from corpus.prelabels.rates import Rates, Worked, rates
from corpus.prelabels.shares import share
from corpus.records import Annotation, Article, Span
from corpus.store import iter_versions, read_first_submissions, read_run, runs
from corpus.stories.duplicates import clusters
from corpus.versions import is_second_look

#: What a pair of annotations had on their pages.
BOTH, MIXED, NEITHER = "both assisted", "one assisted", "both unassisted"
#: Said wherever times are.
IDLE = (
    "Label Studio's lead time runs on in a tab that nobody looks at: no time saved can be claimed"
    " from it"
)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the pre-labels of a label ('' is all), planted errors apart.

    `kept` have the same place and label still, whatever was answered about them; `edited` another;
    `removed` are gone. `added` were drawn beside them on the same pages.
    """

    label: str
    shown: int
    kept: int
    edited: int
    removed: int
    added: int


@dataclass(frozen=True, slots=True)
class LetStand:
    """Planted errors of a sort ('' is all): how many were shown, and were let stand as shown."""

    sort: str
    shown: int
    stand: int
    share: Figure


@dataclass(frozen=True, slots=True)
class Together:
    """Agreement (span F1 by overlap) of the pairs of annotations with such pages."""

    pages: str
    pairs: int
    f1: Figure


@dataclass(frozen=True, slots=True)
class Time:
    """The median lead time of an arm, in seconds, and of how many annotations."""

    arm: str
    seconds: float | None
    annotations: int


@dataclass(frozen=True, slots=True)
class Effects:
    """What pre-labels did; see each part. `left_out` counts submissions by why they say nothing."""

    fates: tuple[Fate, ...]
    planted: tuple[LetStand, ...]
    agreement: tuple[Together, ...]
    rates: tuple[Rates, ...]
    times: tuple[Time, ...]
    left_out: Mapping[str, int]


def effects(job: Job) -> Effects:
    """Return what the job's pre-labels did to its annotators' first submissions."""
    given = [
        a
        for a in read_first_submissions(job.annotations)
        if a.role == "human" and a.layer == "spans" and not is_second_look(a)
    ]
    plants = planted(job)
    left_out: Counter[str] = Counter()
    pages = dict(_pages(job, given, plants, left_out))
    fates, stand = _fates(job, given, plants, pages), _stand(given, plants)
    bare = [plants.without(annotation) for annotation in given]
    groups = clusters(job) if given else {}
    return Effects(
        fates=tuple(fates),
        planted=tuple(stand),
        agreement=tuple(_together(bare, plants, groups)),
        rates=rates(_worked(job, bare, plants, left_out), job.scheme.label_names, groups),
        times=tuple(_times(given, plants)),
        left_out=dict(left_out),
    )


def _pages(
    job: Job, given: Iterable[Annotation], plants: Plants, left_out: Counter[str]
) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """Yield what stood on the page of each annotation that was shown pre-labels, by its id."""
    kept: dict[str, dict[tuple[str, str], Annotation]] = {}
    there = set(runs(job))
    for annotation in given:
        run = annotation.shown or plants.run_of(annotation)
        if not run:
            continue
        if run not in kept:
            found = read_run(job, run) if run in there else []
            kept[run] = {(each.article, each.sha256): each for each in found}
        shown = kept[run].get((annotation.article, annotation.sha256))
        if shown is None:
            left_out[f"its run {run} is not in predictions/"] += 1
            continue
        row = plants.exposure(annotation)
        yield annotation.id, (as_shown(shown, row.planted, job.scheme) if row else shown).spans


def _fates(
    job: Job,
    given: Iterable[Annotation],
    plants: Plants,
    pages: Mapping[str, tuple[Span, ...]],
) -> Iterator[Fate]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for annotation in given:
        if annotation.id not in pages:
            continue
        errors = {error.id for error in plants.of(annotation)}
        made = {span.source: span for span in annotation.spans if span.source}
        for span in pages[annotation.id]:
            if span.id not in errors:
                counts[span.label].update(["shown", _fate(span, made.get(span.id))])
        known = {span.id for span in pages[annotation.id]}
        added = (span for span in annotation.spans if span.source not in known)
        for span in added:
            counts[span.label]["added"] += 1
    total = sum(counts.values(), Counter())
    names = [name for name in job.scheme.label_names if counts[name]]
    for label, count in [("", total), *((name, counts[name]) for name in names)] if pages else ():
        parts = (count[part] for part in ("shown", "kept", "edited", "removed", "added"))
        yield Fate(label, *parts)


def _fate(shown: Span, made: Span | None) -> str:
    if made is None:
        return "removed"
    return "kept" if _place(shown) == _place(made) else "edited"


def _place(span: Span) -> tuple[int, int, str]:
    return *(span.drawn or (span.start, span.end)), span.label


def _stand(given: Iterable[Annotation], plants: Plants) -> Iterator[LetStand]:
    shown: Counter[str] = Counter()
    stand: Counter[str] = Counter()
    for annotation in given:
        accepted = {plants.accepted(annotation, span) for span in annotation.spans}
        for error in plants.of(annotation):
            shown.update(["", error.sort])
            stand.update(["", error.sort] if error in accepted else [])
    for sort in sorted(shown):
        yield LetStand(sort, shown[sort], stand[sort], share(stand[sort], shown[sort]))


def _together(
    given: Iterable[Annotation], plants: Plants, groups: Mapping[str, str]
) -> Iterator[Together]:
    """Yield agreement by what the pair had on their pages, resampled by story."""
    by: defaultdict[tuple[str, str], list[Annotation]] = defaultdict(list)
    for annotation in given:
        if annotation.occasion == 1:
            by[annotation.article, annotation.sha256].append(annotation)
    tallies: defaultdict[str, dict[str, Tally]] = defaultdict(dict)
    pairs: Counter[str] = Counter()
    for (article, _), said in by.items():
        for one, other in combinations(sorted(said, key=lambda a: a.author), 2):
            free = plants.unassisted(one) + plants.unassisted(other)
            pages = (BOTH, MIXED, NEITHER)[free]
            group = groups.get(article, article)
            sums = tallies[pages]
            sums[group] = sums.get(group, Tally()) + overlapping(one.spans, other.spans)
            pairs[pages] += 1
    for pages in (NEITHER, MIXED, BOTH):
        if tallies[pages]:
            yield Together(pages, pairs[pages], bootstrap(list(tallies[pages].values()))[2])


def _worked(
    job: Job, given: Iterable[Annotation], plants: Plants, left_out: Counter[str]
) -> list[Worked]:
    """What was done on each assignment whose arm was drawn by lot."""
    versions = {(a.id, a.sha256): a for a in iter_versions(job)} if plants.exposures else {}
    drawn: list[tuple[Exposure, Annotation]] = []
    for annotation in given:
        row = plants.exposure(annotation)
        if row is None or not row.block:
            left_out["its arm was not drawn by lot (no comparison of arms)"] += 1
        else:
            drawn.append((row, annotation))
    found = []
    for row, annotation in drawn:
        article = versions.get((row.article, row.sha256))
        if article:
            labels = Counter(span.label for span in annotation.spans)
            found.append(Worked(row.annotator, row.article, row.arm, _words(article), labels))
    return found


def _words(article: Article) -> int:
    return len(article.text.split())


def _times(given: Sequence[Annotation], plants: Plants) -> Iterator[Time]:
    for arm, free in (("unassisted", True), ("assisted", False)):
        took = [a.seconds for a in given if a.seconds is not None and plants.unassisted(a) is free]
        if took:
            yield Time(arm, median(took), len(took))
