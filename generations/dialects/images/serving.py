"""The three wires towards our own callers: one call waits for its pictures. The model's name says which wire it is."""

from collections.abc import Iterator
from typing import Any, ClassVar

from generations.brief import Brief
from generations.dialects.fields import Fields
from generations.dialects.images import NATIVE, OFFICIAL, VIP
from generations.dialects.serving import (
    AS_BASE64,
    AS_URL,
    Answer,
    Form,
    Given,
    Made,
    Refusal,
    Refused,
    Said,
    Task,
    Why,
    Wish,
)
from generations.sizes import AUTO, TABLE, TIERS, parse, why_not_native

MOST_PROMPT, MOST_PICTURES, MOST_FILES = 32_000, 10, 16
MOST_ADDRESS = 20_971_520
"""Characters of one picture in a JSON edit (OpenAI's reference, images[].image_url)."""
_FORMATS = ("png", "jpeg", "webp")
_QUALITIES = (AUTO, "low", "medium", "high")
_FINER = ("gpt-image-2.5", "gpt-image-2.6")
"""OpenAI's models that can be drawn more finely than high."""
_BACKGROUNDS = (AUTO, "opaque", "transparent")
_MODERATIONS = (AUTO, "low")
_RESPONSE_FORMATS: dict[str, Form] = {"url": AS_URL, "b64_json": AS_BASE64}

_USER, _CALLER, _SERVER = "image_generation_user_error", "invalid_request_error", "server_error"
_REFUSALS = {
    Why.NO_KEY: (401, _CALLER, None),
    Why.BAD_KEY: (401, _CALLER, "invalid_api_key"),
    Why.FORBIDDEN: (403, _CALLER, "access_denied"),
    Why.NOT_READ: (400, _CALLER, None),
    Why.TOO_LARGE: (413, _CALLER, "request_too_large"),
    Why.NO_PLACE: (404, _CALLER, "not_found"),
    Why.NO_METHOD: (405, _CALLER, "method_not_allowed"),
    Why.NO_TASK: (404, _CALLER, "not_found"),
    Why.NO_MODEL: (400, _USER, "invalid_value"),
    Why.MISSING: (400, _CALLER, "missing_required_parameter"),
    Why.INVALID: (400, _CALLER, "invalid_value"),
    Why.NO_CREDIT: (429, "insufficient_quota", "insufficient_quota"),
    Why.TOO_OFTEN: (429, "rate_limit_error", "rate_limit_exceeded"),
    Why.TOO_MANY: (429, "rate_limit_error", "rate_limit_exceeded"),
    Why.OTHER_WISH: (422, _CALLER, "idempotency_key_reused"),  # the SDKs would send a 409 again
    Why.REFUSED: (400, _USER, "moderation_blocked"),
    Why.FAILED: (502, _SERVER, "server_error"),
    Why.CANCELLED: (400, _CALLER, "cancelled"),
    Why.BROKEN: (500, _SERVER, "server_error"),
    Why.STOPPING: (503, _SERVER, "server_error"),
}
"""The status, the type and the code of each refusal, as OpenAI has them or would."""


class AtOnce:
    """What the three share: the body of an answer, and the one shape of every error."""

    name: str
    prefix = ""
    """What stands before a picture's base64; `{}` is its media type."""
    refusals: ClassVar[dict[Why, tuple[int, str, str | None]]] = _REFUSALS

    def listen(self, said: Said) -> Wish:
        """What the call asks for. Raises Refused at the first thing that this wire cannot take."""
        raise NotImplementedError

    def reply(self, task: Task, form: Form) -> dict[str, Any]:
        """The pictures that came, each as an address or as base64."""
        return {"created": int(task.created), "data": [self._item(made, form) for made in task.pictures]}

    def events(self, task: Task, *, is_edit: bool) -> Iterator[dict[str, Any]]:
        """What a streamed answer tells of each picture: that it is complete. No provider shows us half of one."""
        for made in task.pictures:
            yield {
                "type": f"{'image_edit' if is_edit else 'image_generation'}.completed",
                "b64_json": self._base64(made),
                "created_at": int(task.created),
                **_facts(made),
            }

    def refuse(self, refusal: Refusal) -> Answer:
        status, kind, code = self.refusals[refusal.why]
        finer = refusal.code if refusal.why in (Why.INVALID, Why.MISSING) else ""
        kind = _USER if refusal.field == "size" else kind
        error = {"message": refusal.message, "type": kind, "param": refusal.field or None, "code": finer or code}
        return Answer(status, {"error": error})

    def _item(self, made: Made, form: Form) -> dict[str, Any]:
        item = {"url": made.url} if form == AS_URL else {"b64_json": self._base64(made)}
        return item | ({"revised_prompt": made.revised_prompt} if made.revised_prompt else {})

    def _base64(self, made: Made) -> str:
        return self.prefix.format(made.media_type) + made.inline


