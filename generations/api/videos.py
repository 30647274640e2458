"""`/v1/videos`: a task is submitted, asked for by its id, and its picture fetched."""

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from ninja import Router

from accounts.models import Scope
from generations.api.answers import mark, told
from generations.api.bodies import read
from generations.api.callers import caller_of
from generations.api.finding import job_of
from generations.api.limits import count
from generations.api.taking import take
from generations.dialects import VIDEOS as WIRE
from generations.dialects.serving import Refused, Why
from generations.reports import begun, report

router = Router()
POLL_AFTER = "3000"
"""Milliseconds: what OpenAI's SDK waits between two questions where it is told."""


@router.post("")
def create(request: HttpRequest) -> HttpResponseBase:
    """Take a wish on and answer with its task."""
    caller = caller_of(request, Scope.CREATE)
    count(caller, Scope.CREATE)
    body = read(request)
    taken = take(request, caller, WIRE.name, WIRE.listen(body.said), body)
    response = told(WIRE.reply(report(taken.job) if taken.is_repeat else begun(taken.job)))
    mark(response, taken.job, is_repeat=taken.is_repeat)
    return response


@router.get("/{task}")
def retrieve(request: HttpRequest, task: str) -> HttpResponseBase:
    """How a task goes."""
    job = job_of(request, task)
    response = told(WIRE.reply(report(job)))
    response["openai-poll-after-ms"] = POLL_AFTER
    return response


@router.get("/{task}/content")
def content(request: HttpRequest, task: str) -> HttpResponseBase:
    """The picture itself, by a link that lasts for a while."""
    state = report(job_of(request, task))
    if not state.pictures:
        raise Refused(Why.INVALID, f"This task has no picture yet: it is {WIRE.reply(state)['status']}.")
    return HttpResponseRedirect(state.pictures[0].url)
