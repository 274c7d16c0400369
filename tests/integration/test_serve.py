"""A real Label Studio that asks a served model for predictions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from annotation.client import Client, connect
from annotation.projects import remembered
from annotation.pull import pull
from annotation.push import push
from annotation.studio import Running, read_login, start, stop
from corpus.errors import PressmarkError
from corpus.files import read_lines
from corpus.job import Job
from corpus.store import read_annotations, read_articles
from tests.conftest import MakeJob, make_job
from tests.speech import SCHEME
from tests.training.press import BAD, annotate, pages, tiny_encoder
from tests.training.serving.asking import serving
from training.fit import train

TOKEN = "a token that is long enough"
QUICK = {"epochs": 20, "learning_rate": 5e-3, "batch_size": 4, "window": 48, "stride": 8}


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A job with a trained model, and a Label Studio of its own that may ask this machine."""
    folder, news = tmp_path_factory.mktemp("taught"), tuple(pages(40))
    section = {**QUICK, "encoder": str(tiny_encoder(folder / "bert"))}
    made = make_job(folder / "job", news, SCHEME, {"training": section})
    annotate(made, news)
    train(made)
    start(made, private=True)
    yield made
    stop(made)


class Asked:
    """Label Studio's own addresses for ML backends, called as its pages call them."""

    def __init__(self, url: str, token: str, project: int) -> None:
        headers = {"Authorization": f"Token {token}"}
        self.http = httpx.Client(base_url=url, headers=headers, timeout=120)
        self.project = project

    def close(self) -> None:
        self.http.close()

    def connect(self, url: str, **fields: Any) -> httpx.Response:
        told = {"url": url, "project": self.project, "title": "served", **fields}
        return self.http.post("/api/ml", json=told)

    def retrieve(self) -> None:
        where = {"id": "retrieve_tasks_predictions", "project": self.project}
        everything = {"selectedItems": {"all": True, "excluded": []}}
        self.http.post("/api/dm/actions", params=where, json=everything).raise_for_status()


def predictions(admin: Client, project: int) -> dict[str, list[Any]]:
    return {task.told("uid"): [*task.predictions] for task in admin.copy(project)}


def test_label_studio_retrieves_what_the_model_says_where_it_says_it(taught: Job) -> None:
    project = push(taught).project
    running = start(taught, private=True)
    login = read_login(running.login)
    admin, studio = connect(running.url, login.token), Asked(running.url, login.token, project)
    basic = {"auth_method": "BASIC_AUTH", "basic_auth_user": "studio"}
    with serving(taught, PRESSMARK_TOKEN=TOKEN) as (_, url):
        wrong = studio.connect(url, **basic, basic_auth_pass="wrong")
        assert (wrong.status_code, "401" in wrong.text) == (400, True)
        made = studio.connect(url, **basic, basic_auth_pass=TOKEN)
        assert made.status_code == 201, made.text
        version = made.json()["model_version"]
        studio.retrieve()
        texts = {f"{a.id}@{a.sha256}": a for a in read_articles(taught)}
        found = predictions(admin, project)
        assert {*found} == {*texts}
        words = set()
        for uid, [prediction] in found.items():
            assert prediction.model_version == version
            for item in prediction.result:
                if item["type"] == "labels" and item["value"]["labels"] == ["judged"]:
                    text, place = texts[uid].text, item["value"]
                    assert "😀" in text[: place["start"]]
                    words |= {*text[place["start"] : place["end"]].split()}
        assert words & {*BAD}
        assert words <= {*BAD, "and"}
        _an_accepted_prediction_comes_back_as_one_that_was_shown(taught, admin, found, version)
        _a_changed_text_is_refused(admin, studio, texts)
    admin.close()
    studio.close()


def _an_accepted_prediction_comes_back_as_one_that_was_shown(
    job: Job, admin: Client, found: dict[str, list[Any]], version: str
) -> None:
    [link] = remembered(job)
    noted = [*read_lines(job.folder / "shown.jsonl")]
    assert {(row["project"], row["uid"]) for row in noted} == {(link.name, uid) for uid in found}
    task = next(t for t in admin.copy(link.id) if any(p.result for p in t.predictions))
    [prediction] = task.predictions
    admin.annotate(task.id, result=prediction.result, parent_prediction=prediction.id)
    pull(job)
    [annotation] = [a for a in read_annotations(job.annotations) if a.id.startswith(link.name)]
    assert annotation.shown == version
    assert {span.origin for span in annotation.spans} == {"accepted"}


def _a_changed_text_is_refused(admin: Client, studio: Asked, texts: dict[str, Any]) -> None:
    task = next(iter(admin.copy(studio.project)))
    for prediction in task.predictions:
        studio.http.delete(f"/api/predictions/{prediction.id}/").raise_for_status()
    data = {**task.data, "text": f"More. {task.data['text']}"}
    studio.http.patch(f"/api/tasks/{task.id}/", json={"data": data}).raise_for_status()
    studio.retrieve()
    assert predictions(admin, studio.project)[task.told("uid")] == []
    assert task.told("uid") in texts


def test_without_the_flag_label_studio_refuses_this_machine(
    studio_job: MakeJob, studio: Running, studio_home: Job, taught: Job
) -> None:
    """And says which address it refused, before it hands over anybody's token."""
    job = studio_job(*pages(1), scheme=SCHEME)
    login = read_login(studio.login)
    with serving(taught) as (_, url):
        asking = Asked(studio.url, login.token, push(job).project)
        refused = asking.connect(url)
        asking.close()
    assert (refused.status_code, "reserved network address" in refused.text) == (403, True)
    with pytest.raises(PressmarkError, match="refuses private addresses"):
        start(studio_home, private=True)
