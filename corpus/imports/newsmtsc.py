"""NewsMTSC: JSON lines of a sentence and the targets in it, each with the polarity towards it.

Hamborg and Donnay (2021). `from` and `to` count the characters of `sentence_normalized`; each is
checked against its `mention`. Targets overlap and one mention can stand for two, so they are
answers with a place; of each target there are two, its polarity and its id.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.errors import UnreadableError
from corpus.imports.native import Document, Found, Opinion, Refused, Said
from corpus.imports.tables import integer, objects
from corpus.imports.units import tables_of


def read(path: Path) -> Iterator[Found]:
    """Yield each sentence with the polarity of its targets and where else they are mentioned."""
    for file, where, sha256 in tables_of(path, "*.jsonl", "file of JSON lines"):
        for row in objects(file, where):
            if isinstance(row, Refused):
                yield row
                continue
            place, data = row
            try:
                yield _document(place, sha256, data)
            except UnreadableError as error:
                yield Refused(place, str(error))


def _document(where: str, sha256: str, data: dict[str, Any]) -> Document:
    text, id_ = data.get("sentence_normalized"), data.get("primary_gid")
    targets = data.get("targets")
    if not isinstance(text, str) or not isinstance(id_, str) or not isinstance(targets, list):
        raise UnreadableError("no primary_gid, sentence_normalized and targets")
    said = tuple(answer for target in targets for answer in _answers(where, target))
    opinion = Opinion(where, "newsmtsc", "gold", answers=said)
    return Document(where, sha256, text, id_, opinions=(opinion,), language="en")


def _answers(where: str, target: object) -> Iterator[Said]:
    if not isinstance(target, dict):
        raise UnreadableError("a target is no JSON object")
    start, end, words = _mention(target)
    polarity = target.get("polarity")
    if isinstance(polarity, float) and polarity.is_integer():
        polarity = int(polarity)
    yield Said(where, "polarity", (str(polarity),), start, end, words)
    gid = target.get("Input.gid")
    if not isinstance(gid, str):
        raise UnreadableError("a target has no Input.gid")
    yield Said(where, "target", (gid,), start, end)
    further = target.get("further_mentions", [])
    if not isinstance(further, list):
        raise UnreadableError("further_mentions is no list")
    for mention in further:
        yield Said(where, "further mention", (gid,), *_mention(mention))


def _mention(data: object) -> tuple[int, int, str]:
    """Where a mention stands, and its words."""
    given = data if isinstance(data, dict) else {}
    start, end, words = integer(given.get("from")), integer(given.get("to")), given.get("mention")
    if start is None or end is None or not isinstance(words, str):
        raise UnreadableError("a mention's from and to are whole numbers, its mention is text")
    return start, end, words
