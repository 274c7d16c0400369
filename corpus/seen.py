"""Which texts were seen before, kept as hashes: some bytes each, however many there are."""

from __future__ import annotations

import hashlib
from array import array

#: Slots of an empty table; it doubles when two thirds are taken.
_SLOTS = 1024


def short(text: str) -> int:
    """Return 63 bits of the text's blake2b: two of a million texts share one by 1 in 10 million."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1 or 1


class Seen:
    """A set of texts that remembers 64 bits of each, and three numbers beside it if given.

    Open addressing in arrays: 8 bytes a slot (32 with numbers), where a set of strings takes 150.
    """

    def __init__(self) -> None:
        self._keys = array("Q", bytes(8 * _SLOTS))
        self._more: array[int] | None = None
        self._count = 0

    def add(self, text: str, numbers: tuple[int, int, int] | None = None) -> bool:
        """Remember `text` and tell whether it is new; the numbers of the first time stay."""
        key = short(text)
        slot = self._slot(key)
        if self._keys[slot]:
            return False
        if 3 * self._count > 2 * len(self._keys):
            self._grow()
            slot = self._slot(key)
        self._keys[slot] = key
        self._count += 1
        if numbers:
            if self._more is None:
                self._more = array("Q", bytes(24 * len(self._keys)))
            self._more[3 * slot : 3 * slot + 3] = array("Q", numbers)
        return True

    def __contains__(self, text: str) -> bool:
        return bool(self._keys[self._slot(short(text))])

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, text: str) -> tuple[int, int, int]:
        slot = self._slot(short(text))
        if self._more is None or not self._keys[slot]:
            raise KeyError(text)
        first, second, third = self._more[3 * slot : 3 * slot + 3]
        return first, second, third

    def _slot(self, key: int) -> int:
        size = len(self._keys)
        slot = key % size
        while self._keys[slot] not in (0, key):
            slot = (slot + 1) % size
        return slot

    def _grow(self) -> None:
        keys, more = self._keys, self._more
        self._keys = array("Q", bytes(16 * len(keys)))
        self._more = array("Q", bytes(48 * len(keys))) if more is not None else None
        for place, key in enumerate(keys):
            if key:
                slot = self._slot(key)
                self._keys[slot] = key
                if more is not None and self._more is not None:
                    self._more[3 * slot : 3 * slot + 3] = more[3 * place : 3 * place + 3]
