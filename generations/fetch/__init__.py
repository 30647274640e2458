"""How are bytes brought from an address that a person or a provider gave us, or handed over there? The only way.

    fetch    address ── checked ── resolved, judged, dialled ── headers checked ── raw bytes to disk, sha256 on the way
                           └────────────── at most three redirects, each from the start ──────────────┘
    post     address ── checked ── resolved, judged, dialled ── headers read, and no more

It drives httpx's own engine, httpcore, without the client around it: the engine follows nothing, decodes nothing,
keeps no cookie and reads no proxy variable, so none of these has to be switched off.
"""

import hashlib
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import httpcore2 as httpcore
import httpx2 as httpx
from django.conf import settings

from generations.fetch.guard import CONNECT_WITHIN, Deadline, Forbidden, Guard, origin_of, read_allowance

MOST_BYTES = 20 * 1024 * 1024
WITHIN = 20.0
POST_WITHIN = 15.0
MOST_REDIRECTS = 3

_REDIRECTS = (301, 302, 303, 307, 308)
_PASSING = (408, 425, 429)
_TIMEOUTS = {"timeout": {"connect": CONNECT_WITHIN}}
_ACCEPT = ("Accept", "image/png, image/jpeg, image/webp")
_LONGEST = 8192
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fetched:
    """Bytes that were brought, as they were on the wire."""

    path: Path
    sha256: str
    size: int
    media_type: str
    """What the other side called them; nothing has looked inside yet."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a server said to what was handed over."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""


class NotFetched(Exception):
    """Nothing was brought, and nothing is left on disk; or nothing was answered.

    `reason` is one of: address, scheme, port, redirect, status, encoding, large, slow, unreachable.
    """

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status

    @property
    def is_transient(self) -> bool:
        """Whether the same address may well answer a little later."""
        if self.status is not None:
            return self.status in _PASSING or self.status >= 500
        return self.reason in ("slow", "unreachable")


def fetch(url: str, into: Path, *, most_bytes: int = MOST_BYTES, within: float = WITHIN, vouched: str = "") -> Fetched:
    """Bring what is at `url` into the file `into`, at most `most_bytes` of it and within `within` seconds in all.

    `vouched` is the base URL of a provider that the operator entered: its own origin may be private. Every other
    address must be public or in `FETCH_ALLOW`. Raises NotFetched.
    """
    deadline = Deadline.after(within)
    allowance = read_allowance(tuple(settings.FETCH_ALLOW))
    trusted = allowance.origins | ({origin_of(httpx.URL(vouched))} if vouched else set())
    target = _read(url)
    for _ in range(MOST_REDIRECTS + 1):
        guard = Guard(deadline, allowance, origin_of(target) in trusted)
        found = _visit(target, guard, into, most_bytes)
        if isinstance(found, Fetched):
            return found
        target = _onward(target, found)
    raise NotFetched("redirect")


def post(url: str, body: bytes, headers: Mapping[str, str], *, within: float = POST_WITHIN) -> Answered:
    """Hand `body` over at `url` and hear what is said, all of it within `within` seconds.

    No redirect is followed, and of the answer only the head is read. The address must be public or in `FETCH_ALLOW`.
    Raises NotFetched.
    """
    allowance = read_allowance(tuple(settings.FETCH_ALLOW))
    target = _read(url)
    guard = Guard(Deadline.after(within), allowance, origin_of(target) in allowance.origins)
    with (
        _named_faults(),
        _pool(guard) as pool,
        pool.stream(
            "POST", _wire(target), headers=[*_headers(target), *headers.items()], content=body, extensions=_TIMEOUTS
        ) as response,
    ):
        return Answered(response.status, dict(httpx.Headers(response.headers)))


def check(url: str) -> None:
    """Raises NotFetched for an address that could never be asked, wherever its name may lead."""
    _read(url)


def _read(url: str) -> httpx.URL:
    """The address, if it is one that every reader would read alike."""
    if len(url) > _LONGEST or _UNSAFE.search(url):
        raise NotFetched("address")
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL as wrong:
        raise NotFetched("address") from wrong
    if target.scheme not in ("http", "https"):
        raise NotFetched("scheme")
    authority = re.split("[/?#]", url, maxsplit=3)[2:3]
    if "@" in "".join(authority) or not _HOST.fullmatch(target.raw_host.decode("ascii")):
        raise NotFetched("address")
    if target.port is not None and not 0 < target.port < 65536:
        raise NotFetched("port")
    return target


def _onward(here: httpx.URL, location: str) -> httpx.URL:
    if not location or _UNSAFE.search(location):
        raise NotFetched("redirect")
    try:
        there = _read(str(here.join(location)))
    except httpx.InvalidURL as wrong:
        raise NotFetched("redirect") from wrong
    if here.scheme == "https" and there.scheme == "http":
        raise NotFetched("redirect")
    return there


def _visit(target: httpx.URL, guard: Guard, into: Path, most_bytes: int) -> Fetched | str:
    """One call: the bytes, or the address to go on to."""
    with (
        _named_faults(),
        _pool(guard) as pool,
        pool.stream("GET", _wire(target), headers=[*_headers(target), _ACCEPT], extensions=_TIMEOUTS) as response,
    ):
        headers = httpx.Headers(response.headers)
        if response.status in _REDIRECTS:
            return headers.get("location", "")
        _inspect(response.status, headers, most_bytes)
        sha256, size = _receive(response.iter_stream(), into, most_bytes)
        return Fetched(into, sha256, size, headers.get("content-type", "").partition(";")[0].strip().lower())


def _pool(guard: Guard) -> httpcore.ConnectionPool:
    return httpcore.ConnectionPool(ssl_context=trust(), network_backend=guard)


@lru_cache(maxsize=1)
def trust() -> ssl.SSLContext:
    """The certificates we believe: the system's, or those that SSL_CERT_FILE names."""
    return httpx.create_ssl_context()


def _wire(target: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path)


def _headers(target: httpx.URL) -> list[tuple[bytes | str, bytes | str]]:
    return [
        ("Host", target.netloc),
        ("User-Agent", "gptstudio"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
    ]


def _inspect(status: int, headers: httpx.Headers, most_bytes: int) -> None:
    """Refuse by the headers, before a byte of the body is read."""
    if status != 200:
        raise NotFetched("status", status)
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise NotFetched("encoding")
    if int(headers.get("content-length", 0)) > most_bytes:
        raise NotFetched("large")


def _receive(pieces: Iterator[bytes], into: Path, most_bytes: int) -> tuple[str, int]:
    """Write the pieces down. What is there of them is removed when they do not end well."""
    digest, size = hashlib.sha256(), 0
    with ExitStack() as on_failure, into.open("wb") as file:
        on_failure.callback(into.unlink, missing_ok=True)
        for piece in pieces:
            size += len(piece)
            if size > most_bytes:
                raise NotFetched("large")
            digest.update(piece)
            file.write(piece)
        file.flush()
        on_failure.pop_all()
    return digest.hexdigest(), size


@contextmanager
def _named_faults() -> Iterator[None]:
    """The engine's exceptions as ours."""
    try:
        yield
    except Forbidden as forbidden:
        raise NotFetched(forbidden.reason) from forbidden
    except (httpcore.ConnectTimeout, httpcore.NetworkError, httpcore.ProtocolError) as broken:
        raise NotFetched("unreachable") from broken
    except httpcore.TimeoutException as late:
        raise NotFetched("slow") from late
