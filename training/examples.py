"""What a model learns from and is compared with: articles and what annotators said of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.measures import majority
from corpus.prelabels.planted import planted
from corpus.records import Annotation, Article, Span
from corpus.scheme import Attribute, Label, Question, Scheme, extends
from corpus.store import read_annotations, read_articles
from corpus.takedown import is_taken_down, read_takedown
from corpus.versions import is_repeat


@dataclass(frozen=True, slots=True)
class Example:
    """One version of an article with one annotation an annotator.

    `older` are the older schemes, by hash: whoever worked under one was not asked the rest.
    `origins` are the schemes of what an opinion was made from, by its id: of other annotations of
    the same article, or of a published corpus' own by a mapping.
    """

    article: Article
    opinions: tuple[Annotation, ...]
    older: Mapping[str, Scheme] = field(default_factory=dict)
    origins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def unassisted(self) -> Example:
        """The same without the opinions of those who were shown pre-labels."""
        return replace(self, opinions=tuple(each for each in self.opinions if not each.shown))

    def asked(self, label: Label) -> tuple[Annotation, ...]:
        """Return the opinions of those who were asked `label` (see its `unless`)."""
        return tuple(
            opinion
            for opinion in self.opinions
            if (opinion.scheme not in self.older or self.older[opinion.scheme].label(label.name))
            and _asked(opinion, label)
        )

    def none(self, opinion: Annotation, asked: Question, span: Span | None = None) -> bool:
        """Tell whether an empty answer to `asked` (of `span`) says 'none of them'.

        It does where the opinion's own scheme asked it, and what it was made from as well, and
        where it may be left empty: a flag, or `several` that are not required. Otherwise nobody
        was asked, as far as can be told.
        """
        known = (self._version(opinion, asked, hash_) for hash_ in self._schemes(opinion))
        return any(
            each.type == "flag" or (each.type == "several" and not each.required)
            for each in known
            if each and (span is None or _asked_of(each, span.label))
        )

    def not_offered(self, opinion: Annotation, asked: Question) -> frozenset[str]:
        """Return the values of `asked`, a `several`, that were added after `opinion` was made.

        Of any other question none: whoever picked the one value has picked no other, whichever
        are added. Where nothing is known of what was offered, everything was.
        """
        if asked.type != "several":
            return frozenset()
        known = (self._version(opinion, asked, hash_) for hash_ in self._schemes(opinion))
        offered = {name for each in known if each for name in each.value_names}
        return frozenset(asked.value_names) - offered if offered else frozenset()

    def _schemes(self, opinion: Annotation) -> tuple[str, ...]:
        return self.origins.get(opinion.id, (opinion.scheme,))

    def _version(self, opinion: Annotation, asked: Question, hash_: str) -> Question | None:
        """What `asked` was under the scheme `hash_`: None where it was not there."""
        older = self.older.get(hash_)
        if older is None:
            # Of a scheme that is neither the opinion's nor an older one nothing is known
            return asked if hash_ == opinion.scheme else None
        return older.attribute(asked.name) or older.question(asked.name)

    def reference(self, scheme: Scheme) -> tuple[Span, ...]:
        """Return the spans whose characters at least half of those asked covered.

        With two annotators that is what either of them marked. A label that nobody was asked has
        none.
        """
        spans = []
        for label in scheme.labels:
            opinions = [
                [(span.start, span.end) for span in opinion.spans if span.label == label.name]
                for opinion in self.asked(label)
            ]
            spans += [
                Span(f"{label.name}:{start}", start, end, label.name)
                for start, end in majority(opinions)
            ]
        return tuple(spans)


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples of a job, by article id, and how many annotations were left out and why."""

    items: dict[str, Example]
    left_out: dict[str, int]

    def of(self, ids: Iterable[str]) -> list[Example]:
        """Return the examples of `ids` that are there, in that order."""
        return [self.items[id_] for id_ in ids if id_ in self.items]

    def unassisted(self, ids: Iterable[str]) -> list[Example]:
        """Return the examples of `ids` by those who saw no pre-labels, as far as there are any.

        A model that is scored or tuned on what it showed would flatter itself.
        """
        return [bare for each in self.of(ids) if (bare := each.unassisted).opinions]


