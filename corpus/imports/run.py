"""`pressmark import`: a published corpus into a job, its labels beside its texts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from corpus.errors import PressmarkError
from corpus.imports.catalogue import corpus_of
from corpus.imports.convert import Converted, convert
from corpus.imports.mapped import Loss, mapped
from corpus.imports.mapping import Mapping, mapping_to
from corpus.imports.native import Refused
from corpus.job import Job, now
from corpus.progress import Progress, silent
from corpus.records import Annotation
from corpus.scheme import Scheme
from corpus.store import Added, add_articles, append_annotations
from corpus.takedown import REASON, is_taken_down, read_takedown


@dataclass(frozen=True)
class Imported:
    """What an import found; `mapped` says what became of the labels under another scheme."""

    corpus: str
    licence: str
    scheme: str
    new: int
    versions: int
    same: int
    annotations: int
    spans: int
    answers: int
    known: int
    quarantined: int
    mapped: Loss | None = None


def import_corpus(
    job: Job, name: str, path: Path, to: str = "", progress: Progress = silent
) -> Imported:
    """Read corpus `name` at `path` into the job's articles and annotations.

    With `to` (a scheme of ours or a mapping's file) mapped annotations stand beside the native
    ones, their `parents`. Imported again nothing is added twice; an import that was killed is
    completed by the next. What cannot be read goes to quarantine.jsonl.

    Raises:
        PressmarkError: no such corpus, file or mapping; nothing was written.
    """
    corpus = corpus_of(name)
    scheme = corpus.scheme
    mapping = mapping_to(to, name, job) if to else None
    path = path.expanduser()
    if not path.exists():
        raise PressmarkError(f"{path}: no such file or folder; {name} needs {corpus.needs}")
    progress("reading the corpus", 0, 0)
    found = convert(corpus.read(path), name, scheme, _version(), now())
    added, appended = keep(job, name, found, scheme, progress)
    native = list(found.annotations.values())
    return Imported(
        corpus=name,
        licence=corpus.licence,
        scheme=scheme.hash,
        new=added.new,
        versions=added.versions,
        same=added.same,
        annotations=len(appended),
        spans=sum(len(each.spans) for each in appended),
        answers=sum(len(each.answers) for each in appended),
        known=len(native) - len(appended),
        quarantined=len(found.refused),
        mapped=_map(job, mapping, found, native) if mapping else None,
    )


def keep(
    job: Job,
    name: str,
    found: Converted,
    scheme: Scheme,
    progress: Progress = silent,
    *,
    command: str = "import",
) -> tuple[Added, list[Annotation]]:
    """Write what was converted into the job; return what of it is new.

    What was refused, and what is on the take-down list, goes to quarantine.jsonl.
    """
    _bar(found, read_takedown(job.takedown))
    for refused in found.refused:
        held = {
            key: _plain(value) if isinstance(value, str) else value
            for key, value in refused.held.items()
        }
        job.set_aside(command, _plain(f"{name}: {refused.where}"), _plain(refused.reason), **held)
    job.keep_scheme(scheme)
    added = add_articles(job, found.articles.values())
    progress("writing annotations", 0, 0)
    return added, append_annotations(job.annotations, found.annotations.values())


def _bar(found: Converted, listed: Collection[str]) -> None:
    """Take out the articles on the take-down list, with what was said of them."""
    barred = {id_ for id_, article in found.articles.items() if is_taken_down(article, listed)}
    for id_ in barred:
        found.refused.append(Refused(found.places[id_], REASON))
        del found.articles[id_]
    for id_, annotation in list(found.annotations.items()):
        if annotation.article in barred:
            del found.annotations[id_]


def _map(job: Job, mapping: Mapping, found: Converted, native: list[Annotation]) -> Loss:
    annotations, loss = mapped(mapping, native, found.articles)
    job.keep_scheme(mapping.to)
    append_annotations(job.annotations, annotations)
    return loss


def _plain(value: str) -> str:
    """Bytes that are no UTF-8 spelt out: the quarantine is."""
    return value.encode("utf-8", "backslashreplace").decode()


def _version() -> str:
    try:
        return version("pressmark")
    except PackageNotFoundError:  # a checkout that is not installed
        return "0"
