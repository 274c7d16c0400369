"""BASIL: spans within a sentence of a JSON article, checked against the words they name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import PressmarkError
from tests.corpus.imports.made import (
    FIRST,
    HEAD,
    SECOND,
    basil,
    phrase,
    read,
    reasons,
    said,
    write,
)

ARTICLE = "articles/2016/abc_1.json"
NOTES = "annotations/2016/abc_1_ann.json"


def test_spans_stand_in_the_title_and_in_the_sentences_counted_through(tmp_path: Path) -> None:
    folder = basil(
        tmp_path,
        phrase("title", "drags", HEAD, target="Maar"),
        phrase("p0", "cowardly", FIRST, target="Council"),
        phrase("p2", "A disaster", SECOND, "inf", quote="yes", speaker="Renn"),
    )
    found = read("basil", folder)
    assert found.refused == []
    (article,), (annotation,) = found.articles.values(), found.annotations.values()
    assert article.id == "basil-abc_1"
    assert article.text == f"{HEAD}\n\n{FIRST} Nobody voted.\n\n{SECOND}"
    assert [block.kind for block in article.blocks] == ["headline", "paragraph", "paragraph"]
    assert (article.publisher, article.published) == ("Calder Courier", "2016-05-04")
    assert article.licence == "none stated"
    marked = [(s.label, article.text[s.start : s.end]) for s in annotation.spans]
    assert marked == [
        ("lexical", "drags"),
        ("lexical", "cowardly"),
        ("informational", "A disaster"),
    ]
    assert dict(annotation.spans[2].attributes) == {
        "aim": ("direct",),
        "polarity": ("neg",),
        "quote": ("yes",),
        "speaker": ("Renn",),
    }


def test_what_is_said_of_the_article_is_kept_each_feeling_with_its_entity(tmp_path: Path) -> None:
    level = {
        "author_feeling_Maar": "neg",
        "you_feeling_Maar": "str-pos",
        "relative_stance": "center",
        "notes": "",
    }
    found = read("basil", basil(tmp_path, **level))
    assert found.refused == []
    assert said(found) == {
        "basil-abc_1 basil": [
            ("annotator feeling", "", "Maar: str-pos"),
            ("author feeling", "", "Maar: neg"),
            ("relative stance", "", "center"),
        ]
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"end": 500}, "is no range of the sentence's 49 characters"),
        ({"start": 20, "end": 20}, "[20, 20) is no range"),
        ({"start": 30, "end": 20}, "[30, 20) is no range"),
        ({"start": "x"}, "start and end are no whole numbers"),
        ({"start": 4.5}, "start and end are no whole numbers"),
        ({"start": True}, "start and end are no whole numbers"),
        ({"start": -1}, "[-1, 12) is no range"),
        ({"txt": "brave"}, "stands 'cowardly', the corpus says 'brave'"),
        ({"id": "p9"}, "the article has no sentence 'p9'"),
        ({"id": ["p0"]}, "the article has no sentence"),
        ({"bias": "odd"}, "the label 'odd' is not in the scheme basil"),
        ({"polarity": "great"}, "the value of 'polarity', 'great'"),
    ],
)
def test_a_phrase_that_does_not_fit_is_refused_and_the_rest_is_read(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    bad = {**phrase("p0", "cowardly", FIRST), **change}
    good = phrase("p0", "Monday", FIRST)
    found = read("basil", basil(tmp_path, bad, good))
    assert said(found) == {"basil-abc_1 basil": [("lexical", "Monday", "")]}
    ((where, reason),) = reasons(found)
    assert where == f"{NOTES}#1"
    assert told in reason


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (ARTICLE, "{", "invalid JSON"),
        (ARTICLE, "[]", "no JSON object"),
        (ARTICLE, "[" * 100_000, "JSON nested too deeply"),
        (ARTICLE, json.dumps({"title": HEAD}), "no title and body-paragraphs"),
        (ARTICLE, json.dumps({"title": 3, "body-paragraphs": []}), "no title and body-paragraphs"),
        (ARTICLE, json.dumps({"body-paragraphs": [FIRST]}), "no list of lists of sentences"),
        (ARTICLE, json.dumps({"title": "", "body-paragraphs": []}), "the text is empty"),
    ],
)
def test_an_article_that_cannot_be_read_is_refused(
    tmp_path: Path, name: str, content: str, told: str
) -> None:
    found = read("basil", write(basil(tmp_path), {name: content}))
    ((where, reason),) = reasons(found)
    assert where == name
    assert told in reason
    assert found.articles == {}


def test_an_article_without_readable_annotations_is_kept_without_an_opinion(tmp_path: Path) -> None:
    found = read(
        "basil", write(basil(tmp_path), {NOTES: "{}", "annotations/2016/x_ann.json": "{}"})
    )
    assert len(found.articles) == 1
    told = dict(reasons(found))
    assert told[NOTES] == "phrase-level-annotations is no list"
    assert told["annotations/2016/x_ann.json"] == "its article is not in articles/"
    (tmp_path / NOTES).unlink()
    found = read("basil", tmp_path)
    assert "there is no such file" in dict(reasons(found))[NOTES]
    assert found.annotations == {}


@pytest.mark.parametrize("gone", [ARTICLE, NOTES])
def test_a_folder_that_is_not_there_is_named(tmp_path: Path, gone: str) -> None:
    basil(tmp_path)
    if gone == NOTES:
        (tmp_path / NOTES).unlink()
    else:
        (tmp_path / ARTICLE).unlink()
    with pytest.raises(PressmarkError, match=gone.partition("/")[0]):
        read("basil", tmp_path)


@pytest.mark.parametrize("counted", ["with", "without"])
def test_white_space_at_a_sentence_s_ends_is_no_part_of_it(tmp_path: Path, counted: str) -> None:
    mark = phrase("p1", "sat", "  They sat. " if counted == "with" else "They sat.")
    body = {"title": HEAD, "body-paragraphs": [[FIRST, "  They sat. "], [" "], [SECOND]]}
    found = read("basil", write(basil(tmp_path, mark), {ARTICLE: json.dumps(body)}))
    assert found.refused == []
    assert said(found) == {"basil-abc_1 basil": [("lexical", "sat", "")]}
    (article,) = found.articles.values()
    assert f"{FIRST} They sat.\n\n" in article.text


def test_a_span_marked_twice_for_two_targets_keeps_one_and_tells_the_other_s_target(
    tmp_path: Path,
) -> None:
    twice = [phrase("p0", "cowardly", FIRST, target=who) for who in ("Council", "Maar")]
    found = read("basil", basil(tmp_path, *twice))
    (annotation,) = found.annotations.values()
    assert [dict(span.attributes)["target"] for span in annotation.spans] == [("Council",)]
    (refused,) = found.refused
    assert f"stands twice, also at {NOTES}#1" in refused.reason
    assert refused.held["target"] == "Maar"
