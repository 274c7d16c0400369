"""Records to Label Studio's JSON and back; pure. What cannot be used is told with a reason.

The text is always our own: of a region its place alone is read, never the words it brings along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote

from annotation.controls import LABEL, TEXT, UNPRESSED, Place, asked_by, control, typed
from annotation.names import candidates
from annotation.raw import RawAnnotation
from corpus.check import faults, misanswered, snapped
from corpus.records import Annotation, Answer, Article, Span
from corpus.scheme import Question, Scheme

Json = dict[str, Any]
#: Stands for the percent sign in a region's id; ids of Label Studio's own do not hold it.
_MARK = "·"


@dataclass(frozen=True)
class Read:
    """What could be read of an annotation, and why the rest could not."""

    annotation: Annotation | None
    reasons: tuple[str, ...] = ()


def uid_of(article: Article, occasion: int = 1) -> str:
    """Return the stable name of the task of this version of the article on this occasion."""
    return uid_for(article.id, article.sha256, occasion)


def uid_for(id_: str, sha256: str, occasion: int = 1) -> str:
    """Return what `uid_of` says of an article of that id whose text has that hash."""
    name = f"{id_}@{sha256}"
    return name if occasion == 1 else f"{name}#{occasion}"


def id_of(raw: RawAnnotation, project: str) -> str:
    """Return the annotation's id in our log; drafts are numbered by themselves."""
    return f"{project}-{'d' if raw.draft else 'a'}{raw.id}"


def task_of(
    article: Article, scheme: Scheme, shown: Annotation | None = None, occasion: int = 1
) -> Json:
    """Return the task of an article, with the pre-labels of `shown`."""
    data = {
        "uid": uid_of(article, occasion),
        "article": article.id,
        "sha256": article.sha256,
        "occasion": occasion,
        "scheme": scheme.hash,
        "text": article.text,
        "title": article.title,
        "publisher": article.publisher,
        "url": article.url,
        "names": [{"value": name, "hotkey": UNPRESSED} for name in candidates(article)],
    }
    return {"data": data, "predictions": [prediction_of(shown, article, scheme)] if shown else []}


def prediction_of(shown: Annotation, article: Article, scheme: Scheme) -> Json:
    """Return a run's annotation of `article` as a prediction; its score is the spans' mean."""
    scores = [span.score for span in shown.spans if span.score is not None]
    return {
        "model_version": shown.run,
        "score": sum(scores) / len(scores) if scores else None,
        "result": results_of(shown, article, scheme),
    }


def results_of(annotation: Annotation, article: Article, scheme: Scheme) -> list[Json]:
    """Return answers and spans as Label Studio's results; the inverse of `annotation_of`.

    A widened span goes back as it was drawn. What the scheme does not ask is left out.
    """
    offered = frozenset(candidates(article))
    results = []
    for answer in annotation.answers:
        question = scheme.question(answer.question)
        if question and answer.start is None:
            results.append(_answered("article", question, answer.values, offered))
    for span in annotation.spans:
        start, end = span.drawn or (span.start, span.end)
        region = {"id": region_id(span.id), "to_name": TEXT}
        place = {"start": start, "end": end}
        if span.origin == "accepted":
            region["origin"] = "prediction"
        drawn = {"from_name": LABEL, "type": "labels", "value": {**place, "labels": [span.label]}}
        score = {} if span.score is None else {"score": span.score}
        results.append({**region, **drawn, **score})
        for name, values in span.attributes.items():
            if attribute := scheme.attribute(name):
                given = _answered("span", attribute, values, offered)
                results.append({**given, **region, "value": {**place, **given["value"]}})
    return results


