"""The three wires towards providers: one call holds the line until the picture is there."""

from typing import Any

from generations.brief import EDIT, Brief
from generations.dialects.images import EDITS, GENERATIONS, MODELS, NATIVE, OFFICIAL, VIP
from generations.dialects.loose import dig, images_in, number, text
from generations.dialects.reading import fault_of
from generations.dialects.wire import FILE, Outcome, Part, Reach, ReferenceForm, Request, Response
from generations.dialects.wishes import part, pixels, unsayable
from generations.faults import Fault
from generations.sizes import AUTO, TABLE, Size, nearest, to_native

_THREE = (Size(1024, 1024), Size(1536, 1024), Size(1024, 1536))
_THIRTY = tuple(TABLE.values())
_QUALITIES = (AUTO, "low", "medium", "high")
_COMPRESSED = ("jpeg", "webp")
_EVERY_OPTION = frozenset({"quality", "background", "format", "compression", "moderation"})
_NARROW = ("gpt-image-1.5", "gpt-image-1-mini")
"""OpenAI's models that know only three sizes and `auto`."""


class _AtOnce:
    """What the three wires share: one call holds the line until the picture is there, and nothing is asked after it."""

    name: str
    references_as: ReferenceForm = FILE
    patience = 360.0
    """Seconds: 90 to 150 are usual and the vip vendor advises 360, as a call cut short is billed all the same."""

    def read(self, response: Response) -> Outcome | Fault:
        """The pictures, wherever the answer holds any; without one it is a fault, whatever its status claims."""
        images = images_in(dig(response.body, "data")) if 200 <= response.status < 300 else ()
        if not images:
            return fault_of(response)
        quality = text(dig(response.body, "quality"))
        return Outcome(images, _revised(response), quality, _image_tokens(response))

    def ask(self, upstream_id: str) -> Request:
        raise LookupError(f"{self.name} answers at once: it has no task {upstream_id} to ask for")

    def hear(self, response: Response) -> Outcome | Fault:
        return self.read(response)

    def probe(self) -> Request:
        return Request("GET", MODELS)

    def diagnose(self, response: Response) -> Fault | None:
        is_listing = response.status == 200 and isinstance(dig(response.body, "data"), list)
        return None if is_listing else fault_of(response)


class Official(_AtOnce):
    """`gpt-image-2-official`: the widest choice of options, three sizes, and no reference pictures."""

    name = OFFICIAL
    reach = Reach(prompt=32_000, references=0, transparent=True, soft=_EVERY_OPTION)

    def write(self, brief: Brief, upstream_name: str, request_id: str) -> Request | Fault:  # noqa: ARG002
        if fault := unsayable(brief, self.reach):
            return fault
        size = pixels(brief)
        options = {
            "size": str(nearest(size, _THREE)) if size else AUTO,
            "quality": brief.quality if brief.quality in _QUALITIES else "",
            "n": 1,
            **_options(brief),
            "moderation": brief.moderation,
        }
        return _generate(brief, upstream_name, options)


class Vip(_AtOnce):
    """`gpt-image-2-vip`: thirty sizes and nothing else to choose.

    Neither `quality` nor `n` nor `aspect_ratio` is ever sent: its document accepts none of them, and bills `n=3` three
    times for one picture. `response_format` always is, because the vendor has changed what it means to leave it out.
    """

    name = VIP
    reach = Reach(references=16)

    def write(self, brief: Brief, upstream_name: str, request_id: str) -> Request | Fault:  # noqa: ARG002
        if fault := unsayable(brief, self.reach):
            return fault
        size = pixels(brief)
        options = {"size": str(nearest(size, _THIRTY)) if size else "", "response_format": "url"}
        write = _edit if brief.mode == EDIT else _generate
        return write(brief, upstream_name, options)


class Native(_AtOnce):
    """OpenAI's own endpoint: any size within its rule, files and a mask to edit with, base64 and nothing else back."""

    name = NATIVE
    reach = Reach(prompt=32_000, references=16, mask=True, transparent=True, soft=_EVERY_OPTION)

    def write(self, brief: Brief, upstream_name: str, request_id: str) -> Request | Fault:  # noqa: ARG002
        """`response_format` would be refused as unknown, and so would `moderation` in a multipart edit."""
        if fault := unsayable(brief, self.reach):
            return fault
        options = {"size": _native_size(brief, upstream_name), "quality": brief.quality, **_options(brief)}
        if brief.mode == EDIT:
            return _edit(brief, upstream_name, options)
        return _generate(brief, upstream_name, {**options, "moderation": brief.moderation})


def _options(brief: Brief) -> dict[str, Any]:
    """The options that two of the wires share. Compression is refused for PNG, so it goes only with its formats."""
    compression = brief.compression if brief.format in _COMPRESSED else None
    return {"background": brief.background, "output_format": brief.format, "output_compression": compression}


def _native_size(brief: Brief, upstream_name: str) -> str:
    size = pixels(brief)
    if size is None:
        return AUTO
    return str(nearest(size, _THREE) if upstream_name.startswith(_NARROW) else to_native(size))


def _generate(brief: Brief, upstream_name: str, options: dict[str, Any]) -> Request:
    return Request("POST", GENERATIONS, json=_fields(brief, upstream_name, options))


def _edit(brief: Brief, upstream_name: str, options: dict[str, Any]) -> Request:
    """The same fields as text, and the pictures as files named `image[]`, in the order that the prompt may name."""
    form = tuple((name, str(value)) for name, value in _fields(brief, upstream_name, options).items())
    return Request("POST", EDITS, form=form, parts=_parts(brief))


def _fields(brief: Brief, upstream_name: str, options: dict[str, Any]) -> dict[str, Any]:
    stated = {name: value for name, value in options.items() if value not in ("", None)}
    return {"model": upstream_name, "prompt": brief.prompt, **stated}


def _parts(brief: Brief) -> tuple[Part, ...]:
    pictures = [part("image[]", picture, f"image-{place}") for place, picture in enumerate(brief.references, 1)]
    return (*pictures, part("mask", brief.mask, "mask")) if brief.mask else tuple(pictures)


def _revised(response: Response) -> str:
    data = dig(response.body, "data")
    return text(dig(data[0], "revised_prompt")) if isinstance(data, list) and data else ""


def _image_tokens(response: Response) -> int | None:
    """What `usage` says was read of pictures; None where it says nothing.

    Gateways fill in zeros for what they did not count. A prompt is never nothing, so no text read is nothing counted.
    """
    details = dig(response.body, "usage", "input_tokens_details")
    read = number(dig(details, "image_tokens"))
    return None if read is None or number(dig(details, "text_tokens")) == 0 else int(read)
