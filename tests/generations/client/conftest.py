"""A provider that says raw bytes on the line, for what no HTTP server would say."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from threading import Thread

import pytest

from generations.models import Provider

Say = Callable[[socket.socket, bytes], object]


class Bare:
    """Hears requests and hands each, with its line, to `say`. `heard` keeps them; `lines` counts connections."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.say: Say = lambda line, _: line.sendall(answer(b"{}"))
        self.heard: list[bytes] = []
        self.lines = 0
        Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._door.accept()
                self.lines += 1
                Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with closing(line), suppress(OSError):
            said = b""
            while piece := line.recv(65536):
                said += piece
                if b"\r\n\r\n" in said:
                    self.heard.append(said)
                    self.say(line, said)
                    said = b""

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()


def answer(body: bytes, *headers: bytes) -> bytes:
    head = (b"HTTP/1.1 200 OK", b"Content-Type: application/json", b"Content-Length: %d" % len(body), *headers)
    return b"\r\n".join((*head, b"", body))


@pytest.fixture
def bare() -> Iterator[Bare]:
    server = Bare()
    yield server
    server.close()


@pytest.fixture
def provider_at() -> Callable[..., Provider]:
    """A provider as it stands in no database."""

    def make(url: str, dialect: str = "videos", **fields: object) -> Provider:
        provider = Provider(name="Bare", dialect=dialect, base_url=url, **fields)
        provider.api_key = "good-key"
        return provider

    return make
