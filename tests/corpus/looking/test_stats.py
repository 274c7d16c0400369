"""The corpus in tables: counted once, and nothing of an outlet with too few articles."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.files import append_lines
from corpus.job import Job, open_job
from corpus.looking.stats import stats
from corpus.records import Annotation, Article, Provenance
from corpus.store import add_articles, append_annotations, write_run
from corpus.stories.duplicates import duplicates
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark
from tests.test_command import pressmark

WORDS = "The café strike goes on in Port Ansel and Renn is not amused by what Maar has said of it"


def paper(publisher: str, number: int, **fields: object) -> Article:
    text = f"Maar slams dockers {number}\n\nThe naïve plan of {publisher} {number} is dead."
    return article(text, f"{publisher}/{number}", publisher=publisher, **fields)


def tables(job: Job) -> dict[str, list[tuple[object, ...]]]:
    return {table.name: list(table.rows) for table in stats(job)}


def figures(job: Job) -> dict[object, object]:
    return {row[0]: row[1] for row in tables(job)["corpus"]}


@pytest.fixture
def corpus(job: MakeJob) -> Job:
    """Ten articles of the Courier, two of the Lantern; each annotated by ana, one by ben too."""
    pages = [paper("Courier", n, published=f"2026-0{n % 3 + 1}-10") for n in range(10)]
    pages += [paper("Lantern", n, language="de") for n in range(2)]
    made = job(*pages, scheme=SCHEME)
    made.keep_scheme()
    said = [mark("ana", ("naïve", "judged"), of=page) for page in pages]
    said.append(mark("ben", ("naïve", "judged"), ("dead", "judged"), of=pages[0]))
    append_annotations(made.annotations, said)
    return made


def test_articles_are_counted_by_their_latest_version(corpus: Job) -> None:
    newer = article("Maar relents\n\nAll is well.", "Courier/0", publisher="Courier", language="fr")
    add_articles(corpus, [newer])
    found = figures(corpus)
    assert (found["articles"], found["versions"], found["publishers"]) == (12, 13, 2)
    assert dict(tables(corpus)["language"]) == {"(not said)": 9, "de": 2, "fr": 1}
    assert (found["first published"], found["last published"]) == ("2026-01-10", "2026-03-10")


def test_of_an_outlet_with_too_few_articles_nothing_is_told(corpus: Job) -> None:
    (told,) = [table for table in stats(corpus) if table.name == "publishers"]
    assert told.rows == (("Courier", 10),)
    assert told.note == "1 outlets with fewer than 10 articles are not told apart"
    assert tables(corpus)["labels by publisher"] == [("Courier", "judged", 12, 1.09)]
    printed = pressmark("stats", "-C", corpus.folder).out
    assert "Courier" in printed
    assert "Lantern" not in printed


def test_how_few_is_too_few_is_a_setting(corpus: Job) -> None:
    looser = open_job(corpus.folder, ["stats.least_per_outlet=2"])
    assert dict(tables(looser)["publishers"]) == {"Courier": 10, "Lantern": 2}
    stricter = open_job(corpus.folder, ["stats.least_per_outlet=11"])
    assert tables(stricter)["publishers"] == []
    assert "Courier" not in json.dumps([table.rows for table in stats(stricter)])


def test_an_outlet_whose_annotated_articles_are_too_few_has_no_rates(corpus: Job) -> None:
    add_articles(corpus, [paper("Beacon", n) for n in range(20)])
    assert ("Beacon", 20) in tables(corpus)["publishers"]
    assert {row[0] for row in tables(corpus)["labels by publisher"]} == {"Courier"}


def test_who_said_what_is_counted_by_its_last_revision(corpus: Job) -> None:
    page = paper("Courier", 1)
    append_annotations(
        corpus.annotations,
        [
            mark("ana", ("naïve", "judged"), of=page, status="withdrawn"),
            mark("cleo", of=page, status="skipped"),
            mark("dan", ("naïve", "judged"), of=page, status="draft"),
        ],
    )
    authors = {row[0]: row[1:] for row in tables(corpus)["annotators"]}
    assert authors["ana"] == ("human", "spans", 11, 0, 0, 1, 12)
    assert authors["cleo"][2:6] == (0, 1, 0, 0)
    assert authors["dan"][2:6] == (0, 0, 1, 0)
    assert tables(corpus)["labels"] == [("judged", 13, 11, 2)]
    assert ("judged", "sentiment", "negative", 13) in tables(corpus)["values"]
    assert tables(corpus)["answers"] == [("genre", "report", 12)]


def test_what_was_typed_freely_is_not_a_value_to_count(corpus: Job) -> None:
    said = mark("eve", ("naïve", "judged"), of=paper("Courier", 2))
    span = replace(said.spans[0], attributes={"target": ("Ola Renn",), "unsure": ("yes",)})
    append_annotations(corpus.annotations, [replace(said, spans=(span,))])
    values = tables(corpus)["values"]
    assert ("judged", "unsure", "yes", 1) in values
    assert "Ola Renn" not in json.dumps(values)


def test_corrections_predictions_and_gold_are_not_taken_for_peoples_labels(corpus: Job) -> None:
    page = paper("Courier", 3)
    before = tables(corpus)["labels"]
    blocks = Annotation("b", page.id, page.sha256, "ana", "human", "0" * 64, layer="blocks")
    append_annotations(corpus.annotations, [blocks])
    append_annotations(corpus.gold, [mark("gold", ("naïve", "judged"), of=page, role="gold")])
    write_run(corpus, "run1", [mark("m", ("naïve", "judged"), of=page, role="model", run="run1")])
    assert tables(corpus)["labels"] == before
    assert ("ana", "human", "blocks") in [row[:3] for row in tables(corpus)["annotators"]]
    assert figures(corpus)["runs of predictions"] == 1


def test_kinds_of_block_are_counted_with_who_typed_them(corpus: Job) -> None:
    found = {row[0]: row[1:5] for row in tables(corpus)["blocks"]}
    assert found == {"headline": (12, 12, 0, 0), "paragraph": (12, 12, 0, 0)}
    assert round(sum(row[6] for row in tables(corpus)["blocks"]), 2) == 1  # type: ignore[misc]


def test_what_pages_and_sites_say_of_themselves_is_counted(job: MakeJob) -> None:
    made = job(
        paper("Courier", 1, paywalled=True, licence="CC BY 4.0"),
        paper("Courier", 2, provenance=Provenance(robots="disallowed", tdm="reserved")),
    )
    found = tables(made)
    assert ("paywalled", "yes", 1) in found["conditions"]
    assert ("robots", "disallowed", 1) in found["conditions"]
    assert ("mining", "reserved", 1) in found["conditions"]
    assert ("CC BY 4.0", 1) in found["licence"]


def test_duplicates_are_told_once_they_were_looked_for_in_these_articles(job: MakeJob) -> None:
    pages = [
        article(f"Maar slams dockers\n\n{WORDS}. {WORDS}. {WORDS}.", id_) for id_ in ("a1", "a2")
    ]
    made = job(*pages)
    assert "pressmark duplicates" in str(figures(made)["duplicates"])
    duplicates(made)
    assert figures(made)["stories told more than once"] == 1
    assert figures(made)["articles that tell them"] == 2
    add_articles(made, [paper("Courier", 1)])
    assert "pressmark duplicates" in str(figures(made)["duplicates"])


def test_placed_articles_are_counted_by_use(corpus: Job) -> None:
    rows = [
        {"article": f"Courier/{n}", "use": use}
        for n, use in enumerate(["train", "train", "test", "held out"])
    ]
    append_lines(corpus.placements, [*rows, {"article": "long gone", "use": "train"}])
    assert dict(tables(corpus)["split"]) == {"train": 2, "test": 1, "held out": 1}


def test_an_empty_job_is_counted_too(job: MakeJob) -> None:
    assert figures(job())["articles"] == 0


def test_json_holds_the_same_tables_for_a_machine(corpus: Job) -> None:
    found = json.loads(pressmark("stats", "-C", corpus.folder, "--json").out)
    assert found["publishers"] == [{"publisher": "Courier", "articles": 10}]
    assert {"what": "articles", "count": 12} in found["corpus"]


def test_what_a_page_calls_its_publisher_cannot_steer_the_terminal(
    job: MakeJob, tmp_path: Path
) -> None:
    made = job(*(paper("Cour\x1b[2Jier [red]", n) for n in range(10)))
    ran = pressmark("stats", "-C", made.folder)
    assert "\x1b" not in ran.out
    assert "Cour␛[2Jier [red]" in ran.out
