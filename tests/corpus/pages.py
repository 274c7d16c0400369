"""What the tests of reading share: jobs of one source, invented pages, WARC records of them."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from corpus.job import Job, open_job
from corpus.records import Article
from corpus.store import read_articles

PARAGRAPHS = (
    "The café council of Port Ansel met for six hours on Tuesday and then went home.",
    "Nothing was decided about the harbour, the ferries or the price of a berth, officials said.",
    "The mayor, Ada Renn, told the Calder Courier that she expects a vote before the spring.",
    "Dockers had asked the council for an answer since the strike of last September.",
)


def web(title: str = "Council agrees on nothing", lang: str = "", head: str = "") -> str:
    """A page of the Calder Courier."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    language = f" lang={lang}" if lang else ""
    return (
        f"<!doctype html><html{language}><head><title>{title}</title>{head}</head>"
        f"<body><h1>{title}</h1>{body}</body></html>"
    )


def response(
    url: str,
    body: bytes,
    headers: str = "Content-Type: text/html; charset=utf-8",
    status: str = "200 OK",
) -> bytes:
    """A WARC record of an answer."""
    fields = headers.replace("\n", "\r\n")
    http = f"HTTP/1.1 {status}\r\n{fields}\r\n\r\n".encode() + body
    return record("response", http, url, "application/http; msgtype=response")


def record(kind: str, content: bytes, url: str = "", type_: str = "text/plain") -> bytes:
    """Any WARC record."""
    target = f"WARC-Target-URI: {url}\r\n" if url else ""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2026-10-05T09:00:00Z\r\n{target}"
        "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000000>\r\n"
        f"Content-Type: {type_}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n\r\n"


def job_of(folder: Path, *sources: dict[str, object]) -> Job:
    """A job that reads the sources, `pages` if none is given."""
    content = yaml.safe_dump({"sources": list(sources) or [{"path": "pages"}]})
    (folder / "pressmark.yaml").write_text(content, encoding="utf-8")
    return open_job(folder)


def put(folder: Path, name: str, data: str | bytes) -> Path:
    """Write a file of the job's folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return path


def only(job: Job) -> Article:
    """The one article of a job."""
    (article,) = read_articles(job)
    return article


def reasons(job: Job) -> dict[str, str]:
    """What was set aside: where and why."""
    if not job.quarantine.exists():
        return {}
    lines = job.quarantine.read_text(encoding="utf-8").splitlines()
    return {row["where"]: row["reason"] for row in map(json.loads, lines)}


def kinds(article: Article) -> list[tuple[str, str]]:
    """Each block's kind and text."""
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]
