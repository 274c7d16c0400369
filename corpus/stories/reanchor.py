"""Annotations of a page that changed: carried to its new version, span by span, or set aside."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace

from corpus.blocks.corrections import correct
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.records import Annotation, Answer, Article, Span
from corpus.store import append_annotations, iter_versions, read_annotations
from corpus.stories.anchor import Found, Versions


@dataclass(frozen=True, slots=True)
class Change:
    """A span whose words changed: whose, where, what they were and what they are."""

    annotation: str
    span: str
    old: str
    new: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reanchored:
    """What `reanchor` did: annotations and spans carried, spans changed, things set aside.

    `exact` counts the spans with the same words in the same surroundings, `anew` the outdated
    annotations whose author has annotated a later version too, `same` those carried before.
    """

    carried: int
    same: int
    spans: int
    exact: int
    changed: tuple[Change, ...]
    anew: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Carried:
    """One annotation on the new version, what changed in it, and what has no place there."""

    annotation: Annotation | None
    changed: tuple[Change, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()


@dataclass
class _Tally:
    made: list[Annotation] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    anew: int = 0
    quarantined: int = 0


def reanchor(job: Job, progress: Progress = silent) -> Reanchored:
    """Carry annotations of older versions of articles to the latest; run again nothing is new.

    The old annotation stays as it is: it is of the old text. The new one has an id made of the old
    one's and the version, the old one as its parent, its spans their ids and a confidence as score.
    What has no place in the new text goes to quarantine.jsonl with its reason. Of several versions
    that an author has annotated the latest counts; what was carried of an older one is withdrawn.
    """
    said = read_annotations(job.annotations)
    versions, latest = _versions(job, said)
    tally = _Tally()
    by_id = {a.id: a for a in said}
    outdated = [a for a in said if _outdated(a, latest, by_id)]
    last = _last(said, versions)
    texts: dict[tuple[str, str], Versions] = {}
    for done, annotation in enumerate(outdated):
        progress("carrying annotations", done, len(outdated))
        new = latest[annotation.article]
        if last.get(_whose(annotation), annotation.sha256) != annotation.sha256:
            tally.anew += 1
            if before := by_id.get(f"{annotation.id}{_mark(new.sha256)}"):
                tally.made.append(replace(before, status="withdrawn"))
            continue
        key = annotation.article, annotation.sha256
        where = f"annotation {annotation.id!r} of {annotation.article!r} by {annotation.author}"
        old = versions.get(key)
        if old is None:
            _aside(job, tally, where, "the version it was drawn on is not in this job: ingest it")
            continue
        result = carried(annotation, old, new, texts.setdefault(key, Versions(old.text, new.text)))
        for what, reason in result.lost:
            _aside(job, tally, f"{where}: {what}", reason)
        if result.annotation:
            tally.made.append(result.annotation)
        tally.changed += result.changed
    progress("carrying annotations", len(outdated), len(outdated))
    appended = append_annotations(job.annotations, tally.made)
    correct(job)
    kept = [annotation for annotation in tally.made if annotation.status != "withdrawn"]
    count = sum(annotation.status != "withdrawn" for annotation in appended)
    spans = [span for annotation in kept for span in annotation.spans]
    return Reanchored(
        carried=count,
        same=len(kept) - count,
        spans=len(spans),
        exact=sum(span.score == 1 for span in spans),
        changed=tuple(tally.changed),
        anew=tally.anew,
        quarantined=tally.quarantined,
    )


def carried(
    annotation: Annotation, old: Article, new: Article, versions: Versions | None = None
) -> Carried:
    """Return `annotation` of `old` on `new`: every span and answer with a place, or its loss.

    Its `covers` are the blocks of `new` that its author saw: all but what was added or rewritten.
    None where all that it said has no place any more.
    """
    way = versions or Versions(old.text, new.text)
    spans: list[Span] = []
    changed: list[Change] = []
    lost: list[tuple[str, str]] = []
    for span, found in _surest(annotation.spans, way, lost):
        if any(
            s.label == span.label and s.start < found.end and found.start < s.end for s in spans
        ):
            lost.append((_told(span, old), "in the new text it would overlap another of its label"))
            continue
        spans.append(_moved(span, found))
        if found.changed:
            words = old.text[span.start : span.end], new.text[found.start : found.end]
            changed.append(Change(annotation.id, span.id, *words, found.confidence))
    answers = list(_answers(annotation.answers, old, way, lost))
    if not spans and not answers and (annotation.spans or annotation.answers):
        return Carried(None, lost=tuple(lost))
    covers = _covers(annotation, old, new, way)
    if covers is None:
        lost.append(("all of it", "nothing of what its author saw is in the new text"))
        return Carried(None, lost=tuple(lost))
    made = replace(
        annotation,
        id=f"{annotation.id}{_mark(new.sha256)}",
        sha256=new.sha256,
        revision=1,
        spans=tuple(spans),
        answers=tuple(answers),
        covers=covers,
        parents=(annotation.id,),
    )
    return Carried(made, tuple(changed), tuple(lost))


def is_carried(annotation: Annotation) -> bool:
    """Tell whether `reanchor` made the annotation."""
    return annotation.id.endswith(_mark(annotation.sha256))


def _mark(sha256: str) -> str:
    return f"@{sha256[:12]}"


def _versions(
    job: Job, said: Iterable[Annotation]
) -> tuple[dict[tuple[str, str], Article], dict[str, Article]]:
    """The versions of articles that were annotated and the latest of each, oldest first."""
    wanted = {(a.article, a.sha256) for a in said}
    annotated = {id_ for id_, _ in wanted}
    versions: dict[tuple[str, str], Article] = {}
    latest: dict[str, Article] = {}
    for article in iter_versions(job):
        if article.id in annotated:
            latest[article.id] = article
            if (article.id, article.sha256) in wanted:
                versions[article.id, article.sha256] = article
    return versions, latest


def _last(
    said: Iterable[Annotation], versions: Iterable[tuple[str, str]]
) -> dict[tuple[str, str, str], str]:
    """The latest version of each article that each author has annotated, by its sha256."""
    age = {key: number for number, key in enumerate(versions)}
    own = [a for a in said if not is_carried(a) and a.status != "withdrawn"]
    own.sort(key=lambda a: age.get((a.article, a.sha256), -1))
    return {_whose(a): a.sha256 for a in own}


def _whose(annotation: Annotation) -> tuple[str, str, str]:
    return annotation.article, annotation.author, annotation.layer


def _outdated(annotation: Annotation, latest: dict[str, Article], ids: Container[str]) -> bool:
    new = latest.get(annotation.article)
    if new is None or new.sha256 == annotation.sha256 or is_carried(annotation):
        return False
    # what was withdrawn after it had been carried is withdrawn there too
    return annotation.status != "withdrawn" or f"{annotation.id}{_mark(new.sha256)}" in ids


def _surest(
    spans: Iterable[Span], way: Versions, lost: list[tuple[str, str]]
) -> list[tuple[Span, Found]]:
    """The spans that have a place, the surest first: of two that would overlap it stays."""
    placed = []
    for span in spans:
        found = way.place(span.start, span.end)
        if isinstance(found, str):
            lost.append((f"span {span.id!r} ({span.label}): {_short(way.old, span)}", found))
        else:
            placed.append((span, found))
    return sorted(placed, key=lambda each: (-each[1].confidence, each[0].start, each[0].id))


def _moved(span: Span, found: Found) -> Span:
    return replace(
        span,
        start=found.start,
        end=found.end,
        score=found.confidence,
        origin="edited" if found.changed else span.origin,
        drawn=None,
    )


def _answers(
    answers: Iterable[Answer], old: Article, way: Versions, lost: list[tuple[str, str]]
) -> Iterable[Answer]:
    """The answers at their new places; one about words that changed is none about the new ones."""
    for answer in answers:
        if answer.start is None or answer.end is None:
            yield answer
            continue
        found = way.place(answer.start, answer.end)
        what = f"answer to {answer.question!r}: {_quoted(old.text, answer.start, answer.end)}"
        if isinstance(found, str):
            lost.append((what, found))
        elif found.changed:
            lost.append((what, "its words changed"))
        else:
            yield replace(answer, start=found.start, end=found.end)


def _covers(
    annotation: Annotation, old: Article, new: Article, way: Versions
) -> tuple[tuple[int, int], ...] | None:
    """The blocks of the new text that were shown; () is all of them, None is nothing."""
    blocks = [(block.start, block.end) for block in new.blocks if way.seen(block.start, block.end)]
    if annotation.covers:
        moved = [way.place(start, end) for start, end in annotation.covers]
        shown = [(each.start, each.end) for each in moved if isinstance(each, Found)]
        old_blocks = [
            way.place(b.start, b.end)
            for b in old.blocks
            if any(s <= b.start and b.end <= e for s, e in annotation.covers)
        ]
        shown += [(each.start, each.end) for each in old_blocks if isinstance(each, Found)]
        return tuple(sorted(set(shown))) or None
    if len(blocks) == len(new.blocks):
        return ()
    return tuple(blocks) or None


def _told(span: Span, old: Article) -> str:
    return f"span {span.id!r} ({span.label}): {_short(old.text, span)}"


def _short(text: str, span: Span) -> str:
    return _quoted(text, span.start, span.end)


def _quoted(text: str, start: int, end: int) -> str:
    words = " ".join(text[start:end].split())
    return repr(words if len(words) <= 40 else words[:39] + "…")


def _aside(job: Job, tally: _Tally, where: str, reason: str) -> None:
    tally.quarantined += 1
    job.set_aside("reanchor", where, reason)
