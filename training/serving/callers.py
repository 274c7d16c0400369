"""Callers who begin to ask and do not end: uvicorn would hold their connections for ever."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol


def hasty(within: float) -> type[H11Protocol]:
    """Return uvicorn's protocol that hangs up where no request's head is there `within` seconds.

    The time runs from the connection's beginning, and from the first byte behind an answer,
    however much trickles in. A request whose head is there is left to whoever answers it: how long
    its body may take is told in `bodies`. Kept connections that are idle are closed by uvicorn.
    """

    class Hasty(H11Protocol):
        waits: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as theirs
            super().connection_made(transport)
            self.waits = self.loop.call_later(within, self.transport.close)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.cycle is not None and not self.cycle.response_complete:
                self.ended()
            elif self.waits is None:
                self.waits = self.loop.call_later(within, self.transport.close)

        def connection_lost(self, exc: Exception | None) -> None:
            self.ended()
            super().connection_lost(exc)

        def ended(self) -> None:
            if self.waits is not None:
                self.waits.cancel()
                self.waits = None

    return Hasty
