"""WARC files: pages among other records, codings, and damage of every sort."""

from __future__ import annotations

import gzip
import re
import tempfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.reading.ingest import ingest
from corpus.store import read_articles
from tests.corpus.pages import job_of, only, put, reasons, record, response, web

URL = "https://courier.example/"
PAGES = [response(f"{URL}{n}", web(f"Story number {n} of the day").encode()) for n in range(5)]


def urls(job: object) -> list[str]:
    return [article.url for article in read_articles(job)]  # type: ignore[arg-type]


@pytest.mark.parametrize("packed", [False, True])
def test_a_page_of_a_warc_says_where_and_when_it_was_fetched(tmp_path: Path, packed: bool) -> None:
    info = record("warcinfo", b"software: a crawler\r\n", type_="application/warc-fields")
    asked = record("request", b"GET / HTTP/1.1\r\n\r\n", URL, "application/http; msgtype=request")
    parts = [info, asked, PAGES[0]]
    name = "crawl.warc.gz" if packed else "crawl.warc"
    put(tmp_path, f"pages/{name}", b"".join(map(gzip.compress, parts) if packed else parts))
    job = job_of(tmp_path)
    assert ingest(job).new == 1
    article = only(job)
    assert (article.id, article.url) == (f"{URL}0", f"{URL}0")
    assert article.title == "Story number 0 of the day"
    assert article.provenance.fetched == "2026-10-05T09:00:00Z"
    assert article.provenance.source.startswith(f"pages/{name}:")


def test_only_pages_are_read_and_the_rest_is_counted(tmp_path: Path) -> None:
    others = [
        response(f"{URL}logo", b"\x89PNG", "Content-Type: image/png"),
        response(f"{URL}gone", b"<html>gone</html>", status="404 Not Found"),
        response(f"{URL}moved", b"", "Location: /x", "301 Moved"),
    ]
    put(tmp_path, "pages/crawl.warc", b"".join([*others, PAGES[1]]))
    job = job_of(tmp_path)
    result = ingest(job)
    assert (result.new, result.quarantined) == (1, 0)
    assert result.passed == {"not HTML": 1, "HTTP status 404": 1, "HTTP status 301": 1}


def test_the_charset_of_the_header_counts_unless_the_page_is_utf_8(tmp_path: Path) -> None:
    latin = response(
        f"{URL}1",
        web("Кафе").encode("koi8-r", "xmlcharrefreplace"),
        "Content-Type: text/html; charset=koi8-r",
    )
    wrong = response(f"{URL}2", web("Café").encode(), "Content-Type: text/html; charset=iso-8859-1")
    meta = web("Naïve café", head="<meta charset=windows-1252>").encode("cp1252")
    none = response(f"{URL}3", meta, "Content-Type: text/html")
    put(tmp_path, "pages/crawl.warc", latin + wrong + none)
    job = job_of(tmp_path)
    ingest(job)
    assert [article.title for article in read_articles(job)] == ["Кафе", "Café", "Naïve café"]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "chunked", "gzip, but undone"])
def test_codings_are_undone(tmp_path: Path, coding: str) -> None:
    page = web().encode()
    body = {
        "gzip": gzip.compress(page),
        "deflate": zlib.compress(page),
        "chunked": b"%x\r\n%s\r\n0\r\n\r\n" % (len(page), page),
    }.get(coding, page)
    name = "Transfer-Encoding" if coding == "chunked" else "Content-Encoding"
    said = f"Content-Type: text/html\n{name}: {coding.partition(',')[0]}"
    put(tmp_path, "pages/crawl.warc", response(f"{URL}1", body, said))
    job = job_of(tmp_path)
    ingest(job)
    assert only(job).title == "Council agrees on nothing"


@pytest.mark.parametrize(
    ("headers", "head", "expected"),
    [
        ("tdm-reservation: 1", "", "reserved"),
        ("tdm-reservation: 0", "", "open"),
        ("X-Other: 1", "", ""),
        ("X-Other: 1", '<meta name="tdm-reservation" content="1">', "reserved"),
        ("tdm-reservation: 1", "<meta content=0 name=tdm-reservation>", "open"),
    ],
)
def test_a_reservation_of_mining_is_recorded_the_page_before_the_header(
    tmp_path: Path, headers: str, head: str, expected: str
) -> None:
    data = response(f"{URL}1", web(head=head).encode(), f"Content-Type: text/html\n{headers}")
    put(tmp_path, "pages/crawl.warc", data)
    job = job_of(tmp_path)
    ingest(job)
    assert only(job).provenance.tdm == expected
    assert only(job).provenance.robots == ""


