"""A corpus in our records: names through its scheme, offsets checked, what is wrong refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from corpus.errors import UnreadableError
from corpus.imports.native import Document, Found, Mark, Opinion, Refused, Said
from corpus.imports.spelling import Spelling
from corpus.records import Annotation, Answer, Article, Block, Provenance, RecordError, Span
from corpus.scheme import Scheme
from corpus.text import canonical, sha256_of


@dataclass
class Converted:
    """Articles and annotations by id, what was refused, and where each of the former stands."""

    articles: dict[str, Article] = field(default_factory=dict)
    annotations: dict[str, Annotation] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)


def convert(
    found: Iterable[Found], name: str, scheme: Scheme, reader: str = "", when: str = ""
) -> Converted:
    """Return the records of corpus `name`, whose labels are those of `scheme`.

    A row that does not fit (an unknown label, an offset past the text, words that do not stand
    there, an id given twice) is refused with its place, and nothing else is.
    """
    result, spelling = Converted(), Spelling(scheme)
    licence = scheme.published.licence if scheme.published else ""
    for each in found:
        if isinstance(each, Refused):
            result.refused.append(each)
            continue
        try:
            text = _Text(each.text)
            article = _article(each, text, name, licence, (reader, when))
        except (RecordError, UnreadableError) as error:
            result.refused.append(Refused(each.where, str(error)))
            continue
        known = result.articles.get(article.id)
        if known and known.sha256 != article.sha256:
            told = f"the id {article.id!r} stands for another text at {result.places[article.id]}"
            result.refused.append(Refused(each.where, told))
            continue
        kept = [
            annotation
            for opinion in each.opinions
            if (annotation := _annotation(opinion, text, article, spelling, result))
        ]
        if not known and (each.id or kept or not each.opinions):
            result.articles[article.id] = article
            result.places[article.id] = each.where
    return result


class _Text:
    """A corpus' text in canonical form, and where its offsets stand there."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.text, self.changes = canonical(raw)

    def range(self, start: int, end: int, words: str | None) -> tuple[int, int]:
        """Return [start, end) of the raw text as a range of the canonical one.

        Raises:
            UnreadableError: it leaves the text, holds nothing, or other words stand there.
        """
        if not 0 <= start < end <= len(self.raw):
            size = len(self.raw)
            raise UnreadableError(f"[{start}, {end}) is no range of the text's {size} characters")
        if words is not None and self.raw[start:end] != words:
            raise UnreadableError(
                f"at [{start}, {end}) stands {self.raw[start:end]!r}, the corpus says {words!r}"
            )
        begin, stop = self._place(start), self._place(end)
        if begin >= stop:
            raise UnreadableError(f"[{start}, {end}) holds no character that a text keeps")
        return begin, stop

    def blocks(self, document: Document) -> Iterator[Block]:
        """Yield the document's parts without white space at their ends."""
        parts = [(part.start, part.end, part.kind) for part in document.parts]
        for start, end, kind in parts or [(0, len(self.raw), "paragraph")]:
            begin, stop = self._place(start), self._place(end)
            inner = self.text[begin:stop]
            if inner.strip():
                begin += len(inner) - len(inner.lstrip())
                yield Block(begin, begin + len(inner.strip()), kind)

    def _place(self, offset: int) -> int:
        return len(canonical(self.raw[:offset])[0]) if self.changes else offset


def _article(
    document: Document, text: _Text, name: str, licence: str, made: tuple[str, str]
) -> Article:
    known_by = f"{document.key}\n{text.text}" if document.key else text.text
    reader, when = made
    return Article(
        id=f"{name}-{canonical(document.id)[0] or sha256_of(known_by)[:16]}",
        text=text.text,
        blocks=tuple(text.blocks(document)),
        url=canonical(document.url)[0],
        publisher=canonical(document.publisher)[0],
        title=" ".join(canonical(document.title)[0].split()),
        published=canonical(document.published)[0],
        language=document.language,
        licence=licence,
        provenance=Provenance(
            source=document.where.encode("utf-8", "replace").decode(),
            sha256=document.sha256,
            reader=f"import {name}",
            version=reader,
            when=when,
            changes=text.changes,
        ),
    )


