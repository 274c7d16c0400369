"""PTC's layout: articles/article<ID>.txt and a tab-separated label file, code points throughout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from corpus.files import write_text
from corpus.records import Annotation, Article
from corpus.scheme import Scheme

_LABELS = "export.labels"


def headed(article: Article) -> bool:
    """Tell whether the first line is the headline, as PTC's tools take it to be."""
    first = article.blocks[0] if article.blocks else None
    return bool(first and first.kind == "headline" and "\n" not in article.text[: first.end])


class Ptc:
    """Writes one author's folder; what has no place in it is counted in `lost`."""

    def __init__(self, folder: Path, schemes: Mapping[str, Scheme], lost: Counter[str]) -> None:
        self.folder, self.schemes, self.lost = folder, schemes, lost
        self.rows: list[str] = []

    def add(self, article: Article, file: str, opinions: Sequence[Annotation]) -> None:
        """Write an article and take in what the author said of it."""
        # the text as it is: the offsets count its characters
        write_text(self.folder / "articles" / f"article{file}.txt", article.text)
        for opinion in opinions:
            self._count(opinion)
            scheme = self.schemes.get(opinion.scheme)
            for span in opinion.spans:
                label = scheme.label(span.label) if scheme else None
                name = label.native[0] if label and label.native else span.label
                # a cell ends at a tab, a row at whatever Python's splitlines takes for a line's end
                cell = " ".join(name.split())
                self.lost["labels with white space that was changed"] += cell != name
                self.rows.append(f"{file}\t{cell}\t{span.start}\t{span.end}\n")

    def close(self) -> None:
        """Write the label file, in the order of the articles."""
        write_text(self.folder / _LABELS, "".join(self.rows))

    def _count(self, opinion: Annotation) -> None:
        self.lost["answers to questions"] += len(opinion.answers)
        self.lost["ranges shown of a text that was not shown whole"] += len(opinion.covers)
        self.lost["attributes of spans"] += sum(len(s.attributes) for s in opinion.spans)
        self.lost["ids and origins of spans"] += len(opinion.spans)
        self.lost["scores of spans"] += sum(s.score is not None for s in opinion.spans)