@pytest.mark.parametrize("packed", [False, True])
def test_a_warc_cut_in_the_middle_gives_the_pages_before_the_cut(
    tmp_path: Path, packed: bool
) -> None:
    data = b"".join(map(gzip.compress, PAGES) if packed else PAGES)
    put(tmp_path, "pages/a.warc.gz" if packed else "pages/a.warc", data[:-100])
    put(tmp_path, "pages/b.html", web("Another story entirely"))
    job = job_of(tmp_path)
    result = ingest(job)
    assert (result.new, result.quarantined) == (5, 1)
    assert urls(job) == [*(f"{URL}{n}" for n in range(4)), ""]
    (reason,) = result.reasons
    assert "cut short" in reason or "no HTTP response" in reason


DAMAGE = {
    "no version line": lambda data: data.replace(b"WARC/1.0", b"WURC/1.0"),
    "a length that is none": lambda data: data.replace(b"Content-Length: ", b"Content-Length: x"),
    "a length too short": lambda data: re.sub(rb"(Content-Length: )\d", rb"\1", data),
    "rubbish": lambda data: b"\0rubbish" * 1000,
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("damage", DAMAGE)
def test_the_records_behind_a_broken_one_are_read(
    tmp_path: Path, damage: str, packed: bool
) -> None:
    parts = [*PAGES]
    parts[2] = DAMAGE[damage](parts[2])
    put(tmp_path, "pages/a.warc", b"".join(map(gzip.compress, parts) if packed else parts))
    job = job_of(tmp_path)
    result = ingest(job)
    assert urls(job) == [f"{URL}{n}" for n in (0, 1, 3, 4)]
    assert result.quarantined >= 1
    assert all(where.startswith("pages/a.warc:") for where in reasons(job))


def test_a_member_whose_gzip_is_damaged_costs_only_itself(tmp_path: Path) -> None:
    parts = [gzip.compress(part) for part in PAGES]
    parts[1] = parts[1][:60] + bytes(200) + parts[1][260:]
    parts[3] = parts[3][:90]
    put(tmp_path, "pages/a.warc.gz", b"".join(parts))
    job = job_of(tmp_path)
    result = ingest(job)
    assert urls(job) == [f"{URL}{n}" for n in (0, 2, 4)]
    assert result.quarantined == 2


@pytest.mark.parametrize("data", [b"", b"hello, I am no WARC\n" * 300])
def test_a_file_that_is_no_warc_is_told(tmp_path: Path, data: bytes) -> None:
    put(tmp_path, "pages/a.warc", data)
    job = job_of(tmp_path)
    assert ingest(job).quarantined == 1


def test_a_file_of_nothing_but_beginnings_is_given_up(tmp_path: Path) -> None:
    put(tmp_path, "pages/a.warc", PAGES[0] + b"WARC/1.0\n" * 50_000)
    job = job_of(tmp_path)
    result = ingest(job)
    assert result.new == 1
    assert 1 <= result.quarantined <= 1001


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_damage_anywhere_costs_no_more_than_the_records_it_hits(data: st.DataObject) -> None:
    packed = data.draw(st.booleans())
    parts = [gzip.compress(page, mtime=0) if packed else page for page in PAGES]
    hit = data.draw(st.integers(0, 4))
    start = data.draw(st.integers(0, len(parts[hit]) - 1))
    rubbish = data.draw(st.binary(min_size=1, max_size=40))
    parts[hit] = parts[hit][:start] + rubbish + parts[hit][start + len(rubbish) :]
    with tempfile.TemporaryDirectory() as folder:
        put(Path(folder), "pages/a.warc", b"".join(parts))
        job = job_of(Path(folder))
        ingest(job)
        found = set(urls(job))
    # a record that says it is longer than it is takes the one behind it along
    assert {f"{URL}{n}" for n in range(5) if n not in (hit, hit + 1)} <= found


@pytest.mark.parametrize("charset", ["utf\0", "punycode", "unicode_escape", "rot13", "x" * 9000])
def test_a_charset_that_no_browser_knows_is_not_believed(tmp_path: Path, charset: str) -> None:
    page = web("Le café \\u0041 ferme").encode("windows-1252")
    headers = f"Content-Type: text/html; charset={charset}"
    put(tmp_path, "pages/a.warc", response("https://courier.example/1", page, headers))
    job = job_of(tmp_path)
    assert ingest(job).new == 1
    assert only(job).title == "Le café \\u0041 ferme"


def test_a_gzip_bomb_within_a_warc_does_not_go_off(tmp_path: Path) -> None:
    bomb = gzip.compress(b" " * (60 * 2**20))
    coded = response(f"{URL}b", bomb, "Content-Type: text/html\nContent-Encoding: gzip")
    plain = response(f"{URL}c", b"<html>" + b" " * (60 * 2**20))
    data = b"".join(map(gzip.compress, [PAGES[0], coded, plain, PAGES[1]]))
    put(tmp_path, "pages/a.warc.gz", data)
    job = job_of(tmp_path)
    result = ingest(job)
    assert urls(job) == [f"{URL}0", f"{URL}1"]
    assert result.quarantined == 2
    assert all("longer than" in reason for reason in result.reasons)
