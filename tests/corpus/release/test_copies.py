"""Rehydration from the addresses, against a site on the loopback address."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from pytest_httpserver import HTTPServer
from werkzeug import Response

from corpus.errors import PressmarkError
from corpus.files import read_lines
from corpus.job import Job, open_job
from corpus.reading.ingest import ingest
from corpus.release.copies import fetch_copies
from corpus.release.publish import publish
from corpus.release.rehydrate import rehydrate
from corpus.store import append_annotations, read_articles
from corpus.takedown import address_hash
from tests.corpus.release.press import RELEASE
from tests.speech import mark

QUICK = {"contact": "ilse@courier.example", "pause": 0, "retries": 0, "allow_private": True}
HTML = """<!doctype html><html lang="en"><head><title>{0}</title>
<link rel="canonical" href="{1}"></head><body><article><h1>Maar speaks of {0}</h1>
<p>The café strike 👩‍🚀 goes on in Port Ansel, where a naïve plan has found no friends at all.</p>
<p>Quill left the harbour board without a word to anyone and drove north on Monday.</p>
</article></body></html>"""


@pytest.fixture
def home(tmp_path: Path, httpserver: HTTPServer) -> Job:
    """A job that has published two pages which stand on a site."""
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/.well-known/tdmrep.json").respond_with_data("", status=404)
    (tmp_path / "home/pages").mkdir(parents=True)
    for name in ("one", "two"):
        page = HTML.format(name, httpserver.url_for(f"/{name}"))
        (tmp_path / f"home/pages/{name}.html").write_text(page, encoding="utf-8")
        response = Response(page, content_type="text/html; charset=utf-8")
        httpserver.expect_request(f"/{name}").respond_with_response(response)
    settings = {"sources": [{"path": "pages", "id": "name"}], "release": RELEASE}
    (tmp_path / "home/pressmark.yaml").write_text(yaml.safe_dump(settings))
    job = open_job(tmp_path / "home")
    ingest(job)
    label = job.scheme.label_names[0]
    opinions = [
        mark("ana", ("naïve", label), of=page, under=job.scheme) for page in read_articles(job)
    ]
    append_annotations(job.annotations, [replace(o, answers=()) for o in opinions])
    publish(job)
    return job


def asking(folder: Path) -> Path:
    """A job of copies that may ask this machine, as a user may have edited it."""
    folder.mkdir()
    source = {"path": "urls.txt", "format": "urls", "fetch": QUICK}
    (folder / "pressmark.yaml").write_text(yaml.safe_dump({"sources": [source]}))
    return folder


def test_a_release_is_rebuilt_from_its_addresses_and_a_second_run_asks_nobody(
    home: Job, tmp_path: Path, httpserver: HTTPServer
) -> None:
    release = home.releases / "harbour-1.0"
    pages = fetch_copies(release, asking(tmp_path / "pages"), "ilse@courier.example")
    done = rehydrate(release, pages, tmp_path / "back")
    assert done.whole
    assert (done.exact, done.spans_exact) == (2, 2)
    asked = len(httpserver.log)
    fetch_copies(release, pages, "ilse@courier.example")
    assert len(httpserver.log) == asked


def test_what_was_taken_down_is_not_even_asked_for(
    home: Job, tmp_path: Path, httpserver: HTTPServer
) -> None:
    later = tmp_path / "later.txt"
    later.write_text(address_hash(httpserver.url_for("/one")) + "\n")
    release = home.releases / "harbour-1.0"
    pages = fetch_copies(release, asking(tmp_path / "pages"), "ilse@courier.example", later)
    assert "/one" not in {request.path for request, _ in httpserver.log}
    done = rehydrate(release, pages, tmp_path / "back", later)
    assert (done.exact, done.barred, done.whole) == (1, 1, True)


def test_a_site_that_forbids_it_is_obeyed_and_said(
    home: Job, tmp_path: Path, httpserver: HTTPServer
) -> None:
    httpserver.clear()
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /\n")
    httpserver.expect_request("/.well-known/tdmrep.json").respond_with_data("", status=404)
    pages = asking(tmp_path / "pages")
    with pytest.raises(PressmarkError, match=r"none of the 2 addresses .* robots.txt forbids"):
        fetch_copies(home.releases / "harbour-1.0", pages, "ilse@courier.example")
    assert {row["command"] for row in read_lines(pages / "quarantine.jsonl")} == {"fetch"}


def test_this_machine_is_not_asked_unless_the_user_says_so(home: Job, tmp_path: Path) -> None:
    release = home.releases / "harbour-1.0"
    words = ["rehydrate", str(release), "--fetch", "a@b.example", "--to", str(tmp_path / "back")]
    done = subprocess.run(
        [sys.executable, "-m", "pressmark", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "none of the 2 addresses could be fetched" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "back").exists()


def test_copies_and_addresses_at_once_are_refused(home: Job, tmp_path: Path) -> None:
    release = home.releases / "harbour-1.0"
    done = subprocess.run(
        [sys.executable, "-m", "pressmark", "rehydrate", str(release), "--to", str(tmp_path / "b")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "--from (your copies) or --fetch" in done.stderr
