"""The server's addresses: /health, /predict, /openapi.json, and what Label Studio asks besides."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from corpus.errors import PressmarkError
from corpus.records import Annotation, Article
from corpus.settings import ServingSection
from training.serving.bodies import body
from training.serving.door import Door
from training.serving.openapi import document
from training.serving.protocol import Articles, Setup, Tasks, Webhook, answer, article_of, read
from training.serving.protocol import parsed as parsed_json
from training.serving.refusals import RefusedError
from training.serving.served import Served
from training.serving.turns import Deadline, Turns

Json = dict[str, Any]
_log = logging.getLogger(__name__)


class LabelStudio(Protocol):
    """What speaks Label Studio's language; this room does not, so it is handed one."""

    def check(self, configuration: str) -> None:
        """Raise a `PressmarkError` where a project's interface is not of the model's scheme."""

    def articles(self, tasks: Sequence[tuple[int, Mapping[str, Any]]]) -> list[Article]:
        """Return the article of each task, which is its number and its data."""

    def results(
        self,
        project: str,
        tasks: Sequence[tuple[int, Mapping[str, Any]]],
        articles: Sequence[Article],
        annotations: Sequence[Annotation],
    ) -> list[Json]:
        """Return the predictions that the tasks of `project` are shown."""


@dataclass(frozen=True)
class Server:
    """Answers requests with a model; `turns` lets it read for one of them at a time."""

    model: Served
    studio: LabelStudio
    door: Door
    settings: ServingSection
    turns: Turns

    async def health(self, request: Request) -> Response:
        """Tell that the server answers; nobody needs a token to be told."""
        del request
        return _json({"status": "UP"})

    async def openapi(self, request: Request) -> Response:
        """Describe the requests."""
        self.door.check(request.headers)
        return _json(document(bool(self.door.token)))

    async def versions(self, request: Request) -> Response:
        """List the one version there is."""
        self.door.check(request.headers)
        return _json({"versions": [self.model.version]})

    async def predict(self, request: Request) -> Response:
        """Answer articles with annotations, tasks with predictions."""
        self.door.check(request.headers)
        self.turns.require_room()
        sent = await self._body(request)
        return await self.turns.take(lambda deadline: self._predicted(sent, deadline))

    async def setup(self, request: Request) -> Response:
        """Tell Label Studio the model's version, if the project is of the model's scheme."""
        asked = read(Setup, await self._object(request))
        if asked.label_config:
            await run_in_threadpool(self.studio.check, asked.label_config)
        return _json({"model_version": self.model.version})

    async def webhook(self, request: Request) -> Response:
        """Take an event of Label Studio, which changes nothing: labels come by `pressmark pull`."""
        event = read(Webhook, await self._object(request))
        if event.action == "START_TRAINING":
            raise _no_training()
        return _json({"status": "nothing to do"})

    async def train(self, request: Request) -> Response:
        """Refuse what older projects of Label Studio ask for."""
        await self._object(request)
        raise _no_training()

    async def _body(self, request: Request) -> bytes:
        return await body(request, self.settings.max_bytes, self.settings.timeout)

    async def _object(self, request: Request) -> Json:
        self.door.check(request.headers)
        return parsed_json(await self._body(request))

    def _predicted(self, sent: bytes, deadline: Deadline) -> Response:
        data = parsed_json(sent)
        if "tasks" in data:
            return _json(self._for_studio(read(Tasks, data), deadline))
        asked = read(Articles, data).articles
        names = [each.id for each in asked]
        if len({*names}) < len(names):
            raise RefusedError(422, "articles: two have the same id")
        articles = []
        for each in asked:
            deadline.check()
            articles.append(article_of(each))
        return _json(answer(self.model.version, self.model.annotations(articles, deadline)))

    def _for_studio(self, asked: Tasks, deadline: Deadline) -> Json:
        if asked.label_config:
            self.studio.check(asked.label_config)
        tasks = [(task.id, task.data) for task in asked.tasks]
        articles = self.studio.articles(tasks)
        annotations = self.model.annotations(articles, deadline)
        return {"results": self.studio.results(asked.project, tasks, articles, annotations)}


def application(
    model: Served, studio: LabelStudio, door: Door, settings: ServingSection
) -> Starlette:
    """Return the ASGI application that serves `model`."""
    turns = Turns(settings.timeout, settings.waiting)
    server = Server(model, studio, door, settings, turns)

    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        yield
        turns.close()

    routes = [
        _route("/health", "GET", server.health),
        _route("/openapi.json", "GET", server.openapi),
        _route("/versions", "GET", server.versions),
        _route("/predict", "POST", server.predict),
        _route("/setup", "POST", server.setup),
        _route("/webhook", "POST", server.webhook),
        _route("/train", "POST", server.train),
    ]
    handlers = {HTTPException: _unknown}
    return Starlette(routes=routes, lifespan=life, exception_handlers=handlers)  # type: ignore[arg-type]  # theirs is wider


Answer = Callable[[Request], Awaitable[Response]]


def _route(path: str, method: str, given: Answer) -> Route:
    return Route(path, _answering(given), methods=[method])


def _answering(given: Answer) -> Answer:
    """Tell every fault in a line; what is a fault of ours goes to the log, not to the client."""

    async def answered(request: Request) -> Response:
        try:
            return await given(request)
        except RefusedError as refused:
            return _json({"error": _line(refused)}, refused.status, refused.headers)
        except PressmarkError as error:
            return _json({"error": _line(error)}, 422)
        except Exception:  # noqa: BLE001  # whatever it is, no client is shown it
            _log.exception("%s %s", request.method, request.url.path)
            return _json({"error": "a fault of the server's; its log has more"}, 500)

    return answered


async def _unknown(request: Request, error: HTTPException) -> Response:
    told = "no such address; /openapi.json lists them" if error.status_code == 404 else error.detail
    return _json(
        {"error": f"{request.method} {request.url.path}: {told}"}, error.status_code, error.headers
    )


def _no_training() -> RefusedError:
    return RefusedError(
        409, "this server does not train: run 'pressmark train', then start it anew"
    )


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def _json(content: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode(), status, headers, media_type="application/json")
