"""`agree`: the figures, the strata, disagreements counted, each annotator alone."""

import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from corpus.agreement.agree import agree
from corpus.agreement.file import told
from corpus.agreement.remarks import remarks_of
from corpus.assignments import Assignment
from corpus.records import Annotation, Answer, Article
from tests.corpus.agreement.rounds import again, found, job_of, press, says, two
from tests.corpus.test_versions import ADDED, changed
from tests.speech import article, scheme
from tests.test_command import pressmark


def counted(counts: object) -> dict[tuple[str, str], int]:
    return {(each.what, each.sort): each.count for each in counts}  # type: ignore[attr-defined]


def given(annotations: list[Annotation], *control: str) -> list[Assignment]:
    """The ledger that led to them: article n in week n // 2 + 1; `control` names the slice."""
    return [
        Assignment(
            a.author,
            a.article,
            a.sha256,
            a.occasion,
            int(a.article[1:]) // 2 + 1,
            "control" if a.article in control else "work",
        )
        for a in annotations
    ]


def test_people_who_say_the_same_of_what_varies_agree_fully(tmp_path: Path) -> None:
    pages = press(8)
    said = [a for a in two(pages) if a.author == "ana"]
    said += [replace(a, id=f"b{a.id}", author="ben") for a in said]
    measured = found(tmp_path, *said, pages=pages).found.measured
    assert measured
    every = measured.label("judged")
    assert every
    assert (every.u.value, every.units.value, every.f1.overlap.value) == (1, 1, 1)


def test_an_answer_that_nobody_varies_is_undefined_with_its_reason(tmp_path: Path) -> None:
    pages = press()
    said = [replace(a, answers=(Answer("genre", ("report",)),)) for a in two(pages)]
    measured = found(tmp_path, *said, pages=pages).found.measured
    assert measured
    (genre,) = measured.questions
    assert genre.alpha.value is None
    assert genre.alpha.why == "nothing varies"


def test_nobody_marking_anything_is_undefined_not_full_agreement(tmp_path: Path) -> None:
    said = [says(who, page) for page in press() for who in ("ana", "ben")]
    measured = found(tmp_path, *said).found.measured
    assert measured
    assert [each.u.value for each in measured.labels] == [None] * len(measured.labels)
    assert all(each.u.why for each in measured.labels)


def test_disagreements_are_counted_by_label_and_by_pair(tmp_path: Path) -> None:
    pages = press()
    said = [*two(pages), says("cleo", pages[0], ("silly plan", "judged"))]
    agreement = found(tmp_path, *said).found
    assert counted(agreement.disagreements) == {
        ("judged", "boundary"): 1,
        ("judged", "missed"): 4,
        ("genre", "answer"): 1,
    }
    assert counted(agreement.pairs) == {
        ("ana and ben", "missed"): 4,
        ("ana and ben", "answer"): 1,
        ("ana and cleo", "boundary"): 1,
        ("ana and cleo", "missed"): 1,
        ("ben and cleo", "boundary"): 1,
    }


def test_passages_with_most_disagreements_come_first(tmp_path: Path) -> None:
    pages = press()
    said = [*two(pages), says("cleo", pages[2], ("ferry", "judged"))]
    worst = found(tmp_path, *said).found.worst
    assert worst[0].article == "p2"
    assert len(worst[0].disagreements) == 3
    assert all(len(one.disagreements) >= len(other.disagreements) for one, other in pairwise(worst))
    page = pages[2]
    assert page.text[worst[0].start : worst[0].end].startswith("The shabby ferry")
    assert worst[0].characters == len("shabby") + len("ferry") + len("timid")


def test_strata_by_publisher_week_and_slice(tmp_path: Path) -> None:
    pages = press(8)
    said = two(pages)
    ledger = given(said, "p0", "p1")
    agreement = agree(job_of(tmp_path, pages, said, ledger)).found
    strata = {(s.by, s.name): s.articles for s in agreement.strata}
    assert strata["publisher", "Calder Courier"] == 4
    assert [name for by, name in strata if by == "week"] == ["1", "2", "3", "4"]
    assert (strata["slice", "control"], strata["slice", "work"]) == (2, 6)
    assert ("kind of block", "paragraph") in strata
    assert not any(by == "guideline version" for by, _ in strata)


