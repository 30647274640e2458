"""OpenAI's own package for Node works against the studio by changing base URL and key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.clients.conftest import PLACE, submissions_of
from tests.generations.pictures import picture

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def upstream(upstream_process):
    """Its book is empty when the program starts, and is read by all tests of this file."""
    upstream_process.clear()
    return upstream_process


@pytest.fixture(scope="module")
def heard(node, upstream, tmp_path_factory) -> dict[str, Any]:
    """What one program has heard of all its calls, which it makes at once."""
    folder = tmp_path_factory.mktemp("node")
    (folder / "picture.png").write_bytes(picture())
    (folder / "mask.png").write_bytes(picture(colour="black"))
    told = node((PLACE / "calls.mjs").read_text(), folder / "picture.png", folder / "mask.png")
    heard: dict[str, Any] = json.loads(told)
    return heard


def test_it_lists_the_image_models(heard):
    assert {"gpt-image-2", "gpt-image-2-official", "gpt-image-2-vip", "sketch"} <= set(heard["models"])
    assert heard["model"]["id"] == "sketch"


def test_it_generates_and_sees_what_came(heard):
    made = heard["generated"]
    assert (made["data"], made["size"], made["output_format"]) == (2, "1024x1024", "jpeg")
    assert made["picture"] == "JPEG"
    assert made["id"].startswith("req_")


def test_it_generates_through_the_two_sellers_wires(heard):
    assert heard["linked"] == {"keys": ["url", "revised_prompt"], "picture": "PNG"}
    assert heard["headed"] == "data:image/png;base64,"


def test_it_edits_a_file_that_it_streams(heard):
    assert heard["editedFile"] == "PNG"


def test_it_edits_two_files_with_a_mask(heard, upstream):
    assert heard["editedFiles"] == "PNG"
    (sent,) = submissions_of(upstream, "two cats and a mask")
    assert (len(sent["references"]), bool(sent["mask"])) == (2, True)


def test_it_hears_a_stream(heard):
    assert heard["streamed"] == {"types": ["image_generation.completed"], "picture": "PNG"}
    assert heard["streamedEdit"] == {"types": ["image_edit.completed"], "picture": "PNG"}


def test_a_stream_that_fails_throws(heard):
    told = heard["brokenStream"]
    assert (told["class"], told["code"]) == ("APIError", "moderation_blocked")
    assert "content policy" in told["message"]


def test_it_creates_a_video_and_fetches_its_picture(heard):
    task = heard["video"]
    assert (task["status"], task["object"], task["content"]) == ("completed", "image", "PNG")


@pytest.mark.parametrize(
    ("call", "kind", "status", "code", "param"),
    [
        ("strange", "AuthenticationError", 401, "invalid_api_key", None),
        ("nobodys", "BadRequestError", 400, "invalid_value", "model"),
        ("unknown", "BadRequestError", 400, "unknown_parameter", "response_format"),
        ("refused", "BadRequestError", 400, "moderation_blocked", None),
        ("missing", "NotFoundError", 404, "not_found", "model"),
        ("poor", "RateLimitError", 429, "insufficient_quota", None),
        ("poorVip", "PermissionDeniedError", 403, "insufficient_user_quota", None),
        ("failed", "InternalServerError", 502, "server_error", None),
    ],
)
def test_what_is_wrong_is_an_error_of_its_own_class_with_its_code_and_field(heard, call, kind, status, code, param):
    told = heard[call]
    assert (told["class"], told["status"], told["code"], told["param"]) == (kind, status, code, param)
    assert told["requestID"].startswith("req_")
    assert told["message"].startswith(f"{status} ")
    assert len(told["message"]) > 10


def test_a_failure_is_told_once_and_not_tried_again(heard, upstream):
    assert len(submissions_of(upstream, "a lost cat [fail=task_failed]")) == 1


@pytest.mark.parametrize(
    ("call", "prompt"), [("again", "a cat cut off"), ("editedAgain", "a cat cut off in a form")], ids=["JSON", "a form"]
)
def test_its_own_second_try_finds_the_first_ones_picture_and_is_charged_once(heard, upstream, house, call, prompt):
    told = heard[call]
    assert (told["tries"], told["replayed"], told["picture"]) == (["0", "1"], [None, "true"], "PNG")
    assert len(set(told["jobs"])) == 1
    assert len(submissions_of(upstream, prompt)) == 1
    made = "FROM generations_generation made JOIN generations_job job ON job.id = made.job_id"
    assert house.rows(f"SELECT made.charged {made} WHERE job.prompt = '{prompt}'") == [(5,)]
