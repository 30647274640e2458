"""What the answer to a poll means, documented, tolerated or broken."""

import json

import pytest

from generations.dialects import named
from generations.dialects.wire import Image, Outcome, Progress
from generations.faults import Fault, Kind
from tests.generations.dialects.heard import (
    DATA_URL,
    HTML,
    PICTURE,
    RESULT,
    A,
    B,
    answer,
    done,
    error,
    matches,
    record,
    task,
)

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


@pytest.mark.parametrize(("dialect", "status", "body", "expected"), HEAR)
def test_the_answer_to_a_poll_means(dialect, status, body, expected):
    meant = named(dialect).hear(answer(status, body))
    assert matches(meant, expected), meant
