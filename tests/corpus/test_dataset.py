import pytest
from hypothesis import given, settings

from corpus.dataset import (
    annotation_features,
    annotations_from_dataset,
    annotations_to_dataset,
    article_features,
    articles_from_dataset,
    articles_to_dataset,
)
from corpus.records import Annotation, Article
from tests.speech import annotations, articles

few = settings(max_examples=30, deadline=None)


@few
@given(articles())
def test_an_article_survives_the_dataset(article: Article) -> None:
    dataset = articles_to_dataset([article])
    assert dataset.features == article_features()
    assert articles_from_dataset(dataset) == [article]


@few
@given(annotations())
def test_an_annotation_or_prediction_survives_the_dataset(annotation: Annotation) -> None:
    dataset = annotations_to_dataset([annotation])
    assert dataset.features == annotation_features()
    assert annotations_from_dataset(dataset) == [annotation]


@pytest.mark.parametrize("convert", [articles_to_dataset, annotations_to_dataset])
def test_nothing_is_a_dataset_with_the_same_columns(convert: object) -> None:
    dataset = convert([])  # type: ignore[operator]
    assert len(dataset) == 0
    assert {"sha256", "id"} <= set(dataset.column_names)
