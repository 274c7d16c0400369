"""A fault of Label Studio that we cannot mend, so we point at it.

It draws a span by code points, but an end that is dragged by its handle it puts too late by one for
each character beyond U+FFFF (emoji, mostly) that stands before it in its line, back to the nearest
edge of a span. The page shows the shifted end, so what is stored is what was seen; but who lets go
and looks away does not see it. Read in 1.23.2 (the resize lacks the step that corrects a drawn
range) and measured.
"""

from __future__ import annotations

from collections.abc import Iterator

from corpus.records import Annotation, Article, Span


def shifted_ends(
    annotation: Annotation, shown: Annotation | None, article: Article
) -> Iterator[str]:
    """Yield a remark for each end of a pre-label that was dragged to a place behind an emoji."""
    before = {span.id: _drawn(span) for span in shown.spans} if shown else {}
    for span in annotation.spans:
        if span.source not in before:
            continue
        for was, end in zip(before[span.source], _drawn(span), strict=True):
            line = article.text[article.text.rfind("\n", 0, end) + 1 : end]
            if end != was and any(ord(char) > 0xFFFF for char in line):
                yield (
                    f"{span.label!r} at {span.start}: an end was dragged behind an emoji, where"
                    " Label Studio may put it too late; look whether it stands where it should"
                )


def _drawn(span: Span) -> tuple[int, int]:
    return span.drawn or (span.start, span.end)
