"""SemEval's files: hand-computed cases, the scorer's formula spelt out, faults, and real data."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import PressmarkError
from corpus.imports.ptc import article_files
from corpus.measures import Score
from corpus.scoring.files import FileScores, article_ids, file_table, score_files

Row = tuple[str, str, int, int]


def written(folder: Path, name: str, *rows: str) -> Path:
    file = folder / name
    file.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return file


def scored(folder: Path, gold: str, predicted: str, **options: list[str]) -> FileScores:
    """Score two files whose rows are separated by ';' and their cells by blanks."""
    files = [
        written(folder, name, *("\t".join(row.split()) for row in rows.split(";") if row.strip()))
        for name, rows in (("gold.labels", gold), ("mine.labels", predicted))
    ]
    return score_files(*files, **options)


def figures(found: FileScores, measure: str = "SI", label: str = "") -> tuple[float | None, ...]:
    one = of(found, measure, label)
    return one.precision.value, one.recall.value, one.f1.value


def of(found: FileScores, measure: str, label: str = "") -> Score:
    return next(s for s in found.scores if (s.measure, s.label) == (measure, label))


def by_the_formula(gold: Sequence[Row], predicted: Sequence[Row], labelled: bool) -> list[float]:
    """P, R and F1 of the task's description, over sets of characters merged until none meet."""

    def spans(rows: Sequence[Row]) -> list[tuple[str, str, set[int]]]:
        kept: list[tuple[str, str, set[int]]] = []
        for article, technique, start, end in rows:
            name = technique if labelled else "propaganda"
            new = set(range(start, end))
            for old in [k for k in kept if k[:2] == (article, name) and k[2] & new]:
                kept.remove(old)
                new |= old[2]
            kept.append((article, name, new))
        return kept

    s, t = spans(predicted), spans(gold)
    shares = [(len(a[2] & b[2]), len(a[2]), len(b[2])) for a in s for b in t if a[:2] == b[:2]]
    p = sum(both / mine for both, mine, _ in shares) / len(s) if s else 0.0
    r = sum(both / theirs for both, _, theirs in shares) / len(t) if t else 0.0
    return [p, r, 2 * p * r / (p + r) if p and r else 0.0]


row = st.tuples(
    st.sampled_from("123"),
    st.sampled_from(["Doubt", "Slogans"]),
    st.integers(0, 20),
    st.integers(1, 9),
).map(lambda found: (found[0], found[1], found[2], found[2] + found[3]))
rows = st.lists(row, max_size=8)
#: Every article has gold.
held = [("1", "Doubt", 30, 33), ("2", "Slogans", 30, 32), ("3", "Doubt", 30, 31)]


def as_file(folder: Path, name: str, found: Sequence[Row], labelled: bool = True) -> Path:
    cells = ["\t".join(map(str, each if labelled else (each[0], *each[2:]))) for each in found]
    return written(folder, name, *cells)


def test_si_worked_by_hand(tmp_path: Path) -> None:
    # s = [0, 10) meets t = [5, 25): 5/10 and 5/20; [40, 50) meets nothing; article 2 is not read
    found = scored(tmp_path, "1 5 25; 2 0 4", "1 0 10; 1 40 50")
    assert figures(found) == (0.25, 0.125, pytest.approx(1 / 6))
    assert (found.articles, of(found, "SI").predicted, of(found, "SI").reference) == (2, 2, 2)
    assert "articles without a prediction: 1" in found.notes
    assert {score.measure for score in found.scores} == {"SI"}


def test_flc_worked_by_hand(tmp_path: Path) -> None:
    gold = "1 Doubt 0 10; 1 Slogans 0 10; 2 Doubt 0 4"
    found = scored(tmp_path, gold, "1 Doubt 5 15; 2 Slogans 0 4")
    # Labels ignored gold is [0, 10) and [0, 4): 5/10 and 4/4
    assert figures(found) == (0.75, 0.75, 0.75)
    assert figures(found, "FLC") == (0.25, pytest.approx(1 / 6), pytest.approx(0.2))
    assert figures(found, "FLC", "Doubt") == (0.5, 0.25, pytest.approx(1 / 3))
    assert figures(found, "FLC", "Slogans") == (0, 0, 0)


def test_overlapping_spans_are_merged_and_said_to_be(tmp_path: Path) -> None:
    found = scored(tmp_path, "1 0 6; 1 4 10; 1 4 10", "1 0 5; 1 0 5; 1 5 10")
    # Spans that touch stay apart: two predictions, each right
    assert figures(found) == (1, 1, 1)
    assert (of(found, "SI").predicted, of(found, "SI").reference) == (2, 1)
    merged = "SI: spans merged into one that they overlap: 2 of gold, 1 of the predictions"
    assert merged in found.notes


