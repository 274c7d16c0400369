"""Pages that would bring a reader down: each is told, the page beside it is read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from corpus.reading.ingest import ingest
from corpus.store import read_articles
from tests.corpus.pages import PARAGRAPHS, job_of, only, put, reasons, web

DEPTH = 100_000


@pytest.mark.parametrize("tag", ["div", "span", "b", "table", "ul"])
def test_html_nested_a_hundred_thousand_deep_is_read(tmp_path: Path, tag: str) -> None:
    deep = f"<{tag}>" * DEPTH + "The text at the bottom." + f"</{tag}>" * DEPTH
    put(tmp_path, "pages/deep.html", f"<html><body><h1>A headline</h1>{deep}</body></html>")
    job = job_of(tmp_path)
    assert ingest(job).new == 1
    assert "The text at the bottom." in only(job).text


@pytest.mark.parametrize("name", ["long.html", "long.txt", "long.html.gz"])
def test_a_page_of_one_line_of_50_mb_is_told_by_its_limit(tmp_path: Path, name: str) -> None:
    line = b"word " * 10_000_000
    data = b"<html><body><p>" + line if "html" in name else line
    put(tmp_path, f"pages/{name}", gzip.compress(data, 1) if name.endswith(".gz") else data)
    put(tmp_path, "pages/z.html", web())
    job = job_of(tmp_path)
    result = ingest(job)
    assert (result.new, result.quarantined) == (1, 1)
    assert "longer than 20777216 bytes" in reasons(job)[f"pages/{name}"]


def test_a_line_under_the_byte_limit_and_over_that_of_characters_is_told(tmp_path: Path) -> None:
    put(tmp_path, "pages/long.txt", "word " * 2_000_000)
    job = job_of(tmp_path)
    assert ingest(job).reasons == {"N characters of text, over the limit of N": 1}


def test_pages_of_mixed_encodings_are_read_each_in_its_own(tmp_path: Path) -> None:
    text = "Café in Port Ansel\n\n" + "\n\n".join(PARAGRAPHS)
    for name in ("utf-8", "utf-16", "utf-8-sig", "utf-32"):
        put(tmp_path, f"pages/{name}.txt", f"{text} ({name})".encode(name))
    head = "<meta charset=koi8-r>"
    put(tmp_path, "pages/r.html", web("Кафе", head=head).encode("koi8-r", "xmlcharrefreplace"))
    job = job_of(tmp_path)
    assert ingest(job).new == 5
    titles = {article.title for article in read_articles(job)}
    assert titles == {"Café in Port Ansel", "Кафе"}


def test_two_encodings_in_one_page_are_mended_and_that_is_recorded(tmp_path: Path) -> None:
    parts = ["Café und Fähre über den Fluß", *PARAGRAPHS]
    data = "\n\n".join(parts).encode() + "\n\nThe café again.".encode("cp1252")
    put(tmp_path, "pages/mixed.txt", data)
    job = job_of(tmp_path)
    assert ingest(job).new == 1
    assert "Café und Fähre über den Fluß" in only(job).text
    assert "undecodable bytes replaced: 1" in only(job).provenance.changes


def test_a_page_that_begins_with_a_hundred_comments_is_read(tmp_path: Path) -> None:
    put(tmp_path, "pages/a.txt", "<!---->" * 100 + "no page, but a note of the harbour master")
    put(tmp_path, "pages/b.txt", "<!-- a -->\n" * 100 + "<!doctype html><p>A page of the port.")
    job = job_of(tmp_path)
    assert ingest(job).new == 2
    assert {a.provenance.reader for a in read_articles(job)} == {"text", "html"}


def test_a_number_of_five_thousand_digits_costs_only_its_row(tmp_path: Path) -> None:
    rows = ['{"text": "The ferry stops.", "n": ' + "1" * 5000 + "}", '{"text": "It sails again."}']
    put(tmp_path, "pages/rows.jsonl", "\n".join(rows))
    put(tmp_path, "pages/row.json", rows[0])
    job = job_of(tmp_path)
    assert (ingest(job).new, ingest(job).quarantined) == (1, 2)
    assert "more digits" in reasons(job)["pages/rows.jsonl:1"]


def test_a_gzip_bomb_does_not_go_off(tmp_path: Path) -> None:
    put(tmp_path, "pages/bomb.html.gz", gzip.compress(b" " * 60_000_000, 9))
    put(tmp_path, "pages/bomb.jsonl.gz", gzip.compress(b" " * 60_000_000, 9))
    put(tmp_path, "pages/z.html", web())
    job = job_of(tmp_path)
    result = ingest(job)
    assert (result.new, result.quarantined) == (1, 2)
    assert list(reasons(job)) == ["pages/bomb.html.gz", "pages/bomb.jsonl.gz:1"]


def test_the_command_says_what_was_left_out_and_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import pressmark

    put(tmp_path, "pages/a.html", web())
    put(tmp_path, "pages/b.html", "")
    put(tmp_path, "pages/c.html", " ")
    put(tmp_path, "pages/d.html.gz", gzip.compress(web().encode())[:-20])
    job_of(tmp_path)
    monkeypatch.setattr("sys.argv", ["pressmark", "ingest", "-C", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        pressmark.main()
    assert ended.value.code == 1
    out = capsys.readouterr().out
    assert "1 new articles, 0 new versions, 0 known\nleft out: 3\n" in out
    assert "      2  empty\n      1  truncated gzip\n" in out
