"""WARC files to raw pages: responses with HTML and status 200, whatever else lies around them.

Read with fastwarc, a record at a time; CC-NEWS is read as it is published. Where a file is damaged,
reading goes on at the next place that looks like a record's beginning.
"""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from fastwarc.stream_io import BrotliReader, ChunkedReader
from fastwarc.warc import ArchiveIterator, WarcRecordType
from resiliparse.parse.encoding import map_encoding_to_html5

from corpus.errors import UnreadableError
from corpus.reading.decode import byte_limit, decode, marked, read_bytes, within
from corpus.reading.readers import File, Page, Passed, Refused
from corpus.reading.rights import tdm_of

#: What `fetch` adds to a record, so that a WARC tells alone what the site allowed.
ROBOTS = "X-Pressmark-Robots"
TDM = "X-Pressmark-TDM"
OVERRIDDEN = "X-Pressmark-Overridden"

_HTML = ("text/html", "application/xhtml+xml")
#: Where a record can begin: a gzip member, or the version line.
_BEGINNING = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]|WARC/1\.[01]\r?\n")
_CHUNK = 2**20
_OVERLAP = 16
#: A file with more damage than this is given up: looking for records costs a hostile one's length.
MOST_DAMAGE = 1000


def read_warc(file: File) -> Iterator[Page | Refused | Passed]:
    """Yield the pages of a WARC; a record that is none is refused, with its place in the file."""
    try:
        with file.path.open("rb") as stream:
            yield from _records(file, stream)
    except OSError as error:
        yield Refused(file.where, f"cannot be read ({error.strerror or error})")


def _records(file: File, stream: BinaryIO) -> Iterator[Page | Refused | Passed]:
    start: int | None = 0
    empty = True
    for _ in range(MOST_DAMAGE):
        if start is None:
            return
        stream.seek(start)
        last = start
        try:
            for record in ArchiveIterator(stream, record_types=WarcRecordType.any_type):
                empty = False
                last = record.stream_pos
                if record.record_type == WarcRecordType.response:
                    yield _response(file, record)
            if empty:
                yield Refused(file.where, "no WARC record in it; fetch the file again")
            return
        except OSError:
            place = f"{file.where}:{last}"
            yield Refused(place, "damaged record at or behind this byte; the next is looked for")
            empty = False
        start = _next_beginning(stream, last + 1)
    told = f"more than {MOST_DAMAGE} damaged places; the rest is not read; fetch the file again"
    yield Refused(file.where, told)


def _next_beginning(stream: BinaryIO, start: int) -> int | None:
    """The place from `start` on where a record can be read, or None."""
    stream.seek(start)
    base, held, tried = start, b"", 0
    while chunk := stream.read(_CHUNK):
        held += chunk
        for found in _BEGINNING.finditer(held):
            resume = stream.tell()
            stream.seek(base + found.start())
            tried += 1
            if tried > MOST_DAMAGE:
                return None
            if _readable(stream):
                return base + found.start()
            stream.seek(resume)
        keep = held[-_OVERLAP:]
        base, held = base + len(held) - len(keep), keep
    return None


def _readable(stream: BinaryIO) -> bool:
    # a window of its own: nothing far behind is unpacked to find out
    window = io.BytesIO(stream.read(2**16))
    try:
        return next(iter(ArchiveIterator(window)), None) is not None
    except OSError:
        return False


