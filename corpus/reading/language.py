"""The language of a text, identified by py3langid; never guessed on little text."""

from __future__ import annotations

import functools
from typing import Any

from corpus.records import Block

#: On less than so many characters of body py3langid takes English for Afrikaans.
ENOUGH = 200
#: Normalised probabilities of 0.4.0 on body text: .99 for whole articles, .77 for one sentence.
SURE = 0.8
#: A page's own claim falls only to a near certainty on more text: templates lie, but not often.
OVERRULE = 0.99
MUCH = 600
_READ = 1200
_BODY = frozenset(("paragraph", "quote"))


def identify(text: str, blocks: tuple[Block, ...]) -> tuple[str, float]:
    """Return the language of the body (ISO 639-1) and its probability; ('', 0) on little text."""
    body = _body(text, blocks)
    if len(body) < ENOUGH:
        return "", 0.0
    name, share = _identifier().classify(body)
    return str(name), float(share)


def settle(claimed: str, text: str, blocks: tuple[Block, ...]) -> tuple[str, tuple[str, ...]]:
    """Return an article's language and what was done to find it.

    What the page claims stands unless another language is all but certain on enough text.
    """
    found, share = identify(text, blocks)
    if not claimed:
        return (found, (f"language identified: {found}",)) if share >= SURE else ("", ())
    same = claimed.casefold().partition("-")[0] == found
    if same or share < OVERRULE or len(_body(text, blocks)) < MUCH:
        return claimed, ()
    return found, (f"language identified: {found} (the page says {claimed})",)


def _body(text: str, blocks: tuple[Block, ...]) -> str:
    words, size = [], 0
    for block in blocks:
        if block.kind in _BODY and size < _READ:
            words.append(text[block.start : min(block.end, block.start + _READ)])
            size += len(words[-1])
    return "\n".join(words)[:_READ]


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
