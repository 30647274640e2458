"""How does a name become a connection? It is resolved once, every answer is judged, and the judged address is dialled.

The HTTP engine asks this backend for its sockets, so nothing can come between the check and the connection.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Self

import httpcore2 as httpcore
import httpx2 as httpx

from generations.fetch.addresses import Address, carried, is_public

USUAL_PORTS = (80, 443)
CONNECT_WITHIN = 5.0
FIRST_READ = 4096
"""Bytes of the first read, which is the one that waits: the room for it is taken as long as a held line is open."""

Network = IPv4Network | IPv6Network


class Forbidden(Exception):
    """Nothing was dialled. The reason is `address` or `port`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on our own clock after which nothing more is waited for."""

    moment: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        return cls(time.monotonic() + seconds)

    def left(self, most: float | None = None) -> float:
        """Seconds left, at most `most`. Raises httpcore's TimeoutException when there are none."""
        seconds = self.moment - time.monotonic()
        if seconds <= 0:
            raise httpcore.TimeoutException("the deadline has passed")
        return seconds if most is None else min(seconds, most)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the operator lets through beside the public internet: whole networks, and single origins."""

    networks: tuple[Network, ...]
    origins: frozenset[str]

    def holds(self, address: Address) -> bool:
        """Whether one of the networks holds the address, or all that it carries."""
        return any(all(item in network for item in carried(address) or (address,)) for network in self.networks)


@lru_cache(maxsize=8)
def read_allowance(entries: tuple[str, ...]) -> Allowance:
    """From `10.0.0.0/8` and `http://host:port` alike. Raises ValueError for anything else."""
    return Allowance(
        tuple(ip_network(entry, strict=False) for entry in entries if "://" not in entry),
        frozenset(origin_of(httpx.URL(entry)) for entry in entries if "://" in entry),
    )


def origin_of(url: httpx.URL) -> str:
    """Scheme, host and port, always with the port."""
    port = url.port or (443 if url.scheme == "https" else 80)
    return f"{url.scheme}://{url.raw_host.decode('ascii')}:{port}"


class Guard(httpcore.NetworkBackend):
    """Opens the sockets of one call. `is_vouched` lets it through to any address and port of its origin."""

    def __init__(self, deadline: Deadline, allowance: Allowance, is_vouched: bool) -> None:
        self._deadline = deadline
        self._allowance = allowance
        self._is_vouched = is_vouched
        self._dialler = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 the engine's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 the same
    ) -> httpcore.NetworkStream:
        """Raises Forbidden before any packet leaves, where one answer is forbidden."""
        addresses = _resolve(host, port, self._deadline)
        if not self._is_vouched:
            for address in addresses:
                self._judge(address, port)
        return self._dial(addresses, port, timeout)

    def _judge(self, address: Address, port: int) -> None:
        if self._allowance.holds(address):
            return
        if not is_public(address):
            raise Forbidden("address")
        if port not in USUAL_PORTS:
            raise Forbidden("port")

    def _dial(self, addresses: list[Address], port: int, timeout: float | None) -> httpcore.NetworkStream:
        failure: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError("the name has no address")
        for address in addresses:
            try:
                line = self._dialler.connect_tcp(str(address), port, self._deadline.left(timeout))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return Line(line, self._deadline)
        raise failure


def _resolve(host: str, port: int, deadline: Deadline) -> list[Address]:
    """Every address of the name, in the system's order. The system's resolver knows no deadline, so a thread asks."""
    with suppress(ValueError):
        return [ip_address(host)]
    answer: Future[list[Address]] = Future()
    threading.Thread(target=_look_up, args=(host, port, answer), daemon=True).start()
    try:
        return answer.result(deadline.left())
    except TimeoutError as slow:
        raise httpcore.TimeoutException("the name took too long") from slow
    except (OSError, UnicodeError) as unknown:
        raise httpcore.ConnectError("the name is not known") from unknown


def _look_up(host: str, port: int, answer: Future[list[Address]]) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answer.set_result(list(dict.fromkeys(ip_address(entry[4][0]) for entry in found)))
    except (OSError, ValueError) as error:
        answer.set_exception(error)


class Line(httpcore.NetworkStream):
    """A connection on which no operation outlasts the deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline
        self._most = FIRST_READ

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        heard = self._stream.read(min(max_bytes, self._most), self._deadline.left(timeout))
        self._most = max_bytes
        return heard

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return Line(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
