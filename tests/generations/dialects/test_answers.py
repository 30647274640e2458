"""What comes back on each wire, documented, tolerated or broken, and what it means."""

import json

import pytest

from generations.dialects import named
from generations.dialects.wire import Accepted, Image, Outcome, Progress
from generations.faults import Fault, Kind
from tests.generations.dialects.heard import answer

A, B, C, D, E = "videos", "jobs", "images-official", "images-vip", "images-openai"
TASK = "gpt_img_1776831820897_6i7lyuxzd"
PICTURE = f"https://example.com/uploads/gpt-images/{TASK}.png"
RESULT = "https://cdn.example.com/result.png"
HTML = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body></body></html>"
REFUSAL = "Your request was rejected by the safety system. Your request ID is x. safety_violations=[sexual]."
DATA_URL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA"
TOKEN = "9f86d081884c7d65"


def task(**fields):
    return {"id": TASK, "object": "image", "model": "gpt-image-2", "created_at": 1709876543, **fields}


def record(state, **fields):
    nothing = dict.fromkeys(("resultJson", "failCode", "failMsg", "costTime", "completeTime"))
    data = {"taskId": "task_x", "model": "m", "state": state, "param": "{}", **nothing, "createTime": 1777459967759}
    return {"code": 200, "msg": "success", "data": data | fields}


def error(message, code=None, kind="invalid_request_error", **fields):
    return {"error": {"message": message, "type": kind, "param": None, "code": code, **fields}}


def done(*urls):
    return Outcome(tuple(Image(url=url) for url in urls))


