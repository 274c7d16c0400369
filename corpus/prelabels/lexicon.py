"""Words and patterns that hint at a label: one YAML file, each entry with weight and provenance."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from corpus.records import BlockKind
from corpus.resources import CONFIGS
from corpus.scheme import Scheme
from corpus.text import sha256_of
from corpus.yamlfile import ConfigError, Strict, line_of, read_yaml


class Entry(Strict):
    """What is looked for, and how much a find weighs: the score of the pre-label.

    `words` are written as they stand in a text: capitals do not matter, a blank stands for any
    white space, a straight apostrophe for a curly one, a star at the end for any ending. `pattern`
    is a regular expression of Python's. A find takes its `words`, its `sentence` or its `block`;
    `blocks` narrows the kinds that the label may stand in anyway. `provenance` says who found that
    these words hint at the label, where the file does not say it for all.
    """

    words: Annotated[tuple[str, ...], Field(strict=False)] = ()
    pattern: str = ""
    weight: Annotated[float, Field(gt=0, le=1, strict=False)]
    take: Literal["words", "sentence", "block"] = "words"
    blocks: Annotated[tuple[BlockKind, ...], Field(strict=False)] = ()
    provenance: str = ""

    @model_validator(mode="after")
    def _finds_something(self) -> Self:
        if bool(self.words) == bool(self.pattern):
            raise ValueError("give 'words' or a 'pattern', one of them")
        if not all(word.strip("* ") for word in self.words):
            raise ValueError("a word of 'words' is empty")
        try:
            found = self.compiled
        except re.error as error:
            raise ValueError(f"'pattern' is no regular expression ({error})") from None
        if found.search(""):
            raise ValueError("'pattern' finds nothing at all everywhere; make it find words")
        return self

    @functools.cached_property
    def compiled(self) -> re.Pattern[str]:
        """What is looked for, as one expression; the longest words are tried first."""
        if self.pattern:
            return re.compile(self.pattern, re.IGNORECASE)
        longest = sorted(self.words, key=lambda word: (-len(word), word))
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(_word, longest))})(?!\w)", re.IGNORECASE)


class LexiconFile(Strict):
    """The file as it is written: entries by label; `Lexicon` adds the hash and the source."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,20}$")]
    language: str = ""
    provenance: str = ""
    entries: dict[str, Annotated[tuple[Entry, ...], Field(strict=False)]]


@dataclass(frozen=True)
class Lexicon:
    """A lexicon and the file it was read from; `hash` is the sha256 of that file's text."""

    hash: str
    source: str
    name: str
    version: str
    language: str
    provenance: str
    entries: Mapping[str, tuple[Entry, ...]]

    def numbered(self) -> Iterator[tuple[str, int, Entry]]:
        """Yield each entry with its label and its number under it, from 1."""
        for label, entries in self.entries.items():
            yield from ((label, number, entry) for number, entry in enumerate(entries, 1))


def read_lexicon(name_or_path: str | Path, scheme: Scheme, folder: Path = Path()) -> Lexicon:
    """Read a lexicon for `scheme`: a path, beside `folder`, or the name of one that we ship.

    Raises:
        ConfigError: no such file, or every problem of it, each with its line.
    """
    path = folder / name_or_path
    if not path.is_file():
        path = CONFIGS / f"{name_or_path}.yaml"
    if not path.is_file():
        raise ConfigError([f"{folder / name_or_path}: no such lexicon; give a file, or 'lexicon'"])
    try:
        source = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: cannot be read as UTF-8 text ({error})"]) from None
    return parse_lexicon(source, scheme, path)


def parse_lexicon(source: str, scheme: Scheme, path: Path = Path("lexicon.yaml")) -> Lexicon:
    """Read a lexicon from its file's text; `path` names it in messages."""
    file = read_yaml(LexiconFile, path, source)
    problems = []
    for label, entries in file.entries.items():
        if label not in scheme.label_names:
            names = ", ".join(scheme.label_names)
            told = f"{label!r} is no label of the scheme {scheme.name}; there are: {names}"
            problems.append(f"{path}:{line_of(source, ('entries', label))}: {told}")
        for number, entry in enumerate(entries):
            if not (entry.provenance or file.provenance).strip():
                line = line_of(source, ("entries", label, number))
                problems.append(f"{path}:{line}: no 'provenance': say where the entry comes from")
    if problems:
        raise ConfigError(problems)
    fields = {name: getattr(file, name) for name in LexiconFile.model_fields}
    return Lexicon(hash=sha256_of(source), source=source, **fields)


def _word(word: str) -> str:
    stem = word.strip().removesuffix("*")
    parts = (re.escape(part).replace("'", "['’]") for part in stem.split())
    return r"\s+".join(parts) + (r"\w*" if word.strip().endswith("*") else "")
