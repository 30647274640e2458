"""What a fault keeps of the answer it was read from, and what the answer to a probe says."""

import pytest

from generations.dialects import named
from generations.faults import Fault, Kind
from tests.generations.dialects.heard import HTML, A, B, C, D, E, answer, error, record, task


def test_a_fault_keeps_the_providers_own_words():
    fault = named(E).read(answer(400, error("Unknown parameter: 'style'.", "unknown_parameter")))
    assert fault == Fault(Kind.INVALID, "Unknown parameter: 'style'.", "unknown_parameter", 400)


def test_nested_and_flat_errors_read_alike():
    flat = {"code": "invalid_size", "message": "invalid size", "data": None}
    assert named(A).read(answer(400, flat)) == named(A).read(answer(400, error("invalid size", "invalid_size")))


def test_a_failed_task_keeps_its_reason_and_code():
    fault = named(B).hear(answer(200, record("fail", failCode="500", failMsg="internal error")))
    assert fault == Fault(Kind.BROKEN, "internal error", "500", 200)


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry_after": "2"}, {}, 2),
        ({"retry_after": "0.5"}, {}, 0.5),
        ({"retry_after_ms": "1500", "retry_after": "9"}, {}, 1.5),
        ({"retry_after": "Sat, 21 Nov 2026 08:00:30 GMT", "date": "Sat, 21 Nov 2026 08:00:00 GMT"}, {}, 30),
        ({"retry_after": "Sat, 21 Nov 2026 08:00:30 GMT"}, {}, None),
        ({"retry_after": "Sat, 21 Nov 2026 07:00:00 GMT", "date": "Sat, 21 Nov 2026 08:00:00 GMT"}, {}, None),
        ({"retry_after": "soon"}, {}, None),
        ({"retry_after": f"Sat, 21 Nov {10**20} 08:00:30 GMT", "date": "Sat, 21 Nov 2026 08:00:00 GMT"}, {}, None),
        ({"retry_after": "-3"}, {}, None),
        ({}, {"code": 429, "msg": "rate limit exceeded", "data": {"retryAfter": 17}}, 17),
        ({}, {"code": 429, "msg": "rate limit exceeded", "data": None}, None),
    ],
)
def test_a_busy_provider_says_when_to_come_back(headers, body, seconds):
    fault = named(B).read(answer(429, body, **headers))
    assert (fault.kind, fault.retry_after) == (Kind.BUSY, seconds)


@pytest.mark.parametrize("name", [A, B])
def test_a_task_that_does_not_exist_proves_address_and_key(name):
    missing = {
        A: answer(404, {"code": "task_not_exist", "message": "task_not_exist", "data": None}),
        B: answer(404, {"code": 404, "msg": "task not found", "data": None}),
    }
    assert named(name).diagnose(missing[name]) is None


def test_the_other_ways_in_which_a_task_is_missing_are_good_news_too():
    assert named(A).diagnose(answer(400, {"code": "task_not_exist", "message": "", "data": None})) is None
    assert named(A).diagnose(answer(200, task(status="queued"))) is None
    assert named(B).diagnose(answer(200, {"code": 422, "msg": "recordInfo is null"})) is None
    assert named(B).diagnose(answer(200, record("waiting"))) is None


def test_a_list_of_models_proves_address_and_key():
    assert named(E).diagnose(answer(200, {"object": "list", "data": [{"id": "gpt-image-2"}]})) is None


@pytest.mark.parametrize("name", [A, B, C, D, E])
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, error("Incorrect API key provided", "invalid_api_key"), Kind.DENIED),
        (404, HTML, Kind.NOT_STARTED),
        (404, error("Invalid URL (GET /v1/x)"), Kind.NOT_STARTED),
        (200, HTML, Kind.GARBLED),
        (502, HTML, Kind.UNKNOWN),
    ],
)
def test_a_wrong_key_or_address_is_diagnosed(name, status, body, kind):
    assert named(name).diagnose(answer(status, body)).kind is kind


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (A, "/v1/videos/gpt_img_0_probe"),
        (B, "/api/v1/jobs/recordInfo"),
        (C, "/v1/models"),
        (D, "/v1/models"),
        (E, "/v1/models"),
    ],
)
def test_a_probe_is_a_question_and_costs_nothing(name, path):
    request = named(name).probe()
    assert (request.method, request.path) == ("GET", path)
