"""Push, annotate, pull: against a real Label Studio."""

import contextlib
import http.client
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.client import Client, connect
from annotation.codec import results_of
from annotation.people import add_annotator, read_people
from annotation.pull import pull
from annotation.push import push
from annotation.rehearse import rehearse
from annotation.studio import Running, read_login
from corpus.errors import PressmarkError, ServiceError
from corpus.files import read_lines
from corpus.job import Job, open_job
from corpus.reading.ingest import ingest
from corpus.records import Annotation, Article, Span
from corpus.store import add_articles, read_annotations, read_articles, write_run
from corpus.text import canonical
from tests import speech
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark, scheme

TOKEN = "PRESSMARK_TEST_TOKEN"


@pytest.fixture
def admin(studio: Running) -> Iterator[Client]:
    client = connect(studio.url, read_login(studio.login).token)
    yield client
    client.close()


@pytest.fixture
def browser(studio: Running) -> Iterator[httpx.Client]:
    """The administrator, logged in as a browser is."""
    login = read_login(studio.login)
    with httpx.Client(base_url=studio.url, follow_redirects=True, trust_env=False) as http:
        http.get("/user/login/")
        form = {"email": login.email, "password": login.password}
        form["csrfmiddlewaretoken"] = http.cookies["csrftoken"]
        http.post("/user/login/", data=form, headers={"Referer": f"{studio.url}/user/login/"})
        http.headers.update({"Referer": studio.url, "X-CSRFToken": http.cookies["csrftoken"]})
        yield http


