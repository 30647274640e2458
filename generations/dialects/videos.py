"""The wire of `/v1/videos`: a task is submitted, then asked for by its id; the result's field is named for video."""

from typing import Any
from urllib.parse import quote

from generations.brief import Brief
from generations.dialects.loose import dig, image_at, images_in, stage_of, text
from generations.dialects.reading import fault_of, told, unheard
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

PATH = "/v1/videos"

_IDS = ("id", "task_id")
_PLACES = (("video_url",), ("url",), ("result", "url"), ("result_url",), ("metadata", "url"))
"""Where the picture's address stands: the document's own field first, then those seen in relays."""


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
