"""The Propaganda Techniques Corpus: articleID.txt files and tab-separated label files.

Da San Martino et al. (2020), SemEval-2020 task 11. A label file holds id, technique, start and end,
or (span identification) id, start and end. Offsets count the characters of the file as Python reads
it: a byte order mark is one, a CRLF is one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import PressmarkError
from corpus.imports.native import Document, Found, Mark, Opinion, Refused, lines_as_parts
from corpus.imports.tables import integer
from corpus.reading.readers import sha256_of_file

_ARTICLE = re.compile(r"article(.+)\.txt")


def read(path: Path) -> Iterator[Found]:
    """Yield the articles below `path`, each with its spans by one author, the consolidated gold.

    An article of a folder whose other articles are labelled was read too and holds nothing; one
    of a folder without any label (a test part) has no opinion.

    Raises:
        PressmarkError: no article, or no label file.
    """
    articles = article_files(path)
    files = [
        file for file in sorted(path.rglob("*")) if file.is_file() and file.suffix == ".labels"
    ]
    if not articles:
        raise PressmarkError(f"{path}: no article<ID>.txt below it (PTC has them in articles/)")
    if not files:
        raise PressmarkError(f"{path}: no label file (*.labels) below it, only articles")
    marks: defaultdict[str, list[Mark]] = defaultdict(list)
    ids = {id_ for id_, _ in articles}
    for file in files:
        for id_, mark in label_rows(file, place(file, path)):
            if isinstance(mark, Refused):
                yield mark
            elif id_ not in ids:
                yield Refused(mark.where, f"no article{id_}.txt: its article is not here")
            else:
                marks[id_].append(mark)
    labelled = {file.parent for id_, file in articles if id_ in marks}
    for id_, file in articles:
        where = place(file, path)
        text = article_text(file)
        if text is None:
            yield Refused(where, "not UTF-8 text")
            continue
        opinion = Opinion(where, "ptc", "gold", tuple(marks[id_]))
        opinions = (opinion,) if file.parent in labelled else ()
        yield article(id_, text, file, where, opinions, language="en")


def article_files(path: Path) -> list[tuple[str, Path]]:
    """Return the id and file of every articleID.txt below `path`, in order."""
    found = ((_ARTICLE.fullmatch(file.name), file) for file in sorted(path.rglob("article*.txt")))
    return [(match[1], file) for match, file in found if match and "-labels-" not in file.name]


def article_text(file: Path) -> str | None:
    """Return the text whose characters the label files count, or None where it is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def article(
    id_: str, text: str, file: Path, where: str, opinions: tuple[Opinion, ...], *, language: str
) -> Document:
    """Return an article file as a document: its first line is the headline."""
    parts = lines_as_parts(text)
    title = text[parts[0].start : parts[0].end] if parts else ""
    sha256 = sha256_of_file(file)
    return Document(
        where, sha256, text, id_, parts=parts, opinions=opinions, title=title, language=language
    )


def label_rows(file: Path, where: str) -> Iterator[tuple[str, Mark | Refused]]:
    """Yield each row of a label file as its article's id and its span; the label may be ''."""
    lines = file.read_bytes().decode("utf-8-sig", "surrogateescape").splitlines()
    for number, line in enumerate(lines, 1):
        at = f"{where}:{number}"
        cells = [cell.strip() for cell in line.split("\t")]
        if not line.strip():
            continue
        if len(cells) not in (3, 4):
            told = f"{len(cells)} cells; a row is id, technique, start, end, or id, start, end"
            yield cells[0], Refused(at, told)
            continue
        start, end = integer(cells[-2]), integer(cells[-1])
        if start is None or end is None:
            told = f"start {cells[-2]!r} or end {cells[-1]!r} is no whole number"
            yield cells[0], Refused(at, told)
            continue
        label = cells[1] if len(cells) == 4 else ""
        yield cells[0], Mark(at, start, end, label)


def place(file: Path, path: Path) -> str:
    """Return a file's name in reports: its path below what was imported."""
    return file.relative_to(path).as_posix() if file != path else file.name
