"""A JSON list read item by item, as it arrives: a snapshot of 20,000 tasks is hundreds of MB."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Any

_BETWEEN = " \t\r\n,"


def items(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON list that comes in chunks of UTF-8.

    Raises:
        ValueError: it is no list of objects, or it ends before the list does.
    """
    decode = codecs.getincrementaldecoder("utf-8")().decode
    read = json.JSONDecoder().raw_decode
    text, begun, ended, wanted = "", False, False, 0
    for chunk in chunks:
        text += decode(chunk)
        if len(text) < wanted:
            continue
        at = 0
        while True:
            while at < len(text) and text[at] in _BETWEEN:
                at += 1
            if at == len(text):
                break
            if not begun or ended or text[at] == "]":
                if text[at] != ("[" if not begun else "]") or ended:
                    raise ValueError("not a JSON list")
                begun, ended = True, begun
                at += 1
                continue
            if text[at] != "{":
                raise ValueError("not a list of JSON objects")
            try:
                item, at = read(text, at)
            except json.JSONDecodeError:
                break
            yield item
        text = text[at:]
        # what is not whole yet is tried again once twice as much is there, not at every chunk
        wanted = 2 * len(text)
    yield from _rest(text + decode(b"", final=True), begun=begun, ended=ended)


def _rest(text: str, *, begun: bool, ended: bool) -> Iterator[dict[str, Any]]:
    """What waited for more that never came."""
    if ended and not text.strip():
        return
    if not begun:
        raise ValueError("not a JSON list")
    rest = json.loads(f"[{text.lstrip(_BETWEEN)}")
    if not all(isinstance(item, dict) for item in rest):
        raise ValueError("not a list of JSON objects")
    yield from rest