def test_an_assignment_that_was_taken_back_has_no_week(tmp_path: Path) -> None:
    pages = press()
    said = two(pages)
    ledger = [replace(a, taken=True) if a.article == "p3" else a for a in given(said)]
    agreement = agree(job_of(tmp_path, pages, said, ledger)).found
    weeks = {s.name: s.articles for s in agreement.strata if s.by == "week"}
    assert weeks == {"1": 2, "2": 1}


def test_of_a_publisher_with_few_articles_nothing_is_told(tmp_path: Path) -> None:
    pages = press()
    job = job_of(tmp_path, pages, two(pages), stats={"least_per_outlet": 3})
    agreement = agree(job).found
    assert not [s for s in agreement.strata if s.by == "publisher"]
    assert "2 publishers with fewer than 3 articles are left out" in agreement.notes


def test_each_annotator_against_themselves(tmp_path: Path) -> None:
    pages = press()
    said = two(pages)
    same = [again(a) for a in said if a.author == "ana"]
    moved = [again(a, spans=()) for a in said if a.author == "ben"]
    assisted = again(says("cleo", pages[0]), shown="run-1")
    agreement = agree(job_of(tmp_path, pages, [*said, *same, *moved, assisted])).found
    ana, ben = agreement.repeats
    assert (ana.annotator, ana.articles, ana.f1.overlap.value) == ("ana", 4, 1)
    assert (ben.annotator, ben.articles, ben.f1.overlap.value) == ("ben", 4, 0)
    (genre,) = [figure for name, figure in ben.answers if name == "genre"]
    assert genre.value == 1


