"""OpenAI's own endpoint, E, as strict as it was measured: unknown fields, wrong types and wrong sizes are refused."""

import io
import time
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.upstream.answers import Answer, openai_error
from tests.upstream.asking import Asked, File
from tests.upstream.book import Order, Wish
from tests.upstream.images import EDITS, AtOnce, choice_objection, prompt_objection, range_objection
from tests.upstream.pictures import media_type
from tests.upstream.sizes import USUAL, edges
from tests.upstream.taking import base64_of, file_facts, shortened, url_of

MODELS = (
    "gpt-image-2",
    "gpt-image-2-2026-04-21",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst",
    "gpt-image-1.5",
    "gpt-image-1-mini",
    "chatgpt-image-latest",
)
_NARROW = ("gpt-image-1.5", "gpt-image-1-mini")
_THREE = ("1024x1024", "1536x1024", "1024x1536")
_CHOICES = {
    "quality": ("auto", "low", "medium", "high"),
    "background": ("auto", "opaque", "transparent"),
    "output_format": ("png", "jpeg", "webp"),
    "moderation": ("auto", "low"),
}
_RANGES = {"n": (1, 10), "output_compression": (0, 100), "partial_images": (0, 3)}
_BOTH = {"model", "prompt", "n", "size", "quality", "background", "output_format", "output_compression", "user"}
_GENERATION_FIELDS = _BOTH | {"moderation", "stream", "partial_images"}
_EDIT_FIELDS = _BOTH | {"stream", "partial_images", "input_fidelity"}
_IMAGES = ("image", "image[]")
_MOST_IMAGE, _MOST_MASK = 50 * 1024 * 1024, 4 * 1024 * 1024


class Native(AtOnce):
    """Base64 and nothing else, with the echo of what was used. It does not stream."""

    letter = "E"

    def check(self, asked: Asked) -> Wish | Answer:
        fields, files = _numbered(*asked.multipart()) if asked.path == EDITS else (asked.json(), [])
        if not isinstance(fields, dict):
            return openai_error(400, "We could not parse the JSON body of your request.", None)
        fields = {name: value for name, value in fields.items() if value is not None}
        return _objection(asked, fields, files) or _wish(fields, files)

    def body(self, order: Order, form: str) -> dict[str, Any]:
        fields, count = order.wish.facts["fields"], order.wish.count
        items = [
            {"url": url_of(order, place)} if form == "url" else {"b64_json": base64_of(order, place)}
            for place in range(count)
        ]
        read = {
            "text_tokens": 10,
            "image_tokens": 0 if order.script.blind else 40 * len(order.wish.facts["references"]),
        }
        usage = {"total_tokens": 1134, "input_tokens": 50, "output_tokens": 1084, "input_tokens_details": read}
        return {
            "created": int(time.time()),
            "data": items,
            "background": "transparent" if order.wish.clear else "opaque",
            "output_format": order.wish.format,
            "size": order.wish.size,
            "quality": fields["quality"] if fields.get("quality", "auto") != "auto" else "medium",
            "usage": usage,
        }


def _numbered(fields: dict[str, str], files: list[File]) -> tuple[dict[str, Any], list[File]]:
    """Multipart fields are strings; those that are digits stand for numbers."""
    return {name: int(text) if name in _RANGES and text.isdecimal() else text for name, text in fields.items()}, files


def _objection(asked: Asked, fields: dict[str, Any], files: list[File]) -> Answer | None:
    """The first thing wrong, in the order in which the endpoint looks: unknown fields, prompt, images, the rest."""
    is_edit = asked.path == EDITS
    return (
        _unknown(fields, _EDIT_FIELDS if is_edit else _GENERATION_FIELDS)
        or prompt_objection(fields.get("prompt"))
        or (_image_objection(files) if is_edit else None)
        or _option_objection(fields)
        or _size_objection(fields)
    )


def _unknown(fields: dict[str, Any], known: set[str]) -> Answer | None:
    name = next((name for name in fields if name not in known), None)
    return openai_error(400, f"Unknown parameter: '{name}'.", "unknown_parameter", name) if name else None


