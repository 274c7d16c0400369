"""What pull makes of changes between two pulls, against a real Label Studio."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from annotation import changes
from annotation.client import Client, connect
from annotation.codec import results_of
from annotation.people import add_annotator
from annotation.pull import pull
from annotation.push import push
from annotation.rehearse import rehearse
from annotation.studio import Running, read_login
from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.records import Article
from corpus.store import add_articles, read_annotations
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark, scheme

WORDS = [("naïve", "judged"), ("slams", "loud head"), ("“dead”", "judged"), ("goes on", "judged")]


@pytest.fixture
def admin(studio: Running) -> Iterator[Client]:
    client = connect(studio.url, read_login(studio.login).token)
    yield client
    client.close()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is looked at again because it is recent: here nobody else writes meanwhile."""
    monkeypatch.setattr(changes, "OVERLAP", 0)


def pages(count: int, first: int = 0) -> list[Article]:
    return [article(id_=f"wire/{n:03}") for n in range(first, first + count)]


def twin(job: Job, name: str) -> Job:
    """The same job a second time, as it stands."""
    other = job.folder.with_name(name)
    shutil.copytree(job.folder, other)
    return open_job(other)


def log(job: Job) -> bytes:
    return job.annotations.read_bytes()


def delete_tasks(admin: Client, project: int, ids: list[int], action: str = "delete_tasks") -> None:
    body = {"selectedItems": {"all": False, "included": ids}}
    admin._ask("POST", "/api/dm/actions", body, query={"id": action, "project": project})


class Office:
    """Annotators who do anything the API lets them do, drawn by lot."""

    def __init__(self, job: Job, admin: Client, project: int, seed: int) -> None:
        self.job, self.admin, self.project, self.lot = job, admin, project, random.Random(seed)
        url = admin.url
        self.people = [connect(url, add_annotator(job, who).token) for who in ("ana", "Ben Ö.")]

    def close(self) -> None:
        for client in self.people:
            client.close()

    def result(self) -> list[Any]:
        words = self.lot.sample(WORDS, self.lot.randint(0, 3))
        return results_of(mark("x", *words), article(), scheme())

    def work(self, steps: int) -> None:
        tasks = sorted(self.admin.snapshot(self.project), key=lambda task: task.id)
        begun = [task for task in tasks if task.annotations or task.drafts]
        for task in {t.id: t for t in self.lot.choices(tasks, k=steps) + begun[:steps]}.values():
            self.lot.choice(self.moves())(task)

    def moves(self) -> list[Callable[[Any], None]]:
        return [
            self.submit,
            self.submit,
            self.skip,
            self.change,
            self.change,
            self.delete,
            self.leave,
            self.leave,
            self.change_draft,
            self.drop_draft,
            self.leave_on_annotation,
            self.empty,
            self.remove,
        ]

    def someone(self) -> Client:
        return self.lot.choice(self.people)

    def submit(self, task: Any) -> None:
        self.someone().annotate(task.id, result=self.result(), lead_time=3.0)

    def skip(self, task: Any) -> None:
        self.someone().annotate(task.id, result=self.result(), was_cancelled=True)

    def change(self, task: Any) -> None:
        for each in task.annotations[:1]:
            body = {"result": self.result(), "was_cancelled": self.lot.random() < 0.2}
            self.someone()._ask("PATCH", f"/api/annotations/{each.id}/", body)

    def delete(self, task: Any) -> None:
        for each in task.annotations[:1]:
            self.someone()._ask("DELETE", f"/api/annotations/{each.id}/")

    def leave(self, task: Any) -> None:
        self.someone().draft(task.id, result=self.result(), lead_time=1.0)

    def leave_on_annotation(self, task: Any) -> None:
        for each in task.annotations[:1]:
            self.someone().draft(task.id, each.id, result=self.result(), lead_time=1.0)

    def change_draft(self, task: Any) -> None:
        for each in task.drafts[:1]:
            self.admin._ask("PATCH", f"/api/drafts/{each.id}/", {"result": self.result()})

    def drop_draft(self, task: Any) -> None:
        for each in task.drafts[:1]:
            self.admin._ask("DELETE", f"/api/drafts/{each.id}/")

    def empty(self, task: Any) -> None:
        if self.lot.random() < 0.3:
            delete_tasks(self.admin, self.project, [task.id], "delete_tasks_annotations")

    def remove(self, task: Any) -> None:
        if self.lot.random() < 0.3:
            delete_tasks(self.admin, self.project, [task.id])


def test_what_changed_gives_the_log_that_reading_everything_gives(
    studio_job: MakeJob, admin: Client
) -> None:
    job = studio_job(*pages(60), scheme=SCHEME)
    project = push(job).project
    pull(job)
    other = twin(job, "whole")
    office = Office(job, admin, project, seed=1)
    partly = 0
    try:
        for number in range(7):
            office.work(5)
            if number == 3:
                for each in (job, other):
                    add_articles(each, pages(5, 100))
                push(job)
                shutil.copy(job.state_file, other.state_file)
            result = pull(job, accept=True)
            partly += not result.whole
            assert pull(other, everything=True, accept=True).whole == 1
            assert log(job) == log(other), number
    finally:
        office.close()
    assert partly > 2
    assert {a.status for a in read_annotations(job.annotations)} >= {"submitted", "withdrawn"}


