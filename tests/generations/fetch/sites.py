"""A site whose answers a test writes byte by byte, and what a refused fetch of it leaves behind: nothing."""

import socket
import socketserver
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from generations.fetch import NotFetched, fetch

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
Answer = Callable[[socket.socket, str], None]


class Site(socketserver.ThreadingTCPServer):
    """A server of raw sockets: `pages` says what is sent for a path, `heard` is every request as it came."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self) -> None:
        self.pages: dict[str, bytes | Answer] = {}
        self.heard: list[str] = []
        self.tls: ssl.SSLContext | None = None
        super().__init__(("127.0.0.1", 0), Visit)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller who hangs up is part of what is tested."""


class Visit(socketserver.BaseRequestHandler):
    server: Site

    def handle(self) -> None:
        line = self.server.tls.wrap_socket(self.request, server_side=True) if self.server.tls else self.request
        with line:
            text = b""
            while b"\r\n\r\n" not in text:
                text += line.recv(65536)
            self.server.heard.append(text.decode("latin-1"))
            page = self.server.pages[text.split()[1].decode()]
            if callable(page):
                page(line, text.decode("latin-1"))
            else:
                line.sendall(page)


def ok(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def to(location: str, status: str = "302 Found") -> bytes:
    return ok(b"", f"Location: {location}", "Set-Cookie: canary=1", status=status)


def refusal(url: str, into: Path, **how) -> NotFetched:
    with pytest.raises(NotFetched) as caught:
        fetch(url, into, **how)
    assert not into.exists()
    return caught.value
