"""Which annotations count for agreement, and how many do not and why.

Agreement is computed on what people said first, apart from each other: the first revision of each
annotation whose status is 'submitted', by people, on spans, without pre-labels on the page.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from corpus.agreement.opinions import ArticleOpinions, words_of
from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.prelabels.planted import planted
from corpus.records import Annotation, Article
from corpus.scheme import Scheme, extends
from corpus.store import iter_versions, read_annotations, read_first_submissions
from corpus.stories.duplicates import read_clusters
from corpus.versions import is_second_look, unasked

Version = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many annotations do not count, by the first reason that keeps them out.

    `scheme` are of labels that the scheme in force does not continue, `again` second annotations
    of one version by one author, `second` looks at one's own labels under changed guidelines,
    `lost` those whose text the job does not have, `misfit` those whose spans leave it.
    """

    skipped: int = 0
    withdrawn: int = 0
    draft: int = 0
    scheme: int = 0
    again: int = 0
    second: int = 0
    lost: int = 0
    misfit: int = 0


@dataclass(frozen=True)
class Selection:
    """What counts: first submissions by version of an article, occasion 1 and later ones.

    `first` are those of occasion 1, made with or without pre-labels; `later` those of later
    occasions. Both hold one annotation an author. `guidelines` name the version of each scheme that
    annotations were made under, by hash; `older` what labels those did not ask for; `skips` count
    what each author skipped.
    """

    scheme: Scheme
    articles: Mapping[Version, Article]
    first: Mapping[Version, Mapping[str, Annotation]]
    later: Mapping[Version, Mapping[str, tuple[Annotation, ...]]]
    clusters: Mapping[str, str]
    guidelines: Mapping[str, str]
    left_out: LeftOut
    skips: Mapping[str, int]
    notes: tuple[str, ...] = ()
    schemes: Mapping[str, Scheme] = field(default_factory=dict)
    older: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def annotators(self) -> tuple[str, ...]:
        """Everybody whose first submissions count, by name."""
        return tuple(sorted({author for said in self.first.values() for author in said}))

    def unassisted(self) -> dict[Version, dict[str, Annotation]]:
        """Return the first submissions that were made without pre-labels on the page."""
        found = {}
        for version, said in self.first.items():
            if kept := {author: a for author, a in said.items() if not a.shown}:
                found[version] = kept
        return found

    def opinion(self, version: Version, by: Mapping[str, Annotation]) -> ArticleOpinions:
        """Return what annotators say of a version as measures take it.

        It goes by the article's id; where the article was annotated in several versions, with the
        version.
        """
        article = self.articles[version]
        name = f"{article.id}@{article.sha256[:8]}" if article.id in self._several else article.id
        cluster = self.clusters.get(article.id, article.id)
        size, words = len(article.text), words_of(article.text)
        return ArticleOpinions(
            name, cluster, size, dict(by), words, blocks=article.blocks, older=self.older
        )

    def opinions(self, said: Mapping[Version, Mapping[str, Annotation]]) -> list[ArticleOpinions]:
        """Return what is said of the versions that two annotators or more speak of."""
        return list(self.by_version(said).values())

    def by_version(
        self, said: Mapping[Version, Mapping[str, Annotation]]
    ) -> dict[Version, ArticleOpinions]:
        """Return the same by version."""
        return {v: self.opinion(v, by) for v, by in sorted(said.items()) if len(by) > 1}

    @cached_property
    def _several(self) -> frozenset[str]:
        counts = Counter(id_ for id_, _ in self.first)
        return frozenset(id_ for id_, count in counts.items() if count > 1)


