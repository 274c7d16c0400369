"""What `agree` and `evaluate` found, for the card: their files as tables, names made pseudonyms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.release.tables import table

#: Lines of a file that a card shows.
MOST = 60
#: Keys that tell when somebody worked, or for how long.
_TIMES = frozenset({"when", "seconds", "since"})


def measured(job: Job, people: Mapping[str, str]) -> str:
    """Return the sections on agreement and scores; of a file that is not there, a word on that."""
    agreement = _read(job.agreement)
    scores = _read(job.scores)
    parts = ["## Agreement", _table(agreement, people) or "Agreement has not been measured."]
    if scores is not None:
        parts += ["## A model's scores", _table(scores, people)]
    return "\n\n".join(parts)


def _read(path: Path) -> Any:
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PressmarkError(f"{path}: not valid JSON ({error}); run its command again") from None


def _table(found: Any, people: Mapping[str, str]) -> str:
    rows = [(_renamed(place, people), _renamed(said, people)) for place, said in _flat(found, ())]
    told = table(("measure", "value"), rows[:MOST])
    more = len(rows) - MOST
    return f"{told}\n\nand {more} more lines in the project's own files" if more > 0 else told


def _flat(value: Any, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the leaves of nested JSON with their places; a list of numbers is a range."""
    if isinstance(value, dict):
        named = [str(value[key]) for key in ("system", "label", "name") if key in value]
        for key, inner in value.items():
            if key not in _TIMES and key not in ("system", "label", "name"):
                yield from _flat(inner, (*place, *named, str(key)))
    elif isinstance(value, list) and all(isinstance(v, int | float | None) for v in value):
        if value:
            yield " / ".join(place), " to ".join(_number(v) for v in value)
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(inner, place)
    elif place:
        yield " / ".join(place), _number(value)


def _number(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _renamed(text: str, people: Mapping[str, str]) -> str:
    """`text` with every annotator's name, as a word of its own, replaced by the pseudonym."""
    if not people:
        return text
    longest = sorted(people, key=len, reverse=True)
    names = "|".join(re.escape(name) for name in longest)
    return re.sub(rf"(?<!\w)(?:{names})(?!\w)", lambda found: people[found[0]], text)
