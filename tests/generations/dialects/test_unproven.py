"""What may have been paid for is never sent again: under a 5xx or a 408 no sentence proves that nothing was begun."""

import pytest

from generations.dialects import DIALECTS, classify
from generations.dialects.wire import SUBMIT
from generations.faults import MOVES_ON, Kind
from tests.generations.dialects.heard import answer, error

SENTENCES = (
    "upstream overloaded, timed out",
    "the upstream is saturated",
    "Rate limit reached",
    "too many concurrent requests",
    "concurrency limit",
    "under maintenance",
    "当前分组上游负载已饱和",
    "请求过于频繁",
    "并发数超限",
    "系统维护中",
    "insufficient credits",
    "You exceeded your current quota",
    "user quota is not enough",
    "authentication failed",
    "Incorrect API key provided",
    "Unauthorized",
    "账户余额不足",
    "无效的令牌",
    "该令牌额度已用尽",
    "用户已被封禁",
    "The model 'gpt-image-9' does not exist.",
    "model is not supported",
    "Invalid URL (POST /v1/videos)",
    "分组 default 下模型 gpt-image-2 的可用渠道不存在(retry)",
    "不支持该模型",
)


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520, 521, 522, 523, 524])
def test_a_sentence_sends_no_picture_elsewhere_that_may_have_been_begun(name, status):
    for sentence in SENTENCES:
        for body in (error(sentence), {"code": "x", "message": sentence}, {"code": status, "msg": sentence}, sentence):
            meant = classify(name, SUBMIT, answer(status, body))
            assert (meant.kind, meant.status) == (Kind.UNKNOWN, status), body


@pytest.mark.parametrize("name", DIALECTS)
def test_a_server_error_inside_a_200_leaves_as_much_open(name):
    for sentence in SENTENCES:
        for body in (error(sentence, 504), error(sentence, "502"), {"code": 504, "message": sentence}):
            assert classify(name, SUBMIT, answer(200, body)).kind is Kind.UNKNOWN, body


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("status", [200, 400])
def test_the_same_sentence_counts_where_the_request_was_refused(name, status):
    for sentence in SENTENCES:
        assert classify(name, SUBMIT, answer(status, error(sentence))).kind in MOVES_ON, sentence


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("server_is_overloaded", Kind.BUSY),
        ("system_cpu_overloaded", Kind.BUSY),
        ("insufficient_user_quota", Kind.DENIED),
        ("invalid_api_key", Kind.DENIED),
        ("model_not_found", Kind.NOT_STARTED),
    ],
)
def test_a_documented_code_counts_whatever_the_status(name, status, code, kind):
    assert classify(name, SUBMIT, answer(status, error("x", code))).kind is kind
