"""Files, folders and globs to raw pages: text, HTML (also .gz), and rows; one at a time."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from corpus.errors import UnreadableError
from corpus.job import FILE, Job
from corpus.reading.decode import byte_limit, decode, read_bytes
from corpus.seen import Seen
from corpus.settings import Source
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
    ".json": "json",
    ".warc": "warc",
    ".zip": "archive",
    ".tar": "archive",
    ".tgz": "archive",
}
#: What a browser saves beside a page: passed over in folders, read where a path names it.
ASSETS = frozenset(
    """
    .avif .bmp .css .eot .gif .ico .jpeg .jpg .js .map .mjs .mp3 .mp4 .otf .png .svg .ttf .webm
    .webp .woff .woff2
    """.split()
)
_WILD = re.compile(r"[*?\[]")
_MARKUP = re.compile(
    # what is matched is not given back: a hundred comments could be divided in 2**100 ways
    r"\s*+(?>(?:<!--.{0,2000}?-->|<\?xml[^>]*+>)\s*+)*+<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
ROWS = ("jsonl", "json", "csv", "parquet", "dataset")
#: How far a file of another name is looked into for what it is.
_MAGIC = {b"PAR1": "parquet", b"PK\3\4": "archive", b"WARC": "warc"}


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
    """One raw page: decoded, not yet canonical. `given` holds what a row's columns say of it.

    `parts` are its blocks (kind, text) where a format gives them; their texts, blank lines between,
    are then `text`. `fetched`, `robots` and `tdm` are for its provenance.
    """

    where: str
    sha256: str
    reader: str
    text: str
    source: Source
    name: str
    given: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    fetched: str = ""
    robots: str = ""
    tdm: str = ""
    paywalled: bool | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A page that cannot be read, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Passed:
    """What lies among pages and is none (a picture, an answer 404): counted, not set aside."""

    where: str
    reason: str


@dataclass(frozen=True)
class Files:
    """The files of a job's sources, each once, in order; found anew whenever they are asked for."""

    job: Job
    count: int

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[File]:
        seen = Seen()
        for source in self.job.settings.sources:
            for file in _files_of(self.job, source):
                if seen.add(_key(file)):
                    yield file


def find_files(job: Job) -> Files:
    """Return the files of all sources; a hundred thousand of them are not held in memory.

    Raises:
        ConfigError: a source without files, rows without a column that is mapped, or two files
            that `id: name` would give the same id; all of it at once.
    """
    # rows.py reads what this module finds
    from corpus.reading.rows import column_problem

    problems: list[str] = []
    names, seen = Seen(), Seen()
    for number, source in enumerate(job.settings.sources, 1):
        found = False
        for file in _files_of(job, source):
            found = True
            problem = column_problem(file)
            problems += [problem] if problem else []
            if seen.add(_key(file)) and source.id == "name" and not names.add(file.name):
                problems.append(_collision(job, file))
        if not found:
            problems.append(f"{job.folder / FILE}: source {number}: {_nothing(source)}")
    if problems:
        raise ConfigError(problems)
    return Files(job, len(seen))


def _key(file: File) -> str:
    # one dataset has several splits
    split = f"\n{file.source.subset}\n{file.source.split}" if file.format == "dataset" else ""
    return f"{os.fspath(file.path)}{split}"


def _nothing(source: Source) -> str:
    if source.format == "urls":
        return f"{source.path!r}: nothing fetched yet; run 'pressmark fetch' first"
    return f"{source.path!r} matches no file; mend its path (it is read from the job's folder)"


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
    if source.dataset:
        folder = job.folder / Path(source.dataset).expanduser()
        yield File(folder, source.dataset, source, "dataset", source.dataset)
        return
    path = job.folder / Path(source.path).expanduser()
    if source.format == "urls":
        path = fetched_warc(job, source)
        if path.is_file():
            where = os.path.relpath(path, job.folder)
            yield File(path, where, source, "warc", path.name)
        return
    paths: Iterable[Path]
    if path.is_file():
        root, paths = path.parent, [path]
    elif path.is_dir():
        root = path
        paths = (p for p in _below(path) if p.suffix.casefold() not in ASSETS)
    elif _WILD.search(source.path):
        root, pattern = _split(path)
        paths = sorted(p for p in root.glob(pattern) if p.is_file()) if root.is_dir() else []
    else:
        return
    for found in paths:
        if not _ours(job, found):
            # a name that is no UTF-8 is told with question marks
            where = os.path.relpath(found, job.folder).encode("utf-8", "replace").decode()
            name = plain_name(found.relative_to(root))
            yield File(found, where, source, _format(found, source), name)


def _below(folder: Path) -> Iterator[Path]:
    """The files below a folder, each folder's own first; hidden ones are nobody's pages."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if not name.startswith(".") and path.is_file():
                yield path


def _split(path: Path) -> tuple[Path, str]:
    """A glob as its fixed root and the pattern below it."""
    parts = path.parts
    first = next(i for i, part in enumerate(parts) if _WILD.search(part))
    return Path(*parts[:first]), str(Path(*parts[first:]))


def _ours(job: Job, path: Path) -> bool:
    """What the job itself writes is no source, though a path such as '.' covers it."""
    kept = [job.articles, job.predictions, job.models, job.studio_data, job.folder / "schemes"]
    kept += [job.releases, job.fetched]
    names = [FILE, "job.json", ".lock", "annotations.jsonl", "gold.jsonl", "disputes.jsonl"]
    names += [job.quarantine.name, job.takedown.name, job.pseudonyms.name]
    if path.parent == job.folder and path.name in names:
        return True
    return any(path.is_relative_to(folder) for folder in kept)


def fetched_warc(job: Job, source: Source) -> Path:
    """Where `fetch` keeps the pages of a list of addresses."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", str(Path(source.path).with_suffix(""))).strip("-.")
    return job.fetched / f"{name or 'urls'}.warc.gz"


def plain_name(path: PurePath) -> str:
    """The path below the root without .gz and its suffix, with forward slashes."""
    if path.suffix.casefold() == ".gz":
        path = path.with_suffix("")
    return path.with_suffix("").as_posix() if path.suffix.casefold() in _NAMED else path.as_posix()


_NAMED = frozenset((*_SUFFIXES, ".txt", ".text", ".md"))


def suffix_format(path: PurePath) -> str:
    """The format that a name tells, '' where it tells none; .gz and .zst stand behind others."""
    packed = path.suffix.casefold() in (".gz", ".zst")
    inner = PurePath(path.stem) if packed else path
    return _SUFFIXES.get(inner.suffix.casefold(), "")


def _format(path: Path, source: Source) -> str:
    known = suffix_format(path)
    if source.format in ("news-please", "fundus"):
        return "json" if known == "json" else "jsonl"
    # an archive is one whatever its pages are
    if source.format != "auto" and known != "archive":
        return source.format
    if known:
        return known
    with path.open("rb") as file:
        return _MAGIC.get(file.read(4), "text")


def _collision(job: Job, file: File) -> str:
    """Two files of one id would pass for versions of one article."""
    named = (
        other
        for source in job.settings.sources
        if source.id == "name"
        for other in _files_of(job, source)
    )
    first = next(other for other in named if other.name == file.name)
    return f"{first.where} and {file.where} both have the id {file.name!r} (id: name); rename one"