def select(job: Job) -> Selection:
    """Read the job's annotations and return what counts for agreement."""
    submitted, left, skips = _submitted(job)
    plants = planted(job)
    kept = [plants.counted(each) for each in submitted if not is_second_look(each)]
    left["second"] += len(submitted) - len(kept)
    schemes = _schemes(job, kept)
    scheme, notes = _in_force(job, kept, schemes)
    fit = []
    for annotation in kept:
        made = schemes.get(annotation.scheme)
        if made and (made.hash == scheme.hash or _continues(scheme, made)):
            fit.append(annotation)
        else:
            left["scheme"] += 1
    articles = _articles(job, {(a.article, a.sha256) for a in fit})
    first: defaultdict[Version, dict[str, Annotation]] = defaultdict(dict)
    later: defaultdict[Version, dict[str, tuple[Annotation, ...]]] = defaultdict(dict)
    for annotation in sorted(fit, key=lambda a: (a.occasion, a.when, a.id)):
        version = annotation.article, annotation.sha256
        if why := _unusable(annotation, articles.get(version)):
            left[why] += 1
        elif annotation.occasion > 1:
            before = later[version].get(annotation.author, ())
            later[version][annotation.author] = (*before, annotation)
        elif annotation.author in first[version]:
            left["again"] += 1
        else:
            first[version][annotation.author] = annotation
    return Selection(
        scheme=scheme,
        articles=articles,
        first={version: said for version, said in first.items() if said},
        later=dict(later),
        clusters=read_clusters(job) or {},
        guidelines={hash_: each.version for hash_, each in schemes.items()},
        left_out=LeftOut(**{key: left[key] for key in LeftOut.__slots__}),
        skips=dict(skips),
        notes=tuple(notes),
        schemes=schemes,
        older=unasked(schemes.values(), scheme),
    )


def pseudonym(author: str) -> str:
    """Return the author's name, or a made-up one in place of an address."""
    if "@" not in author:
        return author
    return f"annotator-{hashlib.sha256(author.strip().lower().encode()).hexdigest()[:8]}"


def _submitted(job: Job) -> tuple[list[Annotation], Counter[str], Counter[str]]:
    """First submissions that still stand; the others by status; what each author skipped."""
    left: Counter[str] = Counter()
    skips: Counter[str] = Counter()
    first = [_ours(a) for a in read_first_submissions(job.annotations) if _by_people(a)]
    known = {annotation.id for annotation in first}
    for annotation in read_annotations(job.annotations):
        if _by_people(annotation) and annotation.id not in known:
            left[annotation.status] += 1
            if annotation.status == "skipped":
                skips[pseudonym(annotation.author)] += 1
    return first, left, skips


def _by_people(annotation: Annotation) -> bool:
    return annotation.role == "human" and annotation.layer == "spans"


def _ours(annotation: Annotation) -> Annotation:
    return replace(annotation, author=pseudonym(annotation.author))


def _schemes(job: Job, annotations: Iterable[Annotation]) -> dict[str, Scheme]:
    """The schemes that annotations were made under, by hash; a lost one is left out."""
    found = {}
    for hash_ in {annotation.scheme for annotation in annotations}:
        if hash_ == job.scheme.hash:
            found[hash_] = job.scheme
            continue
        try:
            found[hash_] = job.kept_scheme(hash_)
        except PressmarkError:
            continue
    return found


def _in_force(
    job: Job, annotations: Iterable[Annotation], schemes: Mapping[str, Scheme]
) -> tuple[Scheme, list[str]]:
    """The job's scheme; where nothing was made under it or before it, that of most annotations."""
    counts = Counter(a.scheme for a in annotations if a.scheme in schemes)
    ours = [h for h in counts if h == job.scheme.hash or _continues(job.scheme, schemes[h])]
    if ours or not counts:
        return job.scheme, []
    most = min(counts, key=lambda hash_: (-counts[hash_], hash_))
    other = schemes[most]
    told = (
        f"nothing was annotated under {job.scheme.name!r} {job.scheme.version}, the job's scheme:"
        f" this is {other.name!r} {other.version}"
    )
    return other, [told]


def _continues(new: Scheme, old: Scheme) -> bool:
    """Tell whether `new` is a version of the same scheme under which all of `old` still stands."""
    return new.name == old.name and extends(new, old)


def _articles(job: Job, wanted: set[Version]) -> dict[Version, Article]:
    return {(a.id, a.sha256): a for a in iter_versions(job) if (a.id, a.sha256) in wanted}


def _unusable(annotation: Annotation, article: Article | None) -> str:
    if article is None:
        return "lost"
    ends = [span.end for span in annotation.spans]
    ends += [answer.end for answer in annotation.answers if answer.end]
    return "misfit" if max(ends, default=0) > len(article.text) else ""
