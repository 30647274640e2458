"""The scripted upstream fails on request, and its book says what it billed all the same."""

import base64
import io
import json
import time

import httpx2
import pytest
from PIL import Image

from tests.upstream.script import SUBMISSION, UNBILLED

VIP = "gpt-image-2-vip"
HASTE = httpx2.Timeout(20, read=0.2)


def paint(http: httpx2.Client, prompt: str, **more: object) -> httpx2.Response:
    return http.post("/v1/images/generations", json={"model": VIP, "prompt": prompt, **more})


def result(http: httpx2.Client, prompt: str) -> str:
    url: str = paint(http, prompt).json()["data"][0]["url"]
    return url


def test_the_book_knows_who_asked_for_what_without_the_key(http, upstream):
    paint(http, "a lighthouse", size="2048x1152")
    (entry,) = upstream.log()
    assert (entry["provider"], entry["model"], entry["prompt"]) == ("D", "gpt-image-2-vip", "a lighthouse")
    assert (entry["size"], entry["billed"], entry["fate"]) == ("2048x1152", 1, "made")
    assert entry["key_ends"] == "1234"
    assert "authorization" not in entry["headers"]
    assert "sk-1234" not in json.dumps(upstream.asked())


def test_clearing_empties_the_book(http, upstream):
    paint(http, "a")
    upstream.clear()
    assert upstream.log() == upstream.submissions() == upstream.asked() == []


@pytest.mark.parametrize("fault", [fault for fault in SUBMISSION if fault not in ("hang", "reset")])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/videos", {"model": "gpt-image-2", "prompt": "a"}),
        ("/api/v1/jobs/createTask", {"model": "gpt-image-2-text-to-image", "input": {"prompt": "a"}}),
        ("/v1/images/generations", {"model": "gpt-image-2-vip", "prompt": "a"}),
    ],
)
def test_each_fault_is_answered_and_booked_on_each_wire(http, upstream, fault, path, body):
    http.headers["Authorization"] = f"Bearer fail-{fault}"
    answered = http.post(path, json=body)
    assert answered.status_code < 600
    (entry,) = upstream.submissions()
    assert entry["fate"] == fault
    assert bool(entry["billed"]) == (fault not in UNBILLED)


def test_a_reset_line_is_billed(http, upstream):
    with pytest.raises(httpx2.ReadError):
        paint(http, "a [fail=reset]")
    assert len(upstream.log()) == 1


def test_a_line_can_hang(http, upstream):
    with pytest.raises(httpx2.ReadTimeout):
        http.post("/v1/images/generations", json={"model": VIP, "prompt": "a [fail=hang]"}, timeout=HASTE)
    assert len(upstream.log()) == 1


def test_once_is_over_after_the_first_time(http, upstream):
    first, second = paint(http, "a [once=429]"), paint(http, "a [once=429]")
    assert (first.status_code, first.headers["retry-after"]) == (429, "2")
    assert second.status_code == 200
    assert [entry["fate"] for entry in upstream.submissions()] == ["429", "made"]


def test_a_fault_can_be_kept_to_one_provider(http):
    assert paint(http, "a [c.fail=500]").status_code == 200
    official = {"model": "gpt-image-2-official", "prompt": "a [c.fail=500]"}
    assert http.post("/v1/images/generations", json=official).status_code == 500


def test_a_misspelt_directive_is_answered_with_418(http):
    assert paint(http, "a [fial=500]").status_code == 418


def test_a_picture_can_take_its_time(http):
    began = time.monotonic()
    paint(http, "a [delay=0.3]")
    assert time.monotonic() - began >= 0.3


def test_a_task_can_take_its_time(http):
    began = time.monotonic()
    task = http.post("/v1/videos", json={"model": "gpt-image-2", "prompt": "a [delay=0.3]"}).json()
    while http.get(f"/v1/videos/{task['id']}").json()["status"] != "completed":
        pass
    assert time.monotonic() - began >= 0.3


def test_a_picture_is_held_until_it_is_released(http, upstream):
    for _ in range(2):
        with pytest.raises(httpx2.ReadTimeout):
            http.post("/v1/images/generations", json={"model": VIP, "prompt": "a [held]"}, timeout=HASTE)
        upstream.release()
        assert paint(http, "a [held]").status_code == 200
        upstream.clear()


def test_a_task_is_held_until_it_is_released(http, upstream):
    task = http.post("/v1/videos", json={"model": "gpt-image-2", "prompt": "a [held]"}).json()
    job = {"model": "gpt-image-2-text-to-image", "input": {"prompt": "a [held]"}}
    task_id = http.post("/api/v1/jobs/createTask", json=job).json()["data"]["taskId"]

    def told() -> tuple[str, str]:
        record = http.get("/api/v1/jobs/recordInfo", params={"taskId": task_id}).json()
        return http.get(f"/v1/videos/{task['id']}").json()["status"], record["data"]["state"]

    assert [told() for _ in range(3)] == [("in_progress", "waiting")] * 3
    upstream.release()
    assert told() == ("completed", "success")


