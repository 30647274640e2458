"""The wire of `/v1/videos`: a task is submitted, then asked for by its id; the result's field is named for video."""

import json
from typing import Any
from urllib.parse import quote

from generations.brief import Brief
from generations.dialects.fields import Fields, unfolded
from generations.dialects.loose import dig, image_at, images_in, stage_of, text
from generations.dialects.reading import fault_of, told, unheard
from generations.dialects.serving import Answer, Given, Refusal, Refused, Said, Task, Why, Wish
from generations.dialects.wire import (
    DATA_URL,
    Accepted,
    Image,
    Outcome,
    Polled,
    Reach,
    ReferenceForm,
    Request,
    Response,
    Submitted,
)
from generations.dialects.wishes import data_url, pixels, unsayable
from generations.faults import Fault
from generations.sizes import AUTO, parse

PATH = "/v1/videos"

_IDS = ("id", "task_id")
_PLACES = (("video_url",), ("url",), ("result", "url"), ("result_url",), ("metadata", "url"))
"""Where the picture's address stands: the document's own field first, then those seen in relays."""

MOST_PROMPT, MOST_URLS = 10_000, 5
_STATES = {"queued": "queued", "running": "in_progress", "succeeded": "completed"}
"""Ours, and what the document calls them. Whatever ended otherwise is `failed`: it knows no other end."""

_REFUSALS = {
    Why.NO_KEY: (401, "invalid_api_key"),
    Why.BAD_KEY: (401, "invalid_api_key"),
    Why.FORBIDDEN: (403, "access_denied"),
    Why.NOT_READ: (400, "invalid_json"),
    Why.TOO_LARGE: (413, "read_request_body_failed"),
    Why.NO_PLACE: (404, "not_found"),
    Why.NO_METHOD: (405, "method_not_allowed"),
    Why.NO_TASK: (404, "task_not_exist"),
    Why.NO_MODEL: (400, "model_not_found"),  # new-api has 503 here, which clients would try again
    Why.MISSING: (400, "invalid_request"),
    Why.INVALID: (400, "invalid_request"),
    Why.NO_CREDIT: (403, "insufficient_user_quota"),
    Why.TOO_OFTEN: (429, "rate_limit_exceeded"),
    Why.TOO_MANY: (429, "rate_limit_exceeded"),
    Why.OTHER_WISH: (422, "idempotency_key_reused"),
    Why.REFUSED: (400, "moderation_blocked"),
    Why.FAILED: (502, "upstream_error"),
    Why.CANCELLED: (409, "cancelled"),
    Why.BROKEN: (500, "server_error"),
    Why.STOPPING: (503, "server_error"),
}
"""The status and the code of each refusal. The document shows neither; these are what its clients know from the
gateway behind it (new-api) and from OpenAI."""
_FINER = {("model", Why.MISSING): "missing_model", ("size", Why.INVALID): "invalid_size"}
_TYPES = {429: "rate_limit_error", 500: "server_error", 502: "upstream_error"}


