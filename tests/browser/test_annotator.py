"""A real annotator's path, in a real browser: what was done on the page is what is pulled."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from annotation.pull import pull
from annotation.push import push
from corpus.job import Job
from corpus.records import Annotation
from corpus.resources import SAMPLE
from corpus.store import read_annotations, write_run
from tests import speech
from tests.browser.annotator import Annotator
from tests.conftest import MakeJob

Seat = Callable[..., Annotator]


def quotes(annotation: Annotation) -> list[str]:
    return [speech.PAGE[span.start : span.end] for span in annotation.spans]


def pulled(job: Job) -> Annotation:
    assert pull(job).quarantined == 0
    (annotation,) = read_annotations(job.annotations)
    return annotation


def with_prelabels(make: MakeJob, *spans: tuple[str, str]) -> Job:
    """A pushed job whose one article shows these spans as a run's pre-labels."""
    job = make(speech.article(), scheme=speech.SCHEME)
    shown = speech.mark("model", *spans, role="model", run="run1")
    scored = tuple(replace(span, score=0.75) for span in shown.spans)
    write_run(job, "run1", [replace(shown, scheme=job.scheme.hash, spans=scored)])
    return job


def test_what_is_marked_behind_emoji_quotes_and_a_blank_line_comes_back_to_the_character(
    studio_job: MakeJob, at_work: Seat
) -> None:
    job = studio_job(speech.article(), scheme=speech.SCHEME)
    project = push(job).url
    ana = at_work(job, "ana")
    ana.label_all(project)
    ana.answer("genre", "report")
    ana.mark("1", "Renn’s naïve plan")
    ana.select("Renn’s naïve plan")
    ana.press("q")
    ana.press("Escape")
    ana.mark("1", "ever end")
    ana.select("ever end")
    ana.press("w")
    ana.submit()
    annotation = pulled(job)
    assert quotes(annotation) == ["Renn’s naïve plan", "ever end"]
    assert [span.label for span in annotation.spans] == ["judged", "judged"]
    assert [span.attributes for span in annotation.spans] == [
        {"sentiment": ("negative",)},
        {"sentiment": ("positive",)},
    ]
    assert {span.origin for span in annotation.spans} == {"drawn"}
    assert [(a.question, a.values) for a in annotation.answers] == [("genre", ("report",))]
    assert (annotation.author, annotation.status) == ("ana", "submitted")
    assert annotation.seconds


def test_a_drag_over_part_of_a_headline_is_widened_and_what_was_drawn_is_kept(
    studio_job: MakeJob, at_work: Seat
) -> None:
    job = studio_job(speech.article(), scheme=speech.SCHEME)
    project = push(job).url
    ben = at_work(job, "ben")
    ben.label_all(project)
    ben.answer("genre", "report")
    ben.mark("2", "“greedy” dockers")
    ben.select("greedy")
    ben.press("q")
    ben.submit()
    (span,) = pulled(job).spans
    assert speech.PAGE[span.start : span.end] == "Maar slams “greedy” dockers 😀"
    assert span.drawn
    assert speech.PAGE[slice(*span.drawn)] == "“greedy” dockers"


def test_a_prelabel_comes_back_accepted_edited_or_not_at_all(
    studio_job: MakeJob, at_work: Seat
) -> None:
    job = with_prelabels(
        studio_job, ("slams", "judged"), ("naïve plan", "judged"), ("ever", "judged")
    )
    assert push(job).prelabelled == 1
    cleo = at_work(job, "cleo")
    cleo.label_all(push(job).url)
    cleo.select("naïve plan")
    assert cleo.stretch("right", to="he said") == "naïve plan, he said"
    cleo.press("Escape")
    cleo.select("ever")
    cleo.press("Backspace")
    cleo.submit()
    annotation = pulled(job)
    assert quotes(annotation) == ["slams", "naïve plan, he said"]
    assert [span.origin for span in annotation.spans] == ["accepted", "edited"]
    assert [span.source for span in annotation.spans] == ["model0", "model1"]
    assert annotation.shown == "run1"


def test_a_handle_dragged_behind_an_emoji_gives_what_the_annotator_saw(
    studio_job: MakeJob, at_work: Seat
) -> None:
    """Label Studio puts the end late by one for each emoji before it in its line, and shows so."""
    job = with_prelabels(studio_job, ("naïve plan", "judged"))
    dan = at_work(job, "dan")
    dan.label_all(push(job).url)
    dan.select("naïve plan")
    seen = dan.stretch("left", to="goes on")
    assert seen.endswith("s on. Renn’s naïve plan")
    dan.submit()
    annotation = pulled(job)
    assert quotes(annotation) == [seen]
    assert [span.origin for span in annotation.spans] == ["edited"]
    assert "dragged behind an emoji" in " ".join(pull(job).remarks)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080)])
def test_all_that_is_asked_of_a_span_is_on_the_screen(
    studio_job: MakeJob, at_work: Seat, width: int, height: int, tmp_path: Path
) -> None:
    """With our own scheme; PRESSMARK_SHOTS names a folder that the pictures are kept in."""
    page = (SAMPLE / "pages" / "beacon" / "vesk-talks.txt").read_text(encoding="utf-8")
    job = studio_job(speech.article(page, "vesk-talks"))
    project = push(job).url
    eve = at_work(job, "eve", width=width, height=height)
    eve.label_all(project)
    shots = Path(os.environ.get("PRESSMARK_SHOTS", tmp_path))
    eve.page.screenshot(path=shots / f"article-{width}.png")
    for question in job.scheme.questions:
        heading = eve.page.get_by_text(question.title, exact=True)
        expect(heading).to_be_in_viewport()
    line = next(line for line in page.splitlines() if len(line) > 100)
    words = line[:60].rpartition(" ")[0]
    eve.mark(job.scheme.labels[2].hotkey, words)
    eve.select(words)
    eve.page.screenshot(path=shots / f"span-{width}.png")
    for attribute in job.scheme.attributes_of(job.scheme.labels[2].name):
        expect(eve.page.get_by_text(attribute.title, exact=True)).to_be_in_viewport(ratio=1)
    last = eve.page.locator(".pressmark-span:visible").last
    expect(last).to_be_in_viewport(ratio=1)
