"""The wire of `/api/v1/jobs`: createTask, then recordInfo. Errors come in an envelope of their own, and the result
as JSON inside a string."""

import json
from collections.abc import Mapping
from typing import Any

from generations.brief import EDIT, Brief
from generations.dialects.loose import dig, image_at, stage_of, text
from generations.dialects.reading import fault_of, is_fine, stated_status, told, unheard, verdict
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
from generations.sizes import AUTO

CREATE, RECORD = "/api/v1/jobs/createTask", "/api/v1/jobs/recordInfo"

_GENERATES, _EDITS = "-text-to-image", "-image-to-image"
_GENERATION_FAILED = 501
"""One seller of this wire says in the envelope, not in the state, that a task failed."""


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

    def probe(self) -> Request:
        """Asks for a task that cannot exist: the wire has no other free call."""
        return self.ask("task_probe")

    def diagnose(self, response: Response) -> Fault | None:
        """A missing task is good news: address and key are right. One seller says so as 422."""
        is_missing = stated_status(response) in (404, 422) and dig(response.body, "code") is not None
        return None if is_missing or is_fine(response) else fault_of(response)


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
