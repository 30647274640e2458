"""`/v1/images` and `/v1/models`: a call is a job, and its caller a waiter.

Three wires share the paths, and the name of the model says which one a call is in. The caller's leaving changes
nothing: the job goes on, and the same call finds it again.
"""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from ninja import Router

from accounts.models import Scope
from generations.api.answers import inlined, mark, streamed, told
from generations.api.bodies import read
from generations.api.callers import Caller, caller_of
from generations.api.limits import count
from generations.api.taking import Taken, take
from generations.api.waiting import waiting
from generations.dialects import answering
from generations.dialects.images.serving import AtOnce
from generations.dialects.serving import AS_URL, Refusal, Refused, Task, Why, Wish
from generations.models import ImageModel, Job
from generations.reports import kept, report

router = Router()

LONGEST_WAIT = 30 * 60.0
"""Seconds. A job ends by its own deadlines long before."""
SILENCE = 50.0
"""Seconds after which a line that is to be kept alive says something: many proxies cut after sixty."""
BREATH = 15.0
"""Seconds between two signs of life."""


@router.post("/images/generations")
def generate(request: HttpRequest) -> HttpResponseBase:
    """Pictures from words."""
    return _answer(request, is_edit=False)


@router.post("/images/edits")
def edit(request: HttpRequest) -> HttpResponseBase:
    """Pictures from pictures and words."""
    return _answer(request, is_edit=True)


@router.get("/models")
def models(request: HttpRequest) -> HttpResponseBase:
    """The image models that this key may use."""
    caller = caller_of(request, Scope.READ)
    count(caller, Scope.READ)
    offered = ImageModel.objects.offered().order_by("position", "name")
    return told({"object": "list", "data": [_told(each) for each in offered if caller.may_use(each.name)]})


@router.get("/models/{name}")
def model(request: HttpRequest, name: str) -> HttpResponseBase:
    """One of them."""
    caller = caller_of(request, Scope.READ)
    count(caller, Scope.READ)
    # Compared here, as a path may hold what PostgreSQL will not be asked for: a NUL.
    found = next((each for each in ImageModel.objects.offered() if each.name == name), None)
    if found is None or not caller.may_use(name):
        raise Refused(Why.NO_TASK, f"There is no image model '{name[:80]}' here.", "model")
    return told(_told(found))


def _told(image_model: ImageModel) -> dict[str, object]:
    return {"id": image_model.name, "object": "model", "created": 0, "owned_by": "gptstudio"}


def _begin(request: HttpRequest, *, is_edit: bool) -> tuple[Caller, AtOnce, Wish, Taken]:
    """Take the call on. Its pictures are let go of: they may be many megabytes, and its caller may wait for minutes."""
    caller = caller_of(request, Scope.CREATE)
    count(caller, Scope.CREATE)
    body = read(request, is_edit=is_edit)
    wire = answering(str(body.said.fields.get("model", "")))
    request.wire = wire  # type: ignore[attr-defined]
    wish = wire.listen(body.said)
    taken = take(request, caller, wire.name, wish, body)
    request.taken = taken  # type: ignore[attr-defined]
    return caller, wire, replace(wish, references=(), mask=None), taken


def _answer(request: HttpRequest, *, is_edit: bool) -> HttpResponseBase:
    caller, wire, wish, taken = _begin(request, is_edit=is_edit)
    if wish.is_streamed:
        response: HttpResponseBase = _events(wire, taken.job, is_edit=is_edit)
    elif caller.key.keeps_alive and not waiting.wait(taken.job.pk, SILENCE):
        response = StreamingHttpResponse(_breathing(wire, wish, taken.job), content_type="application/json")
    else:
        response = _pictures(request, wire, wish, taken)
    mark(response, taken.job, is_repeat=taken.is_repeat)
    return response


def _pictures(request: HttpRequest, wire: AtOnce, wish: Wish, taken: Taken) -> HttpResponseBase:
    end = time.monotonic() + LONGEST_WAIT
    while not waiting.wait(taken.job.pk, BREATH) and time.monotonic() < end and not has_left(request):
        pass
    task = _told_of(taken.job)
    if wish.form == AS_URL:
        return told(wire.reply(task, wish.form))
    task, pictures = inlined(task, kept(taken.job))
    return streamed(wire.reply(task, wish.form), pictures)


def _told_of(job: Job) -> Task:
    """What came of the job. Raises Refused where no picture did."""
    task = report(job)
    if not task.pictures:
        still = Refusal(Why.FAILED, f"No picture has come yet. Ask for the job {job.pk}.")
        raise Refused.by(task.refusal or still)
    return task


def has_left(request: HttpRequest) -> bool:
    """Whether the caller has hung up: then nobody needs this thread, and the job goes on without it."""
    line: socket.socket | None = getattr(request, "environ", {}).get("gunicorn.socket")
    try:
        return line is not None and line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _breathing(wire: AtOnce, wish: Wish, job: Job) -> Iterator[bytes]:
    """White space before the JSON while the job goes on. The status is told already, so what fails is told inside."""
    try:
        while not waiting.wait(job.pk, BREATH):
            yield b" "
        task = _told_of(job)
    except Refused as wrong:
        yield json.dumps(wire.refuse(wrong.refusal).body).encode()
        return
    task, pictures = inlined(task, kept(job))
    yield from streamed(wire.reply(task, wish.form), pictures).streaming_content  # type: ignore[misc]


def _events(wire: AtOnce, job: Job, *, is_edit: bool) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_event_stream(wire, job, is_edit=is_edit), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _event_stream(wire: AtOnce, job: Job, *, is_edit: bool) -> Iterator[bytes]:
    """Comments while the job goes on, then one event for each picture."""
    yield b": waiting\n\n"
    try:
        while not waiting.wait(job.pk, BREATH):
            yield b": waiting\n\n"
        task = _told_of(job)
    except Refused as wrong:
        yield b"event: error\ndata: " + json.dumps(wire.refuse(wrong.refusal).body).encode() + b"\n\n"
        return
    task, pictures = inlined(task, kept(job))
    for event in wire.events(task, is_edit=is_edit):
        yield f"event: {event['type']}\ndata: ".encode()
        yield from streamed(event, pictures).streaming_content  # type: ignore[misc]
        yield b"\n\n"
