"""Words and tables of a card: foreign strings in them stay strings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from corpus.release.section import ReleaseSection

_MARKS = re.compile(r"([\\`*_|<>\[\]#~$&])")


def cell(value: object) -> str:
    """Return `value` as one line of Markdown that shows as it is written: no markup, no HTML."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return _MARKS.sub(r"\\\1", line)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; '' where it has no rows. Words in `backquotes` stay code."""
    lines = ["| " + " | ".join(_code(value) for value in row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(
        ["| " + " | ".join(_code(name) for name in head) + " |", "|" + " --- |" * len(head), *lines]
    )


def listed(counts: Mapping[str, int], nothing: str) -> str:
    """Return names with their counts, the most frequent first; '' is told as `nothing`."""
    order = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{name or nothing} ({count})" for name, count in order)


def share(part: int, whole: int) -> str:
    """Return a share in per cent, '–' of nothing."""
    return f"{100 * part / whole:.0f}%" if whole else "–"


def bibtex(section: ReleaseSection) -> str:
    """Return an entry to cite the release by, where its authors gave none."""
    fields = {
        "title": section.title,
        "author": " and ".join(section.authors),
        "version": section.version,
        "year": section.date[:4],
    }
    lines = [f"  {name} = {{{_braced(said)}}}" for name, said in fields.items() if said]
    return f"@misc{{{section.name},\n" + ",\n".join(lines) + "\n}"


def _code(value: object) -> str:
    text = str(value)
    return text if re.fullmatch(r"([\w, ]*`[\w. -]+`[\w, ]*)+", text) else cell(text)


def _braced(text: str) -> str:
    return re.sub(r"([&%$#_])", r"\\\1", re.sub(r"[{}\\`]", "", text))
