"""A release folder: its manifest, its checksums, its rows."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.dataset import Row
from corpus.errors import PressmarkError
from corpus.files import sync_folder, write_text
from corpus.release.shape import OPINIONS, Names

FORMAT = 1
MANIFEST = "release.json"
SUMS = "SHA256SUMS"
#: What a manifest must hold to be read.
_KEYS = frozenset({"name", "version", "title", "salt", "scheme", "labels", "kinds", "placed"})
#: The column that only the rows of a configuration have.
_OWN = {"full": "text", "standoff": "length"}


@dataclass(frozen=True)
class Release:
    """An opened release: every file's checksum was found right."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def names(self) -> Names:
        """The names of its labels and kinds of block."""
        return Names(tuple(self.manifest["labels"]), tuple(self.manifest["kinds"]))

    @property
    def salt(self) -> str:
        """What its hashes were made with."""
        return str(self.manifest["salt"])

    @property
    def version(self) -> str:
        """Its version, as it was published."""
        return str(self.manifest["version"])

    def rows(self, configuration: str) -> Iterator[tuple[str, Row]]:
        """Yield each row with its split, some hundred in memory at a time.

        Raises:
            PressmarkError: a file is no table of that configuration.
        """
        for path in sorted((self.folder / configuration).glob("*.parquet")):
            for row in _table(path, _OWN[configuration]):
                yield path.stem, row


def open_release(folder: Path) -> Release:
    """Open a release and verify the sha256 of every file that it lists.

    Raises:
        PressmarkError: no release, one of a newer format, or files that are missing or changed.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise PressmarkError(f"{folder}: no release (no {MANIFEST} in it); give a release's folder")
    wrong = broken(folder)
    if wrong:
        raise PressmarkError(
            f"{folder}: not as it was published: {'; '.join(wrong)}; fetch it anew"
        )
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        version = manifest["format"]
        lacking = version == FORMAT and not set(manifest) >= _KEYS
    except (ValueError, KeyError, TypeError):
        lacking, version = True, FORMAT
    if lacking:
        raise PressmarkError(f"{path}: no manifest of a release; fetch the release anew")
    if version != FORMAT:
        raise PressmarkError(
            f"{path}: format {version!r}, this Pressmark reads {FORMAT}: upgrade Pressmark"
        )
    return Release(folder, manifest)


def _table(path: Path, own: str) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    told = f"{path}: no table of a release; fetch the release anew"
    try:
        with pq.ParquetFile(path) as file:
            if not {"id", "sha256", "blocks", own, *OPINIONS} <= set(file.schema_arrow.names):
                raise PressmarkError(told)
            for batch in file.iter_batches(batch_size=200):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError):
        raise PressmarkError(told) from None


@contextlib.contextmanager
def building(target: Path) -> Iterator[Path]:
    """Give a temporary folder that takes `target`'s place when the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    try:
        yield part
        part.chmod(0o755)
        sync_folder(part)
        part.rename(target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS over every other file of the folder, as `sha256sum -c` reads it."""
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    lines = [f"{_sha256(folder / name)}  {name}\n" for name in names if name != SUMS]
    write_text(folder / SUMS, "".join(lines))


def broken(folder: Path) -> list[str]:
    """List the files of a release that are missing, changed or not in SHA256SUMS."""
    sums = folder / SUMS
    if not sums.is_file():
        return [f"{SUMS} is missing"]
    wrong, listed = [], set()
    for line in sums.read_text(encoding="utf-8", errors="replace").splitlines():
        wanted, _, name = line.partition("  ")
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            wrong.append(f"{SUMS} names {name!r}, outside the folder")
        elif not path.is_file():
            wrong.append(f"{name} is missing")
        elif _sha256(path) != wanted:
            wrong.append(f"{name} has changed")
        listed.add(name)
    read = [MANIFEST, *(p.relative_to(folder).as_posix() for p in folder.glob("*/*.parquet"))]
    return wrong + [f"{name} is not in {SUMS}" for name in sorted(set(read) - listed)]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
