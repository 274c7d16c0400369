"""A served model to ask: in this process without a socket, or in one of its own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from annotation.backend import Backend
from corpus.job import Job
from corpus.records import Article
from corpus.settings import ServingSection
from tests.test_command import BARE
from training.readings import Encode
from training.serving.app import application
from training.serving.door import Door
from training.serving.trained import trained

HOME = "http://127.0.0.1:9090"


def app_of(
    job: Job,
    token: str = "",
    encode: Callable[[Encode], Encode] | None = None,
    **settings: Any,
) -> Starlette:
    """The job's model, its encoder wrapped by `encode`."""
    model = trained(job)
    if encode:
        model = replace(model, reader=replace(model.reader, encode=encode(model.reader.encode)))
    return application(model, Backend(job), Door(token), ServingSection(**settings))


def client_of(app: Starlette, url: str = HOME) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=url)


def ask(
    app: Starlette,
    path: str,
    sent: Any = None,
    *,
    url: str = HOME,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> httpx.Response:
    """One request: POST where something is sent, else GET."""

    async def asked() -> httpx.Response:
        async with client_of(app, url) as client:
            method = "GET" if sent is None and not more else "POST"
            given = {"json": sent} if sent is not None else {}
            return await client.request(method, path, headers=headers, **given, **more)

    return asyncio.run(asked())


def sent(article: Article, **fields: Any) -> dict[str, Any]:
    """The article as a client sends it."""
    blocks = [{"start": b.start, "end": b.end, "kind": b.kind} for b in article.blocks]
    return {"id": article.id, "text": article.text, "blocks": blocks, **fields}


@contextmanager
def serving(
    job: Job, *settings: str, model: Path | None = None, **environ: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server's process and its address; it is ended by its number.

    Of an exported `model` the process has nothing to import that `pressmark[train]` brings.
    """
    words = ["serve", "-C", str(job.folder), "--set", "serving.port=0"]
    words += [word for setting in settings for word in ("--set", setting)]
    run = ["-m", "pressmark"]
    if model:
        run, words = ["-c", BARE], [*words, "--model", str(model)]
    process = subprocess.Popen(
        [sys.executable, *run, *words],
        env={**os.environ, "PRESSMARK_TOKEN": "", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert process.stderr
        told = process.stdout.readline()
        found = re.search(r"http://\S+:\d+", told)
        assert found, told + process.stderr.read()
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


def post(url: str, asked: Any, **headers: str) -> tuple[int, Any]:
    data, kind = json.dumps(asked).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data, {**kind, **headers})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)
