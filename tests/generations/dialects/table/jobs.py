"""Answers on `/api/v1/jobs`."""

import json

from generations.dialects.wire import POLL, SUBMIT, Accepted, Progress
from generations.faults import Fault, Kind
from tests.generations.dialects.heard import HTML, PICTURE, RESULT, B, Row, answers, done, record

TURNED_AWAY = "Sorry, but the image we created may violate OpenAI's content policies."


def said(code: object, msg: str, data: object = None) -> dict[str, object]:
    return {"code": code, "msg": msg, "data": data}


SUBMITTED = answers(
    B,
    SUBMIT,
    ("S", 200, said(200, "success", {"taskId": "task_x"}), Accepted("task_x")),
    ("S", 400, said(400, "invalid request"), Kind.INVALID),
    ("S", 401, said(401, "authentication failed"), Kind.DENIED),
    ("S", 402, said(402, "insufficient credits"), Kind.DENIED),
    ("S", 409, said(409, "active task limit reached"), Kind.BUSY),
    ("D", 422, said(422, "model is not supported"), Kind.NOT_STARTED),
    ("S", 422, said(422, "input.image_urls needs one"), Kind.INVALID),
    ("D", 429, said(429, "rate limit exceeded", {"retryAfter": 17}), Fault(Kind.BUSY, status=429, retry_after=17.0)),
    ("G", 429, said(429, "rate limit exceeded", {"retryAfter": "17"}), Fault(Kind.BUSY, status=429, retry_after=17.0)),
    ("S", 500, said(500, "server error"), Kind.UNKNOWN),
    ("G", 500, said(500, "积分不足"), Kind.UNKNOWN),
    ("G", 503, said(503, "under maintenance"), Kind.UNKNOWN),
    ("G", 200, said(500, "too many concurrent tasks"), Fault(Kind.UNKNOWN, status=500)),
    # Errors under HTTP 200, and numbers as strings.
    ("G", 200, said("200", "success", {"taskId": "task_x"}), Accepted("task_x")),
    ("G", 200, said(200, "success", {"taskId": 20261121}), Accepted("20261121")),
    ("R", 200, {"code": "success", "data": {"task_id": "task_x"}}, Accepted("task_x")),
    ("G", 200, said(200, "", {"taskId": "task_x", "state": "dreaming", "progress": "10%"}), Accepted("task_x")),
    ("G", 200, said("429", "later", {"retryAfter": "17"}), Fault(Kind.BUSY, status=429, retry_after=17.0)),
    ("R", 200, {"code": 402, "msg": "insufficient credits"}, Fault(Kind.DENIED, status=402)),
    ("D", 200, {"code": "401", "msg": "You do not have access permissions"}, Fault(Kind.DENIED, status=401)),
    ("R", 200, {"code": 500, "msg": "server exception, please try again later"}, Fault(Kind.UNKNOWN, status=500)),
    ("D", 200, {"code": 433, "msg": "limit"}, Kind.DENIED),
    ("D", 200, {"code": 455, "msg": "under maintenance"}, Kind.BUSY),
    ("D", 455, {"code": 455, "msg": "we will be back"}, Kind.BUSY),
    ("D", 200, {"code": 505, "msg": "feature disabled"}, Kind.NOT_STARTED),
    ("G", 400, said(400, "积分不足"), Kind.DENIED),
    # Success without an id, and what is no answer at all.
    ("G", 200, said(200, "success"), Kind.GARBLED),
    ("G", 200, said(200, "success", {"taskId": ""}), Kind.GARBLED),
    ("G", 200, said(200, "success", {"taskId": None, "state": "success", "progress": "100%"}), Kind.GARBLED),
    ("G", 200, said(200, "success", {"taskId": ["task_x"]}), Kind.GARBLED),
    ("G", 200, said(200, "success", []), Kind.GARBLED),
    ("G", 200, said("200", "success", "task_x"), Kind.GARBLED),
    ("G", 200, [], Kind.GARBLED),
    ("G", 200, "", Kind.GARBLED),
    ("R", 403, HTML, Kind.DENIED),
    ("G", 200, HTML, Kind.GARBLED),
)

POLLED = answers(
    B,
    POLL,
    ("S", 200, record("waiting"), Progress(None, started=False)),
    ("S", 200, record("success", resultJson=json.dumps({"resultUrls": [RESULT]}), costTime=32241), done(RESULT)),
    ("D", 200, record("fail", failCode="400", failMsg=TURNED_AWAY), Kind.REFUSED),
    # Other sellers' states and places.
    ("D", 200, record("queuing"), Progress(None, started=False)),
    ("D", 200, record("generating", progress="42"), Progress(42)),
    ("G", 200, record("SUCCESS", resultJson={"resultUrls": [RESULT, PICTURE]}), done(RESULT, PICTURE)),
    ("G", 200, record("success", resultJson=None, resultUrls=[RESULT]), done(RESULT)),
    ("G", 200, record("dreaming"), Progress(None)),
    # Success without a picture.
    ("D", 200, record("success", resultJson=""), Kind.GARBLED),
    ("G", 200, record("success", resultJson=None), Kind.GARBLED),
    ("G", 200, record("success", resultJson='{"resultUrls":["htt'), Kind.GARBLED),
    ("G", 200, record("success", resultJson='{"resultUrls":[]}'), Kind.GARBLED),
    ("G", 200, record("success", resultJson='["x"]'), Kind.GARBLED),
    # Failures, and why.
    ("D", 200, record("fail", failCode="500", failMsg="internal error"), Kind.BROKEN),
    ("D", 200, record("fail", failCode="422", failMsg="nope"), Kind.INVALID),
    ("D", 200, record("fail", failCode="", failMsg=""), Kind.BROKEN),
    ("D", 200, said(501, "generation failed"), Kind.BROKEN),
    # What says nothing of the task does not end it.
    ("G", 501, said(501, "not implemented"), Kind.UNKNOWN),
    ("D", 404, said(404, "task not found"), Fault(Kind.UNKNOWN, status=404)),
    ("G", 200, said(404, "task not found"), Fault(Kind.UNKNOWN, status=404)),
    ("R", 200, {"code": 422, "msg": "recordInfo is null"}, Kind.UNKNOWN),
    ("R", 200, {"code": 500, "msg": "server exception"}, Kind.UNKNOWN),
    ("G", 200, {"code": 402, "msg": "insufficient credits"}, Kind.DENIED),
    ("G", 200, said(200, "success"), Kind.GARBLED),
    ("G", 503, HTML, Kind.UNKNOWN),
)

ROWS: tuple[Row, ...] = SUBMITTED + POLLED
