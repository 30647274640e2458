"""The connections: one of its own for each paid call, a few kept ones for the questions in between."""

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, TypeVar

import httpx2 as httpx

from generations.dialects.wire import Request
from generations.models import Provider

CONNECT = 5.0
AT_ONCE = 16
"""Connections to one origin for polling. The pool's own work grows with their number, so they are few."""
AGENT = "gptstudio"

T = TypeVar("T")


def fresh(within: float) -> httpx.Client:
    """A client for one paid call. It reuses no connection: one that the other side has just closed would fail after
    a byte has left, and a call that could safely be made again would have to count as unknown."""
    timeout = httpx.Timeout(within, connect=CONNECT)
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=0)
    return httpx.Client(verify=_trust(), timeout=timeout, limits=limits, trust_env=False, follow_redirects=False)


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """The certificates we believe, read once: that alone costs 57 ms, as much as a whole picture's other work."""
    return httpx.create_ssl_context()


def arguments(provider: Provider, request: Request, key: str) -> dict[str, Any]:
    """A dialect's request in the client library's words."""
    body: dict[str, Any] = {}
    if request.parts or request.form:
        body["files"] = [(part.name, (part.filename, part.content, part.media_type)) for part in request.parts]
        body["data"] = _grouped(request.form)
    elif request.json is not None:
        body["json"] = request.json
    headers = {
        "Authorization": f"Bearer {key}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": AGENT,
        **request.headers,
    }
    url = _base(provider) + request.path
    return {"method": request.method, "url": url, "params": dict(request.query), "headers": headers, **body}


def _base(provider: Provider) -> str:
    """The base URL may be a host or end in /v1; the paths of the dialects begin at its root."""
    return provider.base_url.rstrip("/").removesuffix("/v1")


def _grouped(form: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in form:
        grouped.setdefault(name, []).append(value)
    return grouped


class _Loop:
    """One event loop in a thread of its own, so that polls of different tasks share their connections."""

    def __init__(self) -> None:
        self.clients: dict[str, tuple[httpx.AsyncClient, asyncio.Semaphore]] = {}
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="polls", daemon=True).start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


_loop: _Loop | None = None
_starting = threading.Lock()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the process's own loop and wait for what it returns."""
    global _loop  # noqa: PLW0603
    with _starting:
        if _loop is None:
            _loop = _Loop()
    return _loop.run(work)


@asynccontextmanager
async def kept(origin: str) -> AsyncIterator[httpx.AsyncClient]:
    """The kept client of an origin, when one of its connections is free. Only inside `run`."""
    assert _loop is not None  # noqa: S101
    if origin not in _loop.clients:
        _loop.clients[origin] = _client(), asyncio.Semaphore(AT_ONCE)
    client, free = _loop.clients[origin]
    async with free:
        yield client


def _client() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    timeout = httpx.Timeout(30.0, connect=CONNECT)
    return httpx.AsyncClient(verify=_trust(), timeout=timeout, limits=limits, trust_env=False, follow_redirects=False)
