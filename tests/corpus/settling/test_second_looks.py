"""What settling makes of guidelines that changed: second looks, and labels not asked before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from corpus.assignments import Assignment
from corpus.exposures import Exposure, append_exposures
from corpus.records import Annotation, Span
from corpus.settling.job import settle_job
from corpus.store import append_annotations, read_annotations
from tests.corpus.agreement.rounds import job_of
from tests.corpus.settling.test_settle import EVERY, PAGE, judged, places, planting, says, whys
from tests.corpus.test_versions import ADDED, changed
from tests.speech import article, mark, scheme

OLD = scheme()
NEW = changed(ADDED, ('version: "1"', 'version: "1.1"'))
PLEA = article("Maar slams dockers\n\nThe silly plan.\n\nGive now.")


def looked_again(first: Annotation, *more: Span, shown: str = "own-before-1.1") -> Annotation:
    """Take over all that was there before, as it was, with `more`."""
    kept = tuple(replace(s, id=f"own{n}", origin="accepted") for n, s in enumerate(first.spans))
    return replace(first, id=f"{first.id}#2", spans=(*kept, *more), occasion=2, shown=shown)


@EVERY
def test_ones_own_labels_kept_at_a_second_look_are_no_pre_labels(method: str) -> None:
    first = [says(who, (0, 4)) for who in ("ana", "ben", "eva")]
    settled = judged([*first, *map(looked_again, first)], method)
    assert (places(settled), whys(settled)) == ([(0, 4)], [])


@EVERY
def test_second_looks_and_first_ones_can_be_in_dispute_together(method: str) -> None:
    ana, ben = says("ana", (0, 4)), says("ben", (0, 7))
    settled = judged([ana, ben, looked_again(ana)], method)
    assert [d.sort for d in settled.disputes] == ["boundary"]


def test_a_pre_label_stays_one_at_a_second_look() -> None:
    shown = [Exposure(who, "a1", PAGE.sha256, arm="shown", run="run") for who in ("ana", "ben")]
    first = [says(who, (0, 4), shown="run") for who in ("ana", "ben")]
    taken = [replace(a, spans=(replace(a.spans[0], origin="accepted"),)) for a in first]
    plants = replace(planting(), exposures=tuple(shown))
    assert whys(judged([*taken, *map(looked_again, taken)], plants=plants)) == ["accepted"]
    assert whys(judged([*first, *map(looked_again, first)], plants=plants)) == []


def test_a_planted_error_does_not_become_an_opinion_at_a_second_look() -> None:
    first = [says(who, (0, 4), shown="run") for who in ("ana", "ben")]
    taken = [replace(a, spans=(replace(a.spans[0], origin="accepted"),)) for a in first]
    said = [*taken, *map(looked_again, taken)]
    assert judged(said, plants=planting("ana", "ben")).spans == ()


def of_the_plea(who: str, *more: tuple[str, str], under: object = OLD) -> Annotation:
    return mark(who, ("silly", "judged"), *more, of=PLEA, under=under)  # type: ignore[arg-type]


def test_who_was_not_asked_for_a_label_has_no_vote_on_it(tmp_path: Path) -> None:
    said = [of_the_plea("ana"), of_the_plea("ben")]
    said += [of_the_plea(who, ("Give now", "pleading"), under=NEW) for who in ("cem", "dov")]
    job = job_of(tmp_path, [PLEA], said, text=NEW.source, settling={"audit": 0})
    assert settle_job(job).settled == 1
    (gold,) = read_annotations(job.gold)
    assert [span.label for span in gold.spans] == ["judged", "pleading"]


@pytest.mark.parametrize("kind", ["again", "repeat"])
def test_an_article_waits_for_second_looks_and_not_for_repeats(tmp_path: Path, kind: str) -> None:
    said = [of_the_plea("ana"), of_the_plea("ben")]
    rows = [
        Assignment(who, PLEA.id, PLEA.sha256, occasion, 1, "work" if occasion == 1 else kind)  # type: ignore[arg-type]
        for who in ("ana", "ben")
        for occasion in (1, 2)
    ]
    job = job_of(tmp_path, [PLEA], said, rows, text=NEW.source, settling={"audit": 0})
    assert settle_job(job).waiting == (1 if kind == "again" else 0)
    append_annotations(job.annotations, [looked_again(a) for a in said])
    assert settle_job(job).waiting == 0


def test_the_ledger_tells_what_a_second_look_began_with(tmp_path: Path) -> None:
    from corpus.prelabels.planted import planted

    ana, ben = of_the_plea("ana"), of_the_plea("ben")
    job = job_of(tmp_path, [PLEA], [ana, ben], text=NEW.source)
    append_exposures(
        job.exposures, [Exposure("ana", PLEA.id, PLEA.sha256, arm="shown", run="rules-1")]
    )
    plants = planted(job)
    assert plants.counted(looked_again(ana)).shown == "rules-1"
    assert plants.counted(looked_again(ben)).shown == ""
