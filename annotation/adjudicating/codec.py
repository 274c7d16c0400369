"""A sheet to a task of the adjudicator's page, and what comes back to gold and rulings; pure.

A layer's span becomes gold where it was taken, and nowhere else: one forgotten is no gold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from annotation.adjudicating.page import (
    LEAD,
    NOTE,
    REASON,
    REASONS,
    TAKE,
    VERDICT,
    VERSION,
    letter_of,
)
from annotation.adjudicating.sheet import Case, Sheet, Version
from annotation.codec import annotation_of, results_of, task_of
from annotation.controls import LABEL
from annotation.raw import RawAnnotation
from corpus.records import Annotation, Article, Span
from corpus.scheme import Scheme

Json = dict[str, Any]
#: What the page shows is named like a run: Label Studio shows one at a time.
RUN = "versions"


@dataclass(frozen=True, slots=True)
class Ruling:
    """How a case was settled: why the annotators disagreed, and what the adjudicator says of it."""

    disputes: tuple[str, ...]
    reason: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Adjudicated:
    """What came back of a sheet: gold and a ruling for each case, or why it is neither.

    Of a draft and of what was skipped there is nothing.
    """

    gold: Annotation | None
    rulings: tuple[Ruling, ...] = ()
    reasons: tuple[str, ...] = ()


def task_of_sheet(sheet: Sheet, article: Article, scheme: Scheme) -> Json:
    """Return the task that puts a sheet: the start of gold and every version, in text order."""
    task = task_of(article, scheme, occasion=sheet.occasion)
    task["data"]["disputed"] = [{"told": case.told} for case in _asked(sheet)]
    alike = [{"told": case.told} for case in sheet.cases if case.told and case.agreed]
    task["data"]["agreed"] = alike
    results = [*results_of(sheet.start, article, scheme)]
    leads: set[int] = set()
    for version in sheet.versions:
        lead = version.case not in leads and not sheet.cases[version.case].agreed
        results += _shown(version, lead, sheet, article, scheme)
        leads.add(version.case)
    results.sort(key=lambda item: (item["value"].get("start", -1), item["value"].get("end", -1)))
    task["predictions"] = [{"model_version": RUN, "result": results}]
    return task


def gold_of(
    raw: RawAnnotation, sheet: Sheet, article: Article, scheme: Scheme, author: str
) -> Adjudicated:
    """Read what an adjudicator made of a sheet.

    Gold has the id of the settled gold it began with. A copied span keeps its id, and says as its
    `source` whose span it was; what was settled before is 'accepted', what was drawn 'drawn'.

    Args:
        raw: as Label Studio sent it.
        sheet: what was put before the adjudicator.
        article: the version of the text.
        scheme: the one in force when it was adjudicated.
        author: the adjudicator's pseudonym.
    """
    if raw.draft or raw.was_cancelled:
        return Adjudicated(None)
    results = [item for item in raw.result if isinstance(item, dict)]
    said = [item for item in results if _control(item) in (VERSION, VERDICT, REASON, NOTE)]
    regions = _regions(said)
    taken = {id_ for id_, of in regions.items() if _words(of.get(VERDICT)) == [TAKE]}
    mine = [item for item in results if item not in said]
    mine += [_label(regions[id_][VERSION]) for id_ in taken - _labelled(mine)]
    mine = [item for item in mine if _id(item) not in regions or _id(item) in taken]
    read = annotation_of(
        raw.model_copy(update={"result": mine}), article, scheme, sheet.start, author
    )
    assert read.annotation is not None
    reasons = list(read.reasons)
    if len(read.annotation.spans) < len(_labelled(mine)):
        return Adjudicated(None, (), tuple(reasons))
    rulings = list(_rulings(said, regions, sheet))
    given = zip(rulings, sheet.cases, strict=True)
    if unnamed := sum(1 for r, case in given if r.reason not in REASONS and not case.agreed):
        reasons.append(f"{unnamed} of {len(rulings)} disputes have no reason; name each")
        return Adjudicated(None, (), tuple(reasons))
    return Adjudicated(_gold(read.annotation, sheet), tuple(rulings), tuple(reasons))


def _shown(
    version: Version, lead: bool, sheet: Sheet, article: Article, scheme: Scheme
) -> Iterator[Json]:
    """A version's region: label and letters in one control, attributes in the annotator's own."""
    span = replace(version.span, id=version.region)
    bare = replace(sheet.start, spans=(span,), answers=())
    for item in results_of(bare, article, scheme):
        if item["from_name"] == LABEL:
            letters = [letter_of(letter) for letter in version.letters]
            labels = [span.label, *letters, *([LEAD] if lead else [])]
            notes = {"meta": {"text": list(version.notes)}} if version.notes else {}
            value = {**item["value"], "labels": labels}
            yield {**item, **notes, "from_name": VERSION, "value": value}
        else:
            yield item


def _asked(sheet: Sheet) -> list[Case]:
    """The questions in dispute, in the order in which the page repeats them."""
    return [case for case in sheet.cases if case.told and not case.agreed]


def _control(item: Json) -> str:
    """The control without the number that a repeated one ends in."""
    return str(item.get("from_name")).partition(".")[0]


def _id(item: Json) -> str:
    return str(item.get("id"))


def _regions(said: Iterable[Json]) -> dict[str, dict[str, Json]]:
    """The regions of layers, with what was said of each by control."""
    found: dict[str, dict[str, Json]] = {}
    for item in said:
        found.setdefault(_id(item), {})[str(item.get("from_name"))] = item
    return {id_: of for id_, of in found.items() if VERSION in of}


def _labelled(items: Iterable[Json]) -> set[str]:
    return {_id(item) for item in items if item.get("from_name") == LABEL}


def _label(version: Json) -> Json:
    """A layer's region as a span of its label; the letters fall away."""
    labels = [each for each in _words(version) if each[0] not in (LEAD, letter_of(""))]
    return {**version, "from_name": LABEL, "value": {**version["value"], "labels": labels}}


