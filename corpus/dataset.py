"""Records to and from `datasets.Dataset`, with declared features; the shape of our Parquet files.

Label names are strings here (ClassLabel appears in releases only). A record -> row -> record
round trip is equal. The row functions need neither datasets nor torch.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from corpus.records import Annotation, Answer, Article, Block, Provenance, Span

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

Row = dict[str, Any]


def article_row(article: Article) -> Row:
    """Return the article as plain JSON values."""
    return {
        "id": article.id,
        "sha256": article.sha256,
        "text": article.text,
        "blocks": [
            {"start": b.start, "end": b.end, "kind": b.kind, "by": b.by, "score": b.score}
            for b in article.blocks
        ],
        "url": article.url,
        "publisher": article.publisher,
        "title": article.title,
        "authors": list(article.authors),
        "published": article.published,
        "language": article.language,
        "licence": article.licence,
        "paywalled": article.paywalled,
        "provenance": {
            **{name: getattr(article.provenance, name) for name in _PROVENANCE},
            "changes": list(article.provenance.changes),
        },
    }


def article_of(row: Row) -> Article:
    """Return the article of a row; the inverse of `article_row`.

    Raises:
        RecordError: the row is no article (its sha256 is of another text, say).
    """
    fields = {**row}
    fields["blocks"] = tuple(Block(**block) for block in row["blocks"])
    fields["authors"] = tuple(row["authors"])
    provenance = row["provenance"]
    fields["provenance"] = Provenance(**{**provenance, "changes": tuple(provenance["changes"])})
    return Article(**fields)


def annotation_row(annotation: Annotation) -> Row:
    """Return the annotation as plain JSON values; attributes become a list of name and values."""
    row = {name: getattr(annotation, name) for name in _PLAIN}
    row["covers"] = [list(pair) for pair in annotation.covers]
    row["parents"] = list(annotation.parents)
    row["answers"] = [
        {"question": a.question, "values": list(a.values), "start": a.start, "end": a.end}
        for a in annotation.answers
    ]
    row["spans"] = [
        {
            "id": s.id,
            "start": s.start,
            "end": s.end,
            "label": s.label,
            "attributes": [{"name": n, "values": list(v)} for n, v in s.attributes.items()],
            "score": s.score,
            "origin": s.origin,
            "source": s.source,
            "drawn": list(s.drawn) if s.drawn else None,
        }
        for s in annotation.spans
    ]
    return row


def annotation_of(row: Row) -> Annotation:
    """Return the annotation of a row; the inverse of `annotation_row`."""
    spans = tuple(
        Span(
            **{
                **span,
                "attributes": {a["name"]: tuple(a["values"]) for a in span["attributes"]},
                "drawn": tuple(span["drawn"]) if span["drawn"] else None,
            }
        )
        for span in row["spans"]
    )
    plain = {"occasion": 1, **row}  # rows of format 2 do not tell it
    return Annotation(
        **{name: plain[name] for name in _PLAIN},
        spans=spans,
        answers=tuple(Answer(**{**a, "values": tuple(a["values"])}) for a in row["answers"]),
        covers=tuple((start, end) for start, end in row["covers"]),
        parents=tuple(row["parents"]),
    )


_PROVENANCE = ("source", "sha256", "reader", "version", "when", "fetched", "robots", "tdm")
_PLAIN = (
    "id",
    "revision",
    "article",
    "sha256",
    "layer",
    "author",
    "role",
    "run",
    "status",
    "scheme",
    "shown",
    "occasion",
    "when",
    "seconds",
)


def article_schema() -> pa.Schema:
    """The Arrow schema of article rows; `article_features` is the same in the words of datasets."""
    import pyarrow as pa

    text, number = pa.string(), pa.int64()
    block = pa.struct(
        {"start": number, "end": number, "kind": text, "by": text, "score": pa.float64()}
    )
    provenance = pa.struct({**dict.fromkeys(_PROVENANCE, text), "changes": pa.list_(text)})
    return pa.schema(
        {
            "id": text,
            "sha256": text,
            "text": text,
            "blocks": pa.list_(block),
            "url": text,
            "publisher": text,
            "title": text,
            "authors": pa.list_(text),
            "published": text,
            "language": text,
            "licence": text,
            "paywalled": pa.bool_(),
            "provenance": provenance,
        }
    )


def annotation_schema() -> pa.Schema:
    """The Arrow schema of annotation rows (predictions are annotations)."""
    import pyarrow as pa

    text, number = pa.string(), pa.int64()
    attribute = pa.struct({"name": text, "values": pa.list_(text)})
    span = pa.struct(
        {
            "id": text,
            "start": number,
            "end": number,
            "label": text,
            "attributes": pa.list_(attribute),
            "score": pa.float64(),
            "origin": text,
            "source": text,
            "drawn": pa.list_(number),
        }
    )
    answer = pa.struct({"question": text, "values": pa.list_(text), "start": number, "end": number})
    plain = dict.fromkeys(_PLAIN, text) | {
        "revision": number,
        "occasion": number,
        "seconds": pa.float64(),
    }
    return pa.schema(
        {
            **plain,
            "covers": pa.list_(pa.list_(number)),
            "parents": pa.list_(text),
            "answers": pa.list_(answer),
            "spans": pa.list_(span),
        }
    )


def article_features() -> datasets.Features:
    """The features of a dataset of articles."""
    import datasets

    return datasets.Features.from_arrow_schema(article_schema())


def annotation_features() -> datasets.Features:
    """The features of a dataset of annotations or predictions."""
    import datasets

    return datasets.Features.from_arrow_schema(annotation_schema())


def articles_to_dataset(articles: Iterable[Article]) -> datasets.Dataset:
    """Return one row an article."""
    return _dataset([article_row(article) for article in articles], article_schema())


def articles_from_dataset(dataset: datasets.Dataset) -> list[Article]:
    """Return the articles of a dataset; the inverse of `articles_to_dataset`."""
    return [article_of(row) for row in dataset]


def annotations_to_dataset(annotations: Iterable[Annotation]) -> datasets.Dataset:
    """Return one row an annotation or prediction."""
    return _dataset([annotation_row(a) for a in annotations], annotation_schema())


def annotations_from_dataset(dataset: datasets.Dataset) -> list[Annotation]:
    """Return the annotations of a dataset; the inverse of `annotations_to_dataset`."""
    return [annotation_of(row) for row in dataset]


def _dataset(rows: list[Row], schema: pa.Schema) -> datasets.Dataset:
    # not Dataset.from_list, which refuses declared features for no rows
    import datasets
    import pyarrow as pa

    return datasets.Dataset(pa.Table.from_pylist(rows, schema=schema))
