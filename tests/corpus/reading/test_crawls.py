"""JSON of news-please and fundus: told by its keys, typed by its structure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpus.reading.ingest import ingest
from corpus.store import read_articles
from tests.corpus.pages import PARAGRAPHS, job_of, kinds, only, put, reasons, web

NEWS_PLEASE: dict[str, Any] = {
    "authors": ["Ann Lee", "Tom Roe"],
    "date_download": "2026-10-05 09:00:00",
    "date_modify": "None",
    "date_publish": "2026-10-04 08:00:00",
    "description": "Six hours, no vote.",
    "filename": "https%3A%2F%2Fcourier.example%2F1.json",
    "image_url": None,
    "language": "en",
    "localpath": None,
    "maintext": "\n".join(PARAGRAPHS),
    "source_domain": "courier.example",
    "title": "Council agrees on nothing",
    "title_page": None,
    "title_rss": None,
    "url": "https://courier.example/1",
}
FUNDUS: dict[str, Any] = {
    "title": "Council agrees on nothing",
    "authors": ["Ann Lee"],
    "publishing_date": "2026-10-04 08:00:00+02:00",
    "publisher": "The Calder Courier",
    "topics": ["harbour"],
    "free_access": False,
    "body": {
        "summary": ["Six hours, no vote."],
        "sections": [
            {"headline": [], "paragraphs": [PARAGRAPHS[0], PARAGRAPHS[1]]},
            {"headline": ["What the dockers want"], "paragraphs": [PARAGRAPHS[3]]},
        ],
    },
}


def test_news_please_is_known_by_its_keys(tmp_path: Path) -> None:
    put(tmp_path, "pages/crawl.jsonl", json.dumps(NEWS_PLEASE) + "\n")
    job = job_of(tmp_path)
    assert ingest(job).new == 1
    article = only(job)
    assert (article.id, article.publisher) == ("https://courier.example/1", "courier.example")
    assert (article.authors, article.published) == (("Ann Lee", "Tom Roe"), "2026-10-04 08:00:00")
    assert kinds(article)[:2] == [
        ("headline", "Council agrees on nothing"),
        ("paragraph", PARAGRAPHS[0]),
    ]
    assert article.provenance.fetched == "2026-10-05 09:00:00"
    assert article.provenance.reader == "news-please"


@pytest.mark.parametrize("indent", [None, 4])
def test_news_please_writes_a_file_for_each_article(tmp_path: Path, indent: int | None) -> None:
    put(tmp_path, "pages/1.json", json.dumps(NEWS_PLEASE, indent=indent))
    job = job_of(tmp_path)
    ingest(job)
    assert only(job).title == "Council agrees on nothing"


def test_fundus_bodies_are_typed_by_their_structure(tmp_path: Path) -> None:
    put(tmp_path, "pages/crawl.jsonl", json.dumps(FUNDUS) + "\n")
    job = job_of(tmp_path)
    ingest(job)
    article = only(job)
    assert kinds(article) == [
        ("headline", "Council agrees on nothing"),
        ("deck", "Six hours, no vote."),
        ("paragraph", PARAGRAPHS[0]),
        ("paragraph", PARAGRAPHS[1]),
        ("subheading", "What the dockers want"),
        ("paragraph", PARAGRAPHS[3]),
    ]
    assert (article.publisher, article.authors) == ("The Calder Courier", ("Ann Lee",))
    assert article.paywalled is True
    assert article.language == "en"


def test_a_crawl_that_fundus_saved_is_a_document_by_publisher(tmp_path: Path) -> None:
    row = {key: value for key, value in FUNDUS.items() if key != "publisher"}
    document = {"The Calder Courier": [row, {**row, "title": "Another"}], "The Maar Post": [row]}
    put(tmp_path, "pages/crawl.json", json.dumps(document, indent=4))
    job = job_of(tmp_path)
    assert ingest(job).new == 2  # the same text twice: no address tells the two apart
    assert {article.publisher for article in read_articles(job)} == {"The Calder Courier"}


@pytest.mark.parametrize("html", [web(), {"content": web(), "crawl_date": "2026-10-05 09:00:00"}])
def test_the_html_that_a_crawl_kept_is_read(tmp_path: Path, html: object) -> None:
    put(tmp_path, "pages/crawl.jsonl", json.dumps({**FUNDUS, "html": html}) + "\n")
    job = job_of(tmp_path)
    ingest(job)
    article = only(job)
    assert PARAGRAPHS[2] in article.text  # which its body has not
    assert article.provenance.reader == "html from fundus"


def test_a_format_can_be_forced(tmp_path: Path) -> None:
    row = {"title": "Council agrees", "plaintext": "\n\n".join(PARAGRAPHS)}
    put(tmp_path, "pages/crawl.jsonl", json.dumps(row) + "\n")
    job = job_of(tmp_path, {"path": "pages", "format": "fundus"})
    ingest(job)
    assert kinds(only(job))[0] == ("headline", "Council agrees")


def test_mapped_columns_win_over_what_the_keys_look_like(tmp_path: Path) -> None:
    put(tmp_path, "pages/crawl.jsonl", json.dumps({**NEWS_PLEASE, "mine": "My own text."}) + "\n")
    job = job_of(tmp_path, {"path": "pages", "columns": {"text": "mine"}})
    ingest(job)
    assert only(job).text == "My own text."


@pytest.mark.parametrize(
    "row",
    [
        {**NEWS_PLEASE, "maintext": None},
        {**FUNDUS, "body": {"summary": [], "sections": []}},
        {**FUNDUS, "body": {"summary": "", "sections": [None, {"paragraphs": {"a": 1}}]}},
    ],
)
def test_a_row_without_text_is_set_aside_and_the_rest_is_read(
    tmp_path: Path, row: dict[str, Any]
) -> None:
    lines = [json.dumps(row), "[1, 2", json.dumps([1]), json.dumps(NEWS_PLEASE)]
    put(tmp_path, "pages/crawl.jsonl", "\n".join(lines))
    job = job_of(tmp_path)
    result = ingest(job)
    assert (result.new, result.quarantined) == (1, 3)
    assert list(reasons(job)) == [f"pages/crawl.jsonl:{n}" for n in (1, 2, 3)]
