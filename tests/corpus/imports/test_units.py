"""The corpora with a unit a row, and the two that collect rows or targets into one text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.errors import PressmarkError
from tests.corpus.imports.made import FIRST, HEAD, SECOND, read, reasons, said, write

TITLES = "year,month,media,title,annotator_1,annotator_2,annotator_3,label\n"


def only(found: Any) -> list[tuple[str, str, str]]:
    ((_, what),) = said(found).items()
    return what


def test_newssd_eng_s_sentence_loses_its_line_end_and_has_its_label_in_place(
    tmp_path: Path,
) -> None:
    table = f'Sentence,Label,Solved conflict\n"{FIRST}\n",SUBJ,False\n'
    found = read("newssd-eng", write(tmp_path, {"train.csv": table}))
    assert only(found) == [("solved conflict", FIRST, "no"), ("subjectivity", FIRST, "subjective")]
    (article,) = found.articles.values()
    assert (article.text, article.licence) == (FIRST, "CC-BY-4.0")


def test_the_line_of_a_row_is_where_it_begins(tmp_path: Path) -> None:
    table = f'Sentence,Label\n"{FIRST}\n",OBJ\n"Two\nlines",OBJ\nNo.,MAYBE\n'
    found = read("newssd-eng", write(tmp_path, {"train.csv": table}))
    ((where, reason),) = reasons(found)
    assert where == "train.csv:6"
    assert "'MAYBE' is not in the scheme newssd-eng; there are: subjective, objective" in reason


def test_a_sentence_that_stands_twice_is_told_and_whether_its_label_is_the_same(
    tmp_path: Path,
) -> None:
    table = f'Sentence,Label\n"{FIRST}\n",OBJ\n{FIRST},OBJ\n {FIRST} ,SUBJ\n'
    found = read("newssd-eng", write(tmp_path, {"a.csv": table}))
    assert len(found.articles) == 1
    assert reasons(found) == [
        ("a.csv:4", "newssd-eng says the same of this text at a.csv:2 already"),
        ("a.csv:5", "newssd-eng says something else of this text at a.csv:2 already"),
    ]


def test_checkthat_s_quotation_marks_are_characters_and_ids_its_own(tmp_path: Path) -> None:
    rows = f'sentence_id\tsentence\tlabel\tsolved_conflict\nx-1\t"{FIRST}\tOBJ\tTrue\n'
    found = read("checkthat", write(tmp_path, {"train_en.tsv": rows}))
    assert [what[::2] for what in only(found)] == [
        ("solved conflict", "yes"),
        ("subjectivity", "objective"),
    ]
    (article,) = found.articles.values()
    assert (article.id, article.text, article.language) == ("checkthat-x-1", '"' + FIRST, "en")
    assert article.licence == "CC-BY-NC-SA-4.0"


def test_checkthat_s_id_given_twice_is_refused(tmp_path: Path) -> None:
    rows = f"sentence_id\tsentence\tlabel\nx\t{FIRST}\tOBJ\nx\t{SECOND}\tOBJ\n"
    found = read("checkthat", write(tmp_path, {"a.tsv": rows}))
    ((where, reason),) = reasons(found)
    assert (where, reason) == ("a.tsv:3", "the id 'checkthat-x' stands for another text at a.tsv:2")


def test_frac_s_numbers_are_frames(tmp_path: Path) -> None:
    rows = f"sentence,label\r\n{FIRST},13\r\n{SECOND},16\r\n"
    found = read("frac", write(tmp_path, {"gold.csv": rows.replace(SECOND, f'"{SECOND}"')}))
    assert only(found) == [("frame", FIRST, "political")]
    ((where, reason),) = reasons(found)
    assert where == "gold.csv:3"
    assert "'16' is not in the scheme frac" in reason


def test_each_annotator_of_a_title_has_an_annotation_and_the_label_is_gold(tmp_path: Path) -> None:
    rows = f"{TITLES}2016,5,Calder Courier,{HEAD},1,,0,1\n"
    found = read("hyperpartisan-titles", write(tmp_path, {"titles.csv": rows}))
    assert found.refused == []
    (article,) = found.articles.values()
    assert (article.published, article.publisher, article.title) == (
        "2016-05",
        "Calder Courier",
        HEAD,
    )
    assert [block.kind for block in article.blocks] == ["headline"]
    given_ = {a.author: (a.role, a.answers[0].values[0]) for a in found.annotations.values()}
    assert given_ == {
        "hyperpartisan-titles-1": ("human", "yes"),
        "hyperpartisan-titles-3": ("human", "no"),
        "hyperpartisan-titles": ("gold", "yes"),
    }


def test_one_title_of_two_outlets_is_two_articles(tmp_path: Path) -> None:
    rows = "".join(f"2016,5,{media},{HEAD},1,1,1,1\n" for media in ("Courier", "Beacon"))
    found = read("hyperpartisan-titles", write(tmp_path, {"titles.csv": TITLES + rows}))
    assert len(found.articles) == 2


def test_a_dialogue_is_an_article_its_sentences_placed(tmp_path: Path) -> None:
    rows = "dialogue_id,turn,sentence,act,act_2\n"
    rows += "d1,0,Hello.,greeting,\nd1,0,How are you?,greeting,thank\n"
    rows += "d1,1,Give!,proposition-of-donation,\nd2,0,Hello.,greeting,\nd1,2,Oh.,shout,\n"
    found = read("persuasion4good", write(tmp_path, {"persuader_sentences.csv": rows}))
    texts = {article.id: article.text for article in found.articles.values()}
    assert texts == {
        "persuasion4good-d1": "Hello. How are you?\n\nGive!\n\nOh.",
        "persuasion4good-d2": "Hello.",
    }
    assert said(found)["persuasion4good-d1 persuasion4good"] == [
        ("act", "Hello.", "greeting"),
        ("act", "How are you?", "greeting, thank"),
        ("act", "Give!", "proposition-of-donation"),
    ]
    ((where, reason),) = reasons(found)
    assert where == "persuader_sentences.csv:6"
    assert "'shout' is not in the scheme" in reason


def target(words: str, polarity: float = 2.0, **more: Any) -> dict[str, Any]:
    start = FIRST.index(words)
    place = {"from": start, "to": start + len(words), "mention": words}
    return {"Input.gid": f"g-{words}", "polarity": polarity, **place, **more}


def sentence(*targets: Any, text: str = FIRST, id_: str = "s1") -> str:
    row = {"primary_gid": id_, "sentence_normalized": text, "targets": list(targets)}
    return json.dumps(row) + "\n"


def test_overlapping_targets_all_keep_their_polarity_and_id(tmp_path: Path) -> None:
    outer, inner = target("council of Port Ansel", 4.0), target("Port Ansel", 6)
    met = target("met")
    outer["further_mentions"] = [{key: met[key] for key in ("from", "to", "mention")}]
    found = read("newsmtsc", write(tmp_path, {"train.jsonl": sentence(outer, inner)}))
    assert found.refused == []
    assert only(found) == [
        ("further mention", "met", "g-council of Port Ansel"),
        ("polarity", "council of Port Ansel", "neutral"),
        ("polarity", "Port Ansel", "positive"),
        ("target", "council of Port Ansel", "g-council of Port Ansel"),
        ("target", "Port Ansel", "g-Port Ansel"),
    ]
    (article,) = found.articles.values()
    assert (article.id, article.licence) == ("newsmtsc-s1", "MIT")


def test_offsets_count_code_points_behind_an_emoji_too(tmp_path: Path) -> None:
    text = "😀 " + FIRST
    moved = target("council")
    moved |= {"from": moved["from"] + 2, "to": moved["to"] + 2}
    found = read("newsmtsc", write(tmp_path, {"a.jsonl": sentence(moved, text=text)}))
    assert ("polarity", "council", "negative") in only(found)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (sentence(target("council", mention="mayor")), "stands 'council', the corpus says 'mayor'"),
        (sentence(target("council", to=999)), "is no range of the text's 49 characters"),
        (sentence(target("council", polarity=3.5)), "the value of 'polarity', '3.5'"),
        (sentence(target("council", polarity=None)), "the value of 'polarity', 'None'"),
        (sentence({**target("council"), "from": 1.0}), "from and to are whole numbers"),
        (sentence({**target("council"), "from": "x"}), "from and to are whole numbers"),
        (sentence({**target("council"), "Input.gid": None}), "has no Input.gid"),
        (sentence(target("council", further_mentions=[7])), "from and to are whole numbers"),
        (sentence(target("council", further_mentions=7)), "further_mentions is no list"),
        (sentence("council"), "a target is no JSON object"),
        ('{"primary_gid": "s1"}\n', "no primary_gid, sentence_normalized and targets"),
        ("[]\n", "no JSON object"),
        ("{\n", "invalid JSON"),
        (sentence(id_="s0", text=SECOND), "the id 'newsmtsc-s0' stands for another text"),
    ],
)
def test_a_sentence_with_a_target_that_does_not_fit_is_refused(
    tmp_path: Path, bad: str, told: str
) -> None:
    rows = sentence(target("council"), id_="s0") + "\n" + bad
    found = read("newsmtsc", write(tmp_path, {"train.jsonl": rows}))
    assert {where for where, _ in reasons(found)} == {"train.jsonl:3"}
    assert any(told in reason for _, reason in reasons(found))
    assert len(found.annotations) == 1


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.sampled_from("ab é😀“\u2028"), min_size=1, max_size=30).filter(str.strip),
    data=st.data(),
)
def test_targets_written_as_json_come_back_on_the_same_words(
    tmp_path: Path, text: str, data: st.DataObject
) -> None:
    edges = st.integers(0, len(text))
    places = data.draw(st.lists(st.tuples(edges, edges).filter(lambda p: p[0] < p[1]), max_size=4))
    targets = [
        {"Input.gid": str(n), "polarity": 6.0, "from": s, "to": e, "mention": text[s:e]}
        for n, (s, e) in enumerate(places)
    ]
    found = read("newsmtsc", write(tmp_path, {"a.jsonl": sentence(*targets, text=text)}))
    assert found.refused == [] or not places
    answers = [a for each in found.annotations.values() for a in each.answers]
    back = [(a.start, a.end) for a in answers if a.question == "target"]
    assert sorted(back) == sorted(places)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("newssd-eng", r"\*\.csv"),
        ("checkthat", r"\*\.tsv"),
        ("frac", r"\*\.csv"),
        ("hyperpartisan-titles", r"\*\.csv"),
        ("newsmtsc", r"\*\.jsonl"),
        ("persuasion4good", r"\*sentences\.csv"),
    ],
)
def test_a_folder_without_the_corpus_says_what_is_missing(
    tmp_path: Path, name: str, told: str
) -> None:
    with pytest.raises(PressmarkError, match=told):
        read(name, tmp_path)
