"""The server's answers: predictions to who may ask for what can be, a line to everybody else."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette

from annotation.codec import task_of
from annotation.interface import interface
from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.records import Article
from corpus.settings import ServingSection
from corpus.store import read_articles
from tests.speech import article, scheme
from tests.training.press import pages
from tests.training.serving.asking import app_of, ask, client_of, sent
from training.fit import Trained
from training.readings import Encode
from training.serving.door import door
from training.serving.trained import trained
from training.serving.turns import Deadline
from training.units import Floats, Ints

TOKEN = "a token that is long enough"


@pytest.fixture(scope="session")
def job(learned: tuple[Job, Trained]) -> Job:
    return learned[0]


@pytest.fixture(scope="session")
def app(job: Job) -> Starlette:
    return app_of(job)


def error(answer: Any, status: int) -> str:
    """The one line of an answer that is none."""
    assert answer.status_code == status, answer.text
    assert [*answer.json()] == ["error"]
    told: str = answer.json()["error"]
    assert "\n" not in told
    assert "Traceback" not in told
    return told


def test_articles_are_answered_with_what_the_model_says_of_them(app: Starlette, job: Job) -> None:
    news = pages(4, seed=9)
    answer = ask(app, "/predict", {"articles": [sent(each) for each in news]})
    assert answer.status_code == 200
    model = trained(job)
    expected = model.annotations(news, Deadline(60))
    got = answer.json()["annotations"]
    assert [each["article"] for each in got] == [each.id for each in news]
    for row, said in zip(got, expected, strict=True):
        places = [(s["start"], s["end"], s["label"], s["score"]) for s in row["spans"]]
        assert places == [(s.start, s.end, s.label, s.score) for s in said.spans]
        assert row["answers"][0]["values"] == ["report"]
    assert sum(len(row["spans"]) for row in got) > 3
    assert {row["run"] for row in got} == {answer.json()["model_version"]}


def test_places_stand_on_code_points_behind_an_emoji(app: Starlette) -> None:
    page = pages(2, seed=9)[1]
    text = f"😀😀 {page.text}"
    answer = ask(app, "/predict", {"articles": [{"id": "e", "text": text}]})
    spans = answer.json()["annotations"][0]["spans"]
    marked = [text[s["start"] : s["end"]] for s in spans if s["label"] == "judged"]
    assert marked
    assert all(word in {"vile", "shameful", "rotten", "and"} for m in marked for word in m.split())


def test_without_blocks_the_rules_say_what_a_line_is(app: Starlette) -> None:
    page = pages(2, seed=9)[1]
    bare = {"id": page.id, "text": page.text}
    answers = [ask(app, "/predict", {"articles": [each]}) for each in (bare, sent(page))]
    with_rules, with_blocks = (a.json()["annotations"][0]["spans"] for a in answers)
    assert [s["label"] for s in with_blocks].count("loud head") == 1
    assert with_rules == with_blocks


PAGE = {"id": "a", "text": "One.\n\nTwo."}


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ("", 400, "no JSON"),
        ("{", 400, "no JSON"),
        ("[" * 5000, 400, "no JSON"),
        ('{"articles": [{"id": "a", "text": "\\ud83d"}]}', 400, "no JSON"),
        ("[]", 400, "no JSON object"),
        ("{}", 422, "articles: Field required"),
        ('{"articles": []}', 422, "at least 1 item"),
        ('{"articles": [{"id": "", "text": "x"}]}', 422, "articles.0.id"),
        ('{"articles": [{"id": "a", "text": 7}]}', 422, "articles.0.text"),
        ('{"articles": [{"id": "a", "text": "x", "html": "y"}]}', 422, "articles.0.html"),
        ('{"articles": [{"id": "a", "text": " \\n "}]}', 422, "the text is empty"),
        ('{"articles": [{"id": "a", "text": "x\\r\\ny"}]}', 422, "line ends to LF"),
        ('{"articles": [{"id": "a", "text": "x\\u0000"}]}', 422, "NUL"),
        ('{"articles": [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}]}', 422, "same id"),
        ('{"tasks": [{"id": 1}]}', 422, "tasks.0.data"),
        ('{"tasks": [{"id": 1, "data": {"body": "x"}}]}', 422, "data.text"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_line(
    app: Starlette, body: str, status: int, told: str
) -> None:
    answer = ask(app, "/predict", content=body, headers={"Content-Type": "application/json"})
    assert told in error(answer, status)


@pytest.mark.parametrize(
    "blocks",
    [
        [{"start": 0, "end": 4, "kind": "paragraph"}],
        [{"start": 4, "end": 2, "kind": "paragraph"}],
        [{"start": 0, "end": 99, "kind": "paragraph"}],
        [{"start": 0, "end": 10, "kind": "poem"}],
    ],
)
def test_blocks_that_are_not_the_texts_are_refused(app: Starlette, blocks: list[Any]) -> None:
    error(ask(app, "/predict", {"articles": [{**PAGE, "blocks": blocks}]}), 422)


def test_what_is_no_json_by_its_header_is_refused(app: Starlette) -> None:
    assert "Content-Type" in error(ask(app, "/predict", content="{}"), 415)
    squeezed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert "compressed" in error(ask(app, "/predict", content=b"", headers=squeezed), 415)


def test_another_address_or_method_is_answered_in_json(app: Starlette) -> None:
    assert "/openapi.json" in error(ask(app, "/nowhere"), 404)
    error(ask(app, "/predict"), 405)
    error(ask(app, "/train", {}), 409)


def test_a_body_that_is_too_long_is_refused_told_or_not(job: Job) -> None:
    small = app_of(job, max_bytes=100)
    long = {"articles": [{**PAGE, "text": "x" * 200}]}
    assert "100 bytes" in error(ask(small, "/predict", long), 413)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 10

    kind = {"Content-Type": "application/json"}
    answer = ask(small, "/predict", content=chunks(), headers=kind)
    assert "content-length" not in answer.request.headers
    assert "100 bytes" in error(answer, 413)


def test_a_body_that_never_ends_is_not_waited_for(job: Job) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    kind = {"Content-Type": "application/json"}
    answer = ask(app_of(job, timeout=0.05), "/predict", content=slowly(), headers=kind)
    assert "did not arrive" in error(answer, 408)


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"studio:{password}".encode()).decode()}


def test_the_token_opens_as_a_bearers_and_as_basics_password(job: Job) -> None:
    guarded, url = app_of(job, TOKEN), "http://models.example.org"
    asked = {"articles": [PAGE]}
    for headers in ({"Authorization": f"Bearer {TOKEN}"}, basic(TOKEN)):
        assert ask(guarded, "/predict", asked, headers=headers, url=url).status_code == 200
    wrong = [{}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": "Bearer é"}, basic("x")]
    wrong += [{"Authorization": f"Basic {TOKEN}"}, {"Authorization": f"Token {TOKEN}"}]
    for headers in wrong:
        encoded = {k: v.encode() for k, v in headers.items()}
        for path in ("/predict", "/setup", "/webhook", "/train"):
            answer = ask(guarded, path, {}, headers=encoded, url=url)  # type: ignore[arg-type]
            assert error(answer, 401)
            assert "Bearer" in answer.headers["WWW-Authenticate"]
        for path in ("/openapi.json", "/versions"):
            error(ask(guarded, path, headers=encoded, url=url), 401)  # type: ignore[arg-type]
    assert ask(guarded, "/health", url=url).json() == {"status": "UP"}


def test_without_a_token_a_page_that_points_its_name_here_gets_nothing(app: Starlette) -> None:
    assert "127.0.0.1" in error(ask(app, "/predict", {}, url="http://evil.example"), 421)
    for url in ("http://localhost:9090", "http://[::1]:9090", "http://127.0.0.1"):
        assert ask(app, "/versions", url=url).status_code == 200


def test_beyond_loopback_a_long_token_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    section = ServingSection()
    monkeypatch.delenv("PRESSMARK_TOKEN", raising=False)
    assert door(section, "127.0.0.1").token == ""
    for address in ("0.0.0.0", "::", "192.0.2.1"):  # addresses, not binds
        with pytest.raises(PressmarkError, match="PRESSMARK_TOKEN"):
            door(section, address)
    monkeypatch.setenv("PRESSMARK_TOKEN", "short")
    with pytest.raises(PressmarkError, match="16 characters"):
        door(section, "127.0.0.1")
    monkeypatch.setenv("PRESSMARK_TOKEN", TOKEN)
    assert door(section, "0.0.0.0").token == TOKEN
    assert TOKEN not in repr(door(section, "0.0.0.0"))


class Held:
    """An encoder that waits until it is let go."""

    def __init__(self) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        self.passes = 0

    def __call__(self, encode: Encode) -> Encode:
        def held(ids: Ints, mask: Ints) -> Floats:
            self.passes += 1
            self.reached.set()
            assert self.go.wait(60)
            return encode(ids, mask)

        return held


def test_while_a_prediction_is_made_health_answers_and_too_many_are_sent_away(job: Job) -> None:
    held = Held()
    app = app_of(job, encode=held, waiting=1)
    asked = {"articles": [PAGE]}

    async def talk() -> None:
        async with client_of(app) as client:
            first = asyncio.create_task(client.post("/predict", json=asked))
            await asyncio.to_thread(held.reached.wait, 60)
            more = [asyncio.create_task(client.post("/predict", json=asked)) for _ in range(2)]
            [refused], [waiting] = await asyncio.wait(more, return_when=asyncio.FIRST_COMPLETED)
            assert "try again later" in error(refused.result(), 503)
            assert int(refused.result().headers["Retry-After"]) > 0
            assert (await client.get("/health")).json() == {"status": "UP"}
            held.go.set()
            assert [(await each).status_code for each in (first, waiting)] == [200, 200]

    asyncio.run(talk())


def test_a_slow_prediction_is_cut_off_and_the_next_is_made(job: Job) -> None:
    held = Held()
    app = app_of(job, encode=held, timeout=0.2)
    many = {"articles": [sent(replace_id(page, n)) for n, page in enumerate(pages(40))]}

    async def talk() -> None:
        async with client_of(app) as client:
            slow = await client.post("/predict", json=many)
            assert "within 0.2 s" in error(slow, 504)
            waited = await client.post("/predict", json={"articles": [PAGE]})
            assert waited.headers["Retry-After"]
            assert "others" in error(waited, 503)
            held.go.set()
            answered = [await client.post("/predict", json={"articles": [PAGE]}) for _ in range(5)]
            assert 200 in {each.status_code for each in answered}

    asyncio.run(talk())
    assert held.passes < 8  # of the forty articles' thirty and more


def replace_id(page: Article, number: int) -> Article:
    return replace(page, id=str(number))


def test_a_fault_of_ours_is_logged_and_not_shown(
    job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Encode) -> Encode:
        def encode(ids: Ints, mask: Ints) -> Floats:
            del ids, mask
            raise ZeroDivisionError("secret")

        return encode

    with caplog.at_level(logging.ERROR):
        told = error(ask(app_of(job, encode=broken), "/predict", {"articles": [PAGE]}), 500)
    assert "secret" not in told
    assert "ZeroDivisionError" in caplog.text


def test_label_studio_is_told_the_version_of_a_model_of_its_scheme(
    app: Starlette, job: Job
) -> None:
    mine = {"project": "3.17", "schema": interface(job.scheme), "access_token": "x", "more": 1}
    version = ask(app, "/setup", mine).json()["model_version"]
    assert version.endswith("-model")
    assert ask(app, "/versions").json() == {"versions": [version]}
    other = {**mine, "schema": interface(other_scheme())}
    assert "lacks the label 'loud head'" in error(ask(app, "/setup", other), 422)
    for wrong in ("<View", "<!DOCTYPE x><View/>", "<View/>"):
        error(ask(app, "/setup", {"schema": wrong}), 422)


def other_scheme() -> Any:
    from tests.speech import SCHEME

    return scheme(
        SCHEME.replace("name: loud head", "name: headline").replace("[loud head]", "[headline]")
    )


def test_its_events_change_nothing_and_training_is_not_done_here(app: Starlette) -> None:
    told = ask(app, "/webhook", {"action": "ANNOTATION_CREATED", "task": {}})
    assert told.json() == {"status": "nothing to do"}
    refused = ask(app, "/webhook", {"action": "START_TRAINING", "project": {}})
    assert "pressmark train" in error(refused, 409)


def tasks_of(job: Job, count: int) -> list[dict[str, Any]]:
    news = read_articles(job)[:count]
    return [{"id": n, **task_of(each, job.scheme)} for n, each in enumerate(news, 1)]


def test_its_tasks_are_answered_in_its_words(app: Starlette, job: Job) -> None:
    tasks = tasks_of(job, 4)
    asked = {"tasks": tasks, "project": "1.1", "label_config": interface(job.scheme)}
    results = ask(app, "/predict", asked).json()["results"]
    news = read_articles(job)[:4]
    said = ask(app, "/predict", {"articles": [sent(each) for each in news]}).json()
    assert len(results) == 4
    for given, annotation in zip(results, said["annotations"], strict=True):
        labels = [item for item in given["result"] if item["type"] == "labels"]
        assert [(i["value"]["start"], i["value"]["end"]) for i in labels] == [
            (span["start"], span["end"]) for span in annotation["spans"]
        ]
        assert given["model_version"] == said["model_version"]
        scores = [span["score"] for span in annotation["spans"]]
        assert given["score"] == (pytest.approx(np.mean(scores)) if scores else None)
    assert any(given["result"] for given in results)


def test_a_task_whose_text_was_changed_is_refused(app: Starlette, job: Job) -> None:
    first, second = tasks_of(job, 2)
    second["data"]["text"] += " More."
    told = error(ask(app, "/predict", {"tasks": [first, second]}), 422)
    assert "task 2" in told
    assert "changed in Label Studio" in told


def test_a_task_that_the_job_does_not_know_is_read_as_it_stands(app: Starlette, job: Job) -> None:
    page = replace(article(), id="elsewhere")
    results = ask(app, "/predict", {"tasks": [{"id": 9, **task_of(page, job.scheme)}]}).json()
    assert len(results["results"]) == 1
    bare = ask(app, "/predict", {"tasks": [{"id": 9, "data": {"text": page.text}}]}).json()
    assert bare["results"][0]["result"] == results["results"][0]["result"]


def test_the_description_names_every_answer(app: Starlette, job: Job) -> None:
    told = ask(app, "/openapi.json").json()
    assert {*told["paths"]} == {"/health", "/versions", "/predict", "/setup", "/webhook"}
    assert "security" not in told
    guarded = ask(app_of(job, TOKEN), "/openapi.json", headers=basic(TOKEN)).json()
    assert guarded["security"]
    assert json.dumps(told)
