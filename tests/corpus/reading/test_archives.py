"""Archives of pages: read as a stream, nothing written, names that point outside refused."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from corpus.reading.ingest import ingest
from corpus.store import read_articles
from tests.corpus.pages import job_of, put, reasons, web

Members = dict[str, bytes]
GOOD: Members = {
    "site/one.html": web("The first story").encode(),
    "site/two.html.gz": gzip.compress(web("The second story").encode()),
    "site/three.txt": b"The third story\n\nIt has one paragraph of text.\n",
}


def zipped(members: Members) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(members: Members, mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


PACK = {"pages.zip": zipped, "pages.tar.gz": tarred, "pages.tgz": tarred}


@pytest.mark.parametrize("name", PACK)
def test_the_pages_of_an_archive_are_read(tmp_path: Path, name: str) -> None:
    put(tmp_path, f"pages/{name}", PACK[name]({**GOOD, "site/logo.png": b"\x89PNG"}))
    job = job_of(tmp_path, {"path": "pages", "id": "name"})
    result = ingest(job)
    assert (result.new, result.quarantined, result.passed) == (3, 0, {"not a page": 1})
    assert [a.id for a in read_articles(job)] == ["site/one", "site/two", "site/three"]
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == [name]


OUTSIDE = ["../evil.html", "/etc/evil.html", "a/../../evil.html", "C:\\evil.html", "..\\evil.html"]


@pytest.mark.parametrize("name", PACK)
@pytest.mark.parametrize("bad", OUTSIDE)
def test_a_name_that_points_outside_is_refused(tmp_path: Path, name: str, bad: str) -> None:
    put(tmp_path, f"pages/{name}", PACK[name]({bad: web().encode(), **GOOD}))
    job = job_of(tmp_path)
    result = ingest(job)
    assert (result.new, result.quarantined) == (3, 1)
    assert "points outside" in next(iter(reasons(job).values()))


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        link = tarfile.TarInfo("link.html")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    put(tmp_path, "pages/a.tar", buffer.getvalue())
    job = job_of(tmp_path)
    ingest(job)
    assert "a link or a device" in reasons(job)["pages/a.tar/link.html"]


@pytest.mark.parametrize("name", PACK)
def test_a_bomb_in_an_archive_does_not_go_off(tmp_path: Path, name: str) -> None:
    bomb = {"bomb.html": b" " * (30 * 2**20)}
    put(tmp_path, f"pages/{name}", PACK[name]({**bomb, **GOOD}))
    job = job_of(tmp_path)
    result = ingest(job)
    assert (result.new, result.quarantined) == (3, 1)
    assert "longer than" in reasons(job)[f"pages/{name}/bomb.html"]


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_tar_whose_name_of_a_member_is_a_bomb_is_told(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("story.html")
    member.type, member.size = kind, 2**33
    said = member.tobuf(tarfile.GNU_FORMAT) + b"a" * 4096
    put(tmp_path, "pages/all.tgz", gzip.compress(said))
    job = job_of(tmp_path)
    assert ingest(job).quarantined == 1
    assert "name or fields of more than" in reasons(job)["pages/all.tgz"]


def test_nothing_behind_a_giant_member_of_a_tar_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the real limit of 1 GiB would make this test slow
    monkeypatch.setattr("corpus.reading.archives.MEMBER_LIMIT", 1000)
    put(tmp_path, "pages/a.tar.gz", tarred({"big.html": b" " * 1001, **GOOD}))
    job = job_of(tmp_path)
    assert ingest(job).new == 0
    assert "what lies behind it is not read" in reasons(job)["pages/a.tar.gz/big.html"]


def test_a_damaged_member_costs_only_itself(tmp_path: Path) -> None:
    data = bytearray(zipped(GOOD))
    place = data.index(b"site/two.html.gz") + 40
    data[place : place + 20] = bytes(20)
    put(tmp_path, "pages/a.zip", bytes(data))
    job = job_of(tmp_path)
    result = ingest(job)
    assert (result.new, result.quarantined) == (2, 1)


@pytest.mark.parametrize("name", PACK)
def test_a_cut_archive_is_told(tmp_path: Path, name: str) -> None:
    many = {f"page{n}.txt": f"Story {n}\n\nText of it, {n * 7919}.".encode() for n in range(50)}
    put(tmp_path, f"pages/{name}", PACK[name](many)[:-700])
    put(tmp_path, "pages/z.txt", "A story beside it\n\nIts text.")
    job = job_of(tmp_path)
    result = ingest(job)
    assert result.new >= 1
    assert result.quarantined == 1


def test_rows_within_an_archive_are_not_passed_in_silence(tmp_path: Path) -> None:
    put(tmp_path, "pages/a.zip", zipped({"rows.jsonl": b'{"text": "x"}', **GOOD}))
    job = job_of(tmp_path)
    assert ingest(job).new == 3
    assert "unpack it first" in reasons(job)["pages/a.zip/rows.jsonl"]