def test_polls_can_fail_and_recover(http):
    task = http.post("/v1/videos", json={"model": "gpt-image-2", "prompt": "a [poll=502html polls=2]"}).json()
    statuses = [http.get(f"/v1/videos/{task['id']}").status_code for _ in range(3)]
    assert statuses == [502, 502, 200]


def test_a_task_can_be_lost(http, upstream):
    task = http.post("/v1/videos", json={"model": "gpt-image-2", "prompt": "a [fail=lost_task]"}).json()
    assert http.get(f"/v1/videos/{task['id']}").status_code == 404
    assert len(upstream.log()) == 1


def test_a_task_whose_answer_was_lost_is_found_again_by_its_request_id(http, upstream):
    job = {"model": "gpt-image-2-text-to-image", "input": {"prompt": "a [once=reset]"}}
    headers = {"X-Request-ID": "r-1"}
    with pytest.raises(httpx2.ReadError):
        http.post("/api/v1/jobs/createTask", json=job, headers=headers)
    assert http.post("/api/v1/jobs/createTask", json=job, headers=headers).json()["code"] == 200
    assert len(upstream.log()) == 1


def test_jobs_fetches_its_references_when_asked(http, upstream):
    prompt = "a [fetch]"
    urls = [f"{upstream.url}/files/cat.png?size=64x64", f"{upstream.url}/files/cat.png?fail=result404"]
    job = {"model": "gpt-image-2-image-to-image", "input": {"prompt": prompt, "image_urls": urls}}
    task_id = http.post("/api/v1/jobs/createTask", json=job).json()["data"]["taskId"]
    good, bad = (fact["fetched"] for fact in upstream.log()[0]["references"])
    assert (good["status"], good["media_type"]) == (200, "image/png")
    assert bad == {"status": 404}
    told = http.get("/api/v1/jobs/recordInfo", params={"taskId": task_id}).json()
    assert told["data"]["state"] == "fail"


@pytest.mark.parametrize(
    ("fault", "status", "media_type"),
    [
        ("result404", 404, "application/xml"),
        ("result_html", 200, "text/html; charset=utf-8"),
        ("result_svg", 200, "image/svg+xml"),
        ("result_pixels", 200, "image/png"),
        ("result_redirect", 302, None),
    ],
)
def test_a_result_can_be_something_else(http, fault, status, media_type):
    answered = http.get(result(http, f"a [fail={fault}]"))
    assert (answered.status_code, answered.headers.get("content-type")) == (status, media_type)


def test_a_result_can_point_inside(http):
    assert result(http, "a [fail=result_private]").startswith("http://169.254.169.254/")


def test_a_result_can_break_off(http):
    with pytest.raises(httpx2.RemoteProtocolError):
        http.get(result(http, "a [fail=result_truncated]"))


def test_a_result_can_come_drop_by_drop(http):
    with http.stream("GET", result(http, "a [fail=result_slow]")) as answered:
        assert len(next(answered.iter_raw())) == 16


def test_a_result_can_have_no_end(http):
    with http.stream("GET", result(http, "a [fail=result_bomb]")) as answered:
        taken = 0
        for piece in answered.iter_raw():
            taken += len(piece)
            if taken > 20_000_000:
                break
    assert "content-length" not in answered.headers


def test_a_picture_can_be_of_another_size_than_was_asked(http):
    url = paint(http, "a [fail=wrong_size]", size="1280x720").json()["data"][0]["url"]
    assert Image.open(io.BytesIO(http.get(url).content)).size == (640, 360)


@pytest.mark.parametrize(("form", "field"), [("url", "url"), ("b64", "b64_json"), ("dataurl", "b64_json")])
def test_a_picture_stands_where_the_script_wants_it(http, form, field):
    (item,) = paint(http, f"a [form={form} pixels=16x16]").json()["data"]
    assert list(item) == [field]
    assert item[field].startswith("data:image/png;base64,") == (form == "dataurl")


def test_a_large_picture_comes_whole(http):
    (item,) = paint(http, "a [form=b64 noise]", size="2048x2048").json()["data"]
    content = base64.b64decode(item["b64_json"], validate=True)
    assert len(content) > 4_000_000
    assert Image.open(io.BytesIO(content)).size == (2048, 2048)


def test_no_two_pictures_are_alike(http):
    assert len({http.get(result(http, "a [pixels=32x32]")).content for _ in range(5)}) == 5
