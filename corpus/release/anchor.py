"""Placing what was said of a text that has changed: only where its hashed context is found once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from corpus.dataset import Row
from corpus.records import Annotation, Answer, Article, RecordError, Span
from corpus.release.hashes import places
from corpus.release.shape import OPINIONS, Names, annotations_of

#: A changed text is accepted if at least this share of its spans is found in it: of a page that was
#: rewritten the little that is left would pass for all that there was to mark.
ACCEPTED = 0.5


@dataclass(frozen=True)
class Carried:
    """Annotations as they stand on another text, and what could not be placed, with reasons."""

    annotations: tuple[Annotation, ...]
    placed: int
    lost: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Tell whether enough was placed for the text to pass for a version of the old one."""
        return self.placed > 0 and self.placed >= ACCEPTED * (self.placed + len(self.lost))


def carry(row: Row, article: Article, names: Names, salt: str) -> Carried:
    """Place the annotations of a stand-off row on a changed text, by their hashed contexts."""
    finder = _Finder(row, article.text, salt)
    kept, lost, placed = [], [], 0
    contexts = _contexts(row)
    for annotation in annotations_of(row, names):
        who = f"{annotation.author}'s"
        if annotation.covers:
            lost += [f"{who} annotation covers a part of the old text"] * max(
                len(annotation.spans), 1
            )
            continue
        spans: list[Span] = []
        for span in annotation.spans:
            at, why = finder.find(span.start, span.end, contexts[annotation.id, span.id])
            if why:
                lost.append(f"{who} {span.label!r} at {span.start}: {why}")
            else:
                moved = replace(span, start=at, end=at + span.end - span.start, drawn=None)
                spans.append(moved)
        answers: list[Answer] = []
        for answer in annotation.answers:
            if answer.start is None or answer.end is None:
                answers.append(answer)
                continue
            key = annotation.id, f"{answer.question}:{answer.start}:{answer.end}"
            at, why = finder.find(answer.start, answer.end, contexts[key])
            if why:
                lost.append(f"{who} answer to {answer.question!r} at {answer.start}: {why}")
            else:
                answers.append(replace(answer, start=at, end=at + answer.end - answer.start))
                placed += 1
        try:
            moved_ = replace(
                annotation, sha256=article.sha256, spans=tuple(spans), answers=tuple(answers)
            )
        except RecordError as error:
            lost += [f"{who} annotation: {error}"] * max(len(spans), 1)
            continue
        placed += len(spans)
        kept.append(moved_)
    return Carried(tuple(kept), placed, tuple(lost))


class _Finder:
    """Finds passages of an old text in a new one; each passage is looked for once."""

    def __init__(self, row: Row, text: str, salt: str) -> None:
        self.size, self.text, self.salt = row["length"], text, salt
        self.known: dict[tuple[int, int, str], tuple[int, str]] = {}

    def find(self, start: int, end: int, context: str) -> tuple[int, str]:
        """Return where the passage begins now, or why that is not known."""
        key = start, end, context
        if key not in self.known:
            self.known[key] = self._find(start, end, context)
        return self.known[key]

    def _find(self, start: int, end: int, context: str) -> tuple[int, str]:
        if not context:
            return 0, "the text is too short for its surroundings to be hashed"
        found = places(self.text, (start, end), self.size, self.salt, context)
        if len(found) == 1:
            return found[0], ""
        return 0, f"its surroundings are found {len(found)} times" if found else "not found"


def _contexts(row: Row) -> dict[tuple[str, str], str]:
    return dict(_context_items(row))


def _context_items(row: Row) -> Iterator[tuple[tuple[str, str], str]]:
    for column in OPINIONS:
        for opinion in row[column]:
            for span in opinion["spans"]:
                yield (opinion["id"], span["id"]), span["context"]
            for a in opinion["answers"]:
                yield (opinion["id"], f"{a['question']}:{a['start']}:{a['end']}"), a["context"]