@pytest.fixture
def remote(studio: Running, studio_job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> MakeJob:
    """Jobs that name the server and take its token from the environment, as a team's do."""
    monkeypatch.setenv(TOKEN, read_login(studio.login).token)

    def make(*articles: Article, url: str = studio.url, **sections: Any) -> Job:
        section = {"url": url, "token_env": TOKEN, **sections.pop("studio", {})}
        return studio_job(*articles, scheme=SCHEME, studio=section, **sections)

    return make


def pages(count: int) -> list[Article]:
    return [article(f"Maar slams {n} 😀\n\nThe naïve plan is dead.", f"a{n}") for n in range(count)]


def opinion(annotation: Annotation) -> Any:
    """What is said of what: without what Label Studio gives (number, time)."""
    spans = [(s.start, s.end, s.label, s.attributes, s.drawn) for s in annotation.spans]
    answers = annotation.answers
    return annotation.author, annotation.article, annotation.sha256, spans, answers


def opinions(annotations: list[Annotation]) -> list[Any]:
    return sorted(map(opinion, annotations), key=repr)


def predicted(job: Job, run: str, *quotes: tuple[str, str]) -> str:
    """Write a run that says the same of every article that has these words."""
    found = [
        mark("model", *quotes, of=page, role="model", run=run, id=f"{run}:{page.id}", answers=())
        for page in read_articles(job)
    ]
    write_run(job, run, found)
    return run


def submit(job: Job, client: Client, task: Any, result: list[Any], **fields: Any) -> None:
    client.annotate(task.id, result=result, **fields)


def test_what_annotators_say_comes_back_as_they_said_it(studio_job: MakeJob) -> None:
    first, second = article(), article("Another page 👩‍🚀\n\nRenn’s plan.", "an id with / and ü")
    job = studio_job(first, second, scheme=SCHEME)
    assert push(job).new == 2
    said = [
        mark("ana", ("naïve", "judged"), seconds=30.5),
        mark("Ben Ö.", ("“dead”", "judged"), ("goes on", "judged")),
        mark("ana", of=second, answers=()),
        mark("Ben Ö.", ("plan", "judged"), of=second, status="skipped"),
    ]
    assert rehearse(job, said) == 4
    assert rehearse(job, said) == 0
    assert (pull(job).new, pull(job).same) == (4, 4)
    pulled = read_annotations(job.annotations)
    assert opinions(pulled) == opinions(said)
    assert sorted(a.status for a in pulled) == ["skipped", "submitted", "submitted", "submitted"]
    assert [a.seconds for a in pulled if a.seconds] == [30.5]
    assert {a.scheme for a in pulled} == {scheme().hash}


def test_pulled_again_the_file_is_the_same_to_the_byte(studio_job: MakeJob) -> None:
    job = studio_job(article(), scheme=SCHEME)
    push(job)
    rehearse(job, [mark("ana", ("slams", "loud head"))])
    pull(job)
    before = job.annotations.read_bytes()
    assert pull(job).changed == 0
    assert job.annotations.read_bytes() == before != b""


def test_pushed_again_nothing_is_new(studio_job: MakeJob) -> None:
    job = studio_job(*pages(5), scheme=SCHEME, studio={"batch": 2})
    first, again = push(job), push(job)
    assert (first.new, first.same) == (5, 0)
    assert (again.new, again.same, again.project) == (0, 5, first.project)


def test_a_new_version_of_an_article_is_a_new_task_and_the_old_one_stays(
    studio_job: MakeJob, admin: Client
) -> None:
    job = studio_job(article(), scheme=SCHEME)
    pushed = push(job)
    rehearse(job, [mark("ana", ("slams", "loud head"))])
    add_articles(job, [article("Maar relents\n\nThe plan stays.")])
    assert push(job).new == 1
    assert len(list(admin.tasks(pushed.project))) == 2
    assert pull(job).new == 1


def test_a_deleted_annotation_is_withdrawn_and_a_changed_one_revised(
    studio_job: MakeJob, admin: Client, browser: httpx.Client
) -> None:
    job = studio_job(*pages(2), scheme=SCHEME)
    pushed = push(job)
    rehearse(job, [mark("ana", of=page) for page in pages(2)])
    pull(job)
    tasks = sorted(admin.snapshot(pushed.project), key=lambda task: task.id)
    first, second = (task.annotations[0] for task in tasks)
    browser.delete(f"/api/annotations/{first.id}/").raise_for_status()
    browser.patch(f"/api/annotations/{second.id}/", json={"result": []}).raise_for_status()
    assert (pull(job).changed, pull(job).changed) == (2, 0)
    found = [(a.status, a.revision, a.answers != ()) for a in read_annotations(job.annotations)]
    assert found == [("withdrawn", 2, True), ("submitted", 2, False)]


def test_unsubmitted_work_is_pulled_as_a_draft(
    studio_job: MakeJob, admin: Client, browser: httpx.Client
) -> None:
    page = article()
    job = studio_job(page, scheme=SCHEME)
    task = next(admin.tasks(push(job).project))
    result = results_of(mark("ana", ("naïve", "judged")), page, scheme())
    answer = browser.post(f"/api/tasks/{task.id}/drafts", json={"result": result, "lead_time": 3})
    answer.raise_for_status()
    pull(job)
    draft = read_annotations(job.annotations)[0]
    assert (draft.status, len(draft.spans), draft.seconds) == ("draft", 1, 3)


def test_nobodys_e_mail_leaves_the_studio_folder(studio_job: MakeJob, admin: Client) -> None:
    job = studio_job(article(), scheme=SCHEME)
    task = next(admin.tasks(push(job).project))
    admin.annotate(task.id, result=[])
    rehearse(job, [mark("ana")])
    pull(job)
    assert {a.author for a in read_annotations(job.annotations)} == {
        "ana",
        f"user{admin.whoami().id}",
    }
    written = [path.read_bytes() for path in job.folder.rglob("*") if path.is_file()]
    assert not any(b"pressmark.invalid" in content for content in written)


def test_an_annotator_is_added_once_and_their_secrets_are_private(studio_job: MakeJob) -> None:
    job = studio_job(article(), scheme=SCHEME)
    login = add_annotator(job, "zoë")
    assert add_annotator(job, "zoë") == login == read_people(job)["zoë"]
    assert login.email.endswith("@pressmark.invalid")
    assert (job.studio_data / "people.json").stat().st_mode & 0o777 == 0o600


def test_pre_labels_are_shown_and_what_became_of_each_is_told(
    studio_job: MakeJob, admin: Client
) -> None:
    page = article()
    job = studio_job(page, scheme=SCHEME)
    words = ("naïve", "judged"), ("“dead”", "judged"), ("slams", "loud head")
    run = predicted(job, "r1", *words)
    pushed = push(job, run)
    assert (pushed.new, pushed.prelabelled, push(job, run).prelabelled) == (1, 1, 0)
    task = next(admin.snapshot(pushed.project))
    assert [p.model_version for p in task.predictions] == [run]
    # what the annotator's page sends: accepted, edited, deleted, and one of their own
    result = _sent_by_browser(admin, task.id)
    accepted = [r for r in result if r["id"] == "model0"]
    edited = [_moved(r) for r in result if r["id"] == "model1"]
    own = results_of(mark("x", ("goes on", "judged"), answers=()), page, scheme())
    fields = {"parent_prediction": task.predictions[0].id, "lead_time": 4.5}
    admin.annotate(task.id, result=[*accepted, *edited, *own], **fields)
    pull(job)
    pulled = read_annotations(job.annotations)[0]
    assert {(s.id, s.origin, s.source) for s in pulled.spans} == {
        ("model0", "accepted", "model0"),
        ("model1", "edited", "model1"),
        ("x0", "drawn", None),
    }
    assert pulled.shown == run


def _sent_by_browser(client: Client, task: int) -> list[Any]:
    answer = client._ask("GET", "/api/predictions", query={"task": task})
    return [{**item, "origin": "prediction"} for item in answer[0]["result"]]


def _moved(result: dict[str, Any]) -> dict[str, Any]:
    value = {**result["value"], "end": result["value"]["end"] - 1}
    return {**result, "value": value, "origin": "prediction-changed"}


def test_a_newer_run_replaces_the_pre_labels_of_untouched_tasks_alone(
    studio_job: MakeJob, admin: Client
) -> None:
    job = studio_job(*pages(3), scheme=SCHEME, studio={"batch": 1})
    project = push(job, predicted(job, "r1", ("naïve", "judged"))).project
    rehearse(job, [mark("ana", ("naïve", "judged"), of=pages(1)[0], shown="r1")])
    newer = push(job, predicted(job, "r2", ("plan", "judged")))
    assert (newer.new, newer.prelabelled, push(job).prelabelled) == (0, 2, 0)
    tasks = sorted(admin.snapshot(project), key=lambda task: task.id)
    assert [[p.model_version for p in t.predictions] for t in tasks] == [["r1"], ["r2"], ["r2"]]
    found = admin.project(project)
    assert found
    assert found.model_version == "r2"
    pull(job)
    pulled = read_annotations(job.annotations)[0]
    assert (pulled.shown, pulled.spans[0].origin) == ("r1", "accepted")
    shown = [
        (row["uid"].partition("@")[0], row["prediction"]["run"])
        for row in read_lines(job.folder / "shown.jsonl")
    ]
    assert sorted(shown) == sorted(
        [*((f"a{n}", "r1") for n in range(3)), ("a1", "r2"), ("a2", "r2")]
    )


def test_an_annotation_of_another_version_of_the_text_is_quarantined_with_the_remedy(
    remote: MakeJob,
) -> None:
    old = remote(article(), studio={"project": "shared by two"})
    push(old)
    rehearse(old, [mark("ana", ("slams", "loud head"))])
    other = remote(article("Maar relents\n\nThe plan stays."))
    other.write_state(projects=old.state()["projects"])
    other.keep_scheme()
    for _ in range(2):
        assert (pull(other).quarantined, pull(other).new) == (1, 0)
    rows = [row for row in read_lines(other.quarantine) if row["command"] == "pull"]
    assert len(rows) == 1
    assert "another version of the text" in rows[0]["reason"]
    assert "ingest the old page again" in rows[0]["reason"]


def test_a_text_changed_in_label_studio_is_noticed(
    studio_job: MakeJob, admin: Client, browser: httpx.Client
) -> None:
    job = studio_job(article(), scheme=SCHEME)
    task = next(admin.tasks(push(job).project))
    rehearse(job, [mark("ana", ("slams", "loud head"))])
    data = {**task.data, "text": "👎" + task.data["text"]}
    browser.patch(f"/api/tasks/{task.id}/", json={"data": data}).raise_for_status()
    assert (pull(job).quarantined, read_annotations(job.annotations)) == (1, [])


def test_a_scheme_that_grew_changes_the_interface_and_one_that_shrank_gets_a_project(
    studio_job: MakeJob, admin: Client
) -> None:
    job = studio_job(*pages(1), scheme=SCHEME)
    first = push(job).project
    rehearse(job, [mark("ana", of=pages(1)[0])])
    pull(job)
    longer = SCHEME.replace("{name: positive, hotkey: w}", "{name: positive}, {name: mixed}")
    grown = reworded(job, longer.replace('version: "1"', 'version: "1.1"'))
    assert push(grown).project == first
    found = admin.project(first)
    assert found
    assert 'alias="mixed"' in found.label_config
    shorter = SCHEME.replace("{name: positive, hotkey: w}", "{name: good}")
    shrunk = reworded(job, shorter.replace('version: "1"', 'version: "2"'))
    assert push(shrunk).project != first
    assert pull(shrunk).same == 1
    assert read_annotations(job.annotations)[0].scheme == scheme().hash


def reworded(job: Job, source: str) -> Job:
    (job.folder / "mine.yaml").write_text(source, encoding="utf-8")
    return open_job(job.folder)


@contextlib.contextmanager
def breaking(url: str, breaks: Callable[[int, str], str]) -> Iterator[str]:
    """A server before the server: of request `n` for a path, `breaks` says what goes wrong.

    'before' drops it, 'after' drops the answer, anything else lets it pass.
    """
    target = urlsplit(url)
    imports = {"count": 0}

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            if self.path.endswith("/import"):
                imports["count"] += 1
            fault = breaks(imports["count"], self.path)
            if fault == "before":
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            inner = http.client.HTTPConnection(target.hostname or "", target.port)
            headers = {k: v for k, v in self.headers.items() if k.lower() != "accept-encoding"}
            inner.request(self.command, target.path + self.path, body, headers)
            answer = inner.getresponse()
            content = answer.read()
            inner.close()
            if fault == "after":
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815  # names of the base class

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_dropped_connection_does_not_end_a_push_nor_make_doubles(
    remote: MakeJob, studio: Running, admin: Client, moment: str
) -> None:
    def breaks(count: int, path: str) -> str:
        return moment if path.endswith("/import") and count == 2 else ""

    with breaking(studio.url, breaks) as url:
        job = remote(*pages(5), url=url, studio={"batch": 2, "deadline": 1})
        pushed = push(job, predicted(job, "r1", ("naïve", "judged")))
    uids = [task.uid for task in admin.tasks(pushed.project)]
    assert len(uids) == len(set(uids)) == pushed.new == 5
    assert {len(task.predictions) for task in admin.snapshot(pushed.project)} == {1}
    assert job.state()["pushes"] == {}


def test_a_push_that_was_broken_off_is_completed_by_the_next(
    remote: MakeJob, studio: Running, admin: Client
) -> None:
    broken = {"yet": False}

    def breaks(count: int, path: str) -> str:
        return "before" if path.endswith("/import") and count > 1 and not broken["yet"] else ""

    with breaking(studio.url, breaks) as url:
        job = remote(*pages(5), url=url, studio={"batch": 2, "deadline": 1})
        run = predicted(job, "r1", ("naïve", "judged"))
        with pytest.raises(ServiceError, match="broke off the connection"):
            push(job, run)
        assert [row["done"] for row in job.state()["pushes"].values()] == [2]
        broken["yet"] = True
        again = push(job, run)
    uids = [task.uid for task in admin.tasks(again.project)]
    assert len(uids) == len(set(uids)) == 5
    assert (again.new, again.same) == (3, 2)
    assert {len(task.predictions) for task in admin.snapshot(again.project)} == {1}
    assert job.state()["pushes"] == {}


def test_a_server_that_cannot_be_reached_is_told_in_a_line(remote: MakeJob) -> None:
    with breaking("http://127.0.0.1:9", lambda _count, _path: "") as url:
        pass
    refused(remote(article(), url=url), f"{url}: Label Studio cannot be reached")


def test_a_project_s_address_for_the_server_s_is_told_in_a_line(
    remote: MakeJob, studio: Running
) -> None:
    refused(remote(article(), url=f"{studio.url}/projects/1"), "no Label Studio at this address")


def test_something_else_than_label_studio_is_told_in_a_line(
    remote: MakeJob, tmp_path: Path
) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"<p/>")

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        refused(
            remote(article(), url=f"http://127.0.0.1:{server.server_port}"), "is this Label Studio"
        )
        server.shutdown()
        thread.join()


