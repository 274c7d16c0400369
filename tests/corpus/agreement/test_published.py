"""`agree` on published corpora: raw labels give the alpha of the krippendorff package."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
import yaml

from corpus.agreement.agree import ELSEWHERE, Agreed, agree
from corpus.imports.run import import_corpus
from corpus.job import Job, open_job
from tests.corpus.agreement.rounds import job_of, says
from tests.corpus.imports.made import workbook
from tests.speech import article
from tests.test_command import pressmark

WORDS = "harbour toll ferry budget strike council river school market bridge".split()

HEAD = "text news_link outlet label_bias label_opinion biased_words annotator_id".split()


def empty(folder: Path, scheme: str = "scheme") -> Job:
    folder.mkdir()
    content = {"scheme": scheme, "agreement": {"samples": 50}}
    (folder / "pressmark.yaml").write_text(yaml.safe_dump(content))
    return open_job(folder)


def votes(units: int, people: int, seed: int, values: int = 2) -> list[list[int | None]]:
    """Made-up votes, people x units, some of them missing, which agree better than chance."""
    rng = random.Random(seed)
    truth = [rng.randrange(values) for _ in range(units)]

    def vote(right: int) -> int | None:
        if rng.random() < 0.2:
            return None
        return right if rng.random() < 0.7 else rng.randrange(values)

    return [[vote(right) for right in truth] for _ in range(people)]


def package(said: list[list[int | None]]) -> float:
    krippendorff = pytest.importorskip("krippendorff")
    rows = [[float("nan") if v is None else float(v) for v in row] for row in said]
    return float(krippendorff.alpha(reliability_data=rows, level_of_measurement="nominal"))


def sentence(unit: int) -> str:
    return f"The {WORDS[unit % 10]} of {WORDS[unit // 10 % 10]} number {unit} was a shabby affair."


def alpha(agreed: Agreed, question: str) -> float | None:
    assert agreed.found.measured
    (found,) = [q for q in agreed.found.measured.questions if q.name == question]
    return found.alpha.value


def test_babes_raw_labels_give_the_alpha_of_their_matrix(tmp_path: Path) -> None:
    bias, opinion = votes(60, 7, seed=1), votes(60, 7, seed=2, values=3)
    rows: list[list[object]] = [[*HEAD]]
    kinds = (
        "Entirely factual",
        "Somewhat factual but also opinionated",
        "Expresses writer’s opinion",
    )
    for person in range(7):
        for unit in range(60):
            said, felt = bias[person][unit], opinion[person][unit]
            if said is None or felt is None:
                bias[person][unit] = opinion[person][unit] = None
                continue
            told = "Biased" if said else "Non-biased"
            rows.append(
                [sentence(unit), "", "Calder Courier", told, kinds[felt], "['shabby']", person]
            )
    raw = tmp_path / "raw"
    raw.mkdir()
    workbook(raw / "raw_labels_SG1.xlsx", rows)
    job = empty(tmp_path / "job")
    import_corpus(job, "babe", raw)
    agreed = agree(job)
    assert alpha(agreed, "bias") == pytest.approx(package(bias), abs=1e-12)
    assert alpha(agreed, "opinion") == pytest.approx(package(opinion), abs=1e-12)
    assert agreed.found.independence == ELSEWHERE
    assert agreed.found.scheme.name == "babe"
    assert agreed.found.measured is not None
    assert len(agreed.found.measured.annotators) == 7


def test_titles_of_three_annotators_give_the_alpha_of_their_columns(tmp_path: Path) -> None:
    said = votes(40, 3, seed=3)
    raw = tmp_path / "titles.csv"
    with raw.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        names = [f"annotator {n + 1}" for n in range(3)]
        out.writerow(["year", "month", "media", "title", *names, "label"])
        for unit in range(40):
            cells = ["" if row[unit] is None else row[unit] for row in said]
            out.writerow([2026, 3, "Calder Courier", sentence(unit), *cells, 0])
    job = empty(tmp_path / "job", "corpora/hyperpartisan-titles")
    import_corpus(job, "hyperpartisan-titles", raw)
    agreed = agree(job)
    assert alpha(agreed, "hyperpartisan") == pytest.approx(package(said), abs=1e-12)
    ran = pressmark("agree", "-C", job.folder)
    assert ran.code == 0
    assert "hyperpartisan" in ran.out
    assert "spans, corrected" not in ran.out


def test_a_corpus_of_what_was_agreed_on_has_one_annotator(tmp_path: Path) -> None:
    raw = tmp_path / "ptc"
    raw.mkdir()
    (raw / "article1.txt").write_text("Maar rages\n\nThe silly plan.\n", encoding="utf-8")
    (raw / "article1.labels").write_text("1\tDoubt\t16\t21\n", encoding="utf-8")
    job = empty(tmp_path / "job")
    import_corpus(job, "ptc", raw)
    ran = pressmark("agree", "-C", job.folder)
    assert ran.code == 0
    assert "agreement: – (one annotator" in ran.out


def test_a_crowd_s_alpha_does_not_ask_who_voted(tmp_path: Path) -> None:
    said = votes(30, 25, seed=4)
    pages = [article(f"Maar speaks\n\n{sentence(unit)}", f"p{unit}") for unit in range(30)]
    given = [
        says(f"w{person}", page, genre=("report", "opinion")[vote])
        for person, row in enumerate(said)
        for page, vote in zip(pages, row, strict=True)
        if vote is not None
    ]
    found = agree(job_of(tmp_path, pages, given)).found.measured
    assert found
    (genre,) = found.questions
    assert genre.alpha.value == pytest.approx(package(said), abs=1e-12)
    assert (genre.kappa.value, genre.pairs) == (None, ())
    assert len(found.annotators) == 25
