"""`agree`: how far annotators agree, what they disagree on, and each of them alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.agreement.crowd import is_crowd, numbered, unpaired
from corpus.agreement.estimates import Sampling
from corpus.agreement.gamma import Gamma, GammaSettings, gamma, require_gamma
from corpus.agreement.measure import measure
from corpus.agreement.opinions import ArticleOpinions
from corpus.agreement.people import Drift, Repeat, Speed, drift, repeats, speed, weeks
from corpus.agreement.remarks import remarks_of
from corpus.agreement.selection import LeftOut, Selection, Version, select
from corpus.agreement.sorting import Count, Passage, sort_out, worst
from corpus.agreement.strata import Known, Stratum, strata
from corpus.assignments import read_assignments
from corpus.errors import PressmarkError
from corpus.independence import independence
from corpus.job import Job, now
from corpus.progress import Progress, silent
from corpus.records import Annotation
from corpus.settings import AgreementSection
from corpus.store import read_annotations

if TYPE_CHECKING:
    from corpus.agreement.results import Measured

#: The shape of agreement.json, see docs/agreement.md.
FORMAT = 1
#: Passages that are kept and shown in the report; the terminal shows as many as it is asked for.
PASSAGES = 25
ELSEWHERE = "made elsewhere: its publication says how independently"


@dataclass(frozen=True, slots=True)
class UnderScheme:
    """The scheme that agreement was measured under."""

    name: str
    version: str
    hash: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """What `agree` found; this is agreement.json.

    `submitted` annotations count (first submissions of occasion 1, without pre-labels), `assisted`
    ones were made with pre-labels on the page and are left out, `why` says what keeps agreement
    from being measured ('' if it was). `measured` is of the articles that two or more annotated.
    """

    format: int
    when: str
    scheme: UnderScheme
    independence: str
    submitted: int
    assisted: int
    left_out: LeftOut
    skipped: tuple[tuple[str, int], ...]
    measured: Measured | None
    why: str
    strata: tuple[Stratum, ...]
    disagreements: tuple[Count, ...]
    pairs: tuple[Count, ...]
    worst: tuple[Passage, ...]
    repeats: tuple[Repeat, ...]
    drift: tuple[Drift, ...]
    speed: tuple[Speed, ...]
    remarks: int
    notes: tuple[str, ...]
    gamma: Gamma | None = None


@dataclass(frozen=True)
class Agreed:
    """What was found, and what it was found in."""

    found: Agreement
    selection: Selection
    said: Mapping[Version, Mapping[str, Annotation]]


def agree(
    job: Job, progress: Progress = silent, passages: int = PASSAGES, with_gamma: bool = False
) -> Agreed:
    """Measure agreement on first submissions and sort all disagreements; nothing is written.

    Raises:
        PressmarkError: the job has no annotations, or gamma is asked for and not installed.
    """
    if with_gamma:
        require_gamma()
    progress("reading annotations", 0, 0)
    selection = select(job)
    said = selection.unassisted()
    ledger = read_assignments(job.assignments)
    when = weeks(ledger, selection.first)
    settings = job.settings.agreement
    why = _why(job, selection, said)
    opinions = selection.by_version(said)
    named, crowd = opinions, is_crowd(opinions)
    opinions = numbered(named) if crowd else named
    whole = list(opinions.values())
    progress("measuring agreement", 0, 0)
    measured = None if why else measure(whole, selection.scheme, settings.samples, settings.seed)
    measured = unpaired(measured, named) if measured and crowd else measured
    slow = _gamma(selection, whole, settings, progress) if with_gamma and measured else None
    progress("sorting disagreements", 0, 0)
    found = sort_out(selection, said)
    progress("measuring strata", 0, 0)
    least = job.settings.stats.least_per_outlet
    parts, notes = strata(selection, opinions, Known.of(ledger, when), least, settings)
    progress("looking at each annotator", 0, 0)
    agreement = Agreement(
        format=FORMAT,
        when=now(),
        scheme=_under(selection),
        independence=_independence(job, selection),
        submitted=sum(len(by) for by in said.values()),
        assisted=sum(len(by) for by in selection.first.values()) - sum(map(len, said.values())),
        left_out=selection.left_out,
        skipped=tuple(sorted(selection.skips.items())),
        measured=measured,
        why=why,
        strata=tuple(parts),
        disagreements=found.labels,
        pairs=found.pairs,
        worst=tuple(worst(selection, said, found, max(passages, PASSAGES))),
        repeats=tuple(repeats(selection, settings)),
        drift=tuple(drift(selection, said, when, settings)),
        speed=tuple(speed(selection, said, settings)),
        remarks=len(remarks_of(read_annotations(job.annotations), selection.scheme)),
        notes=(*selection.notes, *notes, *_notes(measured)),
        gamma=slow,
    )
    return Agreed(agreement, selection, said)


def _gamma(
    selection: Selection,
    opinions: Sequence[ArticleOpinions],
    settings: AgreementSection,
    progress: Progress,
) -> Gamma:
    progress("measuring gamma", 0, 0)
    chosen = GammaSettings(**settings.gamma.model_dump())
    sampling = Sampling(settings.samples, settings.seed)
    return gamma(opinions, selection.scheme, chosen, sampling)


def _under(selection: Selection) -> UnderScheme:
    scheme = selection.scheme
    return UnderScheme(scheme.name, scheme.version, scheme.hash)


def _independence(job: Job, selection: Selection) -> str:
    return ELSEWHERE if selection.scheme.published else independence(job)


def _why(job: Job, selection: Selection, said: Mapping[Version, Mapping[str, Annotation]]) -> str:
    """What keeps agreement from being measured; '' if two annotated the same."""
    if any(len(by) > 1 for by in said.values()):
        return ""
    people = sorted({author for by in said.values() for author in by})
    if len(people) > 1:
        versions = Counter(id_ for id_, _ in said)
        split = sum(count > 1 for count in versions.values())
        told = "no two annotators annotated the same version of an article"
        more = f"; {split} were annotated in different versions: 'pressmark reanchor'"
        return told + (more if split else "")
    if people:
        return f"one annotator: {people[0]}"
    if selection.first:
        return "all that was submitted was made with pre-labels on the page"
    return _nothing(job, selection)


def _nothing(job: Job, selection: Selection) -> str:
    """Why there is no submission at all.

    Raises:
        PressmarkError: there is nothing.
    """
    left = selection.left_out
    counts = {
        "skipped": left.skipped,
        "withdrawn": left.withdrawn,
        "drafts": left.draft,
        "under another scheme": left.scheme,
        "of a text that the job does not have": left.lost + left.misfit,
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    if told:
        return f"nothing that counts was submitted: {told}"
    if read_annotations(job.gold) or read_annotations(job.annotations):
        return "one annotator: all there is is what was agreed on (gold), or a program's"
    raise PressmarkError(
        f"{job.annotations}: there are no annotations; run 'pressmark pull' or 'pressmark import'"
    )


def _notes(measured: Measured | None) -> list[str]:
    if measured is None:
        return []
    notes = []
    if measured.clusters < 2:
        notes.append("one article, or one story: no intervals")
    for label, count in measured.foreign:
        notes.append(f"{count} spans of {label!r}, which is no label of the scheme, are left out")
    return notes
