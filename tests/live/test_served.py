"""Scripts at a running studio: a call that waits is a job, whoever leaves loses nothing, and pages stay quick."""

from __future__ import annotations

import base64
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from typing import Any

import httpx2 as httpx
import pytest

from tests.generations.pictures import picture
from tests.live.studio import Studio, wait_for

IMAGES, EDITS = "/v1/images/generations", "/v1/images/edits"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def script(house: Studio, key: str):
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=house.url, headers=headers, trust_env=False, timeout=90) as client:
        yield client


def ask(script: httpx.Client, model: str, prompt: str, headers: dict[str, str] | None = None, **more: Any) -> Any:
    return script.post(IMAGES, json={"model": model, "prompt": prompt, **more}, headers=headers)


def test_a_call_of_each_images_wire_waits_for_its_picture(house, script, upstream):
    official = ask(script, "gpt-image-2-official", "a cat", n=2).json()
    assert script.get(official["data"][1]["url"]).content.startswith(PNG)
    vip = ask(script, "gpt-image-2-vip", "a cat", response_format="b64_json", size="1280x720").json()
    head, _, body = vip["data"][0]["b64_json"].partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body).startswith(PNG)
    answer = ask(script, "sketch", "a cat", size="1024x1024", output_format="webp")
    native = answer.json()
    assert len(answer.content) == int(answer.headers["content-length"])
    assert base64.b64decode(native["data"][0]["b64_json"])[8:12] == b"WEBP"
    assert (native["size"], native["output_format"], native["background"]) == ("1024x1024", "webp", "opaque")
    assert len(upstream.log()) == 3
    house.manage("audit")


def test_a_refusal_and_a_failure_are_told_to_the_one_who_waits(house, script):
    refused = ask(script, "gpt-image-2-official", "a cat [fail=refused]")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "moderation_blocked")
    failed = ask(script, "gpt-image-2-official", "a cat [fail=500]")
    assert (failed.status_code, failed.json()["error"]["code"]) == (502, "server_error")
    assert failed.headers["x-should-retry"] == "false"
    assert "upstream" not in failed.text.lower()


def test_who_leaves_finds_the_picture_by_the_same_call_and_pays_once(house, script, upstream):
    once = {"Idempotency-Key": "once"}
    body = {"model": "gpt-image-2-official", "prompt": "a cat [held]"}
    with pytest.raises(httpx.ReadTimeout):
        script.post(IMAGES, json=body, headers=once, timeout=2)
    wait_for(upstream.submissions, what="the call")
    upstream.release()
    answer = ask(script, "gpt-image-2-official", "a cat [held]", once)
    assert answer.headers["idempotent-replayed"] == "true"
    assert script.get(answer.json()["data"][0]["url"]).content.startswith(PNG)
    job = answer.headers["x-studio-job"]
    assert script.get(f"/v1/videos/{job}").json()["status"] == "completed"
    assert json.loads(script.get(f"/api/v1/jobs/recordInfo?taskId={job}").json()["data"]["resultJson"])["resultUrls"]
    assert len(upstream.log()) == 1


def test_those_who_wait_keep_nobody_else_waiting(house, script, upstream):
    """More of them than calls are worked on at once."""
    with ThreadPoolExecutor(18) as pool:
        waiting = [pool.submit(ask, script, "gpt-image-2-vip", f"a cat {number} [held]") for number in range(18)]
        wait_for(lambda: len(upstream.submissions()) == 18, what="18 held calls")
        assert script.get("/v1/models").status_code == 200
        assert house.person("alice@example.com").http.get("/library/").status_code == 200
        upstream.release()
        assert {each.result().status_code for each in waiting} == {200}


def test_an_upload_whose_length_nobody_told_is_read_whole(house, script):
    def pieces():
        for part in (b'name="model"\r\n\r\nsketch', b'name="prompt"\r\n\r\na boat'):
            yield b"--x\r\nContent-Disposition: form-data; " + part + b"\r\n"
        yield b'--x\r\nContent-Disposition: form-data; name="image[]"; filename="a.png"\r\n'
        yield b"Content-Type: application/octet-stream\r\n\r\n" + picture() + b"\r\n--x--\r\n"

    answer = script.post(EDITS, content=pieces(), headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 200, answer.text
    assert len(house.rows("SELECT 1 FROM generations_jobreference")) == 1


def test_a_streamed_call_hears_one_event_for_each_picture(house, script):
    body = {"model": "sketch", "prompt": "a boat", "n": 2, "stream": True, "partial_images": 2}
    with script.stream("POST", IMAGES, json=body) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        told = [line for line in answer.iter_lines() if line.startswith(("event:", "data:"))]
    assert told[::2] == ["event: image_generation.completed"] * 2
    for line in told[1::2]:
        event = json.loads(line.removeprefix("data: "))
        assert base64.b64decode(event["b64_json"]).startswith(PNG)


def test_a_refusal_is_heard_by_one_who_sends_a_whole_file_first(house):
    """As Node's fetch may. The server has refused the key before it reads any of it."""
    head = f"POST {EDITS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    with socket.create_connection(("127.0.0.1", house.port)) as line:
        line.sendall(f"{head}Content-Length: 16000000\r\n\r\n".encode())
        for _ in range(16):
            line.sendall(bytes(1_000_000))
        assert b" 401 " in line.recv(1000).splitlines()[0]


def test_a_line_that_rests_between_two_questions_still_answers(house, key):
    with closing(HTTPConnection("127.0.0.1", house.port)) as line:
        for pause in (0, 4):
            time.sleep(pause)
            line.request("GET", "/v1/models", headers={"Authorization": f"Bearer {key}"})
            assert json.loads(line.getresponse().read())["data"]


def test_who_never_finishes_a_body_keeps_nobody_from_the_pages(house, key):
    """More of them than there are places, each with a good key."""
    head = f"POST {EDITS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Length: 200000\r\n\r\n"
    with ExitStack() as lines:
        for _ in range(20):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", house.port)))
            line.sendall(head.encode() + bytes(100_000))
        time.sleep(1)
        assert httpx.get(f"{house.url}/health/ready", trust_env=False, timeout=10).status_code == 200


UNREAD = {
    414: b"GET /v1/models?" + b"&".join(b"a%d=1" % number for number in range(10_000)) + b" HTTP/1.1\r\n",
    431: b"GET /v1/models HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n",
    400: b"POST /v1/videos HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n",
    501: b"POST /v1/videos HTTP/1.1\r\nTransfer-Encoding: banana\r\n",
}


@pytest.mark.parametrize("status", UNREAD)
def test_what_the_server_itself_refuses_is_json_too_and_arrives_whole(house, status):
    address = house.url.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1]))) as line:
        line.sendall(UNREAD[status] + b"Host: localhost\r\n\r\n")
        answer = line.makefile("rb").read()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b" %d " % status in head.splitlines()[0]
    assert b"x-request-id: req_" in head
    assert {"error", "code", "msg", "message", "data"} <= set(json.loads(body))
