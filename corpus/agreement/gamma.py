"""Gamma of Mathet, Widlöcher and Métivier (2015): agreement on places and labels at once.

It aligns the annotators' spans, of any labels, and compares the disorder of the best alignment with
that of random annotations of the same habits ('The unified and holistic method gamma (γ) for
inter-annotator agreement measure and alignment', Computational Linguistics 41). The computation is
pygamma-agreement's, an optional extra (`pip install 'pressmark[gamma]'`) that is loaded only here.

Gamma is defined for one text. The figure is the mean over articles, by this rule for articles in
which somebody marked nothing:

- nobody marked anything: there is nothing to align, and pygamma-agreement stops. The article is
  left out, and counted as `empty`;
- a single annotator did: 0. No pair of spans can be aligned, and what pygamma-agreement says (-.37
  for two annotators) comes from a random annotator that has half as many spans, not from the text.
  These are counted as `one_sided`;
- otherwise it is what pygamma-agreement computes, annotators without spans taking part.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

from corpus.agreement.estimates import Sampling, Statistic, by_cluster, figures
from corpus.agreement.opinions import ArticleOpinions
from corpus.agreement.table import Table, table
from corpus.errors import PressmarkError
from corpus.measures import Figure
from corpus.scheme import Scheme

#: A marked stretch of one article: annotator, start, end, label.
Marked = tuple[int, int, int, str]


@dataclass(frozen=True, slots=True)
class GammaSettings:
    """What gamma depends on, to be printed beside it.

    `alpha` weighs differences of place, `beta` those of label, `delta_empty` is the cost of a span
    that is aligned with none; `samples` random annotations of each article are drawn from `seed`.
    The defaults are the package's own.
    """

    alpha: float = 1.0
    beta: float = 1.0
    delta_empty: float = 1.0
    samples: int = 30
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Gamma:
    """Mean gamma over `articles`, of which `one_sided` were given 0; `empty` ones are left out.

    `unit` is what places are measured in, `version` that of pygamma-agreement.
    """

    figure: Figure
    articles: int
    one_sided: int
    empty: int
    settings: GammaSettings
    unit: str
    version: str


def installed() -> bool:
    """Tell whether the extra is there, without loading it (which takes 20 seconds)."""
    return find_spec("pygamma_agreement") is not None


def require_gamma() -> None:
    """Refuse to go on without the extra.

    Raises:
        PressmarkError: pygamma-agreement is not installed.
    """
    if not installed():
        raise PressmarkError("gamma needs pygamma-agreement: pip install 'pressmark[gamma]'")


def gamma(
    opinions: Sequence[ArticleOpinions],
    scheme: Scheme,
    settings: GammaSettings | None = None,
    sampling: Sampling | None = None,
) -> Gamma:
    """Return mean gamma of the articles' spans, all labels together, with its interval.

    Raises:
        PressmarkError: pygamma-agreement is not installed, or an article stands there twice.
    """
    import numpy as np

    require_gamma()
    settings, found = settings or GammaSettings(), table(opinions, scheme)
    marked = _marked(found)
    scores = list(_scores(found, marked, settings))
    scored = np.array([score is not None for score in scores], dtype=bool)
    values = np.array([score or 0.0 for score in scores])
    columns = np.column_stack([values, scored]).astype(np.float64)
    sums = by_cluster(columns, found.continuum.cluster, found.continuum.clusters)
    statistic = Statistic(
        sums, lambda rows: rows[:, 0] / rows[:, 1], lambda _: "nobody marked anything"
    )
    return Gamma(
        figures([statistic], sampling or Sampling())[0],
        int(scored.sum()),
        sum(_authors(each) == 1 for each in marked),
        int((~scored).sum()),
        settings,
        "character",
        version("pygamma-agreement"),
    )


def _marked(found: Table) -> list[list[Marked]]:
    """What was marked in each article, by annotator and place."""
    marked: list[list[Marked]] = [[] for _ in found.opinions]
    units = found.units
    for row in range(len(units.row)):
        article = int(units.article[row])
        begin = int(found.continuum.begins[article])
        label = found.labels[int(found.label[row])].name
        place = int(units.start[row]) - begin, int(units.end[row]) - begin
        marked[article].append((int(units.annotator[row]), *place, label))
    return [sorted(each) for each in marked]


def _authors(marked: Sequence[Marked]) -> int:
    return len({annotator for annotator, *_ in marked})


def _scores(
    found: Table, marked: Sequence[Sequence[Marked]], settings: GammaSettings
) -> Iterator[float | None]:
    """Yield each article's gamma, None where nobody marked anything."""
    compute = None
    for number, (opinion, spans) in enumerate(zip(found.opinions, marked, strict=True)):
        if _authors(spans) < 2:
            yield 0.0 if spans else None
            continue
        compute = compute or _Package(settings)
        asked = [int(who) for who in found.continuum.asked[number].nonzero()[0]]
        yield compute.gamma(spans, asked, zlib.crc32(opinion.article.encode()))


class _Package:
    """pygamma-agreement, loaded once: it compiles its dissimilarity."""

    def __init__(self, settings: GammaSettings) -> None:
        import cvxopt.glpk
        import pygamma_agreement
        from pyannote.core import Segment

        # The package solves in threads; one of them turns the solver's talk back on for the others
        cvxopt.glpk.options["msg_lev"] = "GLP_MSG_OFF"

        self._settings = settings
        self._continuum: Any = pygamma_agreement.Continuum
        self._segment: Any = Segment
        with _quiet():
            self._dissimilarity = pygamma_agreement.CombinedCategoricalDissimilarity(
                alpha=settings.alpha, beta=settings.beta, delta_empty=settings.delta_empty
            )

    def gamma(self, spans: Sequence[Marked], annotators: Sequence[int], salt: int) -> float:
        """Return one article's gamma; `salt` makes its random annotations its own."""
        import numpy as np

        continuum = self._continuum()
        for annotator in annotators:
            continuum.add_annotator(f"{annotator:06}")
        for annotator, start, end, label in spans:
            continuum.add(f"{annotator:06}", self._segment(start, end), label)
        # The package draws from numpy's global generator and knows no other
        before = np.random.get_state()  # noqa: NPY002
        np.random.seed((self._settings.seed + salt) % 2**32)  # noqa: NPY002
        try:
            with _quiet():
                results = continuum.compute_gamma(
                    self._dissimilarity, n_samples=self._settings.samples
                )
                return float(results.gamma)
        finally:
            np.random.set_state(before)  # noqa: NPY002


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back the package's warning, one an alignment, that it uses GLPK."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
