"""Providers C and D: the Images API as the documents of `gpt-image-2-official` and `gpt-image-2-vip` have it."""

import asyncio
import time
import uuid
from typing import Any

from tests.upstream.answers import Answer, as_json, gateway_error, openai_error
from tests.upstream.asking import Asked, File
from tests.upstream.book import Book, Order, Wish
from tests.upstream.pictures import media_type
from tests.upstream.sizes import THIRTY, USUAL
from tests.upstream.taking import base64_of, data_url_of, file_facts, shortened, url_of

EDITS = "/v1/images/edits"
REFUSAL = "Your request was rejected by the safety system. If you believe this is an error, contact support."
FAULTS = {
    "refused": openai_error(400, REFUSAL, "moderation_blocked", kind="image_generation_user_error"),
    "invalid": openai_error(400, "Invalid size '17x17'.", "invalid_value", "size", "image_generation_user_error"),
    "sensitive": gateway_error(500, "user sensitive words detected", "sensitive_words_detected"),
    "401": openai_error(401, "Incorrect API key provided.", "invalid_api_key"),
    "402": openai_error(429, "You exceeded your current quota, please check your plan.", "insufficient_quota"),
    "409": openai_error(409, "Another request is being processed.", None),
    "429": openai_error(429, "Rate limit reached. Try again in 2s.", "rate_limit_exceeded", retry_after="2"),
    "500": openai_error(500, "The server had an error while processing your request.", None, kind="server_error"),
    "503": gateway_error(503, "No available channel under group default", "model_not_found"),
    "empty_data": as_json(200, {"created": 1717000000, "data": []}),
    "no_url": as_json(200, {"created": 1717000000, "data": [{"url": "", "b64_json": "", "revised_prompt": ""}]}),
    "task_failed": openai_error(500, "The image could not be generated.", None, kind="server_error"),
    "stuck": Answer(0, act="hang"),
}
"""How OpenAI words them; C's own error page could not be read, and it claims to be the same."""

_CHOICES = {
    "size": ("1024x1024", "1536x1024", "1024x1536", "auto"),
    "quality": ("auto", "low", "medium", "high"),
    "response_format": ("url", "b64_json"),
    "background": ("auto", "opaque", "transparent"),
    "moderation": ("auto", "low"),
    "output_format": ("png", "jpeg", "webp"),
}
_RANGES = {"n": (1, 10), "output_compression": (0, 100)}


class AtOnce:
    """What the wires of the Images API share: nothing is kept, the answer is the picture."""

    letter: str
    faults = FAULTS

    def turn_away(self, asked: Asked, fault: str) -> Answer:
        return self.faults[fault]

    def new_id(self) -> str:
        return f"img-{uuid.uuid4().hex}"

    async def begin(self, order: Order, asked: Asked, book: Book) -> None:
        """Nothing to keep."""

    async def answer(self, order: Order) -> Answer:
        await asyncio.sleep(order.script.delay)
        if order.is_held:
            await order.gate.wait()
        body = self.body(order, order.script.form or order.wish.form)
        return as_json(200, body, x_request_id=order.id)

    def body(self, order: Order, form: str) -> dict[str, Any]:
        raise NotImplementedError


class Official(AtOnce):
    """C: ten pictures at most, three sizes, URLs unless base64 was asked for, and a prompt revised."""

    letter = "C"

    def check(self, asked: Asked) -> Wish | Answer:
        body = asked.json()
        if asked.path == EDITS:
            return gateway_error(404, "Invalid URL (POST /v1/images/edits)")
        if not isinstance(body, dict):
            return openai_error(400, "We could not parse the JSON body of your request.", None)
        if wrong := prompt_objection(body.get("prompt")) or _option_objection(body):
            return wrong
        size, count = body.get("size", USUAL), body.get("n", 1)
        return Wish(
            body["model"],
            body["prompt"],
            USUAL if size == "auto" else size,
            count,
            count,
            body.get("output_format", "png"),
            body.get("background") == "transparent",
            "b64" if body.get("response_format") == "b64_json" else "url",
            {"fields": shortened(body), "references": []},
        )

    def body(self, order: Order, form: str) -> dict[str, Any]:
        revised = {"revised_prompt": f"A careful picture of: {order.wish.prompt}"}
        items = [_item(order, place, form) | revised for place in range(order.wish.count)]
        return {"created": int(time.time()), "data": items}


