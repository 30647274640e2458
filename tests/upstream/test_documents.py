"""The scripted upstream answers every example of the providers' documents as the document shows it."""

import base64
import io
import json

import pytest
from PIL import Image

VIP = {"model": "gpt-image-2-vip", "prompt": "黄昏时的海边老灯塔,电影画幅,写实风格"}
OFFICIAL = {
    "model": "gpt-image-2-official",
    "prompt": "A watercolor painting of a Japanese garden in spring",
    "size": "1024x1024",
    "quality": "high",
    "n": 1,
}
JOB_PROMPT = "Turn this product photo into a premium studio advertisement with dramatic rim lighting"


def picture(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def test_videos_text_to_image(http, upstream):
    asked = {
        "model": "gpt-image-2",
        "prompt": "生成竖屏图片 xxx抖音带货 [steps=10]",
        "metadata": {"size": "1080x1920", "urls": []},
    }
    created = http.post("/v1/videos", json=asked).json()
    assert created["id"].startswith("gpt_img_")
    assert created | {"id": "", "created_at": 0} == {
        "id": "",
        "object": "image",
        "model": "gpt-image-2",
        "status": "queued",
        "progress": 0,
        "created_at": 0,
    }
    told = [http.get(f"/v1/videos/{created['id']}").json() for _ in range(11)]
    assert [task["status"] for task in told] == ["queued", *["in_progress"] * 9, "completed"]
    assert [task["progress"] for task in told] == [*range(0, 100, 10), 100]
    assert all("video_url" not in task and "completed_at" not in task for task in told[:-1])
    made = picture(http.get(told[-1]["video_url"]).content)
    assert (made.format, made.size) == ("PNG", (1080, 1920))
    assert upstream.log()[0]["size"] == "1080x1920"


def test_videos_image_to_image(http, upstream):
    urls = ["https://res.example.com/600x751h.jpg", "https://www.example.com/PCtm.png"]
    asked = {"model": "gpt-image-2", "prompt": "根据图片做一个广告", "metadata": {"size": "1080x1920", "urls": urls}}
    assert http.post("/v1/videos", json=asked).status_code == 200
    assert upstream.log()[0]["references"] == [{"form": "url", "url": url} for url in urls]


def test_videos_failed(http):
    asked = {"model": "gpt-image-2", "prompt": "a [fail=refused]"}
    created = http.post("/v1/videos", json=asked).json()
    told = http.get(f"/v1/videos/{created['id']}").json()
    assert (told["status"], told["progress"]) == ("failed", 0)
    assert told["error"] == {"message": "内容不符合安全规范,请修改提示词或更换参考图片后重试", "code": "upstream_error"}


def test_jobs(http, upstream):
    asked = {
        "model": "gpt-image-2-image-to-image",
        "input": {
            "prompt": f"{JOB_PROMPT} [steps=1]",
            "image_urls": ["https://cdn.example.com/input.png"],
            "resolution": "1K",
        },
    }
    created = http.post("/api/v1/jobs/createTask", json=asked).json()
    task_id = created["data"]["taskId"]
    assert created == {"code": 200, "msg": "success", "data": {"taskId": task_id}}
    waiting, done = (http.get("/api/v1/jobs/recordInfo", params={"taskId": task_id}).json() for _ in range(2))
    assert waiting["data"].pop("createTime") > 10**12
    assert json.loads(waiting["data"].pop("param")) == asked
    assert waiting["data"] == {
        "taskId": task_id,
        "model": "gpt-image-2-image-to-image",
        "state": "waiting",
        "resultJson": None,
        "failCode": None,
        "failMsg": None,
        "costTime": None,
        "completeTime": None,
    }
    assert (done["code"], done["msg"], done["data"]["state"]) == (200, "success", "success")
    (url,) = json.loads(done["data"]["resultJson"])["resultUrls"]
    assert picture(http.get(url).content).format == "PNG"
    assert len(upstream.log()) == 1


def test_jobs_failed(http):
    asked = {"model": "gpt-image-2-text-to-image", "input": {"prompt": "A cat [fail=refused]"}}
    task_id = http.post("/api/v1/jobs/createTask", json=asked).json()["data"]["taskId"]
    told = http.get("/api/v1/jobs/recordInfo", params={"taskId": task_id}).json()
    assert (told["code"], told["data"]["state"], told["data"]["failCode"]) == (200, "fail", "400")
    assert told["data"]["failMsg"] == "Sorry, but the image we created may violate OpenAI's content policies."


def test_jobs_take_each_request_id_once(http, upstream):
    asked = {"model": "gpt-image-2-text-to-image", "input": {"prompt": "A cat"}}
    first, again = (
        http.post("/api/v1/jobs/createTask", json=asked, headers={"X-Request-ID": "r-1"}).json() for _ in range(2)
    )
    other = http.post("/api/v1/jobs/createTask", json=asked, headers={"X-Request-ID": "r-2"}).json()
    assert first == again != other
    assert len(upstream.log()) == 2


def test_official(http, upstream):
    told = http.post("/v1/images/generations", json=OFFICIAL).json()
    (item,) = told["data"]
    assert set(told) == {"created", "data"}
    assert set(item) == {"url", "revised_prompt"}
    assert picture(http.get(item["url"]).content).size == (1024, 1024)
    assert upstream.log()[0]["fields"] == OFFICIAL


def test_official_answers_with_as_many_as_were_asked_for_and_in_base64(http, upstream):
    asked = OFFICIAL | {"n": 3, "response_format": "b64_json", "output_format": "webp", "background": "transparent"}
    items = http.post("/v1/images/generations", json=asked).json()["data"]
    made = [base64.b64decode(item["b64_json"], validate=True) for item in items]
    assert len(set(made)) == 3
    assert (picture(made[0]).format, picture(made[0]).mode) == ("WEBP", "RGBA")
    assert upstream.log()[0]["billed"] == 3


@pytest.mark.parametrize("size", ["2048x1152", "2048x1360"])
def test_vip_as_url(http, size):
    told = http.post("/v1/images/generations", json=VIP | {"size": size, "response_format": "url"}).json()
    assert list(told) == ["data"]
    assert list(told["data"][0]) == ["url"]
    made = picture(http.get(told["data"][0]["url"]).content)
    assert f"{made.width}x{made.height}" == size


@pytest.mark.parametrize("size", ["3840x2160", "2048x2048"])
def test_vip_as_base64_behind_a_prefix(http, size):
    told = http.post("/v1/images/generations", json=VIP | {"size": size, "response_format": "b64_json"}).json()
    prefix, _, data = told["data"][0]["b64_json"].partition(",")
    assert prefix == "data:image/png;base64"
    made = picture(base64.b64decode(data, validate=True))
    assert f"{made.width}x{made.height}" == size


@pytest.mark.parametrize("more", [{}, {"size": "1536x2048"}])
def test_vip_with_few_words(http, more):
    assert http.post("/v1/images/generations", json=VIP | more).json()["data"][0]["url"].startswith("http")


def test_vip_bills_each_of_n_and_answers_with_one(http, upstream):
    told = http.post("/v1/images/generations", json=VIP | {"n": 3}).json()
    assert len(told["data"]) == 1
    assert upstream.log()[0]["billed"] == 3


def test_vip_edits(http, upstream):
    png = http.get("/files/a.png?size=64x48").content
    files = [("image[]", ("one.png", png, "image/png")), ("image[]", ("two.png", png, "image/png"))]
    told = http.post("/v1/images/edits", data=VIP | {"size": "2048x2048", "response_format": "url"}, files=files)
    assert told.json()["data"][0]["url"]
    assert upstream.log()[0]["fields"]["size"] == "2048x2048"
    assert [fact["bytes"] for fact in upstream.log()[0]["references"]] == [len(png), len(png)]


def test_openai(http):
    asked = {"model": "gpt-image-2", "prompt": "A cat", "size": "1088x1920", "quality": "high"}
    told = http.post("/v1/images/generations", json=asked).json()
    assert picture(base64.b64decode(told["data"][0]["b64_json"])).size == (1088, 1920)
    assert (told["size"], told["quality"], told["output_format"]) == ("1088x1920", "high", "png")
    assert told["usage"]["total_tokens"]


def test_openai_edits_with_a_mask(http, upstream):
    png = http.get("/files/a.png?size=64x48").content
    files = [("image[]", ("one.png", png, "image/png")), ("mask", ("mask.png", png, "image/png"))]
    told = http.post("/v1/images/edits", data={"model": "gpt-image-2", "prompt": "A cat", "n": "1"}, files=files)
    assert told.status_code == 200, told.text
    assert upstream.log()[0]["mask"]["bytes"] == len(png)


def test_models_are_listed(http):
    assert "gpt-image-2-vip" in [model["id"] for model in http.get("/v1/models").json()["data"]]


WRONG = [
    ("/v1/videos", {"model": "gpt-image-2"}, 400),
    ("/v1/videos", {"prompt": "a"}, 400),
    ("/v1/videos", {"model": "sora-2", "prompt": "a"}, 503),
    ("/v1/videos", {"model": "gpt-image-2", "prompt": "a" * 10_001}, 400),
    ("/v1/videos", {"model": "gpt-image-2", "prompt": "a", "metadata": {"urls": ["https://a.example/"] * 6}}, 400),
    ("/v1/videos", {"model": "gpt-image-2", "prompt": "a", "metadata": {"urls": ["no picture"]}}, 400),
    ("/v1/videos", {"model": "gpt-image-2", "prompt": "a", "metadata": {"size": "1080×1920"}}, 400),
    ("/api/v1/jobs/createTask", {"model": "gpt-image-2", "input": {"prompt": "a"}}, 422),
    ("/api/v1/jobs/createTask", {"model": "gpt-image-2-image-to-image", "input": {"prompt": "a"}}, 422),
    ("/api/v1/jobs/createTask", {"model": "gpt-image-2-text-to-image", "input": {"prompt": ""}}, 422),
    (
        "/api/v1/jobs/createTask",
        {"model": "gpt-image-2-image-to-image", "input": {"prompt": "a", "image_urls": ["data:image/png;base64,AA"]}},
        422,
    ),
    (
        "/api/v1/jobs/createTask",
        {"model": "gpt-image-2-text-to-image", "input": {"prompt": "a", "resolution": "8K"}},
        422,
    ),
    ("/v1/images/generations", OFFICIAL | {"size": "2048x2048"}, 400),
    ("/v1/images/generations", OFFICIAL | {"n": 11}, 400),
    ("/v1/images/generations", OFFICIAL | {"quality": "max"}, 400),
    ("/v1/images/edits", OFFICIAL, 404),
    ("/v1/images/generations", VIP | {"quality": "high"}, 400),
    ("/v1/images/generations", VIP | {"aspect_ratio": "16:9"}, 400),
    ("/v1/images/generations", VIP | {"size": "1024x1024"}, 400),
    ("/v1/images/generations", VIP | {"size": "2048×1152"}, 400),
    ("/v1/images/edits", VIP, 400),
    ("/v1/images/generations", {"prompt": "a"}, 400),
    ("/v1/images/generations", {"model": "gpt-image-9", "prompt": "a"}, 400),
    ("/v1/images/generations", {"model": "gpt-image-2", "prompt": "a", "response_format": "url"}, 400),
    ("/v1/images/generations", {"model": "gpt-image-2", "prompt": "a", "size": "1080x1920"}, 400),
    ("/v1/images/generations", {"model": "gpt-image-2", "prompt": "a", "n": "2"}, 400),
    ("/v1/images/generations", {"model": "gpt-image-2", "prompt": "a", "output_compression": 50}, 400),
    ("/v1/images/generations", {"model": "gpt-image-1.5", "prompt": "a", "size": "2048x2048"}, 400),
]


@pytest.mark.parametrize(("path", "body", "status"), WRONG)
def test_what_a_document_does_not_allow_is_refused_and_not_billed(http, upstream, path, body, status):
    assert http.post(path, json=body).status_code == status
    assert upstream.log() == []
    assert [entry["fate"] for entry in upstream.submissions()] == ["rejected"]


@pytest.mark.parametrize(
    ("key", "videos", "jobs", "official", "vip"), [("bad-key", 401, 401, 401, 401), ("poor-key", 403, 402, 429, 403)]
)
def test_a_bad_key_and_an_empty_balance_are_told_as_each_document_has_it(
    http, upstream, key, videos, jobs, official, vip
):
    http.headers["Authorization"] = f"Bearer {key}"
    job = {"model": "gpt-image-2-text-to-image", "input": {"prompt": "a"}}
    assert http.post("/v1/videos", json={"model": "gpt-image-2", "prompt": "a"}).status_code == videos
    assert http.post("/api/v1/jobs/createTask", json=job).status_code == jobs
    assert http.post("/v1/images/generations", json=OFFICIAL).status_code == official
    assert http.post("/v1/images/generations", json=VIP).status_code == vip
    assert upstream.log() == []


def test_a_missing_key_is_a_bad_one(http):
    del http.headers["Authorization"]
    assert http.post("/v1/images/generations", json=VIP).status_code == 401