def _response(file: File, record: Any) -> Page | Refused | Passed:
    url = record.headers.get("WARC-Target-URI") or ""
    where = f"{file.where}:{record.stream_pos}"
    http = record.http_headers if record.is_http else None
    status = http.status_code if http is not None else None
    if http is None or status is None:
        return Refused(where, "no HTTP response in the record; fetch the page again")
    if status != 200:
        return Passed(where, f"HTTP status {status}")
    if (record.http_content_type or "").casefold() not in _HTML:
        return Passed(where, "not HTML")
    try:
        data = _payload(record, http, byte_limit(file.source.max_characters))
        text, changes = decode_page(data, file.source.encoding, record.http_charset)
    except UnreadableError as error:
        return Refused(where, str(error))
    more = [name for name in (record.headers.get(OVERRIDDEN) or "").split(", ") if name]
    return Page(
        where,
        hashlib.sha256(data).hexdigest(),
        "html",
        text,
        file.source,
        f"{file.name}:{record.stream_pos}",
        {"url": url.strip("<>")},
        (*changes, *(f"{name} overridden by the source" for name in more)),
        fetched=_date(record),
        robots=_known(record.headers.get(ROBOTS), ("allowed", "disallowed")),
        tdm=_known(record.headers.get(TDM), ("open", "reserved"))
        or tdm_of(http.get("tdm-reservation"), ""),
    )


def _known(value: str | None, among: tuple[str, ...]) -> str:
    return value if value in among else ""


def _date(record: Any) -> str:
    when = record.record_date
    return "" if when is None else when.isoformat(timespec="seconds").replace("+00:00", "Z")


def _payload(record: Any, http: Any, limit: int) -> bytes:
    """The response's body, its codings undone, never more than `limit` bytes of it.

    Raises:
        UnreadableError: longer, cut short or damaged.
    """
    told = record.content_length
    raw: bytes = record.reader.read(limit + 1)
    if len(raw) > limit:
        raise UnreadableError(f"longer than {limit} bytes; raise max_characters of the source")
    if len(raw) < told or record.headers.get("WARC-Truncated"):
        raise UnreadableError("a record that was cut short; fetch the page again")
    if "chunked" in (http.get("transfer-encoding") or "").casefold():
        raw = _through(ChunkedReader, raw, limit)
    raw = undone(http.get("content-encoding") or "", raw, limit)
    if not raw.strip():
        raise UnreadableError("empty; fetch the page again or take it out")
    return raw


def undone(codings: str, data: bytes, limit: int) -> bytes:
    """Return a body without its content codings, never more than `limit` bytes of it.

    Raises:
        UnreadableError: longer or damaged.
    """
    for coding in reversed(codings.casefold().split(",")):
        data = _undone(coding.strip(), data, limit)
    return data


def _undone(coding: str, data: bytes, limit: int) -> bytes:
    """`data` without its content coding; crawlers often undo it and leave the header standing."""
    if coding in ("gzip", "x-gzip"):
        return read_bytes(io.BytesIO(data), limit) if data.startswith(b"\x1f\x8b") else data
    if coding == "br" and data.lstrip()[:1] != b"<":
        return _through(BrotliReader, data, limit)
    if coding == "deflate" and data.lstrip()[:1] != b"<":
        return _inflated(data, limit)
    return data


def _inflated(data: bytes, limit: int) -> bytes:
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):  # with a header, or as some servers send it
        unpacker = zlib.decompressobj(bits)
        try:
            plain = unpacker.decompress(data, limit + 1)
        except zlib.error:
            continue
        return within(plain, limit)
    raise UnreadableError("damaged deflate coding; fetch the page again")


def _through(reader: Any, data: bytes, limit: int) -> bytes:
    try:
        plain = bytes(reader(io.BytesIO(data)).read(limit + 1))
    except (OSError, ValueError) as error:
        raise UnreadableError(f"damaged coding ({error}); fetch the page again") from None
    return within(plain, limit)


def decode_page(
    data: bytes, declared: str | None, charset: str | None
) -> tuple[str, tuple[str, ...]]:
    """Decode a page whose HTTP header may name a charset: that counts unless it cannot be right.

    Raises:
        UnreadableError: it is no text.
    """
    # Python knows codecs that no page is in, and punycode takes the square of a page's length
    label = map_encoding_to_html5(charset or "", False)
    if not declared and label and not marked(data):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            # what is UTF-8 is no other charset by chance; what is not may be what the header says
            try:
                return decode(data, label)
            except UnreadableError:
                pass
    return decode(data, declared)
