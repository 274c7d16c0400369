"""What a release holds, counted while it is written: what the card and the manifest say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from corpus.records import Annotation, Article
from corpus.release.shape import Item

_MAPPED = ", mapped"


@dataclass
class Tally:
    """Counts by what they count; `texts` are of articles whose text is let out."""

    splits: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    annotations: Counter[str] = field(default_factory=Counter)
    #: annotations that were mapped from others: no further opinions
    mapped: int = 0
    #: (scheme, label, how) and (scheme, kind of block, how); how is a role, or 'gold, mapped'
    labels: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    corrections: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    #: (scheme, question or attribute, value), picked values and free text alike
    answers: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    attributes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    #: (pseudonym, how): annotations, skipped ones, spans
    authors: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    schemes: Counter[str] = field(default_factory=Counter)
    #: (licence, '' or why its text is not let out)
    licences: Counter[tuple[str, str]] = field(default_factory=Counter)
    publishers: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    masked: Counter[str] = field(default_factory=Counter)
    readers: Counter[tuple[str, str]] = field(default_factory=Counter)
    robots: Counter[tuple[str, str]] = field(default_factory=Counter)
    clusters: Counter[str] = field(default_factory=Counter)
    published: list[str] = field(default_factory=list)
    characters: int = 0
    #: what is not in the release, by reason
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, item: Item, split: str, refused: str, drop: tuple[str, ...]) -> None:
        """Count an article and what was said of it."""
        self._article(item.article, split, refused)
        self.clusters[item.cluster] += 1
        if not refused:
            self.masked.update(b.kind for b in item.article.blocks if b.kind in drop)
        by_id = {annotation.id: annotation for annotation in item.annotations}
        for annotation in item.annotations:
            mapped = _is_mapped(annotation, by_id)
            self.mapped += mapped
            how = annotation.role + _MAPPED if mapped else annotation.role
            self._annotation(annotation, split, how)

    @property
    def spans(self) -> int:
        """How many labelled spans there are, of every author."""
        return self.labels.total()

    @property
    def own_spans(self) -> int:
        """How many of them were drawn as they are, not mapped from another scheme's."""
        return sum(n for (_, _, how), n in self.labels.items() if not how.endswith(_MAPPED))

    def _article(self, article: Article, split: str, refused: str) -> None:
        self.splits[split] += 1
        self.texts[split] += not refused
        self.licences[article.licence.strip(), refused] += 1
        self.publishers[article.publisher] += 1
        self.languages[article.language] += 1
        self.kinds.update(block.kind for block in article.blocks)
        self.characters += len(article.text)
        from_ = article.provenance
        self.readers[from_.reader, from_.version] += 1
        self.robots[from_.robots, from_.tdm] += 1
        if article.published[:4].isdigit():
            first_last = [*self.published, article.published[:10]]
            self.published = sorted({min(first_last), max(first_last)})

    def _annotation(self, annotation: Annotation, split: str, how: str) -> None:
        scheme = annotation.scheme
        self.annotations[split] += 1
        self.schemes[scheme] += 1
        own = self.authors.setdefault((annotation.author, how), Counter())
        own["annotations"] += 1
        own["skipped"] += annotation.status == "skipped"
        own["spans"] += len(annotation.spans)
        counted = self.corrections if annotation.layer == "blocks" else self.labels
        for span in annotation.spans:
            counted[scheme, span.label, how] += 1
            for name, values in span.attributes.items():
                self.attributes.update((scheme, name, value) for value in values)
        for answer in annotation.answers:
            self.answers.update((scheme, answer.question, value) for value in answer.values)


def _is_mapped(annotation: Annotation, by_id: Mapping[str, Annotation]) -> bool:
    """Tell whether it says under another scheme what the same author's one parent says."""
    if len(annotation.parents) != 1:
        return False
    parent = by_id.get(annotation.parents[0])
    return parent is not None and (
        (parent.author, parent.role) == (annotation.author, annotation.role)
        and parent.scheme != annotation.scheme
    )
