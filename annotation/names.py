"""Names in a text by a simple rule: what an annotator can pick as the target of a span."""

from __future__ import annotations

import re
from collections import Counter

from corpus.records import Article

#: As many as a list on the page can show.
MOST = 40

_WORD = r"[^\W\d_][\w’'-]*\w|[^\W\d_]"
_TOKEN = re.compile(_WORD)
_JOINING = frozenset({"of", "de", "da", "del", "der", "van", "von", "al", "bin", "la", "le"})


def candidates(article: Article) -> tuple[str, ...]:
    """Return the names of the text; the outlet last, since a page may praise or blame itself."""
    found = names(article.text)
    publisher = article.publisher.strip()
    return (*found, publisher) if publisher and publisher not in found else found


def names(text: str, *, most: int = MOST) -> tuple[str, ...]:
    """Return runs of capitalised words, the most frequent first; ties in the order of the text.

    A single word that the text also writes small ('The') is none; a possessive ending is cut off.
    """
    small = {word.group() for word in _TOKEN.finditer(text) if word.group().islower()}
    counts: Counter[str] = Counter()
    for run in _runs(text):
        while run and run[0].lower() in small:
            run = run[1:]  # noqa: PLW2901  # a sentence's first word is no part of the name
        if run and (len(run) > 1 or len(run[0]) > 1):
            counts[" ".join(run)] += 1
    return tuple(name for name, _ in counts.most_common(most))


def _runs(text: str) -> list[list[str]]:
    """Capitalised words with one blank between them, joining words inside ('Port of Ansel')."""
    runs: list[list[str]] = []
    run: list[str] = []
    end = -2
    for found in _TOKEN.finditer(text):
        word = found.group()
        if found.start() != end + 1 or text[end] != " ":
            run = []
        if word[0].isupper():
            cut = re.sub(r"[’']s$", "", word)
            if not run:
                runs.append(run)
            run.append(cut)
            end = found.end() if cut == word else -2
        elif run and word in _JOINING:
            run.append(word)
            end = found.end()
        else:
            end = -2
    return [_without_tail(run) for run in runs]


def _without_tail(run: list[str]) -> list[str]:
    while run and run[-1] in _JOINING:
        run = run[:-1]
    return run
