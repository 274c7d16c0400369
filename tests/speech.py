"""The tests' own words: articles and annotations said in a line, and strategies for any of them."""

from __future__ import annotations

from hypothesis import strategies as st

from corpus.records import (
    BLOCK_KINDS,
    ROBOTS,
    TDM,
    Annotation,
    Answer,
    Article,
    Block,
    Provenance,
    Span,
)
from corpus.sample import quoted
from corpus.scheme import Scheme, parse_scheme

#: The default article holds what offsets stumble over: emoji, curly quotes, accents, blank lines.
PAGE = (
    "Maar slams “greedy” dockers 😀\n"
    "\n"
    "The café strike 👩‍🚀 goes on. Renn’s naïve plan, he said, is “dead”.\n"
    "\n"
    "Will it ever end?"
)

SCHEME = """\
name: small
version: "1"
labels:
  - name: judged
    colour: "#b3261e"
    hotkey: "1"
    blocks: [paragraph, quote]
    within: sentence
    unless: {genre: [opinion]}
    definition: a judgement
    test: is it one?
    positive: [{text: "a [[bad]] plan"}, {text: "a [[silly]] plan"}, {text: "a [[vile]] plan"}]
    negative: [{text: "a plan"}, {text: "a new plan"}, {text: "a long plan"}]
  - name: loud head
    colour: "#005fcc"
    hotkey: "2"
    snap: block
    definition: a headline that shouts
    test: does it?
    positive: [{text: "[[Maar slams]]"}, {text: "[[Maar rages]]"}, {text: "[[Maar caves]]"}]
    negative: [{text: "Maar speaks"}, {text: "Maar leaves"}, {text: "Maar stays"}]
attributes:
  - name: sentiment
    type: one
    required: true
    values: [{name: negative, hotkey: q}, {name: positive, hotkey: w}]
  - name: device
    type: several
    labels: [loud head]
    values: [{name: verb}, {name: question}]
  - {name: target, type: name}
  - {name: unsure, type: flag}
questions:
  - name: genre
    type: one
    required: true
    values: [{name: report}, {name: opinion}]
"""


def scheme(text: str = SCHEME) -> Scheme:
    return parse_scheme(text)


def article(text: str = PAGE, id_: str = "a1", **fields: object) -> Article:
    """An article whose paragraphs are blocks: a headline first, then paragraphs."""
    blocks, start = [], 0
    for part in text.split("\n\n"):
        inner = part.strip()
        if inner:
            begin = start + part.index(inner)
            kind = "headline" if not blocks else "paragraph"
            blocks.append(Block(begin, begin + len(inner), kind))
        start += len(part) + 2
    return Article(id=id_, text=text, blocks=tuple(blocks), **fields)  # type: ignore[arg-type]


def mark(
    author: str,
    *spans: tuple[str, str],
    of: Article | None = None,
    under: Scheme | None = None,
    **fields: object,
) -> Annotation:
    """An annotation by quotation: `mark("ana", ("slams", "loud head"))`."""
    page = of or article()
    found = tuple(
        Span(f"{author}{n}", *quoted(page.text, quote), label, {"sentiment": ("negative",)})
        for n, (quote, label) in enumerate(spans)
    )
    given = {
        "id": f"{page.id}-{author}",
        "role": "human",
        "answers": (Answer("genre", ("report",)),),
        "scheme": (under or scheme()).hash,
    }
    return Annotation(
        article=page.id, sha256=page.sha256, author=author, spans=found, **{**given, **fields}
    )  # type: ignore[arg-type]


#: Anything a page may hold, the troublesome more often than chance would have it.
raw_text = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\0\r\n\t \u2028\u2029\x85\xa0\u200b\ufeff\u0301é😀👩‍🚀\ud800\udfff“”'\"<&"
        ),
    ),
    max_size=300,
)
clean_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"))
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
moments = st.sampled_from(["", "2026-10-05T09:00:00Z"])


@st.composite
def articles(draw: st.DrawFn) -> Article:
    parts = draw(st.lists(clean_text.map(str.strip).filter(bool), min_size=1, max_size=5))
    text, blocks = "", []
    for part in parts:
        body = part.lstrip("\ufeff") or "x"
        body = body.strip() or "x"
        text += draw(st.sampled_from(["\n", "\n\n", " "])) if text else ""
        kind = draw(st.sampled_from(BLOCK_KINDS))
        score = draw(st.none() | st.floats(0, 1))
        blocks.append(Block(len(text), len(text) + len(body), kind, "model", score))
        text += body
    return Article(
        id=draw(words),
        text=text,
        blocks=tuple(blocks),
        publisher=draw(words),
        authors=tuple(draw(st.lists(words, max_size=2))),
        paywalled=draw(st.none() | st.booleans()),
        provenance=Provenance(
            source=draw(words),
            changes=tuple(draw(st.lists(words, max_size=2))),
            robots=draw(st.sampled_from(ROBOTS)),
            tdm=draw(st.sampled_from(TDM)),
        ),
    )


@st.composite
def annotations(draw: st.DrawFn) -> Annotation:
    edges = sorted(draw(st.sets(st.integers(0, 500), min_size=2, max_size=10)))
    spans = tuple(
        Span(
            f"s{n}",
            start,
            end,
            draw(words),
            draw(st.dictionaries(words, st.lists(words, min_size=1, max_size=3).map(tuple))),
            draw(st.none() | st.floats(0, 1)),
            draw(st.sampled_from(["drawn", "accepted", "edited"])),
            draw(st.none() | words),
            draw(st.none() | st.just((start, end))),
        )
        for n, (start, end) in enumerate(zip(edges[::2], edges[1::2], strict=False))
    )
    answers = [
        Answer(draw(words), tuple(draw(st.lists(words, min_size=1, max_size=2)))),
        Answer(draw(words), ("yes",), 3, 9),
    ]
    return Annotation(
        id=draw(words),
        article=draw(words),
        sha256="0" * 64,
        author=draw(words),
        role=draw(st.sampled_from(["human", "gold", "model", "rule"])),
        scheme="1" * 64,
        spans=spans,
        answers=tuple(answers),
        revision=draw(st.integers(1, 9)),
        status=draw(st.sampled_from(["submitted", "skipped", "draft", "withdrawn"])),
        covers=((0, 40),),
        parents=tuple(draw(st.lists(words, max_size=2))),
        occasion=draw(st.integers(1, 3)),
        when=draw(moments),
        seconds=draw(st.none() | st.floats(0, 1e6)),
    )
