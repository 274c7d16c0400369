"""The learning curve of a small job: the files it writes, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.records import Answer
from corpus.store import append_annotations
from tests.conftest import MakeJob
from tests.speech import SCHEME
from tests.test_command import pressmark
from tests.training.conftest import QUICK
from tests.training.press import annotate, opinion, pages
from training.examples import read_examples
from training.fit import Lesson
from training.parts import parted
from training.rows import Taught
from training.selecting import counts as counting
from training.selecting import curve as module
from training.selecting.counts import gold_answers
from training.selecting.curve import curve
from training.selecting.frozen import frozen_items
from training.selecting.simulation import simulate
from training.thresholds import tuned


def press(job: MakeJob, tiny: object, count: int) -> Job:
    found = pages(count)
    quick = {**QUICK, "encoder": str(tiny), "epochs": 4}
    made = job(*found, scheme=SCHEME, training=quick, selection={"draws": 2})
    annotate(made, found)
    return made


def test_a_curve_is_written_beside_the_baselines_and_leaves_the_test_part_alone(
    job: MakeJob, tiny: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = press(job, tiny, 30)
    monkeypatch.setattr(module, "SIZES", 2)
    _, parts = parted(made, read_examples(made))
    found = curve(made)
    assert found.articles == 30 - len(parts.test)
    by = {(each.system, each.measure): each for each in found.curves}
    assert {key[0] for key in by} == {"model", "TF-IDF", "frozen encoder", "lexicon", "commonest"}
    assert {("model", "SI"), ("lexicon", "overlap"), ("commonest", "genre, macro")} <= {*by}
    sizes = [p.articles for p in by["model", "SI"].points]
    assert sizes == sorted(sizes)
    assert sizes[-1] <= found.articles
    assert "too short to tell" in by["model", "SI"].next.why
    written = json.loads((made.folder / "report" / "curve.json").read_text(encoding="utf-8"))
    assert len(written["curves"]) == len(found.curves)
    assert (made.folder / "report" / "curve.svg").read_text(encoding="utf-8").startswith("<svg")


def test_too_few_stories_for_a_curve_are_told(job: MakeJob, tiny: object) -> None:
    with pytest.raises(PressmarkError, match="a learning curve needs 10 stories"):
        curve(press(job, tiny, 8))


def test_what_most_annotators_answer_is_the_gold(annotated: Job) -> None:
    example = next(iter(read_examples(annotated).items.values()))
    from training.heads import heads_of

    choice = next(c for c in heads_of(annotated.scheme, [example]).choices if c.name == "genre")
    assert gold_answers(example, choice, annotated.scheme) == {(None, None): ("report",)}


def test_an_annotated_job_can_be_simulated_on_the_encoder_as_it_is(
    job: MakeJob, tiny: object
) -> None:
    made = press(job, tiny, 30)
    items, exclusive = frozen_items(made)
    _, parts = parted(made, read_examples(made))
    assert not exclusive
    assert {item.id for item in items} == {*parts.train, *parts.validation}
    assert all(len(item.features) == len(item.targets) for item in items)
    found = simulate(items, exclusive=exclusive, seeds=2, steps=2, strategies=("uncertainty",))
    assert [each.strategy for each in found.compared] == ["random", "uncertainty"]
    assert 0 < found.compared[0].f1 <= 1


#: A scheme with one label more.
WIDER = SCHEME.replace(
    "attributes:\n",
    """\
  - name: aside
    colour: "#3a7d44"
    hotkey: "3"
    definition: an aside
    test: is it one?
    positive: [{text: "[[a]]"}, {text: "[[b]]"}, {text: "[[c]]"}]
    negative: [{text: "a"}, {text: "b"}, {text: "c"}]
