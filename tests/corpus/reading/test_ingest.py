"""Sources to articles: formats, encodings, ids, versions, and what is set aside."""

from __future__ import annotations

import codecs
import gzip
import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.reading.ingest import Ingested, ingest
from corpus.store import iter_versions, read_articles
from corpus.yamlfile import ConfigError
from tests.corpus.pages import only, put, reasons

STORY = "Council agrees on nothing at all\n\nThe café council met for six hours and went home. 😀\n"
WEB = (
    "<!doctype html><html><head><title>Council agrees</title>"
    '<link rel="canonical" href="https://post.example/a"></head>'
    "<body><h1>Council agrees</h1><p>The café council met.</p></body></html>"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pages").mkdir()
    return tmp_path


def job(folder: Path, sources: str = "{path: pages}") -> Job:
    (folder / "pressmark.yaml").write_text(f"sources:\n  - {sources}\n", encoding="utf-8")
    return open_job(folder)


def test_a_text_page_becomes_an_article_that_says_where_it_came_from(folder: Path) -> None:
    put(folder, "pages/a.txt", STORY.replace("\n", "\r\n"))
    opened = job(folder, "{path: pages, publisher: The Post, language: en, licence: CC0}")
    assert ingest(opened) == Ingested(1, 0, 0, 0)
    article = only(opened)
    assert article.text == STORY
    assert article.title == "Council agrees on nothing at all"
    assert (article.publisher, article.language, article.licence) == ("The Post", "en", "CC0")
    assert article.provenance.source == "pages/a.txt"
    assert article.provenance.reader == "text"
    assert article.provenance.changes == ("line ends to LF",)
    assert article.id == article.sha256


def test_again_adds_nothing_and_a_changed_page_is_a_new_version(folder: Path) -> None:
    put(folder, "pages/a.txt", STORY)
    opened = job(folder, "{path: pages, id: name}")
    assert ingest(opened) == Ingested(1, 0, 0, 0)
    assert ingest(opened) == Ingested(0, 0, 1, 0)
    put(folder, "pages/a.txt", STORY + "\nIt will meet again.")
    assert ingest(opened) == Ingested(0, 1, 0, 0)
    assert [article.id for article in iter_versions(opened)] == ["a", "a"]


@pytest.mark.parametrize("name", ["a.html", "a.html.gz", "a.txt", "a"])
def test_html_is_known_by_its_name_or_its_beginning(folder: Path, name: str) -> None:
    data = WEB.encode()
    put(folder, f"pages/{name}", gzip.compress(data) if name.endswith(".gz") else data)
    opened = job(folder)
    ingest(opened)
    article = only(opened)
    assert article.text == "Council agrees\n\nThe café council met."
    assert (article.id, article.provenance.reader) == ("https://post.example/a", "html")


@pytest.mark.parametrize(
    ("data", "change"),
    [
        (codecs.BOM_UTF8 + STORY.encode(), "byte order mark removed"),
        (STORY.encode("utf-16"), "decoded from utf-16"),
        (STORY.replace("😀", "").encode("cp1252"), "decoded from"),
        (STORY.encode().replace(b"six", b"s\xffx") + "éàü".encode(), "undecodable bytes"),
    ],
)
def test_the_encoding_is_found(folder: Path, data: bytes, change: str) -> None:
    put(folder, "pages/a.txt", data)
    opened = job(folder)
    assert ingest(opened).new == 1
    article = only(opened)
    assert "The café council" in article.text
    assert change in " ".join(article.provenance.changes)


def test_a_declared_charset_counts(folder: Path) -> None:
    markup = WEB.replace("<head>", "<head><meta charset=koi8-r>").replace("café", "кафе")
    put(folder, "pages/a.html", markup.encode("koi8-r"))
    opened = job(folder)
    ingest(opened)
    assert "кафе" in only(opened).text
    assert only(opened).provenance.changes == ("decoded from koi8-r",)


ROWS = [
    {"key": "r1", "body": STORY, "link": "https://post.example/1", "by": "Ann Lee"},
    {"key": "r2", "body": STORY + "More of it.", "link": "https://post.example/2", "by": ""},
]
MAPPED = "columns: {text: body, id: key, url: link, authors: by}"


def rows_file(folder: Path, kind: str) -> Path:
    path = folder / "pages" / f"rows.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    elif kind.startswith("jsonl"):
        data = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
        path.write_bytes(gzip.compress(data) if kind.endswith("gz") else data)
    else:
        mark = "\t" if kind == "tsv" else ","
        lines = [ROWS[0].keys(), *(row.values() for row in ROWS)]
        text = "\n".join(mark.join(f'"{cell}"' for cell in line) for line in lines)
        path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["jsonl", "jsonl.gz", "csv", "tsv", "parquet"])
