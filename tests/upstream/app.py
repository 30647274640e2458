"""Where each path leads: the five wires, the pictures, and the book for whoever watches."""

import dataclasses
from typing import Any
from urllib.parse import parse_qsl

from tests.upstream.answers import COMMON, Answer, as_json, gateway_error, openai_error
from tests.upstream.asking import Asked
from tests.upstream.book import Book
from tests.upstream.files import serve
from tests.upstream.images import EDITS, Official, Vip
from tests.upstream.jobs import Jobs
from tests.upstream.line import Receive, Scope, Send, reply
from tests.upstream.native import MODELS, Native
from tests.upstream.script import Misspelt, Script
from tests.upstream.taking import Wire, take, turned_away
from tests.upstream.videos import Videos

VIDEOS, CREATE, RECORD = "/v1/videos", "/api/v1/jobs/createTask", "/api/v1/jobs/recordInfo"
GENERATIONS, LISTING = "/v1/images/generations", "/v1/models"
SUBMISSIONS = {VIDEOS, CREATE, GENERATIONS, EDITS}
WATCH = "/_/"


class Upstream:
    """The ASGI application. `usual` is the script of a prompt that holds none."""

    def __init__(self, book: Book, usual: Script) -> None:
        self.book = book
        self.usual = usual
        self.videos, self.jobs, self.native = Videos(), Jobs(), Native()
        self.at_once: dict[str, Wire] = {"gpt-image-2-official": Official(), "gpt-image-2-vip": Vip()}
        self.at_once |= dict.fromkeys(MODELS, self.native)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        asked = Asked(
            scope["method"],
            scope["path"],
            dict(parse_qsl(scope["query_string"].decode())),
            {name.decode(): value.decode() for name, value in scope["headers"]},
            await _whole(receive),
        )
        await reply(await self._answer(asked), scope, receive, send)

    async def _answer(self, asked: Asked) -> Answer:
        if asked.path.startswith(WATCH):
            return self._watched(asked)
        self.book.note(asked)
        try:
            return await self._routed(asked)
        except Misspelt as wrong:
            return as_json(418, {"error": {"message": str(wrong), "type": "misspelt", "param": None, "code": None}})

    async def _routed(self, asked: Asked) -> Answer:
        if asked.method == "POST" and asked.path in SUBMISSIONS:
            return await self._submitted(asked)
        if asked.method == "GET":
            return self._got(asked) or _nowhere(asked)
        return _nowhere(asked)

    async def _submitted(self, asked: Asked) -> Answer:
        if asked.path == CREATE and (known := self.jobs.again(asked, self.book)):
            return known
        if wire := self._wire(asked):
            return await take(wire, asked, self.book, self.usual)
        answer = turned_away(self.native, asked) or _no_model(_model(asked))
        self.book.turn_away(self.native.letter, asked, answer.status)
        return answer

    def _wire(self, asked: Asked) -> Wire | None:
        """Whose submission it is. On the paths of the Images API the model says so."""
        by_path: dict[str, Wire] = {VIDEOS: self.videos, CREATE: self.jobs}
        return by_path.get(asked.path) or self.at_once.get(str(_model(asked)))

    def _got(self, asked: Asked) -> Answer | None:
        if asked.path.startswith("/files/"):
            return serve(asked)
        if asked.path == LISTING:
            return turned_away(self.native, asked) or _listing([*self.at_once])
        if asked.path == RECORD:
            return self._poll_fault(asked.query.get("taskId", "")) or self.jobs.tell(asked, self.book)
        if asked.path.startswith(f"{VIDEOS}/"):
            task_id = asked.path.removeprefix(f"{VIDEOS}/")
            return self._poll_fault(task_id) or self.videos.tell(asked, self.book, task_id)
        return None

    def _poll_fault(self, task_id: str) -> Answer | None:
        """The answer that the script of a task wants for its next poll, while it wants one."""
        order = self.book.orders.get(task_id)
        if not order or not order.script.poll or order.script.polls < 1:
            return None
        order.script = dataclasses.replace(order.script, polls=order.script.polls - 1)
        faults = self.jobs.faults if task_id.startswith("task_") else self.videos.faults
        return {**COMMON, **faults}[order.script.poll]

    def _watched(self, asked: Asked) -> Answer:
        match asked.method, asked.path.removeprefix(WATCH):
            case "POST", "clear":
                self.book.clear()
                return as_json(200, {})
            case "POST", "release":
                self.book.release()
                return as_json(200, {})
            case "GET", "log":
                return as_json(200, self.book.paid)
            case "GET", "submissions":
                return as_json(200, self.book.submissions)
            case "GET", "asked":
                return as_json(200, list(self.book.asked))
        return as_json(404, {"error": "there is /_/log, /_/submissions, /_/asked, POST /_/clear and POST /_/release"})


async def _whole(receive: Receive) -> bytes:
    pieces = []
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)


def _listing(names: list[str]) -> Answer:
    models: list[dict[str, Any]] = [
        {"id": name, "object": "model", "created": 0, "owned_by": "upstream"} for name in names
    ]
    return as_json(200, {"object": "list", "data": models})


def _model(asked: Asked) -> Any:
    fields = asked.multipart()[0] if asked.is_multipart else asked.json()
    return fields.get("model") if isinstance(fields, dict) else None


def _nowhere(asked: Asked) -> Answer:
    return gateway_error(404, f"Invalid URL ({asked.method} {asked.path})")


def _no_model(model: Any) -> Answer:
    if model is None:
        return openai_error(400, "Missing required parameter: 'model'.", "missing_required_parameter", "model")
    kind = "image_generation_user_error"
    return openai_error(400, f"The model '{model}' does not exist.", "invalid_value", "model", kind)
