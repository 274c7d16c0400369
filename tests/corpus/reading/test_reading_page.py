"""docs/reading.md: what the page shows is what the commands print."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

from pytest_httpserver import HTTPServer

from tests.corpus.pages import put, response, web

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/reading.md"


def shown(command: str, at: Path) -> str:
    """What a terminal shows of `command`, without progress; paths below the job are its own."""
    done = subprocess.run(
        command.replace("pressmark ", f"{sys.executable} -m pressmark ", 1),
        shell=True,
        cwd=at,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if line.startswith("pressmark: ")]
    return (done.stdout + "".join(f"{line}\n" for line in told)).replace(f"{at}/", "")


def the_job_of_the_page(at: Path, site: HTTPServer) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (yaml,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    local = "contact: ana@lab.example\n      allow_private: true\n      pause: 0\n"
    put(at, "pressmark.yaml", yaml.replace("contact: ana@lab.example\n", local))
    here = "https://courier.example"
    records = [
        response(f"{here}/a", web("The first story of the day").encode()),
        response(f"{here}/logo", b"\x89PNG", "Content-Type: image/png"),
        response(f"{here}/gone", b"gone", status="404 Not Found"),
        response(f"{here}/b", web("The second story of the day").encode()),
        response(f"{here}/c", web("The last story of the day").encode())[:-60],
    ]
    put(at, "pages/crawl.warc", b"".join(records))
    put(at, "pages/plain.html", web("A story of its own"))
    put(at, "pages/torn.html.gz", gzip.compress(web().encode())[:-20])
    site.no_handler_status_code = 404
    rules = "User-agent: *\nDisallow: /closed\n"
    site.expect_request("/robots.txt").respond_with_data(rules)
    for name in ("1", "2", "closed"):
        page = web(f"A page that was fetched, number {name}")
        site.expect_request(f"/{name}").respond_with_data(page, content_type="text/html")
    addresses = [site.url_for(f"/{name}") for name in ("1", "2", "closed", "gone")]
    put(at, "urls.txt", "".join(f"{address}\n" for address in addresses))


def test_the_pages_sessions_are_what_the_commands_print(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    the_job_of_the_page(tmp_path, httpserver)
    sessions = re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(sessions) == 2
    for session in sessions:
        commands = re.findall(r"^\$ (.*)$", session, re.MULTILINE)
        assert "".join(f"$ {c}\n{shown(c, tmp_path)}" for c in commands) == session
