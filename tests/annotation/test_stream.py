"""A list that arrives in pieces is what it would be in one."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.stream import items

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
lists = st.lists(st.dictionaries(st.text(max_size=4), values, max_size=4), max_size=6)


def pieces(content: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(content) + 1) for cut in cuts), len(content)]
    return [content[a:b] for a, b in pairwise(edges)]


@given(lists, st.lists(st.integers(0, 10_000), max_size=30), st.sampled_from([None, 1]))
def test_wherever_it_is_cut_the_same_items_come(
    given: list[dict[str, Any]], cuts: list[int], indent: int | None
) -> None:
    content = json.dumps(given, ensure_ascii=False, indent=indent).encode("utf-8", "surrogatepass")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return
    assert list(items(pieces(content, cuts))) == given


@given(lists.filter(bool), st.data())
def test_what_breaks_off_is_told_and_never_taken_for_the_whole(
    given: list[dict[str, Any]], data: st.DataObject
) -> None:
    content = json.dumps(given).encode()
    short = content[: data.draw(st.integers(0, len(content) - 1))]
    with pytest.raises(ValueError, match=r"."):
        list(items(pieces(short, data.draw(st.lists(st.integers(0, 9999), max_size=5)))))


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b'["a"]', b"[[]]", b"[]]", b"[] x", b"<p/>"]
)
def test_what_is_no_list_of_objects_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        list(items([content]))
