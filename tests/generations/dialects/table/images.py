"""Answers on the Images API: of the official and the vip document's providers, and of OpenAI's own endpoint."""

from generations.dialects.wire import SUBMIT, Image, Outcome
from generations.faults import Fault, Kind
from tests.generations.dialects.heard import (
    DATA_URL,
    HTML,
    PICTURE,
    REFUSAL,
    RESULT,
    TOKEN,
    C,
    D,
    E,
    Row,
    answers,
    done,
    error,
)

INLINE = Outcome((Image(inline=DATA_URL),))
USER_ERROR = "image_generation_user_error"
NOW, SOON = "Sat, 21 Nov 2026 08:00:00 GMT", "Sat, 21 Nov 2026 08:00:30 GMT"


def made(**fields: object) -> dict[str, object]:
    return {"created": 1713833628, "data": [{"b64_json": TOKEN}], **fields}


def seen(**details: object) -> dict[str, object]:
    """OpenAI's answer, with what its `usage` says was read."""
    return made(usage={"total_tokens": 100, "input_tokens": 50, "input_tokens_details": details})


def picture(**stated: object) -> Outcome:
    return Outcome((Image(inline=TOKEN),), **stated)  # type: ignore[arg-type]


def wait(seconds: float) -> Fault:
    return Fault(Kind.BUSY, status=429, retry_after=seconds)


OFFICIAL = answers(
    C,
    SUBMIT,
    ("S", 200, {"created": 1, "data": [{"url": RESULT, "revised_prompt": "x"}]}, Outcome((Image(url=RESULT),), "x")),
    ("S", 200, {"created": 1, "data": [{"b64_json": TOKEN}]}, picture()),
    ("G", 200, {"created": "1", "data": [{"url": RESULT}]}, done(RESULT)),
    ("G", 200, {"data": [{"url": RESULT}, {"url": PICTURE}]}, done(RESULT, PICTURE)),
    ("R", 200, {"data": [{"task_id": "t-1", "status": "submitted"}]}, Kind.GARBLED),
    ("G", 200, {"created": "1", "data": []}, Kind.GARBLED),
    ("G", 200, {"created": 1, "data": [{"url": None, "revised_prompt": "x"}]}, Kind.GARBLED),
    ("G", 200, HTML, Kind.GARBLED),
)

VIP = answers(
    D,
    SUBMIT,
    ("S", 200, {"data": [{"url": RESULT}]}, done(RESULT)),
    ("S", 200, {"data": [{"b64_json": DATA_URL}]}, INLINE),
    ("S", 200, {"data": [{"url": RESULT, "b64_json": DATA_URL}]}, INLINE),
    # A refusal, an empty purse, a wrong size and a crowd, each under another's status.
    ("D", 500, error(REFUSAL, None, "server_error"), Kind.REFUSED),
    ("D", 500, REFUSAL, Kind.REFUSED),
    ("D", 429, error("当前分组上游负载已饱和", "rate_limit_exceeded"), Kind.BUSY),
    ("X", 429, error("Invalid size '1x1'.", "invalid_value", USER_ERROR), Kind.INVALID),
    ("X", 429, error("upstream said: invalid_value, param size"), Kind.INVALID),
    ("D", 429, error("quota", "insufficient_user_quota"), Kind.DENIED),
    ("R", 403, error("余额不足", "pre_consume_token_quota_failed"), Kind.DENIED),
    ("R", 503, error("No available channel for model gpt-image-2-vip", "model_not_found"), Kind.NOT_STARTED),
    ("R", 500, error("Invalid request", "invalid_request", "new_api_error"), Kind.INVALID),
    ("R", 500, error("bad response status code 500", "bad_response_status_code", "upstream_error"), Kind.UNKNOWN),
    ("D", 524, HTML, Kind.UNKNOWN),
    # The line was held, and words that no document has there prove nothing: it may have been drawn and billed.
    ("G", 504, error("upstream overloaded, timed out"), Kind.UNKNOWN),
    ("G", 524, error("Too many requests"), Kind.UNKNOWN),
    ("G", 502, error("insufficient balance of the upstream account", None, "upstream_error"), Kind.UNKNOWN),
    ("G", 500, error("The model gpt-image-2-vip is not available"), Kind.UNKNOWN),
    ("G", 500, error("当前分组上游负载已饱和"), Kind.UNKNOWN),
    ("G", 500, error("No available channel for model gpt-image-2-vip"), Kind.UNKNOWN),
    ("G", 408, error("rate limit of the upstream reached while waiting"), Kind.UNKNOWN),
    ("G", 200, error("upstream overloaded, timed out", 504), Fault(Kind.UNKNOWN, status=504)),
    # Words that one has, and codes.
    (
        "R",
        503,
        error("当前分组 default 下对于模型 gpt-image-2-vip 无可用渠道", None, "one_api_error"),
        Kind.NOT_STARTED,
    ),
    ("G", 500, error("用户额度不足", "insufficient_user_quota", "new_api_error"), Kind.DENIED),
    # A picture wherever there is one.
    ("R", 200, {"data": [{"url": "", "b64_json": DATA_URL}]}, INLINE),
    ("G", 200, {"data": [{"url": DATA_URL, "b64_json": ""}]}, INLINE),
    ("G", 200, {"data": [{"url": TOKEN}]}, picture()),
    ("G", 200, {"data": {"url": RESULT}}, done(RESULT)),
    ("G", 200, {"data": [RESULT]}, done(RESULT)),
    ("G", 200, {"data": [{"url": RESULT}], **error("and yet it was made")}, done(RESULT)),
    # 200 and no picture, with an error inside or without.
    ("G", 200, {"data": [], "created": 1}, Kind.GARBLED),
    ("G", 200, {"data": None}, Kind.GARBLED),
    ("R", 200, {"data": [{"url": "", "b64_json": "", "revised_prompt": ""}]}, Kind.GARBLED),
    ("G", 200, {"data": [{}]}, Kind.GARBLED),
    ("G", 200, {"data": [], "message": REFUSAL}, Kind.REFUSED),
    ("G", 200, error("The engine stopped.", None, "upstream_error"), Kind.BROKEN),
    ("G", 200, {"error": "insufficient balance"}, Kind.DENIED),
    ("G", 200, HTML, Kind.GARBLED),
    ("G", 200, '{"created": 17, "data": [{"url": "http', Kind.GARBLED),
)

