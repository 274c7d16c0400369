"""The two kinds of token: a legacy one is sent as it is, a personal one is exchanged first.

A personal token is a JWT that is good for a refresh alone; what is sent is the access token that it
is exchanged for, which lives for five minutes (1.23.2). The SDK does the same, but takes a second
and 130 MB to load.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

#: Seconds before its end when an access token is exchanged: an answer takes its time too.
_EARLY = 5


class StaleTokenError(Exception):
    """A personal token that has run out, or says of itself that it is no good."""


class Token:
    """What lets us in; `exchange` gets an access token for a personal one."""

    def __init__(self, given: str, exchange: Callable[[str], str]) -> None:
        self._given, self._exchange = given, exchange
        self.access = ""
        self.personal = _claims(given) is not None
        if self.personal and _ends(given) <= time.time():
            raise StaleTokenError

    def header(self) -> str:
        """Return the value of the header Authorization."""
        if not self.personal:
            return f"Token {self._given}"
        if not self.access or _ends(self.access) - _EARLY <= time.time():
            self.access = self._exchange(self._given)
        return f"Bearer {self.access}"


def _claims(token: str) -> dict[str, Any] | None:
    """What a JWT says of itself, unverified; None for anything else."""
    parts = token.split(".")
    if len(parts) != 3:  # head, claims, signature
        return None
    try:
        read = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _ends(token: str) -> float:
    """When a JWT runs out, in seconds since 1970; at once if it does not say."""
    end = (_claims(token) or {}).get("exp")
    return float(end) if isinstance(end, int | float) else 0.0
