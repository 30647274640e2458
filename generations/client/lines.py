"""Kept connections for the questions in between: HTTP/1.1 as h11 speaks it, over asyncio, on one loop a process.

There are thousands of polls to one paid call. The client library spends six times as long on each as the poll itself
takes, most of it in its pool, whose work grows with every connection; a poll needs no more of it than its grammar.
"""

import asyncio
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import h11

from generations.client.wires import CONNECT, trust

AT_ONCE = 64
"""Connections to one origin."""
IDLE = 60.0
"""Seconds after which a connection that nobody needed is not trusted any more."""
_PIECE = 64 * 1024

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a line leads to."""

    host: str
    port: int
    is_secure: bool


class Line:
    """One connection, asked one question after the other. Raises OSError and h11's errors where it breaks off."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._http = h11.Connection(h11.CLIENT)
        self._used = 0.0

    @classmethod
    async def dial(cls, origin: Origin) -> "Line":
        async with asyncio.timeout(CONNECT):
            secure = trust() if origin.is_secure else None
            return cls(*await asyncio.open_connection(origin.host, origin.port, ssl=secure))

    @property
    def is_ready(self) -> bool:
        """Whether a question may be asked on it. One that was told more than it asked would take that for an answer."""
        is_over = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        return self._http.our_state is h11.IDLE or (is_over and not self._http.trailing_data[0])

    @property
    def is_fresh(self) -> bool:
        """Whether the other side has not hung up and may still be trusted to listen."""
        return not self._reader.at_eof() and time.monotonic() - self._used < IDLE

    async def ask(self, question: h11.Request) -> h11.Response:
        """Send a request without a body, and wait for the head of its answer."""
        if self._http.our_state is h11.DONE:
            self._http.start_next_cycle()
        self._used = time.monotonic()
        self._writer.write((self._http.send(question) or b"") + (self._http.send(h11.EndOfMessage()) or b""))
        while not isinstance(event := await self._next(), h11.Response):
            pass
        return event

    async def more(self) -> bytes:
        """The next piece of the answer's body; nothing when it has ended."""
        event = await self._next()
        return bytes(event.data) if isinstance(event, h11.Data) else b""

    async def _next(self) -> h11.Event:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(_PIECE))
        if not isinstance(event, h11.Event) or isinstance(event, h11.ConnectionClosed):
            raise ConnectionResetError("hung up without an answer")
        return event

    def close(self) -> None:
        self._writer.close()


class Lines:
    """The lines to one origin: those that wait, and room for as many as there may be."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.room = asyncio.Semaphore(AT_ONCE)
        self._idle: list[Line] = []

    async def take(self) -> Line:
        """The line that was used last, or a new one. Behind one that has gone stale, all have."""
        if self._idle and self._idle[-1].is_fresh:
            return self._idle.pop()
        while self._idle:
            self._idle.pop().close()
        return await Line.dial(self.origin)

    def give_back(self, line: Line) -> None:
        """Keep a line for the next question, where the last answer was heard to its end; hang up where not."""
        if line.is_ready:
            self._idle.append(line)
        else:
            line.close()


class _Loop:
    """One event loop in a thread of its own, so that polls of different tasks share their connections."""

    def __init__(self) -> None:
        self.lines: dict[Origin, Lines] = {}
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


def to(origin: Origin) -> Lines:
    """The lines to an origin. Only inside `run`."""
    assert _loop is not None  # noqa: S101
    if origin not in _loop.lines:
        _loop.lines[origin] = Lines(origin)
    return _loop.lines[origin]
