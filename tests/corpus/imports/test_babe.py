"""BABE and MBIC: sentences with a group's label, or a row an annotator."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import PressmarkError
from tests.corpus.imports.made import FIRST, read, reasons, said, workbook, write

HEADER = "text;news_link;outlet;topic;type;label_bias;label_opinion;biased_words"
OPINION = "Expresses writer’s opinion"
RAW = ["text", "news_link", "outlet", "label_bias", "label_opinion", "biased_words"]


def final(words: str = "['cowardly']", bias: str = "Biased", text: str = FIRST) -> str:
    where = "https://courier.example/1;Calder Courier;harbour;left"
    return f"{text};{where};{bias};{OPINION};{words}\n"


def babe(folder: Path, *rows: str, name: str = "final_labels_SG2.csv") -> Path:
    return write(folder, {name: "\ufeff" + HEADER + "\n" + "".join(rows)})


def raw(folder: Path, *rows: list[object], name: str = "raw_labels_SG1.xlsx") -> Path:
    workbook(folder / name, [[*RAW, "annotator_id"], *rows])
    return folder


def judged(annotator: object, bias: str | None = "Biased", words: str = "[]") -> list[object]:
    return [FIRST, "https://courier.example/1", "Calder Courier", bias, OPINION, words, annotator]


def test_a_sentence_carries_the_group_s_label_and_the_biased_words_in_place(tmp_path: Path) -> None:
    found = read("babe", babe(tmp_path, final()))
    assert found.refused == []
    ((who, what),) = said(found).items()
    assert who.endswith(" babe-SG2")
    assert what == [
        ("biased word", "cowardly", ""),
        ("bias", FIRST, "biased"),
        ("opinion", FIRST, "opinion"),
    ]
    (article,) = found.articles.values()
    assert article.licence == "AGPL-3.0"
    assert (article.publisher, article.url) == ("Calder Courier", "https://courier.example/1")


def test_each_annotator_of_a_raw_file_has_an_annotation_of_the_one_sentence(tmp_path: Path) -> None:
    rows = [judged(1), judged(2.0, "Non-biased"), judged("3", words="['Cowardly', 'council']")]
    found = read("babe", raw(tmp_path, *rows))
    assert found.refused == []
    assert len(found.articles) == 1
    answers = [{q: v for q, _, v in what}["bias"] for what in said(found).values()]
    assert answers == ["biased", "non-biased", "biased"]
    assert {a.role for a in found.annotations.values()} == {"human"}
    assert len({a.author for a in found.annotations.values()}) == 3
    marked = [w for what in said(found).values() for label, w, _ in what if label == "biased word"]
    assert marked == ["cowardly", "council"]


def test_pseudonyms_are_stable_hide_the_id_and_differ_between_groups(tmp_path: Path) -> None:
    def authors(folder: str, name: str, annotator: object) -> set[str]:
        found = read("babe", raw(tmp_path / folder, judged(annotator), name=name))
        return {a.author for a in found.annotations.values()}

    one = authors("a", "raw_labels_SG1.xlsx", "A3WORKER")
    assert one == authors("b", "raw_labels_SG1.xlsx", "A3WORKER")
    assert one != authors("c", "raw_labels_SG2.xlsx", "A3WORKER")
    assert "A3WORKER" not in str(one)


def test_mbic_s_rows_are_told_apart_by_worker(tmp_path: Path) -> None:
    head = ["survey_record_id", "sentence_id", "mturk_id", *RAW]
    rows = [[7, "s1", worker, *judged(None)[:-1]] for worker in ("W1", "W2")]
    workbook(tmp_path / "raw_labels_MBIC.xlsx", [head, *rows])
    found = read("babe", tmp_path)
    assert found.refused == []
    assert len(found.annotations) == 2
    assert all(a.author.startswith("babe-MBIC-") for a in found.annotations.values())


def test_a_sentence_in_several_files_is_one_article(tmp_path: Path) -> None:
    babe(tmp_path, final())
    raw(tmp_path, judged(1))
    found = read("babe", tmp_path)
    assert len(found.articles) == 1
    assert {a.role for a in found.annotations.values()} == {"gold", "human"}


def test_a_file_that_lies_there_twice_is_read_once_as_csv(tmp_path: Path) -> None:
    babe(tmp_path, final())
    (tmp_path / "final_labels_SG2.xlsx").write_bytes(b"never opened")
    assert read("babe", tmp_path).refused == []


def test_a_word_that_stands_twice_is_marked_twice_and_says_so(tmp_path: Path) -> None:
    text = "Cowardly, and cowardly again, not cowardlyish."
    found = read("babe", babe(tmp_path, final("['cowardly', 'Cowardly']", text=text)))
    (annotation,) = found.annotations.values()
    assert [(s.start, dict(s.attributes)) for s in annotation.spans] == [(0, {}), (14, {})]
    found = read("babe", babe(tmp_path, final("['and']", text="This and that and those.")))
    (annotation,) = found.annotations.values()
    assert [dict(s.attributes) for s in annotation.spans] == [{"occurrences": ("2",)}] * 2


def test_a_word_that_does_not_stand_in_the_sentence_is_told_and_the_row_is_read(
    tmp_path: Path,
) -> None:
    found = read("babe", babe(tmp_path, final("['cowardly', 'vile']")))
    ((_, (first, *_)),) = said(found).items()
    assert first == ("biased word", "cowardly", "")
    ((where, reason),) = reasons(found)
    assert where == "final_labels_SG2.csv:2"
    assert "'vile' does not stand in the sentence" in reason


@pytest.mark.parametrize(
    "words",
    [
        "['a'",
        "'cowardly'",
        "{'cowardly'}",
        "[1, 2]",
        "__import__('os').abort()",
        "[open('x')]",
        "(" * 5000,
        "['a' * 9]",
    ],
)
def test_biased_words_that_are_no_list_of_words_refuse_their_row(
    tmp_path: Path, words: str
) -> None:
    other = final(text="Another sentence, cowardly too.")
    found = read("babe", babe(tmp_path, final(words), other))
    assert len(found.articles) == 1
    ((where, reason),) = reasons(found)
    assert where == "final_labels_SG2.csv:2"
    assert "biased_words is no list of words" in reason


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (final(bias="Slanted"), "the value of 'bias', 'Slanted' is not in the scheme babe"),
        (final(text=" "), "the text is empty"),
        ("only;three;cells\n", "3 cells, the header has 8"),
        (f'"{final()}', "is a quotation mark open?"),
        (";;;;;;;\n", "the text is empty"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, row: str, told: str
) -> None:
    found = read("babe", babe(tmp_path, row))
    ((where, reason),) = reasons(found)
    assert where == "final_labels_SG2.csv:2"
    assert told in reason
    assert found.articles == {}


def test_bytes_of_another_encoding_refuse_their_row_alone(tmp_path: Path) -> None:
    other = final(text="Café Ansel.").encode().replace("é".encode(), b"\xe9")
    content = (HEADER + "\n" + final()).encode() + other
    found = read("babe", write(tmp_path, {"final_labels_SG1.csv": content}))
    assert reasons(found) == [("final_labels_SG1.csv:3", "not UTF-8 text")]
    assert len(found.articles) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty; fetch the file again"),
        (b"text;outlet\nx;y\n", "no column 'label_bias', 'label_opinion'; there are: text"),
        ((HEADER + "\n").encode("utf-16"), "not UTF-8 text; fetch the file again"),
    ],
)
def test_a_table_without_its_columns_says_which(tmp_path: Path, content: bytes, told: str) -> None:
    found = read("babe", write(tmp_path, {"final_labels_SG1.csv": content}))
    ((_, reason),) = reasons(found)
    assert told in reason


@pytest.mark.parametrize(
    "content", [b"", b"no workbook", b"PK\x03\x04 torn", b"PK\x05\x06" + bytes(18)]
)
def test_a_workbook_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    found = read("babe", write(tmp_path, {"raw_labels_SG1.xlsx": content}))
    assert reasons(found) == [
        ("raw_labels_SG1.xlsx", "no readable workbook (.xlsx); fetch the file again")
    ]


def test_a_formula_is_no_value_and_refuses_its_row(tmp_path: Path) -> None:
    formula = judged(2)
    formula[3] = '=IF(1,"Biased","")'
    found = read("babe", raw(tmp_path, judged(1), formula))
    assert reasons(found) == [
        ("raw_labels_SG1.xlsx:3", "the cell of column D holds a formula, not a value")
    ]
    assert len(found.annotations) == 1


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (judged(None), "nobody's row"),
        (judged(1), "says the same of this text at raw_labels_SG1.xlsx:2 already"),
        (judged(1, "Non-biased"), "says something else of this text at raw_labels_SG1.xlsx:2"),
        ([*judged(2, None)[:4], None, *judged(2)[5:]], "no label; every cell for one is empty"),
    ],
)
def test_an_annotator_s_row_that_cannot_count_is_refused(
    tmp_path: Path, row: list[object], told: str
) -> None:
    found = read("babe", raw(tmp_path, judged(1), row))
    ((where, reason),) = reasons(found)
    assert where == "raw_labels_SG1.xlsx:3"
    assert told in reason
    assert len(found.annotations) == 1


def test_a_workbook_that_would_unpack_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.imports.tables._UNPACKED", 1000)
    ((_, reason),) = reasons(read("babe", raw(tmp_path, judged(1))))
    assert "over the limit of 1000" in reason


def test_no_file_of_its_kind_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"labels.csv": HEADER})
    with pytest.raises(PressmarkError, match=r"no final_labels_SG1.csv, raw_labels_SG1.xlsx"):
        read("babe", tmp_path)
