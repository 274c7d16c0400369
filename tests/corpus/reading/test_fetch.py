"""Fetching: what sites allow, what they answer, and nothing twice; on real local servers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from corpus.errors import UnreadableError
from corpus.job import Job
from corpus.reading.fetch import Visitor, is_public
from corpus.reading.fetched import Fetched, fetch
from corpus.reading.ingest import ingest
from corpus.reading.rights import robots_of, tdm_rule
from corpus.settings import FetchSection
from corpus.store import read_articles
from corpus.yamlfile import ConfigError
from tests.corpus.pages import job_of, only, put, reasons, web

CONTACT = "ana@lab.example"
QUICK = {"contact": CONTACT, "pause": 0, "allow_private": True, "timeout": 5, "retries": 1}


@pytest.fixture
def site(httpserver: HTTPServer) -> HTTPServer:
    """A site with three stories, which says nothing of robots; everything else is not there."""
    httpserver.no_handler_status_code = 404
    for n in range(3):
        page = web(f"Story number {n} of the day")
        httpserver.expect_request(f"/{n}").respond_with_data(page, content_type="text/html")
    return httpserver


def listed(folder: Path, *urls: str, **settings: Any) -> Job:
    put(folder, "urls.txt", "".join(f"{url}\n" for url in urls))
    source = {"path": "urls.txt", "format": "urls", "fetch": {**QUICK, **settings}}
    return job_of(folder, source)


def asked(site: HTTPServer) -> list[str]:
    return [request.path for request, _ in site.log]


def test_pages_are_fetched_once_and_ingested_with_what_the_site_allowed(
    tmp_path: Path, site: HTTPServer
) -> None:
    job = listed(tmp_path, site.url_for("/0"), "# a remark", "", site.url_for("/1"))
    assert fetch(job) == Fetched(2, 0, 0, {})
    assert asked(site) == ["/robots.txt", "/.well-known/tdmrep.json", "/0", "/1"]
    assert fetch(job) == Fetched(0, 2, 0, {})
    assert len(site.log) == 4
    assert ingest(job).new == 2
    first = read_articles(job)[0]
    assert first.url == site.url_for("/0")
    assert (first.provenance.robots, first.provenance.tdm) == ("allowed", "")
    assert first.provenance.fetched.endswith("Z")
    assert first.provenance.source.startswith("fetched/urls.warc.gz:")


def test_we_say_who_we_are_and_whom_to_write_to(tmp_path: Path, site: HTTPServer) -> None:
    fetch(listed(tmp_path, site.url_for("/0")))
    agents = {request.headers["User-Agent"] for request, _ in site.log}
    (agent,) = agents
    assert agent.startswith("Pressmark/")
    assert agent.endswith(f"(+{CONTACT})")


def test_a_list_without_a_contact_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="contact"):
        listed(tmp_path, "https://courier.example/1", contact=" ")


def test_robots_that_forbid_are_obeyed_and_the_rest_is_fetched(
    tmp_path: Path, site: HTTPServer
) -> None:
    rules = "User-agent: pressmark\nDisallow: /0\n"
    site.expect_request("/robots.txt").respond_with_data(rules)
    job = listed(tmp_path, site.url_for("/0"), site.url_for("/1"))
    assert fetch(job) == Fetched(1, 0, 1, {"robots.txt forbids it": 1})
    assert "/0" not in asked(site)
    assert "robots.txt forbids it" in reasons(job)["urls.txt:1"]


def test_robots_overridden_are_so_in_the_provenance(tmp_path: Path, site: HTTPServer) -> None:
    site.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /\n")
    job = listed(tmp_path, site.url_for("/0"), ignore_robots=True)
    assert fetch(job).new == 1
    ingest(job)
    provenance = only(job).provenance
    assert provenance.robots == "disallowed"
    assert "robots.txt overridden by the source" in provenance.changes


@pytest.mark.parametrize(("status", "allowed"), [(404, 1), (403, 1), (429, 0), (500, 0), (503, 0)])
def test_robots_that_cannot_be_read_forbid_unless_there_are_none(
    tmp_path: Path, site: HTTPServer, status: int, allowed: int
) -> None:
    site.expect_request("/robots.txt").respond_with_data("", status=status)
    assert fetch(listed(tmp_path, site.url_for("/0"), retries=0)).new == allowed


RESERVED = [
    ('[{"location": "/", "tdm-reservation": 1}]', {}, ""),
    ("", {"tdm-reservation": "1"}, ""),
    ("", {}, '<meta name="tdm-reservation" content="1">'),
]


@pytest.mark.parametrize("ignore", [False, True])
@pytest.mark.parametrize("said", RESERVED)
def test_a_reservation_of_mining_is_honoured_unless_the_source_says_otherwise(
    tmp_path: Path, site: HTTPServer, ignore: bool, said: tuple[str, dict[str, str], str]
) -> None:
    file, headers, head = said
    if file:
        site.expect_request("/.well-known/tdmrep.json").respond_with_data(file)
    page = web("A reserved story", head=head)
    site.expect_request("/r").respond_with_data(page, headers=headers, content_type="text/html")
    job = listed(tmp_path, site.url_for("/r"), ignore_tdm=ignore)
    result = fetch(job)
    assert (result.new, result.refused) == ((1, 0) if ignore else (0, 1))
    ingest(job)
    if ignore:
        assert only(job).provenance.tdm == "reserved"
        assert "TDM reservation overridden by the source" in only(job).provenance.changes
    else:
        assert not read_articles(job)
        assert "mining is reserved" in next(iter(reasons(job).values()))


@pytest.mark.parametrize(
    ("rules", "url", "expected"),
    [
        ('[{"location": "/a", "tdm-reservation": 1}]', "https://x.example/a/1", "reserved"),
        ('[{"location": "/a", "tdm-reservation": 1}]', "https://x.example/b", ""),
        ('[{"location": "/*.html$", "tdm-reservation": 0}]', "https://x.example/b.html", "open"),
        ('[{"location": "/*.html$", "tdm-reservation": 1}]', "https://x.example/b.htmlx", ""),
        ('[{"location":"/","tdm-reservation":0},{"location":"/a","tdm-reservation":1}]',
         "https://x.example/a", "open"),
        ('[{"location":"/caf%C3%A9","tdm-reservation":1}]', "https://x.example/café", "reserved"),
        ('[{"location":"/café","tdm-reservation":1}]', "https://x.example/caf%c3%a9", "reserved"),
        ("no JSON", "https://x.example/", ""),
        ('{"location": "/"}', "https://x.example/", ""),
        ("[1, null, {}]", "https://x.example/", ""),
    ],
)  # fmt: skip
def test_the_first_rule_of_a_tdmrep_file_that_matches_counts(
    rules: str, url: str, expected: str
) -> None:
    assert tdm_rule(rules, url) == expected


def test_a_crawl_delay_is_kept_between_any_two_requests() -> None:
    robots = robots_of(200, "User-agent: *\nCrawl-delay: 7\n")
    assert robots.delay("Pressmark") == 7


def visitor(waits: list[float], **settings: Any) -> Visitor:
    return Visitor(FetchSection(**{**QUICK, **settings}), "1", waits.append)


def test_between_two_requests_to_a_host_lies_the_longer_pause(site: HTTPServer) -> None:
    site.expect_request("/robots.txt").respond_with_data("User-agent: *\nCrawl-delay: 7\n")
    waits: list[float] = []
    asks = visitor(waits, pause=3)
    asks.visit(site.url_for("/0"))
    asks.visit(site.url_for("/1"))
    asks.close()
    assert len(waits) == 3  # before tdmrep.json and each page
    assert all(5 < wait <= 7 for wait in waits)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_site_is_asked_again_when_it_says(site: HTTPServer, status: int) -> None:
    answers = iter([Response("", status, {"Retry-After": "11"}), Response(web(), 200)])
    site.expect_request("/busy").respond_with_handler(lambda request: next(answers))
    waits: list[float] = []
    asks = visitor(waits)
    assert asks.visit(site.url_for("/busy")).status == 200
    asks.close()
    assert waits == [11.0]


def test_tries_grow_further_apart_and_end(site: HTTPServer) -> None:
    site.expect_request("/broken").respond_with_data("", status=502)
    waits: list[float] = []
    asks = visitor(waits, retries=3)
    with pytest.raises(UnreadableError, match="HTTP status 502"):
        asks.visit(site.url_for("/broken"))
    asks.close()
    assert waits == [0.5, 1.0, 2.0]


@pytest.fixture
def silent_host() -> Iterator[str]:
    """A host that takes a connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_host_that_never_answers_is_left_and_the_rest_is_fetched(
    tmp_path: Path, site: HTTPServer, silent_host: str
) -> None:
    urls = [f"{silent_host}/1", f"{silent_host}/2", site.url_for("/0")]
    job = listed(tmp_path, *urls, timeout=0.3, retries=0)
    result = fetch(job)
    assert (result.new, result.refused) == (1, 2)
    assert result.reasons == {
        "no answer from its host": 1,
        "its host did not answer before": 1,
    }


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("file:///etc/passwd", "redirected to file:"),
        ("ftp://files.example/", "redirected to ftp:"),
        ("javascript:alert(1)", "redirected to javascript:"),
        ("/round", "more than 5 redirects"),
    ],
)
def test_a_redirect_to_anything_but_a_page_is_not_followed(
    tmp_path: Path, site: HTTPServer, target: str, told: str
) -> None:
    moved = {"Location": target}
    site.expect_request("/round").respond_with_data("", status=302, headers=moved)
    job = listed(tmp_path, site.url_for("/round"), site.url_for("/0"))
    assert fetch(job).new == 1
    assert told in reasons(job)["urls.txt:1"]


