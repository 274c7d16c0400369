"""The nouns of Pressmark: frozen records that refuse nonsense at birth.

Offsets are half-open and count Unicode code points (Python's own indices). Structure points
into the text, it never copies it. Standard library only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter
from typing import Literal, get_args

from corpus.errors import PressmarkError
from corpus.text import canonical, sha256_of

BlockKind = Literal[
    "headline",
    "deck",
    "byline",
    "dateline",
    "subheading",
    "paragraph",
    "quote",
    "caption",
    "teaser",
    "poll",
    "solicitation",
    "correction",
    "tags",
    "bio",
    "comments",
    "chrome",
]
BLOCK_KINDS: tuple[str, ...] = get_args(BlockKind)
#: Kinds of which nobody tells neighbours apart: a menu of forty entries is one thing to its reader.
MASSES = frozenset({"chrome", "comments", "tags"})
BLOCK_AUTHORS = ("rule", "model", "human")
ORIGINS = ("drawn", "accepted", "edited")
ROLES = ("human", "gold", "model", "rule")
LAYERS = ("spans", "blocks")
#: What a site's robots.txt says of a page, and whether mining its text is reserved.
ROBOTS = ("", "allowed", "disallowed")
TDM = ("", "open", "reserved")
STATUSES = ("submitted", "skipped", "draft", "withdrawn")


class RecordError(PressmarkError):
    """A record that cannot exist: the message says which field and why."""


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise RecordError(message)


def _check_range(what: str, start: int, end: int) -> None:
    _require(
        type(start) is int and type(end) is int and 0 <= start < end,
        f"{what}: [{start}, {end}) is not a half-open range of code points",
    )


def _check_choice(what: str, value: str, allowed: tuple[str, ...]) -> None:
    _require(value in allowed, f"{what} is {value!r}, not one of {', '.join(allowed)}")


@dataclass(frozen=True, slots=True)
class Block:
    """A typed slice of an article: `text[start:end]` is one headline, paragraph or teaser."""

    start: int
    end: int
    kind: str
    by: str = "rule"
    score: float | None = None

    def __post_init__(self) -> None:
        _check_range("block", self.start, self.end)
        _check_choice("kind of block", self.kind, BLOCK_KINDS)
        _check_choice("author of block", self.by, BLOCK_AUTHORS)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an article came from: source file and its sha256, reader and version, when, changes.

    `fetched` is when the page was taken from the web (ISO 8601 in UTC). `robots` and `tdm` are what
    the site said then to a crawler and to text and data mining; '' where nobody asked.
    """

    source: str = ""
    sha256: str = ""
    reader: str = ""
    version: str = ""
    when: str = ""
    changes: tuple[str, ...] = ()
    fetched: str = ""
    robots: str = ""
    tdm: str = ""

    def __post_init__(self) -> None:
        _check_choice("robots", self.robots, ROBOTS)
        _check_choice("tdm", self.tdm, TDM)


@dataclass(frozen=True, slots=True)
class Article:
    """One version of a page: its canonical text and what stands where in it.

    (`id`, `sha256`) names the version. Blocks stand in order, do not overlap, and between,
    before and behind them lies white space only: nothing of the page is thrown away. `paywalled` is
    what the page says of itself, None where it says nothing.
    """

    id: str
    text: str
    blocks: tuple[Block, ...]
    sha256: str = ""
    url: str = ""
    publisher: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    language: str = ""
    licence: str = ""
    paywalled: bool | None = None
    provenance: Provenance = Provenance()

    def __post_init__(self) -> None:
        name = f"article {self.id!r}"
        _require(bool(self.id), "article: the id is empty")
        _require(bool(self.text.strip()), f"{name}: the text is empty")
        _require(not canonical(self.text)[1], f"{name}: the text is not canonical")
        sha256 = sha256_of(self.text)
        _require(self.sha256 in ("", sha256), f"{name}: sha256 {self.sha256} is of another text")
        object.__setattr__(self, "sha256", sha256)
        end = 0
        for block in self.blocks:
            _require(
                block.start >= end and block.end <= len(self.text),
                f"{name}: block [{block.start}, {block.end}) overlaps another or leaves the text",
            )
            _require(
                not self.text[end : block.start].strip(),
                f"{name}: characters {end} to {block.start} stand in no block",
            )
            slice_ = self.text[block.start : block.end]
            _require(
                slice_ == slice_.strip(),
                f"{name}: block [{block.start}, {block.end}) begins or ends on white space",
            )
            end = block.end
        _require(
            not self.text[end:].strip(),
            f"{name}: characters {end} to {len(self.text)} stand in no block",
        )

    def blocks_at(self, start: int, end: int) -> tuple[Block, ...]:
        """Return the blocks that share a character with [start, end), in order."""
        first = bisect_right(self.blocks, start, key=attrgetter("end"))
        return self.blocks[first : bisect_left(self.blocks, end, key=attrgetter("start"))]


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled run of characters.

    `attributes` maps an attribute's name to its values. `origin` says how it came to be, `source`
    is the id of the span it came from, `drawn` what the annotator drew before it was widened.
    """

    id: str
    start: int
    end: int
    label: str
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    score: float | None = None
    origin: str = "drawn"
    source: str | None = None
    drawn: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        _require(bool(self.id), "span: the id is empty")
        _require(bool(self.label), f"span {self.id!r}: the label is empty")
        _check_range(f"span {self.id!r}", self.start, self.end)
        _check_choice(f"span {self.id!r}: origin", self.origin, ORIGINS)
        if self.drawn is not None:
            _check_range(f"span {self.id!r}: drawn", *self.drawn)
        object.__setattr__(self, "attributes", _attributes(self.attributes))

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two spans share a character."""
        return self.start < other.end and other.start < self.end


