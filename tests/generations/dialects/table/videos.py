"""Answers on `/v1/videos`."""

from generations.dialects.wire import POLL, SUBMIT, Accepted, Image, Outcome, Progress
from generations.faults import Fault, Kind
from tests.generations.dialects.heard import DATA_URL, HTML, PICTURE, REFUSAL, TASK, A, Row, answers, done, error, task

GONE = {"code": "task_not_exist", "message": "task_not_exist", "data": None}

SUBMITTED = answers(
    A,
    SUBMIT,
    ("S", 200, task(status="queued", progress=0), Accepted(TASK)),
    ("S", 200, task(status="completed", progress=100, video_url=PICTURE), done(PICTURE)),
    ("S", 200, task(status="failed", error={"message": "boom", "code": "upstream_error"}), Kind.BROKEN),
    # The same in other words, as relays have them.
    ("R", 200, {"task_id": "t-1", "status": "submitted"}, Accepted("t-1")),
    ("R", 200, {"code": "success", "message": "", "data": {"task_id": "t-1", "status": "NOT_START"}}, Accepted("t-1")),
    ("G", 200, {"id": "", "task_id": "t-1"}, Accepted("t-1")),
    ("G", 200, {"id": 17}, Accepted("17")),
    ("G", 200, task(status="in_progress", progress="10%", created_at="1709876543"), Accepted(TASK)),
    ("G", 200, task(status="pondering", progress="NaN"), Accepted(TASK)),
    ("G", 200, task(status="", progress=None), Accepted(TASK)),
    # Done, it says, and shows nothing; or failed, and says why.
    ("G", 200, task(status="completed", progress="100%"), Kind.GARBLED),
    ("G", 200, task(status="completed", video_url="", completed_at=0), Kind.GARBLED),
    ("G", 200, task(status="completed", data=[]), Kind.GARBLED),
    ("G", 200, task(status="failed", error={"message": REFUSAL, "code": "upstream_error"}), Kind.REFUSED),
    # Nested and flat errors mean the same.
    ("R", 400, {"code": "invalid_request", "message": "prompt is required", "data": None}, Kind.INVALID),
    ("R", 400, error("prompt is required", "invalid_request"), Kind.INVALID),
    ("R", 413, {"code": "read_request_body_failed", "message": "too large", "data": None}, Kind.INVALID),
    ("R", 401, error("无效的令牌 (request id: 1)", "", "new_api_error"), Kind.DENIED),
    ("R", 403, error("用户额度不足", "insufficient_user_quota", "new_api_error"), Kind.DENIED),
    ("R", 403, error("用户已被封禁", "", "new_api_error"), Kind.DENIED),
    ("R", 404, error("Invalid URL (POST /v1/videos)", ""), Kind.NOT_STARTED),
    ("R", 503, error("无可用渠道", "model_not_found", "new_api_error"), Kind.NOT_STARTED),
    ("R", 429, {"code": "", "message": "当前分组上游负载已饱和,请稍后再试", "data": None}, Kind.BUSY),
    ("R", 503, error("系统 CPU 过载", "system_cpu_overloaded", "new_api_error"), Kind.BUSY),
    # Refusals, under whatever status.
    ("R", 500, error("user sensitive words detected", "sensitive_words_detected", "new_api_error"), Kind.REFUSED),
    ("G", 500, {"code": "upstream_error", "message": "内容不符合安全规范,请修改提示词"}, Kind.REFUSED),
    # No verdict: it may have been begun, so it is never sent again.
    ("R", 500, {"code": "do_request_failed", "message": "unexpected EOF", "data": None}, Kind.UNKNOWN),
    ("R", 500, {"code": "get_channel_failed", "message": "模型 m 的可用渠道不存在(retry)", "data": None}, Kind.UNKNOWN),
    ("G", 500, {"code": "bad_response", "message": "当前分组上游负载已饱和,请稍后再试"}, Kind.UNKNOWN),
    ("G", 200, {"code": 504, "message": "upstream overloaded, timed out"}, Fault(Kind.UNKNOWN, status=504)),
    ("X", 502, HTML, Kind.UNKNOWN),
    ("X", 504, "", Kind.UNKNOWN),
    ("D", 524, HTML, Kind.UNKNOWN),
    ("G", 408, "", Kind.UNKNOWN),
    ("G", 302, "", Kind.NOT_STARTED),
    ("G", 200, HTML, Kind.GARBLED),
    ("G", 200, "", Kind.GARBLED),
    ("G", 200, '{"id": "gpt_img', Kind.GARBLED),
    ("G", 200, [], Kind.GARBLED),
    ("G", 200, {}, Kind.GARBLED),
    ("G", 200, {"code": "success", "data": []}, Kind.GARBLED),
    ("G", 200, {"code": "success", "data": {}}, Kind.GARBLED),
    ("G", 200, {"status": "pondering"}, Kind.GARBLED),
    ("G", 200, {"status": "completed", "video_url": ""}, Kind.GARBLED),
)

