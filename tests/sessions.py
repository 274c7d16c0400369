"""The sessions of a page: each command it shows, and what stands beneath it."""

from __future__ import annotations

import re
import shlex
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
#: Indented blocks, and fenced ones.
_INDENTED = re.compile(r"(?:^(?: {4}.*)?\n)+", re.MULTILINE)
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """A command with its words as a shell would part them, and the lines beneath it."""

    words: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def pressmark(self) -> tuple[str, ...] | None:
        """What follows `pressmark`, also behind variables or `python -m`; None without it."""
        if "pressmark" not in self.words:
            return None
        return self.words[self.words.index("pressmark") + 1 :]


def page(name: str) -> str:
    """The text of a page, by its path from the repository's root."""
    return (ROOT / name).read_text(encoding="utf-8")


def sessions(text: str) -> list[Shown]:
    """Every command after a `$`, in the page's order; a comment behind it is left out."""
    blocks = [(m.start(), textwrap.dedent(m[0])) for m in _INDENTED.finditer(text)]
    blocks += [(m.start(), m[2]) for m in _FENCED.finditer(text) if m[1] in ("", "console")]
    parts = [re.split(r"^\$ ", block, flags=re.MULTILINE)[1:] for _, block in sorted(blocks)]
    return [_shown(part.splitlines()) for each in parts for part in each]


def scripts(text: str) -> list[str]:
    """Every Python block of a page."""
    return [m[2] for m in _FENCED.finditer(text) if m[1] == "python"]


def _shown(lines: list[str]) -> Shown:
    command, rest = lines[0], lines[1:]
    while rest:
        try:
            shlex.split(command)
        except ValueError:
            pass  # a quote that is not closed goes on in the next line
        else:
            if not command.endswith("\\") and not rest[0].startswith("> "):
                break
        command = f"{command.removesuffix(chr(92))} {rest.pop(0).removeprefix('> ').strip()}"
    return Shown(tuple(shlex.split(command, comments=True)), tuple(rest))
