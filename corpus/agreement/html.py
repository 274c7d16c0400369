"""The report as one HTML page: tables, and each annotator's layer in colour over the passages.

It needs no script, no network and no other file; what a page or an annotator wrote can be neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from string import ascii_uppercase
from typing import Protocol

from corpus.agreement.agree import Agreed
from corpus.agreement.disagreements import Disagreement, Side
from corpus.agreement.passages import sorts
from corpus.agreement.sorting import Passage
from corpus.agreement.told import Told, heading, tables
from corpus.looking.display import cells, safe
from corpus.looking.page import ink_on
from corpus.records import Annotation, Span

#: Pixels between two annotators' lines, and how thick a line is.
STEP, THICK = 9, 4
#: Characters of a span that are quoted in the list beneath a passage.
QUOTED = 90
NO_LABEL, NO_MARK = "#555555", "#8a867e"
Track = tuple[str, str]


class Extent(Protocol):
    """From where to where a text is shown."""

    @property
    def start(self) -> int:
        """The first character."""

    @property
    def end(self) -> int:
        """Behind the last."""


#: Nothing is loaded and nothing runs, whatever slips in.
POLICY = (
    '<meta http-equiv="Content-Security-Policy"'
    " content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)
STYLE = """
:root { color-scheme: light; --ink: #1c1b1a; --grey: #6b6862; --rule: #dcd8d0; }
body { font: 16px/1.5 Georgia, "Noto Serif", serif; color: var(--ink); background: #fff;
  max-width: 54rem; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; border-top: 2px solid var(--ink);
  padding-top: .5rem; }
table { display: block; overflow-x: auto; border-collapse: collapse; margin: .25rem 0 .5rem;
  font-size: .875rem; font-family: system-ui, "Noto Sans", sans-serif; }
caption { text-align: left; font-weight: 600; padding: 1.25rem 0 .25rem; }
th, td { padding: .2rem .9rem .2rem 0; text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
th { color: var(--grey); font-weight: 500; border-bottom: 1px solid var(--rule); }
.w { text-align: left; white-space: normal; }
.note, .meta { color: var(--grey); font-size: .875rem; margin: .1rem 0;
  font-family: system-ui, "Noto Sans", sans-serif; }
.passage { margin: 1.5rem 0; padding: 0 0 1rem; border-bottom: 1px solid var(--rule);
  break-inside: avoid; }
.passage h3 { font: 600 .9rem system-ui, "Noto Sans", sans-serif; margin: 0 0 .35rem;
  overflow-wrap: anywhere; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
.text span { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.at { position: relative; }
.at i, .key i { font: 700 9px/10px system-ui, "Noto Sans", sans-serif; padding: 0 2px;
  border-radius: 2px; }
.at i { position: absolute; left: 0; }
.key { display: inline-block; margin-right: .9rem; }
.key i { font-size: 10px; line-height: 14px; padding: 1px 4px; }
ul { margin: .5rem 0 0; padding-left: 1.1rem; font: .875rem/1.5 system-ui, "Noto Sans",
  sans-serif; overflow-wrap: anywhere; }
""".strip()


def report(agreed: Agreed) -> str:
    """Return the whole page."""
    letters, worst = _letters(agreed), agreed.found.worst
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        POLICY,
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Agreement</title><style>{STYLE}</style></head><body>",
        "<h1>Agreement</h1>",
        *(f'<p class="meta">{escape(line)}</p>' for line in heading(agreed.found)),
        *(f'<p class="meta">{escape(safe(note))}</p>' for note in agreed.found.notes),
        '<p class="meta"><a href="#passages">Where they differ most</a></p>' if worst else "",
        "<h2>Figures</h2>" if agreed.found.measured else "",
        *(table(told) for told in tables(agreed.found)),
    ]
    if worst:
        parts.append('<h2 id="passages">Where they differ most</h2>')
        parts.append(
            '<p class="meta">Passages with most disagreements first. A line beneath the words is'
            " one annotator's span of one label, in the label's colour; the letter at its start"
            " says whose.</p>"
        )
    parts += [_passage(agreed, each, letters) for each in worst]
    return "\n".join([*(part for part in parts if part), "</body></html>", ""])


def _letters(agreed: Agreed) -> dict[str, str]:
    """A letter for each annotator, or a number where there are more than letters."""
    names = agreed.selection.annotators
    if len(names) <= len(ascii_uppercase):
        return dict(zip(names, ascii_uppercase, strict=False))
    return {name: str(place) for place, name in enumerate(names, 1)}


def table(told: Told) -> str:
    """Return a table with its notes."""

    def row(tag: str, of: Sequence[str]) -> str:
        kinds = (' class="w"' if place < told.words else "" for place in range(len(of)))
        shown = (
            f"<{tag}{kind}>{escape(cell)}</{tag}>" for kind, cell in zip(kinds, of, strict=True)
        )
        return f"<tr>{''.join(shown)}</tr>"

    rows = [row("th", told.head), *(row("td", each) for each in told.rows)]
    notes = "".join(f'<p class="note">{escape(safe(note))}</p>' for note in told.notes)
    return f"<table><caption>{escape(told.name)}</caption>{''.join(rows)}</table>{notes}"


def _passage(agreed: Agreed, passage: Passage, letters: Mapping[str, str]) -> str:
    version = passage.article, passage.sha256
    article, said = agreed.selection.articles[version], agreed.said[version]
    publisher = f" · {escape(safe(article.publisher))}" if article.publisher else ""
    items = (_item(each, article.text, letters) for each in passage.disagreements)
    drawn = layers(article.text, passage, said, agreed.selection.scheme.colours(), letters)
    return (
        f'<section class="passage"><h3>{escape(safe(article.id))}{publisher}'
        f" · {passage.start}–{passage.end} · {escape(sorts(passage.disagreements))}</h3>"
        f"{drawn}<ul>{''.join(items)}</ul></section>"
    )


def layers(
    text: str,
    passage: Extent,
    said: Mapping[str, Annotation],
    colours: Mapping[str, str],
    letters: Mapping[str, str],
) -> str:
    """Return a passage with a line beneath its words for each span, and whose the lines are."""
    tracks = _tracks(said, passage)
    return (
        f'<p class="text" style="line-height:{27 + STEP * len(tracks)}px;'
        f'padding-bottom:{STEP * len(tracks) // 2}px">'
        f"{''.join(_words(text, passage, said, tracks, colours, letters))}</p>"
        f'<p class="meta">{"".join(_keys(said, tracks, colours, letters))}</p>'
    )


def _tracks(said: Mapping[str, Annotation], passage: Extent) -> list[Track]:
    """The lines beneath a passage: one for each label that an annotator marked there."""
    return sorted(
        {
            (author, span.label)
            for author, annotation in said.items()
            for span in annotation.spans
            if span.start < passage.end and passage.start < span.end
        }
    )


def _words(  # noqa: PLR0917  # all of it is one passage
    text: str,
    passage: Extent,
    said: Mapping[str, Annotation],
    tracks: Sequence[Track],
    colours: Mapping[str, str],
    letters: Mapping[str, str],
) -> Iterator[str]:
    """Yield the passage cut at every border of a span, each piece with its lines."""
    marks = [
        (tracks.index((author, span.label)), span)
        for author, annotation in said.items()
        for span in annotation.spans
        if span.start < passage.end and passage.start < span.end
    ]
    borders = {passage.start, passage.end}
    borders |= {at for _, s in marks for at in (s.start, s.end)}
    cuts = sorted(at for at in borders if passage.start <= at <= passage.end)
    for start, end in pairwise(cuts):
        here = sorted((n, s) for n, s in marks if s.start < end and start < s.end)
        words = escape(_shown(text[start:end]))
        if not here:
            yield words
            continue
        for n, span in here:
            if max(span.start, passage.start) == start:
                colour = colours.get(tracks[n][1], NO_LABEL)
                below = STEP * (n + 1) + 3
                letter = escape(letters[tracks[n][0]])
                tag = f'<i style="bottom:-{below}px;{_filled(colour)}">{letter}</i>'
                yield f'<b class="at">{tag}</b>'
        lines = ",".join(
            _line(colours.get(tracks[n][1], NO_LABEL), len(tracks) - 1 - n) for n, _ in here
        )
        room = STEP * len(tracks)
        yield f'<span style="padding-bottom:{room}px;background:{lines}">{words}</span>'


def _filled(colour: str) -> str:
    return f"background:{colour};color:{ink_on(colour)}"


def _line(colour: str, above: int) -> str:
    place = f"left 0 bottom {above * STEP}px/100% {THICK}px"
    return f"linear-gradient({colour},{colour}) {place} no-repeat"


def _shown(text: str) -> str:
    return "".join("\n" if cell.ends else cell.text for cell in cells(text))


def _keys(
    said: Mapping[str, Annotation],
    tracks: Sequence[Track],
    colours: Mapping[str, str],
    letters: Mapping[str, str],
) -> Iterator[str]:
    """Yield whose the lines are, in their order; then who marked nothing."""
    keys = [(author, label, colours.get(label, NO_LABEL)) for author, label in tracks]
    silent = sorted(set(said) - {author for author, _ in tracks})
    keys += [(author, "nothing here", NO_MARK) for author in silent]
    for author, told, colour in keys:
        letter = f'<i style="{_filled(colour)}">{escape(letters[author])}</i>'
        yield f'<span class="key">{letter} {escape(safe(author))}: {escape(safe(told))}</span>'


def _item(found: Disagreement, text: str, letters: Mapping[str, str]) -> str:
    about = " · ".join(filter(None, (found.sort, found.label, found.question)))
    sides = "; ".join(_side(side, found, text, letters) for side in found.sides)
    return f"<li><b>{escape(safe(about))}</b>: {sides}</li>"


def _side(side: Side, found: Disagreement, text: str, letters: Mapping[str, str]) -> str:
    who = escape(letters.get(side.author, safe(side.author)))
    if found.question:
        return f"{who} {escape(safe(', '.join(side.values))) or 'no answer'}"
    if not side.spans:
        return f"{who} nothing"
    return f"{who} {', '.join(_quoted(span, found, text) for span in side.spans)}"


def _quoted(span: Span, found: Disagreement, text: str) -> str:
    words = safe(text[span.start : span.end])
    words = words if len(words) <= QUOTED else f"{words[: QUOTED - 1]}…"
    label = f" as {escape(safe(span.label))}" if found.sort == "label" else ""
    return f"“{escape(words)}”{label}"