attributes:
""",
)
FLAG = SCHEME + "  - {name: odd, type: flag}\n"


def test_a_flag_that_was_asked_and_left_empty_is_none_of_it(
    job: MakeJob, tiny: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SIZES", 1)
    known = pages(24)
    quick = {**QUICK, "encoder": str(tiny), "epochs": 1}
    made = job(*known, scheme=FLAG, training=quick, selection={"draws": 2})
    annotate(made, known[6:])
    odd = [opinion(page, "ana", made.scheme) for page in known[:6]]
    yes = Answer("odd", ("yes",))
    append_annotations(made.annotations, [replace(a, answers=(*a.answers, yes)) for a in odd])
    by = {(each.system, each.measure): each for each in curve(made).curves}
    # most were asked and left it empty, so that the commonest answer finds none of the few
    assert by["commonest", "odd, macro"].points[-1].value == 0


def test_a_label_and_a_flag_never_seen_are_each_told_in_a_line(
    job: MakeJob, tiny: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SIZES", 1)
    known = pages(24)
    quick = {**QUICK, "encoder": str(tiny), "epochs": 1}
    made = job(*known, scheme=FLAG, training=quick, selection={"draws": 2})
    said = [opinion(page, "ana", made.scheme) for page in known]
    judged = [replace(a, spans=tuple(s for s in a.spans if s.label == "judged")) for a in said]
    append_annotations(made.annotations, judged)
    found = curve(made)
    line = f"no span of 'loud head' among the {found.articles} taught articles: it is not learned"
    assert line in found.notes
    whys = {each.next.why for each in found.curves if each.measure == "odd, macro"}
    assert whys == {"nothing to score: no held-out article has any"}
    ran = pressmark("label-errors", "-C", made.folder, "--set", "training.folds=2")
    assert ran.out.splitlines().count(f"note: {line}") == 1


def test_thresholds_are_tuned_by_the_jobs_objective(
    job: MakeJob, tiny: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()

    def heard(*given: Any) -> dict[str, float]:
        asked.add(given[3] if len(given) > 3 else "characters")
        return tuned(*given)

    monkeypatch.setattr(module, "SIZES", 1)
    monkeypatch.setattr(counting, "tuned", heard)
    known = pages(24)
    quick = {**QUICK, "encoder": str(tiny), "epochs": 1, "objective": "FLC"}
    made = job(*known, scheme=SCHEME, training=quick, selection={"draws": 2})
    annotate(made, known)
    curve(made)
    assert asked == {"FLC"}


def test_other_corpora_are_taught_to_the_model_at_every_point_and_to_no_baseline(
    job: MakeJob, tiny: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SIZES", 2)
    lessons: list[list[set[str]]] = []
    really = module.fit

    def watched(taught: Sequence[Taught], *more: Any, **named: Any) -> Any:
        lessons.append([{each.article.text for each in part.examples} for part in taught])
        return really(taught, *more, **named)

    monkeypatch.setattr(module, "fit", watched)
    known, leaks = pages(24), [replace(page, id=f"s{page.id}") for page in pages(24)]
    theirs = [replace(page, id=f"t{page.id}") for page in pages(12, seed=7)]
    quick = {**QUICK, "encoder": str(tiny), "epochs": 1}
    other = job(*leaks, *theirs, scheme=WIDER, training=quick)
    annotate(other, [*leaks, *theirs])
    made = job(*known, scheme=SCHEME, training=quick, selection={"draws": 2})
    annotate(made, known)
    alone = curve(made)
    assert [len(parts) for parts in lessons] == [1] * 4
    lessons.clear()
    beside_it = open_job(made.folder, [f"training.corpora=[{other.folder}]"])
    found = curve(beside_it)
    lesson, own = Lesson.of(beside_it), {page.text for page in known}
    texts = {each.article.text for each in lesson.taught[1].examples}
    assert texts & {page.text for page in theirs}
    for (_, first), (rest, last) in (lessons[:2], lessons[2:]):
        assert first == last == texts - (own - rest)
    assert any(texts != there for _, there in lessons)
    assert all(ours <= own for ours, _ in lessons)
    assert [len(ours) for ours, _ in lessons[:2]] == [p.articles for p in found.curves[0].points]
    assert set(lesson.left) < set(found.notes)
    told = (
        f"other corpora: {len(texts)} articles, taught to the model at every point but for the"
        " stories it holds out, to no baseline"
    )
    assert told in found.notes
    assert not any("corpora" in note for note in alone.notes)
    baselines = [[e for e in each.curves if e.system != "model"] for each in (alone, found)]
    assert baselines[0] == baselines[1]


def test_a_simulation_without_anything_marked_is_refused_in_a_line(
    job: MakeJob, tiny: object
) -> None:
    known = pages(14)
    made = job(*known, scheme=SCHEME, training={**QUICK, "encoder": str(tiny)})
    append_annotations(made.annotations, [opinion(p, "ana", made.scheme, spans=()) for p in known])
    with pytest.raises(PressmarkError, match=r"job1: nothing is marked in the .* articles") as told:
        frozen_items(made)
    assert "\n" not in str(told.value)