def _image_objection(files: list[File]) -> Answer | None:
    images = [file for file in files if file.name in _IMAGES]
    masks = [file for file in files if file.name == "mask"]
    if len(images) + len(masks) < len(files):
        return openai_error(400, "Unknown parameter in the form.", "unknown_parameter")
    if not images:
        return openai_error(400, "Missing required parameter: 'image'.", "missing_required_parameter", "image")
    if len(images) > 16:
        return openai_error(400, "Too many images: 16 at most.", "invalid_value", "image")
    if any(not media_type(file.content) or len(file.content) >= _MOST_IMAGE for file in images):
        return openai_error(400, "Invalid image file or mode for image 1.", "invalid_image_file", "image")
    return _mask_objection(masks, images[0])


def _mask_objection(masks: list[File], first: File) -> Answer | None:
    for mask in masks:
        if media_type(mask.content) != "image/png" or len(mask.content) >= _MOST_MASK:
            return openai_error(400, "Invalid mask: a PNG of less than 4 MB is needed.", "invalid_image_file", "mask")
        if _size_of(mask) != _size_of(first):
            return openai_error(
                400, "Invalid mask: it must be as large as the first image.", "invalid_image_file", "mask"
            )
    return None


def _size_of(file: File) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(file.content)) as image:
            return image.size
    except UnidentifiedImageError:
        return None


def _option_objection(fields: dict[str, Any]) -> Answer | None:
    choices = dict(_CHOICES)
    if fields["model"].startswith("gpt-image-2.5"):
        choices["quality"] += ("xhigh", "max")
    wrong = [choice_objection(name, fields.get(name), values) for name, values in choices.items()]
    wrong += [range_objection(name, fields.get(name), *limits) for name, limits in _RANGES.items()]
    return next(filter(None, wrong), None) or _clash(fields)


def _clash(fields: dict[str, Any]) -> Answer | None:
    form = fields.get("output_format", "png")
    if fields.get("background") == "transparent" and form == "jpeg":
        message = "Transparent background is not supported for JPEG output format."
        return openai_error(400, message, "invalid_value", "background")
    if form == "png" and fields.get("output_compression", 100) < 100:
        message = "Compression less than 100 is not supported for PNG output format."
        return openai_error(400, message, "invalid_value", "output_compression")
    if fields.get("stream") in (True, "true"):
        return openai_error(400, "This upstream does not stream.", "invalid_value", "stream")
    return None


def _size_objection(fields: dict[str, Any]) -> Answer | None:
    size = fields.get("size", "auto")
    if size == "auto":
        return None
    if fields["model"] in _NARROW:
        return choice_objection("size", size, (*_THREE, "auto"))
    reason = _wrong_size(edges(size) if isinstance(size, str) else None)
    kind = "image_generation_user_error"
    return openai_error(400, f"Invalid size '{size}'. {reason}", "invalid_value", "size", kind) if reason else None


def _wrong_size(size: tuple[int, int] | None) -> str:
    if size is None:
        return "Expected WIDTHxHEIGHT, for example '1824x1024'."
    if size[0] % 16 or size[1] % 16:
        return "Width and height must both be divisible by 16."
    if max(size) > 3840:
        return "The longest edge must be less than or equal to 3840."
    if max(size) > 3 * min(size):
        return "The longest edge must be at most three times the shortest."
    if size[0] * size[1] < 655_360:
        return "Requested resolution is below the current minimum pixel budget."
    return "Requested resolution is above the current maximum pixel budget." if size[0] * size[1] > 8_294_400 else ""


def _wish(fields: dict[str, Any], files: list[File]) -> Wish:
    size, count = fields.get("size", "auto"), fields.get("n", 1)
    images = [file_facts(file) for file in files if file.name in _IMAGES]
    masks = [file_facts(file) for file in files if file.name == "mask"]
    return Wish(
        fields["model"],
        fields["prompt"],
        USUAL if size == "auto" else size,
        count,
        count,
        fields.get("output_format", "png"),
        fields.get("background") == "transparent",
        "b64",
        {"fields": shortened(fields), "references": images, **({"mask": masks[0]} if masks else {})},
    )