class Official(AtOnce):
    """`gpt-image-2-official`: three sizes or any, addresses unless base64 is asked for, every option but a picture."""

    name = OFFICIAL

    def listen(self, said: Said) -> Wish:
        fields = Fields.of(said)
        wish = _options(fields, fields.needed("model"), fields.prompt("prompt", MOST_PROMPT))
        size = fields.text("size", "1024x1024") or "1024x1024"
        return Wish(
            wish.sized(_spelt(size)),
            tuple(_pictures(said, fields)),
            _mask(said, fields),
            count=fields.whole("n", 1, MOST_PICTURES) or 1,
            form=_form(fields),
        )


class Vip(AtOnce):
    """`gpt-image-2-vip`: thirty sizes, one picture whatever `n` says, and base64 with its `data:` head.

    Its document takes neither quality nor ratio. They are read only so far that nonsense is told.
    """

    name = VIP
    prefix = "data:{};base64,"
    refusals: ClassVar = _REFUSALS | {Why.NO_CREDIT: (403, "new_api_error", "insufficient_user_quota")}

    def listen(self, said: Said) -> Wish:
        fields = Fields.of(said)
        model = fields.needed("model")
        brief = Brief(fields.prompt("prompt", MOST_PROMPT), model)
        fields.whole("n", 1, MOST_PICTURES)
        fields.choice("quality", _QUALITIES)
        size = fields.choice("size", tuple(map(str, TABLE.values()))) or str(TABLE["1:1", TIERS[0]])
        return Wish(brief.sized(size), tuple(_pictures(said, fields)), _mask(said, fields), form=_form(fields))


class Native(AtOnce):
    """OpenAI's own: whatever it does not know is refused, base64 always, any size within its rule, edits with a mask.

    What is wrong is looked for in the order of the live endpoint: model, unknown fields, prompt, pictures, n, the rest.
    """

    name = NATIVE

    def listen(self, said: Said) -> Wish:
        fields = Fields.of(said)
        model = fields.needed("model")
        if said.is_edit and not said.is_form and fields.has("image"):
            raise Refused(Why.INVALID, "'image' is a file of a form. In JSON say 'images'.", "image", "invalid_value")
        if unknown := fields.unknown(_known(said)):
            raise Refused(Why.INVALID, f"'{unknown[:80]}' is not known here.", unknown[:80], "unknown_parameter")
        prompt = fields.prompt("prompt", MOST_PROMPT)
        pictures, mask = tuple(_pictures(said, fields)), _mask(said, fields)
        count = fields.whole("n", 1, MOST_PICTURES) or 1
        brief = _options(fields, model, prompt).sized(_native_size(fields.text("size")))
        _about_fidelity(fields, model)
        fields.whole("partial_images", 0, 3)
        return Wish(brief, pictures, mask, count, AS_BASE64, is_streamed=fields.flag("stream"))

    def reply(self, task: Task, form: Form) -> dict[str, Any]:
        """With what the pictures really are, as OpenAI echoes it."""
        facts = _facts(task.pictures[0]) if task.pictures else {}
        return super().reply(task, form) | facts


