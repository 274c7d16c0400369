"""PTC and SemEval-2023: spans on files, exactly where the label files put them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.errors import PressmarkError
from tests.corpus.imports.made import (
    FIRST,
    HEAD,
    PAGE,
    SECOND,
    ptc,
    read,
    reasons,
    row,
    said,
    write,
)

#: One of the corpus' frames holds the comma that stands between frames.
COMMA = "Legality,Constitutionality_and_jurisprudence"
NAMED = "Name_Calling,Labeling"


def test_a_span_stands_on_the_words_that_the_label_file_means(tmp_path: Path) -> None:
    labels = row("111", "Loaded_Language", "cowardly") + row("111", NAMED, "drags Maar")
    found = read("ptc", ptc(tmp_path, labels))
    (article,) = found.articles.values()
    assert said(found) == {
        "ptc-111 ptc": [
            ("Name_Calling-Labeling", "drags Maar", ""),
            ("Loaded_Language", "cowardly", ""),
        ]
    }
    assert [b.kind for b in article.blocks] == ["headline", "paragraph", "paragraph"]
    assert (article.title, article.licence, article.language) == (HEAD, "research use", "en")
    (annotation,) = found.annotations.values()
    assert annotation.role == "gold"
    assert found.refused == []


def test_rows_of_three_columns_name_no_technique(tmp_path: Path) -> None:
    start = PAGE.index("cowardly")
    found = read("ptc", ptc(tmp_path, f"111\t{start}\t{start + 8}\n"))
    assert said(found) == {"ptc-111 ptc": [("propaganda", "cowardly", "")]}


@pytest.mark.parametrize("before", ["\ufeff", "\ufeff\n"])
def test_a_byte_order_mark_counts_as_a_character_of_the_file(tmp_path: Path, before: str) -> None:
    text = before + PAGE
    found = read("ptc", ptc(tmp_path, row("111", "Doubt", "cowardly", text), text))
    assert said(found) == {"ptc-111 ptc": [("Doubt", "cowardly", "")]}
    (article,) = found.articles.values()
    assert article.provenance.changes == ("byte order mark removed",)


def test_a_line_end_of_two_characters_counts_as_one(tmp_path: Path) -> None:
    text = PAGE.replace("\n", "\r\n").encode()
    found = read("ptc", ptc(tmp_path, row("111", "Doubt", "A disaster"), text))
    assert said(found) == {"ptc-111 ptc": [("Doubt", "A disaster", "")]}


def test_a_line_of_a_zero_width_mark_alone_is_a_block_too(tmp_path: Path) -> None:
    found = read("ptc", ptc(tmp_path, row("111", "Doubt", "Maar"), PAGE + "\n\ufeff\n"))
    assert len(found.articles) == 1
    assert found.refused == []


def test_an_article_without_spans_among_labelled_ones_has_an_empty_annotation(
    tmp_path: Path,
) -> None:
    labels = row("111", "Doubt", "Maar")
    more = {"articles/article222.txt": PAGE, "test-articles/article333.txt": PAGE}
    found = read("ptc", ptc(tmp_path, labels, **more))
    assert [len(a.spans) for a in found.annotations.values()] == [1, 0]
    assert set(found.articles) == {"ptc-111", "ptc-222", "ptc-333"}


def test_of_overlapping_spans_of_one_label_the_longer_stays_and_the_other_is_told(
    tmp_path: Path,
) -> None:
    labels = row("111", "Doubt", "council") + row("111", "Doubt", "cowardly council")
    labels += row("111", "Doubt", "cowardly council") + row("111", NAMED, "council of Port")
    found = read("ptc", ptc(tmp_path, labels))
    assert said(found)["ptc-111 ptc"] == [
        ("Doubt", "cowardly council", ""),
        ("Name_Calling-Labeling", "council of Port", ""),
    ]
    told = dict(reasons(found))
    assert told.keys() == {"train.labels:1", "train.labels:3"}
    assert "the longer one is kept" in told["train.labels:1"]
    assert "stands twice, also at train.labels:2" in told["train.labels:3"]
    held = {each.where: each.held for each in found.refused}["train.labels:1"]
    assert held["label"] == "Doubt"
    assert PAGE[held["start"] : held["end"]] == "council"


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("111\tDoubt\t3\t5000\n", "is no range of the text's"),
        ("111\tDoubt\t9\t3\n", "[9, 3) is no range"),
        ("111\tDoubt\t3\t3\n", "[3, 3) is no range"),
        ("111\tDoubt\t-3\t3\n", "is no whole number"),
        ("111\tDoubt\t3.0\t9\n", "start '3.0' or end '9' is no whole number"),
        ("111\tDoubt\t٣\t9\n", "is no whole number"),
        ("111\tDoubt\t3\n" + "x", "is no whole number"),
        ("111\tDoubt\n", "2 cells"),
        ("111\tDoubt\t3\t9\t12\n", "5 cells"),
        ("999\tDoubt\t3\t9\n", "no article999.txt"),
        (
            "111\tGossip\t3\t9\n",
            "'Gossip' is not in the scheme ptc; there are: Appeal_to_Authority",
        ),
        ("111\t?\t3\t9\n", "'?' is not in the scheme"),
        ("111\t\udcff\t3\t9\n", "is not in the scheme"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_with_its_line_and_the_rest_is_read(
    tmp_path: Path, bad: str, told: str
) -> None:
    labels = row("111", "Doubt", "cowardly") + bad.rstrip("x")
    files = {"train.labels": labels.encode("utf-8", "surrogateescape")}
    found = read("ptc", write(ptc(tmp_path, ""), files))
    assert said(found) == {"ptc-111 ptc": [("Doubt", "cowardly", "")]}
    ((where, reason),) = reasons(found)
    assert where == "train.labels:2"
    assert told in reason


def test_an_article_that_is_no_text_is_refused_and_its_rows_are_lost_with_it(
    tmp_path: Path,
) -> None:
    found = read("ptc", ptc(tmp_path, "111\tDoubt\t3\t9\n", b"\xff\xfe\xff"))
    assert found.articles == {}
    assert ("articles/article111.txt", "not UTF-8 text") in reasons(found)


@pytest.mark.parametrize(
    ("missing", "told"),
    [("articles/article111.txt", "no article<ID>.txt"), ("train.labels", r"\*\.labels")],
)
def test_what_is_not_there_is_named(tmp_path: Path, missing: str, told: str) -> None:
    ptc(tmp_path, row("111", "Doubt", "Maar"))
    (tmp_path / missing).unlink()
    with pytest.raises(PressmarkError, match=told):
        read("ptc", tmp_path)


letters = st.text(st.sampled_from("ab é😀\u2028\n\ufeff“"), min_size=1, max_size=60)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=letters.filter(lambda t: t.lstrip("\ufeff").strip()), data=st.data())
def test_spans_that_are_written_in_the_format_come_back_on_the_same_words(
    tmp_path: Path, text: str, data: st.DataObject
) -> None:
    edges = st.integers(0, len(text))
    places = data.draw(st.lists(st.tuples(edges, edges).filter(lambda p: p[0] < p[1]), max_size=4))
    techniques = ["Doubt", "Slogans", "Repetition", NAMED]
    rows = list(zip(techniques, places, strict=False))
    labels = "".join(f"111\t{label}\t{s}\t{e}\n" for label, (s, e) in rows)
    found = read("ptc", ptc(tmp_path, labels, text))
    spans = [span for a in found.annotations.values() for span in a.spans]
    (article,) = found.articles.values()
    read_back = {(s.label, article.text[s.start : s.end]) for s in spans}
    lead = len(text) - len(text.lstrip("\ufeff"))
    meant = {
        (label.replace(",", "-"), text[max(s, lead) : e]) for label, (s, e) in rows if e > lead
    }
    assert read_back == meant
    assert len(found.refused) == sum(e <= lead for _, (_, e) in rows)


def semeval(folder: Path, **labels: str) -> Path:
    files = {f"en/train-labels-{name}": content for name, content in labels.items()}
    for task in "123":
        files[f"en/train-articles-subtask-{task}/article111.txt"] = PAGE
    return write(folder, files)


def test_the_three_subtasks_and_the_spans_become_one_annotation(tmp_path: Path) -> None:
    folder = semeval(
        tmp_path,
        **{
            "subtask-1.txt": "111\topinion\n",
            "subtask-2.txt": f"111\tMorality,{COMMA},Political\n",
            "subtask-3.txt": "111\t1\tDoubt,Name_Calling-Labeling\n111\t3\t\n",
            "subtask-3-spans/article111-labels-subtask-3.txt": row(
                "111", "Loaded_Language", "cowardly"
            ),
        },
    )
    found = read("semeval2023-t3", folder)
    assert found.refused == []
    assert said(found) == {
        "semeval2023-t3-111 semeval2023-t3": [
            ("Loaded_Language", "cowardly", ""),
            ("frames", "", "Morality, Legality_Constitutionality_and_jurisprudence, Political"),
            ("genre", "", "opinion"),
            ("techniques", HEAD, "Doubt, Name_Calling-Labeling"),
            ("techniques", FIRST, "none"),
        ]
    }
    (article,) = found.articles.values()
    assert (article.language, article.licence) == ("en", "registration")


@pytest.mark.parametrize(
    ("name", "bad", "told"),
    [
        ("subtask-1.txt", "111\tpoem\n", "the value of 'genre', 'poem' is not in the scheme"),
        ("subtask-1.txt", "111\n", "1 cells, a row of this file has 2"),
        ("subtask-2.txt", "222\tPolitical\n", "no article222.txt"),
        ("subtask-3.txt", "111\t2\tDoubt\n", "'2' is no line of the article that holds text"),
        ("subtask-3.txt", "111\t99\tDoubt\n", "'99' is no line"),
        ("subtask-3.txt", "111\tone\tDoubt\n", "'one' is no line"),
        ("subtask-3.txt", "222\t1\tDoubt\n", "no article222.txt"),
    ],
)
def test_a_row_of_another_subtask_that_does_not_fit_is_refused(
    tmp_path: Path, name: str, bad: str, told: str
) -> None:
    found = read("semeval2023-t3", semeval(tmp_path, **{name: bad}))
    ((where, reason),) = reasons(found)
    assert where == f"en/train-labels-{name}:1"
    assert told in reason
    assert len(found.articles) == 1


def test_two_texts_of_one_article_are_told(tmp_path: Path) -> None:
    semeval(tmp_path, **{"subtask-1.txt": "111\topinion\n"})
    write(tmp_path, {"en/train-articles-subtask-3/article111.txt": SECOND})
    found = read("semeval2023-t3", tmp_path)
    ((where, reason),) = reasons(found)
    assert where == "en/train-articles-subtask-3/article111.txt"
    assert "another text of article 111" in reason
