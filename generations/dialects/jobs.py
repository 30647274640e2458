"""The wire of `/api/v1/jobs`: createTask, then recordInfo. Errors come in an envelope of their own, and the result
as JSON inside a string."""

import json
from collections.abc import Mapping
from typing import Any

from generations.brief import EDIT, Brief
from generations.dialects.fields import Fields
from generations.dialects.loose import dig, image_at, stage_of, text
from generations.dialects.reading import fault_of, is_fine, stated_status, told, unheard, verdict
from generations.dialects.serving import Answer, Given, Refusal, Refused, Said, Task, Why, Wish
from generations.dialects.wire import (
    URL,
    Accepted,
    Image,
    Polled,
    Reach,
    ReferenceForm,
    Request,
    Response,
    Submitted,
)
from generations.dialects.wishes import shape, unsayable
from generations.faults import Fault
from generations.sizes import AUTO, RATIOS, TIERS

CREATE, RECORD = "/api/v1/jobs/createTask", "/api/v1/jobs/recordInfo"

_GENERATES, _EDITS = "-text-to-image", "-image-to-image"
_GENERATION_FAILED = 501
"""One seller of this wire says in the envelope, not in the state, that a task failed."""

MOST_PROMPT = 20_000
IMAGE_FIELDS = ("image_urls", "input_urls", "image_input")
"""The document's own name for the source pictures, and the two that it takes for compatibility."""
_FORMATS = ("png", "jpeg", "jpg", "webp")
_QUALITIES = (AUTO, "low", "medium", "high")

_STATES = {"succeeded": "success", "queued": "waiting", "running": "waiting"}
"""Three states and no more: strict clients know no others, so what is under way still waits."""

_REFUSALS = {
    Why.NO_KEY: (401, "authentication failed"),
    Why.BAD_KEY: (401, "authentication failed"),
    Why.FORBIDDEN: (403, ""),
    Why.NOT_READ: (400, "invalid request"),
    Why.TOO_LARGE: (413, ""),
    Why.NO_PLACE: (404, ""),
    Why.NO_METHOD: (405, ""),
    Why.NO_TASK: (404, "task not found"),
    Why.NO_MODEL: (422, "model is not supported"),
    Why.MISSING: (422, ""),
    Why.INVALID: (422, ""),
    Why.NO_CREDIT: (402, "insufficient credits"),
    Why.TOO_OFTEN: (429, "rate limit exceeded"),
    Why.TOO_MANY: (409, ""),
    Why.OTHER_WISH: (409, ""),
    Why.REFUSED: (400, ""),
    Why.FAILED: (500, ""),
    Why.CANCELLED: (499, ""),
    Why.BROKEN: (500, "server error"),
    Why.STOPPING: (503, ""),
}
"""The code of each refusal, and its text where the seller's pages give one; else it is our sentence."""


