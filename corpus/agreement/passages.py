"""The worst passages on the terminal: the words, and who marked which of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from corpus.agreement.agree import Agreed
from corpus.agreement.disagreements import SORTS, Disagreement
from corpus.agreement.sorting import Passage
from corpus.looking.page import block_lines
from corpus.looking.show import Shown

if TYPE_CHECKING:
    from rich.text import Text


def passages(agreed: Agreed, most: int, width: int) -> Iterator[Text]:
    """Yield the `most` worst passages line by line, none wider than `width` columns."""
    from rich.text import Text

    from corpus.looking.display import safe

    for place, passage in enumerate(agreed.found.worst[:most], 1):
        head = f"{place}. {safe(passage.article)}: {sorts(passage.disagreements)}"
        yield Text(head[:width], style="bold")
        shown = _shown(agreed, passage)
        for block in shown.article.blocks:
            if (block.start, block.end) == (passage.start, passage.end):
                yield from block_lines(shown, block, width)
        yield Text("")


def sorts(found: tuple[Disagreement, ...]) -> str:
    """Return '3 disagreements (2 missed, 1 label)'."""
    counts = Counter(each.sort for each in found)
    told = ", ".join(f"{counts[sort]} {sort}" for sort in SORTS if counts[sort])  # type: ignore[index]
    return f"{len(found)} disagreement{'s' * (len(found) > 1)} ({told})"


def _shown(agreed: Agreed, passage: Passage) -> Shown:
    version = passage.article, passage.sha256
    said = agreed.said[version]
    return Shown(
        article=agreed.selection.articles[version],
        annotations=tuple(said[author] for author in sorted(said)),
        elsewhere={},
        kinds=(),
        use="",
        runs=(),
        colours=agreed.selection.scheme.colours(),
    )
