"""Files, folders and globs to raw pages: text, HTML (also .gz), and rows; one at a time."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from corpus.decode import byte_limit, decode, read_bytes
from corpus.errors import UnreadableError
from corpus.job import FILE, Job, Source
from corpus.yamlfile import ConfigError

_SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".shtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}
#: What a browser saves beside a page: passed over in folders, read where a path names it.
_ASSETS = frozenset(
    """
    .avif .bmp .css .eot .gif .ico .jpeg .jpg .js .map .mjs .mp3 .mp4 .otf .png .svg .ttf .webm
    .webp .woff .woff2
    """.split()
)
_WILD = re.compile(r"[*?\[]")
_MARKUP = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
ROWS = ("jsonl", "csv", "parquet")


@dataclass(frozen=True, slots=True)
class File:
    """A file that a source names: its name in reports, its format and the id by its name."""

    path: Path
    where: str
    source: Source
    format: str
    name: str


@dataclass(frozen=True, slots=True)
class Page:
    """One raw page: decoded, not yet canonical. `given` holds what a row's columns say of it."""

    where: str
    sha256: str
    reader: str
    text: str
    source: Source
    name: str
    given: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that is no page, and why."""

    where: str
    reason: str


def find_files(job: Job) -> list[File]:
    """Return the files of all sources, each once, in order.

    Raises:
        ConfigError: a source without files, rows without a column that is mapped, or two files
            that `id: name` would give the same id; all of it at once.
    """
    # rows.py reads what this module finds
    from corpus.rows import column_problem

    problems, files = [], []
    for number, source in enumerate(job.settings.sources, 1):
        found = list(_files_of(job, source))
        if not found:
            problems.append(
                f"{job.folder / FILE}: source {number}: {source.path!r} matches no file;"
                " mend its path (it is read from the job's folder)"
            )
        problems += [problem for file in found if (problem := column_problem(file))]
        files += found
    problems += _collisions(files)
    if problems:
        raise ConfigError(problems)
    return list({file.path: file for file in files}.values())


def read_page(file: File) -> Page:
    """Read a file that is one page.

    Raises:
        UnreadableError: empty, not text, truncated, or over the source's limit.
    """
    try:
        with file.path.open("rb") as stream:
            data = read_bytes(stream, byte_limit(file.source.max_characters))
    except OSError as error:
        raise UnreadableError(f"cannot be read ({error.strerror})") from None
    if not data.strip():
        raise UnreadableError("empty; fetch the page again or take it out")
    text, changes = decode(data, file.source.encoding)
    markup = file.format == "html" or (file.source.format == "auto" and is_markup(text))
    return Page(
        file.where,
        sha256_of_file(file.path),
        "html" if markup else "text",
        text,
        file.source,
        file.name,
        changes=changes,
    )


def is_markup(text: str) -> bool:
    """Tell whether `text` begins like an HTML document."""
    return bool(_MARKUP.match(text.lstrip("\ufeff")[:4096]))


def sha256_of_file(path: Path) -> str:
    """Return the hex sha256 of a file's bytes, as they lie on disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files_of(job: Job, source: Source) -> Iterator[File]:
    path = job.folder / Path(source.path).expanduser()
    if path.is_file():
        root, paths = path.parent, [path]
    elif path.is_dir():
        root = path
        paths = [p for p in _below(path) if p.suffix.casefold() not in _ASSETS]
    elif _WILD.search(source.path):
        root, pattern = _split(path)
        paths = sorted(p for p in root.glob(pattern) if p.is_file()) if root.is_dir() else []
    else:
        return
    for found in paths:
        if not _ours(job, found):
            # a name that is no UTF-8 is told with question marks
            where = os.path.relpath(found, job.folder).encode("utf-8", "replace").decode()
            name = _plain_name(found.relative_to(root))
            yield File(found, where, source, _format(found, source), name)


def _below(folder: Path) -> list[Path]:
    """The files below a folder, sorted; hidden ones are nobody's pages."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(parent, name) for name in names if not name.startswith(".")]
    return sorted(path for path in found if path.is_file())


def _split(path: Path) -> tuple[Path, str]:
    """A glob as its fixed root and the pattern below it."""
    parts = path.parts
    first = next(i for i, part in enumerate(parts) if _WILD.search(part))
    return Path(*parts[:first]), str(Path(*parts[first:]))


def _ours(job: Job, path: Path) -> bool:
    """What the job itself writes is no source, though a path such as '.' covers it."""
    kept = [job.articles, job.predictions, job.models, job.studio_data, job.folder / "schemes"]
    kept += [job.releases]
    names = [FILE, "job.json", ".lock", "annotations.jsonl", "gold.jsonl", "disputes.jsonl"]
    names += [job.quarantine.name, job.takedown.name, job.pseudonyms.name]
    if path.parent == job.folder and path.name in names:
        return True
    return any(path.is_relative_to(folder) for folder in kept)


def _plain_name(path: Path) -> str:
    """The path below the root without .gz and its suffix, with forward slashes."""
    if path.suffix.casefold() == ".gz":
        path = path.with_suffix("")
    return path.with_suffix("").as_posix() if path.suffix.casefold() in _NAMED else path.as_posix()


_NAMED = frozenset((*_SUFFIXES, ".txt", ".text", ".md", ".json"))


def _format(path: Path, source: Source) -> str:
    if source.format != "auto":
        return source.format
    inner = Path(path.stem) if path.suffix.casefold() == ".gz" else path
    known = _SUFFIXES.get(inner.suffix.casefold())
    if known:
        return known
    with path.open("rb") as file:
        return "parquet" if file.read(4) == b"PAR1" else "text"


def _collisions(files: list[File]) -> Iterator[str]:
    """Two files of one id would pass for versions of one article."""
    seen: dict[str, File] = {}
    for file in files:
        if file.source.id == "name":
            first = seen.setdefault(file.name, file)
            if first.path != file.path:
                yield (
                    f"{first.where} and {file.where} both have the id {file.name!r}"
                    " (id: name); rename one"
                )
