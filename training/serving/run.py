"""A model served over HTTP until it is told to stop."""

from __future__ import annotations

import contextlib
import math
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import uvicorn

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.settings import ServingSection
from training.serving.app import LabelStudio, application
from training.serving.callers import hasty
from training.serving.door import door
from training.serving.served import Served


@dataclass(frozen=True, slots=True)
class Serving:
    """What is served, and where: the model's version, and the address with its real port."""

    version: str
    url: str
    token: bool


def serve(
    job: Job,
    load: Callable[[], Served],
    studio: LabelStudio,
    ready: Callable[[Serving], None],
) -> None:
    """Serve a model until the process is asked to stop (SIGTERM, Ctrl-C).

    Who is being answered then is answered.

    Args:
        job: whose settings tell where to listen and what to let in.
        load: loads the model, once the address is known to be free.
        studio: answers Label Studio.
        ready: called before the first request is answered.

    Raises:
        PressmarkError: no model, one of another scheme, a port that is taken, or a host that others
            can reach without a token.
    """
    settings = job.settings.serving
    with _listening(settings) as listener:
        address, port = listener.getsockname()[:2]
        entry = door(settings, address)
        model = load()
        app = application(model, studio, entry, settings)
        shown = f"[{address}]" if ":" in address else address
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            http=hasty(settings.timeout),
            timeout_graceful_shutdown=math.ceil(settings.timeout) + 1,
        )
        ready(Serving(model.version, f"http://{shown}:{port}", bool(entry.token)))
        with _stopping():
            uvicorn.Server(config).run([listener])


@contextlib.contextmanager
def _listening(settings: ServingSection) -> Iterator[socket.socket]:
    """Bind the address that is served, so that a taken port is told before a model is loaded."""
    where = (settings.host, settings.port)
    try:
        family, _, _, _, address = socket.getaddrinfo(*where, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family)
    except OSError as error:
        raise PressmarkError(
            f"serving: cannot listen on {where[0]}:{where[1]} ({error.strerror});"
            " another port: --set serving.port=9091"
        ) from None
    with listener:
        yield listener


@contextlib.contextmanager
def _stopping() -> Iterator[None]:
    """Let uvicorn, which raises the signal that ended it once more, end well."""
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
