"""Uploading, against a server that speaks the hub's own protocol on the loopback address."""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.release.hub import standing, token
from corpus.release.publish import publish
from corpus.takedown import takedown
from tests.corpus.release.press import ready
from tests.speech import article

SECRET = "hf_" + "q" * 34


class Hub:
    """What the hub was told; it holds `stale.parquet` of an older release."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.private: bool | None = None
        self.files: dict[str, bytes] = {"full/stale.parquet": b"x"}
        self.tags: list[str] = []
        self.authorised = True
        self.refuse = False
        server.expect_request(re.compile(".*")).respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        path = request.path.removeprefix("/api/datasets/ilse/harbour")
        if "/datasets/" not in request.path and "/repos/" not in request.path:
            return reply({})  # what the client asks of its own accord
        self.authorised &= request.headers.get("Authorization") == f"Bearer {SECRET}"
        if self.refuse:
            return Response("no", status=403)
        if request.path == "/api/repos/create":
            asked = request.get_json()  # older clients say private, newer ones visibility
            self.private = asked.get("private", asked.get("visibility") == "private")
            return reply({"url": self.server.url_for("/datasets/ilse/harbour"), "id": "x"})
        if path.startswith("/preupload"):
            listed = request.get_json()["files"]
            plain = {"uploadMode": "regular", "shouldIgnore": False, "oid": None}
            modes = [{"path": f["path"], **plain} for f in listed]
            return reply({"files": modes})
        if path.startswith("/commit"):
            for line in request.get_data().splitlines():
                self.commit(json.loads(line))
            address = self.server.url_for("/datasets/ilse/harbour/commit/c0ffee")
            return reply({"commitUrl": address, "commitOid": "c0ffee"})
        if path.startswith("/tag"):
            self.tags.append(request.get_json()["tag"])
            return reply({})
        if path.startswith("/tree"):
            return reply(
                [{"type": "file", "path": p, "size": 1, "oid": "0" * 40} for p in self.files]
            )
        siblings = [{"rfilename": name} for name in self.files]
        return reply({"id": "ilse/harbour", "sha": "0" * 40, "siblings": siblings, "tags": []})

    def commit(self, row: dict[str, dict[str, str]]) -> None:
        value = row["value"]
        if row["key"] == "file":
            self.files[value["path"]] = base64.b64decode(value["content"])
        elif row["key"] == "deletedFile":
            del self.files[value["path"]]


def reply(value: object) -> Response:
    return Response(json.dumps(value), content_type="application/json")


@pytest.fixture
def hub(httpserver: HTTPServer) -> Hub:
    return Hub(httpserver)


@pytest.fixture
def home(tmp_path: Path) -> Job:
    return ready(tmp_path / "job", [article(licence="MIT")])


def run(home: Job, address: str, key: str = SECRET) -> subprocess.CompletedProcess[str]:
    words = ["publish", "--to-hub", "ilse/harbour", "-C", str(home.folder)]
    kept = {k: v for k, v in os.environ.items() if "TOKEN" not in k and "proxy" not in k.lower()}
    given = {"HF_ENDPOINT": address, "HF_TOKEN": key, "HF_HUB_DISABLE_XET": "1"}
    return subprocess.run(
        [sys.executable, "-m", "pressmark", *words],
        env={**kept, **given, "HF_HOME": str(home.folder / "hf")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_release_is_uploaded_whole_privately_and_tagged(hub: Hub, home: Job) -> None:
    done = run(home, hub.server.url_for("/").rstrip("/"))
    assert done.returncode == 0, done.stderr
    assert "uploaded to" in done.stdout
    folder = home.releases / "harbour-1.0"
    wanted = {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }
    there = {name: data for name, data in hub.files.items() if name != ".gitattributes"}
    assert there == wanted
    assert hub.private is True
    assert hub.tags == ["1.0"]
    assert hub.authorised
    assert SECRET not in done.stdout + done.stderr


def test_a_hub_that_refuses_is_exit_3_and_the_same_command_goes_on(hub: Hub, home: Job) -> None:
    hub.refuse = True
    done = run(home, hub.server.url_for("/").rstrip("/"))
    assert done.returncode == 3
    assert "upload it again with the same command" in done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    hub.refuse = False
    assert run(home, hub.server.url_for("/").rstrip("/")).returncode == 0
    assert hub.tags == ["1.0"]


def test_without_a_token_nothing_is_published(home: Job) -> None:
    done = run(home, "http://127.0.0.1:9", key="")
    assert done.returncode == 2
    assert "HF_TOKEN" in done.stderr
    assert not home.releases.exists()


def test_a_hub_that_nobody_answers_at_is_exit_3(home: Job) -> None:
    done = run(home, "http://127.0.0.1:9")
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr


def test_a_token_is_read_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", f" {SECRET}\n")
    assert token() == SECRET
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.delenv("HUGGING_FACE_HUB_TOKEN", raising=False)
    with pytest.raises(PressmarkError, match="no token"):
        token()


def test_a_release_that_holds_what_was_taken_down_since_is_not_uploaded(home: Job) -> None:
    publish(home)
    assert standing(home)
    takedown(home, "a1")
    with pytest.raises(PressmarkError, match="1 of its articles were taken down since"):
        standing(home)