NATIVE = answers(
    E,
    SUBMIT,
    ("D", 200, made(quality="high"), picture(quality="high")),
    # What was read of the references, where that is counted: gateways fill in zeros for what they did not count.
    ("D", 200, seen(text_tokens=10, image_tokens=40), picture(image_tokens=40)),
    ("G", 200, seen(text_tokens=10, image_tokens=0), picture(image_tokens=0)),
    ("G", 200, seen(text_tokens="10", image_tokens="0"), picture(image_tokens=0)),
    ("R", 200, seen(text_tokens=0, image_tokens=0), picture()),
    ("G", 200, seen(text_tokens=10), picture()),
    ("G", 200, made(usage=None), picture()),
    ("G", 200, made(created="1713833628"), picture()),
    # A task, which this wire has not; done, and nothing to show for it; a page.
    ("G", 200, {"id": "t-1", "status": "in_progress", "progress": "10%"}, Kind.GARBLED),
    ("G", 200, {"status": "completed", "data": [{"url": ""}]}, Kind.GARBLED),
    ("G", 200, {"status": "pondering", "data": None}, Kind.GARBLED),
    ("G", 200, made(data=[]), Kind.GARBLED),
    ("G", 200, made(data=[None, {}]), Kind.GARBLED),
    ("G", 200, HTML, Kind.GARBLED),
    ("G", 200, "", Kind.GARBLED),
    # Refusals.
    ("X", 400, error(REFUSAL, "moderation_blocked", USER_ERROR), Kind.REFUSED),
    ("X", 400, error("We can't make it: similarity to third-party content, against our guardrails."), Kind.REFUSED),
    ("R", 400, error("Your prompt was flagged.", "content_policy_violation"), Kind.REFUSED),
    # Fields that are wrong.
    ("M", 400, error("Invalid size '1792x936'. Both must be divisible by 16.", "invalid_value"), Kind.INVALID),
    ("M", 400, error("Invalid value: 'x'. Supported values are: 'low' and 'auto'.", "invalid_value"), Kind.INVALID),
    ("M", 400, error("Invalid value for 'moderation'.", None), Kind.INVALID),
    ("M", 400, error("Unknown parameter: 'style'.", "unknown_parameter"), Kind.INVALID),
    ("G", 400, error("Something new.", "code_of_tomorrow"), Kind.INVALID),
    ("M", 400, error("The model 'gpt-image-9' does not exist.", "invalid_value"), Kind.NOT_STARTED),
    # Key, money, place.
    ("D", 401, error("Incorrect API key provided: sk-x.", "invalid_api_key"), Kind.DENIED),
    ("D", 401, error("You didn't provide an API key."), Kind.DENIED),
    ("G", 402, error("Payment required"), Kind.DENIED),
    ("D", 403, error("Country, region, or territory not supported"), Kind.DENIED),
    ("D", 429, error("You exceeded your current quota", "insufficient_quota", "insufficient_quota"), Kind.DENIED),
    # Come back later, and when.
    ("D", 429, error("Rate limit reached", "rate_limit_exceeded"), Fault(Kind.BUSY, status=429)),
    ("D", 429, error("Rate limit reached", "rate_limit_exceeded"), wait(20.0), {"retry_after": "20"}),
    ("D", 429, error("Rate limit reached", "rate_limit_exceeded"), wait(1.5), {"retry_after_ms": "1500"}),
    ("G", 429, error("Rate limit reached"), wait(30.0), {"retry_after": SOON, "date": NOW}),
    ("D", 429, error("Add a payment method to your billing account.", "rate_limit_exceeded"), Kind.BUSY),
    ("D", 409, error("Another request is being processed."), Kind.BUSY),
    ("G", 425, error("Too early"), Kind.BUSY),
    ("D", 503, error("Slow down", "slow_down"), Kind.BUSY),
    ("D", 503, error("The server is overloaded", "server_is_overloaded"), Kind.BUSY),
    # No verdict.
    ("D", 408, error("Request timed out"), Kind.UNKNOWN),
    ("D", 500, error("The server had an error", None, "server_error"), Kind.UNKNOWN),
    ("D", 503, "", Kind.UNKNOWN),
    ("G", 503, error("Our servers are currently overloaded. Please try again later."), Kind.UNKNOWN),
    ("G", 504, HTML, Kind.UNKNOWN),
    ("G", 520, HTML, Kind.UNKNOWN),
)

ROWS: tuple[Row, ...] = OFFICIAL + VIP + NATIVE