READ = [
    # A, as documented
    (A, 200, task(status="queued", progress=0), Accepted(TASK)),
    (A, 200, task(status="completed", progress=100, video_url=PICTURE), done(PICTURE)),
    (A, 200, task(status="failed", error={"message": "boom", "code": "upstream_error"}), Kind.BROKEN),
    # A, tolerated
    (A, 200, {"task_id": "t-1", "status": "submitted"}, Accepted("t-1")),
    (A, 200, {"id": "", "task_id": "t-1"}, Accepted("t-1")),
    (A, 200, {"id": 17}, Accepted("17")),
    (A, 200, {"code": "success", "message": "", "data": {"task_id": "t-1", "status": "NOT_START"}}, Accepted("t-1")),
    # A, errors: nested and flat mean the same (X04)
    (A, 400, {"code": "invalid_request", "message": "prompt is required", "data": None}, Kind.INVALID),
    (A, 400, error("prompt is required", "invalid_request"), Kind.INVALID),
    (A, 401, error("无效的令牌 (request id: 1)", "", "new_api_error"), Kind.DENIED),
    (A, 403, error("用户额度不足", "insufficient_user_quota", "new_api_error"), Kind.DENIED),
    (A, 403, error("用户已被封禁", "", "new_api_error"), Kind.DENIED),
    (A, 413, {"code": "read_request_body_failed", "message": "too large", "data": None}, Kind.INVALID),
    (A, 429, {"code": "", "message": "当前分组上游负载已饱和,请稍后再试", "data": None}, Kind.BUSY),
    (A, 500, {"code": "bad_response", "message": "当前分组上游负载已饱和,请稍后再试"}, Kind.BUSY),
    (A, 500, error("user sensitive words detected", "sensitive_words_detected", "new_api_error"), Kind.REFUSED),
    (A, 503, error("无可用渠道", "model_not_found", "new_api_error"), Kind.NOT_STARTED),
    (A, 500, {"code": "do_request_failed", "message": "unexpected EOF", "data": None}, Kind.UNKNOWN),
    (A, 500, {"code": "upstream_error", "message": "内容不符合安全规范,请修改提示词"}, Kind.REFUSED),
    (A, 404, error("Invalid URL (POST /v1/videos)", ""), Kind.NOT_STARTED),
    # A, no verdict (X03)
    (A, 502, HTML, Kind.UNKNOWN),
    (A, 504, "", Kind.UNKNOWN),
    (A, 524, HTML, Kind.UNKNOWN),
    (A, 408, "", Kind.UNKNOWN),
    (A, 200, HTML, Kind.GARBLED),
    (A, 200, "", Kind.GARBLED),
    (A, 200, '{"id": "gpt_img', Kind.GARBLED),
    (A, 200, [], Kind.GARBLED),
    (A, 200, {}, Kind.GARBLED),
    (A, 302, "", Kind.NOT_STARTED),
    # B, as documented
    (B, 200, {"code": 200, "msg": "success", "data": {"taskId": "task_x"}}, Accepted("task_x")),
    (B, 400, {"code": 400, "msg": "invalid request", "data": None}, Kind.INVALID),
    (B, 401, {"code": 401, "msg": "authentication failed", "data": None}, Kind.DENIED),
    (B, 402, {"code": 402, "msg": "insufficient credits", "data": None}, Kind.DENIED),
    (B, 409, {"code": 409, "msg": "active task limit reached", "data": None}, Kind.BUSY),
    (B, 422, {"code": 422, "msg": "model is not supported", "data": None}, Kind.NOT_STARTED),
    (B, 422, {"code": 422, "msg": "input.image_urls needs one", "data": None}, Kind.INVALID),
    (B, 429, {"code": 429, "msg": "rate limit exceeded", "data": {"retryAfter": 17}}, Kind.BUSY),
    (B, 500, {"code": 500, "msg": "server error", "data": None}, Kind.UNKNOWN),
    # B, tolerated (X05, X06)
    (B, 200, {"code": "200", "msg": "success", "data": {"taskId": "task_x"}}, Accepted("task_x")),
    (B, 200, {"code": "success", "data": {"task_id": "task_x"}}, Accepted("task_x")),
    (B, 200, {"code": 402, "msg": "insufficient credits"}, Kind.DENIED),
    (B, 200, {"code": "401", "msg": "You do not have access permissions"}, Kind.DENIED),
    (B, 200, {"code": 500, "msg": "server exception, please try again later"}, Kind.UNKNOWN),
    (B, 200, {"code": 433, "msg": "limit"}, Kind.DENIED),
    (B, 200, {"code": 455, "msg": "under maintenance"}, Kind.BUSY),
    (B, 200, {"code": 505, "msg": "feature disabled"}, Kind.NOT_STARTED),
    (B, 200, {"code": 200, "msg": "success", "data": None}, Kind.GARBLED),
    (B, 200, {"code": 200, "msg": "success", "data": {"taskId": ""}}, Kind.GARBLED),
    (B, 403, HTML, Kind.DENIED),
    (B, 200, HTML, Kind.GARBLED),
    (B, 400, {"code": 400, "msg": "积分不足", "data": None}, Kind.DENIED),
    # C
    (C, 200, {"created": 1, "data": [{"url": RESULT, "revised_prompt": "x"}]}, Outcome((Image(url=RESULT),), "x")),
    (C, 200, {"created": 1, "data": [{"b64_json": TOKEN}]}, Outcome((Image(inline=TOKEN),))),
    (C, 200, {"data": [{"url": RESULT}, {"url": PICTURE}]}, done(RESULT, PICTURE)),
    (C, 200, {"data": [{"task_id": "t-1", "status": "submitted"}]}, Kind.GARBLED),
    # D, as documented (X09, X11)
    (D, 200, {"data": [{"url": RESULT}]}, done(RESULT)),
    (D, 200, {"data": [{"url": RESULT, "b64_json": DATA_URL}]}, Outcome((Image(inline=DATA_URL),))),
    (D, 500, error(REFUSAL, None, "server_error"), Kind.REFUSED),
    (D, 500, REFUSAL, Kind.REFUSED),
    (D, 429, error("当前分组上游负载已饱和", "rate_limit_exceeded"), Kind.BUSY),
    (D, 429, error("Invalid size '1x1'.", "invalid_value", "image_generation_user_error"), Kind.INVALID),
    (D, 429, error("upstream said: invalid_value, param size"), Kind.INVALID),
    (D, 429, error("quota", "insufficient_user_quota"), Kind.DENIED),
    (D, 403, error("余额不足", "pre_consume_token_quota_failed"), Kind.DENIED),
    (D, 503, error("No available channel for model gpt-image-2-vip", "model_not_found"), Kind.NOT_STARTED),
    (D, 500, error("Invalid request", "invalid_request", "new_api_error"), Kind.INVALID),
    (D, 524, HTML, Kind.UNKNOWN),
    (D, 500, error("bad response status code 500", "bad_response_status_code", "upstream_error"), Kind.UNKNOWN),
    # D, tolerated (X13, X17)
    (D, 200, {"data": [{"url": "", "b64_json": DATA_URL}]}, Outcome((Image(inline=DATA_URL),))),
    (D, 200, {"data": [{"url": DATA_URL, "b64_json": ""}]}, Outcome((Image(inline=DATA_URL),))),
    (D, 200, {"data": [{"url": TOKEN}]}, Outcome((Image(inline=TOKEN),))),
    (D, 200, {"data": {"url": RESULT}}, done(RESULT)),
    (D, 200, {"data": [RESULT]}, done(RESULT)),
    (D, 200, {"data": [], "created": 1}, Kind.GARBLED),
    (D, 200, {"data": None}, Kind.GARBLED),
    (D, 200, {"data": [{"url": "", "b64_json": "", "revised_prompt": ""}]}, Kind.GARBLED),
    (D, 200, {"data": [{}]}, Kind.GARBLED),
    (D, 200, {"data": [], "message": REFUSAL}, Kind.REFUSED),
    (D, 200, error("The engine stopped.", None, "upstream_error"), Kind.BROKEN),
    (D, 200, HTML, Kind.GARBLED),
    (D, 200, '{"created": 17, "data": [{"url": "http', Kind.GARBLED),
    # E
    (E, 200, {"data": [{"b64_json": TOKEN}], "quality": "high"}, Outcome((Image(inline=TOKEN),), quality="high")),
    (E, 400, error(REFUSAL, "moderation_blocked", "image_generation_user_error"), Kind.REFUSED),
    (E, 400, error("We can't make it: similarity to third-party content, against our guardrails."), Kind.REFUSED),
    (E, 400, error("Invalid value: 'x'. Supported values are: 'low' and 'auto'.", "invalid_value"), Kind.INVALID),
    (E, 400, error("Invalid value for 'moderation'.", None), Kind.INVALID),
    (E, 400, error("The model 'gpt-image-9' does not exist.", "invalid_value"), Kind.NOT_STARTED),
    (E, 400, error("Unknown parameter: 'style'.", "unknown_parameter"), Kind.INVALID),
    (E, 400, error("Something new.", "code_of_tomorrow"), Kind.INVALID),
    (E, 401, error("Incorrect API key provided: sk-x.", "invalid_api_key"), Kind.DENIED),
    (E, 401, error("You didn't provide an API key."), Kind.DENIED),
    (E, 403, error("Country, region, or territory not supported"), Kind.DENIED),
    (
        E,
        429,
        error("Rate limit reached: add a payment method to your billing account.", "rate_limit_exceeded"),
        Kind.BUSY,
    ),
    (E, 429, error("You exceeded your current quota", "insufficient_quota", "insufficient_quota"), Kind.DENIED),
    (E, 503, error("Slow down", "slow_down"), Kind.BUSY),
    (E, 503, "", Kind.UNKNOWN),
    (E, 500, error("The server had an error", None, "server_error"), Kind.UNKNOWN),
]

