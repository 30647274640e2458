"""A scripted provider light enough to be no part of the figures: asyncio's bare protocol, answers made beforehand.

What it does is said by what it is asked. A task's id begins with the moment it is done, as `1700000000.250-17`; a
prompt with `[delay=60]` is answered after so many seconds, one with `[at=1700000000.250]` at that moment; where it also
says `[b64]`, with base64, where `[4k]`, with a large picture, and where `[own]`, with one that no other answer has.
"""

import asyncio
import base64
import itertools
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import httpx2 as httpx

from tests.live.studio import ROOT, free_port, wait_for
from tests.upstream.pictures import draw

PIECE = 256 * 1024
SMALL, SQUARE, FOUR_K = 256, (1024, 1024), (3840, 2160)
"""Pixels of the pictures: an edge of those to be fetched; those that come as base64, of which 1K makes 1.4 MB."""

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_WHEN = re.compile(rb"\[(at|delay)=([\d.]+)\]")


class Line(asyncio.Protocol):
    """One connection. Its requests are answered one after the other, each when its time has come."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.heard = b""
        self.left = memoryview(b"")
        self.is_full = False

    def data_received(self, data: bytes) -> None:
        self.heard += data
        while (end := self.heard.find(b"\r\n\r\n")) >= 0:
            stated = _LENGTH.search(self.heard, 0, end)
            whole = end + 4 + (int(stated[1]) if stated else 0)
            if len(self.heard) < whole:
                return
            request, self.heard = self.heard[:whole], self.heard[whole:]
            self.reply(request, request[end + 4 :])

    def reply(self, request: bytes, body: bytes) -> None:
        method, path, _ = request.split(b" ", 2)
        if method == b"POST":
            asyncio.get_running_loop().call_later(_pause(body), self.write, self.picture(body))
        elif path.startswith(b"/v1/videos/"):
            self.write(self.told(path.rpartition(b"/")[2].decode()))
        else:
            self.write(_wrapped(draw(SMALL, SMALL, path.decode()) if path.startswith(b"/p/") else b"", b"image/png"))

    def told(self, task: str) -> bytes:
        """How a task goes, by the clock."""
        if time.time() < float(task.partition("-")[0]):
            return _UNDER_WAY
        return _as_json({"id": task, "status": "completed", "video_url": self.address(task)})

    def picture(self, body: bytes) -> bytes:
        """An answer of the Images API."""
        as_base64 = b"[b64]" in body
        if b"[own]" not in body:
            return _same_picture(as_base64)
        mark, shape = str(next(_marks)), FOUR_K if b"[4k]" in body else SQUARE
        return _images_answer({"b64_json": _base64(mark, *shape)} if as_base64 else {"url": self.address(mark)})

    def address(self, mark: str) -> str:
        """Where a picture can be fetched."""
        host = "{}:{}".format(*self.transport.get_extra_info("sockname")[:2])
        return f"http://{host}/p/{mark}.png"

    def write(self, answer: bytes) -> None:
        self.left = memoryview(answer)
        self.go_on()

    def go_on(self) -> None:
        while self.left and not self.is_full:
            self.transport.write(self.left[:PIECE])
            self.left = self.left[PIECE:]

    def pause_writing(self) -> None:
        self.is_full = True

    def resume_writing(self) -> None:
        self.is_full = False
        self.go_on()


def _pause(body: bytes) -> float:
    """Seconds until a submission is answered."""
    if not (found := _WHEN.search(body)):
        return 0.0
    return float(found[2]) if found[1] == b"delay" else max(float(found[2]) - time.time(), 0.0)


def _wrapped(body: bytes, media_type: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (media_type, len(body), body)


def _as_json(said: object) -> bytes:
    return _wrapped(json.dumps(said).encode(), b"application/json")


_UNDER_WAY = _as_json({"id": "task", "status": "in_progress", "progress": 30, "model": "gpt-image-2"})


_marks = itertools.count()


def _images_answer(image: dict[str, str]) -> bytes:
    return _as_json({"created": 1_700_000_000, "data": [image]})


def _base64(mark: str, width: int, height: int) -> str:
    return base64.b64encode(draw(width, height, mark, noise=True)).decode()


@cache
def _same_picture(as_base64: bool) -> bytes:
    return _images_answer(
        {"b64_json": _base64("", *SQUARE)} if as_base64 else {"url": "http://127.0.0.1:9/nobody-comes.png"}
    )


async def serve(port: int) -> None:
    _same_picture(True)
    server = await asyncio.get_running_loop().create_server(Line, "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


@contextmanager
def scripted() -> Iterator[str]:
    """The provider in a process of its own; gives its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.provider", str(port)], cwd=ROOT)
    try:
        wait_for(lambda: _listens(url), what="the scripted provider")
        yield url
    finally:
        process.terminate()
        process.wait()


def _listens(url: str) -> bool:
    try:
        return httpx.head(url, trust_env=False).status_code == 200
    except httpx.ConnectError:
        return False


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
