"""Languages: what the page says, what its body is in, and nothing on little text."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.reading.ingest import ingest
from tests.corpus.pages import PARAGRAPHS, job_of, only, put, web

ENGLISH = "\n\n".join(PARAGRAPHS)
GERMAN = (
    "Der Rat von Port Ansel hat am Dienstag sechs Stunden lang getagt und ging dann heim.\n\n"
    "Über den Hafen, die Fähren und den Preis der Liegeplätze wurde nichts entschieden.\n\n"
    "Die Bürgermeisterin Ada Renn erwartet eine Abstimmung noch vor dem Frühjahr.\n\n"
)


@pytest.mark.parametrize(("text", "expected"), [(ENGLISH, "en"), (GERMAN, "de")])
def test_the_language_of_a_body_is_identified_and_that_is_recorded(
    tmp_path: Path, text: str, expected: str
) -> None:
    put(tmp_path, "pages/a.txt", f"A headline\n\n{text}")
    job = job_of(tmp_path)
    ingest(job)
    assert only(job).language == expected
    assert only(job).provenance.changes == (f"language identified: {expected}",)


def test_little_text_has_no_language(tmp_path: Path) -> None:
    put(tmp_path, "pages/a.txt", "Renn, Maar, Quill.\n\nPort Ansel. Ada Renn. Tom Quill.")
    job = job_of(tmp_path)
    ingest(job)
    assert (only(job).language, only(job).provenance.changes) == ("", ())


def test_the_source_says_it_where_the_page_does_not(tmp_path: Path) -> None:
    put(tmp_path, "pages/a.txt", f"A headline\n\n{ENGLISH}")
    job = job_of(tmp_path, {"path": "pages", "language": "en-GB"})
    ingest(job)
    assert only(job).language == "en-GB"


@pytest.mark.parametrize("claimed", ["en", "en-GB"])
def test_a_page_that_says_its_language_rightly_is_believed(tmp_path: Path, claimed: str) -> None:
    put(tmp_path, "pages/a.html", web(lang=claimed))
    job = job_of(tmp_path)
    ingest(job)
    assert only(job).language == claimed


def test_a_template_that_says_another_language_is_overruled_on_much_text(tmp_path: Path) -> None:
    body = "".join(f"<p>{part}</p>" for part in (GERMAN * 4).split("\n\n") if part)
    page = (
        f"<html lang=en><head><title>Rat</title></head><body><h1>Der Rat</h1>{body}</body></html>"
    )
    put(tmp_path, "pages/a.html", page)
    job = job_of(tmp_path)
    ingest(job)
    assert only(job).language == "de"
    assert "language identified: de (the page says en)" in only(job).provenance.changes
