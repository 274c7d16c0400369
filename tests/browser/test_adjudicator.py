"""A real adjudicator's path, in a real browser: what was taken and changed on the page is gold."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from annotation.adjudicating.adjudicate import adjudicate
from annotation.adjudicating.page import keys_of
from annotation.adjudicating.sheet import read_sheets
from corpus.job import Job
from corpus.records import Annotation, Answer, Article
from corpus.resources import SAMPLE
from corpus.settling.disputes import read_disputes
from corpus.store import append_annotations, read_annotations
from tests import speech
from tests.browser.annotator import Annotator
from tests.conftest import MakeJob

Seat = Callable[..., Annotator]
NO_AUDIT = {"audit": 0}
KEYS = keys_of(speech.scheme())


def keep(job: Job, *annotations: Annotation) -> None:
    scheme = job.keep_scheme()
    append_annotations(job.annotations, [replace(each, scheme=scheme) for each in annotations])


def disputed(make: MakeJob) -> Job:
    """Ana and ben agree on one span, differ in another's ends, and each has one alone."""
    job = make(speech.article(), scheme=speech.SCHEME, settling=NO_AUDIT)
    keep(
        job,
        speech.mark("ana", ("slams", "judged"), ("naïve plan", "judged"), ("ever", "judged")),
        speech.mark(
            "ben", ("slams", "judged"), ("Renn’s naïve plan", "judged"), ("dead", "judged")
        ),
    )
    return job


def seated(job: Job, at_work: Seat, **size: int) -> Annotator:
    (address,) = adjudicate(job).addresses.values()
    cleo = at_work(job, "cleo", **size)
    cleo.label_all(address)
    return cleo


def rule(cleo: Annotator, verdict: str, reason: str = "") -> None:
    cleo.press("Alt+.")
    expect(cleo.page.get_by_text("Is this gold?")).to_be_visible()
    cleo.press(KEYS[verdict])
    if reason:
        cleo.press(KEYS[reason])


def gold(job: Job) -> Annotation:
    told = adjudicate(job)
    assert told.fetched.quarantined == 0
    (made,) = read_annotations(job.gold)
    return made


def said(annotation: Annotation) -> list[tuple[str, str, str, str | None]]:
    return [
        (speech.PAGE[span.start : span.end], span.label, span.origin, span.source)
        for span in annotation.spans
    ]


def test_versions_are_taken_left_and_changed_with_keys_and_gold_is_what_was_on_the_page(
    studio_job: MakeJob, at_work: Seat
) -> None:
    job = disputed(studio_job)
    cleo = seated(job, at_work)
    cleo.press("Alt+.")  # what is settled comes first, and is asked nothing new
    expect(cleo.page.get_by_text("Is this gold?")).to_be_hidden()
    rule(cleo, "take", "boundary")
    assert cleo.stretch("right", to="he said") == "Renn’s naïve plan, he said"
    rule(cleo, "leave")
    rule(cleo, "leave", "slip")
    rule(cleo, "take", "gap")
    cleo.page.locator(".pressmark-settled").get_by_role("textbox").fill("are questions judged?")
    cleo.press("Enter")
    cleo.press("Escape")
    cleo.mark("1", "goes on")
    cleo.select("goes on")
    cleo.press("w")
    cleo.submit()
    made = gold(job)
    assert said(made) == [
        ("slams", "judged", "accepted", made.spans[0].source),
        ("goes on", "judged", "drawn", None),
        ("Renn’s naïve plan, he said", "judged", "edited", "ben1"),
        ("ever", "judged", "accepted", "ana2"),
    ]
    assert [span.attributes["sentiment"] for span in made.spans] == [
        ("negative",),
        ("positive",),
        ("negative",),
        ("negative",),
    ]
    assert [(a.question, a.values) for a in made.answers] == [("genre", ("report",))]
    assert (made.author, made.role, made.parents) == ("cleo", "gold", ("a1-ana", "a1-ben"))
    ruled = {(d.disagreement.sort, d.reason, d.comment) for d in read_disputes(job)}
    assert ruled == {
        ("boundary", "boundary", ""),
        ("missed", "slip", ""),
        ("missed", "gap", "are questions judged?"),
    }


