"""The set that does not grow: it answers as a real set does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.seen import Seen


@given(st.lists(st.text(max_size=3)))
def test_it_tells_what_is_new_as_a_set_does(texts: list[str]) -> None:
    seen, known = Seen(), set()
    for text in texts:
        assert seen.add(text) == (text not in known)
        known.add(text)
        assert text in seen
    assert len(seen) == len(known)


def test_it_keeps_what_it_was_given_first_while_it_grows() -> None:
    seen = Seen()
    for n in range(10_000):
        assert seen.add(f"text {n}", (n, 2 * n, 3 * n))
    assert not seen.add("text 7", (0, 0, 0))
    assert all(seen[f"text {n}"] == (n, 2 * n, 3 * n) for n in range(10_000))
    assert "text 10000" not in seen
    with pytest.raises(KeyError):
        seen["text 10000"]
