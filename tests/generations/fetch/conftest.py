"""A site on this machine, a record of every address that is dialled, and a resolver of our own."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.generations.fetch.sites import Site


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def allowed(site: Site, settings) -> Site:
    settings.FETCH_ALLOW = (site.origin,)
    return site


@pytest.fixture
def dialled(monkeypatch) -> list[str]:
    """Every address to which a connection was tried; only this machine's own answer."""
    tried: list[str] = []
    connect = socket.socket.connect

    def record(self: socket.socket, address: tuple) -> None:
        tried.append(address[0])
        if not address[0].startswith("127."):
            raise ConnectionRefusedError
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", record)
    return tried


@pytest.fixture
def names(monkeypatch) -> dict[str, Callable[[], tuple[str, ...]]]:
    """A resolver of our own for some names. What is written as an address goes to the system, as always."""
    table: dict[str, Callable[[], tuple[str, ...]]] = {}
    system = socket.getaddrinfo

    def look_up(host: str, port: int, *rest: int, **named: int) -> list:
        if host not in table:
            return system(host, port, *rest, **named)
        return [entry for answer in table[host]() for entry in system(answer, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return table


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "picture"