def _attributes(attributes: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Sorted by name, without the unanswered: equal opinions are equal records."""
    return {name: tuple(values) for name, values in sorted(attributes.items()) if tuple(values)}


@dataclass(frozen=True, slots=True)
class Answer:
    """The values given to a question: about the article, or about [start, end) of it."""

    question: str
    values: tuple[str, ...]
    start: int | None = None
    end: int | None = None

    def __post_init__(self) -> None:
        _require(bool(self.question), "answer: the question is empty")
        _require(bool(self.values), f"answer to {self.question!r}: no value")
        _require(
            (self.start is None) == (self.end is None),
            f"answer to {self.question!r}: start and end come together or not at all",
        )
        if self.start is not None and self.end is not None:
            _check_range(f"answer to {self.question!r}", self.start, self.end)


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one author says of one version of one article. No spans is an answer too.

    One noun for every opinion: a human label, an adjudicated one and a prediction differ in `role`
    alone. `shown` names the run whose pre-labels the author saw, `occasion` counts from 1 how often
    the author was asked about this version. `when` is ISO 8601 in UTC, `seconds` the time it took.
    Two spans of one label may not overlap.
    """

    id: str
    article: str
    sha256: str
    author: str
    role: str
    scheme: str
    spans: tuple[Span, ...] = ()
    answers: tuple[Answer, ...] = ()
    revision: int = 1
    layer: str = "spans"
    run: str = ""
    status: str = "submitted"
    covers: tuple[tuple[int, int], ...] = ()
    parents: tuple[str, ...] = ()
    shown: str = ""
    occasion: int = 1
    when: str = ""
    seconds: float | None = None

    def __post_init__(self) -> None:
        name = f"annotation {self.id!r}"
        for key in ("id", "article", "sha256", "author"):
            _require(bool(getattr(self, key)), f"{name}: {key} is empty")
        _check_choice(f"{name}: role", self.role, ROLES)
        _check_choice(f"{name}: layer", self.layer, LAYERS)
        _check_choice(f"{name}: status", self.status, STATUSES)
        _require(self.revision >= 1, f"{name}: revision {self.revision} is less than 1")
        _require(self.occasion >= 1, f"{name}: occasion {self.occasion} is less than 1")
        for start, end in self.covers:
            _check_range(f"{name}: covers", start, end)
        spans = tuple(sorted(self.spans, key=lambda s: (s.start, s.end, s.label, s.id)))
        ids = {span.id for span in spans}
        _require(len(ids) == len(spans), f"{name}: two spans have the same id")
        for label in {span.label for span in spans}:
            for before, after in pairwise(span for span in spans if span.label == label):
                _require(
                    not before.overlaps(after),
                    f"{name}: two spans of {label!r} overlap,"
                    f" [{before.start}, {before.end}) and [{after.start}, {after.end})",
                )
        object.__setattr__(self, "spans", spans)
        answers = sorted(self.answers, key=lambda a: (a.question, a.start or 0, a.end or 0))
        object.__setattr__(self, "answers", tuple(answers))


def misfits(annotation: Annotation, article: Article) -> list[str]:
    """List what keeps `annotation` from standing on `article`; an empty list is a fit."""
    if annotation.article != article.id:
        return [f"annotation {annotation.id!r} is of article {annotation.article!r}"]
    if annotation.sha256 != article.sha256:
        told = (
            f"annotation of {article.id!r} by {annotation.author} was drawn on another version of"
            f" the text ({annotation.sha256[:8]}…, now {article.sha256[:8]}…):"
            " ingest the old page again or run 'pressmark reanchor'"
        )
        return [told]
    places = [(f"span {span.id!r}", span.end) for span in annotation.spans]
    places += [(f"answer to {a.question!r}", a.end) for a in annotation.answers if a.end]
    places += [("covers", end) for _, end in annotation.covers]
    size = len(article.text)
    return [f"{what} ends at {end}, behind the text's {size}" for what, end in places if end > size]