def test_flc_merges_within_a_technique_alone(tmp_path: Path) -> None:
    found = scored(tmp_path, "1 Doubt 0 6; 1 Doubt 4 10; 1 Slogans 2 8", "1 Doubt 0 10")
    assert figures(found, "FLC", "Doubt") == (1, 1, 1)
    assert of(found, "FLC").reference == 2


def test_no_prediction_scores_nought_and_nothing_at_all_has_no_figure(tmp_path: Path) -> None:
    assert figures(scored(tmp_path, "1 0 6", "")) == (0, 0, 0)
    nothing = scored(tmp_path, "", "")
    assert figures(nothing) == (None, None, None)
    assert nothing.notes[0] == "nothing to score: neither file has a span"


def test_a_technique_that_gold_lacks_is_wrong(tmp_path: Path) -> None:
    found = scored(tmp_path, "1 Doubt 0 6", "1 Doubt 0 6; 1 Sarcasm 0 6")
    assert figures(found, "FLC", "Sarcasm") == (0, 0, 0)
    assert figures(found, "FLC") == (0.5, 1, pytest.approx(2 / 3))


def test_a_file_without_techniques_is_scored_by_si_alone(tmp_path: Path) -> None:
    found = scored(tmp_path, "1 Doubt 0 6", "1 0 6")
    assert [score.measure for score in found.scores] == ["SI"]
    assert "FLC: none, as one of the files names no technique" in found.notes


def test_the_interval_is_over_articles(tmp_path: Path) -> None:
    gold = "; ".join(f"{n} 0 6" for n in range(30))
    half = "; ".join(f"{n} 0 6" for n in range(0, 30, 2))
    recall = of(scored(tmp_path, gold, half), "SI").recall
    assert (recall.value, (recall.low or 0) > 0.3, (recall.high or 1) < 0.7) == (0.5, True, True)
    assert of(scored(tmp_path, "1 0 6", "1 0 6"), "SI").f1.low is None


def test_a_folder_stands_for_its_label_files(tmp_path: Path) -> None:
    folder = tmp_path / "gold"
    folder.mkdir()
    written(folder, "article1.labels", "1\tDoubt\t0\t6")
    written(folder, "article2.labels", "2\tDoubt\t0\t6")
    mine = written(tmp_path, "mine.tsv", "1\tDoubt\t0\t6")
    assert figures(score_files(folder, mine), "FLC") == (1, 0.5, pytest.approx(2 / 3))


def test_a_mark_before_the_text_dos_lines_and_blank_lines_say_nothing(tmp_path: Path) -> None:
    gold = tmp_path / "gold.tsv"
    gold.write_bytes(b"\xef\xbb\xbf1\t0\t6\r\n\r\n2\t0\t6 \r\n")
    assert figures(score_files(gold, gold)) == (1, 1, 1)
    assert score_files(gold, gold).articles == 2


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    rows_ = "1\t0\t6", "1\t6\t6", "1\tx\t7", "1\t-1\t7", "1\t4", "\t1\t2", "1\tDoubt\t1\t2\t3"
    file = written(tmp_path, "mine.tsv", *rows_)
    with pytest.raises(PressmarkError) as told:
        score_files(written(tmp_path, "gold.tsv", "1\t0\t6"), file)
    lines = str(told.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{file}:{n}" for n in range(2, 8)]
    assert lines[0].endswith("start 6 is not before end 6")
    assert "'x'" in lines[1]
    assert "'-1'" in lines[2]
    assert lines[4].endswith("no article id")


def test_many_faults_are_counted(tmp_path: Path) -> None:
    file = written(tmp_path, "mine.tsv", *["nonsense"] * 50)
    with pytest.raises(PressmarkError) as told:
        score_files(file, file)
    assert len(str(told.value).splitlines()) == 21
    assert str(told.value).endswith("and 30 more such lines")


def test_a_file_is_of_one_kind_and_of_text(tmp_path: Path) -> None:
    mixed = written(tmp_path, "mixed.tsv", "1\tDoubt\t0\t6", "1\t0\t6")
    with pytest.raises(PressmarkError, match=r"mixed\.tsv:2: no technique, where other rows"):
        score_files(mixed, mixed)
    other = tmp_path / "latin.tsv"
    other.write_bytes(b"1\tD\xfcbt\t0\t6\n")
    with pytest.raises(PressmarkError, match=r"latin\.tsv:1: not UTF-8"):
        score_files(other, other)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PressmarkError, match=r"gone\.tsv: no such file"):
        score_files(tmp_path / "gone.tsv", tmp_path / "gone.tsv")
    with pytest.raises(PressmarkError, match="no label file"):
        score_files(tmp_path, tmp_path)
    with pytest.raises(PressmarkError, match=r"no article<ID>\.txt"):
        article_ids(tmp_path)