class Vip(AtOnce):
    """D: thirty sizes, one picture whatever `n` says and `n` of them billed, base64 with its data-URL prefix."""

    letter = "D"
    faults = FAULTS | {
        # The vendor's own notice: a refusal used to be told as HTTP 500, and is still no fault of the server.
        "refused": openai_error(500, REFUSAL, None, kind="server_error"),
        # Seen in the wild: a wrong field, wrapped as 429.
        "invalid": openai_error(429, "Invalid size '17x17'.", "invalid_value", "size", "image_generation_user_error"),
        "401": gateway_error(401, "无效的令牌"),
        "402": gateway_error(403, "用户额度不足, 剩余额度: $0.000000", "insufficient_user_quota"),
    }

    def check(self, asked: Asked) -> Wish | Answer:
        fields, files = asked.multipart() if asked.path == EDITS else (asked.json(), [])
        if not isinstance(fields, dict):
            return openai_error(400, "We could not parse the JSON body of your request.", None)
        if wrong := prompt_objection(fields.get("prompt")) or _vip_objection(fields) or _file_objection(asked, files):
            return wrong
        return Wish(
            fields["model"],
            fields["prompt"],
            fields.get("size", "1280x1280"),
            billed=int(fields.get("n", 1)),
            form="dataurl" if fields.get("response_format") == "b64_json" else "url",
            facts={"fields": shortened(fields), "references": [file_facts(file) for file in files]},
        )

    def body(self, order: Order, form: str) -> dict[str, Any]:
        return {"data": [_item(order, 0, form)]}


def prompt_objection(prompt: Any) -> Answer | None:
    if prompt is None:
        return openai_error(400, "Missing required parameter: 'prompt'.", "missing_required_parameter", "prompt")
    if not isinstance(prompt, str):
        return openai_error(400, "Invalid type for 'prompt': expected a string.", "invalid_type", "prompt")
    if not prompt:
        return openai_error(400, "Invalid 'prompt': empty string.", "empty_string", "prompt")
    if len(prompt) > 32_000:
        message = f"Invalid 'prompt': string too long. Expected at most 32000 characters, got {len(prompt)}."
        return openai_error(400, message, "string_above_max_length", "prompt")
    return None


def choice_objection(name: str, value: Any, choices: tuple[str, ...]) -> Answer | None:
    if value is None or value in choices:
        return None
    listed = ", ".join(f"'{choice}'" for choice in choices)
    return openai_error(400, f"Invalid value: '{value}'. Supported values are: {listed}.", "invalid_value", name)


def range_objection(name: str, value: Any, least: int, most: int) -> Answer | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        return openai_error(400, f"Invalid type for '{name}': expected an integer.", "invalid_type", name)
    if value < least:
        return openai_error(400, f"Invalid '{name}': integer below minimum value.", "integer_below_min_value", name)
    if value > most:
        return openai_error(400, f"Invalid '{name}': integer above maximum value.", "integer_above_max_value", name)
    return None


def _option_objection(body: dict[str, Any]) -> Answer | None:
    """C ignores what it does not know, as its document names no error for it."""
    choices = (choice_objection(name, body.get(name), values) for name, values in _CHOICES.items())
    ranges = (range_objection(name, body.get(name), *limits) for name, limits in _RANGES.items())
    return next(filter(None, [*choices, *ranges]), None)


def _vip_objection(fields: dict[str, Any]) -> Answer | None:
    for name in ("quality", "aspect_ratio", "mask"):
        if name in fields:
            return openai_error(400, f"Unknown parameter: '{name}'.", "unknown_parameter", name)
    if "size" in fields and fields["size"] not in THIRTY:
        return openai_error(400, f"Invalid size '{fields['size']}'.", "invalid_value", "size")
    return choice_objection("response_format", fields.get("response_format"), _CHOICES["response_format"])


def _file_objection(asked: Asked, files: list[File]) -> Answer | None:
    if asked.path != EDITS:
        return None
    if not 1 <= len(files) <= 16:
        return openai_error(400, "An edit takes 1 to 16 images.", "invalid_value", "image")
    if any(file.name not in ("image", "image[]") or not media_type(file.content) for file in files):
        return openai_error(400, "Invalid image file.", "invalid_image_file", "image")
    return None


def _item(order: Order, place: int, form: str) -> dict[str, str]:
    match form:
        case "b64":
            return {"b64_json": base64_of(order, place)}
        case "dataurl":
            return {"b64_json": data_url_of(order, place)}
    return {"url": url_of(order, place)}