def annotation_of(
    raw: RawAnnotation,
    article: Article,
    scheme: Scheme,
    shown: Annotation | None,
    author: str,
    *,
    project: str = "p0",
    layer: str = "spans",
    occasion: int = 1,
) -> Read:
    """Read what `author` made of `article` under `scheme`, having been shown `shown`.

    Args:
        raw: as Label Studio sent it.
        article: the version of the text that the task holds.
        scheme: the one in force when the annotation was made.
        shown: the pre-labels the author may have seen.
        author: a pseudonym.
        project: goes into the annotation's id.
        layer: in 'blocks', overlapping regions of one kind are one region.
        occasion: how often the author was asked about this version, from 1.
    """
    reasons: list[str] = []
    results = [item for item in raw.result if isinstance(item, dict)]
    if len(results) < len(raw.result):
        reasons.append("a result is no JSON object")
    seen = shown if shown and _was_shown(raw, results, shown) else None
    annotation = Annotation(
        id=id_of(raw, project),
        article=article.id,
        sha256=article.sha256,
        author=author,
        role="human",
        scheme=scheme.hash,
        spans=tuple(_spans(results, article, scheme, seen, reasons, unite=layer == "blocks")),
        answers=tuple(_answers(results, scheme, reasons)),
        layer=layer,
        status="draft" if raw.draft else "skipped" if raw.was_cancelled else "submitted",
        shown=seen.run if seen else "",
        occasion=occasion,
        when=raw.when,
        seconds=raw.lead_time,
    )
    return Read(annotation, tuple(reasons))


def _answered(
    place: Any, question: Question, values: tuple[str, ...], offered: frozenset[str]
) -> Json:
    """One result: choices for what is picked, text for what is written or not on the list."""
    box = question.type == "name" and not set(values) <= offered
    if box or question.type == "text":
        name = (typed if box else control)(place, question.name)
        kind, value = "textarea", {"text": list(values)}
    else:
        name, kind = control(place, question.name), "choices"
        value = {"choices": list(values)}
    return {"id": name, "from_name": name, "to_name": TEXT, "type": kind, "value": value}


def _was_shown(raw: RawAnnotation, results: list[Json], shown: Annotation) -> bool:
    """Label Studio forgets the parent when predictions are replaced, the regions keep their ids."""
    ids = {span.id for span in shown.spans}
    return raw.parent_prediction is not None or any(_id(item) in ids for item in results)


def region_id(id_: str) -> str:
    """Return a span's id as a region's; Label Studio makes of it a class, to colour the region by.

    A style sheet takes letters, digits, '-', '_' and what is not ASCII for a name, so a percent
    sign or a full stop in the id would leave the region without its colour.
    """
    quoted = quote(id_, safe="").replace(".", "%2E").replace("~", "%7E")
    return quoted.replace("%", _MARK)


def _id(item: Json) -> str:
    return unquote(str(item.get("id") or "").replace(_MARK, "%"))


def _answers(results: list[Json], scheme: Scheme, reasons: list[str]) -> Iterator[Answer]:
    for name, values in _given("article", results, scheme.question).items():
        question = scheme.question(name)
        wrong = (
            misanswered(question, values)
            if question
            else [f"{name!r} is no question of the scheme"]
        )
        reasons.extend(wrong)
        if not wrong:
            yield Answer(name, values)
    controls = [item.get("from_name") for item in results if item.get("from_name") != LABEL]
    reasons += [f"the control {name!r} is not ours" for name in controls if not asked_by(name)]


def _asked(item: Json, place: Place) -> str:
    """Return which question of `place` an item answers, or ''."""
    at, name = asked_by(item.get("from_name")) or ("", "")
    return name if at == place else ""


def _given(
    place: Place, results: Iterable[Json], named: Callable[[str], Question | None]
) -> dict[str, tuple[str, ...]]:
    """Values by question; of a name that was both picked and typed the typed one counts."""
    found: dict[str, tuple[str, ...]] = {}
    answers = [item for item in results if _asked(item, place)]
    for item in sorted(answers, key=lambda item: str(item.get("from_name"))):
        name, value = _asked(item, place), item.get("value")
        read = value if isinstance(value, dict) else {}
        values = read.get("choices") or read.get("text") or ()
        texts = tuple(text for text in _texts(values) if text)
        if texts:
            found[name] = _ordered(texts, named(name))
    return found


def _ordered(texts: tuple[str, ...], question: Question | None) -> tuple[str, ...]:
    """One text for a text, and picked values in the scheme's order: ticked in another, the same."""
    if len(texts) == 1:
        return texts
    if question and question.type == "text":
        return ("\n".join(texts),)
    order = question.value_names if question else ()
    return tuple(
        sorted(set(texts), key=lambda v: (order.index(v) if v in order else len(order), v))
    )


