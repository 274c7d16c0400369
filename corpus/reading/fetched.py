"""Lists of addresses to a WARC and a ledger: nothing is fetched twice, whatever kills the run.

A page's record is on the disk before its line in the ledger; the line tells where the record ends,
so that what a kill tore off is cut before the next run writes.
"""

from __future__ import annotations

import gzip
import os
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.errors import PressmarkError, UnreadableError
from corpus.files import append_lines, read_lines
from corpus.job import FILE, Job, now
from corpus.progress import Progress, silent
from corpus.reading.fetch import Answer, Visitor
from corpus.reading.readers import fetched_warc
from corpus.reading.rights import tdm_of
from corpus.reading.warc import OVERRIDDEN, ROBOTS, TDM, undone
from corpus.seen import Seen
from corpus.settings import Source
from corpus.version import version
from corpus.yamlfile import ConfigError


@dataclass(frozen=True)
class Fetched:
    """What `fetch` did: pages that are new, those it had, those it could not get and why."""

    new: int
    same: int
    refused: int
    reasons: Mapping[str, int] = field(default_factory=dict)


def fetch(job: Job, progress: Progress = silent) -> Fetched:
    """Fetch the addresses of the job's lists (`format: urls`) into fetched/; ingest reads them.

    Run again it asks only for what it has not got.

    Raises:
        ConfigError: no list, or one that cannot be read; nothing was asked of anybody.
    """
    sources = [source for source in job.settings.sources if source.format == "urls"]
    if not sources:
        told = "no list of addresses; name one: {path: urls.txt, format: urls}"
        raise PressmarkError(f"{job.folder / FILE}: {told}")
    problems = [
        f"{job.folder / source.path}: no such file; list addresses in it, one a line"
        for source in sources
        if not (job.folder / source.path).is_file()
    ]
    if problems:
        raise ConfigError(problems)
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for source in sources:
        _fetch_list(job, source, counts, reasons, progress)
    return Fetched(counts["new"], counts["same"], counts["refused"], dict(reasons.most_common()))


def _fetch_list(
    job: Job, source: Source, counts: Counter[str], reasons: Counter[str], progress: Progress
) -> None:
    warc = fetched_warc(job, source)
    ledger = warc.with_name(warc.name.removesuffix(".warc.gz") + ".jsonl")
    had, end = _resume(ledger, warc)
    visitor = Visitor(source.fetch, version())
    if not end:
        end = _append(warc, 0, _warcinfo(source))
    addresses = list(_addresses(job.folder / source.path))
    try:
        for done, (line, url) in enumerate(addresses):
            progress(f"fetching {source.path}", done, len(addresses))
            if url in had:
                counts["same"] += 1
                continue
            row: dict[str, Any] = {"url": url, "when": now()}
            try:
                answer = _open(visitor.visit(url), source)
            except UnreadableError as error:
                reason = str(error)
                counts["refused"] += 1
                reasons[reason.partition(";")[0].partition(" (")[0]] += 1
                append_lines(ledger, [{**row, "kept": False, "reason": reason}])
                job.set_aside("fetch", f"{source.path}:{line}", reason, url=url)
                continue
            end = _append(warc, end, _record(answer, row["when"]))
            kept = {"kept": True, "final": answer.url, "robots": answer.robots, "tdm": answer.tdm}
            append_lines(ledger, [{**row, **kept, "end": end}])
            counts["new"] += 1
    finally:
        visitor.close()
    progress(f"fetching {source.path}", len(addresses), len(addresses))


def _addresses(path: Path) -> Iterator[tuple[int, str]]:
    """The addresses of a list with their lines, each once; '#' begins a remark."""
    seen = Seen()
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            word = line.strip()
            if word and not word.startswith("#"):
                url = word.partition("#")[0]
                if seen.add(url):
                    yield number, url


def _resume(ledger: Path, warc: Path) -> tuple[Seen, int]:
    """What a ledger says is kept, and where the last whole record ends; the rest is cut off."""
    had, end = Seen(), 0
    for row in read_lines(ledger):
        if row.get("kept"):
            had.add(str(row["url"]))
            end = max(end, int(row["end"]))
    if warc.exists():
        if warc.stat().st_size < end:
            raise PressmarkError(
                f"{warc}: shorter than {ledger.name} says; restore it, or move both away"
            )
        with warc.open("rb+") as file:
            file.truncate(end)
    elif end:
        raise PressmarkError(f"{warc}: gone, though {ledger.name} tells of it; restore it")
    return had, end


def _open(answer: Answer, source: Source) -> Answer:
    """The answer, unless its own page reserves mining or cannot be unpacked.

    Raises:
        UnreadableError: it does.
    """
    body = undone(answer.header("content-encoding"), answer.body, source.fetch.max_bytes)
    said = tdm_of(None, body[: 2**18].decode("utf-8", "replace"))
    if said != "reserved":
        return answer
    if not source.fetch.ignore_tdm:
        raise UnreadableError("text and data mining is reserved (its page says so); ask for it")
    used = tuple(dict.fromkeys((*answer.overridden, "TDM reservation")))
    return Answer(answer.url, 200, answer.headers, answer.body, answer.robots, said, used)


def _append(warc: Path, end: int, record: bytes) -> int:
    """Write a record behind the last whole one, on the disk when this returns; return its end."""
    warc.parent.mkdir(parents=True, exist_ok=True)
    with warc.open("rb+" if warc.exists() else "wb") as file:
        file.seek(end)
        file.write(gzip.compress(record))
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def _warcinfo(source: Source) -> bytes:
    settings = source.fetch
    told = (
        f"software: Pressmark/{version()}\r\nformat: WARC File Format 1.1\r\n"
        f"robots: {'ignored' if settings.ignore_robots else 'obeyed'}\r\n"
        f"tdm: {'ignored' if settings.ignore_tdm else 'obeyed'}\r\n"
    )
    return _warc("warcinfo", now(), "application/warc-fields", {}, told.encode())


def _record(answer: Answer, when: str) -> bytes:
    dropped = ("transfer-encoding", "connection", "content-length")
    lines = [f"{n}: {v}" for n, v in answer.headers if n.casefold() not in dropped]
    head = "\r\n".join(["HTTP/1.1 200 OK", *lines, f"content-length: {len(answer.body)}"])
    block = f"{head}\r\n\r\n".encode("utf-8", "replace") + answer.body
    more = {
        "WARC-Target-URI": answer.url,
        ROBOTS: answer.robots,
        TDM: answer.tdm,
        OVERRIDDEN: ", ".join(answer.overridden),
    }
    return _warc("response", when, "application/http; msgtype=response", more, block)


def _warc(kind: str, when: str, type_: str, more: Mapping[str, str], block: bytes) -> bytes:
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid4()}>",
        "WARC-Date": when,
        **{name: value for name, value in more.items() if value},
        "Content-Type": type_,
        "Content-Length": str(len(block)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"WARC/1.1\r\n{head}\r\n".encode() + block + b"\r\n\r\n"
