"""Peak memory of ingesting 1,000, 10,000 and 100,000 pages: it must not grow with the corpus.

    python benchmarks/ingest_memory.py [--sizes 1000 10000 100000] [--as warc|folder|jsonl]

Pages are generated (no two alike) before the clock starts; each size is ingested by a process of
its own, whose peak resident memory is read from the kernel (ru_maxrss). `--again` ingests a second
time, when every article is known.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

WORDS = """
    the a of in on with harbour council mayor ferry dock strike vote Renn Maar Quill Ansel said
    told plan price berth winter week money answer crew port story paper town people work house
    """.split()


def pages(count: int) -> Iterator[tuple[str, str]]:
    """Addresses and markup of some 1 kB each."""
    chance = random.Random(0)
    for n in range(count):
        paragraphs = (" ".join(chance.choices(WORDS, k=40)) for _ in range(4))
        body = "".join(f"<p>{paragraph.capitalize()}.</p>" for paragraph in paragraphs)
        title = f"Story {n}: {' '.join(chance.choices(WORDS, k=6))}"
        head = f"<html lang=en><head><title>{title}</title></head>"
        inner = f"<body><nav><a href=/>Home</a></nav><h1>{title}</h1>{body}</body></html>"
        yield f"https://courier.example/{n}", head + inner


def generate(folder: Path, count: int, kind: str) -> None:
    """Write the pages of one size as a job's source."""
    (folder / "pages").mkdir(parents=True)
    (folder / "pressmark.yaml").write_text("sources: [{path: pages}]\n", encoding="utf-8")
    if kind == "folder":
        for n, (_, markup) in enumerate(pages(count)):
            (folder / "pages" / f"{n:06}.html").write_text(markup, encoding="utf-8")
        return
    suffix = "warc.gz" if kind == "warc" else "jsonl.gz"
    with (folder / "pages" / f"crawl.{suffix}").open("wb") as file:
        for url, markup in pages(count):
            line = json.dumps({"text": markup, "url": url}) + "\n"
            record = response(url, markup.encode()) if kind == "warc" else line.encode()
            file.write(gzip.compress(record, 1))


def response(url: str, body: bytes) -> bytes:
    """A page as a WARC record."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2026-10-05T09:00:00Z\r\n"
        f"WARC-Target-URI: {url}\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def measured(folder: Path) -> tuple[int, float, float]:
    """Ingest in a process of its own: articles, peak MB, seconds."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    articles, peak, seconds = done.stdout.split()
    return int(articles), float(peak), float(seconds)


def child(folder: Path) -> None:
    """Ingest the job and print what it took."""
    from corpus.job import open_job
    from corpus.reading.ingest import ingest

    start = time.perf_counter()
    found = ingest(open_job(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(found.new + found.same, f"{peak:.1f}", f"{time.perf_counter() - start:.1f}")


def main() -> None:
    """Print a table of the sizes."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    asked.add_argument("--as", dest="kind", choices=["warc", "folder", "jsonl"], default="warc")
    asked.add_argument("--again", action="store_true")
    asked.add_argument("--child", type=Path)
    given = asked.parse_args()
    if given.child:
        child(given.child)
        return
    print(f"{'articles':>10} {'peak MB':>9} {'seconds':>9}  ({given.kind})", flush=True)
    for count in given.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "job"
            generate(folder, count, given.kind)
            for round_ in ("", "again")[: 2 if given.again else 1]:
                articles, peak, seconds = measured(folder)
                print(f"{articles:>10} {peak:>9.1f} {seconds:>9.1f}  {round_}", flush=True)


if __name__ == "__main__":
    main()
