"""An article as a page of the terminal: the words, what each part is, and who marked what.

In the margin stands a block's kind, who typed it and how sure; beneath a line of text a line for
each author who marked words of it; beneath the block, what was marked and where they differ.
Without colours nothing is lost.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from corpus.looking.display import Cell, cells, safe, wrapped
from corpus.looking.layers import Mark, Place, drawn, key, marks_of, name_of, others_say, places_in
from corpus.looking.show import Shown
from corpus.records import Annotation, Block

if TYPE_CHECKING:
    from rich.text import Text

#: Columns of the margin: the longest kind, who typed it, and a score.
MARGIN = 18
LEAST = 40
_BAR = " │ "
_BY = {"rule": "r", "model": "m", "human": "h"}


def page(shown: Shown, width: int) -> Iterator[Text]:
    """Yield the lines of the article, none wider than `width` columns."""
    yield from _head(shown, width)
    said = drawn(shown.annotations)
    marks = [mark for annotation in said for mark in marks_of(annotation)]
    authors = _authors(said)
    hidden: list[Block] = []
    for block in shown.article.blocks:
        if shown.kinds and block.kind not in shown.kinds:
            hidden.append(block)
            continue
        yield from _hidden(hidden)
        hidden = []
        yield from _block(shown, block, marks, authors, width)
    yield from _hidden(hidden)


def block_lines(shown: Shown, block: Block, width: int) -> Iterator[Text]:
    """Yield the lines of one block of the article, none wider than `width` columns."""
    said = drawn(shown.annotations)
    marks = [mark for annotation in said for mark in marks_of(annotation)]
    yield from _block(shown, block, marks, _authors(said), width)


def _authors(said: Sequence[Annotation]) -> list[str]:
    return list(dict.fromkeys(name_of(annotation) for annotation in said))


def _head(shown: Shown, width: int) -> Iterator[Text]:
    article, source = shown.article, shown.article.provenance
    facts = [
        ("id", article.id),
        ("version", article.sha256),
        ("title", article.title),
        ("address", article.url if article.url != article.id else ""),
        ("publisher", article.publisher),
        ("authors", ", ".join(article.authors)),
        ("published", article.published),
        ("language", article.language),
        ("licence", article.licence),
        ("paywalled", {True: "yes", False: "no", None: ""}[article.paywalled]),
        ("robots", source.robots),
        ("mining", source.tdm),
        ("read from", _read(shown)),
        ("split", shown.use),
        ("typed by", _typed_by(article.blocks)),
    ]
    for name, told in facts:
        if told:
            yield from _fact(name, told, width)
    for annotation in shown.annotations:
        yield from _fact(name_of(annotation), _status(annotation), width)
    for sha256, count in shown.elsewhere.items():
        told = f"of another version of the text: --version {sha256[:8]} shows that"
        yield from _fact(f"{count} annotation" + "s" * (count > 1), told, width)
    for question, told in _answers(shown.annotations):
        yield from _fact(question, told, width)
    if told := _agreed(shown.annotations):
        yield from _fact("places", told, width)
    yield _text(("", ""))


def _read(shown: Shown) -> str:
    source = shown.article.provenance
    parts = [source.source, f"as {source.reader}" if source.reader else "", source.when]
    changed = f"changed: {', '.join(source.changes)}" if source.changes else ""
    return ", ".join(part for part in (*parts, changed) if part)


def _typed_by(blocks: Sequence[Block]) -> str:
    counts = Counter(block.by for block in blocks)
    told = [f"{_BY[by]} {by} {count}" for by, count in counts.most_common()]
    return f"{', '.join(told)} of {len(blocks)} blocks"


def _status(annotation: Annotation) -> str:
    what = f"{len(annotation.spans)} spans" if annotation.layer == "spans" else "blocks"
    parts = [annotation.role, annotation.status, what, annotation.when]
    if annotation.seconds is not None:
        parts.append(f"{annotation.seconds:.0f} s")
    if annotation.shown:
        parts.append(f"was shown {annotation.shown}")
    return ", ".join(part for part in parts if part)


def _answers(annotations: Sequence[Annotation]) -> Iterator[tuple[str, str]]:
    """Yield each question about the article with who answered what."""
    given: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for annotation in drawn(annotations):
        for answer in annotation.answers:
            if answer.start is None:
                value = ", ".join(answer.values)
                given[answer.question][value].append(name_of(annotation))
    for question, values in sorted(given.items()):
        told = (f"{value} ({', '.join(names)})" for value, names in values.items())
        yield question, " | ".join(told)


def _agreed(annotations: Sequence[Annotation]) -> str:
    """Say how many places there are and how many of them all authors marked alike."""
    by: defaultdict[tuple[int, int, str], set[str]] = defaultdict(set)
    said = drawn(annotations)
    authors = {name_of(annotation) for annotation in said}
    for annotation in said:
        for mark in marks_of(annotation):
            by[mark.start, mark.end, mark.label].add(mark.author)
    alike = sum(1 for names in by.values() if names == authors)
    return f"{len(by)} marked, {alike} of them by all {len(authors)}" if len(authors) > 1 else ""


def _fact(name: str, told: str, width: int) -> Iterator[Text]:
    margin = _fitted(safe(name), MARGIN)
    for row in wrapped(list(cells(safe(told))), width - MARGIN - len(_BAR)):
        line = "".join(cell.text for cell in row).rstrip()
        yield _text((margin, "bold"), ("   ", ""), (line, ""))
        margin = " " * MARGIN


def _hidden(blocks: Sequence[Block]) -> Iterator[Text]:
    if blocks:
        counts = Counter(block.kind for block in blocks).most_common()
        told = ", ".join(f"{kind} {count}" for kind, count in counts)
        yield _text((" " * MARGIN, ""), (_BAR, "dim"), (f"… {len(blocks)} blocks: {told}", "dim"))


def _block(
    shown: Shown, block: Block, marks: Sequence[Mark], authors: Sequence[str], width: int
) -> Iterator[Text]:
    score = "" if block.score is None else f"{block.score:.2f}".removeprefix("0")
    kind, by = block.kind, f" {_BY[block.by]}{score}".ljust(MARGIN - len(block.kind))
    style = _style(shown, kind)
    places = places_in(block, marks)
    column = width - MARGIN - len(_BAR)
    text = shown.article.text[block.start : block.end]
    for row in wrapped(list(cells(text, block.start)), column):
        yield _text((kind, style), (by, ""), (_BAR, "dim"), *_words(shown, row, places))
        kind, by = "", " " * MARGIN
        yield from _marks(shown, row, places, authors)
    for number, place in enumerate(places, 1):
        told = "; ".join([*_who(place), *others_say(place, places, authors)])
        if place.start < block.start:
            told = f"(begins above) {told}"
        head = f"{key(number)} {place.label}: "
        lines = wrapped(list(cells(head + told)), column)
        for n, line in enumerate(lines):
            words = "".join(cell.text for cell in line).rstrip()
            name = words[: len(head)] if not n else ""
            rest = words[len(name) :]
            parts = (name, _style(shown, place.label)), (rest, "italic")
            yield _text((" " * MARGIN, ""), (_BAR, "dim"), *parts)
    for told in _other_kinds(shown.annotations, block):
        yield _text((" " * MARGIN, ""), (_BAR, "dim"), (told, "italic"))


def _who(place: Place) -> Iterator[str]:
    """Yield the authors of a place, those who say the same of it together."""
    same: defaultdict[str, list[str]] = defaultdict(list)
    for author, said in place.by.items():
        same[said].append(author)
    for said, names in same.items():
        yield ", ".join(names) + (f" ({said})" if said else "")


def _words(shown: Shown, row: list[Cell], places: list[Place]) -> Iterator[tuple[str, str]]:
    """Yield the words of a line, each mark in its label's colour, two in one place reversed."""
    for cell in row:
        labels = {place.label for place in places if place.start <= cell.at < place.end}
        style = "reverse" if len(labels) > 1 else _style(shown, *labels) if labels else ""
        yield cell.text, "dim" if cell.strange and not style else style


