"""What stood on annotators' pages: planted errors, pre-labels, the labels they were asked for.

Whoever counts, settles or learns from annotations asks here first: an error that we put on the
page and an annotator let stand is no opinion. It counts where somebody not shown it says so.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from corpus.exposures import Exposure, Planted, read_exposures
from corpus.job import Job
from corpus.measures import OVERLAP
from corpus.records import Annotation, Span
from corpus.versions import is_second_look, unasked


@dataclass(frozen=True)
class Plants:
    """What was planted, by version of article; and who was shown what, and asked what.

    `older` has the labels that pages under an older scheme, by its hash, did not ask for. A second
    look began with its author's own labels: what had stood on their first page is in it still.
    """

    exposures: tuple[Exposure, ...] = ()
    older: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def unasked(self, annotation: Annotation) -> frozenset[str]:
        """Return the labels that its author was not asked for, since the scheme is younger."""
        return self.older.get(annotation.scheme, frozenset())

    def of(self, annotation: Annotation) -> tuple[Planted, ...]:
        """Return the errors that stood on the page of this annotation's author."""
        return tuple(
            planted
            for exposure in self._rows(annotation)
            if annotation.shown in ("", exposure.run) or is_second_look(annotation)
            for planted in exposure.planted
        )

    def exposure(self, annotation: Annotation) -> Exposure | None:
        """Return the row of the ledger that tells what stood on the author's page, or None.

        Of several runs that were shown one after another it is the one that the annotation names.
        """
        rows = self._rows(annotation)
        named = [row for row in rows if row.run == annotation.shown] if annotation.shown else rows
        return named[-1] if named else None

    def run_of(self, annotation: Annotation) -> str:
        """Return the run that stood on the author's page by the ledger; '' if none did."""
        row = self.exposure(annotation)
        return row.run if row else ""

    def accepted(self, annotation: Annotation, span: Span) -> Planted | None:
        """Return the planted error that `span` lets stand as it was shown, or None.

        An error whose place or label the annotator changed is none any more.
        """
        place = (*(span.drawn or (span.start, span.end)), span.label)
        same = (p for p in self.of(annotation) if (p.start, p.end, p.label) == place)
        return next(same, None)

    def without(self, annotation: Annotation) -> Annotation:
        """Return the annotation without the planted errors that it lets stand."""
        if not self.of(annotation):
            return annotation
        kept = tuple(s for s in annotation.spans if not self.accepted(annotation, s))
        return annotation if len(kept) == len(annotation.spans) else replace(annotation, spans=kept)

    def unassisted(self, annotation: Annotation) -> bool:
        """Tell whether the author worked without pre-labels, as far as the job knows.

        The ledger counts beside what Label Studio tells: who deletes all pre-labels and draws anew
        leaves no trace of them there. One's own labels are no pre-labels.
        """
        own = not annotation.shown or is_second_look(annotation)
        return own and all(exposure.arm == "unshown" for exposure in self._rows(annotation))

    def counted(self, annotation: Annotation) -> Annotation:
        """Return the annotation as it counts: without planted errors, `shown` as the ledger has it.

        Whoever measures or learns takes this, and may then ask `not annotation.shown`. A second
        look at labels that were made without pre-labels was not shown any.
        """
        bare = self.without(annotation)
        if is_second_look(bare):
            rows = [row for row in self._rows(bare) if row.arm == "shown"]
            return replace(bare, shown=rows[-1].run if rows else "")
        if bare.shown or self.unassisted(bare):
            return bare
        return replace(bare, shown=self.run_of(bare))

    def unsupported(self, gold: Annotation, annotations: Sequence[Annotation]) -> set[str]:
        """Return the ids of the spans of `gold` that are planted errors and nothing else.

        That is a span which matches a planted one (same label, intersection at least half of the
        union) and which nobody of `annotations` marked who was not shown that error.
        """
        version = gold.article, gold.sha256
        here = [a for a in annotations if (a.article, a.sha256) == version]
        shown = {p for e in self._by_version.get(version, ()) for p in e.planted}
        found = set()
        for span in gold.spans:
            mine = [p for p in shown if p.label == span.label and _match(p, span)]
            free = [a for a in here if not set(self.of(a)) & set(mine)]
            if mine and not any(_supports(a, span) for a in free):
                found.add(span.id)
        return found

    def _rows(self, annotation: Annotation) -> list[Exposure]:
        """The rows of the annotation's occasion; of a second look those of the ones before it."""
        author, article, sha256, last = _key(annotation)
        first = 1 if is_second_look(annotation) else last
        keys = ((author, article, sha256, n) for n in range(first, last + 1))
        return [row for key in keys for row in self._by_key.get(key, ())]

    @functools.cached_property
    def _by_key(self) -> dict[tuple[str, str, str, int], list[Exposure]]:
        rows: defaultdict[tuple[str, str, str, int], list[Exposure]] = defaultdict(list)
        for exposure in self.exposures:
            rows[exposure.key].append(exposure)
        return rows

    @functools.cached_property
    def _by_version(self) -> dict[tuple[str, str], list[Exposure]]:
        rows: defaultdict[tuple[str, str], list[Exposure]] = defaultdict(list)
        for exposure in self.exposures:
            rows[exposure.article, exposure.sha256].append(exposure)
        return rows


def planted(job: Job) -> Plants:
    """Return what exposures.jsonl says was planted and shown, and what older schemes asked."""
    older = unasked(job.kept_schemes(), job.scheme)
    return Plants(tuple(read_exposures(job.exposures)), older)


def _key(annotation: Annotation) -> tuple[str, str, str, int]:
    return annotation.author, annotation.article, annotation.sha256, annotation.occasion


def _match(one: Planted | Span, other: Planted | Span) -> bool:
    shared = min(one.end, other.end) - max(one.start, other.start)
    union = max(one.end, other.end) - min(one.start, other.start)
    return shared > 0 and shared >= OVERLAP * union


def _supports(annotation: Annotation, span: Span) -> bool:
    return any(s.label == span.label and _match(s, span) for s in annotation.spans)
