"""A provider that says whatever a test puts into its mouth, for what no document speaks of."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Say = Callable[[], Iterable[bytes]]


class Talker(ThreadingHTTPServer):
    """`on_submit` and `on_poll` give the pieces of each answer; `heard` keeps the method of each call."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.on_submit: Say = lambda: [b"{}"]
        self.on_poll: Say = lambda: [b"{}"]
        self.heard: list[str] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nobody waits for the rest of an answer that was given up."""


class _Line(BaseHTTPRequestHandler):
    server: Talker

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._answer(self.server.on_submit)

    def do_GET(self) -> None:
        self._answer(self.server.on_poll)

    def _answer(self, say: Say) -> None:
        self.server.heard.append(self.command)
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        for piece in say():
            self.wfile.write(piece)

    def log_message(self, *_: object) -> None:
        """Its book is `heard`."""


def said(**body: Any) -> Say:
    """One JSON object, the same each time."""
    return lambda: [json.dumps(body).encode()]


@contextmanager
def talking() -> Iterator[Talker]:
    """Start one, and end it with all of its lines."""
    with Talker() as talker:
        Thread(target=talker.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield talker
        talker.shutdown()
