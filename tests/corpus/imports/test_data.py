"""The development data, read where it lies: every count, and every span on its words."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from corpus.imports.convert import Converted
from corpus.text import canonical
from tests.corpus.imports.made import read


@pytest.fixture
def data() -> Path:
    folder = os.environ.get("PRESSMARK_DATA")
    if not folder:
        pytest.skip("PRESSMARK_DATA names no folder of development data")
    return Path(folder)


def answers(found: Converted, question: str) -> Counter[str]:
    return Counter(
        ", ".join(answer.values)
        for annotation in found.annotations.values()
        for answer in annotation.answers
        if answer.question == question
    )


def test_ptc_has_6128_spans_in_371_articles_of_which_two_lie_in_another(data: Path) -> None:
    found = read("ptc", data / "ptc-train")
    assert len(found.articles) == len(found.annotations) == 371
    assert sum(len(a.spans) for a in found.annotations.values()) == 6126
    assert len(found.refused) == 2
    assert all("the longer one is kept" in each.reason for each in found.refused)
    assert sum(not a.spans for a in found.annotations.values()) == 14
    assert {a.licence for a in found.articles.values()} == {"research use"}


def test_every_slice_of_ptc_is_what_its_row_means(data: Path) -> None:
    found = read("ptc", data / "ptc-train")
    read_back = Counter(
        (a.article, s.label, found.articles[a.article].text[s.start : s.end])
        for a in found.annotations.values()
        for s in a.spans
    )
    meant: Counter[tuple[str, str, str]] = Counter()
    (labels,) = (data / "ptc-train").glob("*.labels")
    for line in labels.read_text(encoding="utf-8").splitlines():
        id_, label, start, end = line.split("\t")
        text = (data / f"ptc-train/articles/article{id_}.txt").read_text(encoding="utf-8")
        words = canonical(text[int(start) : int(end)])[0]
        meant[f"ptc-{id_}", label.replace(",", "-"), words] += 1
    assert read_back <= meant
    assert sum((meant - read_back).values()) == 2


def test_newsmtsc_has_every_target_on_its_mention(data: Path) -> None:
    found = read("newsmtsc", data / "newsmtsc")
    assert len(found.articles) == 7758 + 721
    assert found.refused == []
    assert answers(found, "polarity") == {"negative": 3798, "neutral": 3776, "positive": 2641}
    mentions: Counter[str] = Counter()
    for file in sorted((data / "newsmtsc").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            mentions.update(target["mention"] for target in json.loads(line)["targets"])
    placed = Counter(
        found.articles[a.article].text[answer.start : answer.end]
        for a in found.annotations.values()
        for answer in a.answers
        if answer.question == "polarity"
    )
    assert placed == mentions


def test_newssd_eng_has_1049_sentences_one_of_them_six_times(data: Path) -> None:
    found = read("newssd-eng", data / "newssd-eng")
    assert len(found.articles) == 731 + 99 + 219 - 5
    assert [each.where for each in found.refused] == [
        f"train.csv:{line}" for line in (870, 878, 880, 900, 916)
    ]
    assert all("says the same of this text" in each.reason for each in found.refused)
    assert answers(found, "subjectivity").total() == 1044


def test_frac_has_523_sentences(data: Path) -> None:
    found = read("frac", data / "frac")
    assert (len(found.articles), found.refused) == (523, [])
    assert answers(found, "frame")["policy"] == 98


def test_persuasion4good_has_6017_sentences_in_300_dialogues(data: Path) -> None:
    found = read("persuasion4good", data / "persuasion4good")
    assert (len(found.articles), found.refused) == (300, [])
    asked = answers(found, "act")
    assert asked.total() == 6017
    with (data / "persuasion4good/persuader_sentences.csv").open(newline="") as file:
        rows = [row["sentence"] for row in csv.DictReader(file)]
    placed = [
        found.articles[a.article].text[answer.start : answer.end]
        for a in found.annotations.values()
        for answer in a.answers
    ]
    assert Counter(placed) == Counter(rows)