def test_a_redirect_is_followed_and_its_own_site_asked(tmp_path: Path, site: HTTPServer) -> None:
    site.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /1\n")
    for name, there in (("/old", "/0"), ("/trap", "/1")):
        moved = {"Location": there}
        site.expect_request(name).respond_with_data("", status=301, headers=moved)
    job = listed(tmp_path, site.url_for("/old"), site.url_for("/trap"))
    assert fetch(job) == Fetched(1, 0, 1, {"robots.txt forbids it": 1})
    ingest(job)
    assert only(job).url == site.url_for("/0")


PRIVATE = ["http://127.0.0.1:{port}/0", "http://localhost:{port}/0", "http://[::1]:{port}/0"]
PRIVATE += ["http://2130706433:{port}/0", "http://0x7f.1:{port}/0", "http://0.0.0.0:{port}/0"]
PRIVATE += ["http://169.254.169.254/latest", "http://10.0.0.1/", "http://[::ffff:127.0.0.1]/"]


@pytest.mark.parametrize("url", PRIVATE)
def test_addresses_of_this_machine_and_its_network_are_not_fetched(
    tmp_path: Path, site: HTTPServer, url: str
) -> None:
    job = listed(tmp_path, url.format(port=site.port), allow_private=False, retries=0)
    assert fetch(job).refused == 1
    assert "private or loopback" in reasons(job)["urls.txt:1"]
    assert not site.log


