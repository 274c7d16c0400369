"""What an adjudicator is given of an article: what is settled, and each version of what is not.

Who is A, B or C is drawn for each article anew. The map stays on our side, in adjudication.jsonl.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from annotation.adjudicating.page import LETTERS, region_of
from corpus.agreement.disagreements import NOTES, Disagreement
from corpus.dataset import annotation_of, annotation_row
from corpus.errors import PressmarkError
from corpus.files import append_lines, read_lines
from corpus.job import Job
from corpus.records import Annotation, Span
from corpus.scheme import Question, Scheme
from corpus.settling.disputes import Dispute
from corpus.text import sha256_of

_FILE = "adjudication.jsonl"


@dataclass(frozen=True, slots=True)
class Version:
    """A span as some annotators have it: the region that shows it, and where it came from.

    `span` bears the id of the first one's own span; notes (comments, 'unsure') stand in `notes`,
    a line each. `case` is the number of the case it belongs to, `sources` are all the spans' ids.
    """

    region: str
    letters: str
    span: Span
    case: int
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """Disputes that are settled by one ruling: they are about the same spans or one question.

    `told` says of a question what everybody answered; it is empty where spans are in dispute.
    `agreed` means that nobody disagrees, so that nobody is asked why.
    """

    disputes: tuple[str, ...]
    question: str = ""
    told: str = ""
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One version of one article before an adjudicator: the start of gold, cases, versions.

    `letters` maps each letter to an annotator. `occasion` counts how often the article was put
    before an adjudicator.
    """

    start: Annotation
    letters: Mapping[str, str]
    cases: tuple[Case, ...]
    versions: tuple[Version, ...]
    owner: str = ""
    occasion: int = 1
    when: str = ""

    @property
    def uid(self) -> str:
        """The task's stable name."""
        name = f"{self.start.article}@{self.start.sha256}"
        return name if self.occasion == 1 else f"{name}#{self.occasion}"

    @property
    def version(self) -> tuple[str, str]:
        """The article and the sha256 of its text."""
        return self.start.article, self.start.sha256

    @property
    def disputes(self) -> frozenset[str]:
        """The keys of the disputes that it puts."""
        return frozenset(key for case in self.cases for key in case.disputes)


def sheet_of(start: Annotation, disputes: Sequence[Dispute], scheme: Scheme, **more: Any) -> Sheet:
    """Put what is settled (`start`) and what is not on a sheet; `more` are fields of the sheet.

    What the page cannot show stays in dispute (see `can_be_put`).

    Raises:
        PressmarkError: more annotators than there are letters.
    """
    putable = [dispute for dispute in disputes if can_be_put(dispute.disagreement)]
    letters = _letters([dispute.disagreement for dispute in putable], start)
    cases: list[Case] = []
    versions: list[Version] = []
    for tied in _tied(putable):
        ids, seen = tuple(each.id for each in tied), [each.disagreement for each in tied]
        if not _spans(seen[0]):
            cases.append(_question(ids, seen[0], letters, scheme))
            continue
        found = _versions(seen, letters, scheme, len(cases), len(versions))
        asked = {letters[side.author] for each in seen for side in each.sides}
        cases.append(Case(ids, agreed=len(found) == 1 and {*found[0].letters} == asked))
        versions += found
    named = {letter: author for author, letter in letters.items()}
    return Sheet(_undisputed(start, cases, versions), named, tuple(cases), tuple(versions), **more)


def can_be_put(dispute: Disagreement) -> bool:
    """Tell whether the page can show the dispute: it asks of spans and of whole articles."""
    return bool(_spans(dispute)) or (bool(dispute.question) and dispute.start is None)


def _undisputed(
    start: Annotation, cases: Sequence[Case], versions: Sequence[Version]
) -> Annotation:
    """Leave out what a version says anew, so that nothing stands twice."""
    asked = {case.question for case in cases}
    spans = (
        span
        for span in start.spans
        if not any(v.span.label == span.label and v.span.overlaps(span) for v in versions)
    )
    answers = (answer for answer in start.answers if answer.question not in asked)
    return replace(start, spans=tuple(spans), answers=tuple(answers))


def _spans(dispute: Disagreement) -> list[Span]:
    return [span for side in dispute.sides for span in side.spans]


def read_sheets(job: Job) -> dict[tuple[str, str], Sheet]:
    """Return every sheet that was sent, by project and uid; a later line takes an earlier's place.

    Raises:
        PressmarkError: a line is no sheet.
    """
    found = {}
    path = job.folder / _FILE
    for row in read_lines(path):
        try:
            found[row["project"], row["uid"]] = _sheet(row)
        except (KeyError, TypeError, ValueError) as error:
            raise PressmarkError(
                f"{path}: {row.get('uid')!r} is no sheet ({error!r}); restore it from a copy"
            ) from None
    return found


def append_sheets(job: Job, project: str, sheets: Iterable[Sheet]) -> None:
    """Write down what is about to be sent."""
    append_lines(job.folder / _FILE, (_row(project, sheet) for sheet in sheets))


