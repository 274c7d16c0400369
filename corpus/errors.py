"""The one family of errors: what a user did or met, told in a line with its remedy.

Anything that is not a `PressmarkError` is our bug and keeps its traceback.
"""

from __future__ import annotations


class PressmarkError(Exception):
    """The request itself is wrong; nothing was written (exit code 2)."""

    exit_code = 2


class ServiceError(PressmarkError):
    """A service cannot be reached or refuses to let us in (exit code 3)."""

    exit_code = 3


class UnreadableError(PressmarkError):
    """One input cannot be used; it belongs in quarantine with this reason, the rest goes on."""

    exit_code = 1
