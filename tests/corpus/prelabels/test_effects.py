"""What pre-labels did: counted on annotators whose habits we made up."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.exposures import Exposure, append_exposures
from corpus.job import Job
from corpus.measures import Figure
from corpus.prelabels.effects import BOTH, MIXED, NEITHER, Effects, effects
from corpus.prelabels.planting import as_shown, plant, veiled
from corpus.prelabels.rates import Worked, rates
from corpus.prelabels.shares import share
from corpus.prelabels.tables import tables
from corpus.records import Annotation, Article, Span
from corpus.store import append_annotations, write_run
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark
from tests.test_command import pressmark

TEXT = "Maar slams dockers\n\nThe vile plan is dead. Renn, a silly man, left. The dull day ended."
PAGE = article(TEXT)
QUOTES = ("vile plan", "judged"), ("silly", "judged"), ("Maar slams", "loud head")


def page(number: int) -> Article:
    return article(f"{TEXT} Page {number}.", f"a{number}")


def predicted(home: Job, *found: Article, run: str = "r1") -> list[Annotation]:
    said = [
        mark("m", *QUOTES, of=each, run=run, role="model", id=f"{run}:{each.id}") for each in found
    ]
    write_run(home, run, said)
    return said


def over(shown: Annotation, author: str, *spans: Span, row: Exposure | None = None) -> Annotation:
    """What an annotator made of what was shown."""
    given = {"id": f"{author}-{shown.article}", "author": author, "role": "human", "run": ""}
    said = replace(shown, spans=spans, shown="r1", **given)  # type: ignore[arg-type]
    return said if row is None or row.arm == "shown" else replace(said, shown="")


def accepted(span: Span) -> Span:
    return replace(span, origin="accepted", source=span.id)


def test_each_pre_label_is_kept_edited_or_removed_and_the_rest_was_added(job: MakeJob) -> None:
    home = job(PAGE, scheme=SCHEME)
    (shown,) = predicted(home, PAGE)
    vile, silly, _ = sorted(shown.spans, key=lambda span: span.id)
    kept = replace(accepted(vile), origin="edited", attributes={"sentiment": ("positive",)})
    edited = replace(accepted(silly), end=silly.end + 4, origin="edited")
    added = mark("x", ("dull", "judged"), of=PAGE).spans
    append_annotations(home.annotations, [over(shown, "ana", kept, edited, *added)])
    found = {fate.label: fate for fate in effects(home).fates}
    told = {label: (f.shown, f.kept, f.edited, f.removed, f.added) for label, f in found.items()}
    assert told == {"": (3, 1, 1, 1, 1), "judged": (2, 1, 1, 0, 1), "loud head": (1, 0, 0, 1, 0)}


def test_a_run_that_is_gone_is_told(job: MakeJob) -> None:
    home = job(PAGE, scheme=SCHEME)
    append_annotations(home.annotations, [mark("ana", of=PAGE, shown="gone")])
    found = effects(home)
    assert (found.fates, found.left_out["its run gone is not in predictions/"]) == ((), 1)


def drawn(home: Job, found: list[Article], planted: float = 0.0) -> dict[tuple[str, str], Exposure]:
    """Ana and ben meet every page, each shown every second one, in different halves."""
    said = {each.article: each for each in predicted(home, *found)}
    rows = {}
    for number, each in enumerate(found):
        for turn, author in enumerate(("ana", "ben")):
            is_shown = (number >> turn) % 2 == 0
            row = Exposure(author, each.id, each.sha256, block=f"{author}:{number // 4}")
            if is_shown:
                errors = plant(veiled(said[each.id]), each, home.scheme, planted, number)
                row = replace(row, arm="shown", run="r1", planted=errors)
            rows[author, each.id] = row
    append_exposures(home.exposures, rows.values())
    return rows


def credulous(home: Job, found: list[Article], planted: float = 0.0) -> None:
    """Who is shown pre-labels lets all stand; without them one place is marked, at random."""
    rows, lot = drawn(home, found, planted), random.Random(1)
    shown = {(a.article): a for a in (mark("m", *QUOTES, of=p, run="r1") for p in found)}
    said = []
    for (author, id_), row in rows.items():
        made = as_shown(shown[id_], row.planted, home.scheme)
        if row.arm == "shown":
            said.append(over(made, author, *map(accepted, made.spans), row=row))
        else:
            own = replace(lot.choice(veiled(shown[id_]).spans), id="own")
            said.append(over(made, author, own, row=row))
    append_annotations(home.annotations, said)


def test_errors_that_were_let_stand_are_counted_by_sort_and_do_not_touch_the_fates(
    job: MakeJob,
) -> None:
    found = [page(n) for n in range(12)]
    home = job(*found, scheme=SCHEME)
    credulous(home, found, planted=0.4)
    result = effects(home)
    everything = result.planted[0]
    assert everything.sort == ""
    assert everything.shown == everything.stand > 5
    assert everything.share.value == 1
    assert everything.shown == sum(each.shown for each in result.planted[1:])
    fates = result.fates[0]
    assert (fates.shown, fates.kept, fates.removed, fates.added) == (
        12 * 3 - everything.shown, 12 * 3 - everything.shown, 0, 0,
    )  # fmt: skip


def test_pre_labels_make_people_agree_and_mark_more_and_the_report_says_so(job: MakeJob) -> None:
    found = [page(n) for n in range(16)]
    home = job(*found, scheme=SCHEME)
    credulous(home, found)
    result = effects(home)
    f1 = {each.pages: (each.pairs, each.f1.value or 0) for each in result.agreement}
    assert {pages: pairs for pages, (pairs, _) in f1.items()} == {BOTH: 4, MIXED: 8, NEITHER: 4}
    assert f1[BOTH][1] == 1 > f1[MIXED][1] > 0
    all_ = result.rates[0]
    words = len(found[0].text.split())
    assert all_.annotations == (16, 16)
    assert all_.shown.value == pytest.approx(3000 / words)
    assert all_.difference.value == pytest.approx(2000 / words)
    assert all_.difference.low is not None
    assert all_.difference.low > 0
    assert all_.difference.low <= all_.difference.value
    told = "\n".join(f"{table.name} {table.note}" for table in tables(result))
    assert "as the lot drew them: 16 annotations with pre-labels, 16 without" in told


def test_what_no_lot_decided_is_no_part_of_the_comparison(job: MakeJob) -> None:
    home = job(PAGE, scheme=SCHEME)
    append_exposures(home.exposures, [Exposure("ana", "a1", PAGE.sha256, reason="control")])
    append_annotations(home.annotations, [mark("ana", of=PAGE)])
    found = effects(home)
    assert found.rates == ()
    assert found.left_out == {"its arm was not drawn by lot (no comparison of arms)": 1}
    assert tables(found) == []


def test_the_first_submission_counts_whatever_was_changed_later(job: MakeJob) -> None:
    home = job(PAGE, scheme=SCHEME)
    (shown,) = predicted(home, PAGE)
    first = over(shown, "ana", *map(accepted, shown.spans))
    append_annotations(home.annotations, [first])
    append_annotations(home.annotations, [replace(first, spans=())])
    assert effects(home).fates[0].kept == 3


def test_times_never_stand_without_the_sentence_that_they_prove_nothing(job: MakeJob) -> None:
    home = job(PAGE, scheme=SCHEME)
    (shown,) = predicted(home, PAGE)
    said = [replace(over(shown, "ana"), seconds=90.0), mark("ben", of=PAGE, seconds=200.0)]
    append_annotations(home.annotations, said)
    times = next(table for table in tables(effects(home)) if table.name == "Lead time")
    assert times.rows == (("unassisted", 1, 200), ("assisted", 1, 90))
    assert "no time saved can be claimed" in times.note


def test_who_has_one_arm_alone_adds_nothing_to_the_difference() -> None:
    both = [
        Worked("ana", "a1", "shown", 100, {"judged": 3}),
        Worked("ana", "a2", "unshown", 100, {"judged": 1}),
    ]
    loud = [Worked("ben", f"b{n}", "shown", 100, {"judged": 50}) for n in range(9)]
    found = rates([*both, *loud], ["judged"], {})
    assert found[0].difference.value == rates(both, ["judged"], {})[0].difference.value == 20
    assert rates(loud, ["judged"], {})[0].difference == Figure(None, why="nobody has both")
    assert rates([], ["judged"], {}) == ()


def test_where_nobody_marked_anything_there_is_no_difference_and_the_reason_stands_there() -> None:
    worked = [
        Worked(who, f"a{n}", arm, 100, {})
        for n, arm in enumerate(("shown", "unshown") * 2)
        for who in ("ana", "ben")
    ]
    (found,) = rates(worked, ["judged"], {})
    assert found.difference == Figure(None, why="nobody marked anything")
    # none in so many words is none; a bootstrap of noughts knows no interval
    assert (found.shown, found.unshown) == (Figure(0.0), Figure(0.0))
    (table,) = tables(Effects((), (), (), (found,), (), {}))
    assert table.rows == (("all", "0.0", "0.0", "–"),)
    assert table.note.endswith("nobody marked anything, so there is no difference to tell")


def null(seed: int) -> Figure:
    """The difference found where pre-labels do nothing and articles differ."""
    lot = random.Random(seed)
    worked = []
    for n in range(40):
        usual = lot.randrange(6)
        for who in ("ana", "ben", "cleo"):
            labels = {"judged": usual + lot.randrange(3)}
            arm = lot.choice(("shown", "unshown"))
            worked.append(Worked(who, f"a{n}", arm, 500, labels))
    return rates(worked, [], {})[0].difference


def test_where_pre_labels_do_nothing_the_interval_holds_zero_about_as_often_as_it_says() -> None:
    found = [null(seed) for seed in range(100)]
    holding = sum((each.low or 0) <= 0 <= (each.high or 0) for each in found)
    assert 87 <= holding <= 99


@given(st.integers(0, 50), st.integers(1, 50))
def test_a_share_lies_in_its_interval(hits: int, cases: int) -> None:
    found = share(min(hits, cases), cases)
    assert found.low is not None
    assert found.high is not None
    assert found.value is not None
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_a_share_has_the_interval_that_newcombe_prints() -> None:
    # Newcombe 1998 (Statistics in Medicine 17), table I, method 3: 15 of 148, 0 of 20
    few, none = share(15, 148), share(0, 20)
    assert [round(end, 4) for end in (few.low or 0, few.high or 0)] == [0.0624, 0.1605]
    assert [round(end, 4) for end in (none.low or 0, none.high or 0)] == [0.0, 0.1611]
    assert share(0, 0) == Figure(None)


def test_the_command_prints_tables_and_json_and_says_when_there_is_nothing(job: MakeJob) -> None:
    found = [page(n) for n in range(8)]
    home = job(*found, scheme=SCHEME)
    assert "nobody has submitted anything" in pressmark("effects", "-C", home.folder).out
    credulous(home, found, planted=0.4)
    ran = pressmark("effects", "-C", home.folder)
    for name in ("Pre-labels", "Planted errors let stand", "Agreement", "Spans per 1,000 words"):
        assert name in ran.out
    told = json.loads(pressmark("effects", "-C", home.folder, "--json").out)
    assert told["fates"][0]["shown"] > 0
    assert set(told) == {"fates", "planted", "agreement", "rates", "times", "left_out"}