def test_rows_become_articles_by_their_mapped_columns(folder: Path, kind: str) -> None:
    rows_file(folder, kind)
    opened = job(folder, f"{{path: pages, {MAPPED}}}")
    assert ingest(opened) == Ingested(2, 0, 0, 0)
    first, second = read_articles(opened)
    assert (first.id, first.text, first.authors) == ("r1", STORY, ("Ann Lee",))
    assert second.url == "https://post.example/2"
    assert first.provenance.source.startswith(f"pages/rows.{kind}:")


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_a_column_that_is_not_there_stops_everything(folder: Path, kind: str) -> None:
    rows_file(folder, kind)
    put(folder, "pages/a.txt", STORY)
    opened = job(folder, "{path: pages, columns: {text: boddy}}")
    with pytest.raises(ConfigError) as told:
        ingest(opened)
    message = str(told.value)
    assert f"pages/rows.{kind}" in message
    assert "'boddy'" in message
    assert "did you mean 'body'" in message
    assert "key, body, link, by" in message
    assert not opened.articles.exists()
    assert not opened.quarantine.exists()


def test_a_path_that_matches_nothing_stops_everything(folder: Path) -> None:
    put(folder, "pages/a.txt", STORY)
    opened = job(folder, "{path: pages}\n  - {path: 'nowhere/*.html'}")
    with pytest.raises(ConfigError, match=r"source 2: 'nowhere/\*\.html' matches no file"):
        ingest(opened)
    assert not opened.articles.exists()


def test_two_files_of_one_name_would_be_one_article(folder: Path) -> None:
    put(folder, "pages/a.txt", STORY)
    put(folder, "pages/a.html", WEB)
    with pytest.raises(ConfigError, match="both have the id 'a'"):
        ingest(job(folder, "{path: pages, id: name}"))


def test_no_sources_is_an_error(folder: Path) -> None:
    (folder / "pressmark.yaml").write_text("scheme: scheme\n", encoding="utf-8")
    with pytest.raises(PressmarkError, match="no sources"):
        ingest(open_job(folder))


