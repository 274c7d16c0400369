"""One version of an article with everything that is known and said of it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.looking.find import find_article
from corpus.records import BLOCK_KINDS, Annotation, Article
from corpus.scheme import read_scheme
from corpus.store import read_annotations, read_run, runs
from corpus.stories.placements import placements


@dataclass(frozen=True)
class Shown:
    """An article version and what is said of it.

    `annotations` are of this version, whatever their status; `elsewhere` counts those of other
    versions by sha256. `use` is its place in the splits ('' if it has none), `kinds` the kinds of
    block asked for (all if none). `colours` are those that the schemes give to labels.
    """

    article: Article
    annotations: tuple[Annotation, ...]
    elsewhere: dict[str, int]
    kinds: tuple[str, ...]
    use: str
    runs: tuple[str, ...]
    colours: dict[str, str]


def show(
    job: Job,
    id_: str,
    *,
    annotators: Sequence[str] = (),
    run: str | None = None,
    kinds: Sequence[str] = (),
    version: str = "",
) -> Shown:
    """Return the article named by `id_` (or how it begins) with its annotations.

    Args:
        job: where it is.
        id_: an id, or the beginning of one id and no other.
        annotators: only theirs; everybody's (gold too) if none are named.
        run: a run whose predictions are shown too.
        kinds: the kinds of block to print.
        version: how the sha256 of an older version begins.

    Raises:
        PressmarkError: there is no such article, annotator, run or kind; with the closest.
    """
    for kind in kinds:
        _known(kind, BLOCK_KINDS, "kind of block")
    article = find_article(job, id_, version)
    said = [*read_annotations(job.annotations), *read_annotations(job.gold)]
    for name in annotators:
        _known(name, sorted({a.author for a in said}), "annotator")
    said = [a for a in said if a.article == article.id]
    if annotators:
        said = [a for a in said if a.author in annotators]
    if run:
        said += [p for p in read_run(job, run) if p.article == article.id]
    here = [a for a in said if a.sha256 == article.sha256]
    elsewhere = [a.sha256 for a in said if a.sha256 != article.sha256]
    return Shown(
        article=article,
        annotations=tuple(here),
        elsewhere={sha256: elsewhere.count(sha256) for sha256 in elsewhere},
        kinds=tuple(kinds),
        use=placements(job).get(article.id, ""),
        runs=tuple(runs(job)),
        colours=_colours(job, here),
    )


def _known(given: str, there: Sequence[str], what: str) -> None:
    if given not in there:
        close = difflib.get_close_matches(given, there, n=1, cutoff=0.5)
        hint = (
            f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(there) or 'none'}"
        )
        raise PressmarkError(f"{given!r} is no {what}; {hint}")


def _colours(job: Job, said: list[Annotation]) -> dict[str, str]:
    """The labels' colours; the job's scheme has the last word, a lost scheme costs its colours."""
    schemes = [read_scheme(job.settings.studio.blocks, job.folder)]
    for hash_ in sorted({annotation.scheme for annotation in said}):
        try:
            schemes.append(job.kept_scheme(hash_))
        except PressmarkError:
            continue
    return {
        label.name: label.colour for scheme in (*schemes, job.scheme) for label in scheme.labels
    }
