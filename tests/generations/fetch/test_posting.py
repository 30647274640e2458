"""What is handed over at a stranger's address goes through the same guard, follows nothing and reads no body."""

import socket
import threading
import time

import pytest

from generations.fetch import NotFetched, post
from tests.generations.fetch.sites import ok, to
from tests.generations.fetch.test_limits import drip, pour

BODY, HEADERS = b'{"type":"webhook.test"}', {"Content-Type": "application/json", "webhook-id": "evt_1"}


def refused(url: str, **how) -> NotFetched:
    with pytest.raises(NotFetched) as caught:
        post(url, BODY, HEADERS, **how)
    return caught.value


def test_a_body_is_handed_over_with_its_headers(allowed):
    whole: list[bytes] = []

    def take(line: socket.socket, request: str) -> None:
        _head, _, body = request.partition("\r\n\r\n")
        whole.append(body.encode() or line.recv(65536))
        line.sendall(ok(b"thanks", "Retry-After: 7", status="202 Accepted"))

    allowed.pages["/hook?a=1"] = take
    answer = post(f"{allowed.origin}/hook?a=1", BODY, HEADERS)
    assert (answer.status, answer.headers["retry-after"]) == (202, "7")
    assert whole == [BODY]
    (head,) = allowed.heard
    assert head.startswith("POST /hook?a=1 HTTP/1.1\r\n")
    assert f"Content-Length: {len(BODY)}" in head
    assert "webhook-id: evt_1" in head
    assert "Cookie" not in head


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_no_redirect_is_followed(status, allowed):
    allowed.pages["/"] = to(f"{allowed.origin}/elsewhere", status)
    allowed.pages["/elsewhere"] = ok(b"")
    assert post(f"{allowed.origin}/", BODY, HEADERS).status == int(status[:3])
    assert len(allowed.heard) == 1


def test_an_endless_answer_is_not_read(allowed):
    allowed.pages["/"] = pour
    assert post(f"{allowed.origin}/", BODY, HEADERS).status == 200


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b""], ids=["header", "status"])
def test_a_drip_ends_at_the_deadline(first, allowed):
    allowed.pages["/"] = drip(first)
    began = time.monotonic()
    assert refused(f"{allowed.origin}/", within=0.6).reason in ("slow", "unreachable")
    assert time.monotonic() - began < 2.5


def test_silence_ends_at_the_deadline(allowed):
    quiet = threading.Event()
    allowed.pages["/"] = lambda line, request: quiet.wait(5)
    assert refused(f"{allowed.origin}/", within=0.3).reason == "slow"
    quiet.set()


@pytest.mark.parametrize(
    "answers", [("10.0.0.1",), ("127.0.0.1",), ("93.184.215.14", "192.168.1.1"), ("169.254.169.254",), ("::1",)]
)
def test_a_name_that_leads_inside_is_never_dialled(answers, names, dialled):
    names["hook.example"] = lambda: answers
    assert refused("http://hook.example/").reason == "address"
    assert dialled == []


def test_a_name_is_judged_and_dialled_in_one_look(names, dialled):
    """A resolver that says something else the second time is not asked a second time."""
    answers = iter([("93.184.215.14",), ("127.0.0.1",)])
    names["hook.example"] = lambda: next(answers)
    assert refused("http://hook.example/").reason == "unreachable"
    assert dialled == ["93.184.215.14"]


def test_a_proxy_in_the_environment_is_not_asked(allowed, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    allowed.pages["/"] = ok(b"")
    assert post(f"{allowed.origin}/", BODY, HEADERS).status == 200