def read_examples(job: Job, *, gold: bool = True) -> Examples:
    """Read what the job's annotators said of the latest version of its articles.

    Where an article has gold (a published corpus' consolidated labels) that alone counts. Errors
    that were planted among pre-labels and let stand are no opinions. Gold that was made from an
    annotation over pre-labels counts as made over them. Without `gold` annotators' own opinions
    count alone, and none at all is no error. What is on the take-down list is left out.

    Raises:
        PressmarkError: there is no annotation that can be used; the message says why not.
    """
    articles, listed = {a.id: a for a in read_articles(job)}, read_takedown(job.takedown)
    barred = {id_ for id_, article in articles.items() if is_taken_down(article, listed)}
    used: defaultdict[str, dict[str, Annotation]] = defaultdict(dict)
    left_out: Counter[str] = Counter()
    plants, made = planted(job), read_annotations(job.annotations)
    repeats = {each.id for each in made if is_repeat(each)}
    annotations = _inherited([*map(plants.counted, made), *read_annotations(job.gold)])
    older = _older(job, {annotation.scheme for annotation in annotations})
    for annotation in sorted(annotations, key=lambda a: (a.when, a.id)):
        article, known = articles.get(annotation.article), {job.scheme.hash, *older}
        reason = _unusable(annotation, article, known)
        if annotation.article in barred:
            reason = "of an article on the take-down list"
        if not gold and annotation.role == "gold":
            continue
        if not reason and annotation.id in repeats:
            reason = "made on another occasion, to measure an annotator's steadiness"
        if reason:
            left_out[reason] += 1
            continue
        if annotation.author in used[annotation.article]:
            left_out["an older annotation of the same article by the same annotator"] += 1
        used[annotation.article][annotation.author] = annotation
    for id_, opinions in used.items():
        settled = {author: each for author, each in opinions.items() if each.role == "gold"}
        if settled and len(settled) < len(opinions):
            left_out["of an article that has gold"] += len(opinions) - len(settled)
            used[id_] = settled
    if not used and gold:
        why = "; ".join(f"{count} left out: {reason}" for reason, count in left_out.items())
        raise PressmarkError(
            f"{job.annotations}: no annotation to use ({why or 'the log is empty'});"
            " annotate, then run 'pressmark pull'"
        )
    origins = _origins(annotations)
    items = {
        id_: Example(article, tuple(used[id_][a] for a in sorted(used[id_])), older, origins)
        for id_, article in articles.items()
        if id_ in used
    }
    return Examples(items, dict(left_out))


def not_learned(scheme: Scheme, *taught: Sequence[Example]) -> Iterator[str]:
    """Say of which labels nothing can be learned: nobody marked one in anything that is taught."""
    count, examples = sum(map(len, taught)), (each for part in taught for each in part)
    seen = {span.label for each in examples for opinion in each.opinions for span in opinion.spans}
    for name in scheme.label_names:
        if name not in seen:
            yield f"no span of {name!r} among the {count} taught articles: it is not learned"


def _inherited(annotations: Sequence[Annotation]) -> list[Annotation]:
    """Let what was made from annotations over pre-labels, however often, be over them as well."""
    shown = {each.id: each.shown for each in annotations}
    parents = {each.id: each.parents for each in annotations}

    def of(id_: str, below: frozenset[str] = frozenset()) -> str:
        if shown.get(id_) or id_ in below:
            return shown.get(id_, "")
        return next(filter(None, (of(one, below | {id_}) for one in parents.get(id_, ()))), "")

    return [replace(each, shown=of(each.id)) if each.parents else each for each in annotations]


def _origins(annotations: Sequence[Annotation]) -> dict[str, tuple[str, ...]]:
    """The schemes of what annotations were made from in the end, where that is there."""
    by = {each.id: each for each in annotations}

    def of(id_: str, below: frozenset[str] = frozenset()) -> set[str]:
        parents = [one for one in by[id_].parents if one in by and one not in below | {id_}]
        return {hash_ for one in parents for hash_ in of(one, below | {id_})} or {by[id_].scheme}

    return {each.id: tuple(sorted(of(each.id))) for each in annotations if each.parents}


def _older(job: Job, hashes: set[str]) -> dict[str, Scheme]:
    """The schemes among `hashes` that the job's scheme only adds to."""
    files = sorted((job.folder / "schemes").glob("*.yaml"))
    older = [path.stem for path in files if path.stem in hashes - {job.scheme.hash}]
    kept = [job.kept_scheme(hash_) for hash_ in older]
    return {old.hash: old for old in kept if extends(job.scheme, old)}


def _unusable(annotation: Annotation, article: Article | None, schemes: AbstractSet[str]) -> str:
    """Why `annotation` teaches nothing; empty where it does."""
    if annotation.layer != "spans":
        return f"of the layer {annotation.layer}"
    if annotation.role not in ("human", "gold"):
        return f"by a {annotation.role}"
    if annotation.status != "submitted":
        return annotation.status
    if article is None:
        return "of an article that is not in the job"
    if annotation.sha256 != article.sha256:
        return "of an older version of the text"
    if annotation.scheme not in schemes:
        return "made under another scheme"
    if annotation.covers:
        return "of a part of the article only"
    return ""


def _asked(opinion: Annotation, label: Label) -> bool:
    return not any(
        set(answer.values) & set(label.unless.get(answer.question, ()))
        for answer in opinion.answers
    )


def _asked_of(question: Question, label: str) -> bool:
    return isinstance(question, Attribute) and question.asked_of(label)
