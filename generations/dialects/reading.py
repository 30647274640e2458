"""What did a failed answer mean? One table for every wire: by code and text first, by HTTP status only then.

Providers pass each other's errors on under statuses of their own: a refusal as HTTP 500, a wrong size as 429, an
empty balance as 200. So the status is asked last. Yet a 5xx or a 408 leaves open whether the work was done, and what
may have been paid for is never sent again: there only a code, or words that a document has under that very status,
can say that nothing was begun.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, Self

from generations.dialects.loose import Stage, dig, number, progress, stage_of, text
from generations.dialects.wire import Image, Outcome, Polled, Response
from generations.faults import MOVES_ON, Fault, Kind

NO_PICTURE = "no_picture"
"""The code of an answer that says the work is done and holds no picture."""

_READ = 500
"""Characters of a message that are searched for what it means."""
_MESSAGES = ("message", "msg", "err", "error_msg", "detail", "failMsg", "fail_reason")
_FINE = frozenset({"", "0", "200", "success", "ok"})
_HTML = re.compile(r"\s*<(?:!doctype|html|head|body|\?xml)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """What an answer says in words: its message, its own code, and every code that it names.

    The message is whole: our key may stand in it, and only the client, who knows it, can take it out before a cut.
    """

    message: str
    code: str
    codes: frozenset[str]

    @classmethod
    def of(cls, body: Any, raw: str = "") -> Self:
        """Read nested `{"error": {…}}`, flat `{"code", "message"}`, `{"code", "msg"}` and plain text alike."""
        error = dig(body, "error")
        said = (dig(error, "message"), error, *(dig(body, name) for name in _MESSAGES), body)
        message = next((text(one) for one in said if isinstance(one, str) and one.strip()), raw)
        codes = [
            text(dig(error, "code")),
            text(dig(body, "code")),
            text(dig(body, "failCode")),
            text(dig(error, "type")),
        ]
        return cls(message, next(filter(None, codes[:3]), ""), frozenset(code.lower() for code in codes if code))


class Rule(NamedTuple):
    """One row of the table: an answer that names one of `codes`, or whose message holds `text`, is of this kind."""

    kind: Kind
    codes: frozenset[str]
    text: re.Pattern[str] | None
    proven: frozenset[int]
    """The statuses under which a document shows `text`, of those that leave open whether work was done."""

    def says(self, message: str, status: int) -> bool:
        """Whether these words are in it, and may be believed under this status."""
        is_believed = self.kind not in MOVES_ON or not _leaves_open(status) or status in self.proven
        return bool(is_believed and self.text and self.text.search(message[:_READ]))


def _rule(kind: Kind, codes: str = "", *texts: str, proven: tuple[int, ...] = ()) -> Rule:
    pattern = re.compile("|".join(texts), re.IGNORECASE) if texts else None
    return Rule(kind, frozenset(codes.split()), pattern, frozenset(proven))


_RULES = (
    # Refusals. OpenAI: moderation_blocked, "rejected by the safety system"; dall-e's content_policy_violation lives on
    # in relays. new-api: sensitive_words_detected, prompt_blocked. `videos` document: 内容不符合安全规范 under the
    # generic upstream_error. `jobs` document: "may violate OpenAI's content policies" under failCode 400.
    _rule(
        Kind.REFUSED,
        "moderation_blocked content_policy_violation sensitive_words_detected prompt_blocked content_filter",
        r"safety[ _](?:system|polic|guideline|filter|checker|violation|standard|reason)",
        r"content[ _](?:polic|filter|moderation|violation)",
        r"(?:violat\w+|against)\b.{0,60}\b(?:polic|guideline|guardrail|terms)",
        r"moderation_blocked|(?:by|failed|did not pass) (?:our |the )?(?:content )?moderation",
        r"sensitive[ _](?:word|content|information)|prohibited (?:content|words)|inappropriate content",
        r"安全规范|内容安全|安全(?:系统|策略|政策|审核)|内容(?:政策|策略|审核|违规|不合规)|违规(?:内容|词)|涉嫌违规",
        r"敏感(?:词|内容|信息)|不当内容|审核(?:未|不|没有)通过|违反.{0,20}(?:政策|规范|规定|准则|法规)",
    ),
    # Nobody there to serve the model. new-api and one-api look before they call anybody, and say so as 503, the newer
    # with the code (middleware/distributor.go). When one channel has failed and no other is left, new-api says
    # 可用渠道不存在(retry) under 500 get_channel_failed (controller/relay.go): that proves nothing.
    _rule(Kind.NOT_STARTED, "model_not_found", r"no available channel|无可用渠道", proven=(503,)),
    # No such model. OpenAI says so as invalid_value, the `jobs` document as 422 "model is not supported".
    _rule(
        Kind.NOT_STARTED,
        "",
        r"\bmodel\b.{0,80}(?:does not exist|not found|is not supported|not available)",
        r"invalid url \(|模型.{0,80}(?:不存在|不支持|无法使用)|不支持.{0,10}模型",
    ),
    _rule(
        Kind.DENIED,
        "invalid_api_key insufficient_quota insufficient_user_quota pre_consume_token_quota_failed "
        "insufficient_credits credit_balance_exhausted project_spend_limit_exceeded billing_hard_limit_reached "
        "access_denied authentication_error account_deactivated",
    ),
    # OpenAI's codes for a wrong field (live endpoint, gpt-image-2), and those that new-api's task routes add.
    _rule(
        Kind.INVALID,
        "invalid_value invalid_type invalid_request invalid_size invalid_json missing_required_parameter missing_model "
        "unknown_parameter empty_string empty_array string_above_max_length integer_below_min_value "
        "integer_above_max_value invalid_image_file invalid_input_fidelity_model read_request_body_failed",
    ),
    # OpenAI's, and those with which new-api turns calls away at its door (middleware/performance.go: 503).
    _rule(
        Kind.BUSY,
        "rate_limit_exceeded rate_limit_error slow_down server_is_overloaded "
        "system_cpu_overloaded system_memory_overloaded system_disk_overloaded",
    ),
    _rule(
        Kind.DENIED,
        "",
        r"insufficient (?:\w+ )?(?:credits?|quota|balance|funds)|exceeded your current quota|quota (?:is )?not enough",
        r"authentication failed|(?:invalid|incorrect|expired) (?:api[ _-]?key|token)|access permissions|unauthorized",
        r"(?:余额|额度|积分|配额)(?:不足|已用尽|已用完|已耗尽)|欠费|鉴权失败|认证失败|无效的(?:令牌|密钥)|未提供令牌",
        r"(?:令牌|密钥).{0,20}(?:无效|过期|失效|已用尽)|(?:用户|账号|账户).{0,10}(?:封禁|禁用)",
    ),
    _rule(
        Kind.INVALID,
        "image_generation_user_error",
        r"\binvalid[ _](?:value|size|request|type|prompt|parameter|aspect ratio|image (?:file|format|url))",
        r"must be divisible|is required\b|unsupported (?:size|image|format|mime)",
        r"(?:prompt|image).{0,20}too (?:long|large)",
        r"参数.{0,10}(?:无效|错误|不合法|校验)|尺寸.{0,10}(?:无效|错误|不支持)|提示词.{0,10}(?:过长|为空)",
        r"(?:图片|图像).{0,10}(?:过大|格式|无法(?:下载|访问|读取))|(?:无法|不能)(?:下载|访问|读取).{0,10}(?:图片|图像)",
    ),
    _rule(
        Kind.BUSY,
        "",
        r"rate limit|too many (?:requests|active|concurrent)|concurren\w+ (?:task |request )?limit",
        r"overloaded|saturated",
        r"饱和|过于频繁|请求过多|频率(?:限制|超限|过高)|限流|并发.{0,10}(?:超限|上限|限制)|under maintenance|维护中",
    ),
)

_STATUSES = {
    401: Kind.DENIED,
    402: Kind.DENIED,
    403: Kind.DENIED,
    404: Kind.NOT_STARTED,
    405: Kind.NOT_STARTED,
    408: Kind.UNKNOWN,
    409: Kind.BUSY,  # `jobs` document: 活跃任务数超限或请求冲突
    425: Kind.BUSY,
    429: Kind.BUSY,
    433: Kind.DENIED,  # one seller of `jobs`: the limit of a sub-key
    455: Kind.BUSY,  # the same seller: maintenance
    505: Kind.NOT_STARTED,  # the same seller: the feature is switched off
}

_UNHEARD = frozenset({Kind.REFUSED, Kind.DENIED, Kind.BUSY, Kind.UNKNOWN, Kind.GARBLED})


def fault_of(response: Response) -> Fault:
    """What a submission's answer that brought nothing means. `status` is the one that the answer stands for.

    A 5xx or a 408 without a known code, and a gateway's page, leave open whether the work was done, so it is Unknown.
    """
    status = stated_status(response)
    words = Words.of(response.body, response.text)
    kind = _meaning(words, status) if _speaks(response) else None
    return Fault(kind or _by_status(status, response), words.message, words.code, status, retry_after(response))


def unheard(response: Response) -> Fault:
    """What the answer to a poll means that says nothing of the task. It never ends the task, unless it is a refusal."""
    fault = fault_of(response)
    return fault if fault.kind in _UNHEARD else replace(fault, kind=Kind.UNKNOWN)


def told(task: Any, state: str, images: tuple[Image, ...], response: Response) -> Polled:
    """What a task says of itself: how far it is, its `images`, or why it has none. `state` names its word for that."""
    match stage_of(dig(task, state)):
        case Stage.SUCCEEDED:
            return Outcome(images) if images else garbled(response, "success without a picture")
        case Stage.FAILED:
            return verdict(task, response.status)
        case stage:
            return progress(stage or Stage.RUNNING, dig(task, "progress"))


def verdict(task: Any, status: int) -> Fault:
    """Why a task failed, by its own account: Refused and Invalid where its words say so, else Broken.

    A task's quota or rate trouble is its provider's own, with providers of its own: Broken, not ours to mend.
    """
    words = Words.of(task)
    kind = _meaning(words)
    if kind not in (Kind.REFUSED, Kind.INVALID):
        kind = Kind.INVALID if words.code in ("400", "422") else Kind.BROKEN
    return Fault(kind, words.message, words.code, status)


def garbled(response: Response, message: str) -> Fault:
    """A fault for an answer that claims success and does not hold what it should."""
    return Fault(Kind.GARBLED, message, NO_PICTURE, response.status)


def is_fine(response: Response) -> bool:
    """Whether neither the status nor the body speaks of an error."""
    return 200 <= response.status < 300 and isinstance(response.body, Mapping) and not _complains(response.body)


def stated_status(response: Response) -> int:
    """The HTTP status, or under an HTTP 2xx the one that the body's own `code` states (the `jobs` wire does that).

    A gateway that has begun its 200 before its upstream fails can only state that as the code of the error.
    """
    if not 200 <= response.status < 300:
        return response.status
    failed = number(dig(response.body, "error", "code"))
    code = failed if failed is not None and _leaves_open(int(failed)) else number(dig(response.body, "code"))
    return int(code) if code is not None and 100 <= code < 600 else response.status


def retry_after(response: Response) -> float | None:
    """Seconds to wait as the answer states them: `retry-after-ms`, `retry-after` (seconds or a date), `retryAfter`."""
    headers = response.headers
    milliseconds = number(headers.get("retry-after-ms"))
    seconds = number(headers.get("retry-after"))
    stated = (
        None if milliseconds is None else milliseconds / 1000,
        seconds,
        _until(headers.get("retry-after", ""), headers.get("date", "")),
        number(dig(response.body, "data", "retryAfter")),
    )
    return next((wait for wait in stated if wait is not None and wait >= 0), None)


def _until(then: str, now: str) -> float | None:
    """Seconds between two HTTP dates: both are the provider's own clock."""
    try:
        return (parsedate_to_datetime(then) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None


def _meaning(words: Words, status: int = 200) -> Kind | None:
    for rule in _RULES:
        if rule.codes & words.codes or rule.says(words.message, status):
            return rule.kind
    return None


def _leaves_open(status: int) -> bool:
    """Whether a call that ends so may have been worked on, and billed."""
    return status == 408 or 500 <= status < 600


def _speaks(response: Response) -> bool:
    """Whether the answer's text is the provider's. A web page is a gateway's, and its words mean nothing here."""
    return response.body is not None or not _HTML.match(response.text)


def _complains(body: Any) -> bool:
    return bool(dig(body, "error")) or text(dig(body, "code")).lower() not in _FINE


def _by_status(status: int, response: Response) -> Kind:
    if 200 <= status < 300:
        return Kind.BROKEN if _complains(response.body) else Kind.GARBLED
    if 300 <= status < 400:
        return Kind.NOT_STARTED
    if status in _STATUSES:
        return _STATUSES[status]
    return Kind.INVALID if 400 <= status < 500 else Kind.UNKNOWN
