"""The one file that opens a socket to the web: pages asked for politely, from public hosts alone.

A host is asked for its robots.txt and tdmrep.json first; between two requests to it lies a pause;
redirects are followed by hand. Names are resolved here and the address that was checked is the one
that is connected to, so that a name which changes its address meanwhile gains nothing.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import httpcore
import httpx

from corpus.errors import UnreadableError
from corpus.reading.rights import Robots, robots_of, tdm_of, tdm_rule
from corpus.reading.warc import undone
from corpus.settings import FetchSection

#: Our name in a robots.txt.
AGENT = "Pressmark"
HOPS = 5
#: A site that asks for more seconds than this between requests, or before the next try, is left.
LONGEST_WAIT = 120.0
#: RFC 9309 asks for 500 kibibytes of robots.txt at least.
_RULES_LIMIT = 512 * 1024
_BUSY = (429, 503)
_FAULTS = (500, 502, 504, *_BUSY)
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
#: All that IANA has given out for the public IPv6 internet.
_UNICAST = ipaddress.ip_network("2000::/3")


class HostError(UnreadableError):
    """A host that does not answer, or must not be asked: the reason holds for all its pages."""


@dataclass(frozen=True)
class Answer:
    """A page as it came: its last address, status, headers, raw body, and what the site allows."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    robots: str = ""
    tdm: str = ""
    overridden: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """Return the first header of that name, '' if there is none."""
        return next((v for n, v in self.headers if n.casefold() == name), "")


@dataclass(frozen=True)
class _Host:
    robots: Robots
    tdm: str


