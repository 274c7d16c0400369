"""Who is let in: on this machine everybody on it, beyond it whoever has the token."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from corpus.errors import PressmarkError
from corpus.settings import ServingSection
from training.serving.refusals import RefusedError

#: Fewer characters could be found by trying.
_SHORTEST = 16


@dataclass(frozen=True)
class Door:
    """Lets requests in by the token, or without one those made to this machine by its own names."""

    token: str = field(default="", repr=False)

    def check(self, headers: Mapping[str, str]) -> None:
        """Let a request in by its headers (lower case).

        Raises:
            RefusedError: 401 without the token; 421 where a page on the web has its own name point
                here (DNS rebinding).
        """
        if self.token:
            given = _given(headers.get("authorization", ""))
            if not hmac.compare_digest(given, self.token.encode()):
                challenge = {"WWW-Authenticate": 'Bearer, Basic realm="pressmark"'}
                raise RefusedError(401, "no token, or not the right one", challenge)
        elif not is_loopback(_name(headers.get("host", ""))):
            raise RefusedError(421, "without a token this server answers to 127.0.0.1 alone")


def door(settings: ServingSection, address: str) -> Door:
    """Return the door of a server that listens on `address`.

    Raises:
        PressmarkError: others can reach it and there is no token, or one that is too short.
    """
    token = os.environ.get(settings.token_env, "").strip()
    if not token and not is_loopback(address):
        raise PressmarkError(
            f"serving.host: {address} can be reached from other machines; put a token of"
            f" {_SHORTEST} characters or more into the environment variable {settings.token_env},"
            " or listen on 127.0.0.1"
        )
    if token and (len(token) < _SHORTEST or not token.isascii()):
        raise PressmarkError(
            f"{settings.token_env}: the token needs {_SHORTEST} characters or more, of ASCII"
        )
    return Door(token)


def is_loopback(name: str) -> bool:
    """Tell whether `name` is an address of this machine that no other machine can reach."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name.lower() == "localhost"


def _given(authorization: str) -> bytes:
    """The token of a header: a bearer's, or the password of basic (all that Label Studio sends)."""
    kind, _, rest = authorization.partition(" ")
    match kind.lower():
        case "bearer":
            return rest.strip().encode()
        case "basic":
            try:
                decoded = base64.b64decode(rest.strip(), validate=True)
            except (binascii.Error, ValueError):
                return b""
            return decoded.partition(b":")[2]
    return b""


def _name(host: str) -> str:
    """The name in a Host header, without its port and an IPv6 address's brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
