"""A campaign in the small, for the page on pre-labels: made pages, arms by lot, made habits."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

from annotation.campaign.exposure import exposed, record
from annotation.projects import Desk
from annotation.wanted import Wanted
from corpus.init import init
from corpus.job import Job, open_job
from corpus.prelabels.lexicon import read_lexicon
from corpus.prelabels.rules import find
from corpus.reading.ingest import ingest
from corpus.records import Annotation, Article, Span
from corpus.store import append_annotations, read_articles, write_run

RUN = "2026-10-05T09-00-00-starter-0.1"
HEADS = ("Renn slams harbour deal", "Council weighs ferry fares", "Is Port Ansel running dry?")
PLAIN = "The port said on Tuesday that the talks had gone on until noon."
SAID = (
    "The minister’s disastrous plan would close two berths.",
    "Thankfully, the ferry still sails.",
    "The board’s reckless offer was read to a hall of dockers.",
    "Once again the council met behind closed doors.",
)
PLEA = "Our reporters need you. Become a member today, before it is too late."
JOB = """\
scheme: scheme
sources: [{path: pages, id: name}]
people: {ana: {}, ben: {}, cleo: {}}
campaign:
  prelabels: {exposure: 0.5, planted: 0.1}
"""


def made(folder: Path, count: int = 24) -> Job:
    """A job of invented pages by two outlets; nothing is annotated yet."""
    init(folder)
    (folder / "pressmark.yaml").write_text(JOB, encoding="utf-8")
    lot = random.Random(4)
    for number in range(count):
        own = " ".join("".join(lot.choices("aeioulmnrst", k=6)) for _ in range(60))
        parts = [HEADS[number % 3], PLAIN, *lot.sample(SAID, 1 + number % 4), f"It read: {own}."]
        parts += [PLEA] if number % 2 else []
        path = folder / "pages" / ("courier", "lantern")[number % 2] / f"page{number:02}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    job = open_job(folder)
    ingest(job)
    return job


def annotated(job: Job) -> None:
    """Three people meet every page: who is shown pre-labels lets most stand, others mark less."""
    words = read_lexicon(job.settings.lexicon, job.scheme)
    runs = []
    for page in read_articles(job):
        spans = tuple(hit.span for hit in find(page, words, job.scheme))
        given = {"author": "starter-0.1", "role": "rule", "scheme": job.keep_scheme(), "run": RUN}
        runs.append(Annotation(f"{RUN}:{page.id}", page.id, page.sha256, **given, spans=spans))  # type: ignore[arg-type]
    write_run(job, RUN, runs)
    shown = {each.article: each for each in runs}
    for who in ("ana", "ben", "cleo"):
        tasks = [Wanted(page, shown[page.id]) for page in read_articles(job)]
        drawn = exposed(job, Desk(owner=who), tasks)
        record(job, drawn)
        lot = random.Random(who)
        said = [_opinion(who, task, shown[task.article.id], job, lot) for task in drawn]
        append_annotations(job.annotations, said)


def _opinion(who: str, task: Wanted, run: Annotation, job: Job, lot: random.Random) -> Annotation:
    page: Article = task.article
    if task.shown:
        spans = [_kept(span, page, lot) for span in task.shown.spans if lot.random() > 0.15]
    else:
        spans = [replace(s, score=None, id=f"{who}{n}") for n, s in enumerate(run.spans)]
        spans = [span for span in spans if lot.random() > 0.45]
    return Annotation(
        f"{who}-{page.id}", page.id, page.sha256, who, "human", job.scheme.hash, tuple(spans),
        shown=RUN if task.shown else "", seconds=lot.uniform(60, 400),
    )  # fmt: skip


def _kept(span: Span, page: Article, lot: random.Random) -> Span:
    """Mostly as it is; now and then a word shorter."""
    words = page.text[span.start : span.end]
    came = {"source": span.id, "score": None}
    if " " in words and lot.random() < 0.2:
        return replace(span, end=span.start + words.rindex(" "), origin="edited", **came)  # type: ignore[arg-type]
    return replace(span, origin="accepted", **came)  # type: ignore[arg-type]
