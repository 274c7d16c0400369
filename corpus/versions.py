"""Guidelines have versions: what a change of the scheme means, and what must be looked at again.

A version is MAJOR.MINOR.PATCH (what is left out is 0). Something taken away raises the first:
annotations hold what the scheme no longer knows. Something new to ask, or another meaning of what
is asked, raises the second: there is something to look at again. What only explains (examples, hard
cases, titles, colours, hotkeys, hints) raises the third.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from corpus.errors import PressmarkError
from corpus.records import Annotation, Article
from corpus.scheme import Attribute, Label, Question, Scheme

Level = Literal["major", "minor", "patch"]
#: From what asks for most to what asks for least.
LEVELS: tuple[Level, ...] = ("major", "minor", "patch")

#: What a label, an attribute and a question mean; the rest of them explains or shows.
_MEANING = ("definition", "test", "blocks", "snap", "within", "unless")
_ASKING = ("required", "guideline")
#: The run that one's own earlier labels are shown as; the guidelines' new version follows.
OWN = "own-"
_VERSION = re.compile(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two schemes.

    `labels` are to be looked for again wherever they may stand; spans of `marked` are to be looked
    at again; `articles` asks for every article. Nothing of the three: nothing to look at again.
    """

    level: Level
    told: str
    labels: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()
    articles: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """An annotation to be looked at again under the present scheme, and why."""

    annotation: Annotation
    reasons: tuple[str, ...]


def changes(old: Scheme, new: Scheme) -> list[Change]:
    """Return how `new` differs from `old`, what asks for most first."""
    if old.hash == new.hash:
        return []
    found = [
        *_labels(old, new),
        *_asked(old, new, old.attributes, new.attributes, "attribute"),
        *_asked(old, new, old.questions, new.questions, "question"),
    ]
    found = found or [Change("patch", "wording, examples or looks changed")]
    return sorted(found, key=lambda change: LEVELS.index(change.level))


def needed(version: str, found: Iterable[Change]) -> str:
    """Return the least version that a scheme of `version` must have after these changes.

    Raises:
        ValueError: `version` is no MAJOR.MINOR.PATCH.
    """
    levels = [change.level for change in found]
    if not levels:
        return version
    numbers = _numbers(version)
    if numbers is None:
        raise ValueError(f"{version!r} is no version like 1.2 or 1.2.3")
    place = min(LEVELS.index(level) for level in levels)
    raised = [*numbers[:place], numbers[place] + 1, 0, 0][:3]
    return ".".join(map(str, raised if raised[2] else raised[:2]))


def is_raised(old: Scheme, new: Scheme) -> bool:
    """Tell whether the version of `new` is as late as its changes since `old` ask for.

    A version that is no number must only be another one.
    """
    found = changes(old, new)
    if not found or old.name != new.name:
        return True
    before, after = _numbers(old.version), _numbers(new.version)
    if before is None or after is None:
        return old.version != new.version
    return after >= (_numbers(needed(old.version, found)) or ())


def check_version(old: Scheme, new: Scheme) -> None:
    """Refuse a scheme that changed but for its version, or whose version was raised too little.

    Raises:
        PressmarkError: with the least version it must have, and why.
    """
    if is_raised(old, new):
        return
    found = changes(old, new)
    numbered = _numbers(old.version) and _numbers(new.version)
    least = needed(old.version, found) if numbered else "another one"
    raise PressmarkError(
        f"scheme {new.name!r} {new.version}: {found[0].told} since {old.version} was pushed, so its"
        f" version must be {least} or later; edit it, or run 'pressmark scheme --bump'"
    )


def bumped(source: str, version: str) -> str:
    """Return the text of a scheme's file with another version, all else as it was.

    Raises:
        PressmarkError: there is no line 'version: …' to change.
    """
    line = f'version: "{version}"'
    changed, count = re.subn(r"(?m)^version:[^#\n]*?(?=\s*(?:#.*)?$)", line, source, count=1)
    if not count:
        raise PressmarkError("the scheme has no line 'version: …' of its own; raise it by hand")
    return changed


def again(
    annotations: Iterable[Annotation],
    articles: Mapping[tuple[str, str], Article],
    schemes: Mapping[str, Scheme],
    present: Scheme,
) -> list[Again]:
    """Return the annotations that must be looked at again under the `present` scheme.

    Of what somebody said of one version of an article the latest occasion counts. Annotations of
    articles that are not among `articles` are left out.

    Args:
        annotations: what people submitted.
        articles: by id and sha256.
        schemes: those that the annotations were made under, by hash.
        present: the scheme in force.
    """
    last: dict[tuple[str, str, str], Annotation] = {}
    for each in annotations:
        if each.status != "submitted" or each.role != "human" or each.layer != "spans":
            continue
        key = each.author, each.article, each.sha256
        if key not in last or last[key].occasion <= each.occasion:
            last[key] = each
    found = []
    for each in last.values():
        article, old = articles.get((each.article, each.sha256)), schemes.get(each.scheme)
        if article is None or old is None:
            continue
        reasons = [c.told for c in changes(old, present) if _concerns(c, each, article, present)]
        if reasons:
            found.append(Again(each, tuple(reasons)))
    return found


