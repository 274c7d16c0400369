"""Archives of pages (.zip, .tar, .tar.gz) as sources: read as a stream, never extracted."""

from __future__ import annotations

import hashlib
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO

from corpus.errors import UnreadableError
from corpus.reading.decode import byte_limit, decode, read_bytes
from corpus.reading.readers import (
    ASSETS,
    File,
    Page,
    Passed,
    Refused,
    is_markup,
    plain_name,
    suffix_format,
)

#: A tar is a stream: behind a member of more than this nothing is read, or a bomb would keep us.
MEMBER_LIMIT = 2**30
#: What tells of a member in a tar (its long name, its fields) is read whole by tarfile.
TOLD_LIMIT = 2**20
_TOLD = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_DRIVE = re.compile(r"[A-Za-z]:")


class _Member(tarfile.TarInfo):
    """A member whose name and fields are no bomb."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Member:
        member = super().frombuf(buf, encoding, errors)
        if member.type in _TOLD and member.size > TOLD_LIMIT:
            raise tarfile.ReadError(f"a member's name or fields of more than {TOLD_LIMIT} bytes")
        return member


def read_archive(file: File) -> Iterator[Page | Refused | Passed]:
    """Yield the pages of an archive, in its order; a member that is none is refused by its name."""
    try:
        if zipfile.is_zipfile(file.path):
            yield from _zip(file)
        else:
            yield from _tar(file)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error) as error:
        told = str(error) or type(error).__name__
        yield Refused(file.where, f"damaged or cut-off archive ({told}); fetch it again")
    except OSError as error:
        yield Refused(file.where, f"cannot be read ({error.strerror or error})")


def _zip(file: File) -> Iterator[Page | Refused | Passed]:
    with zipfile.ZipFile(file.path) as archive:
        for member in archive.infolist():
            # zipfile cuts a name at its NUL and turns backslashes: what was written counts
            name = member.orig_filename
            if member.is_dir():
                continue
            link = (member.external_attr >> 28) == 0o12
            problem = _problem(name, link)
            if problem:
                yield Refused(_where(file, name), problem)
                continue
            try:
                with archive.open(member) as stream:
                    yield _member(file, name, stream)
            except (zipfile.BadZipFile, EOFError, zlib.error):
                told = "damaged in its archive; fetch the archive again"
                yield Refused(_where(file, name), told)
            except (RuntimeError, NotImplementedError) as error:
                yield Refused(_where(file, name), f"cannot be unpacked ({error})")


def _tar(file: File) -> Iterator[Page | Refused | Passed]:
    with tarfile.open(file.path, "r|*", tarinfo=_Member) as archive:
        for member in archive:
            if member.isdir():
                continue
            where = _where(file, member.name)
            if member.size > MEMBER_LIMIT:
                told = (
                    f"a member of more than {MEMBER_LIMIT} bytes; what lies behind it is not read"
                )
                yield Refused(where, told)
                return
            if problem := _problem(member.name, not member.isfile()):
                yield Refused(where, problem)
                continue
            stream = archive.extractfile(member)
            assert stream is not None  # it is a file
            yield _member(file, member.name, stream)


def _problem(name: str, special: bool) -> str:
    """Say why a member is not read; '' where it may be."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or parts[0] == "/" or ".." in parts or _DRIVE.match(name) or "\0" in name:
        return "a name that points outside of its archive; who made the archive?"
    return "a link or a device, not a file" if special else ""


def _member(file: File, name: str, stream: IO[bytes]) -> Page | Refused | Passed:
    where = _where(file, name)
    path = PurePosixPath(name)
    if path.suffix.casefold() in ASSETS or path.name.startswith((".", "__MACOSX")):
        return Passed(where, "not a page")
    kind = suffix_format(path) or "text"
    if kind not in ("html", "text"):
        return Refused(where, f"{kind} within an archive; unpack it first")
    try:
        data = read_bytes(stream, byte_limit(file.source.max_characters))  # type: ignore[arg-type]  # read() is all it asks for
        text, changes = decode(data, file.source.encoding)
    except UnreadableError as error:
        return Refused(where, str(error))
    if not data.strip():
        return Refused(where, "empty; fetch the page again or take it out")
    markup = "html" in (kind, file.source.format) or is_markup(text)
    given = {"id": plain_name(path)} if file.source.id == "name" else {}
    sha256 = hashlib.sha256(data).hexdigest()
    reader = "html" if markup else "text"
    return Page(where, sha256, reader, text, file.source, name, given, changes)


def _where(file: File, name: str) -> str:
    return f"{file.where}/{name.encode('utf-8', 'replace').decode()}"
