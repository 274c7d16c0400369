"""BASIL: an article and its annotations as JSON files; spans stand within a sentence.

Fan et al. (2019). `articles/YEAR/NAME.json` holds title and `body-paragraphs`, lists of sentences;
`annotations/YEAR/NAME_ann.json` names a sentence 'title' or 'p<k>', the k-th of the flattened body
counted from 0, and counts start and end within it. The text is the title and the paragraphs, a
blank line apart, their sentences one blank apart and without white space at their ends: the
corpus' own tool showed them so and counted from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import PressmarkError, UnreadableError
from corpus.imports.native import Document, Found, Mark, Opinion, Part, Refused, Said
from corpus.imports.tables import integer, json_object
from corpus.reading.readers import sha256_of_file

#: What the keys of a phrase say of the span; the rest is its place.
_ATTRIBUTES = (
    "polarity",
    "target",
    "aim",
    "quote",
    "speaker",
    "indirect-target-name",
    "indirect-ally-opponent-sentiment",
    "notes",
)
_FEELING = re.compile(r"(author_feeling|you_feeling)_(.+)")


@dataclass(frozen=True, slots=True)
class _Page:
    """The article's text, its blocks, and where each sentence stands ('title', 'p0', …).

    The third number of a place counts the white space that was before the sentence.
    """

    text: str
    parts: tuple[Part, ...]
    sentences: dict[str, tuple[int, int, int]]


def read(path: Path) -> Iterator[Found]:
    """Yield each article with its spans and its answers, by one author, the resolved gold.

    Raises:
        PressmarkError: no folder `articles` or `annotations`, or nothing in it.
    """
    for name in ("articles", "annotations"):
        if not any((path / name).glob("*/*.json")):
            raise PressmarkError(f"{path / name}: no YEAR/*.json in it; BASIL has both folders")
    files = sorted((path / "articles").glob("*/*.json"))
    used = set()
    for file in files:
        notes = path / "annotations" / file.parent.name / f"{file.stem}_ann.json"
        used.add(notes)
        yield from _read(file, notes, path)
    for notes in sorted((path / "annotations").glob("*/*.json")):
        if notes not in used:
            yield Refused(notes.relative_to(path).as_posix(), "its article is not in articles/")


def _read(file: Path, notes: Path, path: Path) -> Iterator[Found]:
    where = file.relative_to(path).as_posix()
    told = notes.relative_to(path).as_posix()
    data = json_object(file.read_bytes())
    if isinstance(data, str):
        yield Refused(where, data)
        return
    try:
        page = _page(data)
    except UnreadableError as error:
        yield Refused(where, str(error))
        return
    opinions: tuple[Opinion, ...] = ()
    said = json_object(notes.read_bytes()) if notes.is_file() else "there is no such file"
    if isinstance(said, str):
        yield Refused(told, f"the annotations of {where}: {said}")
    else:
        marks: list[Mark] = []
        for mark in _marks(said, told, page):
            if isinstance(mark, Refused):
                yield mark
            else:
                marks.append(mark)
        answers = tuple(_answers(said.get("article-level-annotations"), told))
        opinions = (Opinion(told, "basil", "gold", tuple(marks), answers),)
    facts = {name: str(data.get(name) or "") for name in ("url", "title")}
    yield Document(
        where,
        sha256_of_file(file),
        page.text,
        file.stem,
        parts=page.parts,
        opinions=opinions,
        publisher=str(data.get("source") or ""),
        published=str(data.get("date") or ""),
        language="en",
        **facts,
    )


def _page(data: dict[str, Any]) -> _Page:
    title, body = data.get("title") or "", data.get("body-paragraphs")
    paragraphs = body if isinstance(body, list) else None
    if not isinstance(title, str) or paragraphs is None:
        raise UnreadableError("no title and body-paragraphs (a list of lists of sentences)")
    text, parts = title, [Part(0, len(title), "headline")] if title else []
    places = {"title": (0, len(title), 0)} if title else {}
    for paragraph in paragraphs:
        if not isinstance(paragraph, list) or not all(isinstance(s, str) for s in paragraph):
            raise UnreadableError("body-paragraphs is no list of lists of sentences")
        text += "\n\n" if text else ""
        begun = len(text)
        for sentence in paragraph:
            inner = sentence.strip()
            text += " " if inner and len(text) > begun else ""
            lead = len(sentence) - len(sentence.lstrip())
            places[f"p{len(places) - bool(title)}"] = (len(text), len(text) + len(inner), lead)
            text += inner
        parts.append(Part(begun, len(text), "paragraph"))
    return _Page(text, tuple(parts), places)


def _marks(data: dict[str, Any], where: str, page: _Page) -> Iterator[Mark | Refused]:
    phrases = data.get("phrase-level-annotations")
    if not isinstance(phrases, list):
        yield Refused(where, "phrase-level-annotations is no list")
        return
    for number, phrase in enumerate(phrases, 1):
        at = f"{where}#{number}"
        try:
            yield _mark(phrase, at, page)
        except UnreadableError as error:
            yield Refused(at, str(error))


def _mark(phrase: object, at: str, page: _Page) -> Mark:
    if not isinstance(phrase, dict):
        raise UnreadableError("no JSON object")
    start, end = integer(phrase.get("start")), integer(phrase.get("end"))
    if start is None or end is None:
        raise UnreadableError("start and end are no whole numbers")
    place = page.sentences.get(str(phrase.get("id")))
    if place is None:
        raise UnreadableError(f"the article has no sentence {phrase.get('id')!r}")
    first, last, lead = place
    words = phrase.get("txt") if isinstance(phrase.get("txt"), str) else None
    if lead and words == page.text[first + start - lead : first + end - lead]:
        start, end = start - lead, end - lead  # counted with the white space before it
    if not 0 <= start < end <= last - first:
        size = last - first
        raise UnreadableError(f"[{start}, {end}) is no range of the sentence's {size} characters")
    attributes = {
        name: (value,)
        for name in _ATTRIBUTES
        if isinstance(value := phrase.get(name), str) and value.strip()
    }
    label = str(phrase.get("bias"))
    return Mark(at, first + start, first + end, label, attributes, words)


def _answers(data: object, where: str) -> Iterator[Said]:
    """The answers about the article; a feeling is told with the entity it is towards."""
    for name, value in data.items() if isinstance(data, dict) else ():
        if not isinstance(value, str) or not value.strip():
            continue
        feeling = _FEELING.fullmatch(str(name))
        at = f"{where}#{name}"
        if feeling:
            yield Said(at, feeling[1], (f"{feeling[2]}: {value}",))
        else:
            yield Said(at, str(name), (value,))