POLLED = answers(
    A,
    POLL,
    ("S", 200, task(status="queued", progress=0), Progress(0, started=False)),
    ("S", 200, task(status="in_progress", progress=10), Progress(10)),
    ("S", 200, task(status="completed", progress=100, completed_at=1709876598, video_url=PICTURE), done(PICTURE)),
    (
        "S",
        200,
        task(
            status="failed",
            progress=0,
            error={"message": "内容不符合安全规范,请修改提示词或更换参考图片后重试", "code": "upstream_error"},
        ),
        Kind.REFUSED,
    ),
    ("G", 200, task(status="failed", error={"message": "上游生成失败", "code": "upstream_error"}), Kind.BROKEN),
    # Numbers as strings, states in other words, a picture in another place.
    ("G", 200, task(status="in_progress", progress="10%", created_at="1709876543"), Progress(10)),
    ("G", 200, task(status="in_progress", progress="42.0"), Progress(42)),
    ("G", 200, task(status="processing", progress=""), Progress(None)),
    ("G", 200, task(status="IN-PROGRESS", progress=250), Progress(100)),
    ("G", 200, task(status="running", progress="NaN"), Progress(None)),
    ("G", 200, task(status="pondering"), Progress(None)),
    ("R", 200, task(status="succeeded", url=PICTURE), done(PICTURE)),
    ("R", 200, task(status="completed", result={"url": PICTURE}), done(PICTURE)),
    ("R", 200, task(status="completed", metadata={"url": PICTURE}), done(PICTURE)),
    ("G", 200, task(status="completed", metadata=None, video_url=None, data=[{"url": PICTURE}]), done(PICTURE)),
    ("G", 200, task(status="completed", video_url=DATA_URL), Outcome((Image(inline=DATA_URL),))),
    (
        "R",
        200,
        {"code": "success", "data": {"task_id": "t", "status": "SUCCESS", "result_url": PICTURE}},
        done(PICTURE),
    ),
    # Success without a picture.
    ("G", 200, task(status="completed", progress="100%"), Kind.GARBLED),
    ("G", 200, task(status="completed", video_url="", completed_at=0), Kind.GARBLED),
    # Failures, and why.
    ("G", 200, task(status="failed", error="content policy violation"), Kind.REFUSED),
    ("G", 200, task(status="failed", fail_reason="触发敏感词"), Kind.REFUSED),
    ("G", 200, task(status="failed", error=None), Kind.BROKEN),
    ("G", 200, task(status="failed", error={"message": "bad size", "code": "invalid_size"}), Kind.INVALID),
    ("G", 200, task(status="failed", error={"message": "insufficient quota", "code": ""}), Kind.BROKEN),
    ("G", 200, task(status="cancelled"), Kind.BROKEN),
    # What says nothing of the task does not end it.
    ("R", 400, GONE, Kind.UNKNOWN),
    ("G", 404, GONE, Fault(Kind.UNKNOWN, status=404)),
    ("G", 400, error("Invalid request", "invalid_request"), Kind.UNKNOWN),
    ("R", 401, error("无效的令牌"), Kind.DENIED),
    ("G", 429, error("Too many requests"), Fault(Kind.BUSY, status=429, retry_after=2.0), {"retry_after": "2"}),
    ("X", 502, HTML, Kind.UNKNOWN),
    ("R", 500, {"code": "fail_to_fetch_task", "message": "eof", "data": None}, Kind.UNKNOWN),
    ("R", 500, {"code": "fail_to_fetch_task", "message": '{"error":{"code":"moderation_blocked"}}'}, Kind.REFUSED),
    ("G", 200, HTML, Kind.GARBLED),
    ("G", 200, {}, Kind.GARBLED),
    ("G", 200, error("try later"), Kind.UNKNOWN),
)

ROWS: tuple[Row, ...] = SUBMITTED + POLLED