def test_nothing_is_submitted_while_a_dispute_has_no_verdict_or_no_reason(
    studio_job: MakeJob, at_work: Seat
) -> None:
    job = disputed(studio_job)
    cleo = seated(job, at_work)
    submit = cleo.page.get_by_test_id("bottombar-submit-button")
    submit.click()
    expect(cleo.page.get_by_text("Please take each version into gold or leave")).to_be_visible()
    cleo.page.get_by_role("button", name="OK").click()
    expect(cleo.page.get_by_text("Is this gold?")).to_be_visible()  # Label Studio leads to it
    cleo.press(KEYS["leave"])
    for _ in range(3):
        rule(cleo, "leave")
    submit.click()
    expect(cleo.page.get_by_text("Please name the reason of each dispute")).to_be_visible()


def test_a_question_answered_otherwise_is_told_by_letter_answered_and_given_a_reason(
    studio_job: MakeJob, at_work: Seat
) -> None:
    job = studio_job(speech.article(), scheme=speech.SCHEME, settling=NO_AUDIT)
    ben = replace(speech.mark("ben"), answers=(Answer("genre", ("opinion",)),))
    keep(job, speech.mark("ana"), ben)
    cleo = seated(job, at_work)
    told = cleo.page.locator(".pressmark-disputed")
    (sheet,) = read_sheets(job).values()
    expect(told.get_by_text(sheet.cases[0].told)).to_be_visible()
    told.get_by_text("Guideline gap").click()
    told.get_by_role("textbox").fill("what is a column?")
    cleo.press("Enter")
    cleo.page.locator(".pressmark-article:not(.pressmark-disputed)").get_by_text("opinion").click()
    cleo.submit()
    assert [(a.question, a.values) for a in gold(job).answers] == [("genre", ("opinion",))]
    (ruled,) = read_disputes(job)
    assert (ruled.reason, ruled.comment) == ("gap", "what is a column?")


def test_each_version_shows_its_letters_and_no_name(studio_job: MakeJob, at_work: Seat) -> None:
    job = disputed(studio_job)
    cleo = seated(job, at_work)
    (sheet,) = read_sheets(job).values()
    for version in sheet.versions:
        words = speech.PAGE[version.span.start : version.span.end]
        span = cleo.page.locator(f'[class*="htx-highlight-{version.region}-"]').first
        expect(span).to_contain_text(words)
        shown = span.evaluate("e => getComputedStyle(e, '::before').content")
        assert shown.replace('"', "").replace(" ", "") == version.letters
    whole = cleo.page.locator("body").inner_text()
    assert "ana" not in whole.split()
    assert "ben" not in whole.split()


@pytest.mark.parametrize(("width", "height"), [(1280, 800)])
def test_verdict_reason_and_what_is_asked_of_a_span_are_on_a_small_screen(
    studio_job: MakeJob, at_work: Seat, width: int, height: int, tmp_path: Path
) -> None:
    """With our own scheme; PRESSMARK_SHOTS names a folder that the picture is kept in."""
    page = (SAMPLE / "pages" / "beacon" / "vesk-talks.txt").read_text(encoding="utf-8")
    all_of_them = {**NO_AUDIT, "threshold": 1.0}
    job = studio_job(speech.article(page, "vesk-talks"), settling=all_of_them)
    keep(job, *three_annotators(job, speech.article(page, "vesk-talks")))
    dora = seated(job, at_work, width=width, height=height)
    shots = Path(os.environ.get("PRESSMARK_SHOTS", tmp_path))
    dora.page.screenshot(path=shots / "adjudicator-article.png")
    dora.press("Alt+.")
    while not dora.page.get_by_text("Why did they disagree?").is_visible():
        dora.press("Alt+.")
    dora.page.screenshot(path=shots / "adjudicator.png")
    for told in ("Is this gold?", "Why did they disagree?"):
        expect(dora.page.get_by_text(told)).to_be_in_viewport(ratio=1)
    for label in job.scheme.labels:
        group = dora.page.locator(".pressmark-labels")
        expect(group.get_by_text(label.title, exact=True)).to_be_in_viewport(ratio=1)


def three_annotators(job: Job, page: Article) -> list[Annotation]:
    """Versions of a sample page that differ in ends, in labels and in who has anything."""
    own, loaded = job.scheme.labels[0].name, job.scheme.labels[2].name
    teaser = next(line for line in page.text.splitlines() if "Whispered" in line)
    return [
        speech.mark("ana", ("eager as ever to be photographed", own), (teaser, loaded), of=page),
        speech.mark(
            "ben",
            ("eager as ever", own),
            ("Šulc Gets His Photo, Calder Gets Nothing: Report", loaded),
            of=page,
        ),
        speech.mark("cleo", ("posed", own), (teaser, loaded), of=page),
    ]