def test_a_local_server_that_does_not_run_says_how_to_start_it(job: MakeJob) -> None:
    refused(job(article()), "start it with 'pressmark studio start'")


def test_a_wrong_token_is_told_in_a_line(remote: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    job = remote(article())
    for token in ("0" * 40, "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln", "ü"):
        monkeypatch.setenv(TOKEN, token)
        refused(job, "token")
    monkeypatch.delenv(TOKEN)
    refused(job, TOKEN)


def test_disabled_legacy_tokens_are_told_and_a_personal_token_is_let_in(
    remote: MakeJob, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = remote(article())
    answer = browser.post("/api/token/")
    switch = "/api/jwt/settings"
    browser.post(switch, json={"legacy_api_tokens_enabled": False}).raise_for_status()
    try:
        refused(job, "legacy tokens disabled")
        monkeypatch.setenv(TOKEN, answer.json()["token"])
        assert push(job).new == 1
    finally:
        browser.post(switch, json={"legacy_api_tokens_enabled": True}).raise_for_status()


def refused(job: Job, reason: str) -> None:
    """Push and pull both say why in one line, which holds no secret and no header."""
    for command in (push, pull):
        with pytest.raises(ServiceError) as told:
            command(job)
        assert told.value.exit_code == 3
        assert reason in str(told.value)
        assert "\n" not in str(told.value)
        assert "ookie" not in str(told.value)
        token = os.environ.get(TOKEN)
        assert not token or token not in str(told.value)


def test_pull_before_push_says_what_to_do(studio_job: MakeJob) -> None:
    with pytest.raises(PressmarkError, match="pressmark push"):
        pull(studio_job(article(), scheme=SCHEME))


def test_push_without_articles_says_what_to_do(studio_job: MakeJob) -> None:
    with pytest.raises(PressmarkError, match="pressmark ingest"):
        push(studio_job(scheme=SCHEME))


nasty = st.tuples(
    speech.raw_text.filter(lambda text: canonical(text)[0].strip()),
    st.lists(st.floats(0, 1), max_size=8),
)


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(nasty, min_size=30, max_size=60))
def test_text_with_anything_in_it_comes_back_with_the_same_spans(
    studio_job: MakeJob, texts: list[tuple[str, list[float]]]
) -> None:
    job = studio_job(scheme=SCHEME, sources=[{"path": "rows.jsonl", "columns": {"id": "id"}}])
    rows = [json.dumps({"id": f"n{n}", "text": text}) for n, (text, _) in enumerate(texts)]
    (job.folder / "rows.jsonl").write_text("\n".join(rows), encoding="utf-8")
    assert (ingest(job).new, ingest(job).same) == (len(texts), len(texts))
    found = read_articles(job)
    assert [page.text for page in found] == [canonical(text)[0] for text, _ in texts]
    said = []
    for page, (_, cuts) in zip(found, texts, strict=True):
        edges = sorted({round(cut * len(page.text)) for cut in cuts})
        spans = tuple(
            Span(f"s{start}", start, end, "judged")
            for start, end in zip(edges[::2], edges[1::2], strict=False)
        )
        said.append(replace(mark("ana", of=page), spans=spans))
    assert push(job).new == len(found)
    rehearse(job, said)
    result = pull(job)
    assert (result.new, result.quarantined) == (len(said), 0)
    pulled = read_annotations(job.annotations)
    assert opinions(pulled) == opinions(said)
    assert {a.article: a.sha256 for a in pulled} == {page.id: page.sha256 for page in found}
