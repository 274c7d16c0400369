"""What the page on qualifying shows is what happens."""

import re
import shlex
from dataclasses import replace
from pathlib import Path

from corpus.init import init
from corpus.job import Job, open_job
from corpus.reading.ingest import ingest
from corpus.records import Annotation, Article, Span
from corpus.sample import quoted
from corpus.store import append_annotations, read_articles
from tests.test_command import pressmark

PAGE = Path(__file__).parents[3] / "docs" / "qualifying.md"
TEXT = {
    "ferry": "Renn slams ferry deal\n\nThe disastrous deal was signed on Tuesday, the port said.\n",
    "wells": "Council talks of wells\n\nThankfully, the wells of Ostmark hold water.\n\n"
    "Become a member today: our reporters need you.\n",
}  # fmt: skip
GOLD = {
    "ferry": [("Renn slams ferry deal", "loaded headline"), ("disastrous", "editorializing")],
    "wells": [
        ("Thankfully", "editorializing"),
        ("Become a member today: our reporters need you.", "appeal"),
    ],
}  # fmt: skip
BEN = {
    "ferry": [("The disastrous deal was signed", "editorializing")],
    "wells": [("Become a member today: our reporters need you.", "appeal")],
}  # fmt: skip


def said(job: Job, page: Article, who: str, marks: list[tuple[str, str]]) -> Annotation:
    spans = tuple(
        Span(f"{who}{n}", *quoted(page.text, words), label)
        for n, (words, label) in enumerate(marks)
    )
    return Annotation(
        f"{who}-{page.id}", page.id, page.sha256, who, "human", job.scheme.hash, spans
    )


def made(folder: Path) -> Job:
    init(folder)
    people = "people: {ana: {}, ben: {}, cleo: {}}\ncampaign: {qualification: 2, pass_mark: 0.6}\n"
    source = "scheme: scheme\nsources: [{path: pages, id: name}]\n"
    (folder / "pressmark.yaml").write_text(source + people, encoding="utf-8")
    for name, text in TEXT.items():
        (folder / "pages" / f"{name}.txt").write_text(text, encoding="utf-8")
    job = open_job(folder)
    ingest(job)
    for page in read_articles(job):
        gold = replace(said(job, page, "uma", GOLD[page.id]), role="gold")
        append_annotations(job.gold, [gold])
        mine = [said(job, page, "ana", GOLD[page.id]), said(job, page, "ben", BEN[page.id])]
        append_annotations(job.qualification, mine)
    return job


def test_the_sessions_of_the_page_run_as_it_shows_them(tmp_path: Path) -> None:
    made(tmp_path / "mine")
    text = PAGE.read_text(encoding="utf-8")
    shown = re.findall(
        r"^    \$ pressmark (qualify.*)\n((?:    (?!\$).*\n|\n)*)", text, re.MULTILINE
    )
    assert [command for command, _ in shown] == [
        "qualify -C mine",
        "qualify -C mine --annotator ben",
    ]
    for command, session in shown:
        ran = pressmark(*shlex.split(command), at=tmp_path, PYTHONPATH=str(PAGE.parents[1]))
        assert ran.code == 0
        found = [line.strip() for line in ran.out.replace(f"{tmp_path}/", "").splitlines()]
        for line in session.splitlines():
            assert line.strip() in ("", "…", *found), line
    assert (tmp_path / "mine/qualification/ben.html").is_file()


def test_the_commands_of_the_page_are_commands() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for command in re.findall(r"^    \$ pressmark (\w+)", text, re.MULTILINE):
        assert pressmark(command, "--help").code == 0
