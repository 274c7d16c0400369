"""Bytes to text: the declared encoding, a byte order mark or UTF-8 first, then a guess."""

from __future__ import annotations

import codecs
import re
import zlib
from typing import BinaryIO

from charset_normalizer import from_bytes
from resiliparse.parse.encoding import map_encoding_to_html5

from corpus.errors import UnreadableError

#: Markup beside the text that a page may hold: the largest of 85 saved pages has 3 MB.
MARKUP_ALLOWANCE = 16 * 2**20

_GZIP = b"\x1f\x8b"
_CHUNK = 2**16
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_CONTROL = re.compile("[\0-\x08\x0e-\x1f]")
#: A file with this share of control characters, or more, is no text.
_BINARY_SHARE = 0.3
#: Good characters beyond ASCII for each bad byte that make a damaged UTF-8 file of it.
_GOOD_FOR_BAD = 4


def byte_limit(characters: int) -> int:
    """The bytes that a file of at most `characters` of text may have, unpacked."""
    return 4 * characters + MARKUP_ALLOWANCE


def read_bytes(file: BinaryIO, limit: int) -> bytes:
    """Read `file`, unpacking gzip, and stop at `limit` bytes: a bomb does not go off.

    Raises:
        UnreadableError: longer than the limit, or the gzip data is torn or damaged.
    """
    head = file.read(_CHUNK)
    if not head.startswith(_GZIP):
        return within(head + file.read(max(0, limit + 1 - len(head))), limit)
    data, unpacker = bytearray(), zlib.decompressobj(wbits=31)
    try:
        while head:
            data += unpacker.decompress(head, max_length=limit + 1 - len(data))
            if len(data) > limit:
                break
            head = unpacker.unconsumed_tail or unpacker.unused_data
            if unpacker.eof:
                head = head.lstrip(b"\0")  # padding is allowed between and behind members
                unpacker = zlib.decompressobj(wbits=31) if head else unpacker
            head = head or file.read(_CHUNK)
            if unpacker.eof and head:
                unpacker = zlib.decompressobj(wbits=31)
    except zlib.error as error:
        raise UnreadableError(f"damaged gzip ({error}); fetch the file again") from None
    if not unpacker.eof and len(data) <= limit:
        raise UnreadableError("truncated gzip; fetch the file again")
    return within(bytes(data), limit)


def within(data: bytes, limit: int) -> bytes:
    """Return `data` if it is not longer than `limit` bytes.

    Raises:
        UnreadableError: it is.
    """
    if len(data) > limit:
        told = "raise max_characters of the source (max_bytes where it is fetched) to read it"
        raise UnreadableError(f"longer than {limit} bytes unpacked; {told}")
    return data


def decode(data: bytes, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Return the text of `data` and what was done to get it.

    Args:
        data: a whole file.
        declared: the encoding that the job file names, if it does.

    Raises:
        UnreadableError: not text, or not in the encoding that was declared.
    """
    if declared:
        return _declared(data, declared)
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _strict(data, name)
    told = _META.search(data[:4096])
    label = map_encoding_to_html5(told[1].decode("ascii", "replace"), False) if told else None
    # what calls itself Latin is often UTF-8, which no Latin text looks like by chance
    if label and label not in ("utf-8", "windows-1252", "utf-16le", "utf-16be"):
        try:
            return _strict(data, label)
        except UnreadableError:
            pass
    try:
        return _text(data.decode("utf-8")), ()
    except UnicodeDecodeError:
        return _guessed(data, label)


def marked(data: bytes) -> bool:
    """Tell whether `data` begins with a byte order mark."""
    return any(data.startswith(mark) for mark, _ in _BOMS)


def _declared(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    try:
        return _strict(data, codecs.lookup(name).name)
    except (LookupError, UnreadableError):
        raise UnreadableError(
            f"not text in {name}; mend or leave out encoding in the source"
        ) from None


def _strict(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    try:
        text = data.decode(name)
    except (UnicodeError, LookupError):
        raise UnreadableError(f"not text in {name}; save the file again as UTF-8") from None
    return _text(text), () if name.startswith("utf-8") else (f"decoded from {name}",)


def _guessed(data: bytes, label: str | None) -> tuple[str, tuple[str, ...]]:
    if b"\0" in data:
        raise UnreadableError("binary, not text; take it out of the source")
    if label == "windows-1252":
        try:
            return _strict(data, label)
        except UnreadableError:
            pass
    mended = data.decode("utf-8", "replace")
    bad = mended.count("\ufffd")
    good = sum(ord(char) > 127 for char in mended) - bad
    if good >= _GOOD_FOR_BAD * bad:
        return _text(mended), (f"undecodable bytes replaced: {bad}",)
    best = from_bytes(data, explain=False).best()
    if best is None:
        raise UnreadableError(
            "binary or of an unknown encoding; name its encoding in the source, or take it out"
        )
    return _text(str(best)), (f"decoded from {best.encoding} (guessed)",)


def _text(text: str) -> str:
    """`text`, unless it is data that decodes by chance."""
    if len(_CONTROL.findall(text)) > _BINARY_SHARE * len(text):
        raise UnreadableError("binary, not text; take it out of the source")
    return text
