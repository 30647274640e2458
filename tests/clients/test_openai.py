"""OpenAI's own SDK for Python works against the studio by changing base URL and key."""

from __future__ import annotations

import base64

import httpx
import openai
import pytest

from tests.generations.pictures import picture

pytestmark = pytest.mark.services

PNG = b"\x89PNG\r\n\x1a\n"
REFUSED = {"model": "gpt-image-2-official", "prompt": "[fail=refused]"}
FILE = ("shoe.png", picture())


def test_it_lists_the_image_models(client):
    names = [model.id for model in client.models.list()]
    assert {"gpt-image-2", "gpt-image-2-official", "gpt-image-2-vip", "sketch"} <= set(names)
    assert client.models.retrieve("sketch").id == "sketch"


def test_it_generates_and_sees_what_came(client):
    raw = client.images.with_raw_response.generate(
        model="sketch", prompt="a cat", n=2, size="1024x1536", quality="high", background="opaque", output_format="jpeg"
    )
    made = raw.parse()
    assert raw.headers["x-request-id"].startswith("req_")
    assert (made.size, made.output_format, len(made.data)) == ("1024x1536", "jpeg", 2)
    assert all(base64.b64decode(each.b64_json).startswith(b"\xff\xd8") for each in made.data)


def test_it_generates_through_the_two_sellers_wires(client, upstream):
    official = client.images.generate(
        model="gpt-image-2-official", prompt="a cat", size="1024x1024", quality="high", n=1
    )
    assert httpx.get(official.data[0].url, trust_env=False).content.startswith(PNG)
    vip = client.images.generate(model="gpt-image-2-vip", prompt="a cat", size="1536x2048", response_format="b64_json")
    assert vip.data[0].b64_json.startswith("data:image/png;base64,")
    assert len(upstream.log()) == 2


@pytest.mark.parametrize("image", [FILE, [FILE], [FILE, FILE]], ids=["one", "a list of one", "two"])
def test_it_edits(client, image):
    made = client.images.edit(model="sketch", prompt="a cat", image=image, n=1)
    assert base64.b64decode(made.data[0].b64_json).startswith(PNG)


def test_it_edits_through_the_wire_of_thirty_sizes(client, upstream):
    made = client.images.edit(model="gpt-image-2-vip", prompt="a cat", image=[FILE, FILE], size="1280x720")
    assert httpx.get(made.data[0].url, trust_env=False).content.startswith(PNG)
    (sent,) = upstream.log()
    assert len(sent["references"]) == 2


def test_it_hears_a_stream(client):
    events = list(client.images.generate(model="sketch", prompt="a cat", stream=True, partial_images=2))
    assert [event.type for event in events] == ["image_generation.completed"]
    assert base64.b64decode(events[0].b64_json).startswith(PNG)
    edits = list(client.images.edit(model="sketch", prompt="a cat", image=FILE, stream=True))
    assert [event.type for event in edits] == ["image_edit.completed"]


def test_a_stream_that_fails_raises(client):
    with pytest.raises(openai.APIError, match="content policy"):
        list(client.images.generate(model="gpt-image-2", prompt="a cat [fail=refused]", stream=True))


@pytest.mark.filterwarnings("ignore:The Sora API")
def test_it_creates_a_video_and_polls_it_to_its_end(client):
    made = client.videos.create_and_poll(
        model="gpt-image-2", prompt="a cat", extra_body={"metadata": {"size": "1080x1920", "urls": []}}
    )
    assert (made.status, made.object) == ("completed", "image")
    assert httpx.get(made.video_url, trust_env=False).content.startswith(PNG)
    assert client.videos.download_content(made.id).read().startswith(PNG)


@pytest.mark.parametrize(
    ("wish", "error", "code", "param"),
    [
        ({"model": "nobodys"}, openai.BadRequestError, "invalid_value", "model"),
        ({"prompt": ""}, openai.BadRequestError, "empty_string", "prompt"),
        ({"n": 11}, openai.BadRequestError, "integer_above_max_value", "n"),
        ({"size": "1792x936"}, openai.BadRequestError, "invalid_value", "size"),
        ({"response_format": "url"}, openai.BadRequestError, "unknown_parameter", "response_format"),
        (
            {"model": "gpt-image-2-official", "prompt": "[fail=refused]"},
            openai.BadRequestError,
            "moderation_blocked",
            None,
        ),
    ],
)
def test_what_is_wrong_is_an_error_of_its_own_class_with_its_code_and_field(client, wish, error, code, param):
    with pytest.raises(error) as wrong:
        client.images.generate(**{"model": "sketch", "prompt": "a cat", **wish})
    assert (wrong.value.code, wrong.value.param) == (code, param)
    assert wrong.value.request_id.startswith("req_")


def test_a_wrong_key_is_an_error_of_authentication(house):
    with pytest.raises(openai.AuthenticationError) as wrong:
        openai.OpenAI(base_url=f"{house.url}/v1", api_key="gs_live_none", max_retries=0).models.list()
    assert wrong.value.code == "invalid_api_key"


def test_a_failure_is_told_once_and_not_tried_again(client, upstream):
    with pytest.raises(openai.InternalServerError):
        client.images.generate(model="gpt-image-2-official", prompt="a cat [fail=task_failed]")
    assert len(upstream.submissions()) == 1


def test_its_own_second_try_finds_the_first_ones_picture(house, key, upstream):
    """The first answer is cut off on the way; the SDK asks again by itself, and the provider hears of it once."""
    asked: list[httpx.Request] = []

    class Cut(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            asked.append(request)
            answer = super().handle_request(request)
            if len(asked) == 1:
                answer.read()
                raise httpx.ReadError("cut off", request=request)
            return answer

    with openai.OpenAI(base_url=f"{house.url}/v1", api_key=key, http_client=httpx.Client(transport=Cut())) as client:
        made = client.images.with_raw_response.generate(model="gpt-image-2-vip", prompt="a cat that was cut off")
    assert made.headers["idempotent-replayed"] == "true"
    assert [request.headers["x-stainless-retry-count"] for request in asked] == ["0", "1"]
    assert len(upstream.log()) == 1
