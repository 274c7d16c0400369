"""What the corpora with a unit a row share: one sentence or headline, one label, one author."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from corpus.errors import PressmarkError
from corpus.imports.native import Document, Mark, Opinion, Part, Said
from corpus.imports.tables import sha256_of_file


def unit(
    where: str,
    text: str,
    opinions: Sequence[tuple[str, str, Mapping[str, str]]],
    *,
    kind: str = "paragraph",
    marks: Sequence[Mark] = (),
    **facts: str,
) -> Document:
    """Return one sentence or headline; each opinion is author, role and answers by question.

    White space around the text goes. The answers stand on the whole of it, `marks` are everybody's.
    """
    text = text.strip()
    end = len(text)
    said = tuple(
        Opinion(
            where,
            author,
            role,
            tuple(marks),
            tuple(Said(where, name, (value,), 0, end) for name, value in answers.items()),
        )
        for author, role, answers in opinions
    )
    parts = (Part(0, end, kind),)
    return Document(where=where, text=text, parts=parts, opinions=said, **facts)


def tables_of(path: Path, pattern: str, what: str) -> Iterator[tuple[Path, str, str]]:
    """Yield the files at or below `path` that fit `pattern`: path, name in reports and sha256.

    Raises:
        PressmarkError: there is none; `what` names it.
    """
    files = [path] if path.is_file() else sorted(f for f in path.rglob(pattern) if f.is_file())
    if not files:
        raise PressmarkError(f"{path}: no {what} ({pattern}) at or below it")
    for file in files:
        where = file.relative_to(path).as_posix() if file != path else file.name
        yield file, where, sha256_of_file(file)