def _letters(disputes: Iterable[Disagreement], start: Annotation) -> dict[str, str]:
    """A letter for each annotator, in an order that differs from article to article."""
    authors = {side.author for dispute in disputes for side in dispute.sides}
    if len(authors) > len(LETTERS):
        raise PressmarkError(
            f"{start.article!r}: {len(authors)} annotators, more than the page has letters"
            f" ({len(LETTERS)})"
        )
    drawn = sorted(authors, key=lambda who: sha256_of(f"{start.article}\n{start.sha256}\n{who}"))
    return dict(zip(drawn, LETTERS, strict=False))


def _tied(disputes: Sequence[Dispute]) -> list[list[Dispute]]:
    """Put disputes together that are about the same spans; questions stay by themselves."""
    groups: list[tuple[set[tuple[str, str]], list[Dispute]]] = []
    for dispute in disputes:
        sides = dispute.disagreement.sides
        spans = {(side.annotation, span.id) for side in sides for span in side.spans}
        near = [group for group in groups if group[0] & spans]
        groups = [group for group in groups if not group[0] & spans]
        ids = spans.union(*(group[0] for group in near))
        groups.append((ids, [d for group in near for d in group[1]] + [dispute]))
    return [group for _, group in groups]


def _question(
    ids: tuple[str, ...], dispute: Disagreement, letters: Mapping[str, str], scheme: Scheme
) -> Case:
    question = scheme.question(dispute.question)
    title = (question.title if question else "") or dispute.question
    said: dict[str, list[str]] = {}
    answers = sorted((letters[side.author], side.values) for side in dispute.sides)
    for letter, values in answers:
        said.setdefault(_values(question, values), []).append(letter)
    told = "; ".join(f"{', '.join(who)}: {values}" for values, who in said.items())
    return Case(ids, dispute.question, f"{title} {told}", agreed=len(said) == 1)


def _values(question: Question | None, values: Sequence[str]) -> str:
    offered = question.values if question else ()
    titles = {value.name: value.title or value.name for value in offered}
    return ", ".join(titles.get(value, value) for value in values) or "no answer"


def _versions(
    tied: Sequence[Disagreement],
    letters: Mapping[str, str],
    scheme: Scheme,
    case: int,
    first: int,
) -> list[Version]:
    """Each span once, with the letters of all who have it so; notes make no other version."""
    have: dict[tuple[int, int, str, str], dict[str, Span]] = {}
    for side in (side for dispute in tied for side in dispute.sides):
        for span in side.spans:
            bare = _without_notes(span, scheme)
            have.setdefault(_opinion(bare), {})[letters[side.author]] = span
    versions = []
    for number, opinion in enumerate(sorted(have), first):
        by = dict(sorted(have[opinion].items()))
        spans = list(by.values())
        shown = replace(_without_notes(spans[0], scheme), score=None, origin="drawn", source=None)
        versions.append(
            Version(
                region=region_of("".join(by), number),
                letters="".join(by),
                span=shown,
                case=case,
                sources=tuple(span.id for span in spans),
                notes=tuple(_notes(by, scheme)),
            )
        )
    return versions


def _opinion(span: Span) -> tuple[int, int, str, str]:
    ticked = {name: sorted(values) for name, values in span.attributes.items()}
    return span.start, span.end, span.label, repr(ticked)


def _is_note(name: str, scheme: Scheme) -> bool:
    attribute = scheme.attribute(name)
    return attribute is not None and attribute.type in NOTES and not attribute.required


def _without_notes(span: Span, scheme: Scheme) -> Span:
    kept = {name: v for name, v in span.attributes.items() if not _is_note(name, scheme)}
    return replace(span, attributes=kept)


def _notes(by: Mapping[str, Span], scheme: Scheme) -> Iterable[str]:
    for letter, span in by.items():
        for name, values in span.attributes.items():
            attribute = scheme.attribute(name)
            if attribute and _is_note(name, scheme):
                said = ", ".join(values)
                title = attribute.title or name
                yield f"{letter}: {title if attribute.type == 'flag' else said}"


def _row(project: str, sheet: Sheet) -> dict[str, Any]:
    return {
        "project": project,
        "uid": sheet.uid,
        "owner": sheet.owner,
        "occasion": sheet.occasion,
        "when": sheet.when,
        "letters": dict(sheet.letters),
        "cases": [asdict(case) for case in sheet.cases],
        "versions": [asdict(version) for version in sheet.versions],
        "start": annotation_row(sheet.start),
    }


def _sheet(row: Mapping[str, Any]) -> Sheet:
    cases = (Case(tuple(each["disputes"]), each["question"], each["told"]) for each in row["cases"])
    return Sheet(
        start=annotation_of(row["start"]),
        letters=row["letters"],
        cases=tuple(cases),
        versions=tuple(_version(each) for each in row["versions"]),
        owner=row["owner"],
        occasion=row["occasion"],
        when=row["when"],
    )


def _version(row: Mapping[str, Any]) -> Version:
    span = row["span"]
    drawn = span["drawn"] and tuple(span["drawn"])
    told = {**row, "span": Span(**{**span, "drawn": drawn})}
    return Version(**{**told, "sources": tuple(row["sources"]), "notes": tuple(row["notes"])})
