"""The alpha-U family: the published example, and a count character by character beside ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.agreement.alpha_u import family

Marks = list[tuple[int, int, Hashable]]

#: The worked example of Krippendorff, Content Analysis (4th ed. 2019), figure 12.11, in section
#: 12.6, which gives the definitions of Krippendorff et al. (2016); units begin at 0 here and their
#: ends are exclusive. The figures printed there: uα .510, |uα .413, cuα .724, (1)uα, (5)uα and
#: (6)uα 1.000, (2)uα, (3)uα and (4)uα .000, (5)uα covering 44% and (7)uα 0% of their length. The
#: example and the figures were read from the tests of an R package that follows the book, not from
#: the book or the paper.
ALEX: Marks = [(0, 7, 1), (7, 13, 2), (30, 32, 5), (32, 37, 6), (37, 44, 6), (44, 60, 7)]
PAUL: Marks = [(0, 7, 1), (7, 13, 3), (13, 21, 5), (32, 44, 6)]
SUZAN: Marks = [(0, 7, 1), (7, 13, 4), (13, 21, 5), (32, 37, 6), (37, 41, 6), (41, 44, 6)]
LENGTH = 60


@st.composite
def coders(draw: st.DrawFn, length: int = 30) -> list[Marks]:
    """Two to four coders' units of a continuum, which may touch but do not overlap."""
    found: list[Marks] = []
    for _ in range(draw(st.integers(2, 4))):
        edges = sorted(draw(st.lists(st.integers(0, length), max_size=10)))
        places = [(s, e) for s, e in zip(edges[::2], edges[1::2], strict=False) if s < e]
        found.append([(s, e, draw(st.sampled_from("abc"))) for s, e in places])
    return found


def by_character(marked: list[Marks], length: int) -> dict[str, float | None]:
    """uα, |uα and cuα counted over pairs of characters, as slowly as the definition reads.

    What is expected: the values of all ordered pairs of characters of all coders, but for those
    that cannot be paired by chance: two characters of one unit, and a gap's character with itself.
    """
    slots = [
        (coder, at, *next(((k, n) for n, (s, e, k) in enumerate(marks) if s <= at < e), ("", -1)))
        for coder, marks in enumerate(marked)
        for at in range(length)
    ]
    at_place: list[list[Hashable]] = [[] for _ in range(length)]
    for _, at, value, _ in slots:
        at_place[at].append(value)
    share = 1 / (len(marked) - 1)
    seen: Counter[tuple[Hashable, Hashable]] = Counter()
    for given_ in at_place:
        for one, other in combinations(given_, 2):
            seen[one, other] += share
            seen[other, one] += share
    chance: Counter[tuple[Hashable, Hashable]] = Counter()
    for one in slots:
        for other in slots:
            itself = (
                one[:2] == other[:2] if one[3] < 0 else one[0] == other[0] and one[3] == other[3]
            )
            if not itself:
                chance[one[2], other[2]] += 1

    def coefficient(kind: object) -> float | None:
        def differ(pair: tuple[Hashable, Hashable]) -> bool:
            return bool(pair[0]) != bool(pair[1]) if kind == "relevant" else pair[0] != pair[1]

        observed = sum(n for pair, n in seen.items() if differ(pair)) / sum(seen.values())
        expected = sum(n for pair, n in chance.items() if differ(pair)) / (
            sum(chance.values()) or 1
        )
        return 1 - observed / expected if expected else None

    return {"u": coefficient("u"), "relevant": coefficient("relevant")}


def near(expected: float | None) -> object:
    return expected if expected is None else pytest.approx(expected, abs=1e-9)


def test_the_published_example() -> None:
    found = family([ALEX, PAUL, SUZAN], LENGTH)
    assert found.u == pytest.approx(0.510, abs=0.0005)
    assert found.coded == pytest.approx(0.724, abs=0.0005)
    # .4136, printed as .413: cut off, or computed from rounded lengths
    assert found.relevant == pytest.approx(0.413, abs=0.001)
    assert found.values == {1: 1, 2: 0, 3: 0, 4: 0, 5: 1, 6: 1, 7: None}
    assert found.coverage == {1: 1, 2: 1, 3: 1, 4: 1, 5: 8 / 18, 6: 1, 7: 0}


@given(coders(length=14))
def test_it_is_what_counting_characters_gives(marked: list[Marks]) -> None:
    slow = by_character(marked, 14)
    found = family(marked, 14)
    assert found.u == near(slow["u"])
    assert found.relevant == near(slow["relevant"])
