"""Logistic regression on TF-IDF and on a frozen encoder: the same questions, the same decoding."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from corpus.records import Annotation, Answer, Article, Block
from corpus.scheme import parse_scheme
from tests.speech import scheme
from tests.training.press import BAD, LOUD, opinion, pages
from training.decode import decode
from training.encoders import Encoder
from training.examples import Example
from training.heads import heads_of
from training.thresholds import tuned
from training.units import unit
from training.units_baselines import Linear, frozen, tfidf

SCHEME = scheme()
EXAMPLES = [Example(page, (opinion(page, "ana", SCHEME),)) for page in pages(60)]
ASKED = parse_scheme("""\
name: asked
version: "1"
published: {citation: c, url: u, licence: CC0-1.0}
questions:
  - name: view
    type: one
    values: [{name: for}, {name: against}, {name: neither}]
  - name: topics
    type: several
    required: true
    values: [{name: boats}, {name: money}]
""")
Learn = Callable[..., Linear]


@pytest.fixture(params=["tfidf", "frozen"])
def learn(request: pytest.FixtureRequest, encoder: Encoder) -> Learn:
    if request.param == "tfidf":
        return tfidf
    return lambda examples, scheme: frozen(examples, scheme, encoder, (48, 8))


def asked(number: int, text: str, view: str = "", topics: tuple[str, ...] = ()) -> Example:
    page = Article(id=f"a{number}", text=text, blocks=(Block(0, len(text), "paragraph"),))
    answers = (Answer("view", (view,)),) if view else ()
    answers += (Answer("topics", topics),) if topics else ()
    made = Annotation(f"{number}", page.id, page.sha256, "ana", "gold", ASKED.hash, answers=answers)
    return Example(page, (made,))


def test_spans_are_found_by_the_models_own_rules() -> None:
    taught, held_out, test = EXAMPLES[:30], EXAMPLES[30:45], EXAMPLES[45:]
    learned = tfidf(taught, SCHEME)
    thresholds = tuned(list(learned.readings(e.article for e in held_out)), held_out, SCHEME)
    for example in test:
        found = decode(learned.read(example.article), SCHEME, thresholds)
        judged = {(s.start, s.end) for s in found if s.label == "judged"}
        wanted = {(s.start, s.end) for s in example.reference(SCHEME) if s.label == "judged"}
        assert judged == wanted


def test_words_like_those_inside_spans_are_likelier_inside(learn: Learn) -> None:
    learned = learn(EXAMPLES[:30], SCHEME)
    inside: dict[bool, list[float]] = {True: [], False: []}
    for reading in learned.readings(e.article for e in EXAMPLES[30:]):
        for word, chances in zip(reading.words, reading.inside, strict=True):
            inside[reading.article.text[word.start : word.end] in BAD].append(float(chances[0]))
    assert np.mean(inside[True]) > 2 * np.mean(inside[False])


def test_all_words_of_a_block_have_what_is_said_of_the_block() -> None:
    learned = tfidf(EXAMPLES[:40], SCHEME)
    column = SCHEME.label_names.index("loud head")
    for example in EXAMPLES[40:]:
        reading = learned.read(example.article)
        head = [n for n, word in enumerate(reading.words) if word.block == 0]
        assert len(set(reading.inside[head, column])) == 1
        loud = any(verb in example.article.text.lower() for verb in LOUD)
        assert (reading.inside[0, column] > 0.5) == loud


def test_read_at_once_or_one_by_one_an_article_is_read_the_same(learn: Learn) -> None:
    learned = learn(EXAMPLES[:20], SCHEME)
    together = list(learned.readings(e.article for e in EXAMPLES[20:30]))
    for example, reading in zip(EXAMPLES[20:30], together, strict=True):
        assert reading.article == example.article
        assert learned.read(example.article).inside == pytest.approx(reading.inside, abs=1e-5)


def test_the_same_examples_teach_the_same(learn: Learn) -> None:
    one, other = (learn(EXAMPLES[:20], SCHEME).read(EXAMPLES[30].article) for _ in range(2))
    assert np.array_equal(one.inside, other.inside)


def test_one_value_is_picked_of_many_and_any_of_several() -> None:
    views = {"for": "we welcome it", "against": "we reject it", "neither": "it rained"}
    examples = [
        asked(
            n,
            f"{text} {n} boat" if n % 2 else f"{text} {n} tax",
            view,
            ("boats",) if n % 2 else ("money",),
        )
        for n, (view, text) in enumerate(list(views.items()) * 6)
    ]
    learned = tfidf(examples, ASKED)
    page = asked(99, "we reject it 7 boat").article
    view, topics = learned.heads.choices
    (chance,) = learned.chances(page, view, [unit(page, 0, len(page.text))])
    assert chance is not None
    assert chance.sum() == pytest.approx(1)
    assert view.values[int(chance.argmax())] == "against"
    (chance,) = learned.chances(page, topics, [unit(page, 0, len(page.text))])
    assert chance is not None
    assert chance[0] > 0.5 > chance[1]


def test_a_value_that_was_always_or_never_seen_stays_so(learn: Learn) -> None:
    learned = learn([asked(n, f"it rained {n}", "neither") for n in range(3)], ASKED)
    view, topics = learned.heads.choices
    page = asked(9, "we reject it 😀").article
    (chance,) = learned.chances(page, view, [unit(page, 0, 5)])
    assert chance is not None
    assert chance.tolist() == [0, 0, 1]
    assert learned.chances(page, topics, [unit(page, 0, 5)]) == [None]
    assert learned.chances(page, view, []) == []


def test_shares_of_annotators_are_learnt_as_shares() -> None:
    said = [asked(n, "it rained on us", "for" if n % 4 else "against") for n in range(40)]
    learned = tfidf(said, ASKED)
    page = said[0].article
    (chance,) = learned.chances(page, heads_of(ASKED, said).choices[0], [unit(page, 0, 15)])
    assert chance is not None
    assert chance[0] == pytest.approx(0.75, abs=0.05)


def test_a_label_that_nobody_was_asked_is_nowhere() -> None:
    page = EXAMPLES[0].article
    unasked = Annotation(
        "1",
        page.id,
        page.sha256,
        "ana",
        "human",
        SCHEME.hash,
        answers=(Answer("genre", ("opinion",)),),
    )
    learned = tfidf([Example(page, (unasked,))], SCHEME)
    column = SCHEME.label_names.index("judged")
    assert not learned.read(page).inside[:, column].any()
