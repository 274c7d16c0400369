"""The layers annotators work on, each a project of its own: spans, and what each part of a page is.

The second is optional. Its tasks show the page's blocks as pre-labels, its scheme's labels are the
kinds of block, and what comes back are corrections.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from corpus.job import Job
from corpus.records import BLOCK_KINDS, LAYERS, MASSES, Annotation, Article, Block, Span
from corpus.scheme import Scheme, read_scheme
from corpus.yamlfile import ConfigError

SPANS, BLOCKS = LAYERS
#: Annotators are shown one run at a time, so all articles' blocks are of one.
RUN = "blocks"


def scheme_of(job: Job, layer: str) -> Scheme:
    """Return the scheme that a layer is annotated under.

    Raises:
        ConfigError: no such layer, or a scheme of blocks whose labels are not the kinds of block.
    """
    if layer == SPANS:
        return job.scheme
    if layer != BLOCKS:
        raise ConfigError([f"{layer!r} is no layer; there are: {', '.join(LAYERS)}"])
    name = job.settings.studio.blocks
    scheme = read_scheme(name, job.folder)
    unknown = sorted({*scheme.label_names} - {*BLOCK_KINDS})
    missing = [kind for kind in BLOCK_KINDS if kind not in scheme.label_names]
    problems = [f"{name}: the label {label!r} is no kind of block" for label in unknown]
    problems += [f"{name}: the kind of block {kind!r} has no label" for kind in missing]
    if problems:
        raise ConfigError(problems)
    return scheme


def blocks_shown(article: Article, scheme: Scheme) -> Annotation:
    """Return the article's blocks as pre-labels: a region a block, its kind the label.

    Neighbours of a kind whose members nobody tells apart (a menu's entries) are one region.
    """
    return Annotation(
        id=f"{RUN}:{article.id}",
        article=article.id,
        sha256=article.sha256,
        author="rules",
        role="rule",
        scheme=scheme.hash,
        spans=tuple(_regions(article)),
        layer=BLOCKS,
        run=RUN,
    )


def _regions(article: Article) -> Iterator[Span]:
    numbered = enumerate(article.blocks)
    for _, run in groupby(numbered, lambda n: n[1].kind if n[1].kind in MASSES else n[0]):
        blocks: list[Block] = [block for _, block in run]
        first, last = blocks[0], blocks[-1]
        scores = [block.score for block in blocks if block.score is not None]
        score = min(scores) if scores else None
        yield Span(f"block{first.start}", first.start, last.end, first.kind, score=score)
