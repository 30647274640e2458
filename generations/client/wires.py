"""The wire of one paid call: the dialect's request as bytes, and a connection of its own to send them on."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import httpcore2 as httpcore
import httpx2 as httpx

from generations.dialects.wire import Request
from generations.fetch.guard import Allowance, Deadline, Guard
from generations.models import Provider

CONNECT = 5.0
AGENT = "gptstudio"
BROKEN = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError)
"""What comes of a line that breaks off, that speaks no HTTP, or on which nothing more comes in time."""

_PIECE = 256 * 1024
_VOUCHED = Allowance((), frozenset())


class NotDialled(Exception):
    """There is no connection, so no byte of the call has left."""


def write(provider: Provider, request: Request, key: str) -> httpx.Request:
    """A dialect's request as it goes to this provider. Raises httpx.InvalidURL, and UnicodeError for a key
    that no header can hold."""
    headers = {**headers_for(key), **request.headers}
    url, query = base(provider) + request.path, dict(request.query)
    if request.parts or request.form:
        files = [(part.name, (part.filename, part.content, part.media_type)) for part in request.parts]
        return httpx.Request(
            request.method, url, params=query, headers=headers, data=_grouped(request.form), files=files
        )
    return httpx.Request(request.method, url, params=query, headers=headers, json=request.json)


def headers_for(key: str) -> dict[str, str]:
    return {
        **({"Authorization": f"Bearer {key}"} if key else {}),
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": AGENT,
    }


def base(provider: Provider) -> str:
    """The base URL may be a host or end in /v1; the paths of the dialects begin at its root."""
    return provider.base_url.rstrip("/").removesuffix("/v1")


def _grouped(form: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in form:
        grouped.setdefault(name, []).append(value)
    return grouped


@contextmanager
def sent(request: httpx.Request, deadline: Deadline, **extras: Any) -> Iterator[httpcore.Response]:
    """Send a request on a connection of its own; gives its answer with the body still to be read.

    A kept connection that the other side has just closed would fail after a byte has left, and a call that could
    safely be made again would have to count as unknown. No operation outlasts the deadline, not even the wait for the
    headers, however they drip. `extras` go to the engine as they are. Raises NotDialled before a byte has left, else
    one of BROKEN.
    """
    url = _url(request)
    line = _dial(url, deadline)
    with httpcore.HTTP11Connection(url.origin, line) as connection:
        head = [*request.headers.raw, (b"Connection", b"close")]
        call = httpcore.Request(request.method, url, headers=head, content=_pieces(request), **extras)
        answer = connection.handle_request(call)
        try:
            yield answer
        finally:
            answer.close()


def _pieces(request: httpx.Request) -> Iterator[bytes]:
    """The body in pieces, between which the clock is looked at."""
    assert isinstance(request.stream, httpx.SyncByteStream)  # noqa: S101
    for part in request.stream:
        for start in range(0, len(part), _PIECE):
            yield part[start : start + _PIECE]


def _url(request: httpx.Request) -> httpcore.URL:
    if request.url.scheme not in ("http", "https") or not request.url.raw_host:
        raise httpx.InvalidURL("neither http nor https")
    raw = request.url
    return httpcore.URL(scheme=raw.raw_scheme, host=raw.raw_host, port=raw.port, target=raw.raw_path)


def _dial(url: httpcore.URL, deadline: Deadline) -> httpcore.NetworkStream:
    host, origin = url.host.decode("ascii"), url.origin
    try:
        line = Guard(deadline, _VOUCHED, is_vouched=True).connect_tcp(host, origin.port, CONNECT)
        return line.start_tls(trust(), host, CONNECT) if origin.scheme == b"https" else line
    except BROKEN as wrong:
        raise NotDialled(type(wrong).__name__) from wrong


@lru_cache(maxsize=1)
def trust() -> ssl.SSLContext:
    """The certificates we believe, read once: that alone costs 57 ms, as much as a whole picture's other work."""
    return httpx.create_ssl_context()