def test_a_redirect_to_loopback_is_refused_by_the_address_it_resolves_to(
    site: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the fault that is injected: a public name that resolves to a loopback address
    real = socket.getaddrinfo

    def resolve(host: str, *more: Any, **named: Any) -> Any:
        return real("127.0.0.1" if host == "courier.example" else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    asks = visitor([], allow_private=False, retries=0)
    with pytest.raises(UnreadableError, match=r"courier\.example is a private or loopback"):
        asks.visit(f"http://courier.example:{site.port}/0")
    asks.close()
    assert not site.log


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_what_is_a_public_address(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "line", ["file:///etc/passwd", "courier.example/1", "http://", "http://[", "https://x:99999/"]
)
def test_a_line_that_is_no_address_is_told_and_the_rest_is_fetched(
    tmp_path: Path, site: HTTPServer, line: str
) -> None:
    job = listed(tmp_path, line, site.url_for("/0"))
    result = fetch(job)
    assert (result.new, result.refused) == (1, 1)
    assert list(reasons(job)) == ["urls.txt:1"]


def test_a_page_over_the_limit_is_not_kept(tmp_path: Path, site: HTTPServer) -> None:
    site.expect_request("/long").respond_with_data("x" * 300_000, content_type="text/html")
    job = listed(tmp_path, site.url_for("/long"), max_bytes=200_000)
    assert fetch(job).refused == 1
    assert "longer than 200000 bytes" in reasons(job)["urls.txt:1"]


def test_what_was_refused_is_tried_again(tmp_path: Path, site: HTTPServer) -> None:
    job = listed(tmp_path, site.url_for("/later"))
    assert fetch(job).reasons == {"HTTP status 404": 1}
    site.expect_request("/later").respond_with_data(web(), content_type="text/html")
    assert fetch(job).new == 1


def test_ingest_says_that_nothing_was_fetched_yet(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="run 'pressmark fetch' first"):
        ingest(listed(tmp_path, "https://courier.example/1"))


def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path: Path, site: HTTPServer) -> None:
    def slow(request: Request) -> Response:
        time.sleep(60)
        return Response("")

    site.expect_oneshot_request("/slow").respond_with_handler(slow)
    site.expect_request("/slow").respond_with_data(web("The slow one"), content_type="text/html")
    urls = [site.url_for(path) for path in ("/0", "/1", "/slow", "/2")]
    job = listed(tmp_path, *urls, timeout=100)
    command = [sys.executable, "-m", "pressmark", "fetch", "-C", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while "/slow" not in {request.path for request, _ in site.log} and process.poll() is None:
        ledger = tmp_path / "fetched/urls.jsonl"
        if ledger.exists() and ledger.read_bytes().count(b"\n") == 2:
            break
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    warc = tmp_path / "fetched/urls.warc.gz"
    with warc.open("ab") as file:
        file.write(b"\x1f\x8b\x08 what the kill tore off")
    site.clear_log()
    site.expect_request("/slow").respond_with_data(web("The slow one"), content_type="text/html")
    assert fetch(job) == Fetched(2, 2, 0, {})
    assert not {"/0", "/1"} & set(asked(site))
    assert ingest(job).quarantined == 0
    assert len(read_articles(job)) == 4