def _annotation(
    opinion: Opinion, text: _Text, article: Article, spelling: Spelling, result: Converted
) -> Annotation | None:
    """Put the opinion into `result` as an annotation; None where none of it can be read."""
    id_ = f"import:{article.id}:{opinion.author}"
    spans: list[tuple[Mark, Span]] = []
    answers: list[tuple[Said, Answer]] = []
    bad: dict[str, str] = {}
    items: tuple[Mark | Said, ...] = (*opinion.marks, *opinion.answers)
    for item in items:
        try:
            if isinstance(item, Mark):
                spans.append((item, _span(item, text, spelling)))
            elif answer := _answer(item, text, spelling):
                answers.append((item, answer))
        except UnreadableError as error:
            bad.setdefault(item.where, str(error))
            result.refused.append(Refused(item.where, str(error), _held(item)))
    good = [(mark, span) for mark, span in spans if mark.where not in bad]
    said = [answer for item, answer in answers if item.where not in bad]
    apart, doubled = _apart(good)
    result.refused += doubled
    if not apart and not said and (bad or (opinion.answers and not opinion.marks)):
        if not bad:
            result.refused.append(Refused(opinion.where, "no label; every cell for one is empty"))
        return None
    annotation = Annotation(
        id=id_,
        article=article.id,
        sha256=article.sha256,
        author=opinion.author,
        role=opinion.role,
        scheme=spelling.scheme.hash,
        spans=tuple(apart),
        answers=tuple(said),
    )
    before = result.annotations.setdefault(id_, annotation)
    if before is not annotation:
        what = "the same" if before == annotation else "something else"
        told = f"{opinion.author} says {what} of this text at {result.places[id_]} already"
        result.refused.append(Refused(opinion.where, told))
        return None
    result.places[id_] = opinion.where
    return annotation


def _span(mark: Mark, text: _Text, spelling: Spelling) -> Span:
    label = spelling.label(mark.label)
    start, end = text.range(mark.start, mark.end, mark.words)
    attributes = spelling.attributes(mark.attributes)
    return Span(f"{label}:{start}-{end}", start, end, label, attributes)


def _answer(said: Said, text: _Text, spelling: Spelling) -> Answer | None:
    question, values = spelling.answer(said.question, said.values)
    if not values:
        return None
    if said.start is None or said.end is None:
        return Answer(question, values)
    return Answer(question, values, *text.range(said.start, said.end, said.words))


def _apart(marks: list[tuple[Mark, Span]]) -> tuple[list[Span], list[Refused]]:
    """Of spans of one label that overlap keep the longest: an annotation holds no two such."""
    kept: list[tuple[Mark, Span]] = []
    refused = []
    for mark, span in sorted(marks, key=lambda pair: pair[1].start - pair[1].end):
        over = next(
            (pair for pair in kept if pair[1].label == span.label and pair[1].overlaps(span)), None
        )
        if over is None:
            kept.append((mark, span))
            continue
        other = over[1]
        same = (other.start, other.end) == (span.start, span.end)
        told = (
            f"[{span.start}, {span.end}) of {span.label!r} stands twice, also at {over[0].where}"
            if same
            else f"[{span.start}, {span.end}) overlaps [{other.start}, {other.end}) of the same"
            f" label {span.label!r} at {over[0].where}: the longer one is kept"
        )
        refused.append(Refused(mark.where, told, _held(mark)))
    return [span for _, span in kept], refused


def _held(item: Mark | Said) -> Mapping[str, str | int]:
    """What an unread item said, for the quarantine."""
    held: dict[str, str | int] = {}
    if item.start is not None and item.end is not None:
        held |= {"start": item.start, "end": item.end}
    if isinstance(item, Mark):
        said = {name: ", ".join(values) for name, values in item.attributes.items()}
        return {"label": item.label, **held, **said}
    return {"question": item.question, "values": ", ".join(item.values), **held}
