"""A receiver of webhooks that answers as a test tells it to, and keeps what it was sent."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass(frozen=True, slots=True)
class Parcel:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Says:
    """What is answered; with `waits` only once that is set."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    waits: Event | None = None


class Receiver(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.origin = f"http://127.0.0.1:{self.server_port}"
        self.url = f"{self.origin}/hook"
        self.came: list[Parcel] = []
        self.says: Callable[[Parcel], Says] = lambda _parcel: Says()

    def answers(self, status: int, **headers: str) -> None:
        """From now on it says this to everybody."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.says = lambda _parcel: Says(status, named)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nobody waits for the rest of an answer that was given up."""


class _Line(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self._take()

    def do_GET(self) -> None:
        self._take()

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        parcel = Parcel(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        self.server.came.append(parcel)
        said = self.server.says(parcel)
        if said.waits is not None:
            said.waits.wait(10)
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Its book is `came`."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    with Receiver() as receiver:
        Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield receiver
        receiver.shutdown()
