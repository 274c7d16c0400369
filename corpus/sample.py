"""The synthetic sample corpus: annotators' passes that name their spans by quotation.

A pass is a YAML file beside the pages: for each annotator the time it took, the answers, and the
spans as a `quote` (or `from` … `to`), so that nobody counts characters. Everything in a span but
its place and label is an attribute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from corpus.check import snapped
from corpus.errors import PressmarkError
from corpus.records import Annotation, Answer, Article, Span
from corpus.scheme import Scheme

_PLACE = ("quote", "from", "to", "nth", "label")
#: When the passes were made, by their own account: fixed, so that the demo is the same every time.
_WHEN = "2026-10-05T09:00:00Z"


def sample_annotations(
    articles: Iterable[Article], passes: Path, scheme: Scheme
) -> list[Annotation]:
    """Return the passes under `passes`/SCHEME'S NAME over those `articles` that have one.

    Raises:
        PressmarkError: a quotation does not stand in its article.
    """
    found = []
    for article in articles:
        path = passes / scheme.name / f"{article.id}.yaml"
        if not path.is_file():
            continue
        for author, row in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            spans = [
                snapped(_span(article, raw, f"{author}-{number}", path), article, scheme)
                for number, raw in enumerate(row["spans"], 1)
            ]
            found.append(
                Annotation(
                    id=f"{article.id}:{author}",
                    article=article.id,
                    sha256=article.sha256,
                    author=author,
                    role="human",
                    scheme=scheme.hash,
                    spans=tuple(spans),
                    answers=tuple(
                        Answer(question, _values(value))
                        for question, value in row["answers"].items()
                    ),
                    when=_WHEN,
                    seconds=float(row["seconds"]),
                )
            )
    return found


def quoted(text: str, quote: str, nth: int = 1) -> tuple[int, int]:
    """Return where `quote` stands in `text` for the `nth` time (from 1).

    Raises:
        ValueError: it does not stand there that often.
    """
    start = -1
    for _ in range(nth):
        start = text.find(quote, start + 1)
        if start < 0:
            raise ValueError(f"{quote!r} does not stand in the text {nth} times")
    return start, start + len(quote)


def _span(article: Article, raw: Mapping[str, Any], id_: str, path: Path) -> Span:
    nth = raw.get("nth", 1)
    try:
        start, end = quoted(article.text, raw.get("quote") or raw["from"], nth)
        if "to" in raw:
            _, length = quoted(article.text[start:], raw["to"])
            end = start + length
    except ValueError as error:
        raise PressmarkError(f"{path}: {error}") from None
    attributes = {name: _values(value) for name, value in raw.items() if name not in _PLACE}
    return Span(id_, start, end, raw["label"], attributes)


def _values(value: object) -> tuple[str, ...]:
    """YAML's ways to say it (a word, a list, true) as our one."""
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    return ("yes",) if value is True else (str(value),)
