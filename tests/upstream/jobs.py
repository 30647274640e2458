"""Provider B: `createTask` and `recordInfo` as its documents have them, every error in its own envelope."""

import asyncio
import json
import secrets
import time
import urllib.error
import urllib.request
from typing import Any

from tests.upstream.answers import Answer, as_json
from tests.upstream.asking import Asked
from tests.upstream.book import Book, Order, Wish
from tests.upstream.pictures import media_type
from tests.upstream.sizes import BY_SHAPE, USUAL
from tests.upstream.taking import picture_facts, place_of, shortened, turned_away

EDITS, GENERATES = "gpt-image-2-image-to-image", "gpt-image-2-text-to-image"
_RATIOS = {ratio for ratio, _ in BY_SHAPE}
_ALIASES = ("image_urls", "input_urls", "image_input")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_MOST_FETCHED = 32 * 1024 * 1024
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def _error(code: int, message: str, data: Any = None, **headers: str) -> Answer:
    return as_json(code, {"code": code, "msg": message, "data": data}, **headers)


_WAIT = {"retryAfter": 2, "limit": 180, "tier": "basic", "windowSeconds": 60}


_FAULTS = {
    "invalid": _error(422, "validation failed: resolution"),
    "sensitive": _error(400, "the prompt contains sensitive words"),
    "401": _error(401, "authentication failed"),
    "402": _error(402, "insufficient credits"),
    "409": _error(409, "active task limit reached"),
    "429": _error(429, "rate limit exceeded", _WAIT),
    "500": _error(500, "server error"),
    "503": _error(422, "model is not supported"),
    "empty_data": as_json(200, {"code": 200, "msg": "success", "data": None}),
    "error200": as_json(200, {"code": 500, "msg": "server exception, please try again later", "data": None}),
}


class Jobs:
    """Takes a task on once for each `X-Request-ID` of a key, and can fetch the pictures that it was pointed to."""

    letter = "B"
    faults = _FAULTS

    def turn_away(self, asked: Asked, fault: str) -> Answer:
        return self.faults[fault]

    def check(self, asked: Asked) -> Wish | Answer:
        body = asked.json()
        if not isinstance(body, dict):
            return _error(400, "invalid request")
        if body.get("model") not in (EDITS, GENERATES):
            return _error(422, "model is not supported")
        wishes = body.get("input")
        if not isinstance(wishes, dict):
            return _error(422, "input is required")
        urls: Any = next((wishes[name] for name in _ALIASES if wishes.get(name)), [])
        return _objection(body["model"], wishes, urls) or _wish(body, wishes, urls)

    def new_id(self) -> str:
        return "task_" + "".join(secrets.choice(_LETTERS) for _ in range(13))

    async def begin(self, order: Order, asked: Asked, book: Book) -> None:
        book.orders[order.id] = order
        if request_id := asked.headers.get("x-request-id"):
            book.repeated[asked.key, request_id] = order.id
        if order.script.fetch:
            await _fetch_all(order)

    async def answer(self, order: Order) -> Answer:
        return _created(order.id)

    def again(self, asked: Asked, book: Book) -> Answer | None:
        """The task that this key has already submitted under this `X-Request-ID`: no second task, no second charge."""
        known = book.repeated.get((asked.key, asked.headers.get("x-request-id", "")))
        return _created(known) if known else None

    def tell(self, asked: Asked, book: Book) -> Answer:
        """The answer to a poll."""
        if fault := turned_away(self, asked):
            return fault
        if not (task_id := asked.query.get("taskId")):
            return _error(400, "invalid request")
        order = book.orders.get(task_id)
        if order is None or order.script.fail == "lost_task":
            return _error(404, "task not found")
        order.polls += 1
        return as_json(200, {"code": 200, "msg": "success", "data": _record(order)})


def _created(task_id: str) -> Answer:
    return as_json(200, {"code": 200, "msg": "success", "data": {"taskId": task_id}})


def _objection(model: str, wishes: dict[str, Any], urls: Any) -> Answer | None:
    prompt = wishes.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        return _error(422, "input.prompt is required")
    if len(prompt) > 20_000:
        return _error(422, "input.prompt is longer than 20000 characters")
    if not isinstance(urls, list) or (model == EDITS and not urls):
        return _error(422, "input.image_urls needs at least one valid URL")
    if not all(isinstance(url, str) and url.startswith(("http://", "https://")) for url in urls):
        return _error(422, "input.image_urls holds something that is no URL")
    if wishes.get("aspect_ratio", "auto") not in {"auto", *_RATIOS}:
        return _error(422, "input.aspect_ratio is not supported")
    if wishes.get("resolution", "1K") not in ("1K", "2K", "4K"):
        return _error(422, "input.resolution is not supported")
    return None


def _wish(body: dict[str, Any], wishes: dict[str, Any], urls: list[str]) -> Wish:
    size = BY_SHAPE.get((wishes.get("aspect_ratio", "1:1"), wishes.get("resolution", "1K")), USUAL)
    facts = {"fields": shortened(body), "references": [picture_facts(url) for url in urls], "param": json.dumps(body)}
    form = wishes.get("output_format", "png")
    return Wish(body["model"], wishes["prompt"], size, format=form if form in ("jpeg", "webp") else "png", facts=facts)


async def _fetch_all(order: Order) -> None:
    """Fetch each reference as the provider would, and note what came of it."""
    for facts in order.wish.facts["references"]:
        facts["fetched"] = await asyncio.to_thread(_fetch, facts["url"])
        if not facts["fetched"].get("media_type"):
            order.trouble = f"{facts['url']} could not be downloaded as an image"


def _fetch(url: str) -> dict[str, Any]:
    try:
        with _open(url, timeout=10) as response:
            content = response.read(_MOST_FETCHED)
            return {"status": response.status, "bytes": len(content), "media_type": media_type(content)}
    except urllib.error.HTTPError as wrong:
        return {"status": wrong.code}
    except OSError as wrong:
        return {"error": str(wrong)}


def _record(order: Order) -> dict[str, Any]:
    """All keys are always there, null where there is nothing to say."""
    record = {
        "taskId": order.id,
        "model": order.wish.model,
        "state": "waiting",
        "param": order.wish.facts["param"],
        "resultJson": None,
        "failCode": None,
        "failMsg": None,
        "costTime": None,
        "completeTime": None,
        "createTime": int(order.created * 1000),
    }
    return record | _state(order)


def _state(order: Order) -> dict[str, Any]:
    fail = order.script.fail
    if fail == "unknown_state":
        return {"state": "pondering"}
    if order.share < 1:
        return {}
    if fail == "refused":
        return _failed("400", "Sorry, but the image we created may violate OpenAI's content policies.")
    if fail == "task_failed" or order.trouble:
        return _failed("500", order.trouble or "generation failed, please try again later")
    done = int(time.time() * 1000)
    result = "" if fail == "no_url" else json.dumps({"resultUrls": [place_of(order)]})
    times = {"costTime": done - int(order.created * 1000), "completeTime": done}
    return {"state": "success", "resultJson": result, **times}


def _failed(code: str, message: str) -> dict[str, Any]:
    return {"state": "fail", "failCode": code, "failMsg": message}
