"""A project that another tool made in a real Label Studio, adopted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotation.adopt.adopt import adopt
from annotation.client import Client, connect
from annotation.people import add_annotator
from annotation.push import push
from annotation.studio import Running, read_login
from corpus.errors import PressmarkError
from corpus.files import read_lines
from corpus.job import Job
from corpus.scheme import read_scheme
from corpus.store import add_articles, read_annotations, read_articles
from tests.annotation.adopt.foreign import FOREIGN
from tests.annotation.adopt.test_tasks import BAD, LOUD, answer, region
from tests.conftest import MakeJob
from tests.speech import SCHEME, article

PAGE = "Quill: 👩‍🚀 “mad” plan\r\n\r\nThe 😀 café’s naïve owner e\u0301t al. spoke. 😀😀 Mad!"
WORDS = ["👩‍🚀 “mad”", "😀", "café’s", "e\u0301t", "😀😀 Mad"]


@pytest.fixture
def admin(studio: Running) -> Iterator[Client]:
    client = connect(studio.url, read_login(studio.login).token)
    yield client
    client.close()


def place(words: str) -> tuple[int, int]:
    start = PAGE.index(words)
    return start, start + len(words)


@pytest.fixture
def job(studio_job: MakeJob) -> Job:
    return studio_job(scheme=SCHEME)


@pytest.fixture
def foreign(job: Job, admin: Client) -> int:
    """A project of two pages: one annotated by two people and skipped by one, one untouched."""
    project = admin.create_project(title="Harbour Press!", label_config=FOREIGN).id
    rows = [{"data": {"body": text, "image": "x"}} for text in (PAGE, "Untouched.")]
    admin.import_tasks(project, rows)
    task = min(each.id for each in admin.snapshot(project))
    regions = [region(f"r{n}", *place(words), BAD) for n, words in enumerate(WORDS)]
    result = [*regions, answer("r0", "severity", rating=3), answer("q", "tone", choices=["+"])]
    for item in result:
        kinds: dict[str, Any] = {"severity": "rating", "tone": "choices"}
        item["type"] = kinds.get(item["from_name"], item["type"])
    client = connect(admin.url, add_annotator(job, "ana").token)
    client.annotate(task, result=result, lead_time=12.5)
    client.close()
    admin.annotate(task, result=[region("own", *place("naïve"), LOUD)], was_cancelled=True)
    return project


def check(job: Job, admin: Client) -> None:
    annotations = {a.author: a for a in read_annotations(job.annotations)}
    assert set(annotations) == {"ana", f"user{admin.whoami().id}"}
    ana = annotations["ana"]
    texts = {page.id: page.text for page in read_articles(job)}
    assert [texts[ana.article][s.start : s.end] for s in ana.spans] == WORDS
    assert (ana.status, ana.seconds, ana.role) == ("submitted", 12.5, "human")
    assert [a.values for a in ana.answers] == [("value",)]
    assert {a.status for a in annotations.values()} == {"submitted", "skipped"}
    assert "\r" not in texts[ana.article]


def test_a_project_of_the_server_becomes_scheme_articles_and_annotations_to_the_character(
    job: Job, admin: Client, foreign: int
) -> None:
    result = adopt(job, str(foreign))
    assert (result.new, result.annotations, result.spans, result.answers) == (2, 2, 6, 1)
    check(job, admin)
    again = adopt(job, str(foreign))
    assert (again.new, again.same, again.annotations, again.known) == (0, 2, 0, 2)
    scheme = read_scheme(result.scheme)
    assert result.scheme.name == "harbour-press.yaml"
    assert {a.scheme for a in read_annotations(job.annotations)} == {scheme.hash}
    aside = [row["reason"] for row in read_lines(job.quarantine)]
    assert any("beside the text" in reason for reason in aside)
    assert result.quarantined == 2
    kinds = [block.kind for page in read_articles(job) for block in page.blocks]
    assert len(kinds) >= 3


def test_its_export_gives_the_same(job: Job, admin: Client, foreign: int, tmp_path: Path) -> None:
    content = admin._ask("GET", f"/api/projects/{foreign}/export", query={"exportType": "JSON"})
    path, interface = tmp_path / "Harbour Press.json", tmp_path / "labels.xml"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(PressmarkError, match="--configuration FILE"):
        adopt(job, str(path))
    interface.write_text(FOREIGN, encoding="utf-8")
    assert adopt(job, str(path), interface).annotations == 2
    texts = {page.id: page.text for page in read_articles(job)}
    spans = max((a for a in read_annotations(job.annotations)), key=lambda a: len(a.spans))
    assert [texts[spans.article][s.start : s.end] for s in spans.spans] == WORDS
    content = admin._ask("GET", f"/api/projects/{foreign}/export", query={"exportType": "JSON_MIN"})
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(PressmarkError, match="JSON_MIN export, which has lost the tie"):
        adopt(job, str(path), interface)


def test_the_job_s_own_project_is_pulled_not_adopted(job: Job) -> None:
    add_articles(job, [article()])
    number = push(job).project
    with pytest.raises(PressmarkError, match="is this job's own; 'pressmark pull' reads it"):
        adopt(job, str(number))
    assert len(read_articles(job)) == 1
    assert not list(job.folder.glob("project-*.yaml"))


def test_what_is_no_project_and_no_export_is_refused(job: Job, tmp_path: Path) -> None:
    with pytest.raises(PressmarkError, match="has no project 99999"):
        adopt(job, "99999")
    for content, told in (
        ("", "no JSON"),
        ("{}", "no list of tasks"),
        ("[]", "no list of tasks"),
        ('[{"a": 1}]', "no tasks of Label Studio"),
    ):
        path = tmp_path / "export.json"
        path.write_text(content)
        with pytest.raises(PressmarkError, match=told):
            adopt(job, str(path))
    with pytest.raises(PressmarkError, match="No such file"):
        adopt(job, str(tmp_path / "nowhere.json"))
    path.write_text('[{"data": {}}]')
    with pytest.raises(PressmarkError, match=r"cannot be read \(No such file or directory\)$"):
        adopt(job, str(path), tmp_path / "nowhere.xml")
