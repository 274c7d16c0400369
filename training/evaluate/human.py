"""The human ceiling of spans, and the model against adjudicated gold, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from corpus.agreement.estimates import Sampling, figures
from corpus.measures import Figure, Pair
from corpus.records import Span
from corpus.scoring.ceiling import Ceiling, Marked, span_ceiling
from corpus.scoring.spans import in_words, span_f1
from training.evaluate.results import Human
from training.evaluate.systems import MEASURES, Test
from training.examples import Example

NO_GOLD = "no test article has adjudicated gold"


def human(
    test: Test,
    pairs: Sequence[Pair],
    model: Mapping[str, tuple[Span, ...]],
    raw: Sequence[Example],
    sampling: Sampling,
) -> tuple[Human, ...]:
    """Return the ceiling of each label and measure.

    Args:
        test: the examples that are scored.
        pairs: the model's spans beside their references.
        model: the model's spans, by article.
        raw: the same articles with every annotator's own opinion, gold left aside.
        sampling: of the intervals.
    """
    gold = [pair for pair, each in zip(pairs, test.examples, strict=True) if _adjudicated(each)]
    own = [each for each in test.examples if _adjudicated(each)]
    settled = Test(tuple(own), test.scheme, test.groups)
    found = []
    for label in ("", *test.scheme.label_names):
        for measure, score in MEASURES.items():
            if label and measure == "FLC":
                continue
            marked = list(_marked(test, model, raw, label, measure))
            ceiling: Ceiling = span_ceiling(marked, score, sampling)
            found.append(
                Human(label, measure, ceiling, _gold(settled, gold, measure, label, sampling))
            )
    return tuple(found)


def three(raw: Sequence[Example]) -> str:
    """Say what the others' majority is where an article has three annotators; '' where none has."""
    if any(len({opinion.author for opinion in each.opinions}) == 3 for each in raw):
        return "of three annotators the others are two: their majority is what either marked"
    return ""


def _gold(
    test: Test, pairs: Sequence[Pair], measure: str, label: str, sampling: Sampling
) -> Figure:
    if not pairs:
        return Figure(None, why=NO_GOLD)
    statistic = span_f1(MEASURES[measure])(test.counted(pairs, measure, label))
    return figures([statistic], sampling)[0]


def _adjudicated(example: Example) -> bool:
    return all(opinion.role == "gold" for opinion in example.opinions)


def _marked(
    test: Test,
    model: Mapping[str, tuple[Span, ...]],
    raw: Sequence[Example],
    label: str,
    measure: str,
) -> Iterator[Marked]:
    """Yield who was asked for the label; of all labels who was asked for all that anyone was."""
    for example in raw:
        id_ = example.article.id
        asked = [each for each in test.scheme.labels if example.asked(each)]
        names = {each.name for each in asked if label in ("", each.name)}
        asked = [each for each in asked if each.name in names]
        if not asked:
            continue
        authors = set.intersection(*({o.author for o in example.asked(each)} for each in asked))
        sides = {o.author: o.spans for o in example.opinions if o.author in authors}
        words = test.words[id_]
        sides[""] = model[id_]
        kept = {who: tuple(s for s in spans if s.label in names) for who, spans in sides.items()}
        if measure == "token":
            kept = {who: in_words(spans, words) for who, spans in kept.items()}
        yield Marked(test.groups[id_], kept.pop(""), kept)
