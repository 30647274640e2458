"""Who waits for a picture when the studio is told to stop is told so at once, and finds the picture afterwards."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import httpx2 as httpx

from tests.live.studio import Studio, wait_for

IMAGES = "/v1/images/generations"
WISH = {"model": "gpt-image-2-vip", "prompt": "a cat [held]"}
AT_ONCE = 3.0
"""Seconds: far less than a call is held, and than a stopping process has."""


def ask(studio: Studio, key: str, **more: Any) -> httpx.Response:
    shown = {"Authorization": f"Bearer {(studio.data / 'api_key').read_text()}", "Idempotency-Key": key}
    with httpx.Client(base_url=studio.url, headers=shown, trust_env=False, timeout=60) as client:
        return client.post(IMAGES, json={**WISH, **more})


def test_who_waits_is_sent_away_at_once_and_the_same_call_finds_the_picture(studio, upstream):
    assert studio.process is not None
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(ask, studio, f"call {number}") for number in range(2)]
        calls.append(pool.submit(ask, studio, "stream", model="gpt-image-2", stream=True))
        wait_for(lambda: len(upstream.submissions()) == 3, what="three held calls")
        studio.process.send_signal(signal.SIGTERM)
        at_once, _ = wait(calls, timeout=AT_ONCE)
        is_finishing = studio.process.poll() is None
        upstream.release()
        if len(at_once) < 3:
            studio.kill()  # who is left would wait for ever: nobody asks for its picture any more
    assert len(at_once) == 3
    assert is_finishing, "the calls that it holds"
    answers = [each.result() for each in calls]
    assert studio.process.wait(timeout=30) == 0
    for answer in answers[:2]:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
        assert "x-should-retry" not in answer.headers
        assert answer.json()["error"]["type"] == "server_error"
    event, data = [line for line in answers[2].text.splitlines() if line.startswith(("event:", "data:"))]
    assert event == "event: error"
    assert "goes on" in json.loads(data.removeprefix("data: "))["error"]["message"]
    studio.start()
    again = ask(studio, "call 0")
    assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")
    assert again.headers["x-studio-job"] in answers[0].text + answers[1].text
    studio.wait_until_over(3)
    assert len(upstream.log()) == 3
