"""Provider A: `/v1/videos` as its document has it, with the errors of the gateway that such providers run."""

import secrets
import time
from typing import Any

from tests.upstream.answers import Answer, as_json, gateway_error
from tests.upstream.asking import Asked
from tests.upstream.book import Book, Order, Wish
from tests.upstream.pictures import media_type
from tests.upstream.sizes import USUAL, edges
from tests.upstream.taking import decoded, picture_facts, place_of, shortened, turned_away

MODEL = "gpt-image-2"
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def _flat(status: int, code: str, message: str, **headers: str) -> Answer:
    return as_json(status, {"code": code, "message": message, "data": None}, **headers)


_FAULTS = {
    "invalid": _flat(400, "invalid_request", "metadata.size is not a size"),
    "sensitive": gateway_error(500, "user sensitive words detected", "sensitive_words_detected"),
    "401": gateway_error(401, "无效的令牌"),
    "402": gateway_error(403, "用户额度不足, 剩余额度: $0.000000", "insufficient_user_quota"),
    "409": _flat(409, "conflict", "too many active tasks"),
    "429": _flat(429, "", "当前分组上游负载已饱和,请稍后再试", retry_after="2"),
    "500": _flat(500, "do_request_failed", "do request failed: unexpected EOF"),
    "503": gateway_error(503, "No available channel for model gpt-image-2 under group default", "model_not_found"),
    "empty_data": as_json(200, {}),
}


class Videos:
    """Takes a task on, tells how it goes. Tasks and URLs are known to every key."""

    letter = "A"
    faults = _FAULTS

    def turn_away(self, asked: Asked, fault: str) -> Answer:
        return self.faults[fault]

    def check(self, asked: Asked) -> Wish | Answer:
        body = asked.json()
        if not isinstance(body, dict):
            return _flat(400, "invalid_json", "the body is not a JSON object")
        if not body.get("model"):
            return gateway_error(400, "未指定模型名称,模型名称不能为空")
        if body["model"] != MODEL:
            return gateway_error(503, f"No available channel for model {body['model']}", "model_not_found")
        metadata = body.get("metadata") or {}
        urls = [url for url in metadata.get("urls") or [] if url]
        size = metadata.get("size") or USUAL
        return _objection(body.get("prompt"), size, urls) or _wish(body, size, urls)

    def new_id(self) -> str:
        return f"gpt_img_{int(time.time() * 1000)}_{''.join(secrets.choice(_LETTERS) for _ in range(9))}"

    async def begin(self, order: Order, asked: Asked, book: Book) -> None:
        book.orders[order.id] = order

    async def answer(self, order: Order) -> Answer:
        return as_json(200, _base(order) | {"status": "queued", "progress": 0})

    def tell(self, asked: Asked, book: Book, task_id: str) -> Answer:
        """The answer to a poll."""
        if fault := turned_away(self, asked):
            return fault
        order = book.orders.get(task_id)
        if order is None or order.script.fail == "lost_task":
            return _flat(404, "task_not_exist", "task_not_exist")
        order.polls += 1
        return as_json(200, _base(order) | _state(order))


def _objection(prompt: Any, size: Any, urls: list[Any]) -> Answer | None:
    if not isinstance(prompt, str) or not prompt.strip():
        return _flat(400, "invalid_request", "prompt is required")
    if len(prompt) > 10_000:
        return _flat(400, "invalid_request", "prompt is too long, 10000 characters at most")
    if not isinstance(size, str) or not edges(size):
        return _flat(400, "invalid_size", f"invalid size {size}")
    if len(urls) > 5:
        return _flat(400, "invalid_request", "metadata.urls holds more than 5 images")
    if not all(isinstance(url, str) and _is_picture(url) for url in urls):
        return _flat(
            400, "invalid_request", "metadata.urls holds something that is neither a URL nor Base64 of an image"
        )
    return None


def _is_picture(value: str) -> bool:
    return value.startswith(("http://", "https://")) or bool(media_type(decoded(value)))


def _wish(body: dict[str, Any], size: str, urls: list[str]) -> Wish:
    facts = {"fields": shortened(body), "references": [picture_facts(url) for url in urls]}
    return Wish(body["model"], body["prompt"], size, facts=facts)


def _base(order: Order) -> dict[str, Any]:
    return {"id": order.id, "object": "image", "model": order.wish.model, "created_at": int(order.created)}


def _state(order: Order) -> dict[str, Any]:
    fail, share = order.script.fail, order.share
    if fail == "unknown_state":
        return {"status": "pondering", "progress": "50%"}
    if share < 1:
        return {"status": "in_progress" if share > 0.05 else "queued", "progress": int(100 * share)}
    if fail == "refused":
        return _failed("内容不符合安全规范,请修改提示词或更换参考图片后重试")
    if fail == "task_failed":
        return _failed("上游生成失败,请稍后重试")
    done = {"status": "completed", "progress": 100, "completed_at": int(time.time())}
    return done if fail == "no_url" else done | {"video_url": place_of(order)}


def _failed(message: str) -> dict[str, Any]:
    return {"status": "failed", "progress": 0, "error": {"message": message, "code": "upstream_error"}}
