"""A proxy before a server, which strikes one request."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from urllib.parse import urlsplit

CUTS = ("cut before", "cut after", "cut amid", "500 before", "500 after")
SILENCES = ("silence before", "silence after")
#: Seconds after which the client's patience is at an end.
TIMEOUT = 6


class Proxy:
    """A server before the server, which does to one request what it is told to."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._target, self._path = (place.hostname or "", place.port or 80), place.path
        self.seen = 0
        self._fault, self._at = "", 0
        self._passing: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        started.wait()

    @property
    def struck(self) -> bool:
        """Tell whether the request that was meant has come."""
        return self.seen >= self._at

    def arm(self, fault: str, after: int) -> None:
        """Have the fault strike the request that comes after so many others; '' disarms."""
        self._fault, self._at = fault, self.seen + after + 1

    def close(self) -> None:
        """Stop serving."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _serve(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._one, "127.0.0.1", 0))
        port = server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}{self._path}"
        started.set()
        self._loop.run_forever()
        server.close()
        for task in self._passing:
            task.cancel()
        left = asyncio.gather(*self._passing, return_exceptions=True)
        self._loop.run_until_complete(left)
        self._loop.run_until_complete(asyncio.sleep(0.05))  # the transports close in the next turn
        self._loop.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one request on, and the answer back; then the connection ends."""
        if task := asyncio.current_task():
            self._passing.add(task)  # the loop itself would forget it
            task.add_done_callback(self._passing.discard)
        try:
            head, body = await _message(reader)
            self.seen += 1
            fault = self._fault if self.seen == self._at else ""
            if fault.startswith("silence"):
                await self._silent(fault, head, body)
            elif fault.endswith("before"):
                _give(writer, fault)
            else:
                answer = await self._passed(head, body)
                _give(writer, fault, answer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _silent(self, fault: str, head: bytes, body: bytes) -> None:
        if fault.endswith("after"):
            await self._passed(head, body)
        await asyncio.sleep(TIMEOUT + 1)

    async def _passed(self, head: bytes, body: bytes) -> bytes:
        """Return the server's answer; the server goes on though our client is gone."""
        reader, writer = await asyncio.open_connection(*self._target)
        try:
            lines = [
                line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")
            ]
            writer.write(b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body)
            answer = await reader.read(-1)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        start, _, rest = answer.partition(b"\r\n")
        return start + b"\r\nConnection: close\r\n" + rest


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n"))[:-4]
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return head, await reader.readexactly(length)


def _give(writer: asyncio.StreamWriter, fault: str, answer: bytes = b"") -> None:
    if fault.startswith("500"):
        head = b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\n"
        writer.write(head + b"Content-Length: 4\r\nConnection: close\r\n\r\noops")
    elif fault == "cut amid":
        writer.write(answer[: len(answer) // 2])
    elif not fault:
        writer.write(answer)
