"""Other jobs that teach beside one teach nothing that it is measured on, or had to let go."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.records import Article, Block
from corpus.store import add_articles
from corpus.stories.placements import hold_out
from corpus.takedown import takedown
from tests.conftest import MakeJob
from tests.speech import SCHEME
from tests.training.conftest import QUICK
from tests.training.press import annotate, pages
from training import folds
from training.checkpoint import read_manifest
from training.fit import Lesson, train
from training.selecting import label_errors as doubting
from training.selecting.label_errors import label_errors
from training.uploading import upload

Made = Callable[..., Job]
KEPT = " here: they, or versions of them, are tested or tuned on, or held out"


@pytest.fixture
def annotated_job(job: MakeJob, tiny: Path) -> Made:
    """`annotated_job(pages, corpora=[folder])`: a job of those articles, annotated by two."""

    def make(articles: list[Article], **training: Any) -> Job:
        section = {**QUICK, "epochs": 1, "encoder": str(tiny), **training}
        made = job(*articles, scheme=SCHEME, training=section)
        annotate(made, articles)
        return made

    return make


def other_pages(count: int) -> list[Article]:
    """Pages of other stories, numbered like `pages`."""
    return pages(count, seed=7)


def taught(job: Job) -> set[str]:
    return {each.article.text for part in Lesson.of(job).taught[1:] for each in part.examples}


def test_what_another_job_draws_to_teach_is_not_what_this_one_tests_on(
    annotated_job: Made,
) -> None:
    shared, theirs = pages(20), [replace(p, id=f"t{p.id}") for p in other_pages(10)]
    other = annotated_job([*shared, *theirs], seed=3)
    made = annotated_job(shared, corpora=[str(other.folder)])
    own = {page.text for page in shared}
    drawn = {each.article.text for each in Lesson.of(other).taught[0].examples}
    learned = {each.article.text for each in Lesson.of(made).taught[0].examples}
    assert taught(made) == drawn - (own - learned)
    assert taught(made) & learned
    assert taught(made) - own
    told: list[str] = []
    trained = train(made, tell=told.append)
    (note,) = trained.notes
    assert (
        note == f"{other.folder}: {len(drawn & own - learned)} articles are not to be taught{KEPT}"
    )
    assert told == [note]


def test_jobs_that_share_all_articles_teach_each_other_and_no_fold_what_it_reads(
    annotated_job: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = annotated_job([replace(page, id=f"o{page.id}") for page in pages(20)], seed=3)
    made = annotated_job(pages(20), corpora=[str(other.folder)], folds=3)
    lesson, really = Lesson.of(made), folds.fit
    fitted: list[list[set[str]]] = []

    def watched(parts: Any, *given: Any, **more: Any) -> Any:
        fitted.append([{each.article.text for each in part.examples} for part in parts])
        return really(parts, *given, **more)

    monkeypatch.setattr(folds, "fit", watched)
    train(made)
    both = {
        e.article.text for e in lesson.examples.of([*lesson.parts.train, *lesson.parts.validation])
    }
    assert len(fitted) == 3
    for ours, theirs in fitted:
        assert theirs
        assert theirs == taught(made) & ours
    assert both == set.union(*(ours for ours, _ in fitted))
    assert any(theirs != taught(made) for _, theirs in fitted)


def test_what_this_job_has_not_annotated_may_be_taught_and_what_it_holds_out_may_not(
    annotated_job: Made,
) -> None:
    theirs = other_pages(10)
    other = annotated_job(theirs)
    made = annotated_job(pages(10), corpora=[str(other.folder)])
    add_articles(made, [replace(page, id=f"new {page.id}") for page in theirs])
    first, *_ = drawn = sorted(taught(made))
    assert len(drawn) == len(Lesson.of(other).parts.train)
    (id_,) = [f"new {page.id}" for page in theirs if page.text == first]
    hold_out(made, [id_], "kept for the test")
    assert taught(made) == {*drawn[1:]}


def test_an_article_with_the_same_number_is_another_one(annotated_job: Made) -> None:
    other = annotated_job(other_pages(10))
    made = annotated_job(pages(10), corpora=[str(other.folder)])
    assert len(taught(made)) == len(Lesson.of(other).parts.train)
    assert Lesson.of(made).left == ()


def test_another_version_of_an_articles_story_does_not_teach(annotated_job: Made) -> None:
    def written(page: Article, end: str) -> Article:
        words = " ".join(f"{page.id}{noun}{n}" for n in range(20) for noun in ("quay", "tide"))
        text = f"{page.text}\n\n{words}{end}"
        last = Block(len(page.text) + 2, len(text), "paragraph")
        return Article(id=page.id, text=text, blocks=(*page.blocks, last))

    stories = other_pages(10)
    other = annotated_job([written(page, " It was updated.") for page in stories], seed=3)
    first = [written(page, "") for page in stories]
    made = annotated_job(first, corpora=[str(other.folder)])
    learned = {each.article.id for each in Lesson.of(made).taught[0].examples}
    drawn = {each.article.id for each in Lesson.of(other).taught[0].examples}
    ids = {each.article.id for part in Lesson.of(made).taught[1:] for each in part.examples}
    assert ids == drawn & learned != drawn


def test_a_corpus_of_which_nothing_is_left_is_told_and_asks_nothing(annotated_job: Made) -> None:
    shared = pages(10)
    other = annotated_job(shared, seed=3)
    made = annotated_job(shared, corpora=[str(other.folder)])
    hold_out(made, [page.id for page in shared], "kept for the test")
    add = [replace(page, id=f"own {page.id}") for page in other_pages(10)]
    add_articles(made, add)
    annotate(made, add)
    lesson = Lesson.of(made)
    assert len(lesson.taught) == 1
    assert lesson.left[-1] == f"{other.folder}: nothing of it is left to teach"


def test_a_take_down_reaches_what_other_jobs_teach(annotated_job: Made) -> None:
    theirs = [replace(page, url=f"https://harbour.example/{page.id}") for page in other_pages(10)]
    other = annotated_job(theirs)
    made = annotated_job(pages(10), corpora=[str(other.folder)])
    first, second, *_ = sorted(taught(made))
    urls = {page.text: page.url for page in theirs}
    takedown(made, urls[first])
    assert first not in taught(made)
    assert Lesson.of(made).left == (
        f"{other.folder}: 1 articles are on this job's take-down list: not taught",
    )
    takedown(other, urls[second])
    assert not {first, second} & taught(made)


def test_label_errors_are_looked_for_with_what_training_learns_from(
    annotated_job: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = annotated_job([*other_pages(10), *(replace(p, id=f"s{p.id}") for p in pages(10))])
    made = annotated_job(pages(10), corpora=[str(other.folder)], folds=2)
    seen: list[set[str]] = []
    really = doubting.out_of_fold

    def watched(ours: Any, others: Any, *more: Any, **named: Any) -> Any:
        seen.append({each.article.text for part in others for each in part.examples})
        return really(ours, others, *more, **named)

    monkeypatch.setattr(doubting, "out_of_fold", watched)
    found = label_errors(made)
    assert seen == [taught(made)]
    assert seen[0]
    assert found.notes == Lesson.of(made).left != ()


def test_the_hash_of_the_data_is_of_all_that_was_taught_and_of_nothing_else(
    annotated_job: Made,
) -> None:
    other = annotated_job(other_pages(10))
    made = annotated_job(pages(10), corpora=[str(other.folder)])

    def data() -> str:
        return read_manifest(train(made).folder).data

    first, lesson = data(), Lesson.of(made)
    annotate(made, [each.article for each in lesson.examples.of(lesson.parts.test)], ("cem",))
    assert data() == first
    annotate(other, [each.article for each in lesson.taught[1].examples[:1]], ("cem",))
    second = data()
    assert second != first
    annotate(made, [each.article for each in lesson.taught[0].examples[:1]], ("cem",))
    assert data() not in (first, second)


def test_a_model_that_another_job_taught_what_was_taken_down_since_is_not_uploaded(
    annotated_job: Made,
) -> None:
    theirs = [
        replace(page, url=f"https://harbour.example/{page.id}", licence="CC0-1.0")
        for page in other_pages(10)
    ]
    other = annotated_job(theirs)
    made = annotated_job(pages(10), corpora=[str(other.folder)])
    train(made)
    lesson = Lesson.of(other)
    learned = next(each.article for each in lesson.examples.of(lesson.parts.train))
    unseen = next(each.article for each in lesson.examples.of(lesson.parts.test))
    with pytest.raises(PressmarkError, match="may not be published"):
        upload(made, "ilse/harbour", "key")
    takedown(other, unseen.url)
    with pytest.raises(PressmarkError, match="may not be published"):
        upload(made, "ilse/harbour", "key")
    takedown(other, learned.url)
    with pytest.raises(PressmarkError, match=rf"1 of the articles .*\({learned.id} of "):
        upload(made, "ilse/harbour", "key", despite="any")
    other.takedown.unlink()
    takedown(made, learned.url)
    with pytest.raises(PressmarkError, match="taken down since"):
        upload(made, "ilse/harbour", "key", despite="any")
    shutil.rmtree(other.folder)
    with pytest.raises(PressmarkError, match="its take-downs cannot be looked at"):
        upload(made, "ilse/harbour", "key", despite="any")


def test_a_model_whose_ancestor_was_taught_what_was_taken_down_since_is_not_uploaded(
    annotated_job: Made,
) -> None:
    other = annotated_job(pages(10))
    first = train(other)
    made = annotated_job(other_pages(10), encoder=str(first.folder))
    train(made)
    learned = first.train[0]
    add_articles(made, [replace(p, id=f"copy {p.id}") for p in pages(10) if p.id == learned])
    takedown(made, f"copy {learned}")
    with pytest.raises(PressmarkError, match=rf"copy {learned}"):
        upload(made, "ilse/harbour", "key", despite="any")
