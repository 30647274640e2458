"""`/api/v1/jobs`: createTask, then recordInfo. Everything is told in an envelope."""

from django.http import HttpRequest, HttpResponseBase
from ninja import Router

from accounts.models import Scope
from generations.api.answers import mark, told
from generations.api.bodies import read
from generations.api.callers import caller_of
from generations.api.finding import job_of
from generations.api.limits import count
from generations.api.taking import take
from generations.dialects import JOBS as WIRE
from generations.dialects.serving import Refused, Why
from generations.reports import report

router = Router()


@router.post("/createTask")
def create(request: HttpRequest) -> HttpResponseBase:
    """Take a wish on and answer with the id of its task."""
    caller = caller_of(request, Scope.CREATE)
    count(caller, Scope.CREATE)
    body = read(request)
    taken = take(request, caller, WIRE.name, WIRE.listen(body.said), body)
    response = told(WIRE.took(taken.job.pk.hex))
    mark(response, taken.job, is_repeat=taken.is_repeat)
    return response


@router.get("/recordInfo")
def record(request: HttpRequest) -> HttpResponseBase:
    """How a task goes."""
    task = request.GET.get("taskId", "")
    if not task:
        caller_of(request, Scope.READ)
        raise Refused(Why.NOT_READ, "'taskId' is missing.", "taskId")
    return told(WIRE.reply(report(job_of(request, task))))
