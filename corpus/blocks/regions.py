"""Where on a page of plain text the menus and the article's body stand, by the lines' lengths.

The body is the stretch with the most prose and the least else (after Finn, Kushmerick and Smyth
2001, "Fact or fiction: content classification for digital libraries"); menus are runs of short
lines.
"""

from __future__ import annotations

from collections.abc import Sequence

#: A menu is a run of so many lines of so few words and no full stop (mean F1 on the tuning pages'
#: text: .746 for 6 lines, .743 for 8, .747 for 10, .746 for 12).
_RUN, _SHORT = 8, 6
#: A text with fewer lines is an article somebody copied, not a page saved with all its furniture.
_PAGE = 30
#: What a line that is no prose takes from a stretch, in words (mean F1 on the tuning pages:
#: .723 for 6, .733 for 10, .743 for 12 and 14, .732 for 20).
_COST = 12
#: A stretch with this share of the best one's words is part of the body too: an advertisement or a
#: list stands between (tuning pages: half and none of it alike, .3 a little worse).
_PART = 0.5
#: What a paragraph gives at most, so that one long line is not a body.
_MOST = 60


def menus(counts: Sequence[int], closed: Sequence[bool]) -> list[bool]:
    """Tell of each line whether it stands in a menu."""
    found = [False] * len(counts)
    start = 0
    for i in range(len(counts) + 1):
        if i < len(counts) and counts[i] <= _SHORT and not closed[i]:
            continue
        if i - start >= _RUN:
            found[start:i] = [True] * (i - start)
        start = i + 1
    return found


def body(counts: Sequence[int], prose: Sequence[bool], known: Sequence[bool]) -> tuple[int, int]:
    """Return the half-open stretch of lines that holds the body; empty where nothing is prose.

    Args:
        counts: words of each line.
        prose: which lines read as prose.
        known: lines that a body may hold though they are no prose: cues, dates, captions.
    """
    if len(counts) < _PAGE:
        return 0, len(counts)
    stretches: list[tuple[int, int, int]] = []  # best score, first line, line behind the last
    score, start = 0, 0
    for i, count in enumerate(counts):
        if score <= 0:
            score, start = 0, i
        if prose[i]:
            score += min(count, _MOST)
        elif not known[i]:
            score -= _COST
        if score > 0 and (not stretches or stretches[-1][1] != start):
            stretches.append((score, start, i + 1))
        elif stretches and stretches[-1][1] == start and score > stretches[-1][0]:
            stretches[-1] = (score, start, i + 1)
    best = max((score for score, _, _ in stretches), default=0)
    parts = [part for part in stretches if part[0] >= _PART * best]
    return (parts[0][1], parts[-1][2]) if parts else (0, 0)
