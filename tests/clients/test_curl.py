"""curl sends a form in chunks, without saying how long it is: the server has to read it to its end."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.conftest import submissions_of
from tests.generations.pictures import picture
from tests.live.studio import wait_for

pytestmark = pytest.mark.services

Send = Callable[..., dict]


@pytest.fixture
def send(house, key, tmp_path: Path) -> Send:
    """Sends the parts of a form in chunks, and gives the answer."""
    for name, colour in (("one", "teal"), ("two", "orange"), ("mask", "black")):
        (tmp_path / f"{name}.png").write_bytes(picture(colour=colour))
    headers = ["-H", f"Authorization: Bearer {key}", "-H", "Transfer-Encoding: chunked"]

    def send(address: str, **parts: str) -> dict:
        form = [word for name, value in parts.items() for word in ("-F", f"{name}={value}")]
        done = subprocess.run(
            ["curl", "--verbose", "--noproxy", "*", "--fail-with-body", *headers, *form, f"{house.url}{address}"],
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert "> Content-Length" not in done.stderr
        answer: dict = json.loads(done.stdout)
        return answer

    return send


def test_an_edit_with_two_pictures_and_a_mask(send, upstream):
    wish = {"model": "gpt-image-2", "prompt": "two cats, half of one masked"}
    made = send("/v1/images/edits", **wish, image="@one.png", **{"image[]": "@two.png"}, mask="@mask.png")
    assert made["data"][0]["b64_json"]
    (sent,) = submissions_of(upstream, wish["prompt"])
    assert (len(sent["references"]), bool(sent["mask"])) == (2, True)


def test_a_video_with_a_picture(send, upstream):
    wish = {"model": "gpt-image-2", "prompt": "a cat in chunks", "metadata[size]": "1080x1920"}
    task = send("/v1/videos", **wish, input_reference="@one.png")
    assert task["status"] == "queued"
    (sent,) = wait_for(lambda: submissions_of(upstream, wish["prompt"]), what="the submission")
    assert (sent["size"], len(sent["references"])) == ("1080x1920", 1)