_COMMON = frozenset(
    {
        "model",
        "prompt",
        "n",
        "size",
        "quality",
        "background",
        "output_format",
        "output_compression",
        "moderation",
        "stream",
        "partial_images",
        "user",
    }
)


def _known(said: Said) -> frozenset[str]:
    if not said.is_edit:
        return _COMMON
    return _COMMON | {"input_fidelity", *({"image", "image[]", "mask"} if said.is_form else {"images", "mask"})}


def _options(fields: Fields, model: str, prompt: str) -> Brief:
    """The options that two of the wires share."""
    return Brief(
        prompt,
        model,
        quality=fields.choice("quality", (*_QUALITIES, "xhigh", "max") if model.startswith(_FINER) else _QUALITIES),
        background=fields.choice("background", _BACKGROUNDS),
        format=fields.choice("output_format", _FORMATS),
        compression=fields.whole("output_compression", 0, 100),
        moderation=fields.choice("moderation", _MODERATIONS),
    )


def _form(fields: Fields) -> Form:
    return _RESPONSE_FORMATS[fields.choice("response_format", tuple(_RESPONSE_FORMATS), "url")]


def _spelt(size: str) -> str:
    if size != AUTO and parse(size) is None:
        raise Refused(Why.INVALID, f"'{size[:80]}' is no size. Write it as 1024x1536.", "size", "invalid_value")
    return size


def _native_size(size: str) -> str:
    """A size within OpenAI's rule, or `auto`."""
    pixels = parse(_spelt(size or AUTO))
    if pixels and (wrong := why_not_native(pixels)):
        raise Refused(Why.INVALID, f"'{size}' cannot be made: {wrong}.", "size", "invalid_value")
    return size or AUTO


def _about_fidelity(fields: Fields, model: str) -> None:
    """From gpt-image-2 on every reference is read with high fidelity, so there is nothing to choose."""
    if fields.choice("input_fidelity", ("low", "high")) and model.startswith("gpt-image-2"):
        said = f"'input_fidelity' cannot be chosen with '{model}'."
        raise Refused(Why.INVALID, said, "input_fidelity", "invalid_input_fidelity_model")


def _pictures(said: Said, fields: Fields) -> Iterator[Given]:
    """The pictures of an edit in their order: the files of a form, or the objects of a JSON body."""
    if not said.is_edit:
        return
    name = "image" if said.is_form else "images"
    given = [Given(file=file, field="image") for part in ("image", "image[]") for file in said.files.get(part, ())]
    if not said.is_form:
        given = [_listed(item, f"images[{place}]") for place, item in enumerate(_images(fields))]
    if not given:
        raise Refused(Why.MISSING, f"'{name}' is missing: an edit needs a picture.", name, "missing_required_parameter")
    if len(given) > MOST_FILES:
        raise Refused(Why.INVALID, f"At most {MOST_FILES} pictures are taken.", name, "array_above_max_length")
    yield from given


def _images(fields: Fields) -> list[Any]:
    images = fields.listed("images")
    if fields.has("images") and not images:
        raise Refused(Why.MISSING, "'images' is empty.", "images", "empty_array")
    return images


def _listed(item: Any, place: str) -> Given:
    if not isinstance(item, dict):
        raise Refused(Why.INVALID, f"'{place}' must be an object.", place, "invalid_type")
    address = Fields(item, at=place).needed("image_url")
    if len(address) > MOST_ADDRESS:
        said = f"'{place}.image_url' has more than {MOST_ADDRESS} characters."
        raise Refused(Why.INVALID, said, f"{place}.image_url", "string_above_max_length")
    return Given(address, field=f"{place}.image_url")


def _mask(said: Said, fields: Fields) -> Given | None:
    if not said.is_edit:
        return None
    if said.is_form:
        return next((Given(file=file, field="mask") for file in said.files.get("mask", ())), None)
    return _listed(fields.inner("mask").given, "mask") if fields.has("mask") else None


def _facts(made: Made) -> dict[str, Any]:
    return {
        "background": made.background or "opaque",
        "output_format": made.media_type.rpartition("/")[2],
        "size": made.size,
        "quality": made.quality or AUTO,
    }