class Jobs:
    """`gpt-image-2-image-to-image` and its text-to-image sibling. Sizes are a ratio and a resolution."""

    name = "jobs"
    reach = Reach(prompt=20_000, references=None, form=URL, soft=frozenset({"quality", "format"}))
    """Its document: prompt Max Length 20000; image_urls are URLs, and no greatest number is stated."""
    references_as: ReferenceForm = URL
    patience = 60.0

    def write(self, brief: Brief, upstream_name: str, request_id: str) -> Request | Fault:
        """The submission. Sent again under the same `X-Request-ID` it finds the first task and is not charged twice."""
        if fault := unsayable(brief, self.reach):
            return fault
        body = {"model": _fitted(upstream_name, brief), "input": _input(brief)}
        return Request("POST", CREATE, headers={"X-Request-ID": request_id}, json=body)

    def read(self, response: Response) -> Submitted:
        if not is_fine(response):
            return fault_of(response)
        data = dig(response.body, "data")
        upstream_id = text(dig(data, "taskId")) or text(dig(data, "task_id"))
        return Accepted(upstream_id) if upstream_id else fault_of(response)

    def ask(self, upstream_id: str) -> Request:
        return Request("GET", RECORD, query={"taskId": upstream_id})

    def hear(self, response: Response) -> Polled:
        """How the task goes. A task that failed is still told under HTTP 200 and code 200."""
        data = dig(response.body, "data")
        if 200 <= response.status < 300 and stated_status(response) == _GENERATION_FAILED:
            return verdict(data or response.body, _GENERATION_FAILED)
        if not is_fine(response) or not stage_of(dig(data, "state")):
            return unheard(response)
        return told(data, "state", _images_of(data), response)

    def listen(self, said: Said) -> Wish:
        """A `createTask` body. The first of the three image fields that holds anything counts."""
        fields = Fields.of(said)
        model = fields.needed("model")
        if not fields.has("input"):
            raise Refused(Why.MISSING, "'input' is missing.", "input")
        wished = fields.inner("input")
        brief = Brief(
            wished.prompt("prompt", MOST_PROMPT),
            model,
            quality=wished.choice("quality", _QUALITIES),
            format=wished.choice("output_format", _FORMATS).replace("jpg", "jpeg"),
        ).shaped(wished.choice("aspect_ratio", (AUTO, *RATIOS), AUTO), wished.choice("resolution", TIERS, TIERS[0]))
        urls = next(filter(None, map(wished.texts, IMAGE_FIELDS)), [])
        if model.endswith(_EDITS) and not urls:
            raise Refused(Why.MISSING, "'input.image_urls' needs at least one picture.", "input.image_urls")
        references = tuple(Given(url, field="input.image_urls") for url in urls)
        return Wish(brief, references, call_back=fields.text("callBackUrl"))

    def took(self, task_id: str) -> dict[str, Any]:
        """What `createTask` answers."""
        return _enveloped({"taskId": dressed(task_id)})

    def reply(self, task: Task) -> dict[str, Any]:
        """What `recordInfo` answers, also of a task that failed: every key is there, null where it has nothing to say.

        Times are milliseconds. The time of completion is null on the document's failed task, so it is on ours.
        """
        urls = [picture.url for picture in task.pictures] if task.state == "succeeded" else []
        ended = task.ended if urls else None
        refusal = task.refusal
        return _enveloped(
            {
                "taskId": dressed(task.id),
                "model": task.image_model,
                "state": _STATES.get(task.state, "fail"),
                "param": task.said or "{}",  # a task from elsewhere had no such call, and this is read as JSON
                "resultJson": json.dumps({"resultUrls": urls}) if urls else None,
                "failCode": str(_REFUSALS[refusal.why][0]) if refusal else None,
                "failMsg": refusal.message if refusal else None,
                "costTime": None if ended is None else round(ended * 1000) - round(task.created * 1000),
                "completeTime": None if ended is None else round(ended * 1000),
                "createTime": round(task.created * 1000),
            }
        )

    def refuse(self, refusal: Refusal) -> Answer:
        """The HTTP status is the envelope's code (the seller's page of errors)."""
        code, words = _REFUSALS[refusal.why]
        data = None
        if refusal.why is Why.TOO_OFTEN:
            data = {
                "retryAfter": refusal.retry_after,
                "limit": refusal.limit,
                "tier": refusal.tier,  # the seller's is a plan; here nobody buys one, and it says whose limit it is
                "windowSeconds": refusal.window,
            }
        return Answer(code, {"code": code, "msg": words or refusal.message, "data": data})

    def probe(self) -> Request:
        """Asks for a task that cannot exist: the wire has no other free call."""
        return self.ask("task_probe")

    def diagnose(self, response: Response) -> Fault | None:
        """A missing task is good news: address and key are right. One seller says so as 422."""
        is_missing = stated_status(response) in (404, 422) and dig(response.body, "code") is not None
        return None if is_missing or is_fine(response) else fault_of(response)


def dressed(job: str) -> str:
    """A job's id as this wire's callers know ids."""
    return f"task_{job}"


def _enveloped(data: Any) -> dict[str, Any]:
    return {"code": 200, "msg": "success", "data": data}


def _fitted(upstream_name: str, brief: Brief) -> str:
    """The upstream name with the ending that the brief's mode asks for; a name with neither ending stays."""
    for ending in (_GENERATES, _EDITS):
        if upstream_name.endswith(ending):
            return upstream_name.removesuffix(ending) + (_EDITS if brief.mode == EDIT else _GENERATES)
    return upstream_name


def _input(brief: Brief) -> dict[str, Any]:
    ratio, tier = shape(brief)
    wishes = {
        "image_urls": [picture.url for picture in brief.references],
        "aspect_ratio": "" if ratio == AUTO else ratio,
        "resolution": tier,
        "quality": brief.quality,
        "output_format": brief.format,
    }
    return {"prompt": brief.prompt, **{name: wish for name, wish in wishes.items() if wish}}


def _images_of(task: Any) -> tuple[Image, ...]:
    """The pictures of `resultJson`: a JSON string by the document, an object or an empty string at other sellers."""
    urls = dig(_opened(dig(task, "resultJson")), "resultUrls") or dig(task, "resultUrls")
    places = urls if isinstance(urls, list) else [urls]
    return tuple(image for place in places if (image := image_at(place)))


def _opened(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value
    try:
        return json.loads(text(value))
    except (ValueError, RecursionError):
        return None