HEAR = [
    # A, as documented
    (A, 200, task(status="queued", progress=0), Progress(0, started=False)),
    (A, 200, task(status="in_progress", progress=10), Progress(10)),
    (A, 200, task(status="completed", progress=100, completed_at=1709876598, video_url=PICTURE), done(PICTURE)),
    (
        A,
        200,
        task(status="failed", error={"message": "内容不符合安全规范,请修改", "code": "upstream_error"}),
        Kind.REFUSED,
    ),
    (A, 200, task(status="failed", error={"message": "上游生成失败", "code": "upstream_error"}), Kind.BROKEN),
    # A, tolerated (X01, X02)
    (A, 200, task(status="in_progress", progress="10%", created_at="1709876543"), Progress(10)),
    (A, 200, task(status="processing", progress=""), Progress(None)),
    (A, 200, task(status="IN-PROGRESS", progress=250), Progress(100)),
    (A, 200, task(status="running", progress="NaN"), Progress(None)),
    (A, 200, task(status="pondering"), Progress(None)),
    (A, 200, task(status="completed", progress="100%"), Kind.GARBLED),
    (A, 200, task(status="completed", video_url="", completed_at=0), Kind.GARBLED),
    (A, 200, task(status="succeeded", url=PICTURE), done(PICTURE)),
    (A, 200, task(status="completed", result={"url": PICTURE}), done(PICTURE)),
    (A, 200, task(status="completed", metadata={"url": PICTURE}), done(PICTURE)),
    (A, 200, task(status="completed", metadata=None, video_url=None, data=[{"url": PICTURE}]), done(PICTURE)),
    (A, 200, task(status="completed", video_url=DATA_URL), Outcome((Image(inline=DATA_URL),))),
    (A, 200, {"code": "success", "data": {"task_id": "t", "status": "SUCCESS", "result_url": PICTURE}}, done(PICTURE)),
    (A, 200, task(status="failed", error="content policy violation"), Kind.REFUSED),
    (A, 200, task(status="failed", error=None), Kind.BROKEN),
    (A, 200, task(status="failed", fail_reason="触发敏感词"), Kind.REFUSED),
    (A, 200, task(status="failed", error={"message": "bad size", "code": "invalid_size"}), Kind.INVALID),
    (A, 200, task(status="failed", error={"message": "insufficient quota", "code": ""}), Kind.BROKEN),
    (A, 200, task(status="cancelled"), Kind.BROKEN),
    # A, what says nothing of the task
    (A, 404, {"code": "task_not_exist", "message": "task_not_exist", "data": None}, Fault(Kind.UNKNOWN, status=404)),
    (A, 400, {"code": "task_not_exist", "message": "task_not_exist", "data": None}, Kind.UNKNOWN),
    (A, 400, error("Invalid request", "invalid_request"), Kind.UNKNOWN),
    (A, 401, error("无效的令牌"), Kind.DENIED),
    (A, 429, error("Too many requests"), Kind.BUSY),
    (A, 502, HTML, Kind.UNKNOWN),
    (A, 500, {"code": "fail_to_fetch_task", "message": "eof", "data": None}, Kind.UNKNOWN),
    (A, 500, {"code": "fail_to_fetch_task", "message": '{"error":{"code":"moderation_blocked"}}'}, Kind.REFUSED),
    (A, 200, HTML, Kind.GARBLED),
    (A, 200, {}, Kind.GARBLED),
    (A, 200, error("try later"), Kind.UNKNOWN),
    # B, as documented
    (B, 200, record("waiting"), Progress(None, started=False)),
    (B, 200, record("success", resultJson=json.dumps({"resultUrls": [RESULT]}), costTime=32241), done(RESULT)),
    (
        B,
        200,
        record(
            "fail", failCode="400", failMsg="Sorry, but the image we created may violate OpenAI's content policies."
        ),
        Kind.REFUSED,
    ),
    # B, tolerated (X07, X08)
    (B, 200, record("queuing"), Progress(None, started=False)),
    (B, 200, record("generating", progress="42"), Progress(42)),
    (B, 200, record("SUCCESS", resultJson={"resultUrls": [RESULT, PICTURE]}), done(RESULT, PICTURE)),
    (B, 200, record("dreaming"), Progress(None)),
    (B, 200, record("success", resultJson=""), Kind.GARBLED),
    (B, 200, record("success", resultJson=None), Kind.GARBLED),
    (B, 200, record("success", resultJson='{"resultUrls":["htt'), Kind.GARBLED),
    (B, 200, record("success", resultJson='{"resultUrls":[]}'), Kind.GARBLED),
    (B, 200, record("success", resultJson='["x"]'), Kind.GARBLED),
    (B, 200, record("success", resultJson=None, resultUrls=[RESULT]), done(RESULT)),
    (B, 200, record("fail", failCode="500", failMsg="internal error"), Kind.BROKEN),
    (B, 200, record("fail", failCode="422", failMsg="nope"), Kind.INVALID),
    (B, 200, record("fail", failCode="", failMsg=""), Kind.BROKEN),
    (B, 200, {"code": 501, "msg": "generation failed", "data": None}, Kind.BROKEN),
    (B, 501, {"code": 501, "msg": "not implemented", "data": None}, Kind.UNKNOWN),
    (B, 404, {"code": 404, "msg": "task not found", "data": None}, Fault(Kind.UNKNOWN, status=404)),
    (B, 200, {"code": 404, "msg": "task not found", "data": None}, Fault(Kind.UNKNOWN, status=404)),
    (B, 200, {"code": 422, "msg": "recordInfo is null"}, Kind.UNKNOWN),
    (B, 200, {"code": 500, "msg": "server exception"}, Kind.UNKNOWN),
    (B, 200, {"code": 402, "msg": "insufficient credits"}, Kind.DENIED),
    (B, 200, {"code": 200, "msg": "success", "data": None}, Kind.GARBLED),
    (B, 503, HTML, Kind.UNKNOWN),
]


def _matches(meant, expected):
    match expected:
        case Kind():
            return isinstance(meant, Fault) and meant.kind is expected
        case Fault():
            return isinstance(meant, Fault) and (meant.kind, meant.status) == (expected.kind, expected.status)
    return meant == expected


@pytest.mark.parametrize(("dialect", "status", "body", "expected"), READ)
def test_the_answer_to_a_submission_means(dialect, status, body, expected):
    meant = named(dialect).read(answer(status, body))
    assert _matches(meant, expected), meant


@pytest.mark.parametrize(("dialect", "status", "body", "expected"), HEAR)
def test_the_answer_to_a_poll_means(dialect, status, body, expected):
    meant = named(dialect).hear(answer(status, body))
    assert _matches(meant, expected), meant


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