def test_only_what_changed_is_read(studio_job: MakeJob, admin: Client) -> None:
    job = studio_job(*pages(60), scheme=SCHEME)
    push(job)
    # with new people everything is read: what was 'user7' before may be one of them
    add_annotator(job, "Ben Ö.")
    rehearse(job, [mark("ana", WORDS[0], of=page) for page in pages(3)])
    time.sleep(1.1)  # the server's clock tells whole seconds, and what fell in one is read again
    first, again = pull(job), pull(job)
    assert (first.tasks, first.whole, again.tasks, again.whole) == (60, 1, 0, 0)
    assert (again.new, again.changed, again.same) == (0, 0, 3)
    rehearse(job, [mark("Ben Ö.", WORDS[0], of=pages(1)[0])])
    result = pull(job)
    assert (result.new, result.tasks, result.whole, result.same) == (1, 1, 0, 3)
    assert pull(job, everything=True).tasks == 60


def test_an_older_copy_of_the_log_is_completed_from_the_server(studio_job: MakeJob) -> None:
    job = studio_job(*pages(3), scheme=SCHEME)
    push(job)
    rehearse(job, [mark("ana", WORDS[0], of=page) for page in pages(3)])
    pull(job)
    whole = log(job)
    lines = whole.splitlines(keepends=True)
    # a line less, another line in the middle, or none at all
    for older in (lines[:2], [lines[0], lines[0], lines[2]], []):
        job.annotations.write_bytes(b"".join(older))
        assert pull(job).whole == 1
        assert {a.id for a in read_annotations(job.annotations)} == {
            json.loads(line)["id"] for line in lines
        }


def test_a_project_that_is_gone_is_no_reason_to_withdraw_what_was_pulled(
    studio_job: MakeJob, admin: Client
) -> None:
    job = studio_job(*pages(3), scheme=SCHEME)
    project = push(job).project
    rehearse(job, [mark("ana", WORDS[0], of=page) for page in pages(2)])
    pull(job)
    before = log(job)
    admin._ask("DELETE", f"/api/projects/{project}/")
    with pytest.raises(PressmarkError, match="2 annotations that were pulled; nothing was written"):
        pull(job)
    push(job)
    with pytest.raises(PressmarkError, match="pressmark restore FILE"):
        pull(job)
    assert log(job) == before
    assert pull(job, accept=True).changed == 2
    assert {a.status for a in read_annotations(job.annotations)} == {"withdrawn"}
    assert pull(job).changed == 0


def test_more_than_annotators_delete_is_refused_until_it_is_accepted(
    studio_job: MakeJob, admin: Client
) -> None:
    job = studio_job(*pages(15), scheme=SCHEME)
    project = push(job).project
    rehearse(job, [mark("ana", WORDS[0], of=page) for page in pages(15)])
    pull(job)
    before = log(job)
    ids = [task.id for task in admin.tasks(project)]
    delete_tasks(admin, project, ids[:11])
    with pytest.raises(PressmarkError, match="11 of 15 annotations are gone"):
        pull(job)
    delete_tasks(admin, project, ids[11:])
    with pytest.raises(PressmarkError, match="15 of 15 annotations are gone"):
        pull(job)
    assert log(job) == before
    assert pull(job, accept=True).changed == 15


def test_a_few_that_were_deleted_are_withdrawn_and_come_back_when_they_are_put_back(
    studio_job: MakeJob, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = studio_job(*pages(3), scheme=SCHEME)
    project = push(job).project
    rehearse(job, [mark("ana", WORDS[0], of=page) for page in pages(3)])
    pull(job)
    first = read_annotations(job.annotations)
    tasks = [task.id for task in admin.tasks(project)]
    delete_tasks(admin, project, tasks[:1])
    assert pull(job).changed == 1
    assert [a.status for a in read_annotations(job.annotations)].count("withdrawn") == 1
    # what a database that was put back would say again
    whole = Client.whole

    def put_back(client: Client, number: int) -> Any:
        created, stream = whole(client, number)
        return created, [*stream, *kept]

    kept = [task for task in admin.snapshot(project) if task.id == tasks[1]]
    kept = [
        task.model_copy(
            update={
                "id": tasks[0],
                "data": {**task.data, "article": "wire/000", "uid": "wire/000@x"},
                "annotations": [
                    task.annotations[0].model_copy(
                        update={"id": int(first[0].id.rpartition("-a")[2])}
                    )
                ],
            }
        )
        for task in kept
    ]
    monkeypatch.setattr(Client, "whole", put_back)
    assert pull(job, everything=True).changed == 1
    back = {a.id: a for a in read_annotations(job.annotations)}[first[0].id]
    assert (back.status, back.revision, back.spans) == ("submitted", 3, first[0].spans)


def test_a_kill_at_any_moment_leaves_a_log_that_the_next_pull_completes(
    studio_job: MakeJob, admin: Client
) -> None:
    job = studio_job(*pages(40), scheme=SCHEME)
    project = push(job).project
    result = results_of(mark("x", *WORDS), article(), scheme())
    for task in admin.tasks(project):
        admin.annotate(task.id, result=result)
    other = twin(job, "clean")
    pull(other)
    command = [sys.executable, "-m", "pressmark", "pull", "-C", str(job.folder)]
    lot = random.Random(3)
    killed = 0
    for _ in range(6):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            time.sleep(lot.uniform(0.5, 3))
            killed += run.poll() is None
            run.kill()
    assert killed
    # the disk took half of a line
    if job.annotations.exists():
        job.annotations.write_bytes(log(job) + log(other)[:100])
    else:
        job.annotations.write_bytes(log(other)[: len(log(other)) // 2])
    pull(job)
    assert log(job) == log(other)
    assert pull(job).same == 40


def test_a_second_pull_at_once_is_refused_in_a_line(studio_job: MakeJob) -> None:
    job = studio_job(*pages(1), scheme=SCHEME)
    push(job)
    command = [sys.executable, "-m", "pressmark", "pull", "-C", str(job.folder)]
    with job.locked("pull"):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert f"held by 'pressmark pull' (pid {os.getpid()}" in done.stderr