def test_a_span_in_an_article_without_gold_is_refused_until_the_articles_are_named(
    tmp_path: Path,
) -> None:
    told = r"mine\.labels:2: article 7 \(and 1 others\) has no gold span.*--articles"
    with pytest.raises(PressmarkError, match=told):
        scored(tmp_path, "1 0 6", "1 0 6; 7 0 6; 8 0 6; 7 9 12")
    found = scored(tmp_path, "1 0 6", "1 0 6; 7 0 6", articles=["1", "7", "9"])
    assert figures(found) == (0.5, 1, pytest.approx(2 / 3))
    assert found.articles == 3
    with pytest.raises(PressmarkError, match="article 1 is not among the articles"):
        scored(tmp_path, "1 0 6", "7 0 6", articles=["7"])


def test_the_table_names_techniques_as_they_come(tmp_path: Path) -> None:
    table = file_table(scored(tmp_path, "1 Doubt 0 6", "1 Doubt 0 3"))
    assert [row[0] for row in table.rows] == ["SI", "FLC", "Doubt"]
    assert table.rows[0] == ("SI", "1/1", "1.000", ".500", ".667")


@given(gold=rows, predicted=rows, seed=st.integers(0, 99))
def test_files_are_scored_by_the_formula_whatever_their_order(
    tmp_path_factory: pytest.TempPathFactory, gold: list[Row], predicted: list[Row], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("files")
    gold = [*held, *gold]
    draw = random.Random(seed)
    mixed = [draw.sample(side, len(side)) for side in (gold, predicted)]
    found = score_files(as_file(folder, "gold", mixed[0]), as_file(folder, "mine", mixed[1]))
    bare = score_files(
        as_file(folder, "gold", gold, labelled=False),
        as_file(folder, "mine", predicted, labelled=False),
    )
    expected = by_the_formula(gold, predicted, labelled=False)
    assert figures(bare) == pytest.approx(tuple(expected))
    assert figures(found) == pytest.approx(tuple(expected))
    if predicted:
        expected = by_the_formula(gold, predicted, labelled=True)
        assert figures(found, "FLC") == pytest.approx(tuple(expected))
    for score in found.scores:
        if score.label:
            sides = [[r for r in side if r[1] == score.label] for side in (gold, predicted)]
            expected = by_the_formula(*sides, labelled=True)
            assert figures(found, "FLC", score.label) == pytest.approx(tuple(expected))


@given(gold=rows)
def test_the_same_file_twice_scores_one(
    tmp_path_factory: pytest.TempPathFactory, gold: list[Row]
) -> None:
    file = as_file(tmp_path_factory.mktemp("files"), "gold", [*held, *gold])
    for score in score_files(file, file).scores:
        assert score.f1.value == pytest.approx(1)


@given(one=rows, other=rows)
def test_turning_the_files_round_swaps_precision_and_recall(
    tmp_path_factory: pytest.TempPathFactory, one: list[Row], other: list[Row]
) -> None:
    folder = tmp_path_factory.mktemp("files")
    mine, theirs = (as_file(folder, str(n), [*held, *side]) for n, side in enumerate((one, other)))
    there, back = score_files(mine, theirs), score_files(theirs, mine)
    for measure in ("SI", "FLC"):
        precision, recall, f1 = figures(there, measure)
        assert figures(back, measure) == pytest.approx((recall, precision, f1))


def test_on_ptc_gold_scores_one_and_marking_everything_222(tmp_path: Path) -> None:
    data = os.environ.get("PRESSMARK_DATA")
    if not data:
        pytest.skip("PRESSMARK_DATA names no folder of development data")
    folder = Path(data, "ptc-train")
    (gold,) = folder.glob("*.labels")
    same = score_files(gold, gold)
    assert all(score.f1.value == pytest.approx(1) for score in same.scores)
    assert (of(same, "SI").reference, of(same, "FLC").reference) == (5397, 6126)
    texts = {id_: file.read_text(encoding="utf-8") for id_, file in article_files(folder)}
    whole = written(tmp_path, "all.tsv", *(f"{id_}\t0\t{len(text)}" for id_, text in texts.items()))
    found = score_files(gold, whole, article_ids(folder))
    assert [round(value or 0, 3) for value in figures(found)] == [0.125, 1, 0.222]
    assert found.articles == 371
