"""Corpora with different labels train one model; sentences keep their exact places."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from corpus.errors import PressmarkError
from corpus.imports.run import import_corpus
from corpus.job import Job
from corpus.records import Annotation, Answer, Article, misfits
from corpus.scheme import parse_scheme
from corpus.store import append_annotations, read_articles, read_run
from tests.conftest import MakeJob
from tests.speech import SCHEME, article
from tests.training.conftest import QUICK
from tests.training.press import BAD, NOUNS, VERBS, annotate
from training.checkpoint import load
from training.examples import Example
from training.fit import train
from training.heads import heads_of, joined
from training.opinions import chances
from training.predict import predict
from training.units import unit

OTHER = """\
name: other
version: "1"
published: {citation: c, url: u, licence: CC0-1.0}
questions:
  - {name: genre, type: one, values: [{name: report}, {name: rant}]}
"""


def sentences(count: int) -> str:
    """A table like NewsSD-ENG's: what says a bad word is subjective."""
    draw = random.Random(1)
    rows = ["Sentence,Label,Solved conflict"]
    for number in range(count):
        word = f"{draw.choice(BAD)} " if number % 2 else ""
        nouns = draw.sample(NOUNS, 2)
        said = f"The {word}{nouns[0]} {draw.choice(VERBS)} the {nouns[1]} 😀 {number}."
        rows.append(f"{said},{'SUBJ' if word else 'OBJ'},False")
    return "\n".join(rows) + "\n"


@pytest.fixture
def news(job: MakeJob, tiny: Path, tmp_path: Path) -> Job:
    """A job that holds sentences alone, each with the answer to a question."""
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "train.csv").write_text(sentences(60), encoding="utf-8")
    made = job(scheme="corpora/newssd-eng", training={**QUICK, "encoder": str(tiny)})
    import_corpus(made, "newssd-eng", tmp_path / "news")
    return made


def test_a_scheme_of_questions_alone_is_learnt_and_answered_where_the_sentence_stands(
    news: Job,
) -> None:
    train(news)
    done = predict(news)
    articles = {each.id: each for each in read_articles(news)}
    right = 0
    for opinion in read_run(news, done.run):
        page = articles[opinion.article]
        assert misfits(opinion, page) == []
        (answer,) = [each for each in opinion.answers if each.question == "subjectivity"]
        assert page.text[answer.start : answer.end] == page.text
        right += (answer.values == ("subjective",)) == any(word in page.text for word in BAD)
    assert right > 0.9 * len(articles)


def test_two_corpora_train_one_model_and_neither_loses_what_it_asks(
    news: Job, annotated: Job, job: MakeJob, tiny: Path, articles: list[Article]
) -> None:
    section = {**QUICK, "encoder": str(tiny), "corpora": [str(news.folder)]}
    both = job(*articles, scheme=SCHEME, training=section)
    annotate(both, articles)
    trained = train(both)
    heads = load(trained.folder).model.heads
    assert heads.labels == both.scheme.label_names
    asked = {(choice.name, choice.about) for choice in heads.choices}
    assert {("subjectivity", "sentence"), ("loud head", "block"), ("sentiment", "span")} <= asked
    opinions = read_run(both, predict(both).run)
    # What the other corpus asks is not this job's to answer
    assert {a.question for each in opinions for a in each.answers} <= {"genre"}
    marked = {span.label for each in opinions for span in each.spans}
    assert marked == {"judged", "loud head"}


def test_what_is_asked_with_other_values_in_two_schemes_is_told() -> None:
    with pytest.raises(PressmarkError, match="'genre' about the article is asked"):
        joined([heads_of(parse_scheme(SCHEME), []), heads_of(parse_scheme(OTHER), [])])


def test_what_a_question_is_asked_of_is_told_by_where_its_answers_stand() -> None:
    scheme = parse_scheme(OTHER)
    page = article("The board met. The mayor was late. She is rarely on time.")
    second = (page.text.index("The mayor"), page.text.index("late.") + 5)

    def level(*place: int) -> str:
        answers = (Answer("genre", ("rant",), *place),)
        said = Annotation("1", page.id, page.sha256, "a", "gold", scheme.hash, answers=answers)
        return heads_of(scheme, [Example(page, (said,))]).choices[0].about

    assert level() == "article"
    assert level(*second) == "sentence"
    assert level(second[0] + 4, second[0] + 9) == "place"


def test_a_question_about_places_that_are_given_is_not_answered_without_them(
    job: MakeJob, tiny: Path
) -> None:
    pages = [article(f"The board met Maar {n} 😀 times.", f"m{n}") for n in range(12)]
    made = job(*pages, scheme="corpora/newsmtsc", training={**QUICK, "encoder": str(tiny)})
    at = pages[0].text.index("Maar")
    append_annotations(
        made.annotations,
        [
            Annotation(
                page.id,
                page.id,
                page.sha256,
                "ana",
                "human",
                made.scheme.hash,
                answers=(Answer("polarity", ("neutral",), at, at + 4),),
            )
            for page in pages
        ],
    )
    trained = train(made)
    checkpoint = load(trained.folder)
    (polarity,) = [c for c in checkpoint.model.heads.choices if c.name == "polarity"]
    assert polarity.about == "place"
    assert not any(each.answers for each in read_run(made, predict(made).run))
    (reading,) = checkpoint.reader.read(pages[:1], keep=True)
    (chance,) = chances(reading, checkpoint.reader.weights, polarity, [unit(pages[0], at, at + 4)])
    assert chance is not None
    assert chance.argmax() == polarity.values.index("neutral")
