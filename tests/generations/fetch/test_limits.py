"""What may an answer cost in bytes, time and memory, and what is said of one that will not do?"""

import gzip
import socket
import threading
import time
import tracemalloc

import pytest

from generations.fetch import fetch
from tests.generations.fetch.sites import PICTURE, Answer, ok, refusal, to


def test_a_compressed_body_is_refused_unread(allowed, into):
    bomb = gzip.compress(bytes(10_000_000))
    allowed.pages["/"] = ok(bomb, "Content-Encoding: gzip")
    assert refusal(f"{allowed.origin}/", into).reason == "encoding"
    assert "Accept-Encoding: identity" in allowed.heard[0]


@pytest.mark.parametrize("coding", ["br", "deflate", "identity, gzip", "GZIP"])
def test_every_coding_is_refused(coding, allowed, into):
    allowed.pages["/"] = ok(PICTURE, f"Content-Encoding: {coding}")
    assert refusal(f"{allowed.origin}/", into).reason == "encoding"


def test_a_promise_of_too_much_is_refused_before_reading(allowed, into):
    allowed.pages["/"] = ok(PICTURE, length=10_000_000_000)
    assert refusal(f"{allowed.origin}/", into).reason == "large"


def pour(line: socket.socket, request: str) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        line.sendall(bytes(65536))


def test_an_endless_body_ends_at_the_cap_and_costs_no_memory(allowed, into):
    allowed.pages["/"] = pour
    tracemalloc.start()
    began = tracemalloc.get_traced_memory()[0]
    fault = refusal(f"{allowed.origin}/", into)
    grown = tracemalloc.get_traced_memory()[1] - began
    tracemalloc.stop()
    assert fault.reason == "large"
    assert grown < 25_000_000


def test_the_cap_is_exact(allowed, into):
    allowed.pages["/"] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    assert fetch(f"{allowed.origin}/", into, most_bytes=5).size == 5
    into.unlink()
    assert refusal(f"{allowed.origin}/", into, most_bytes=4).reason == "large"


def drip(first: bytes) -> Answer:
    def answer(line: socket.socket, request: str) -> None:
        line.sendall(first)
        while True:
            line.sendall(b"x")
            time.sleep(0.05)

    return answer


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"",
    ],
    ids=["body", "header", "status"],
)
def test_a_drip_ends_at_the_deadline(first, allowed, into):
    allowed.pages["/"] = drip(first)
    began = time.monotonic()
    fault = refusal(f"{allowed.origin}/", into, within=0.6)
    assert time.monotonic() - began < 2.5
    assert fault.reason in ("slow", "unreachable")
    assert fault.is_transient


def test_silence_ends_at_the_deadline(allowed, into):
    quiet = threading.Event()
    allowed.pages["/"] = lambda line, request: quiet.wait(5)
    fault = refusal(f"{allowed.origin}/", into, within=0.3)
    quiet.set()
    assert fault.reason == "slow"


def test_redirects_share_one_deadline(allowed, into):
    def slowly(line: socket.socket, request: str) -> None:
        time.sleep(0.25)
        line.sendall(to("/"))

    allowed.pages["/"] = slowly
    assert refusal(f"{allowed.origin}/", into, within=0.4).reason == "slow"


def test_a_resolver_that_hangs_ends_at_the_deadline(names, into):
    hanging = threading.Event()
    names["slow.example"] = lambda: hanging.wait(5) and ()
    fault = refusal("http://slow.example/", into, within=0.2)
    hanging.set()
    assert fault.reason == "slow"


def test_a_body_that_breaks_off_leaves_nothing(allowed, into):
    allowed.pages["/"] = ok(PICTURE, length=len(PICTURE) + 1)
    fault = refusal(f"{allowed.origin}/", into)
    assert fault.reason == "unreachable"
    assert fault.is_transient


@pytest.mark.parametrize("reply", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b""])
def test_what_is_not_http_is_unreachable(reply, allowed, into):
    allowed.pages["/"] = reply
    assert refusal(f"{allowed.origin}/", into).reason == "unreachable"


@pytest.mark.parametrize(
    ("status", "is_transient"), [(404, False), (403, False), (206, False), (304, False), (429, True), (503, True)]
)
def test_another_status_is_told_with_its_number(status, is_transient, allowed, into):
    allowed.pages["/"] = ok(b"", status=f"{status} Other")
    fault = refusal(f"{allowed.origin}/", into)
    assert (fault.reason, fault.status, fault.is_transient) == ("status", status, is_transient)


def test_nobody_listening_is_unreachable(allowed, into):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
    assert refusal(f"{origin}/", into, vouched=origin).reason == "unreachable"
