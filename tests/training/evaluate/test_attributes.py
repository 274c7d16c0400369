"""Attributes: scored where the model found the span, beside what else could have told them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.agreement.estimates import Sampling
from corpus.job import Job, open_job
from corpus.records import Annotation, Article, Span
from corpus.store import append_annotations, read_annotations, read_articles
from tests.speech import SCHEME as SMALL
from tests.speech import article, mark, scheme
from tests.training.press import opinion, pages
from training.evaluate import evaluate
from training.evaluate.attributes import attributes
from training.evaluate.choices import COMMON
from training.evaluate.learned import Learned
from training.evaluate.results import ATTRIBUTE, MODEL
from training.evaluate.run import PAGE
from training.evaluate.said import Said
from training.evaluate.systems import Test as Tested
from training.examples import Example
from training.fit import Trained
from training.heads import Choice
from training.units_baselines import tfidf

SCHEME = scheme()
SENTIMENT = Choice("sentiment", "span", True, ("negative", "positive"), ("judged", "loud head"))
FEW = Sampling(50)
GROUPS = {f"p{n}": f"g{n}" for n in range(99)} | {"a0": "g0"}


def page() -> Article:
    return article("Head 😀\n\nA vile and silly plan.", "a0")


def felt(annotation: Annotation, of: Article) -> Annotation:
    """The annotation with a sentiment for each span, which its first letter tells."""

    def feel(span: Span) -> Span:
        value = "negative" if of.text[span.start].lower() in "vr" else "positive"
        return replace(span, attributes={"sentiment": (value,)})

    return replace(annotation, spans=tuple(map(feel, annotation.spans)))


def examples(count: int) -> list[Example]:
    found = pages(count)
    return [Example(each, (felt(opinion(each, "ana", SCHEME), each),)) for each in found]


def test_attributes_are_scored_where_the_span_was_found() -> None:
    one = mark("ana", ("vile", "judged"), ("silly", "judged"), of=page())
    test = Tested((Example(page(), (one,)),), SCHEME, GROUPS)
    vile, silly = one.spans
    said = Said({"a0": (replace(vile, attributes={"sentiment": ("positive",)}),)})
    (found,), (less,) = attributes([SENTIMENT], test, said, test.examples, FEW, beside={})
    assert found.systems[MODEL].answers == 1
    assert found.systems[MODEL].accuracy.value == 0
    assert found.systems[COMMON].accuracy.value == 1
    assert (less.what, less.label, less.other) == (ATTRIBUTE, "sentiment", COMMON)
    assert less.paired.difference.value == -1
    both = Said({"a0": (vile, silly)})
    (found,), _ = attributes([SENTIMENT], test, both, test.examples, FEW, beside={})
    assert (found.systems[MODEL].answers, found.systems[MODEL].accuracy.value) == (2, 1)


def test_a_value_of_an_attribute_is_not_scored_where_nobody_was_offered_it() -> None:
    grown = scheme(SMALL.replace("{name: question}", "{name: question}, {name: late}"))
    choice = Choice("device", "span", False, ("verb", "question", "late"), ("loud head",))
    page_ = article("Head 😀\n\nPlan.\n\nTail.", "a0")
    said = mark("ana", ("Head 😀", "loud head"), of=page_)
    spans = tuple(replace(span, attributes={"device": ("verb",)}) for span in said.spans)
    old = Example(page_, (replace(said, spans=spans),), {SCHEME.hash: SCHEME})
    new = Example(page_, (replace(said, spans=spans, scheme=grown.hash),))
    both = tuple(replace(span, attributes={"device": ("verb", "late")}) for span in spans)
    for each, right in ((old, 1), (new, 0)):
        test = Tested((each,), grown, GROUPS)
        (found,), _ = attributes([choice], test, Said({"a0": both}), [each], FEW, beside={})
        assert found.systems[MODEL].accuracy.value == right


def test_nothing_answered_is_a_dash_not_nought() -> None:
    test = Tested((Example(page(), (mark("ana", of=page()),)),), SCHEME, GROUPS)
    (found,), less = attributes([SENTIMENT], test, Said({"a0": ()}), test.examples, FEW, beside={})
    assert found.systems[MODEL].macro_f1.value is None
    assert found.systems[MODEL].answers == 0
    assert less == ()


@pytest.mark.parametrize(
    ("choice", "value"),
    [
        (Choice("unsure", "span", False, ("yes",), ("judged", "loud head")), "yes"),
        (Choice("device", "span", False, ("verb", "question"), ("loud head",)), "verb"),
    ],
)
def test_none_is_an_answer_of_every_span_that_was_asked(choice: Choice, value: str) -> None:
    page_ = article("Head 😀\n\nPlan.\n\nTail.", "a0")
    said = mark("ana", ("Head 😀", "loud head"), ("Plan.", "loud head"), of=page_)
    spans = tuple(
        replace(span, attributes={choice.name: (value,)} if span.start == 0 else {})
        for span in said.spans
    )
    test = Tested((Example(page_, (replace(said, spans=spans),)),), SCHEME, GROUPS)
    always_so = tuple(replace(span, attributes={choice.name: (value,)}) for span in spans)
    (found,), _ = attributes([choice], test, Said({"a0": always_so}), test.examples, FEW, beside={})
    assert found.systems[MODEL].answers == 2
    assert found.systems[MODEL].macro_f1.value == pytest.approx(2 / 3)


def scored(taught: Sequence[Example], test: Tested, said: Said) -> dict[str, float | None]:
    beside = {"TF-IDF": Learned(tfidf(taught, SCHEME), Said(), {})}
    (found,), _ = attributes([SENTIMENT], test, said, taught, FEW, beside=beside)
    return {name: each.accuracy.value for name, each in found.systems.items()}


def test_regressions_answer_for_the_spans_that_the_model_found() -> None:
    taught, tested = examples(40)[:30], examples(40)[30:]
    test = Tested(tuple(tested), SCHEME, GROUPS)
    spans = {each.article.id: each.opinions[0].spans for each in tested}
    bare = {id_: tuple(replace(s, attributes={}) for s in of) for id_, of in spans.items()}
    known = scored(taught, test, Said(bare))
    assert [*known] == [MODEL, "TF-IDF", COMMON]
    assert known[MODEL] == 0
    assert known["TF-IDF"] is not None
    assert known[COMMON] is not None
    assert known["TF-IDF"] > 0.9 > known[COMMON]


def test_a_regression_is_asked_about_the_words_that_the_model_marked() -> None:
    """The reference's span holds the word that tells, the model's stops before it."""

    def marked(quote: str, value: str) -> Example:
        said = mark("ana", (quote, "judged"), of=page())
        spans = tuple(replace(s, attributes={"sentiment": (value,)}) for s in said.spans)
        return Example(page(), (replace(said, spans=spans),))

    whole, cut = marked("vile and silly", "positive"), marked("vile and", "negative")
    test = Tested((whole,), SCHEME, GROUPS)
    taught = [whole, cut] * 5
    assert scored(taught, test, Said({"a0": whole.opinions[0].spans}))["TF-IDF"] == 1
    assert scored(taught, test, Said({"a0": cut.opinions[0].spans}))["TF-IDF"] == 0


def test_what_was_taught_without_attributes_answers_nothing() -> None:
    taught, tested = examples(20)[:15], examples(20)[15:]
    plain = [Example(e.article, (opinion(e.article, "ana", SCHEME),)) for e in taught]
    test = Tested(tuple(tested), SCHEME, GROUPS)
    said = Said({each.article.id: each.opinions[0].spans for each in tested})
    assert scored(plain, test, said) == {MODEL: 1, "TF-IDF": 0, COMMON: 0}


@pytest.fixture
def copy(learned: tuple[Job, Trained], tmp_path: Path) -> Job:
    """The learned job, whose annotators have gone over their spans and told sentiments."""
    shutil.copytree(learned[0].folder, tmp_path / "copy")
    job = open_job(tmp_path / "copy", ["evaluation.samples=50"])
    articles = {each.id: each for each in read_articles(job)}
    said = read_annotations(job.annotations)
    append_annotations(job.annotations, [felt(each, articles[each.article]) for each in said])
    return job


def test_evaluate_sets_attributes_beside_the_baselines_of_questions(copy: Job) -> None:
    scores = evaluate(copy)
    sentiment = next(each for each in scores.attributes if each.name == "sentiment")
    (genre,) = scores.questions
    assert {*sentiment.systems} == {*genre.systems} - {"shuffled"}
    assert {each.answers for each in sentiment.systems.values()} == {
        sentiment.systems[MODEL].answers
    }
    assert sentiment.systems[MODEL].answers > 10
    figure = {name: each.macro_f1.value or 0 for name, each in sentiment.systems.items()}
    assert figure["TF-IDF"] > 0.9
    assert figure["frozen"] > figure[COMMON]
    (less,) = [v for v in scores.versus if (v.what, v.label) == (ATTRIBUTE, "sentiment")]
    assert figure[less.other] == max(figure[name] for name in figure if name != MODEL)
    page_ = (copy.folder / PAGE).read_text(encoding="utf-8")
    table = page_.partition("attribute sentiment, of each span")[2].partition("</table>")[0]
    assert [name in table for name in figure] == [True] * 4
    assert f"model less {less.other}, macro F1" in page_
