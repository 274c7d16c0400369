"""SemEval-2023 task 3: articles as in PTC; label files of three subtasks, and spans of the third.

Piskorski et al. (2023). Below a language's folder stand `train-articles-subtask-1` and the like,
`train-labels-subtask-1.txt` (id, genre), `-2` (id, frames), `-3` (id, line from 1, techniques)
and a folder `train-labels-subtask-3-spans` of files as in PTC.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import PressmarkError
from corpus.imports.native import Document, Found, Mark, Opinion, Refused, Said
from corpus.imports.ptc import article, article_files, article_text, label_rows, place
from corpus.imports.tables import integer

_NAME = "semeval2023-t3"
_LABELS = re.compile(r"labels-subtask-([123])(-spans)?(?:\.txt|/.*\.txt)?$")
#: The task's folders by language, as ISO 639-1 has it.
_LANGUAGES = {
    **{code: code for code in ("en", "es", "fr", "it", "ka", "ru")},
    "ge": "de",
    "gr": "el",
    "po": "pl",
}

Item = Mark | Said


def read(path: Path) -> Iterator[Found]:
    """Yield the articles below `path`, each with all that its label files say, by one author.

    Raises:
        PressmarkError: no article, or no label file.
    """
    articles = article_files(path)
    if not articles:
        raise PressmarkError(f"{path}: no article<ID>.txt below it (in train-articles-subtask-1 …)")
    files = [(file, found) for file in sorted(path.rglob("*.txt")) if (found := _kind(file, path))]
    if not files:
        raise PressmarkError(f"{path}: no train-labels-subtask-<N>.txt below it, only articles")
    texts: dict[str, tuple[str, Path]] = {}
    for id_, file in articles:
        text = article_text(file)
        if text is None:
            yield Refused(place(file, path), "not UTF-8 text")
        elif id_ not in texts:
            texts[id_] = (text, file)
        elif texts[id_][0] != text:
            told = f"another text of article {id_} stands in {place(texts[id_][1], path)}"
            yield Refused(place(file, path), told)
    said: defaultdict[str, list[Item]] = defaultdict(list)
    for file, kind in files:
        for id_, item in _rows(file, place(file, path), kind, texts):
            if isinstance(item, Refused):
                yield item
            else:
                said[id_].append(item)
    for id_, (text, file) in texts.items():
        yield _document(id_, text, file, path, said[id_])


def _document(id_: str, text: str, file: Path, path: Path, items: list[Item]) -> Document:
    where = place(file, path)
    marks = tuple(item for item in items if isinstance(item, Mark))
    answers = tuple(item for item in items if isinstance(item, Said))
    opinion = Opinion(where, _NAME, "gold", marks, answers)
    language = next((_LANGUAGES[p.name] for p in file.parents if p.name in _LANGUAGES), "")
    return article(id_, text, file, where, (opinion,) if items else (), language=language)


def _kind(file: Path, path: Path) -> str:
    """The subtask of a label file, 'spans' for spans; '' for a file of another sort."""
    match = _LABELS.search(place(file, path))
    if not match:
        return ""
    return "spans" if match[2] or (match[1] == "3" and _has_spans(file)) else match[1]


def _has_spans(file: Path) -> bool:
    """Tell whether a file of subtask 3 has four columns: some span files bear its name."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        return next(lines, "").count("\t") == 3


def _rows(
    file: Path, where: str, kind: str, texts: dict[str, tuple[str, Path]]
) -> Iterator[tuple[str, Item | Refused]]:
    rows: Iterator[tuple[str, Item | Refused]]
    rows = label_rows(file, where) if kind == "spans" else _answers(file, where, kind, texts)
    for id_, item in rows:
        if isinstance(item, Refused) or id_ in texts:
            yield id_, item
        else:
            yield id_, Refused(item.where, f"no article{id_}.txt: its article is not here")


def _answers(
    file: Path, where: str, kind: str, texts: dict[str, tuple[str, Path]]
) -> Iterator[tuple[str, Item | Refused]]:
    columns = 3 if kind == "3" else 2
    lines = file.read_bytes().decode("utf-8-sig", "surrogateescape").splitlines()
    for number, line in enumerate(lines, 1):
        at = f"{where}:{number}"
        cells = [cell.strip() for cell in line.split("\t")]
        if not line.strip():
            continue
        if len(cells) != columns:
            yield cells[0], Refused(at, f"{len(cells)} cells, a row of this file has {columns}")
            continue
        values = tuple(cells[-1].split(","))
        question = f"subtask-{kind}"
        if kind != "3":
            yield cells[0], Said(at, question, values)
        elif place_ := _line(texts.get(cells[0], ("",))[0], integer(cells[1])):
            yield cells[0], Said(at, question, values, *place_)
        elif cells[0] in texts:
            yield cells[0], Refused(at, f"{cells[1]!r} is no line of the article that holds text")
        else:
            yield cells[0], Refused(at, f"no article{cells[0]}.txt: its article is not here")


def _line(text: str, number: int | None) -> tuple[int, int] | None:
    """Where the line of that number (from 1) stands, without the white space at its ends."""
    lines = text.split("\n")
    if number is None or not 1 <= number <= len(lines) or not lines[number - 1].strip():
        return None
    line = lines[number - 1]
    start = sum(len(each) + 1 for each in lines[: number - 1]) + len(line) - len(line.lstrip())
    return start, start + len(line.strip())
