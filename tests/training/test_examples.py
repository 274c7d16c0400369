"""What annotators said, made one: who was asked, and what at least half of them marked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from corpus.exposures import Exposure, Planted, append_exposures
from corpus.imports.run import import_corpus
from corpus.job import Job
from corpus.records import Answer, Article
from corpus.store import append_annotations, read_articles
from corpus.takedown import takedown
from tests.conftest import MakeJob
from tests.corpus.agreement.rounds import job_of
from tests.corpus.imports.made import ptc, row
from tests.speech import SCHEME as SMALL
from tests.speech import article, mark, scheme
from tests.training.press import opinion
from training.examples import Example, read_examples

SCHEME = scheme()
PAGE = article("Head\n\nThe vile and silly plan.")
OPINION = (Answer("genre", ("opinion",)),)


def marked(*opinions: object) -> list[tuple[str, str]]:
    reference = Example(PAGE, opinions).reference(SCHEME)  # type: ignore[arg-type]
    return [(PAGE.text[s.start : s.end], s.label) for s in reference]


def test_the_reference_is_what_at_least_half_marked() -> None:
    ana = mark("ana", ("vile and silly", "judged"), of=PAGE)
    ben = mark("ben", ("vile", "judged"), of=PAGE)
    cem = mark("cem", ("Head", "loud head"), of=PAGE)
    assert marked(ana, ben, cem) == [("vile", "judged")]
    assert marked(ana, ben) == [("vile and silly", "judged")]


def test_those_who_were_not_asked_a_label_do_not_vote_on_it() -> None:
    ana = mark("ana", ("vile", "judged"), of=PAGE)
    unasked = [mark(name, ("Head", "loud head"), of=PAGE, answers=OPINION) for name in "bcd"]
    assert marked(ana, *unasked) == [("vile", "judged"), ("Head", "loud head")]
    assert marked(*unasked) == [("Head", "loud head")]


def test_the_newest_annotation_of_an_annotator_counts(
    annotated: Job, articles: list[Article]
) -> None:
    article_ = read_articles(annotated)[0]
    older = opinion(article_, "cem", annotated.scheme, id="1", when="2026-01-01T00:00:00Z")
    newer = opinion(
        article_, "cem", annotated.scheme, id="0", when="2026-01-02T00:00:00Z", spans=()
    )
    append_annotations(annotated.annotations, [newer, older])
    examples = read_examples(annotated)
    assert [o.author for o in examples.items[article_.id].opinions] == ["ana", "ben", "cem"]
    assert examples.items[article_.id].opinions[2].id == "0"
    assert sum(examples.left_out.values()) == 1
    assert len(examples.items) == len(articles)


def test_where_an_article_has_gold_it_alone_counts(annotated: Job, articles: list[Article]) -> None:
    first, second, *_ = read_articles(annotated)
    human = opinion(first, "corpus", annotated.scheme, id="gold", spans=())
    gold = replace(human, role="gold")
    append_annotations(annotated.annotations, [gold])
    examples = read_examples(annotated)
    assert [o.author for o in examples.items[first.id].opinions] == ["corpus"]
    assert [o.author for o in examples.items[second.id].opinions] == ["ana", "ben"]
    assert examples.left_out == {"of an article that has gold": 2}


def test_adjudicated_gold_alone_counts_and_repeats_teach_nothing(
    annotated: Job, articles: list[Article]
) -> None:
    first, second, *_ = read_articles(annotated)
    human = opinion(first, "settled", annotated.scheme, id="gold", spans=())
    append_annotations(annotated.gold, [replace(human, role="gold")])
    repeat = opinion(second, "ana", annotated.scheme, id="repeat", spans=(), occasion=2)
    append_annotations(annotated.annotations, [replace(repeat, when="2027-01-01T00:00:00Z")])
    examples = read_examples(annotated)
    assert [o.author for o in examples.items[first.id].opinions] == ["settled"]
    assert {o.occasion for o in examples.items[second.id].opinions} == {1}
    assert sum(examples.left_out.values()) == 3


def test_of_an_imported_corpus_what_is_mapped_teaches_our_scheme_and_the_native_its_own(
    job: MakeJob, tmp_path: Path
) -> None:
    folder = ptc(tmp_path / "ptc", row("111", "Loaded_Language", "cowardly"))
    ours, theirs = job(), job(scheme="corpora/ptc")
    for each in (ours, theirs):
        import_corpus(each, "ptc", folder, to="scheme")
        examples = read_examples(each)
        assert examples.left_out == {"made under another scheme": 1}
        (example,) = examples.of(["ptc-111"])
        (span,) = example.reference(each.scheme)
        assert example.article.text[span.start : span.end] == "cowardly"
        assert each.scheme.label(span.label)


def test_a_planted_error_does_not_teach_and_who_was_shown_pre_labels_does_not_score(
    job: MakeJob,
) -> None:
    home = job(PAGE, scheme=SMALL)
    vile = mark("ana", ("vile", "judged"), ("and", "judged"), of=PAGE)
    error = Planted("e1", "place", vile.spans[1].start, vile.spans[1].end, "judged", (0, 4, "x"))
    row = Exposure("ana", PAGE.id, PAGE.sha256, arm="shown", run="r1", planted=(error,))
    append_exposures(home.exposures, [row])
    append_annotations(home.annotations, [vile])
    examples = read_examples(home)
    (example,) = examples.of([PAGE.id])
    assert [PAGE.text[s.start : s.end] for s in example.opinions[0].spans] == ["vile"]
    assert examples.unassisted([PAGE.id]) == []


def test_a_second_look_without_pre_labels_teaches_and_tests(tmp_path: Path) -> None:
    ana = mark("ana", ("silly", "judged"), of=PAGE)
    again = replace(ana, id="2", occasion=2, shown="own-before-1.1", when="2026-02-01T00:00:00Z")
    repeat = replace(ana, id="3", author="ben", occasion=2, when="2026-02-01T00:00:00Z")
    job = job_of(tmp_path, [PAGE], [ana, again, repeat])
    examples = read_examples(job)
    (bare,) = examples.unassisted([PAGE.id])
    assert [opinion.id for opinion in bare.opinions] == ["2"]
    assert sum("steadiness" in why for why in examples.left_out) == 1


def test_gold_made_from_annotations_over_pre_labels_is_as_assisted_as_they_were(
    annotated: Job,
) -> None:
    first, second, third, *_ = read_articles(annotated)
    plain = opinion(first, "dan", annotated.scheme, id="plain")
    shown = opinion(second, "dan", annotated.scheme, id="shown", shown="run1")
    append_annotations(annotated.annotations, [plain, shown])
    row = Exposure("dan", third.id, third.sha256, arm="shown", run="r1")
    append_exposures(annotated.exposures, [row])
    erased = opinion(third, "dan", annotated.scheme, id="erased")
    append_annotations(annotated.annotations, [erased])
    gold = [
        replace(opinion(page, "settled", annotated.scheme), id=f"g{n}", role="gold", parents=(of,))
        for n, (page, of) in enumerate([(first, "plain"), (second, "shown"), (third, "erased")])
    ]
    append_annotations(annotated.gold, gold)
    bare = read_examples(annotated).unassisted([first.id, second.id, third.id])
    assert [each.article.id for each in bare] == [first.id]


def test_without_gold_annotators_own_opinions_count(annotated: Job) -> None:
    first = read_articles(annotated)[0]
    gold = replace(opinion(first, "settled", annotated.scheme), id="g", role="gold")
    append_annotations(annotated.gold, [gold])
    own = read_examples(annotated, gold=False).items[first.id]
    assert [o.author for o in own.opinions] == ["ana", "ben"]


def test_what_is_on_the_take_down_list_neither_teaches_nor_tests(annotated: Job) -> None:
    first = read_articles(annotated)[0]
    takedown(annotated, first.id)
    examples = read_examples(annotated)
    assert first.id not in examples.items
    assert examples.left_out == {"of an article on the take-down list": 2}
