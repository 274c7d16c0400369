"""What a push will change: a plan that is carried out leaves nothing to do, and nobody's work."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from annotation.layers import BLOCKS
from annotation.plan import Plan, Standing, Twins, planned
from annotation.projects import Desk
from annotation.telling import told_plan
from annotation.wanted import Wanted
from corpus.records import Annotation, Article
from tests.speech import article, mark

PAGES = [article(f"Maar slams {n} 😀\n\nThe plan is dead.", f"a{n % 4}") for n in range(6)]
LATEST = {page.id: page.sha256 for page in PAGES}


def shown(page: Article, run: str) -> Annotation:
    return mark("model", ("Maar", "judged"), of=page, role="model", run=run, id=f"{run}:{page.id}")


def stands(number: int, task: Wanted | None = None, **fields: object) -> Standing:
    page = task.article if task else None
    uid = task.uid if task else ""
    found = Standing(number, uid, page.id if page else "", page.sha256 if page else "")
    return replace(found, **fields)  # type: ignore[arg-type]


def plan(tasks: list[Wanted], there: list[Standing], **more: object) -> Plan:
    return planned(Desk(), tasks, there, latest=LATEST, **more)  # type: ignore[arg-type]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Wanted], list[Standing]]:
    occasions = st.integers(1, 2)
    pages, runs = st.sampled_from(PAGES), st.sampled_from(["", "r1"])
    some = st.builds(
        lambda page, run, n: Wanted(page, shown(page, run) if run else None, n),
        pages,
        runs,
        occasions,
    )
    tasks = draw(st.lists(some, max_size=8))
    there = [
        stands(
            number,
            draw(st.none() | some),
            touched=draw(st.booleans()),
            altered=draw(st.booleans()),
            runs=frozenset(draw(st.sets(st.sampled_from(["r0", "r1"])))),
            predictions=draw(st.integers(0, 3)),
        )
        for number in range(draw(st.integers(0, 12)))
    ]
    return tasks, there


def carried_out(plan: Plan, tasks: list[Wanted], there: list[Standing]) -> list[Standing]:
    """What stands there when a server has done what a push asked it for."""
    by_uid = {task.uid: task for task in reversed(tasks)}
    number = max((each.id for each in there), default=0)
    newer = {id_: by_uid[uid] for uid, id_ in plan.newer}
    left = [each for each in there if each.id not in plan.removed]
    after = [
        replace(each, runs=runs_of(newer[each.id]), predictions=1) if each.id in newer else each
        for each in left
    ]
    made = [
        stands(number + n, by_uid[uid], runs=runs_of(by_uid[uid]), predictions=1)
        for n, uid in enumerate(plan.new, 1)
    ]
    return [*after, *made]


def runs_of(task: Wanted) -> frozenset[str]:
    return frozenset({task.shown.run}) if task.shown else frozenset()


@given(worlds())
def test_a_plan_that_was_carried_out_leaves_an_empty_one(
    world: tuple[list[Wanted], list[Standing]],
) -> None:
    tasks, there = world
    first = plan(tasks, there)
    after = carried_out(first, tasks, there)
    again = plan(tasks, after, shows=first.run)
    assert again.empty
    wanted = {task.uid for task in tasks}
    assert again.same == len(wanted)
    untouched = [each.uid for each in after if each.uid in wanted and not each.touched]
    assert len(untouched) == len(set(untouched))


@given(worlds())
def test_what_somebody_has_begun_is_neither_removed_nor_given_other_pre_labels(
    world: tuple[list[Wanted], list[Standing]],
) -> None:
    tasks, there = world
    made = plan(tasks, there)
    changed = {*made.removed, *(id_ for _, id_ in made.newer)}
    begun = {each.id for each in there if each.touched}
    unwanted = {each.id for each in there if each.uid not in {task.uid for task in tasks}}
    assert not changed & (begun | unwanted)
    assert unwanted == set(made.unknown)


@given(worlds(), st.randoms())
def test_the_order_in_which_the_server_tells_its_tasks_changes_nothing(
    world: tuple[list[Wanted], list[Standing]], chance: random.Random
) -> None:
    tasks, there = world
    shuffled = chance.sample(there, len(there))
    first, again = plan(tasks, there), plan(tasks, shuffled)
    assert (first.new, first.newer, first.unshown) == (again.new, again.newer, again.unshown)
    assert set(first.twins) == set(again.twins)


def test_of_untouched_twins_the_older_stays_and_of_others_the_one_that_was_begun() -> None:
    task = Wanted(PAGES[0])
    made = plan([task], [stands(7, task), stands(9, task)])
    assert made.twins == (Twins(task.uid, kept=7, removed=(9,)),)
    made = plan([task], [stands(7, task), stands(9, task, touched=True)])
    assert made.twins == (Twins(task.uid, kept=9, removed=(7,)),)
    begun = [stands(n, task, touched=True) for n in (7, 9)]
    made = plan([task], begun)
    assert (made.removed, made.contested, made.empty) == ((), (task.uid,), True)


def test_pre_labels_that_arrived_twice_are_replaced_and_those_of_a_begun_task_stay() -> None:
    task = Wanted(PAGES[0], shown(PAGES[0], "r1"))
    twice = stands(7, task, runs=frozenset({"r1"}), predictions=2)
    assert plan([task], [twice]).newer == ((task.uid, 7),)
    made = plan([task], [replace(twice, touched=True)], shows="r1")
    assert (made.newer, made.unshown, made.empty) == ((), (), True)


def test_a_begun_task_whose_wanted_pre_labels_cannot_be_shown_is_told() -> None:
    task = Wanted(PAGES[0], shown(PAGES[0], "r1"))
    made = plan([task], [stands(7, task, touched=True)], shows="r1")
    assert (made.unshown, made.empty) == ((task.uid,), True)


def test_an_older_version_and_a_changed_text_are_told_and_left_alone() -> None:
    old, new = Wanted(PAGES[0]), Wanted(PAGES[4])
    assert old.article.id == new.article.id
    made = plan([new], [stands(1, old), stands(2, new, altered=True)])
    assert (made.stale, made.altered) == ((old.uid,), (new.uid,))
    assert (made.unknown, made.empty) == ((1,), True)


def test_corrected_blocks_are_of_one_run_so_our_own_log_tells_what_was_sent() -> None:
    task = Wanted(PAGES[0], shown(PAGES[0], "blocks"))
    there = [stands(7, task, runs=frozenset({"blocks"}), predictions=1)]
    for sent in (True, False):
        made = planned(
            Desk(BLOCKS), [task], there, latest=LATEST, sent=lambda _, s=sent: s, shows="blocks"
        )
        assert made.empty == sent


def test_a_plan_is_told_in_words() -> None:
    task = Wanted(PAGES[2], shown(PAGES[2], "r1"))
    there = [stands(7, task, touched=True), stands(8, task), stands(9)]
    made = plan([task, Wanted(PAGES[3])], there, project=3, change="updated", unresolved=2)
    assert list(told_plan(made)) == [
        "everybody: project 3, whose interface gets the scheme as it is now",
        "  2 sent before, whose fate is not known: waited for first",
        "  1 new, 1 as they are",
        "  the project shows the run r1",
        "  doubles that nobody has begun, removed: 1",
        "  left alone: 1 begun before the wanted pre-labels came, so they are not shown (a2)",
        "  left alone: 1 not ours, or not wanted there (any more) (9)",
    ]
    assert next(told_plan(plan([task], [], change="made"))) == "everybody: a project would be made"