def _texts(values: object) -> Iterator[str]:
    """Strings without white space at the ends; a path into nested choices counts by its end."""
    for value in (
        [values] if isinstance(values, str) else values if isinstance(values, list) else ()
    ):
        last = value[-1] if isinstance(value, list) and value else value
        if isinstance(last, str):
            # a lone surrogate could be neither written nor sent
            yield last.encode("utf-8", "ignore").decode("utf-8").strip()


def _spans(
    results: list[Json],
    article: Article,
    scheme: Scheme,
    shown: Annotation | None,
    reasons: list[str],
    *,
    unite: bool,
) -> list[Span]:
    """Read the regions; one whose span would overlap an earlier one of its label is left out.

    `unite` makes one of the two instead.
    """
    regions: dict[str, list[Json]] = {}
    for item in results:
        if item.get("from_name") == LABEL or _asked(item, "span"):
            regions.setdefault(_id(item), []).append(item)
    taken: list[Span] = []
    for id_, items in regions.items():
        span = _span(id_, items, article, scheme, reasons)
        if span is None:
            continue
        span = snapped(_traced(span, shown), article, scheme)
        others = [s for s in taken if s.label == span.label and s.overlaps(span)]
        if unite and others:
            taken = [s for s in taken if s not in others]
            span = _united([*others, span])
        elif others:
            other = others[0]
            reasons.append(
                f"{_where(span)} overlaps another span of {span.label!r},"
                f" [{other.start}, {other.end}): the later one is left out"
            )
            continue
        taken.append(span)
    return taken


def _united(spans: list[Span]) -> Span:
    """One span over all; drawn if any was, since the stroke is what the annotator meant last."""
    stroke = next((span for span in reversed(spans) if span.origin == "drawn"), spans[-1])
    return replace(stroke, start=min(s.start for s in spans), end=max(s.end for s in spans))


def _span(
    id_: str, items: list[Json], article: Article, scheme: Scheme, reasons: list[str]
) -> Span | None:
    """Read one region; None and a reason if it has no place, no label or no such label.

    A wrong attribute is left out, with a reason.
    """
    drawn = [item for item in items if item.get("from_name") == LABEL]
    if not id_ or len(drawn) != 1:
        reasons.append(f"region {id_!r} holds {len(drawn)} labels, not one")
        return None
    value = drawn[0].get("value")
    read = value if isinstance(value, dict) else {}
    start, end, labels = read.get("start"), read.get("end"), read.get("labels")
    size = len(article.text)
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= size:
        reasons.append(f"region {id_!r}: [{start!r}, {end!r}) is no place in a text of {size}")
        return None
    match labels:
        case [str(label)] if label:
            pass
        case _:
            reasons.append(f"region {id_!r} has the labels {labels!r}, not one")
            return None
    span = Span(id_, start, end, label, _given("span", items, scheme.attribute))
    wrong = faults(span, scheme)
    if not wrong:
        return span
    reasons.extend(f"{_where(span)}: {fault}" for fault in wrong)
    if scheme.label(label) is None:
        return None
    kept = {
        name: values
        for name, values in span.attributes.items()
        if not faults(replace(span, attributes={name: values}), scheme)
    }
    return replace(span, attributes=kept)


def _where(span: Span) -> str:
    return f"{span.label!r} at [{span.start}, {span.end})"


def _traced(span: Span, shown: Annotation | None) -> Span:
    """Decide against what was shown whether the span was drawn, accepted or edited.

    The annotator's page keeps the id of an accepted span, but somebody may delete and redraw it.
    """
    before = shown.spans if shown else ()
    same = (s for s in before if s.id == span.id)
    match = next(same, None) or next(
        (s for s in before if _opinion(s)[:2] == _opinion(span)[:2]), None
    )
    if match is None:
        return span
    origin = "accepted" if _opinion(match) == _opinion(span) else "edited"
    return replace(span, origin=origin, source=match.id)


def _opinion(span: Span) -> tuple[tuple[int, int], str, object]:
    ticked = {name: set(values) for name, values in span.attributes.items()}
    return span.drawn or (span.start, span.end), span.label, ticked