def test_drift_is_the_change_of_the_rate_of_spans_a_week(tmp_path: Path) -> None:
    pages = [article("Maar speaks\n\n" + "bad " * 98, f"p{n}") for n in range(6)]
    said = []
    for n, page in enumerate(pages):
        spans = [says("ana", page, ("bad", "judged")).spans[0]] if n >= 2 else []
        spans = [
            replace(span, id=f"s{k}", start=span.start + 8 * k, end=span.end + 8 * k)
            for k in range(n // 2)
            for span in spans[:1]
        ]
        said += [replace(says("ana", page), spans=tuple(spans)), says("ben", page)]
    agreement = agree(job_of(tmp_path, pages, said, given(said))).found
    ana, ben = agreement.drift
    assert [(rate.week, rate.rate) for rate in ana.rates] == [(1, 0), (2, 10), (3, 20)]
    assert ana.trend.value == pytest.approx(10)
    assert ana.trend.low is not None
    assert ben.trend.value == pytest.approx(0)


def test_without_a_ledger_weeks_count_from_the_first_submission(tmp_path: Path) -> None:
    pages = press()
    days = "2026-10-05", "2026-10-11", "2026-10-12", "2026-10-30"
    said = [
        replace(a, when=f"{days[int(a.article[1:])]}T08:00:00Z") for a in two(pages)
    ]  # fmt: skip
    agreement = agree(job_of(tmp_path, pages, said)).found
    assert [rate.week for rate in agreement.drift[0].rates] == [1, 2, 4]


def test_work_of_one_week_has_no_trend(tmp_path: Path) -> None:
    agreement = found(tmp_path, *(replace(a, when="2026-10-05") for a in two(press()))).found
    assert agreement.drift[0].trend.value is None
    assert agreement.drift[0].trend.why == "all work is of one week"


def test_speed_is_the_median_of_seconds_in_a_thousand_words(tmp_path: Path) -> None:
    page = article("Maar speaks\n\n" + "word " * 98, "p0")
    pages = [page, *(article(page.text + f"{n}", f"p{n}") for n in (1, 2))]
    said = [says("ana", p, seconds=s) for p, s in zip(pages, (20.0, 30.0, 900.0), strict=True)]
    said += [says("ben", pages[0])]
    ana, ben = agree(job_of(tmp_path, pages, said)).found.speed
    assert (ana.articles, ana.seconds.value) == (3, pytest.approx(300, rel=0.02))
    assert (ben.articles, ben.seconds.value) == (0, None)
    assert ben.seconds.why == "no submission has a time"


def test_one_article_has_figures_without_intervals_and_says_so(tmp_path: Path) -> None:
    pages = press(1)
    agreement = agree(job_of(tmp_path, pages, two(pages))).found
    assert agreement.measured
    assert agreement.measured.labels[0].f1.overlap.low is None
    assert "one article, or one story: no intervals" in agreement.notes


def test_it_says_how_independent_the_work_was(tmp_path: Path) -> None:
    agreement = found(tmp_path, *two(press())).found
    assert agreement.independence.startswith("independent by agreement, not enforced")


def test_the_file_is_the_same_for_the_same_seed_but_for_its_time(tmp_path: Path) -> None:
    one, other = (found(tmp_path / name, *two(press())).found for name in ("a", "b"))
    assert replace(one, when="") == replace(other, when="")


def test_the_machines_answer_is_ascii_and_holds_no_nan(tmp_path: Path) -> None:
    page = article("Maar \x1b[31m\u202e speaks 😀\n\nThe silly plan.", "p\u202e0")
    said = [says(who, page, ("silly", "judged")) for who in ("ana", "ben\u2028")]
    line = told(agree(job_of(tmp_path, [page], said)).found)
    assert line.isascii()
    assert "NaN" not in line


def test_a_long_article_is_measured(tmp_path: Path) -> None:
    page: Article = article("Maar speaks\n\n" + "The silly plan of Renn goes on. " * 6000, "p0")
    spans = says("ana", page, ("silly", "judged")).spans
    many = tuple(
        replace(spans[0], id=f"s{n}", start=spans[0].start + 32 * n, end=spans[0].end + 32 * n)
        for n in range(6000)
    )
    said = [replace(says("ana", page), spans=many), replace(says("ben", page), spans=many[::2])]
    agreement = agree(job_of(tmp_path, [page], said)).found
    assert counted(agreement.disagreements) == {("judged", "missed"): 3000}


def test_remarks_are_what_people_noted_on_spans_and_articles() -> None:
    page = press()[0]
    ana = says("ana", page, ("silly", "judged"), ("vile", "judged"))
    spans = [
        replace(ana.spans[0], attributes={"unsure": ("yes",), "sentiment": ("negative",)}),
        ana.spans[1],
    ]
    ana = replace(ana, spans=tuple(spans))
    (remark,) = remarks_of([replace(ana, author="ana@example.org")], scheme())
    assert (remark.name, remark.values, remark.label) == ("unsure", ("yes",), "judged")
    assert page.text[remark.start : remark.end] == "silly"
    assert "@" not in remark.author
    assert remarks_of([replace(ana, status="withdrawn")], scheme()) == []
    assert remarks_of([replace(ana, role="model")], scheme()) == []


def test_gamma_without_its_extra_is_a_line_that_says_how_to_get_it(tmp_path: Path) -> None:
    job = job_of(tmp_path, press(), two(press()))
    without = tmp_path / "without"
    without.mkdir()
    hide = 'import sys\nsys.modules["pygamma_agreement"] = None\n'
    (without / "sitecustomize.py").write_text(hide, encoding="utf-8")
    path = os.pathsep.join([str(without), os.environ.get("PYTHONPATH", "")])
    ran = pressmark("agree", "-C", job.folder, "--gamma", PYTHONPATH=path)
    assert ran.code == 2
    assert ran.err == ("pressmark: gamma needs pygamma-agreement: pip install 'pressmark[gamma]'\n")
    assert not job.agreement.exists()


def test_first_submissions_before_a_label_was_added_are_not_compared_on_it(tmp_path: Path) -> None:
    pages = press(4)
    new = changed(ADDED, ('version: "1"', 'version: "1.1"'))
    said = two(pages)
    younger = [replace(a, scheme=new.hash) for a in said if a.article in ("p0", "p1")]
    plea = [
        replace(a, spans=(*a.spans, replace(a.spans[0], id="plea", label="pleading")))
        for a in younger
    ]
    older = [a for a in said if a.article in ("p2", "p3")]
    again_ = [replace(a, id=f"{a.id}#2", occasion=2, shown="own-before-1.1") for a in older]
    job = job_of(tmp_path, pages, [*plea, *older, *again_], text=new.source)
    told_ = agree(job).found
    assert told_.measured
    plead = told_.measured.label("pleading")
    assert plead
    assert (plead.articles, told_.measured.articles) == (2, 4)
    assert (told_.left_out.second, told_.repeats) == (len(again_), ())
