"""Things made in a thread, ahead of whoever uses them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from queue import Full, Queue
from threading import Event, Thread
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Makes items from now on, up to two more than were taken; leaving the block ends it.

    What goes wrong is raised where the items are taken.
    """

    def __init__(self, items: Iterable[T]) -> None:
        self._items = items
        self._ready: Queue[T | BaseException | None] = Queue(1)
        self._stopped = Event()
        self._thread = Thread(target=self._work, name="making batches", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._thread.join()

    def __iter__(self) -> Iterator[T]:
        while (item := self._ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def _work(self) -> None:
        try:
            for item in self._items:
                self._put(item)
                if self._stopped.is_set():
                    return
            self._put(None)
        except BaseException as error:  # noqa: BLE001  # raised where the items are taken
            self._put(error)

    def _put(self, item: T | BaseException | None) -> None:
        while not self._stopped.is_set():
            with suppress(Full):
                self._ready.put(item, timeout=0.1)
                return
