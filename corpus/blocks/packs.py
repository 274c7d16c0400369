"""Packs: what is known of one publisher's pages, as data that a person reads and edits.

A pack is a YAML file in the job's packs/ folder. It holds words, never patterns: lines are compared
by their words (case and signs aside, any number for a number), class words as they are.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import Field

from corpus.blocks.cues import CUES, Cues, with_cues
from corpus.blocks.line_words import line_key
from corpus.blocks.recurrence import Recurrence
from corpus.files import write_text
from corpus.records import BlockKind
from corpus.text import sha256_of
from corpus.yamlfile import ConfigError, Strict, read_yaml

_HEAD = "# Proposed by 'pressmark pack propose'; once edited it is not overwritten. sha256 "
_NAME = re.compile(r"[^a-z0-9]+")
Words = Annotated[str, Field(min_length=1, max_length=4000)]


class PackLine(Strict):
    """A line of the publisher's pages; 'cue' is chrome that announces teasers.

    With `pages` (on how many it was seen) it types what the rules are not sure of; without, a
    person wrote it and it counts whatever the rules say.
    """

    line: Words
    kind: BlockKind | Literal["cue"]
    pages: Annotated[int, Field(ge=0)] = 0


class PackFile(Strict):
    """A pack as it is written."""

    publisher: str = ""
    hosts: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    pages: Annotated[int, Field(ge=0)] = 0
    lines: Annotated[tuple[PackLine, ...], Field(strict=False)] = ()
    classes: dict[Words, BlockKind] = Field(default_factory=dict)
    cues: Annotated[tuple[Words, ...], Field(strict=False)] = ()


@dataclass(frozen=True)
class Packs:
    """A job's packs: which table of cues counts for a page."""

    sites: Mapping[str, Cues] = field(default_factory=dict)
    hosts: Mapping[str, Cues] = field(default_factory=dict)

    def cues(self, site: str = "", url: str = "") -> Cues:
        """Return the table for a page by its host, else its site's name, else the common one."""
        try:
            host = _host(urlsplit(url).hostname or "")
        except ValueError:  # no address
            host = ""
        return self.hosts.get(host) or self.sites.get(same_site(site)) or CUES


#: Where no publisher has a pack.
NO_PACKS = Packs()


def same_site(name: str) -> str:
    """Names of one site are equal: case and signs aside."""
    return line_key(name)


def _host(name: str) -> str:
    return name.casefold().removeprefix("www.")


def cues_of(pack: PackFile) -> Cues:
    """Return the common table of cues with what the pack adds to it."""
    classes: dict[str, set[str]] = {}
    for word, kind in pack.classes.items():
        classes.setdefault(kind, set()).add(word.casefold())
    own = tuple((kind, frozenset(words)) for kind, words in classes.items())
    table = with_cues(CUES, pack.cues) if pack.cues else CUES
    keyed = [(line_key(line.line), line) for line in pack.lines]
    lines = {key: line.kind for key, line in keyed if key and line.pages}
    told = {key: line.kind for key, line in keyed if key and not line.pages}
    return dataclasses.replace(table, lines=lines, told=told, markup=own + table.markup)


def read_packs(folder: Path) -> Packs:
    """Read the packs of a folder; none where there is no such folder.

    Raises:
        ConfigError: a pack is wrong (each with its line), or two are for one publisher.
    """
    sites: dict[str, Cues] = {}
    hosts: dict[str, Cues] = {}
    named: dict[str, Path] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name.endswith(".proposed.yaml"):
            continue
        try:
            pack = read_yaml(PackFile, path)
        except ConfigError as error:
            problems += error.problems
            continue
        if not pack.publisher and not pack.hosts:
            problems.append(f"{path}: for whom? name a 'publisher' or 'hosts'")
        table = cues_of(pack)
        for name, key, into in [
            (pack.publisher, same_site(pack.publisher), sites),
            *((host, _host(host), hosts) for host in pack.hosts),
        ]:
            if not key:
                continue
            if key in into:
                problems.append(f"{path}: {name!r} has a pack already, {named[key]}; join them")
            into[key], named[key] = table, path
    if problems:
        raise ConfigError(problems)
    return Packs(sites, hosts)


def proposed_pack(publisher: str, recurrence: Recurrence, hosts: Iterable[str] = ()) -> PackFile:
    """Return the pack that the lines recurring on a publisher's pages make."""
    lines = tuple(
        PackLine.model_validate({"line": found.line, "kind": found.kind, "pages": found.pages})
        for found in recurrence.lines()
    )
    known = tuple(sorted({_host(host) for host in hosts if host}))
    return PackFile(publisher=publisher, hosts=known, pages=recurrence.pages, lines=lines)


def write_pack(folder: Path, pack: PackFile) -> Path:
    """Write the pack as NAME.yaml, or as NAME.proposed.yaml where a person edited NAME.yaml."""
    name = _NAME.sub("-", (pack.publisher or pack.hosts[0]).casefold()).strip("-") or "publisher"
    # what differs in letters that a file's name cannot have is told apart by hash
    if line_key(name.replace("-", " ")) != line_key(pack.publisher or name):
        name += f"-{sha256_of(pack.publisher)[:6]}"
    path = folder / f"{name}.yaml"
    if path.exists() and not _untouched(path):
        path = folder / f"{name}.proposed.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    rest = yaml.safe_dump(
        pack.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=100
    )
    write_text(path, f"{_HEAD}{sha256_of(rest)}\n{rest}")
    return path


def _untouched(path: Path) -> bool:
    try:
        head, _, rest = path.read_bytes().decode("utf-8").partition("\n")
    except UnicodeDecodeError:
        return False
    return head == f"{_HEAD}{sha256_of(rest)}"
