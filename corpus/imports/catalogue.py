"""The published corpora by name: who reads each, and what it needs to find."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import PressmarkError
from corpus.imports import (
    babe,
    basil,
    checkthat,
    frac,
    newsmtsc,
    newssd_eng,
    persuasion4good,
    ptc,
    semeval2023,
    titles,
)
from corpus.imports.native import Found
from corpus.scheme import Scheme, read_scheme


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus that can be imported; its scheme is the one of ours that has its name."""

    name: str
    read: Callable[[Path], Iterator[Found]]
    needs: str

    @property
    def scheme(self) -> Scheme:
        """Its labels, guidelines by citation, and licence."""
        return _scheme(self.name)

    @property
    def licence(self) -> str:
        """Under which licence its texts may be used."""
        published = self.scheme.published
        return published.licence if published else ""


@functools.cache
def _scheme(name: str) -> Scheme:
    return read_scheme(f"corpora/{name}")


CORPORA = {
    corpus.name: corpus
    for corpus in (
        Corpus("babe", babe.read, "final_labels_*.csv, raw_labels_*.xlsx"),
        Corpus("basil", basil.read, "articles/YEAR/*.json, annotations/YEAR/*_ann.json"),
        Corpus("checkthat", checkthat.read, "*.tsv"),
        Corpus("frac", frac.read, "*.csv"),
        Corpus("hyperpartisan-titles", titles.read, "*.csv"),
        Corpus("newsmtsc", newsmtsc.read, "*.jsonl"),
        Corpus("newssd-eng", newssd_eng.read, "*.csv"),
        Corpus("persuasion4good", persuasion4good.read, "*sentences.csv"),
        Corpus("ptc", ptc.read, "article<ID>.txt, *.labels"),
        Corpus("semeval2023-t3", semeval2023.read, "article<ID>.txt, *-labels-subtask-*"),
    )
}


def corpus_of(name: str) -> Corpus:
    """Return the corpus of that name.

    Raises:
        PressmarkError: there is none; the message names all, with licence and what each needs.
    """
    if name in CORPORA:
        return CORPORA[name]
    close = difflib.get_close_matches(name, CORPORA, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    rows = "\n".join(f"  {row}" for row in catalogue())
    raise PressmarkError(f"no corpus {name!r}{hint}\nthere are:\n{rows}")


def catalogue() -> list[str]:
    """Return a line a corpus: name, licence, what it needs to find."""
    rows = [(corpus.name, corpus.licence, corpus.needs) for corpus in CORPORA.values()]
    wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return [f"{name:{wide[0]}}  {licence:{wide[1]}}  {needs}" for name, licence, needs in rows]
