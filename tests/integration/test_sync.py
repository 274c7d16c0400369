"""Push that cannot go wrong: plans, twins, cuts and kills, against a real Label Studio."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotation.backup import read_backup
from annotation.client import Client, connect
from annotation.codec import task_of
from annotation.journal import TASKS, Batch, Journal, await_batch
from annotation.projects import Desk, current_project, linked
from annotation.push import plans, push
from annotation.studio import Running, read_login
from annotation.transport import RefusedError
from benchmarks import faults
from corpus.job import Job
from corpus.records import Article
from corpus.store import add_articles, read_articles, write_run
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark


@pytest.fixture
def admin(studio: Running) -> Iterator[Client]:
    client = connect(studio.url, read_login(studio.login).token)
    yield client
    client.close()


def pages(count: int) -> list[Article]:
    return [article(f"Maar slams {n} 😀\n\nThe naïve plan is dead.", f"a{n}") for n in range(count)]


def predicted(job: Job, run: str) -> str:
    found = [
        mark("model", ("naïve", "judged"), of=page, role="model", run=run, id=f"{run}:{page.id}")
        for page in read_articles(job)
    ]
    write_run(job, run, found)
    return run


def files(job: Job) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in job.folder.rglob("*") if path.is_file()}


def titles(client: Client) -> int:
    answer = client._ask("GET", "/api/projects/", query={"page_size": 1})
    return int(answer["count"])


def test_a_plan_writes_nothing_and_push_does_what_it_says(
    studio_job: MakeJob, admin: Client
) -> None:
    job = studio_job(*pages(3), scheme=SCHEME)
    run = predicted(job, "r1")
    before, projects = files(job), titles(admin)
    (plan,) = plans(job)
    assert (plan.change, len(plan.new), plan.prelabelled, plan.run) == ("made", 3, 3, run)
    assert (files(job), titles(admin)) == (before, projects)
    assert push(job).new == 3
    (after,) = plans(job)
    assert (after.empty, after.same) == (True, 3)


def test_a_plan_tells_of_tasks_that_are_not_as_they_should_be(
    studio_job: MakeJob, admin: Client
) -> None:
    job = studio_job(*pages(3), scheme=SCHEME)
    project = push(job).project
    tasks = {task.data["article"]: task for task in admin.tasks(project)}
    admin.annotate(tasks["a0"].id, result=[])
    data = {**tasks["a1"].data, "text": "👎"}
    admin._ask("PATCH", f"/api/tasks/{tasks['a1'].id}/", {"data": data})
    admin.import_tasks(project, [{"data": {"text": "made by hand", "names": []}}])
    add_articles(job, [article("Maar relents\n\nThe naïve plan stays.", "a2")])
    predicted(job, "r1")
    (plan,) = plans(job)
    assert [uid.partition("@")[0] for uid in plan.new] == ["a2"]
    assert [uid.partition("@")[0] for uid, _ in plan.newer] == ["a1"]
    assert plan.unshown == (tasks["a0"].uid,)
    assert plan.altered == (tasks["a1"].uid,)
    assert plan.stale == (tasks["a2"].uid,)
    assert len(plan.unknown) == 2
    pushed = push(job)
    counts = (pushed.new, pushed.unshown, pushed.altered, pushed.stale, pushed.unknown)
    assert counts == (1, 1, 1, 1, 2)
    assert len(list(admin.tasks(project))) == 5


def test_of_twins_the_untouched_one_goes_and_lies_in_a_backup(
    studio_job: MakeJob, admin: Client
) -> None:
    job = studio_job(*pages(3), scheme=SCHEME)
    project = push(job).project
    admin.import_tasks(project, [task_of(page, job.scheme) for page in pages(3)])
    older, younger = [dict[str, int](), dict[str, int]()]
    for task in admin.tasks(project):
        name = task.data["article"]
        (younger if name in older else older)[name] = task.id
    admin.annotate(younger["a1"], result=[])
    for twin in (older["a2"], younger["a2"]):
        admin.annotate(twin, result=[])
    pushed = push(job)
    assert (pushed.removed, pushed.contested, pushed.new) == (2, 1, 0)
    left = {task.id for task in admin.tasks(project)}
    assert left == {older["a0"], younger["a1"], older["a2"], younger["a2"]}
    (file,) = (job.folder / "backups").iterdir()
    assert {row["id"] for row in read_backup(file) if row["kind"] == "task"} == {
        *older.values(),
        *younger.values(),
    }


def test_a_task_that_was_begun_since_the_plan_is_not_removed(
    studio_job: MakeJob, admin: Client
) -> None:
    job = studio_job(*pages(4), scheme=SCHEME)
    project = push(job).project
    submitted, skipped, drafted, free = (task.id for task in admin.tasks(project))
    admin.annotate(submitted, result=[])
    admin.annotate(skipped, result=[], was_cancelled=True)
    admin.draft(drafted, result=[])
    admin.remove_untouched(project, [submitted, skipped, drafted, free])
    assert {task.id for task in admin.tasks(project)} == {submitted, skipped, drafted}


def test_every_desk_has_a_journal_of_its_own(studio_job: MakeJob, admin: Client) -> None:
    job = studio_job(*pages(1), scheme=SCHEME)
    links = [current_project(job, admin, Desk(owner=owner)) for owner in ("ana", "ben")]
    journal = Journal(job)
    for number, link in enumerate(links):
        journal.begin(link, Batch(TASKS, (f"a{number}",), 0, 1))
    journal.end(links[0])
    assert journal.unresolved(links[0]) is None
    left = journal.unresolved(links[1])
    assert left
    assert left.uids == ("a1",)


def test_a_batch_is_waited_for_until_it_is_there_or_can_come_no_more(
    studio_job: MakeJob, admin: Client
) -> None:
    page = article(id_="100% of 'ü' + ?%41")
    job = studio_job(page, scheme=SCHEME)
    push(job)
    (link,) = linked(job, admin)
    there = Batch(TASKS, (next(admin.tasks(link.id)).uid,), 0, 1, sent=time.time())
    assert await_batch(admin, link, there, 60)
    never = Batch(TASKS, ("another@hash",), 0, 1, sent=time.time() + 3600)
    waits: list[float] = []
    assert not await_batch(admin, link, never, 0.01, sleep=waits.append)
    assert not await_batch(admin, link, Batch(TASKS, never.uids, 0, 1, sent=1.0), 60)


def test_a_project_whose_making_was_not_heard_of_is_taken_up(
    studio_job: MakeJob, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = studio_job(*pages(1), scheme=SCHEME)
    make = Client.create_project

    def killed(client: Client, **fields: object) -> None:
        make(client, **fields)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Client, "create_project", killed)
        with pytest.raises(KeyboardInterrupt):
            push(job)
    made = titles(admin)
    assert push(job).new == 1
    assert (titles(admin), job.state()["making"]) == (made, {})


def test_a_killed_push_is_completed_by_the_next_without_doubles(
    studio_job: MakeJob, admin: Client
) -> None:
    job = studio_job(*pages(30), scheme=SCHEME, studio={"batch": 1, "deadline": 5})
    command = [sys.executable, "-m", "pressmark", "push", "-C", str(job.folder)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ}) as process:
        while not job.state().get("pushes") and process.poll() is None:
            time.sleep(0.01)
        process.kill()
    pushed = push(job)
    assert pushed.new + pushed.same == 30
    uids = [task.uid for task in admin.tasks(pushed.project)]
    assert len(uids) == len(set(uids)) == 30


def test_faults_double_nothing_lose_nothing_and_change_nothing(
    studio: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = read_login(studio.login).token
    monkeypatch.setenv(faults.TOKEN, token)
    struck, found = faults.run(
        tmp_path / "jobs", studio.url, token, faults=8, jobs=1, seed=3, settle=0, deadline=3
    )
    assert sum(number for what, number in struck.items() if what.startswith("pu")) == 8
    assert struck["commands that never succeeded again"] == 0
    assert found["tasks"] > 20
    assert found["annotations"] > 0
    wrong = ("doubled", "lost", "changed", "annotations lost", "withdrawn")
    assert {what: n for what, n in found.items() if what.startswith(wrong) and n} == {}


def test_the_session_of_the_page_on_pushing_is_what_the_commands_say(studio_job: MakeJob) -> None:
    told = (Path(__file__).parents[2] / "docs/syncing.md").read_text(encoding="utf-8")
    session = told.split("## Push\n\n```\n")[1].split("```")[0]
    job = studio_job(*pages(60), scheme=SCHEME)
    for part in session.removeprefix("$ ").split("\n$ "):
        command, _, shown = part.rstrip().partition("\n")
        words = [*command.split()[1:], "-C", str(job.folder)]
        ran = subprocess.run(
            [sys.executable, "-m", "pressmark", *words], capture_output=True, text=True, check=True
        )
        said = re.sub(r"http://\S+|project \d+", "…", ran.stdout.strip())
        assert said == re.sub(r"http://\S+|project \d+", "…", shown)


def test_a_refused_import_is_not_waited_for_by_the_next_push(
    studio_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = studio_job(*pages(2), scheme=SCHEME)
    send = Client.import_tasks

    def nowhere(client: Client, project: int, tasks: bytes, count: int) -> None:
        send(client, project + 10**6, tasks, count)

    with monkeypatch.context() as patch:
        patch.setattr(Client, "import_tasks", nowhere)
        with pytest.raises(RefusedError, match="404"):
            push(job)
    assert job.state()["pushes"] == {}
    assert push(job).new == 2
