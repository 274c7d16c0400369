"""The rows of a release, their features, and the records that rows give back.

One row an article, with everyone's annotations in it. `full` has the text; `standoff` has hashes in
its place and neither free text nor titles nor authors. Labels and kinds of block are ClassLabels:
their names stand in the features, so that no two files can order them differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus.dataset import Row, annotation_of, annotation_row, article_row
from corpus.records import BLOCK_KINDS, Annotation, Article
from corpus.release.hashes import block_hash, context_hash
from corpus.scheme import Question, Scheme

if TYPE_CHECKING:
    import datasets

CONFIGURATIONS = ("full", "standoff")
#: Columns of annotations: the annotators', the adjudicated, and corrections of blocks.
OPINIONS = ("annotations", "gold", "corrections")
#: What of an annotation's row is in a release; no times.
_KEPT = (
    "id",
    "revision",
    "author",
    "role",
    "status",
    "scheme",
    "run",
    "shown",
    "occasion",
    "parents",
)
_PROVENANCE = ("sha256", "reader", "version", "robots", "tdm")
_FACTS = ("url", "publisher", "published", "language", "licence", "paywalled")
#: Types of question whose values are picked from the scheme: anything else is free text.
_PICKED = ("one", "several", "flag")


@dataclass(frozen=True)
class Item:
    """An article and what was said of it, as it is released: pseudonyms, masked or not.

    `original` is the sha256 of the text before anything was masked; `length` counts its characters.
    """

    article: Article
    original: str
    cluster: str
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True)
class Names:
    """The names behind the ClassLabels, in the order of their ids."""

    labels: tuple[str, ...]
    kinds: tuple[str, ...] = BLOCK_KINDS


def names_of(scheme: Scheme, annotations: Iterable[Annotation]) -> Names:
    """Return the scheme's labels in its order, then those that only annotations have, sorted."""
    used: dict[str, set[str]] = {"spans": set(), "blocks": set()}
    for annotation in annotations:
        used[annotation.layer] |= {span.label for span in annotation.spans}
    labels, kinds = scheme.label_names, BLOCK_KINDS
    return Names(
        labels + tuple(sorted(used["spans"] - set(labels))),
        kinds + tuple(sorted(used["blocks"] - set(kinds))),
    )


def full_row(item: Item, names: Names) -> Row:
    """Return the row of an article with its text."""
    article = item.article
    return {
        **_common(item),
        "original_sha256": item.original,
        "text": article.text,
        "title": article.title,
        "authors": list(article.authors),
        "blocks": [
            {**block, "kind": names.kinds.index(block["kind"])}
            for block in article_row(article)["blocks"]
        ],
        **{column: [_opinion(a, names) for a in _in(item, column)] for column in OPINIONS},
    }


def standoff_row(item: Item, names: Names, salt: str, schemes: Mapping[str, Scheme]) -> Row:
    """Return the row of an article without its text: hashes, and only what is picked from a list.

    The item's article is the original, not the masked one.
    """
    text = item.article.text

    def bare(annotation: Annotation) -> Row:
        row = _opinion(without_free_text(annotation, schemes), names)
        for span in row["spans"]:
            span["context"] = context_hash(text, span["start"], span["end"], salt)
        for answer in row["answers"]:
            placed = answer["start"] is not None
            answer["context"] = (
                context_hash(text, answer["start"], answer["end"], salt) if placed else ""
            )
        return row

    return {
        **_common(item),
        "length": len(text),
        "blocks": [
            {
                **block,
                "kind": names.kinds.index(block["kind"]),
                "hash": block_hash(text, block["start"], block["end"], salt),
            }
            for block in article_row(item.article)["blocks"]
        ],
        **{column: [bare(a) for a in _in(item, column)] for column in OPINIONS},
    }


def without_free_text(annotation: Annotation, schemes: Mapping[str, Scheme]) -> Annotation:
    """Return the annotation with only what is picked from its scheme's lists.

    Names, comments and other free text go, and with an unknown scheme every attribute and answer.
    """
    from dataclasses import replace

    scheme = schemes.get(annotation.scheme)
    spans = tuple(
        replace(
            span,
            attributes={
                name: kept
                for name, values in span.attributes.items()
                if (kept := _picked(scheme.attribute(name) if scheme else None, values))
            },
        )
        for span in annotation.spans
    )
    answers = tuple(
        replace(answer, values=kept)
        for answer in annotation.answers
        if (kept := _picked(scheme.question(answer.question) if scheme else None, answer.values))
    )
    return replace(annotation, spans=spans, answers=answers)


