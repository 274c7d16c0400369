"""Heads: what a model is asked follows from the scheme's file, whatever it names."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from corpus.records import Annotation, Answer
from corpus.scheme import Scheme, parse_scheme
from tests.speech import article, scheme
from training.examples import Example
from training.heads import ARTICLE, FLAG, PLACE, SENTENCE, Heads, heads_of, joined

CONFIGS = Path(__file__).parents[2] / "configs"
SCHEMES = [CONFIGS / "scheme.yaml", CONFIGS / "frames.yaml", *(CONFIGS / "corpora").glob("*.yaml")]
QUESTIONS = """\
name: views
version: "1"
published: {citation: c, url: u, licence: CC0-1.0}
questions:
  - name: view
    type: one
    values: [{name: for}, {name: against}]
  - {name: unsure, type: flag}
  - {name: why, type: text}
"""


def shipped(path: Path) -> Scheme:
    return parse_scheme(path.read_text(encoding="utf-8"), path)


def answered(*places: tuple[int, int] | None) -> Example:
    page = article()
    under = parse_scheme(QUESTIONS)
    answers = tuple(Answer("view", ("for",), *(place or (None, None))) for place in places)
    return Example(
        page, (Annotation("1", page.id, page.sha256, "ana", "gold", under.hash, answers=answers),)
    )


def place(words: str) -> tuple[int, int]:
    start = article().text.index(words)
    return start, start + len(words)


def level(*places: tuple[int, int] | None) -> str:
    return heads_of(parse_scheme(QUESTIONS), [answered(*places)]).choices[0].about


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_a_shipped_scheme_has_a_head_for_all_that_can_be_picked(path: Path) -> None:
    asked = shipped(path)
    heads = heads_of(asked, [])
    assert heads.labels == asked.label_names
    about = {(choice.about, choice.name): choice for choice in heads.choices}
    assert {name for what, name in about if what == "block"} == {
        label.name for label in asked.labels if label.snap == "block"
    }
    for level, questions in (("span", asked.attributes), (ARTICLE, asked.questions)):
        pickable = [q for q in questions if q.type in ("one", "several", "flag")]
        assert {name for what, name in about if what == level} == {q.name for q in pickable}
        for question in pickable:
            choice = about[level, question.name]
            assert choice.exclusive == (question.type == "one")
            assert choice.values == (FLAG if question.type == "flag" else question.value_names)


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_every_value_has_a_column_of_its_own_and_json_keeps_them(path: Path) -> None:
    heads = heads_of(shipped(path), [])
    columns = [at for _, at in heads.columns()]
    assert [at.start for at in columns[:1]] in ([0], [])
    assert all(one.stop == other.start for one, other in pairwise(columns))
    assert heads.outputs == (columns[-1].stop if columns else 0)
    assert Heads.from_dict(heads.as_dict()) == heads


def test_an_attribute_of_some_labels_is_asked_of_those() -> None:
    asked = {choice.name: choice.labels for choice in heads_of(scheme(), []).choices}
    assert asked["device"] == ("loud head",)
    assert asked["sentiment"] == ("judged", "loud head")
    assert "target" not in asked


def test_what_a_question_is_about_its_answers_tell() -> None:
    sentence, name = place("Renn’s naïve plan, he said, is “dead”."), place("Renn")
    assert level() == level(None) == ARTICLE
    assert level(sentence) == level(place("Will it ever end?")) == SENTENCE
    assert level(name) == PLACE
    assert level(sentence, sentence, name) == SENTENCE
    assert level(name, name, None) == PLACE


def test_schemes_are_joined_in_order_and_asked_once() -> None:
    own, other = heads_of(scheme(), []), heads_of(parse_scheme(QUESTIONS), [])
    both = joined([own, other, own])
    assert both.labels == own.labels
    assert both.choices == (*own.choices, *other.choices)
    assert joined([own]) == own


def test_an_attribute_of_two_schemes_is_asked_of_the_labels_of_both() -> None:
    own = heads_of(scheme(), [])
    moved = tuple(replace(c, labels=("aside",)) for c in own.choices if c.name == "sentiment")
    (found,) = (c for c in joined([own, Heads(("aside",), moved)]).choices if c.name == "sentiment")
    assert found.labels == ("judged", "loud head", "aside")


def test_the_same_question_about_another_thing_is_another_question() -> None:
    asked = parse_scheme(QUESTIONS)
    both = joined([heads_of(asked, []), heads_of(asked, [answered(place("Renn"))])])
    assert [c.about for c in both.choices if c.name == "view"] == [ARTICLE, PLACE]
