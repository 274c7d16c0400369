"""brat stand-off: .txt and .ann beside each other, and the annotation.conf that brat wants.

Stenetorp et al. (2012). Types and attributes may hold letters, digits, '-' and '_' only: names.json
says which is which. A picked attribute is an A line (of several values one each), free text a note
(AnnotatorNotes, as JSON). brat's lines end spans, so one that crosses a line's end has fragments.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from corpus.files import write_json, write_text
from corpus.records import Annotation, Article, Span
from corpus.scheme import Question, Scheme


class Brat:
    """Writes one author's collection; what has no place in it is counted in `lost`."""

    def __init__(self, folder: Path, schemes: Mapping[str, Scheme], lost: Counter[str]) -> None:
        self.folder, self.schemes, self.lost = folder, schemes, lost
        self.types = _Names()
        self.attributes = _Names()
        self.values: dict[str, set[str]] = {}

    def add(self, article: Article, file: str, opinions: Sequence[Annotation]) -> None:
        """Write an article's two files."""
        lines: list[str] = []
        numbers: Counter[str] = Counter()

        def number(kind: str) -> str:
            numbers[kind] += 1
            return f"{kind}{numbers[kind]}"

        for opinion in opinions:
            self._count(opinion)
            scheme = self.schemes.get(opinion.scheme)
            for span in opinion.spans:
                pieces = list(_fragments(article.text, span))
                if not pieces:
                    self.lost["spans of nothing but line ends"] += 1
                    continue
                inside = (pieces[0][0], pieces[-1][1])
                self.lost["line ends at the edge of a span"] += inside != (span.start, span.end)
                mark = number("T")
                where = ";".join(f"{start} {end}" for start, end in pieces)
                words = " ".join(article.text[start:end] for start, end in pieces)
                lines.append(f"{mark}\t{self.types.of(span.label)} {where}\t{words}\n")
                lines += [
                    f"{number('A')}\t{name} {mark}{value}\n"
                    for name, value in self._attributes(span, scheme)
                ]
                if note := _free(span, scheme):
                    lines.append(f"{number('#')}\tAnnotatorNotes {mark}\t{_note(note)}\n")
        write_text(self.folder / f"{file}.txt", article.text)
        write_text(self.folder / f"{file}.ann", "".join(lines))

    def close(self) -> None:
        """Write annotation.conf and names.json."""
        entities = "".join(f"{name}\n" for name in sorted(self.types.given))
        attributes = "".join(
            f"{name}\tArg:<ENTITY>"
            + (f", Value:{'|'.join(sorted(values))}" if values else "")
            + "\n"
            for name, values in sorted(self.values.items())
        )
        conf = f"[entities]\n{entities}\n[relations]\n\n[events]\n\n[attributes]\n{attributes}"
        write_text(self.folder / "annotation.conf", conf)
        told = {"types": self.types.given, "attributes": self.attributes.given}
        write_json(self.folder / "names.json", told)

    def _attributes(self, span: Span, scheme: Scheme | None) -> Iterator[tuple[str, str]]:
        """Yield the A lines of a span: the attribute's name, and what stands behind its mark."""
        for name, values in span.attributes.items():
            question = scheme.attribute(name) if scheme else None
            if not _picked(question, values):
                continue
            if question and question.type == "one":
                given = self.attributes.of(name)
                value = re.sub(r"[^A-Za-z0-9_-]", "_", values[0])
                self.values.setdefault(given, set()).add(value)
                yield given, f" {value}"
                continue
            for value in values:
                given = self.attributes.of(f"{name}={value}")
                self.values.setdefault(given, set())
                yield given, ""

    def _count(self, opinion: Annotation) -> None:
        self.lost["answers to questions"] += len(opinion.answers)
        self.lost["ranges shown of a text that was not shown whole"] += len(opinion.covers)
        self.lost["ids and origins of spans"] += len(opinion.spans)
        self.lost["scores of spans"] += sum(s.score is not None for s in opinion.spans)


class _Names:
    """Gives each of our names one that brat reads, and remembers which is which."""

    def __init__(self) -> None:
        self.given: dict[str, str] = {}
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str:
        if name not in self._known:
            plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "name"
            given, count = plain, 1
            while given in self.given:
                count += 1
                given = f"{plain}_{count}"
            self._known[name], self.given[given] = given, name
        return self._known[name]


def _picked(question: Question | None, values: tuple[str, ...]) -> bool:
    """Tell whether brat can hold the values: picked from a list, and alike when spelt its way."""
    if question is None or question.type not in ("one", "several", "flag"):
        return False
    offered = ("yes",) if question.type == "flag" else question.value_names
    spelt = all(re.fullmatch(r"[A-Za-z0-9_-]+", value) for value in values)
    return set(values) <= set(offered) and (
        (len(values) == 1 and spelt) if question.type == "one" else len(set(values)) == len(values)
    )


def _free(span: Span, scheme: Scheme | None) -> dict[str, list[str]]:
    """The attributes of a span that go into its note."""
    return {
        name: list(values)
        for name, values in span.attributes.items()
        if not _picked(scheme.attribute(name) if scheme else None, values)
    }


def _note(attributes: dict[str, list[str]]) -> str:
    """One line of JSON; what some tool takes for a line's end is escaped."""
    text = json.dumps(attributes, ensure_ascii=False, sort_keys=True)
    return re.sub(r"[\x80-\x9f\u2028\u2029]", lambda m: f"\\u{ord(m[0]):04x}", text)


def _fragments(text: str, span: Span) -> Iterator[tuple[int, int]]:
    """Yield the parts of a span on each line, without the line ends."""
    start = span.start
    for line in text[span.start : span.end].split("\n"):
        if line:
            yield start, start + len(line)
        start += len(line) + 1
