"""Files that survive a kill: replaced whole, or appended line by line with a torn end cut."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus.errors import PressmarkError


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; when the block ends well it takes `path`'s place.

    The file is flushed to disk before it is renamed. When the block fails nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.chmod(0o666 & ~umask())
        part.replace(path)
        sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text` (UTF-8, line ends as they are)."""
    with replacing(path) as part:
        part.write_bytes(text.encode("utf-8"))


def write_json(path: Path, value: object) -> None:
    """Replace `path` by `value` as indented JSON."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Replace `path` by one JSON object a line."""
    with replacing(path) as part, part.open("wb") as file:
        for row in rows:
            file.write(line(row).encode("utf-8"))


def append_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Append one JSON object a line to `path`, cutting off a torn last line first.

    It is cut off also where there is nothing to append. A last line that is whole but lacks its
    line end (an editor's doing) is kept.
    """
    # ensure_ascii=False would leave U+2028 bare, which other tools take for a line's end
    append_text(path, "".join(map(line, rows)))


def append_text(path: Path, text: str) -> None:
    """Append whole lines to `path` as `append_lines` does."""
    data = text.encode("utf-8")
    if not data and not path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        kept = _whole(path)
        if not data and kept == path.stat().st_size:
            return
        file.truncate(kept)
        file.write(data if not data or _ended(path, kept) else b"\n" + data)
        file.flush()
        os.fsync(file.fileno())


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of `path`, one a line; a torn last line is cut off, silently.

    Raises:
        PressmarkError: a line in the middle is not a JSON object.
    """
    if not path.exists():
        return
    whole = _whole(path)
    with path.open("rb") as file:
        for number, text in enumerate(file, 1):
            if file.tell() > whole:
                return
            try:
                row = json.loads(text)
            except ValueError:
                row = None
            if not isinstance(row, dict):
                raise PressmarkError(
                    f"{path}:{number}: not a JSON object; mend the line or restore the file"
                )
            yield row


def line(row: Mapping[str, Any]) -> str:
    """Return the row as JSON on one line, with its end."""
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    for mark in "\u2028\u2029\u0085":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text + "\n"


def _whole(path: Path) -> int:
    """The length of `path` without a last line that a kill tore off."""
    end = _last_line_end(path)
    with path.open("rb") as file:
        file.seek(end)
        rest = file.read()
    try:
        return end + len(rest) if isinstance(json.loads(rest), dict) else end
    except ValueError:
        return end


def _ended(path: Path, size: int) -> bool:
    if not size:
        return True
    with path.open("rb") as file:
        file.seek(size - 1)
        return file.read(1) == b"\n"


def _last_line_end(path: Path) -> int:
    size = path.stat().st_size
    with path.open("rb") as file:
        end = size
        while end:
            start = max(0, end - 65536)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to disk, so that a rename survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def umask() -> int:
    """Return what new files deny, as `umask` in a shell."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
