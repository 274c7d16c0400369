"""Fetching from sites that mean harm or are broken: on real local servers."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from corpus.errors import UnreadableError
from corpus.job import Job
from corpus.reading.fetch import Visitor, is_public
from corpus.reading.fetched import Fetched, fetch
from corpus.settings import FetchSection
from corpus.yamlfile import ConfigError
from tests.corpus.pages import job_of, put, reasons, web

QUICK = {
    "contact": "ana@lab.example",
    "pause": 0,
    "allow_private": True,
    "timeout": 5,
    "retries": 0,
}
FORBIDS = b"User-agent: *\nDisallow: /\n"
RESERVES = b'[{"location": "/", "tdm-reservation": 1}]'


@pytest.fixture
def site(httpserver: HTTPServer) -> HTTPServer:
    """A site with one story, which says nothing of robots; everything else is not there."""
    httpserver.no_handler_status_code = 404
    httpserver.expect_request("/0").respond_with_data(web(), content_type="text/html")
    return httpserver


def listed(folder: Path, *urls: str, **settings: Any) -> Job:
    put(folder, "urls.txt", "".join(f"{url}\n" for url in urls))
    source = {"path": "urls.txt", "format": "urls", "fetch": {**QUICK, **settings}}
    return job_of(folder, source)


def packed(body: bytes) -> Response:
    return Response(gzip.compress(body), headers={"Content-Encoding": "gzip"})


def marked(body: bytes) -> Response:
    return Response(b"\xef\xbb\xbf" + body)


@pytest.mark.parametrize("sent", [packed, marked])
@pytest.mark.parametrize(
    "rule",
    [
        ("/robots.txt", FORBIDS, "robots.txt forbids it"),
        ("/.well-known/tdmrep.json", RESERVES, "mining is reserved"),
    ],
)
def test_what_a_site_forbids_counts_however_it_is_sent(
    tmp_path: Path, site: HTTPServer, sent: Any, rule: tuple[str, bytes, str]
) -> None:
    path, says, told = rule
    site.expect_request(path).respond_with_handler(lambda request: sent(says))
    job = listed(tmp_path, site.url_for("/0"))
    assert fetch(job).refused == 1
    assert told in reasons(job)["urls.txt:1"]


def test_robots_whose_coding_is_damaged_forbid(tmp_path: Path, site: HTTPServer) -> None:
    torn = Response(gzip.compress(FORBIDS)[:-9], headers={"Content-Encoding": "gzip"})
    site.expect_request("/robots.txt").respond_with_handler(lambda request: torn)
    job = listed(tmp_path, site.url_for("/0"))
    assert fetch(job).reasons == {"robots.txt could not be read": 1}


@pytest.fixture
def broken_host() -> Iterator[str]:
    """A host that has no rules, drips /drip and the head of /head, and answers nonsense to /odd."""
    begun = {
        b"/drip": b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n",
        b"/head": b"HTTP/1.1 200 OK\r\nX: ",
        b"/odd": b"no answer\r\n\r\n",
        b"/fine": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine",
    }
    over = threading.Event()

    def answer(stream: socket.socket) -> None:
        with stream:
            path = stream.recv(65536).split()[1]
            stream.sendall(begun.get(path, b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"))
            while path in (b"/drip", b"/head") and not over.wait(0.05):
                try:
                    stream.sendall(b"a")
                except OSError:
                    return

    def serve(server: socket.socket) -> None:
        while not over.is_set():
            try:
                stream, _ = server.accept()
            except TimeoutError:
                continue
            threading.Thread(target=answer, args=(stream,)).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        over.set()
        thread.join()


@pytest.mark.parametrize(
    ("path", "told"), [("/drip", "slower than"), ("/head", "slower than"), ("/odd", "no HTTP")]
)
def test_a_page_that_drips_or_is_nonsense_costs_only_itself(
    tmp_path: Path, broken_host: str, path: str, told: str
) -> None:
    job = listed(tmp_path, broken_host + path, f"{broken_host}/fine", timeout=0.2)
    result = fetch(job)
    assert (result.new, result.refused) == (1, 1)
    assert told in reasons(job)["urls.txt:1"]


@pytest.mark.parametrize(
    "value", ["\xb2", "Fri, 31 Dec 9999 23:59:59 -2359", "-5", "soon", "9" * 400]
)
def test_an_absurd_retry_after_neither_stops_nor_delays_a_run(site: HTTPServer, value: str) -> None:
    site.expect_request("/busy").respond_with_data("", 503, headers={"Retry-After": value})
    waits: list[float] = []
    asks = Visitor(FetchSection(**{**QUICK, "retries": 1}), "1", waits.append)
    with pytest.raises(UnreadableError, match="HTTP status 503"):
        asks.visit(site.url_for("/busy"))
    asks.close()
    assert all(wait < 1 for wait in waits)


@pytest.mark.parametrize("contact", ["Zoë Renn, zoe@lab.example", "zoe@lab.example\nHost: else"])
def test_a_contact_that_no_header_can_hold_is_refused(tmp_path: Path, contact: str) -> None:
    with pytest.raises(ConfigError, match="write it in ASCII"):
        listed(tmp_path, "https://courier.example/1", contact=contact)


def test_an_address_that_is_broken_before_its_fragment_is_told(
    tmp_path: Path, site: HTTPServer
) -> None:
    job = listed(tmp_path, "http://[::1#top", site.url_for("/0#top"))
    assert fetch(job) == Fetched(1, 0, 1, {"no address that can be fetched": 1})


@pytest.mark.parametrize(
    "address", ["::7f00:1", "::ffff:0:7f00:1", "64:ff9b:1::7f00:1", "fec0::1", "5f00::1"]
)
def test_old_dresses_of_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_every_address_of_a_name_is_tried(
    site: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the fault that is injected: a name whose first address nobody listens at
    real = socket.getaddrinfo

    def resolve(host: str, *more: Any, **named: Any) -> Any:
        there = real(host, *more, **named)
        return [*real("127.9.9.9", *more, **named), *there] if host == site.host else there

    with socket.create_server(("127.9.9.9", 0)):
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        asks = Visitor(FetchSection(**QUICK), "1", time.sleep)
        assert asks.visit(site.url_for("/0")).status == 200
        asks.close()


def test_a_coding_over_the_limit_names_the_setting_of_fetch(
    tmp_path: Path, site: HTTPServer
) -> None:
    site.expect_request("/bomb").respond_with_handler(lambda request: packed(b"a" * 300_000))
    job = listed(tmp_path, site.url_for("/bomb"), max_bytes=200_000)
    assert fetch(job).refused == 1
    assert "max_bytes" in reasons(job)["urls.txt:1"]