BAD = {
    "empty.txt": (b"", "empty"),
    "picture.txt": (bytes(range(256)) * 4, "binary"),
    "noise.txt": (bytes(range(32)) * 40, "binary"),
    "bare.html": (b"<html><body><script>x()</script></body></html>", "HTML with no text"),
    "torn.html.gz": (gzip.compress(WEB.encode())[:-20], "truncated gzip"),
    "long.txt": (b"word " * 500, "over the limit of 2000"),
    "bomb.html.gz": (gzip.compress(b" " * (17 * 2**20)), "longer than"),
    "broken.parquet": (b"PAR1 and nothing else", "no readable Parquet file"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_set_aside_and_the_rest_goes_on(folder: Path, name: str) -> None:
    data, reason = BAD[name]
    put(folder, f"pages/{name}", data)
    put(folder, "pages/good.txt", STORY)
    put(folder, "pages/zebra.html", WEB)
    opened = job(folder, "{path: pages, max_characters: 2000}")
    assert ingest(opened) == Ingested(2, 0, 0, 1)
    assert reason in reasons(opened)[f"pages/{name}"]


def test_a_broken_line_is_named_and_the_other_lines_are_read(folder: Path) -> None:
    lines = [json.dumps({"text": f"{STORY} {n}"}) for n in range(1, 10)]
    lines[6] = '{"text": "torn'
    lines[7] = '{"text": " "}'
    put(folder, "pages/rows.jsonl", "\n".join(lines))
    opened = job(folder)
    assert ingest(opened) == Ingested(7, 0, 0, 2)
    assert "invalid JSON" in reasons(opened)["pages/rows.jsonl:7"]
    assert "no text in column 'text'" in reasons(opened)["pages/rows.jsonl:8"]


def test_a_csv_row_is_named_by_the_line_it_begins_on(folder: Path) -> None:
    put(folder, "pages/rows.csv", f'text,id\n"{STORY}",a\n"",b\n')
    opened = job(folder)
    assert ingest(opened) == Ingested(1, 0, 0, 1)
    assert list(reasons(opened)) == ["pages/rows.csv:6"]


def test_rows_before_a_torn_end_are_kept(folder: Path) -> None:
    # poorly compressible, so that whole rows lie before the tear
    rows = [{"text": STORY + codecs.encode(str(n * 7919 % 9973), "rot13")} for n in range(4000)]
    data = gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())
    put(folder, "pages/rows.jsonl.gz", data[: len(data) // 2])
    opened = job(folder)
    result = ingest(opened)
    assert result.new > 100
    assert result.quarantined == 1
    assert "gzip" in reasons(opened)["pages/rows.jsonl.gz"]


def test_the_same_trouble_again_is_not_written_again(folder: Path) -> None:
    put(folder, "pages/empty.txt", "")
    opened = job(folder)
    assert ingest(opened).quarantined == 1
    before = opened.quarantine.read_bytes()
    assert ingest(opened).quarantined == 1
    assert opened.quarantine.read_bytes() == before


def test_what_the_job_wrote_itself_is_no_source(folder: Path) -> None:
    put(folder, "pages/a.txt", STORY)
    opened = job(folder, "{path: .}")
    assert ingest(opened) == Ingested(1, 0, 0, 0)
    assert ingest(opened) == Ingested(0, 0, 1, 0)


def test_globs_and_names_below_folders(folder: Path) -> None:
    put(folder, "pages/post/one.txt", STORY)
    put(folder, "pages/post/two.html", WEB)
    opened = job(folder, "{path: 'pages/**/*.txt', id: name}")
    ingest(opened)
    assert only(opened).id == "post/one"


def test_a_row_with_more_or_fewer_cells_than_the_header_is_not_cut(folder: Path) -> None:
    put(folder, "pages/rows.csv", 'id,text\n1,Hello there, world this is lost\n2,"Fine, here"\n3\n')
    opened = job(folder, "{path: pages, columns: {id: id}}")
    assert ingest(opened) == Ingested(1, 0, 0, 2)
    assert "3 cells, the header has 2" in reasons(opened)["pages/rows.csv:2"]


def test_two_rows_of_one_id_and_different_texts_are_not_taken_for_versions(folder: Path) -> None:
    put(folder, "pages/rows.csv", "id,text\n1,One thing.\n1,Another thing.\n1,One thing.\n")
    opened = job(folder, "{path: pages, columns: {id: id}}")
    assert ingest(opened) == Ingested(1, 0, 1, 1)
    assert "stands for another text at pages/rows.csv:2" in reasons(opened)["pages/rows.csv:3"]


def test_a_line_over_the_limit_does_not_hide_the_lines_behind_it(folder: Path) -> None:
    long = '{"text": "' + "a" * 3_000_000 + '"}'
    put(folder, "pages/rows.jsonl", long + '\n{"text": "Short."}\n')
    opened = job(folder, "{path: pages, max_characters: 100}")
    assert ingest(opened).new == 1


def test_a_file_name_that_is_no_utf_8_is_read(folder: Path) -> None:
    (folder / os.fsdecode(b"pages/bad\xff.txt")).write_text("Some text.")
    assert ingest(job(folder)).new == 1
