"""What a request is answered with when it gets no prediction: a status and one line."""

from __future__ import annotations

from collections.abc import Mapping

from corpus.errors import PressmarkError


class RefusedError(PressmarkError):
    """A request that is answered with `status` and a line of JSON."""

    def __init__(self, status: int, why: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.headers = dict(headers or {})


def busy(why: str) -> RefusedError:
    """Return the answer to who comes when too many wait; `Retry-After` is in seconds."""
    return RefusedError(503, why, {"Retry-After": "5"})