def _concerns(change: Change, annotation: Annotation, article: Article, scheme: Scheme) -> bool:
    if change.articles or any(span.label in change.marked for span in annotation.spans):
        return True
    kinds = {block.kind for block in article.blocks}
    labels = (scheme.label(name) for name in change.labels)
    return any(label and (not label.blocks or kinds & {*label.blocks}) for label in labels)


def _labels(old: Scheme, new: Scheme) -> Iterator[Change]:
    for label in old.labels:
        if new.label(label.name) is None:
            yield Change("major", f"label {label.name!r} removed")
    for label in new.labels:
        before = old.label(label.name)
        if before is None:
            yield Change("minor", f"label {label.name!r} added", labels=(label.name,))
        elif parts := _differ(before, label, _MEANING):
            told = f"{' and '.join(parts)} of label {label.name!r} changed"
            yield Change("minor", told, labels=(label.name,), marked=(label.name,))
        elif _explained(before) != _explained(label):
            yield Change("patch", f"examples of label {label.name!r} changed")


def _explained(label: Label) -> object:
    return label.positive, label.negative


def _differ(old: Label | Question, new: Label | Question, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if getattr(old, name) != getattr(new, name)]


def _asked(
    old: Scheme,
    new: Scheme,
    before: tuple[Question, ...],
    after: tuple[Question, ...],
    what: str,
) -> Iterator[Change]:
    """Compare attributes of spans or questions about articles, by name."""
    known, there = {q.name: q for q in before}, {q.name: q for q in after}
    for name in sorted(known.keys() - there.keys()):
        yield Change("major", f"{what} {name!r} removed")
    for name, asked in there.items():
        spoken = f"{what} {name!r}"
        if name not in known:
            yield _of(new, asked, "minor", f"{spoken} added")
            continue
        past = known[name]
        if past.type != asked.type:
            yield _of(new, asked, "major", f"type of {spoken} changed")
        for value in sorted({*past.value_names} - {*asked.value_names}):
            yield _of(new, asked, "major", f"value {value!r} of {spoken} removed")
        for value in sorted({*asked.value_names} - {*past.value_names}):
            yield _of(new, asked, "minor", f"value {value!r} of {spoken} added")
        if parts := _differ(past, asked, _ASKING):
            yield _of(new, asked, "minor", f"{' and '.join(parts)} of {spoken} changed")
        yield from _spread(old, new, past, asked)


def _spread(old: Scheme, new: Scheme, past: Question, asked: Question) -> Iterator[Change]:
    """An attribute that is asked of other labels than before."""
    if not (isinstance(past, Attribute) and isinstance(asked, Attribute)):
        return
    for label in new.label_names:
        if old.label(label) and past.asked_of(label) != asked.asked_of(label):
            level: Level = "minor" if asked.asked_of(label) else "major"
            told = "now" if level == "minor" else "no longer"
            yield Change(
                level, f"attribute {asked.name!r} is {told} asked of {label!r}", marked=(label,)
            )


def _of(scheme: Scheme, asked: Question, level: Level, told: str) -> Change:
    """A change of what is asked: of spans of some labels, or of every article."""
    if isinstance(asked, Attribute):
        marked = tuple(name for name in scheme.label_names if asked.asked_of(name))
        return Change(level, told, marked=marked)
    return Change(level, told, articles=True)


def _numbers(version: str) -> tuple[int, int, int] | None:
    found = _VERSION.fullmatch(version.strip())
    if found is None:
        return None
    major, minor, patch = (int(part or 0) for part in found.groups())
    return major, minor, patch


def is_second_look(annotation: Annotation) -> bool:
    """Tell whether it began with its author's own labels, under guidelines that had changed."""
    return annotation.occasion > 1 and annotation.shown.startswith(OWN)


def is_repeat(annotation: Annotation) -> bool:
    """Tell whether its author was asked again to see how steady they are, and for nothing else."""
    return annotation.occasion > 1 and not is_second_look(annotation)


def unasked(schemes: Iterable[Scheme], present: Scheme) -> dict[str, frozenset[str]]:
    """Return the labels of `present` that each older version of it did not have, by its hash.

    Who worked under one was not asked for them: having marked none is no opinion.
    """
    names = frozenset(present.label_names)
    return {
        old.hash: names - {*old.label_names}
        for old in schemes
        if old.name == present.name and not names <= {*old.label_names}
    }


def standing(annotations: Iterable[Annotation]) -> list[Annotation]:
    """Return one annotation for each author and version of an article: what they stand by.

    That is the first occasion; a repeat counts for its author's steadiness alone. A second look
    under changed guidelines, which began with the author's own labels, takes its place.
    """
    kept: dict[tuple[str, str, str, str], Annotation] = {}
    for each in sorted(annotations, key=lambda a: a.occasion):
        key = each.author, each.article, each.sha256, each.layer
        if key not in kept or not (is_repeat(each) or each.occasion == kept[key].occasion):
            kept[key] = each
    return list(kept.values())
