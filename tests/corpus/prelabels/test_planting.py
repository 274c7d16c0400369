"""Errors among pre-labels: what they may be, how many, and how they are taken out again."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.check import faults, remarks
from corpus.exposures import Exposure
from corpus.measures import overlapping
from corpus.prelabels.planted import Plants
from corpus.prelabels.planting import plant, put_in
from corpus.records import Annotation, Article
from tests.speech import article, mark, scheme

TEXT = (
    "Maar slams dockers 😀\n\nThe vile plan of the port is dead. Renn, who is a silly and vain man,"
    " left the hall at noon.\n\nWill it ever end?\n\nThe ferry sailed at noon on a calm day."
)
PAGE = article(TEXT)


def run_of(page: Article, *quotes: tuple[str, str], run: str = "r1") -> Annotation:
    return mark("rules", *quotes, of=page, role="rule", run=run, answers=())


RUN = run_of(
    PAGE, ("vile plan", "judged"), ("a silly and vain", "judged"), ("Maar slams", "loud head")
)


def shown_to(author: str, share: float = 0.5, seed: int = 0) -> Exposure:
    errors = plant(RUN, PAGE, scheme(), share, seed)
    return Exposure(author, PAGE.id, PAGE.sha256, arm="shown", run="r1", planted=errors)


@settings(max_examples=40)
@given(st.integers(0, 500), st.floats(0, 0.5))
def test_an_error_is_a_valid_span_that_does_not_count_as_the_one_it_was(
    seed: int, share: float
) -> None:
    errors = plant(RUN, PAGE, scheme(), share, seed)
    wrong = put_in(RUN, errors, scheme())
    assert len(errors) - len(RUN.spans) * share < 1
    assert {span.id for span in wrong.spans} == {span.id for span in RUN.spans}
    assert overlapping(RUN.spans, wrong.spans).precise == len(RUN.spans) - len(errors)
    assert not [fault for span in wrong.spans for fault in faults(span, scheme())]
    places = list(remarks(replace(wrong, role="human"), PAGE, scheme()))
    assert not [told for told in places if "answered" not in told]


def test_over_many_articles_the_share_is_met_with_every_sort_of_error() -> None:
    sorts = [error.sort for seed in range(150) for error in plant(RUN, PAGE, scheme(), 0.1, seed)]
    assert 0.07 < len(sorts) / (150 * len(RUN.spans)) < 0.13
    assert set(sorts) == {"label", "place", "boundary"}


def test_the_same_seed_plants_the_same_and_no_share_plants_nothing() -> None:
    assert plant(RUN, PAGE, scheme(), 0.5, 3) == plant(RUN, PAGE, scheme(), 0.5, 3)
    assert plant(RUN, PAGE, scheme(), 0) == ()
    assert plant(replace(RUN, spans=()), PAGE, scheme(), 0.5) == ()


def test_where_nothing_can_be_made_wrong_nothing_is() -> None:
    page = article("Maar")
    whole = run_of(page, ("Maar", "loud head"))
    assert plant(whole, page, scheme(), 0.5, 1) == plant(whole, page, scheme(), 0.5, 4) == ()


def accepting(author: str, exposure: Exposure, **fields: object) -> Annotation:
    said = mark(author, of=PAGE, shown=exposure.run, **fields)
    return replace(said, spans=put_in(RUN, exposure.planted, scheme()).spans)


def test_an_error_that_was_let_stand_is_taken_out_and_nothing_else() -> None:
    exposure = shown_to("ana")
    ids = {error.id for error in exposure.planted}
    assert ids
    bare = Plants((exposure,)).without(accepting("ana", exposure))
    assert {span.id for span in bare.spans} == {span.id for span in RUN.spans} - ids


def test_an_error_that_the_annotator_mended_stays() -> None:
    exposure = shown_to("ana")
    mended = replace(accepting("ana", exposure), spans=RUN.spans)
    assert Plants((exposure,)).without(mended) == mended


def test_who_was_shown_nothing_may_say_the_same_and_it_counts() -> None:
    exposure = shown_to("ana")
    plants = Plants((exposure, Exposure("ben", PAGE.id, PAGE.sha256)))
    said = replace(accepting("ana", exposure), author="ben", shown="", id="b")
    assert plants.without(said) == said
    gold = replace(said, id="g", role="gold", author="gold")
    both = [accepting("ana", exposure), said]
    assert plants.unsupported(gold, both) == set()
    assert plants.unsupported(gold, both[:1]) == {error.id for error in exposure.planted}


def test_two_who_were_shown_the_same_error_do_not_make_it_gold() -> None:
    rows = shown_to("ana"), shown_to("ben")
    both = [accepting("ana", rows[0]), replace(accepting("ben", rows[1]), id="b")]
    gold = replace(both[0], id="g", role="gold", author="gold", shown="")
    assert plants_in(gold, both, *rows) == {error.id for error in rows[0].planted}


def plants_in(gold: Annotation, said: list[Annotation], *rows: Exposure) -> set[str]:
    return Plants(rows).unsupported(gold, said)


@pytest.mark.parametrize(("told", "unassisted"), [("r1", False), ("", False)])
def test_who_deleted_every_pre_label_was_assisted_all_the_same(told: str, unassisted: bool) -> None:
    plants = Plants((shown_to("ana"), Exposure("ben", PAGE.id, PAGE.sha256)))
    assert plants.unassisted(mark("ana", of=PAGE, shown=told)) is unassisted
    assert plants.unassisted(mark("ben", of=PAGE))
    assert plants.unassisted(mark("cleo", of=PAGE))


def test_as_it_counts_an_annotation_has_no_error_and_says_what_the_ledger_knows() -> None:
    exposure = shown_to("ana")
    plants = Plants((exposure, Exposure("ben", PAGE.id, PAGE.sha256)))
    counted = plants.counted(replace(accepting("ana", exposure), shown=""))
    assert counted.shown == "r1"
    assert len(counted.spans) == len(RUN.spans) - len(exposure.planted)
    said = mark("ben", of=PAGE)
    assert plants.counted(said) == said
