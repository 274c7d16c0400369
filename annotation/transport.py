"""How Label Studio is reached: the one file that opens a socket to it, and what can go wrong there.

The SDK's models are not checked, its errors print cookies, and it takes a second to load.
"""

from __future__ import annotations

import ipaddress
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from annotation.tokens import StaleTokenError, Token
from corpus.errors import ServiceError

TESTED = "1.23.2"
#: What may be asked again: the answer and the server are the same however often it is.
_REPEATABLE = frozenset({"GET", "PATCH", "DELETE"})
#: Refusals that say nothing of whether it is done: a time-out, and a client that was gone (nginx).
_GONE_ON = frozenset({408, 499})
#: Seconds before it is asked again, one after the other.
_PAUSES = (0.3, 1.0, 3.0)

Json = dict[str, Any]


class CutError(ServiceError):
    """No answer came: what was asked may have been done, may be done yet, or never.

    `over` says that nothing more will come of it: it was never sent, or the server has given up.
    """

    def __init__(self, told: str, *, over: bool = False) -> None:
        super().__init__(told)
        self.over = over


class RefusedError(ServiceError):
    """The server understood and said no: nothing was done, and nothing will be."""


class Transport:
    """Asks one server, as one user. What may be asked again is, when no answer comes.

    `date` is when the last answer was sent, by the clock of whoever sent it.
    """

    def __init__(
        self, url: str, token: str, *, timeout: float = 120, ca: Path | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self.date: datetime | None = None
        self._ca = ca
        if not (token.isascii() and token.isprintable()):
            raise ServiceError(self._wrong())
        try:
            self._token = Token(token, self._exchanged)
        except StaleTokenError:
            raise ServiceError(self._stale()) from None
        self._http = _http(self.url, timeout, ca)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Json | None = None,
        missing: bool = False,
    ) -> Any:
        """Call the API and return the parsed answer; None for a 404 that may be.

        A body of bytes is JSON already.

        Raises:
            CutError: no answer came, in the end.
            RefusedError: the answer is a refusal.
            ServiceError: the answer is none of Label Studio's.
        """
        # whether the server is there at all is told at once
        again = method in _REPEATABLE and not path.endswith("/whoami")
        for pause in _PAUSES if again else ():
            try:
                return self._asked(method, path, body, query, missing=missing)
            except CutError:
                time.sleep(pause)
        return self._asked(method, path, body, query, missing=missing)

    def _asked(
        self, method: str, path: str, body: object, query: Json | None, *, missing: bool
    ) -> Any:
        headers = self._authorized()
        answer = self._send(self._http, method, path, query=query, body=body, headers=headers)
        if answer.status_code == httpx.codes.UNAUTHORIZED and self._token.access:
            # an access token lives five minutes by the server's clock, which need not be ours
            self._token.access = ""
            headers = self._authorized()
            answer = self._send(self._http, method, path, query=query, body=body, headers=headers)
        if answer.status_code == httpx.codes.NOT_FOUND and missing:
            return None
        if answer.is_server_error:
            raise CutError(self._denied(answer, path), over=_gave_up(answer))
        if not answer.is_success:
            # what somebody between us gave up waiting for may be done yet
            gone_on = answer.status_code in _GONE_ON or not answer.is_client_error
            refusal = ServiceError if gone_on else RefusedError
            raise refusal(self._denied(answer, path))
        return self.parsed(answer) if answer.content else None

    def stream(self, path: str, query: Json) -> Iterator[bytes]:
        """Yield what is under `path` as it arrives, in pieces of up to a megabyte.

        Raises:
            CutError: it broke off.
            ServiceError: the answer is a refusal.
        """
        headers = self._authorized()
        try:
            with self._http.stream("GET", self.url + path, params=query, headers=headers) as answer:
                if not answer.is_success:
                    answer.read()
                    raise ServiceError(self._denied(answer, path))
                yield from answer.iter_bytes(1 << 20)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._failed(error) from None

    @contextmanager
    def browser(self) -> Iterator[Browser]:
        """Open a session as a browser's: with cookies and without a token."""
        with _http(self.url, 60, self._ca) as http:
            yield Browser(self, http)

    def _authorized(self) -> dict[str, str]:
        """The header that lets us in, with a new access token where the last one has run out."""
        return {"Authorization": self._token.header()}

    def _exchanged(self, token: str) -> str:
        """Return an access token for a personal one; nothing else has been asked yet."""
        path = "/api/token/refresh/"
        try:
            answer = self._send(self._http, "POST", path, body={"refresh": token})
        except CutError as cut:
            raise CutError(str(cut), over=True) from None
        if answer.is_server_error:
            raise CutError(self._denied(answer, path), over=True)
        said = self.parsed(answer) if answer.is_success else None
        access = said.get("access") if isinstance(said, dict) else None
        if not isinstance(access, str):
            raise ServiceError(self._stale())
        return access

    def _send(
        self,
        http: httpx.Client,
        method: str,
        path: str,
        *,
        query: Json | None = None,
        body: object = None,
        form: Json | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        content = None
        headers = {**(headers or {})}
        if body is not None:
            content = body if isinstance(body, bytes) else encoded(body)
            headers["Content-Type"] = "application/json"
        try:
            answer = http.request(
                method, self.url + path, params=query, content=content, data=form, headers=headers
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._failed(error) from None
        self.date = _dated(answer)
        return answer

    def _failed(self, error: httpx.HTTPError | httpx.InvalidURL) -> ServiceError:
        if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
            return ServiceError(self._broken(error))
        unsent = httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout
        return CutError(self._broken(error), over=isinstance(error, unsent))

    def parsed(self, answer: httpx.Response) -> Any:
        """Return the JSON of an answer."""
        try:
            return answer.json()
        except ValueError:
            raise ServiceError(self.strange("something that is no JSON")) from None

    def strange(self, what: str) -> str:
        """Say that the answer is none of Label Studio's."""
        return (
            f"{self.url}: answered with {what}; is this Label Studio {TESTED}, the version that"
            " Pressmark is tested with?"
        )

    def _wrong(self) -> str:
        return f"{self.url}: Label Studio does not accept the token; make or copy it anew"

    def _stale(self) -> str:
        return f"{self.url}: the token has expired or was revoked; make a new one in Label Studio"

    def _broken(self, error: Exception) -> str:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return (
                f"{self.url}: nobody we trust vouches for its certificate; name the file of your"
                " authority (PEM) as studio.ca"
            )
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return (
                f"{self.url}: Label Studio cannot be reached; is it running, is the address right?"
            )
        if isinstance(error, httpx.TimeoutException):
            return (
                f"{self.url}: Label Studio did not answer in time; try again, it goes on from there"
            )
        if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
            return f"{self.url}: not an address; studio.url looks like https://labels.example.org"
        return (
            f"{self.url}: Label Studio broke off the connection; try again, it goes on from there"
        )

    def _denied(self, answer: httpx.Response, path: str) -> str:
        """Say why the API refused; never with headers, which hold the session's cookie."""
        told = _detail(answer)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            if "legacy" in told:
                return (
                    f"{self.url}: Label Studio has legacy tokens disabled; use a personal access"
                    " token, or allow legacy tokens under Organization, API Tokens Settings"
                )
            return self._wrong()
        if answer.status_code == httpx.codes.FORBIDDEN:
            return f"{self.url}: this token's user may not use {path}; ask the server's owner"
        if answer.status_code == httpx.codes.NOT_FOUND and path.endswith("/whoami"):
            return (
                f"{self.url}: no Label Studio at this address (404); studio.url is the server's"
                " own, without what follows it for a project"
            )
        return f"{self.url}: Label Studio refused {path} ({answer.status_code}): {told}"


class Browser:
    """A session with cookies, as a person's browser has one."""

    def __init__(self, transport: Transport, http: httpx.Client) -> None:
        self._transport, self._http = transport, http

    def open(self, path: str, query: Json | None = None, form: Json | None = None) -> Any:
        """Open a page, or send it a form; return what it holds if that is JSON, else None."""
        method, headers = ("POST", {"Referer": self._transport.url + path}) if form else ("GET", {})
        send = self._transport._send  # noqa: SLF001  # one room
        answer = send(self._http, method, path, query=query, form=form, headers=headers)
        told = answer.is_success and "json" in answer.headers.get("content-type", "")
        return self._transport.parsed(answer) if told else None

    @property
    def csrf(self) -> str:
        """The token that a form must carry."""
        return self._http.cookies.get("csrftoken") or ""


def encoded(body: object) -> bytes:
    """Return `body` as JSON in UTF-8."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8")


def healthy(url: str) -> bool:
    """Tell whether the Label Studio at `url` says that it is up."""
    try:
        with _http(url, 5) as http:
            return http.get(f"{url}/health").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _http(url: str, timeout: float, ca: Path | None = None) -> httpx.Client:
    try:
        verify = ssl.create_default_context(cafile=ca) if ca else True
    except (OSError, ssl.SSLError):
        raise ServiceError(f"{ca}: no certificate of an authority (PEM); mend studio.ca") from None
    # a proxy for the outer world cannot reach this machine's own Label Studio
    local = _local(url)
    return httpx.Client(timeout=timeout, follow_redirects=True, trust_env=not local, verify=verify)


def _local(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _dated(answer: httpx.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None


def _detail(answer: httpx.Response) -> str:
    """What the server says of its refusal, in a line."""
    try:
        said = answer.json()
    except ValueError:
        return answer.reason_phrase or "no reason given"
    if isinstance(said, dict):
        said = said.get("validation_errors") or said.get("detail") or said
    return " ".join(str(said).split())[:300]


def _gave_up(answer: httpx.Response) -> bool:
    """Tell whether Label Studio itself says that it failed, and not somebody who waits for it."""
    try:
        said = answer.json()
    except ValueError:
        return False
    return isinstance(said, dict) and {"status_code", "exc_info"} <= said.keys()
