"""Polls share a few kept lines, and none of them is trusted further than it was heard."""

import json
import time

import pytest

from generations import client
from generations.client import lines, polls
from generations.dialects.wire import Outcome, Progress
from generations.faults import Fault, Kind
from tests.generations.client.conftest import answer

UNDER_WAY = json.dumps({"id": "1", "status": "in_progress", "progress": 40}).encode()


def meanings(answers):
    return [each.meaning for each in answers]


def test_one_line_serves_one_poll_after_the_other(bare, provider_at, tmp_path):
    bare.say = lambda line, _: line.sendall(answer(UNDER_WAY))
    provider = provider_at(bare.url)
    for number in range(5):
        assert meanings(client.poll(provider, [f"task-{number}"], tmp_path)) == [Progress(40)]
    assert (bare.lines, len(bare.heard)) == (1, 5)


def test_answers_stand_in_the_order_of_the_questions(bare, provider_at, tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "AT_ONCE", 7)

    def say(line, said):
        asked = int(said.split(b"/task-")[1].split(b" ")[0])
        line.sendall(answer(json.dumps({"status": "running", "progress": asked}).encode()))

    bare.say = say
    answers = client.poll(provider_at(bare.url), [f"task-{number}" for number in range(50)], tmp_path)
    assert meanings(answers) == [Progress(number) for number in range(50)]
    assert bare.lines <= 7


def test_a_line_that_was_hung_up_between_two_polls_is_not_asked_again(bare, provider_at, tmp_path):
    bare.say = lambda line, _: (line.sendall(answer(UNDER_WAY)), line.shutdown(2))
    provider = provider_at(bare.url)
    for _ in range(3):
        assert meanings(client.poll(provider, ["task"], tmp_path)) == [Progress(40)]
        time.sleep(0.05)
    assert bare.lines == 3


def test_a_line_that_was_not_needed_for_long_is_not_trusted(bare, provider_at, tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "IDLE", 0.0)
    bare.say = lambda line, _: line.sendall(answer(UNDER_WAY))
    for _ in range(2):
        assert meanings(client.poll(provider_at(bare.url), ["task"], tmp_path)) == [Progress(40)]
    assert bare.lines == 2


def test_what_was_said_beyond_one_answer_is_never_the_next_one(bare, provider_at, tmp_path):
    done = answer(json.dumps({"status": "completed", "video_url": "https://example.com/another.png"}).encode())
    bare.say = lambda line, _: line.sendall(answer(UNDER_WAY) + done)
    provider = provider_at(bare.url)
    for _ in range(3):
        assert meanings(client.poll(provider, ["task"], tmp_path)) == [Progress(40)]


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", b"not HTTP\r\n\r\n", b"HTTP/1.1 101 Switching\r\n\r\n"],
    ids=["nothing", "half an answer", "no HTTP", "another protocol"],
)
def test_a_line_that_breaks_off_is_a_poll_without_an_answer(bare, provider_at, tmp_path, said):
    bare.say = lambda line, _: (line.sendall(said), line.shutdown(2))
    provider = provider_at(bare.url)
    (heard,) = client.poll(provider, ["task"], tmp_path)
    assert heard.meaning.kind is Kind.UNKNOWN
    bare.say = lambda line, _: line.sendall(answer(UNDER_WAY))
    assert meanings(client.poll(provider, ["task"], tmp_path)) == [Progress(40)]


def test_an_answer_in_chunks_after_a_word_of_patience_is_read(bare, provider_at, tmp_path):
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (UNDER_WAY[:20], UNDER_WAY[20:]))
    head = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    bare.say = lambda line, _: line.sendall(head + body + b"0\r\n\r\n")
    assert meanings(client.poll(provider_at(bare.url), ["task"], tmp_path)) == [Progress(40)]


def test_an_answer_that_ends_with_its_line_is_read(bare, provider_at, tmp_path):
    bare.say = lambda line, _: (line.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + UNDER_WAY), line.shutdown(2))
    assert meanings(client.poll(provider_at(bare.url), ["task"], tmp_path)) == [Progress(40)]


def test_a_picture_inside_a_poll_goes_to_disk(bare, provider_at, tmp_path):
    body = json.dumps({"status": "completed", "data": [{"b64_json": "QUJD" * 50_000}]}).encode()
    bare.say = lambda line, _: line.sendall(answer(body))
    (heard,) = client.poll(provider_at(bare.url), ["task"], tmp_path)
    assert isinstance(heard.meaning, Outcome)
    assert heard.inline[heard.meaning.images[0].inline].read_bytes() == b"ABC" * 50_000


def test_one_patience_covers_a_whole_batch_and_spares_those_that_answered(bare, provider_at, tmp_path, monkeypatch):
    monkeypatch.setattr(polls, "PATIENCE", 0.5)
    monkeypatch.setattr(lines, "AT_ONCE", 4)
    bare.say = lambda line, said: b"slow" in said or line.sendall(answer(UNDER_WAY))
    began = time.monotonic()
    answers = client.poll(provider_at(bare.url), ["task", *["slow"] * 80], tmp_path)
    assert time.monotonic() - began < 5  # with a patience each, four at a time, it would be ten
    assert meanings(answers) == [Progress(40), *[Fault(Kind.UNKNOWN, "TimeoutError")] * 80]


def test_each_poll_carries_the_key_and_the_host(bare, provider_at, tmp_path):
    client.poll(provider_at(f"{bare.url}/relay/v1"), ["a task/1"], tmp_path)
    (said,) = bare.heard
    first, *headers = said.decode().split("\r\n")
    assert first == "GET /relay/v1/videos/a%20task%2F1 HTTP/1.1"
    assert {"authorization: bearer good-key", f"host: {bare.url[7:]}"} <= {line.lower() for line in headers}


def test_the_query_of_a_poll_is_quoted(bare, provider_at, tmp_path):
    client.poll(provider_at(bare.url, "jobs"), ["a task&b"], tmp_path)
    assert bare.heard[0].split(b" ")[1].endswith(b"?taskId=a+task%26b")


def test_a_provider_that_is_not_there_is_asked_again_later(provider_at, tmp_path):
    answers = client.poll(provider_at("http://127.0.0.1:9"), ["one", "two"], tmp_path)
    assert [each.meaning.kind for each in answers] == [Kind.UNKNOWN] * 2
