"""Our own server as our own provider: whatever wire a call comes in, it may go out in any of the five."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from tests.generations.pictures import picture
from tests.live.conftest import EMBEDDED, HERE, run
from tests.live.studio import Studio

PNG = b"\x89PNG\r\n\x1a\n"
FILE = {"image": ("a.png", picture(), "image/png")}
DATA_URL = "data:image/png;base64," + base64.b64encode(picture()).decode()
OUT = {
    "videos": "gpt-image-2",
    "jobs": "gpt-image-2-text-to-image",
    "images-official": "gpt-image-2-official",
    "images-vip": "gpt-image-2-vip",
    "images-openai": "gpt-image-2",
}
"""Each wire, and the name by which the studio at the back knows what it draws."""
PUBLIC = {*OUT.values(), "gpt-image-2-image-to-image"}
KEPT = """
SELECT count(*) FROM generations_attempt made JOIN generations_provider ON generations_provider.id = made.provider_id
WHERE made.stage = 'kept' AND generations_provider.name"""
DRAW_ALL = """
from generations.models import ImageModel, Provider, Route
painter = Provider.objects.get(dialect="painter")
for each in ImageModel.objects.exclude(name="sketch"):
    Route.objects.create(image_model=each, provider=painter, upstream_name=each.name, cost=0)
"""
LEAD_BACK = """
from generations.models import ImageModel, Provider, Route
for wire, upstream in out.items():
    made = Provider(name=f"Back {wire}", dialect=wire, base_url=back, is_enabled=False)
    made.api_key = key
    made.save()
    for name in public:
        image_model = ImageModel.objects.get(name=name)
        Route.objects.create(image_model=image_model, provider=made, upstream_name=upstream, cost=0)
"""


@pytest.fixture(scope="module")
def back(tmp_path_factory, upstream_process, furnished, worker) -> Iterator[Studio]:
    """A studio whose painter draws for every image model."""
    data = tmp_path_factory.mktemp("back") / "data"
    with run(EMBEDDED, data, upstream_process.url, furnished(EMBEDDED), worker) as studio:
        studio.manage("shell", "--command", DRAW_ALL)
        yield studio


@pytest.fixture(scope="module", params=HERE)
def front(request, tmp_path_factory, upstream_process, furnished, worker, back: Studio) -> Iterator[Studio]:
    """A studio that knows one provider for each wire: the one at the back."""
    data: Path = tmp_path_factory.mktemp("front") / "data"
    key = (back.data / "api_key").read_text()
    with run(request.param, data, upstream_process.url, furnished(request.param), worker) as studio:
        back.allow(studio.url)
        studio.manage(
            "shell", "--command", f"back, key, out, public = {(back.url, key, OUT, sorted(PUBLIC))}\n{LEAD_BACK}"
        )
        yield studio


@pytest.fixture(scope="module")
def script(front: Studio) -> Iterator[httpx.Client]:
    key = (front.data / "api_key").read_text()
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=front.url, headers=headers, trust_env=False, timeout=90) as client:
        yield client


# --- how each wire's caller asks, and finds the bytes of the picture ---


def ended(ask: Callable[[], dict[str, Any]], state: str) -> dict[str, Any]:
    end = time.monotonic() + 90
    while (told := ask())[state] in ("queued", "in_progress", "waiting"):
        assert time.monotonic() < end, told
        time.sleep(0.2)
    return told


def by_videos(script: httpx.Client, urls: list[str]) -> bytes:
    body = {"model": "gpt-image-2", "prompt": "a cat", "metadata": {"size": "1024x1024", "urls": urls}}
    task = script.post("/v1/videos", json=body).raise_for_status().json()["id"]
    told = ended(lambda: script.get(f"/v1/videos/{task}").json(), "status")
    return script.get(told["video_url"]).content


def by_jobs(script: httpx.Client, urls: list[str]) -> bytes:
    model = "gpt-image-2-image-to-image" if urls else "gpt-image-2-text-to-image"
    body = {"model": model, "input": {"prompt": "a cat", "aspect_ratio": "1:1", "image_urls": urls}}
    task = script.post("/api/v1/jobs/createTask", json=body).raise_for_status().json()["data"]["taskId"]
    told = ended(lambda: script.get("/api/v1/jobs/recordInfo", params={"taskId": task}).json()["data"], "state")
    return script.get(json.loads(told["resultJson"])["resultUrls"][0]).content


def by_images(model: str, size: str) -> Callable[[httpx.Client, list[str]], bytes]:
    def call(script: httpx.Client, urls: list[str]) -> bytes:
        body = {"model": model, "prompt": "a cat", "size": size}
        if urls:
            answer = script.post("/v1/images/edits", data=body, files=FILE)
        else:
            answer = script.post("/v1/images/generations", json=body)
        (item,) = answer.raise_for_status().json()["data"]
        return script.get(item["url"]).content if "url" in item else base64.b64decode(item["b64_json"])

    return call


IN = {
    "videos": by_videos,
    "jobs": by_jobs,
    "images-official": by_images("gpt-image-2-official", "1024x1024"),
    "images-vip": by_images("gpt-image-2-vip", "1280x1280"),
    "images-openai": by_images("gpt-image-2", "1024x1024"),
}


@pytest.mark.parametrize("out", OUT)
def test_every_wire_in_goes_out_by_this_one(front: Studio, back: Studio, script: httpx.Client, out: str):
    """Words by all five; a picture by all that take one, unless it is the official wire that knows none."""
    front.change(f"UPDATE generations_provider SET is_enabled = (name = 'Back {out}')")
    calls = [(IN[wire], []) for wire in IN]
    if out != "images-official":
        calls += [(IN[wire], [DATA_URL]) for wire in IN if wire != "images-official"]
    with ThreadPoolExecutor(len(calls)) as pool:
        came = [each.result() for each in [pool.submit(ask, script, urls) for ask, urls in calls]]
    assert [content[:8] for content in came] == [PNG] * len(calls)
    assert front.rows(f"{KEPT} = 'Back {out}'") == [(len(calls),)]
    for studio in (front, back):
        studio.manage("audit")
