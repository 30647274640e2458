"""Each example of the four providers' documents, typed with our address and our key, gives the documented answer."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from typing import Any

import httpx2 as httpx
import pytest
from PIL import Image

from tests.clients import examples
from tests.clients.conftest import submissions_of
from tests.live.studio import Studio

pytestmark = pytest.mark.services

ADDRESSES = ("https://api.dyuapi.com", "https://aigptimage.com", "https://open.dieyuyun.com", "https://api.apiyi.com")
KEYS = ("{{YOUR_API_KEY}}", "YOUR_API_KEY", "$API_KEY", "<token>", "sk-your-api-key")
REFERENCES = (
    "https://res.papir.cc/user-upload/creati-web-app/2026-04-18/1776519962551vv1AXmBu-ZMWqAckJIbt81167-600x751h.jpg",
    "https://www.baidu.com/img/PCtm_d9c8750bed0b3c7d089fa7d55720d6cf.png",
    "https://cdn.example.com/input.png",
)
PAGE = "const result = {}; globalThis.document = { getElementById: () => result };\n"
"""What a script that was written for a web page finds there."""

Typed = Callable[[str], str]


@pytest.fixture
def typed(house: Studio, key: str, upstream) -> Typed:
    """An example with our address, our key, and reference pictures that can be reached from here."""
    changes = {
        **dict.fromkeys(ADDRESSES, house.url),
        **dict.fromkeys(KEYS, key),
        **{address: f"{upstream.url}/files/{number}.png" for number, address in enumerate(REFERENCES)},
    }

    def change(example: str) -> str:
        for theirs, ours in changes.items():
            example = example.replace(theirs, ours)
        return example

    return change


@pytest.fixture
def script(house: Studio, key: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=house.url, headers=headers, trust_env=False, timeout=90) as client:
        yield client


def run_curl(command: str) -> Any:
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def run_python(text: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What it leaves behind under each name; and what it prints, as `printed`."""
    monkeypatch.setenv("NO_PROXY", "*")
    names: dict[str, Any] = {}
    with redirect_stdout(io.StringIO()) as printed:
        exec(text, names)
    if client := names.get("client"):
        client.close()
    return {**names, "printed": printed.getvalue().strip()}