def _marks(
    shown: Shown, row: list[Cell], places: list[Place], authors: Sequence[str]
) -> Iterator[Text]:
    """Yield the lines beneath a line of words: an author's marks, and more if they overlap."""
    for author in authors:
        rows: list[list[tuple[int, int, str, str]]] = []
        for number, place in enumerate(places, 1):
            found = _columns(row, place) if author in place.by else None
            if found is None:
                continue
            free = (each for each in rows if each[-1][1] <= found[0])
            line = next(free, None)
            if line is None:
                line = []
                rows.append(line)
            line.append((*found, key(number), _style(shown, place.label)))
        for line in rows:
            parts, at = [], 0
            for left, right, sign, style in line:
                parts += [(" " * (left - at), ""), (sign.ljust(right - left, "─"), style)]
                at = right
            yield _text((_fitted(author, MARGIN, ">"), "dim"), (_BAR, "dim"), *parts)


def _columns(row: list[Cell], place: Place) -> tuple[int, int] | None:
    """The columns of a line that the place takes, one at least; None if it is not on the line."""
    at, left, right = 0, None, 0
    for cell in row:
        if place.start <= cell.at < place.end:
            left = at if left is None else left
            right = at + cell.width
        at += cell.width
    return None if left is None else (left, max(right, left + 1))


def _other_kinds(annotations: Sequence[Annotation], block: Block) -> Iterator[str]:
    """Yield who takes the block, or part of it, for another kind."""
    for annotation in annotations:
        if annotation.layer == "blocks" and annotation.status == "submitted":
            kinds = {s.label for s in annotation.spans if s.start < block.end > block.start < s.end}
            if other := kinds - {block.kind}:
                yield f"{name_of(annotation)} says: {safe(', '.join(sorted(other)))}"


def _style(shown: Shown, label: str) -> str:
    """Black or white, whichever can be read, on the label's colour."""
    colour = shown.colours.get(label)
    if colour is None:
        return "bold underline"
    return f"{ink_on(colour)} on {colour}"


def ink_on(colour: str) -> str:
    """Return 'black' or 'white', whichever can be read on a colour such as '#d9a400'."""
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    dark = 299 * red + 587 * green + 114 * blue < 140_000
    return "white" if dark else "black"


def _fitted(name: str, width: int, side: str = "<") -> str:
    """The name in exactly so many columns, its end cut off if need be."""
    row = next(wrapped(list(cells(name)), width - 1)) if name else []
    told = "".join(cell.text for cell in row)
    used = sum(cell.width for cell in row)
    if len(row) < len(name):
        told, used = told + "…", used + 1
    return told + " " * (width - used) if side == "<" else " " * (width - used) + told


def _text(*parts: tuple[str, str]) -> Text:
    from rich.text import Text

    line = Text(no_wrap=True, overflow="ignore", end="\n")
    for words, style in parts:
        line.append(words, style)
    return line
