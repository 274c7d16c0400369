"""A project written into a file and made again from it, against a real Label Studio."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotation.backup import backup, backup_all, read_backup
from annotation.client import Client, connect
from annotation.codec import results_of
from annotation.people import add_annotator
from annotation.projects import linked, remembered
from annotation.pull import pull
from annotation.push import push
from annotation.rehearse import rehearse
from annotation.restore import restore
from annotation.studio import Running, read_login
from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.records import Article
from corpus.store import read_annotations, write_run
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark, scheme

WORDS = ("naïve", "judged"), ("slams", "loud head")


@pytest.fixture
def admin(studio: Running) -> Iterator[Client]:
    client = connect(studio.url, read_login(studio.login).token)
    yield client
    client.close()


def pages() -> list[Article]:
    return [article(id_=f"wire/{n}") for n in range(4)]


def draft_of(job: Job, task: int, author: str, page: Article) -> None:
    """Leave work unsubmitted, as an annotator does who closes the browser."""
    login = add_annotator(job, author)
    client = connect(_url(job), login.token)
    client.draft(task, result=results_of(mark(author, WORDS[0], of=page), page, scheme()))
    client.close()


def _url(job: Job) -> str:
    from annotation.connection import connected

    client = connected(job)
    client.close()
    return client.url


@pytest.fixture
def worked(studio_job: MakeJob, admin: Client) -> Job:
    """A job of four articles: pre-labels, two annotators, a skipped one and a draft."""
    job = studio_job(*pages(), scheme=SCHEME, studio={"batch": 3})
    shown = [
        mark("model", *WORDS, of=page, role="model", run="r1", id=f"r1:{page.id}", answers=())
        for page in pages()
    ]
    write_run(job, "r1", shown)
    project = push(job, "r1").project
    said = [mark("ana", WORDS[0], of=page, seconds=3.5, shown="r1") for page in pages()[:3]]
    said.append(mark("Ben Ö.", ("“dead”", "judged"), of=pages()[0]))
    said.append(mark("Ben Ö.", of=pages()[1], status="skipped"))
    rehearse(job, said)
    draft_of(job, next(t.id for t in admin.tasks(project) if "wire/3" in t.uid), "ana", pages()[3])
    assert pull(job).new == 6
    return job


def delete(admin: Client, project: int) -> None:
    admin._ask("DELETE", f"/api/projects/{project}/")


def test_a_deleted_project_is_made_again_and_the_log_goes_on_to_the_byte(
    worked: Job, admin: Client
) -> None:
    saved = backup_all(worked)
    assert (saved.projects, saved.tasks, saved.annotations, saved.drafts) == (1, 4, 5, 1)
    before = worked.annotations.read_bytes()
    old = remembered(worked)[0]
    delete(admin, old.id)
    [made] = restore(worked, saved.file)
    assert (made.tasks, made.annotations, made.drafts, made.predictions) == (4, 5, 1, 4)
    assert (made.known_as, made.lent) == (old.name, 0)
    result = pull(worked)
    assert (result.new, result.changed, result.same, result.quarantined) == (0, 0, 6, 0)
    assert worked.annotations.read_bytes() == before
    assert push(worked, "r1").new == 0


def test_a_backup_of_what_was_restored_is_as_good_as_the_first(worked: Job, admin: Client) -> None:
    for _ in range(2):
        saved = backup_all(worked)
        before = worked.annotations.read_bytes()
        delete(admin, linked(worked, admin)[-1].id)
        restore(worked, saved.file)
        assert pull(worked).changed == 0
        assert worked.annotations.read_bytes() == before


def test_work_goes_on_in_a_restored_project(worked: Job, admin: Client) -> None:
    saved = backup_all(worked)
    delete(admin, remembered(worked)[0].id)
    [made] = restore(worked, saved.file)
    first = next(task for task in admin.snapshot(made.project) if task.annotations)
    changed = first.annotations[0].id
    admin._ask("PATCH", f"/api/annotations/{changed}/", {"result": []})
    rehearse(worked, [mark("Cem", WORDS[1], of=pages()[2])])
    result = pull(worked)
    assert (result.new, result.changed) == (1, 1)
    log = read_annotations(worked.annotations)
    assert len({a.id for a in log}) == len(log) == 7
    assert [a.revision for a in log if not a.spans and not a.answers] == [2]


def test_beside_a_project_that_stands_the_copy_is_proven_and_not_used(
    worked: Job, admin: Client
) -> None:
    saved = backup_all(worked)
    [made] = restore(worked, saved.file)
    assert made.known_as == ""
    assert len(linked(worked, admin)) == 1
    assert pull(worked).same == 6


def test_no_e_mail_and_no_token_stands_in_a_backup(worked: Job) -> None:
    rows = list(read_backup(backup_all(worked).file))
    told = json.dumps(rows)
    assert "pressmark.invalid" not in told
    assert {a["author"] for row in rows for a in row.get("annotations", ())} == {"ana", "Ben Ö."}


def test_one_project_is_backed_up_before_it_is_changed(worked: Job, admin: Client) -> None:
    link = linked(worked, admin)[0]
    first = backup(worked, admin, link, "before: new configuration!")
    again = backup(worked, admin, link, "before: new configuration!")
    assert first != again
    assert first.name.endswith("-before-new-configuration.jsonl.gz")
    assert sum(row["kind"] == "task" for row in read_backup(first)) == 4


def test_before_a_running_project_gets_another_configuration_it_is_backed_up(
    worked: Job,
) -> None:
    grown = SCHEME.replace('version: "1"', 'version: "2"')
    grown += "  - {name: note, type: text}\n"
    (worked.folder / "mine.yaml").write_text(grown, encoding="utf-8")
    job = open_job(worked.folder)
    push(job, None)
    [file] = (worked.folder / "backups").iterdir()
    assert file.name.endswith("-before-a-new-configuration.jsonl.gz")
    assert pull(job).same == 6


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def unmanifested(content: bytes) -> bytes:
    lines = gzip.decompress(content).splitlines(keepends=True)
    return gzip.compress(b"".join(lines[:-1]))


def edited(content: bytes) -> bytes:
    return gzip.compress(gzip.decompress(content).replace(b'"judged"', b'"loved"'))


def newer(content: bytes) -> bytes:
    return gzip.compress(gzip.decompress(content).replace(b'"format":1', b'"format":9', 1))


def test_a_damaged_backup_is_refused_before_anything_is_made(
    worked: Job, admin: Client, tmp_path: Path
) -> None:
    whole = backup_all(worked).file.read_bytes()
    projects = admin._ask("GET", "/api/projects/")["count"]
    cases: list[tuple[Any, str]] = [
        (cut, "no whole backup"),
        (unmanifested, "never finished"),
        (edited, "not what its manifest says"),
        (newer, "format 9"),
        (lambda _: b"", "never finished"),
        (lambda _: b"text", "no whole backup"),
        (lambda _: gzip.compress(b"[]\n"), r"no backup of Pressmark \(its row 1"),
        (lambda _: gzip.compress(b'{"a": 1}\n'), r"no backup of Pressmark \(its row 1"),
        (lambda _: gzip.compress(b"\x94\xff"), r"no whole backup \(row 1 is no JSON\)"),
    ]
    for harm, told in cases:
        path = tmp_path / "harmed.gz"
        path.write_bytes(harm(whole))
        with pytest.raises(PressmarkError, match=told):
            restore(worked, path)
    with pytest.raises(PressmarkError, match="no such file"):
        restore(worked, tmp_path / "nowhere")
    with pytest.raises(PressmarkError, match=r"no whole backup \(Is a directory\)"):
        restore(worked, tmp_path)
    assert admin._ask("GET", "/api/projects/")["count"] == projects
