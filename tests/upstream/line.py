"""How an answer goes out on the line: whole, cut short, drop by drop, without end, or never."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.upstream.answers import Answer

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PIECE = 256 * 1024
DROP, PAUSE = 16, 0.5
"""`slow`: bytes at a time, seconds between them."""

_lines: dict[Any, asyncio.Transport] = {}


class Protocol(H11Protocol):
    """Keeps hold of each connection, so that one can be cut: ASGI itself has no word for that."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _lines[self.client] = transport
        # asyncio does this only for sockets that it made itself; without it each answer waits 40 ms for the other side.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        _lines.pop(self.client, None)
        super().connection_lost(exc)


async def reply(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    """Send an answer as its act wants it."""
    if answer.act in ("hang", "reset"):
        if answer.act == "reset":
            _cut(scope)
        await _gone(receive)
        return
    length = {} if answer.act == "bomb" else {"content-length": str(len(answer.body))}
    headers = [(name.encode(), value.encode()) for name, value in {**answer.headers, **length}.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await _BODIES[answer.act](answer.body, scope, receive, send)


async def _whole(body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
    starts = range(0, max(len(body), 1), PIECE)
    for start in starts:
        await _piece(send, body[start : start + PIECE], more=start != starts[-1])


async def _half(body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
    await _piece(send, body[: len(body) // 2])
    _cut(scope, abruptly=False)
    await _gone(receive)


async def _drops(body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
    gone = asyncio.create_task(_gone(receive))
    for start in range(0, len(body), DROP):
        await _piece(send, body[start : start + DROP])
        if (await asyncio.wait([gone], timeout=PAUSE))[0]:
            return
    gone.cancel()
    await _piece(send, b"", more=False)


async def _endless(body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
    gone = asyncio.create_task(_gone(receive))
    await _piece(send, body)
    while not gone.done():
        await _piece(send, bytes(PIECE))
        await asyncio.sleep(0)


_BODIES = {"": _whole, "truncate": _half, "slow": _drops, "bomb": _endless}


async def _piece(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _cut(scope: Scope, *, abruptly: bool = True) -> None:
    """Close the connection under the answer; abruptly, so that the other side reads a reset, or after what was sent."""
    transport = _lines[scope["client"]]
    if abruptly:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()
