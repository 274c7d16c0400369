"""How sure the rules are of a block: the share of right lines among those a rule typed so."""

from __future__ import annotations

import functools

#: Form of the page, rule, kind, lines that were right, lines typed: the tuning publishers' 14 pages
#: against the gold (python benchmarks/block_kinds.py DATA --scores). On publishers whose pages
#: no rule was tuned on the shares are lower; their order is what to go by.
_EVIDENCE = """
html cue chrome 5 5
html cue teaser 7 7
html head byline 1 1
html head chrome 37 39
html head deck 2 2
html markup bio 10 10
html markup byline 10 11
html markup caption 22 22
html markup chrome 1393 1405
html markup comments 2 2
html markup dateline 13 18
html markup deck 11 11
html markup headline 13 14
html markup quote 11 11
html markup solicitation 52 53
html markup tags 8 8
html markup teaser 128 135
html poll poll 4 5
html rest chrome 35 41
html rest paragraph 304 309
html rest quote 0 2
html rest subheading 8 10
html rest teaser 8 14
html stray bio 13 13
html stray chrome 17 17
html stray teaser 31 37
html words byline 2 2
html words chrome 45 50
html words comments 3 3
html words correction 7 7
text bio bio 18 18
text captions caption 2 2
text comments comments 0 8
text cue teaser 31 44
text head byline 5 5
text head chrome 881 907
text head deck 3 4
text head headline 13 14
text plea solicitation 20 22
text points deck 5 5
text poll poll 2 2
text poll subheading 3 3
text rest chrome 139 158
text rest paragraph 304 370
text rest quote 3 8
text rest subheading 5 6
text rest teaser 133 144
text stray chrome 21 21
text stray teaser 0 3
text words byline 7 7
text words caption 13 14
text words chrome 497 506
text words comments 4 4
text words correction 7 7
text words dateline 12 14
text words tags 3 3
"""
#: Where a rule has fewer lines than this the share of all rules for that kind is nearer the truth.
_FEW = 5


@functools.cache
def sureness(form: str, rule: str, kind: str) -> float:
    """Return the probability that a block is of the kind it was given; .5 where nothing is known.

    Laplace's rule of succession: (right + 1) / (typed + 2).

    Args:
        form: 'html' or 'text'.
        rule: the rule that typed it; a pack's word counts as the words' own.
        kind: the kind.
    """
    right, typed = _counted(form, rule, kind)
    if typed < _FEW:
        right, typed = _counted(form, "", kind)
    return round((right + 1) / (typed + 2), 3)


def _counted(form: str, rule: str, kind: str) -> tuple[int, int]:
    """Lines right and lines typed by `rule`, by every rule where it is ''."""
    right = typed = 0
    for row in _EVIDENCE.strip().splitlines():
        on, by, name, good, all_of_them = row.split()
        if (on, name) == (form, kind) and rule in ("", by):
            right += int(good)
            typed += int(all_of_them)
    return right, typed