def _words(item: Json | None) -> list[str]:
    """What was picked or typed in a control."""
    value = item.get("value") if item else None
    read = value if isinstance(value, dict) else {}
    given = read.get("labels") or read.get("choices") or read.get("text") or []
    return [each for each in given if isinstance(each, str) and each.strip()]


def _rulings(
    said: list[Json], regions: Mapping[str, dict[str, Json]], sheet: Sheet
) -> Iterator[Ruling]:
    """Yield a ruling for each case; one without a reason has an empty one."""
    whole = {str(item.get("from_name")): item for item in said}
    asked = _asked(sheet)
    for number, case in enumerate(sheet.cases):
        if case.told and case.agreed:
            found = []
        elif case.told:
            n = asked.index(case)
            found = [{REASON: whole.get(f"{REASON}.{n}"), NOTE: whole.get(f"{NOTE}.{n}")}]
        else:
            ids = [version.region for version in sheet.versions if version.case == number]
            found = [dict(regions.get(id_, {})) for id_ in ids]
        reasons = [word for of in found for word in _words(of.get(REASON))]
        notes = [word.strip() for of in found for word in _words(of.get(NOTE))]
        yield Ruling(case.disputes, reasons[0] if reasons else "", "\n".join(notes))


def _gold(made: Annotation, sheet: Sheet) -> Annotation:
    """What was made of the sheet, as the next revision of the article's gold."""
    versions = {version.region: version for version in sheet.versions}
    settled = {span.id: span for span in sheet.start.spans}
    spans: list[Span] = []
    ids = {span.id for span in made.spans} - versions.keys()
    for span in made.spans:
        if version := versions.get(span.id):
            same = _opinion(span) == _opinion(version.span)
            id_ = next(_free(version.sources[0], ids))
            ids.add(id_)
            origin = "accepted" if same else "edited"
            spans.append(replace(span, id=id_, origin=origin, source=version.sources[0]))
        elif span.source in settled:
            spans.append(replace(span, source=settled[span.source].source or span.source))
        else:
            spans.append(span)
    return replace(
        made,
        id=sheet.start.id,
        role="gold",
        spans=tuple(spans),
        parents=sheet.start.parents,
        shown="",
    )


def _free(id_: str, taken: set[str]) -> Iterator[str]:
    """Yield the id, then the id with a number, as long as it is taken."""
    names = (id_ if n == 1 else f"{id_}.{n}" for n in range(1, len(taken) + 2))
    yield from (name for name in names if name not in taken)


def _opinion(span: Span) -> tuple[tuple[int, int], str, object]:
    ticked = {name: set(values) for name, values in span.attributes.items()}
    return span.drawn or (span.start, span.end), span.label, ticked
