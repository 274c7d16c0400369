"""A corpus' annotations under a scheme of ours, beside the native ones, and what is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace

from corpus.check import misanswered, snapped
from corpus.imports.mapping import Mapping, Rule
from corpus.records import Annotation, Answer, Article, Span


@dataclass(frozen=True)
class Loss:
    """What a mapping made of a corpus: `items` spans and answers, `lost` counts them by reason.

    `joined` spans of one label overlapped others and became one with them; of the labels in
    `unreached` the corpus says nothing.
    """

    scheme: str
    annotations: int
    items: int
    joined: int
    lost: dict[str, int]
    unreached: tuple[str, ...]


def mapped(
    mapping: Mapping, annotations: Iterable[Annotation], articles: Map[str, Article]
) -> tuple[list[Annotation], Loss]:
    """Return what `annotations` say under the mapping's scheme, and what it loses.

    Where any rule leads anywhere each annotation has a mapped one, which may hold nothing.
    """
    found, lost = [], Counter[str]()
    items = joined = 0
    for annotation in annotations:
        one = _Mapper(mapping, annotation, articles[annotation.article], lost)
        spans = one.spans()
        whole = list(_joined(spans))
        answers = one.answers()
        items += one.items
        joined += len(spans) - len(whole)
        if mapping.leads:
            found.append(
                replace(
                    annotation,
                    id=f"{annotation.id}:{mapping.to.name}",
                    scheme=mapping.to.hash,
                    spans=tuple(whole),
                    answers=answers,
                    parents=(annotation.id,),
                )
            )
    reasons = dict(lost.most_common())
    loss = Loss(mapping.to.name, len(found), items, joined, reasons, mapping.unreached)
    return found, loss


class _Mapper:
    """Maps one annotation, counting its items and what is lost."""

    def __init__(
        self, mapping: Mapping, annotation: Annotation, article: Article, lost: Counter[str]
    ) -> None:
        self.items = 0
        self._rules, self._to = mapping.rules, mapping.to
        self._annotation, self._article, self._lost = annotation, article, lost

    def spans(self) -> list[Span]:
        """The spans that spans and placed answers lead to."""
        found = []
        for span in self._annotation.spans:
            self.items += 1
            rule = next((r for r in self._rules if self._fits(r, span)), None)
            if self._counts(rule, f"{span.label}: no rule for it where it stands"):
                assert rule
                found.append(self._span(rule, span))
        for number, (answer, rule) in enumerate(self._ruled()):
            if not rule.to:
                continue
            end = len(self._article.text)
            start, stop = answer.start or 0, answer.end or end
            given = {name: tuple(values) for name, values in rule.attributes.items()}
            span = Span(f"{answer.question}:{start}-{stop}:{number}", start, stop, rule.to, given)
            found.append(snapped(span, self._article, self._to))
        return found

    def answers(self) -> tuple[Answer, ...]:
        """The answers that answers lead to; a question of one value keeps its first."""
        found: dict[tuple[str, int | None, int | None], tuple[str, ...]] = {}
        for answer, rule in self._ruled():
            self.items += 1
            if not self._counts(rule, ""):
                continue
            for name, values in rule.answer.items():
                key = (name, answer.start, answer.end)
                both = tuple(dict.fromkeys((*found.get(key, ()), *values)))
                question = self._to.question(name)
                if question and misanswered(question, both):
                    self._lost[f"{name!r} takes one value, the corpus has several"] += 1
                else:
                    found[key] = both
        return tuple(Answer(name, values, *place) for (name, *place), values in found.items())

    def _ruled(self) -> Iterator[tuple[Answer, Rule]]:
        """Each value of each answer with its rule; free text has none and is no label."""
        for answer in self._annotation.answers:
            for value in answer.values:
                rule = next(
                    (
                        r
                        for r in self._rules
                        if r.question == answer.question and (not r.values or value in r.values)
                    ),
                    None,
                )
                if rule:
                    yield answer, rule

    def _counts(self, rule: Rule | None, otherwise: str) -> bool:
        """Tell whether a rule leads somewhere, and count the item's loss where not."""
        if rule is None or rule.not_mapped:
            self._lost[rule.not_mapped if rule else otherwise] += 1
            return False
        return not rule.none

    def _fits(self, rule: Rule, span: Span) -> bool:
        if span.label not in rule.labels:
            return False
        kinds = {block.kind for block in self._article.blocks_at(span.start, span.end)}
        if rule.blocks and not kinds <= set(rule.blocks):
            return False
        return all(
            set(span.attributes.get(name, ())) & set(values) for name, values in rule.when.items()
        )

    def _span(self, rule: Rule, span: Span) -> Span:
        assert rule.to
        given = {name: tuple(values) for name, values in rule.attributes.items()}
        for name, carry in rule.carry.items():
            for value in span.attributes.get(name, ()):
                taken = carry.values.get(value) if carry.values else value
                if taken:
                    given[carry.to] = (*given.get(carry.to, ()), taken)
        new = replace(
            span, label=rule.to, attributes=given, origin="accepted", source=span.id, drawn=None
        )
        wide = snapped(new, self._article, self._to)
        return wide if wide is new else replace(wide, origin="edited")


def _joined(spans: list[Span]) -> Iterator[Span]:
    """Yield the spans, those of one label that overlap as one; what only some say is left out."""
    for label in dict.fromkeys(span.label for span in spans):
        run: list[Span] = []
        for span in sorted((s for s in spans if s.label == label), key=lambda s: (s.start, s.end)):
            if run and span.start >= max(each.end for each in run):
                yield _one(run)
                run = []
            run.append(span)
        yield _one(run)


def _one(run: list[Span]) -> Span:
    if len(run) == 1:
        return run[0]
    same = {
        name: values
        for name, values in run[0].attributes.items()
        if all(each.attributes.get(name) == values for each in run)
    }
    end = max(each.end for each in run)
    return replace(run[0], end=end, attributes=same, origin="edited", drawn=None)
