"""What the answer to a submission means, documented, tolerated or broken."""

import pytest

from generations.dialects import named
from generations.dialects.wire import Accepted, Image, Outcome
from generations.faults import Kind
from tests.generations.dialects.heard import (
    DATA_URL,
    HTML,
    PICTURE,
    REFUSAL,
    RESULT,
    TASK,
    TOKEN,
    A,
    B,
    C,
    D,
    E,
    answer,
    done,
    error,
    matches,
    task,
)

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


@pytest.mark.parametrize(("dialect", "status", "body", "expected"), READ)
def test_the_answer_to_a_submission_means(dialect, status, body, expected):
    meant = named(dialect).read(answer(status, body))
    assert matches(meant, expected), meant