class Videos:
    """`gpt-image-2` behind the path of the video endpoint. Quality, format and background have no words here."""

    name = "videos"
    reach = Reach(prompt=10_000, references=5, form=DATA_URL)
    """Its document: prompt 最大长度 10000 字符; metadata.urls 支持 Base64 或 URL,最多 5 张."""
    references_as: ReferenceForm = DATA_URL
    patience = 60.0

    def write(self, brief: Brief, upstream_name: str, request_id: str) -> Request | Fault:  # noqa: ARG002
        """The submission as the document shows it. An empty `urls` means text to image; no size, that it may choose."""
        if fault := unsayable(brief, self.reach):
            return fault
        size = pixels(brief)
        metadata = {"size": str(size)} if size else {}
        urls = [data_url(picture) for picture in brief.references]
        body = {"model": upstream_name, "prompt": brief.prompt, "metadata": {**metadata, "urls": urls}}
        return Request("POST", PATH, json=body)

    def read(self, response: Response) -> Submitted:
        """The same object as a poll's: usually queued, but a task may be over before its id is told."""
        task = _task_in(response)
        upstream_id = _id_of(task)
        if not upstream_id:
            return fault_of(response)
        heard = told(task, "status", _images_of(task), response) if stage_of(dig(task, "status")) else None
        return heard if isinstance(heard, Outcome | Fault) else Accepted(upstream_id)

    def ask(self, upstream_id: str) -> Request:
        return Request("GET", f"{PATH}/{quote(upstream_id, safe='')}")

    def hear(self, response: Response) -> Polled:
        """How the task goes. An answer without a state says nothing of it."""
        task = _task_in(response)
        return told(task, "status", _images_of(task), response) if stage_of(dig(task, "status")) else unheard(response)

    def listen(self, said: Said) -> Wish:
        """A submission as the document has it, and as the SDK of OpenAI sends one: a form, its fields in brackets."""
        fields = Fields(unfolded(said.fields) if said.is_form else said.fields, is_form=said.is_form)
        model = fields.needed("model")
        prompt = fields.prompt("prompt", MOST_PROMPT)
        metadata = _metadata(fields)
        brief = Brief(prompt, model).sized(_size(metadata) or _size(fields))
        return Wish(brief, tuple(_references(fields, metadata, said)))

    def reply(self, task: Task) -> dict[str, Any]:
        """The task as it stands; a field that has nothing to say is not there."""
        told = {
            "id": dressed(task.id),
            "object": "image",
            "model": task.image_model,
            "status": _STATES.get(task.state, "failed"),
            "progress": 100 if task.state == "succeeded" else task.percent,
            "created_at": int(task.created),
        }
        if task.state == "succeeded" and task.pictures:
            told |= {"completed_at": int(task.ended or task.created), "video_url": task.pictures[0].url}
        if task.refusal:
            told["error"] = {"message": task.refusal.message, "code": _REFUSALS[task.refusal.why][1]}
        return told

    def refuse(self, refusal: Refusal) -> Answer:
        """A body that OpenAI's SDK reads, and that those read who look for `code` and `message` at the top."""
        status, code = _REFUSALS[refusal.why]
        code = _FINER.get((refusal.field.rpartition(".")[2], refusal.why), code)
        kind = _TYPES.get(status, "invalid_request_error")
        error = {"message": refusal.message, "type": kind, "param": refusal.field or None, "code": code}
        return Answer(status, {"error": error, "code": code, "message": refusal.message, "data": None})

    def probe(self) -> Request:
        """Asks for a task that cannot exist: the wire has no other free call."""
        return self.ask("gpt_img_0_probe")

    def diagnose(self, response: Response) -> Fault | None:
        """A missing task is good news: address and key are right. new-api says so as 400, others as 404."""
        fault = fault_of(response)
        is_missing = fault.code == "task_not_exist" or (response.status == 404 and _is_about_a_task(response))
        return None if is_missing or _task_in(response) else fault


def _task_in(response: Response) -> Any:
    """The task's object, bare or wrapped as `data`; None where the answer holds none."""
    if not 200 <= response.status < 300:
        return None
    candidates = (response.body, dig(response.body, "data"))
    return next((task for task in candidates if _id_of(task) or stage_of(dig(task, "status"))), None)


def _id_of(task: Any) -> str:
    return next(filter(None, (text(dig(task, name)) for name in _IDS)), "")


def _images_of(task: Any) -> tuple[Image, ...]:
    found = (image_at(dig(task, *place)) for place in _PLACES)
    first = next(filter(None, found), None)
    return (first,) if first else images_in(dig(task, "data"))


def _is_about_a_task(response: Response) -> bool:
    """Whether a 404 speaks of the task; a web server's own page or "Invalid URL" is about the address."""
    return response.body is not None and "invalid url" not in response.text.lower()


def dressed(job: str) -> str:
    """A job's id as this wire's callers know ids."""
    return f"gpt_img_{job}"


def _metadata(fields: Fields) -> Fields:
    """The object of that name; in a form it may be JSON in a text."""
    spelt = fields.given.get("metadata")
    if fields.is_form and isinstance(spelt, str):
        return Fields(_object_in(spelt), at="metadata")
    return fields.inner("metadata")


def _object_in(spelt: str) -> dict[str, Any]:
    try:
        found = json.loads(spelt)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused(Why.INVALID, "'metadata' must be an object.", "metadata", "invalid_type")
    return found


def _size(fields: Fields) -> str:
    size = fields.text("size")
    if size in ("", AUTO):
        return ""
    if parse(size) is None:
        raise Refused(Why.INVALID, f"'{size[:80]}' is no size. Write it as 1080x1920.", fields.path("size"))
    return size


def _references(fields: Fields, metadata: Fields, said: Said) -> list[Given]:
    """Pictures by address or as base64; and, as OpenAI's own endpoint takes one, a file or `image_url`."""
    urls = [Given(url, field="metadata.urls") for url in metadata.texts("urls")]
    more = [Given(url, field="image_url") for url in fields.texts("image_url")]
    files = [Given(file=file, field="input_reference") for file in said.files.get("input_reference", ())]
    given = [*urls, *more, *files]
    if len(given) > MOST_URLS:
        raise Refused(Why.INVALID, f"At most {MOST_URLS} reference pictures are taken.", "metadata.urls")
    return given
