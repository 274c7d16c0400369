"""Who is taught, tuned on and tested on: the ledger's word, where there is one."""

from __future__ import annotations

import pytest

from corpus.errors import PressmarkError
from corpus.files import append_lines
from corpus.job import Job
from corpus.records import Article
from corpus.store import add_articles
from corpus.stories.placements import placements, split
from tests.speech import article
from tests.training.press import annotate
from training.examples import read_examples
from training.parts import parted


def test_without_a_ledger_the_shares_of_the_training_decide(annotated: Job) -> None:
    _, parts = parted(annotated, read_examples(annotated))
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (12, 4, 4)


def test_with_a_ledger_each_article_is_for_what_it_says(
    annotated: Job, articles: list[Article]
) -> None:
    split(annotated)
    ledger = placements(annotated)
    used, parts = parted(annotated, read_examples(annotated))
    assert set(used.items) == {each.id for each in articles}
    for use, ids in (("train", parts.train), ("test", parts.test)):
        assert list(ids) == sorted(id_ for id_, given in ledger.items() if given == use)


def test_what_is_held_out_or_not_placed_is_left_out_and_counted(
    annotated: Job, articles: list[Article]
) -> None:
    split(annotated)
    ids = sorted(id_ for id_, use in placements(annotated).items() if use == "train")
    append_lines(annotated.placements, [{"article": ids[0], "use": "held out"}])
    late = article("Late head\n\nA late tide came in over the quay at night.", "late")
    add_articles(annotated, [late])
    annotate(annotated, [late])
    used, parts = parted(annotated, read_examples(annotated))
    assert {ids[0], "late"}.isdisjoint({*used.items, *parts.train, *parts.test})
    assert used.left_out["of an article that is held out"] == 2
    assert used.left_out["of an article without a placement"] == 2


def test_a_ledger_that_tests_on_nothing_annotated_is_told(annotated: Job) -> None:
    ids = sorted(read_examples(annotated).items)
    append_lines(annotated.placements, [{"article": id_, "use": "train"} for id_ in ids])
    with pytest.raises(PressmarkError, match="places no article in 'validation'"):
        parted(annotated, read_examples(annotated))