def annotations_of(row: Row, names: Names) -> list[Annotation]:
    """Return the annotations of a row of either configuration, gold and corrections among them."""
    return [_record(opinion, row, column, names) for column in OPINIONS for opinion in row[column]]


def article_fields(row: Row, names: Names) -> dict[str, Any]:
    """Return what a row says of its article but for text, title, authors and provenance."""
    blocks = [
        {**{key: b[key] for key in ("start", "end", "by", "score")}, "kind": names.kinds[b["kind"]]}
        for b in row["blocks"]
    ]
    return {"id": row["id"], "blocks": blocks, **{name: row[name] for name in _FACTS}}


def features(configuration: str, names: Names) -> datasets.Features:
    """Return the features of a configuration, with the names of labels and kinds in them."""
    from datasets import ClassLabel, Features, List, Value

    text, number = Value("string"), Value("int64")
    bare = configuration == "standoff"
    hashed = {"context": text} if bare else {}
    span = {
        "id": text,
        "start": number,
        "end": number,
        "attributes": List({"name": text, "values": List(text)}),
        "score": Value("float64"),
        "origin": text,
        "source": text,
        "drawn": List(number),
        **hashed,
    }
    answer = {"question": text, "values": List(text), "start": number, "end": number, **hashed}

    def opinions(labels: Sequence[str]) -> Any:
        plain = dict.fromkeys(_KEPT, text)
        return List(
            {
                **plain,
                "revision": number,
                "occasion": number,
                "parents": List(text),
                "covers": List(List(number)),
                "answers": List(answer),
                "spans": List({**span, "label": ClassLabel(names=list(labels))}),
            }
        )

    block = {
        "start": number,
        "end": number,
        "kind": ClassLabel(names=list(names.kinds)),
        "by": text,
        "score": Value("float64"),
    }
    own = (
        {"length": number}
        if bare
        else {"original_sha256": text, "text": text, "title": text, "authors": List(text)}
    )
    return Features(
        {
            "id": text,
            "sha256": text,
            **own,
            "cluster": text,
            **dict.fromkeys(_FACTS, text),
            "paywalled": Value("bool"),
            "provenance": {
                **dict.fromkeys(_PROVENANCE, text),
                "fetched": text,
                "changes": List(text),
            },
            "blocks": List({**block, "hash": text} if bare else block),
            "annotations": opinions(names.labels),
            "gold": opinions(names.labels),
            "corrections": opinions(names.kinds),
        }
    )


def _common(item: Item) -> Row:
    row = article_row(item.article)
    provenance = row["provenance"]
    return {
        "id": row["id"],
        "sha256": row["sha256"],
        "cluster": item.cluster,
        **{name: row[name] for name in _FACTS},
        "provenance": {
            **{name: provenance[name] for name in _PROVENANCE},
            # the day is part of the citation, the hour is nobody's business
            "fetched": provenance["fetched"][:10],
            "changes": provenance["changes"],
        },
    }


def _in(item: Item, column: str) -> list[Annotation]:
    return [a for a in item.annotations if _column(a) == column]


def _column(annotation: Annotation) -> str:
    if annotation.layer == "blocks":
        return "corrections"
    return "gold" if annotation.role == "gold" else "annotations"


def _opinion(annotation: Annotation, names: Names) -> Row:
    row = annotation_row(annotation)
    ids = names.kinds if annotation.layer == "blocks" else names.labels
    spans = [{**span, "label": ids.index(span["label"])} for span in row["spans"]]
    kept = {name: row[name] for name in _KEPT}
    return {**kept, "covers": row["covers"], "answers": row["answers"], "spans": spans}


def _record(opinion: Row, row: Row, column: str, names: Names) -> Annotation:
    layer = "blocks" if column == "corrections" else "spans"
    ids = names.kinds if layer == "blocks" else names.labels

    def without(part: Row) -> Row:
        return {key: value for key, value in part.items() if key != "context"}

    spans = [{**without(span), "label": ids[span["label"]]} for span in opinion["spans"]]
    return annotation_of(
        {
            **opinion,
            "article": row["id"],
            "sha256": row["sha256"],
            "layer": layer,
            "when": "",
            "seconds": None,
            "answers": [without(answer) for answer in opinion["answers"]],
            "spans": spans,
        }
    )


def _picked(question: Question | None, values: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `values` that the question offers; none of free text."""
    if question is None or question.type not in _PICKED:
        return ()
    offered = ("yes",) if question.type == "flag" else question.value_names
    return tuple(value for value in values if value in offered)