def outline(value: Any) -> Any:
    """A document's answer without what is each time another: which keys there are, of what kind, in which unit."""
    if isinstance(value, dict):
        return {name: outline(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [outline(inner) for inner in value]
    if isinstance(value, int) and value >= 10**9:
        return "milliseconds" if value >= 10**12 else "seconds"
    if isinstance(value, str):
        return next((kind for kind, is_it in KINDS.items() if is_it(value)), value)
    return value


KINDS: dict[str, Callable[[str], bool]] = {
    "JSON": lambda text: text.startswith("{"),
    "an address": lambda text: text.startswith(("http://", "https://")),
    "a PNG behind its head": lambda text: text.startswith("data:image/png;base64,iVBORw0KGgo"),
    "a videos id": lambda text: text.startswith("gpt_img_"),
    "a jobs id": lambda text: text.startswith("task_"),
    "a sentence": lambda text: " " in text or not text.isascii(),
}


def ended(ask: Callable[[], Any], state: str) -> Any:
    end = time.monotonic() + 60
    while (told := ask())[state] in ("queued", "in_progress", "waiting"):
        assert time.monotonic() < end, told
        time.sleep(0.2)
    return told


def picture_at(address: str) -> Image.Image:
    return Image.open(io.BytesIO(httpx.get(address, trust_env=False).raise_for_status().content))


def picture_in(data_url: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(data_url.partition(",")[2], validate=True)))


# --- POST /v1/videos ---


def test_a_video_from_words_goes_through_the_documented_states(script, upstream):
    body = examples.VIDEOS_WORDS.replace("抖音带货", "抖音带货 [held]")
    created = script.post("/v1/videos", content=body).json()
    assert outline(created) == outline(examples.VIDEOS_QUEUED)

    def ask() -> Any:
        return script.get(f"/v1/videos/{created['id']}").json()

    while (told := ask())["status"] == "queued":
        time.sleep(0.1)
    assert outline({**told, "progress": 10}) == outline(examples.VIDEOS_IN_PROGRESS)
    assert 0 <= told["progress"] < 100
    upstream.release()
    done = ended(ask, "status")
    assert outline(done) == outline(examples.VIDEOS_COMPLETED)
    assert done["created_at"] == created["created_at"] <= done["completed_at"]
    assert picture_at(done["video_url"]).size == (1080, 1920)


def test_a_video_from_two_pictures_by_curl(typed, script, upstream):
    created = run_curl(typed(examples.VIDEOS_CURL))
    assert outline(created) == outline(examples.VIDEOS_QUEUED)
    done = ended(lambda: script.get(f"/v1/videos/{created['id']}").json(), "status")
    assert outline(done) == outline(examples.VIDEOS_COMPLETED)
    (sent,) = submissions_of(upstream, "根据图片做一个广告")
    assert len(sent["references"]) == 2


def test_a_video_that_fails_says_why(script):
    body = examples.VIDEOS_WORDS.replace("抖音带货", "抖音带货 [fail=task_failed]")
    task = script.post("/v1/videos", content=body).json()["id"]
    told = ended(lambda: script.get(f"/v1/videos/{task}").json(), "status")
    assert outline(told) == outline(examples.VIDEOS_FAILED)


# --- POST /api/v1/jobs/createTask ---


def test_a_job_waits_and_brings_addresses_in_a_text_of_json(typed, script, upstream):
    body = typed(examples.JOBS_CREATE).replace("lighting", "lighting [held]")
    created = script.post("/api/v1/jobs/createTask", content=body).json()
    assert outline(created) == outline(examples.JOBS_CREATED)

    def ask() -> Any:
        return script.get("/api/v1/jobs/recordInfo", params={"taskId": created["data"]["taskId"]}).json()

    waiting = ask()
    assert outline(waiting) == outline(examples.JOBS_WAITING)
    assert json.loads(waiting["data"]["param"]) == json.loads(body)
    upstream.release()
    ended(lambda: ask()["data"], "state")
    done = ask()["data"]
    assert {name for name, value in done.items() if value != waiting["data"][name]} == {
        "state",
        "resultJson",
        "costTime",
        "completeTime",
    }
    assert (done["state"], done["costTime"]) == ("success", done["completeTime"] - done["createTime"])
    result = json.loads(done["resultJson"])
    assert outline(result) == outline(examples.JOBS_RESULT)
    assert picture_at(result["resultUrls"][0]).format == "PNG"


# --- gpt-image-2-official ---


def test_the_official_example_in_curl(typed):
    told = run_curl(typed(examples.OFFICIAL_CURL))
    assert outline(told) == outline(examples.OFFICIAL_ANSWER)
    assert picture_at(told["data"][0]["url"]).size == (1024, 1024)


def test_the_official_example_in_python(typed, monkeypatch):
    ran = run_python(typed(examples.OFFICIAL_PYTHON), monkeypatch)
    assert picture_at(ran["printed"]).size == (1024, 1024)


def test_the_official_example_in_javascript(typed, node):
    assert picture_at(node(typed(examples.OFFICIAL_JAVASCRIPT)).strip()).size == (1024, 1024)


# --- gpt-image-2-vip. We always say when a picture was created, which its document leaves out. ---


@pytest.mark.parametrize(
    ("example", "size"), [(examples.VIP_CURL, (1280, 1280)), (examples.VIP_SIZED_CURL, (2048, 1360))]
)
def test_a_vip_example_in_curl(typed, example, size):
    told = run_curl(typed(example))
    assert outline(told) == {"created": "seconds", **outline(examples.VIP_AS_URL)}
    assert picture_at(told["data"][0]["url"]).size == size


def test_the_vip_example_for_an_address_in_python(typed, monkeypatch):
    ran = run_python(typed(examples.VIP_URL_PYTHON), monkeypatch)
    assert outline(ran["response"]) == {"created": "seconds", **outline(examples.VIP_AS_URL)}
    assert picture_at(ran["printed"]).size == (2048, 1152)


def test_the_vip_example_for_base64_in_python(typed, monkeypatch):
    ran = run_python(typed(examples.VIP_BASE64_PYTHON), monkeypatch)
    assert outline(ran["response"]) == {"created": "seconds", **outline(examples.VIP_AS_BASE64)}
    assert picture_in(ran["data_url"]).size == (3840, 2160)


def test_the_vip_example_for_base64_in_a_web_pages_javascript(typed, node):
    shown = node(PAGE + typed(examples.VIP_JAVASCRIPT) + "console.log(result.src);").strip()
    assert picture_in(shown).size == (2048, 2048)


def test_the_vip_example_with_openais_library(typed, monkeypatch):
    ran = run_python(typed(examples.VIP_OPENAI_PYTHON), monkeypatch)
    assert picture_at(ran["printed"]).size == (1536, 2048)
