"""One prediction at a time, a few waiting, none longer than its time: the rest is sent away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from training.serving.refusals import RefusedError, busy

T = TypeVar("T")


class Deadline:
    """When the answer to a request must be there; `seconds` count from now, waiting included."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.begun = False
        self._until = time.monotonic() + seconds

    def check(self) -> None:
        """End work that nobody waits for any more.

        Raises:
            RefusedError: 504, the time is over.
        """
        self.begun = True
        if time.monotonic() > self._until:
            raise RefusedError(504, f"no prediction within {self.seconds:g} s; send fewer articles")


class Turns:
    """A thread that works for one request at a time, so that the event loop can answer others."""

    def __init__(self, timeout: float, waiting: int) -> None:
        self._timeout, self._most = timeout, waiting + 1
        self._inside = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="predict")

    def require_room(self) -> None:
        """Send away who would have to wait behind too many.

        Raises:
            RefusedError: 503 with Retry-After.
        """
        if self._inside >= self._most:
            raise busy(f"{self._inside} requests are being answered or wait; try again later")

    async def take(self, work: Callable[[Deadline], T]) -> T:
        """Return what `work` returns when its turn has come.

        Work whose time is over is not waited for; it ends at its next `Deadline.check` and holds
        its place until then.

        Raises:
            RefusedError: 503 when there is no room or the turn never came, 504 when it was slow.
        """
        self.require_room()
        self._inside += 1
        deadline = Deadline(self._timeout)
        done = asyncio.get_running_loop().run_in_executor(self._thread, _run, work, deadline)
        done.add_done_callback(self._leave)
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.shield(done)
        except TimeoutError:
            if not deadline.begun:
                raise busy("others were served first; try again later") from None
            why = f"no prediction within {self._timeout:g} s; send fewer articles"
            raise RefusedError(504, why) from None

    def close(self) -> None:
        """Wait for the work that is being done, and take no more."""
        self._thread.shutdown(cancel_futures=True)

    def _leave(self, done: asyncio.Future[T]) -> None:
        self._inside -= 1
        if not done.cancelled():
            done.exception()  # of work that nobody waited for, or asyncio would log it


def _run(work: Callable[[Deadline], T], deadline: Deadline) -> T:
    deadline.check()
    return work(deadline)