@dataclass
class Visitor:
    """Asks one host at a time; `settings` are a source's, `sleep` waits some seconds."""

    settings: FetchSection
    version: str
    sleep: Callable[[float], None] = time.sleep
    _hosts: dict[str, _Host] = field(default_factory=dict)
    _silent: set[str] = field(default_factory=set)
    _last: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._network = _Checked(self.settings.allow_private)
        self._transport = transport = httpx.HTTPTransport(trust_env=False)
        # httpx has no public place for a resolver of one's own, httpcore has
        transport._pool = httpcore.ConnectionPool(  # noqa: SLF001
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=1,
            network_backend=self._network,
        )
        self._client = httpx.Client(
            transport=transport,
            trust_env=False,
            timeout=self.settings.timeout,
            headers={
                "User-Agent": f"{AGENT}/{self.version} (+{self.settings.contact.strip()})",
                "Accept": "text/html, application/xhtml+xml;q=0.9, */*;q=0.1",
                "Accept-Encoding": "gzip",
            },
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def visit(self, url: str) -> Answer:
        """Fetch a page, following redirects, if its site allows it.

        Raises:
            UnreadableError: the reason why there is no page.
        """
        for _ in range(HOPS + 1):
            origin = _origin(url)
            host = self._host(origin)
            robots = "allowed" if host.robots.allows(url, AGENT) else "disallowed"
            if robots == "disallowed" and not self.settings.ignore_robots:
                why = "could not be read" if host.robots.closed else "forbids it"
                raise UnreadableError(f"robots.txt {why}; ask the site, or leave the address out")
            rule = tdm_rule(host.tdm, url)
            if rule == "reserved" and not self.settings.ignore_tdm:
                raise UnreadableError(_RESERVED)
            answer = self._patiently(url, origin, host)
            if answer.status not in (301, 302, 303, 307, 308) or not answer.header("location"):
                return self._judged(answer, robots, rule)
            url = _next(url, answer.header("location"))
        raise UnreadableError(f"more than {HOPS} redirects")

    def _judged(self, answer: Answer, robots: str, rule: str) -> Answer:
        if answer.status != 200:
            raise UnreadableError(f"HTTP status {answer.status}")
        tdm = tdm_of(answer.header("tdm-reservation"), "") or rule
        if tdm == "reserved" and not self.settings.ignore_tdm:
            raise UnreadableError(_RESERVED)
        said = {"robots.txt": robots == "disallowed", "TDM reservation": tdm == "reserved"}
        used = tuple(name for name, against in said.items() if against)
        return Answer(answer.url, 200, answer.headers, answer.body, robots, tdm, used)

    def _host(self, origin: str) -> _Host:
        if origin in self._silent:
            raise HostError("its host did not answer before; try again later")
        if origin not in self._hosts:
            status, text = self._rules(f"{origin}/robots.txt")
            robots = robots_of(status, text)
            if robots.delay(AGENT) > LONGEST_WAIT:
                robots = Robots(closed=True)
            status, tdm = self._rules(f"{origin}/.well-known/tdmrep.json", robots)
            self._hosts[origin] = _Host(robots, tdm if status == 200 else "")
        return self._hosts[origin]

    def _rules(self, url: str, robots: Robots | None = None) -> tuple[int, str]:
        """What a host says of itself: status and text; 0 where it does not answer properly."""
        try:
            for _ in range(HOPS + 1):
                answer = self._patiently(url, _origin(url), _Host(robots or Robots(), ""))
                if answer.status not in (301, 302, 303, 307, 308):
                    coding, most = answer.header("content-encoding"), self.settings.max_bytes
                    body = undone(coding, answer.body, most)[:_RULES_LIMIT]
                    return answer.status, body.decode("utf-8-sig", "replace")
                url = _next(url, answer.header("location"))
        except HostError:
            raise
        except UnreadableError:
            return 0, ""
        return 0, ""

    def _patiently(self, url: str, origin: str, host: _Host) -> Answer:
        """Ask again, later and later, while the host is busy or silent."""
        pause = max(self.settings.pause, host.robots.delay(AGENT))
        for attempt in range(self.settings.retries + 1):
            self._wait(origin, pause)
            last = attempt == self.settings.retries
            wait = min(LONGEST_WAIT, max(pause, 0.5) * 2**attempt)
            try:
                answer = self._ask(url)
            except (httpx.TransportError, httpx.InvalidURL) as error:
                if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
                    raise UnreadableError(f"no address that can be fetched ({error})") from None
                if last and isinstance(error, httpx.ProtocolError):
                    raise UnreadableError(f"no HTTP answer ({_told(error)})") from None
                if last:
                    self._silent.add(origin)
                    told = f"no answer from its host ({_told(error)}); try again later"
                    raise HostError(told) from None
            else:
                if answer.status not in _FAULTS or last:
                    return answer
                asked = _retry_after(answer.header("retry-after"))
                if asked > LONGEST_WAIT:
                    return answer
                wait = max(wait, asked)
            self.sleep(wait)
        raise AssertionError  # the last attempt returns or raises

    def _wait(self, origin: str, pause: float) -> None:
        since = time.monotonic() - self._last.get(origin, float("-inf"))
        if since < pause:
            self.sleep(pause - since)
        self._last[origin] = time.monotonic()

    def _ask(self, url: str) -> Answer:
        limit = self.settings.max_bytes
        self._network.until = time.monotonic() + 4 * self.settings.timeout
        request = self._client.build_request("GET", url)
        # by the transport: the client would look where a redirect leads, and fail on 'javascript:'
        with contextlib.closing(self._transport.handle_request(request)) as response:
            headers = tuple(response.headers.multi_items())
            if response.status_code != 200:
                return Answer(url, response.status_code, headers, b"")
            body = bytearray()
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > limit:
                    raise UnreadableError(f"longer than {limit} bytes; raise max_bytes to fetch it")
        return Answer(url, 200, headers, bytes(body))


_RESERVED = "text and data mining is reserved (TDMRep); ask the publisher for a licence"


def _told(error: Exception) -> str:
    return "time-out" if isinstance(error, httpx.TimeoutException) else str(error) or "cut off"


def _origin(url: str) -> str:
    """Scheme and host of an address that may be fetched.

    Raises:
        UnreadableError: it is none of http or https, or names no host.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UnreadableError("no address that can be fetched; mend it") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UnreadableError(f"{parts.scheme or 'no scheme'}: only http and https are fetched")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def _next(url: str, location: str) -> str:
    """Where a redirect leads.

    Raises:
        UnreadableError: to no http or https address.
    """
    try:
        there = urldefrag(urljoin(url, location)).url
        _origin(there)
    except (ValueError, UnreadableError):
        scheme = location.partition(":")[0][:20]
        raise UnreadableError(f"redirected to {scheme}: and not followed") from None
    return there


def _retry_after(value: str) -> float:
    """Seconds of a Retry-After header: a number, or a date; 0 for anything else."""
    if value.isascii() and value.strip().isdigit():
        return float(value)
    try:
        then = parsedate_to_datetime(value).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return max(0.0, (then - datetime.now(UTC)).total_seconds())


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # an IPv4 address in another dress is judged as what it is
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip in _TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        return ip in _UNICAST and ip.is_global
    return ip.is_global and not ip.is_multicast


class _Checked(httpcore.NetworkBackend):
    """Connects to public addresses alone, and to the very address that was checked.

    What is read after `until` is refused: a time-out of httpcore's holds for one read, and a host
    that sends a byte now and then would keep us for ever.
    """

    def __init__(self, private: bool) -> None:
        self.until = float("inf")
        self._private = private
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"no such host: {host}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self._private and not all(map(is_public, addresses)):
            raise HostError(
                f"{host} is a private or loopback address; only a source with"
                " 'allow_private: true' fetches there"
            )
        for address in addresses:
            try:
                stream = self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if address == addresses[-1]:
                    raise
            else:
                return _Timed(stream, self)
        raise httpcore.ConnectError(f"no address: {host}")

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Timed(httpcore.NetworkStream):
    """A connection that reads until its network's time is over."""

    def __init__(self, inner: httpcore.NetworkStream, network: _Checked) -> None:
        self._inner, self._network = inner, network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if time.monotonic() > self._network.until:
            raise UnreadableError("slower than four time-outs; raise timeout to fetch it")
        return self._inner.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, timeout)
        return _Timed(inner, self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
