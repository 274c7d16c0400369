"""Which articles are annotated next: by a strategy, with a slice by lot that never teaches."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.campaign.assign import assign
from corpus.assignments import read_assignments
from corpus.errors import PressmarkError
from corpus.files import read_lines
from corpus.job import Job, open_job
from corpus.records import Article
from corpus.selection import chosen, order, read_selection
from corpus.store import add_articles, append_annotations
from corpus.stories.placements import HELD_OUT, placements, split
from corpus.takedown import takedown
from tests.conftest import MakeJob
from tests.speech import SCHEME, article
from tests.training.conftest import QUICK
from tests.training.press import BAD, NOUNS, VERBS, annotate, opinion
from training.checkpoint import load
from training.examples import read_examples
from training.fit import train
from training.parts import parted
from training.selecting.pool import PACE, pace, pool
from training.selecting.select import select
from training.selecting.strategies import disagreement


def press(count: int, seed: int, name: str) -> list[Article]:
    """Articles that tell stories of their own: no two share a run of words."""
    lot = random.Random(seed)
    found = []
    for n in range(count):
        said = lot.choices(NOUNS + VERBS, k=30)
        said[lot.randrange(30)] = lot.choice(BAD)
        found.append(article(f"Day {seed}{n} begins\n\nThe {' '.join(said)}.", f"{name}{n}"))
    return found


def fresh(count: int = 40) -> list[Article]:
    """Articles that nobody has annotated."""
    return press(count, 9, "n")


def job_of(job: MakeJob, annotated: int, waiting: int, **selection: object) -> Job:
    known, new = press(annotated, 1, "k"), fresh(waiting)
    made = job(
        *known,
        *new,
        scheme=SCHEME,
        training={**QUICK, "epochs": 2},
        selection={"strategy": "random", "control": 0.25, **selection},
        people={"ana": {}, "ben": {}},
        campaign={"weekly": 4, "control": 0, "repeat": 0, "prelabels": {"exposure": 0}},
    )
    annotate(made, known)
    return made


def test_a_control_slice_is_drawn_held_out_and_not_told_from_the_rest(job: MakeJob) -> None:
    made = job_of(job, 12, 40, count=8)
    found = select(made)
    rows = read_selection(made.selection)
    assert [row.article for row in rows] == list(found.articles)
    control = {row.article for row in rows if row.control}
    assert (len(rows), len(control), found.control) == (8, 2, 2)
    assert {i for i, use in placements(made).items() if use == HELD_OUT} == control
    assert chosen(rows) == frozenset()
    # the desks get them like any other, selected ones first
    assign(made)
    given = {row.article for row in read_assignments(made.assignments)}
    assert given <= set(found.articles)
    assert {row.kind for row in read_assignments(made.assignments)} == {"work"}
    # annotated, they teach nothing
    annotate(made, [each for each in fresh() if each.id in found.articles])
    used, parts = parted(made, read_examples(made))
    assert control.isdisjoint({*parts.train, *parts.validation, *parts.test})
    assert used.left_out["of an article that is held out"] == 2 * len(control)


def test_selected_articles_come_first_in_the_order_of_the_list(job: MakeJob) -> None:
    made = job_of(job, 12, 40, count=12, control=0)
    places = order(read_selection(made.selection))
    assert places == {}
    found = select(made)
    assign(made)
    assign(made)
    weeks: dict[str, int] = {}
    for row in read_assignments(made.assignments):
        weeks.setdefault(row.article, row.week)
    ordered = sorted(weeks, key=lambda id_: (weeks[id_], found.articles.index(id_)))
    assert ordered == list(found.articles[: len(ordered)])
    assert len(ordered) == 8


def test_selecting_again_goes_on_where_it_stopped_and_ends_with_a_line(job: MakeJob) -> None:
    made = job_of(job, 12, 10, count=6, control=0)
    first, second = select(made), select(made)
    assert set(first.articles).isdisjoint(second.articles)
    assert "asked for 6, and only" in second.notes[0]
    with pytest.raises(PressmarkError, match="no article is left to select"):
        select(made)


def test_an_uncertain_model_is_asked_and_what_it_chose_is_never_tested_on(
    job: MakeJob, tiny: object
) -> None:
    made = job_of(job, 20, 30, count=8, strategy="uncertainty")
    text = (made.folder / "pressmark.yaml").read_text(encoding="utf-8")
    quick = f"training:\n  encoder: {tiny}"
    (made.folder / "pressmark.yaml").write_text(text.replace("training:", quick), encoding="utf-8")
    made = open_job(made.folder)
    with pytest.raises(PressmarkError, match=r"no model there.*selection\.strategy=random"):
        select(made)
    assert not made.selection.exists()
    assert not made.placements.exists()
    train(made)
    select(made)
    rows = read_selection(made.selection)
    scores = [row.score for row in rows if row.score is not None]
    assert len(scores) == 6
    assert scores == sorted(scores, reverse=True)
    assert {row.model for row in rows} == {"model"}
    picked = chosen(rows)
    assert picked == {row.article for row in rows if not row.control}
    annotate(made, [each for each in fresh() if each.id in picked])
    _, parts = parted(made, read_examples(made))
    assert picked <= set(parts.train)
    split(made)
    uses = placements(made)
    assert {uses[id_] for id_ in picked} <= {"train", HELD_OUT}
    with pytest.raises(PressmarkError, match="needs the models of several seeds"):
        select(open_job(made.folder, ["selection.strategy=disagreement"]))
    far = select(open_job(made.folder, ["selection.strategy=diversity", "selection.count=4"]))
    assert set(far.articles).isdisjoint(row.article for row in rows)


def test_models_of_two_seeds_choose_what_they_disagree_on(job: MakeJob, tiny: Path) -> None:
    section = {**QUICK, "encoder": str(tiny), "epochs": 4, "seeds": [3, 4]}
    known, new = press(24, 1, "k"), fresh(12)
    made = job(
        *known,
        *new,
        scheme=SCHEME,
        training=section,
        selection={"strategy": "disagreement", "count": 12, "control": 0.25, "pace": 10},
    )
    annotate(made, known)
    train(made)
    found = select(made)
    rows = read_selection(made.selection)
    assert (len(rows), found.control) == (12, 3)
    asked = [each for each in rows if not each.control]
    assert {each.model for each in asked} == {"model-seed3, model-seed4"}
    assert found.model == "model-seed3, model-seed4"
    # bits that the two differ by, for each second of reading
    texts = {each.id: each for each in new}
    both = [load(made.models / name) for name in found.model.split(", ")]
    bits = {
        id_: disagreement([next(iter(one.reader.read([page]))) for one in both])
        for id_, page in texts.items()
    }
    assert [each.score for each in asked] == pytest.approx(
        [10 * bits[each.article] / len(texts[each.article].text) for each in asked], abs=5e-6
    )
    assert [each.score for each in asked] == sorted((e.score for e in asked), reverse=True)
    assert (asked[0].score or 0) > (asked[-1].score or 0) > 0


def test_what_is_placed_to_test_or_taken_down_is_never_selected(job: MakeJob) -> None:
    made = job_of(job, 12, 20, count=99, control=0)
    split(made)
    uses = placements(made)
    barred = next(each.id for each in fresh(20) if uses[each.id] == "train")
    takedown(made, barred)
    found = select(made)
    assert {uses[id_] for id_ in found.articles} == {"train"}
    assert barred not in found.articles
    assert any("on the take-down list" in note for note in found.notes)


def test_reading_time_goes_by_the_annotators_own(job: MakeJob) -> None:
    made = job_of(job, 2, 5)
    assert pace(made) == (PACE, 0)
    one = press(2, 1, "k")[0]
    timed = opinion(one, "cleo", made.scheme, id="t", seconds=len(one.text) / 7)
    append_annotations(made.annotations, [timed])
    assert pace(made) == (pytest.approx(7), 1)
    assert pace(open_job(made.folder, ["selection.pace=11"])) == (11, 0)


def test_one_of_a_story_can_be_selected_and_none_of_an_annotated_one(job: MakeJob) -> None:
    made = job_of(job, 4, 6)
    twin = replace(fresh(6)[0], id="twin")
    add_articles(made, [twin])
    there = pool(made)
    assert there.groups["twin"] == there.groups["n0"]
    assert len([each for each in there.articles if each.id in {"twin", "n0"}]) == 1
    assert there.passed == {"telling the story of another that can be selected": 1}
    copied = replace(press(4, 1, "k")[0], id="copy")
    add_articles(made, [copied])
    assert "copy" not in {each.id for each in pool(made).articles}


def test_no_articles_is_told(job: MakeJob) -> None:
    with pytest.raises(PressmarkError, match="there are no articles"):
        select(job(scheme=SCHEME, selection={"strategy": "random"}))


def test_a_line_that_selects_nothing_is_named(job: MakeJob) -> None:
    made = job_of(job, 2, 5)
    made.selection.write_text('{"articl": "a"}\n', encoding="utf-8")
    with pytest.raises(PressmarkError, match=r"selection.jsonl:1: no selected article"):
        select(made)
    assert list(read_lines(made.selection)) == [{"articl": "a"}]
